//! Mails about a release by party: the bodies of the observatories that owe something for it.

use crate::ctx::Ctx;
use crate::deliverables::view::DeliverableView;
use crate::designations::questions::HoldersOn;
use crate::error::Result;
use crate::mail::kind::MailKind as _;
use crate::mail::outbox::desk::{self, LogLine};
use crate::mail::policy as mail_policy;
use crate::mail_log::told::{PartyTold, Told, by_party};
use crate::network::questions::AllBodies;
use crate::network::service as network;
use crate::releases::mail::{Amended, Cancelled, Confirmed, Moved, Withdrawn};
use crate::texts::Lang;
use entity::ids::{BodyId, PersonId, ReleaseId};
use entity::kinds::{DeliverableState, SeatKind};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Most mails about one release that are read, newest first: some years of changes for a network of twelve observatories.
const MOST_MAILS: u64 = 1000;

/// Returns the latest mail to each person about a release, by party. Empty for readers who may not see the mail log, and
/// before the first mail.
pub async fn told_by_party(ctx: &Ctx, id: ReleaseId, owed: &[DeliverableView]) -> Result<Vec<PartyTold>> {
    if !mail_policy::may(&ctx.actor, mail_policy::Action::View) {
        return Ok(Vec::new());
    }
    let filter = desk::Filter { subject_id: Some(id.to_string()), ..desk::Filter::default() };
    let mut latest: BTreeMap<PersonId, LogLine> = BTreeMap::new();
    for line in desk::list(ctx, &filter, None, MOST_MAILS).await? {
        if let Some(person) = line.person_id {
            latest.entry(person).or_insert(line);
        }
    }
    if latest.is_empty() {
        return Ok(Vec::new());
    }
    let seats = ctx.recall(&HoldersOn(ctx.today())).await?;
    let works = |kind| matches!(kind, SeatKind::Referent | SeatKind::Deputy);
    let body_of: HashMap<PersonId, BodyId> =
        seats.iter().filter(|one| works(one.seat.kind)).map(|one| (one.holder.id, one.seat.body_id)).collect();
    let mut people = network::people_by_id(ctx.reader(), latest.keys().copied()).await?;
    people.sort_by_key(|person| (person.family_name.clone(), person.given_name.clone()));
    let told = people.into_iter().filter_map(|person| {
        let line = latest.remove(&person.id)?;
        Some(Told {
            body: body_of.get(&person.id).copied(),
            name: person.name(),
            what: kind_name(&line.kind, ctx.lang),
            at: line.created_at.0,
            mail: Some((line.id, line.state)),
            has_bounced: person.bounced_at.is_some(),
        })
    });
    let told = told.collect();
    Ok(by_party(&parties(ctx, owed).await?, told, ctx.lang.t("releases.told_others"), ctx.lang))
}

/// Returns the bodies of the observatories that take part, in the order of the network.
async fn parties(ctx: &Ctx, owed: &[DeliverableView]) -> Result<Vec<(BodyId, String)>> {
    let takes_part = |one: &&DeliverableView| one.deliverable.state() != DeliverableState::Waived;
    let taking_part: HashSet<BodyId> = owed.iter().filter(takes_part).map(|one| one.body_id).collect();
    let bodies = ctx.recall(&AllBodies).await?;
    let parties = bodies.iter().filter(|body| taking_part.contains(&body.id));
    Ok(parties.map(|body| (body.id, body.name.clone())).collect())
}

/// Returns the name of a kind of mail about releases; another kind is named as it is stored.
fn kind_name(kind: &str, lang: Lang) -> String {
    let labels = [
        (Confirmed::NAME, Confirmed::LABEL),
        (Moved::NAME, Moved::LABEL),
        (Cancelled::NAME, Cancelled::LABEL),
        (Amended::NAME, Amended::LABEL),
        (Withdrawn::NAME, Withdrawn::LABEL),
    ];
    labels.iter().find(|(name, _)| *name == kind).map_or_else(|| kind.to_owned(), |(_, label)| lang.t(label).to_owned())
}
