//! Mails of a release: confirmed, moved, cancelled; amended and withdrawn after its publication; other steps (`mail/renewed.rs`). They go to the referents and
//! deputies of the observatories that owe something for it, one mail each, with their own days; the last two go to the secretariat too.

mod renewed;
mod workload;

pub use renewed::StepsRenewed;
pub(super) use renewed::{TaskChanges, tell_of_renewal, told_of_renewal};
use workload::Due;
pub use workload::Workload;

use super::model::When;
use super::store;
use super::view::{Afterwards, ReleaseView, when_text};
use crate::catalogue::model::Product;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::HoldersOn;
use crate::designations::service as designations;
use crate::designations::view::Designation;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, QUIET, Subject};
use crate::texts::{Label as _, Lang};
use crate::time::words;
use chrono::{Days, NaiveDate};
use entity::ids::{PersonId, ReleaseId};
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Kind of the subject of these mails.
const RELEASE: &str = "release";

/// Days after which an unsent mail about a cancelled release expires.
const LASTS_DAYS: u64 = 14;

/// A release was confirmed. The mail states the release's version.
pub struct Confirmed;

/// A confirmed release was moved. The mail states the release's version.
pub struct Moved;

/// A confirmed release was cancelled. The mail states the release's version.
pub struct Cancelled;

/// The published report was amended. The mail states the release's version.
pub struct Amended;

/// The published report was taken back. The mail states the release's version.
pub struct Withdrawn;

/// Declares a kind of mail that is true as long as the release is the one it states.
macro_rules! about_release {
    ($kind:ty, $name:literal, $label:literal) => {
        impl MailKind for $kind {
            const NAME: &'static str = $name;
            const LABEL: &'static str = $label;
            const SUBJECT: &'static str = RELEASE;

            async fn still_true(_: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
                is_as_told(db, mail).await
            }
        }
    };
}

about_release!(Confirmed, "release_confirmed", "releases_mail.confirmed_kind");
about_release!(Moved, "release_moved", "releases_mail.moved_kind");
about_release!(Cancelled, "release_cancelled", "releases_mail.cancelled_kind");
about_release!(Amended, "release_amended", "releases_mail.amended_kind");
about_release!(Withdrawn, "release_withdrawn", "releases_mail.withdrawn_kind");

/// Tells whether the release has not changed since. A mail about a later change says all that the earlier one said.
async fn is_as_told(db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
    let Some(id) = mail.subject::<ReleaseId>() else { return Ok(false) };
    let known = store::find(db, id).await?;
    Ok(known.is_some_and(|view| Some(view.release.version) == mail.about_version))
}

/// Events that are told.
pub(super) enum Telling<'a> {
    Confirmed,
    /// Moved from a date, with the work as it was before.
    Moved {
        from: When,
        before: &'a Workload,
        reason: String,
    },
    Cancelled {
        reason: String,
    },
    /// Amended or withdrawn after its publication.
    Afterwards(Afterwards),
}

impl Telling<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Confirmed => Kind::of::<Confirmed>(),
            Self::Moved { .. } => Kind::of::<Moved>(),
            Self::Cancelled { .. } => Kind::of::<Cancelled>(),
            Self::Afterwards(Afterwards { kind: Some(_), .. }) => Kind::of::<Amended>(),
            Self::Afterwards(Afterwards { kind: None, .. }) => Kind::of::<Withdrawn>(),
        }
    }

    const fn words(&self) -> Words {
        match self {
            Self::Confirmed => Words::of("releases_mail.confirmed"),
            Self::Moved { .. } => Words::of("releases_mail.moved"),
            Self::Cancelled { .. } => Words::of("releases_mail.cancelled"),
            Self::Afterwards(Afterwards { kind: Some(_), .. }) => Words::of("releases_mail.amended"),
            Self::Afterwards(Afterwards { kind: None, .. }) => Words::of("releases_mail.withdrawn"),
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Confirmed => "",
            Self::Moved { reason, .. } | Self::Cancelled { reason } => reason,
            Self::Afterwards(said) => &said.explanation,
        }
    }

    /// Tells whether a designation is told: referent and deputy of an observatory that contributes to the release or has a task for it. What happens
    /// after the publication concerns only the observatory of the report, and the secretariat.
    fn concerns(&self, holder: &Designation, owed: &Workload) -> bool {
        let of = holder.seat.observatory_id;
        let works = matches!(holder.seat.kind, SeatKind::Referent | SeatKind::Deputy) && owed.concerns(of);
        match self {
            Self::Confirmed | Self::Moved { .. } | Self::Cancelled { .. } => works,
            Self::Afterwards(said) => {
                let is_its_report = said.observatory.as_ref().is_none_or(|report| Some(report.id) == of);
                holder.seat.kind == SeatKind::Secretariat || (works && is_its_report)
            }
        }
    }
}

/// Enqueues one mail to each referent and deputy of the observatories that owe something for the release, except to the
/// person who acts. It leaves after [`QUIET`], so that several changes within some minutes are one mail. Returns what they owe.
pub(super) async fn tell(
    ctx: &Ctx,
    txn: &Txn,
    view: &ReleaseView,
    product: &Product,
    telling: &Telling<'_>,
) -> Result<Workload> {
    let owed = Workload::of(ctx, txn, view.release.id).await?;
    let holders = ctx.recall(&HoldersOn(ctx.today())).await?;
    let drafts = readers(ctx, telling, &holders, &owed)
        .into_values()
        .map(|designations| draft(ctx, view, product, telling, &designations, &owed))
        .collect();
    outbox::promise_all(ctx, txn, drafts).await?;
    Ok(owed)
}

/// Returns the people to whom a mail about the present version of a release is promised.
pub(super) async fn told(db: &impl ConnectionTrait, view: &ReleaseView) -> Result<Vec<PersonId>> {
    let kinds = [
        Kind::of::<Confirmed>(),
        Kind::of::<Moved>(),
        Kind::of::<Cancelled>(),
        Kind::of::<Amended>(),
        Kind::of::<Withdrawn>(),
    ];
    outbox::readers_of(db, &kinds, &Subject::of(view.release.id).at_version(view.release.version)).await
}

/// Selects the designations of the people to tell, by person.
fn readers<'a>(
    ctx: &Ctx,
    telling: &Telling<'_>,
    holders: &'a [Designation],
    owed: &Workload,
) -> BTreeMap<PersonId, Vec<&'a Designation>> {
    let mut readers: BTreeMap<PersonId, Vec<&Designation>> = BTreeMap::new();
    for holder in holders {
        if telling.concerns(holder, owed) && ctx.actor.person_id() != Some(holder.holder.id) {
            readers.entry(holder.holder.id).or_default().push(holder);
        }
    }
    readers
}

fn draft(
    ctx: &Ctx,
    view: &ReleaseView,
    product: &Product,
    telling: &Telling<'_>,
    designations: &[&Designation],
    owed: &Workload,
) -> Draft {
    let release = &view.release;
    let to = designations::to_holder(designations[0]);
    let of: Vec<_> = designations.iter().map(|one| one.seat.observatory_id).collect();
    let due = owed.days(product, &of, to.lang);
    let facts = match telling {
        Telling::Confirmed => days_in_words(&due, &[], to.lang),
        Telling::Moved { before, .. } => days_in_words(&due, &before.days(product, &of, to.lang), to.lang),
        Telling::Cancelled { .. } => Vec::new(),
        Telling::Afterwards(said) => facts_after(said, to.lang),
    };
    let next = due.first().map(|due| due.day);
    let kind = telling.kind();
    let expires_at = match (telling, release.when()) {
        (Telling::Cancelled { .. } | Telling::Afterwards(_), _) => ctx.now() + Days::new(LASTS_DAYS),
        (_, When::At(slot)) => slot.instant(),
        _ => ctx.now() + Days::new(LASTS_DAYS),
    };
    Draft {
        kind,
        dedupe_key: format!("{}:{}:{}:{}", kind.name(), release.id, release.version, designations[0].holder.id),
        subject: Subject::of(release.id).at_version(release.version),
        content: MailContent { facts, ..content(ctx, view, telling, next, to.lang) },
        to,
        due_at: ctx.now() + QUIET,
        expires_at: Some(expires_at),
        calendar: None,
    }
}

/// Writes the mail, except for its facts; `next` is the reader's next day.
fn content(ctx: &Ctx, view: &ReleaseView, telling: &Telling<'_>, next: Option<NaiveDate>, lang: Lang) -> MailContent {
    let from = match telling {
        Telling::Moved { from, .. } => Some(*from),
        Telling::Confirmed | Telling::Cancelled { .. } | Telling::Afterwards(_) => None,
    };
    let when = view.release.when();
    let values = [
        ("title", view.title(lang)),
        ("day", words::brief_day(when.first_day(), lang)),
        ("when", when_text(when, lang)),
        ("old_day", from.map(|from| words::brief_day(from.first_day(), lang)).unwrap_or_default()),
        ("old_when", from.map(|from| when_text(from, lang)).unwrap_or_default()),
        ("reason", telling.reason().to_owned()),
        ("next", next.map_or_else(|| lang.t("releases_mail.no_next").to_owned(), |day| words::long_day(day, lang))),
    ];
    let mut content = telling.words().write(lang, &values);
    if !telling.reason().is_empty() {
        content.paragraphs.push(lang.f("releases_mail.reason", &[("reason", telling.reason())]));
    }
    let closing = match telling {
        Telling::Confirmed | Telling::Moved { .. } => "releases_mail.reminders",
        Telling::Cancelled { .. } => "releases_mail.nothing_to_do",
        Telling::Afterwards(_) => "releases_mail.cite_the_present",
    };
    MailContent {
        action: Some((lang.t("releases_mail.open").to_owned(), format!("{}{}", ctx.config().base_url(), view.href()))),
        closing: Some(lang.t(closing).to_owned()),
        ..content
    }
}

/// Returns kind and addresses of an amendment or a withdrawal.
fn facts_after(said: &Afterwards, lang: Lang) -> Vec<(String, String)> {
    let kind = said.kind.map(|kind| ("releases_mail.amendment", kind.label(lang).to_owned()));
    let is_same = said.before == said.after;
    let before = said.before.clone().filter(|_| !is_same).map(|address| ("releases_mail.address_before", address));
    let after = said.after.clone().map(|address| ("releases_mail.address_after", address));
    [kind, before, after].into_iter().flatten().map(|(key, value)| (lang.t(key).to_owned(), value)).collect()
}

/// Returns the reader's open days, each with the day before a move if it is another.
fn days_in_words(due: &[Due], before: &[Due], lang: Lang) -> Vec<(String, String)> {
    let before: HashMap<Uuid, NaiveDate> = before.iter().map(|due| (due.id, due.day)).collect();
    due.iter()
        .map(|Due { id, name, day }| {
            let said = words::long_day(*day, lang);
            let said = match before.get(id).filter(|old| *old != day) {
                Some(old) => {
                    lang.f("releases_mail.day_and_old", &[("day", &said), ("old", &words::brief_day(*old, lang))])
                }
                None => said,
            };
            (name.clone(), said)
        })
        .collect()
}
