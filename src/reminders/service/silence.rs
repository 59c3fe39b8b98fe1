//! Unanswered mails: consecutive reminders and requests without a reaction.
//!
//! An answer is everything that shows that the mail was read or became unnecessary: the recipient did something since,
//! including signing in and pressing a button; another person reported on the matter, on the observatory's behalf or
//! from a neighbouring seat; the seat that a body was asked to fill has a holder.

use crate::audit::trail;
use crate::ctx::Ctx;
use crate::designations::mail::kinds::Requested;
use crate::designations::service as designations;
use crate::error::Result;
use crate::mail::kind::MailKind;
use crate::mail::outbox::withdraw::{self, Gone};
use crate::reminders::mail::Reminder;
use crate::reminders::store;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{MailId, PersonId};
use sea_orm::ConnectionTrait;
use std::collections::{HashMap, HashSet};

/// Age beyond which mails are ignored, because they prove nothing about the present readers.
const LOOK_BACK: TimeDelta = TimeDelta::days(120);
/// Actions that count as an answer about an obligation. The secretariat's own decisions, such as another day, do not.
const ANSWERS: [&str; 8] = [
    "tasks.start",
    "tasks.complete",
    "tasks.block",
    "tasks.unblock",
    "deliverables.start",
    "deliverables.submit",
    "deliverables.block",
    "deliverables.unblock",
];

/// Returns the number of latest consecutive reminders and requests without an answer, by person.
pub(super) async fn unanswered(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<HashMap<PersonId, u32>> {
    let since = ctx.now() - LOOK_BACK;
    let gone = withdraw::gone_since(db, &[Reminder::NAME, Requested::NAME], since).await?;
    let ids: Vec<MailId> = gone.iter().map(|mail| mail.id).collect();
    let mut told: HashMap<MailId, Vec<String>> = HashMap::new();
    for entry in store::entries_of_mails(db, &ids).await? {
        if let Some(mail) = entry.mail_id {
            told.entry(mail).or_default().push(entry.key.id.to_string());
        }
    }
    let answers = Answers {
        acts: trail::last_acts(db, since).await?,
        said: trail::last_of(db, &ANSWERS, since).await?,
        filled: designations::all_holders(db, ctx.today()).await?.iter().map(|one| one.seat.id.to_string()).collect(),
        told,
    };
    let mut silent: HashMap<PersonId, u32> = HashMap::new();
    let mut answered: HashSet<PersonId> = HashSet::new();
    // Latest first: the count ends at the first mail with an answer.
    for mail in gone {
        if answered.contains(&mail.person_id) {
            continue;
        }
        if answers.has(&mail) {
            answered.insert(mail.person_id);
        } else {
            *silent.entry(mail.person_id).or_default() += 1;
        }
    }
    Ok(silent)
}

/// Facts that can be an answer.
struct Answers {
    /// Latest action of each person.
    acts: HashMap<String, DateTime<Utc>>,
    /// Latest report on each obligation.
    said: HashMap<String, DateTime<Utc>>,
    /// Seats with a holder.
    filled: HashSet<String>,
    /// Obligations of each reminder.
    told: HashMap<MailId, Vec<String>>,
}

impl Answers {
    fn has(&self, mail: &Gone) -> bool {
        let is_after = |at: Option<&DateTime<Utc>>| at.is_some_and(|at| *at >= mail.sent_at.0);
        let matters = self.told.get(&mail.id).map(Vec::as_slice).unwrap_or_default();
        is_after(self.acts.get(&mail.person_id.to_string()))
            || matters.iter().any(|matter| is_after(self.said.get(matter)))
            || (mail.kind == Requested::NAME && self.filled.contains(&mail.subject_id))
    }
}
