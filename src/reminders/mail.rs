//! The reminder mail: one line per obligation, earliest due first, each with its own link.

pub(super) mod meant;

use super::addressee::Gap;
use super::plan::{Line, Mail};
use super::store;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::model::Seat;
use crate::due::Obligation;
use crate::error::Result;
use crate::links::service as links;
use crate::mail::content::{Item, MailContent};
use crate::mail::kind::{Facts, Kind, MailKind};
use crate::mail::outbox::{self, Draft, Recipient, Subject};
use crate::texts::Lang;
use crate::time::{words, zone};
use chrono::{Days, NaiveDate, NaiveTime};
use entity::ids::MailId;
use entity::kinds::{ObligationKind, SeatKind};
use sea_orm::ConnectionTrait;

/// A reminder of due obligations. Its links answer with one press.
pub struct Reminder;

impl MailKind for Reminder {
    const NAME: &'static str = store::MAIL_KIND;
    const LABEL: &'static str = "reminders.mail_kind";
    const SUBJECT: &'static str = "person";
    const LETS_IN: bool = true;
    const WRITTEN_ANEW: bool = true;

    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        meant::still_holds(ctx, db, mail.id).await
    }
}

/// A reminder that the secretariat sends about one obligation. It is not written anew, because the person who sent it
/// decides whether to send another.
pub struct Urged;

impl MailKind for Urged {
    const NAME: &'static str = store::BY_HAND_KIND;
    const LABEL: &'static str = "reminders.mail_kind_by_hand";
    const SUBJECT: &'static str = "person";
    const LETS_IN: bool = true;

    async fn still_true(ctx: &Ctx, db: &impl ConnectionTrait, mail: &Facts) -> Result<bool> {
        meant::still_holds(ctx, db, mail.id).await
    }
}

/// Days after the due day for which a link still works, so that late answers are possible; afterwards it is refused.
const LINK_DAYS_AFTER: u64 = 30;
/// Hour after which a reminder by hand is not sent any more, because it says «today».
const END_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(23, 59, 59).expect("a time of day");

/// Day of a mail and end of its permitted hours, and its number among the reader's mails of the day: only a withdrawn
/// mail has a successor.
#[derive(Clone, Copy)]
pub(super) struct Issue {
    pub today: NaiveDate,
    pub until: NaiveTime,
    pub number: usize,
}

/// Enqueues the mail of a day, with a new link for each line.
pub(super) async fn promise(ctx: &Ctx, txn: &Txn, mail: &Mail<'_>, issue: Issue) -> Result<MailId> {
    let draft = draft(ctx, txn, Kind::of::<Reminder>(), mail, issue).await?;
    outbox::promise(ctx, txn, draft).await
}

/// Enqueues a reminder that a person sends. It runs out at the end of the day.
pub(super) async fn promise_by_hand(ctx: &Ctx, txn: &Txn, mail: &Mail<'_>, number: usize) -> Result<MailId> {
    let issue = Issue { today: ctx.today(), until: END_OF_DAY, number };
    let mut draft = draft(ctx, txn, Kind::of::<Urged>(), mail, issue).await?;
    let said = mail.to.holder.lang.t("reminders.mail_by_hand").to_owned();
    draft.content.paragraphs.insert(draft.content.paragraphs.len().min(1), said);
    outbox::promise(ctx, txn, draft).await
}

async fn draft(ctx: &Ctx, txn: &Txn, kind: Kind, mail: &Mail<'_>, issue: Issue) -> Result<Draft> {
    let holder = &mail.to.holder;
    let (addresses, keys) = addresses(ctx, txn, &mail.lines).await?;
    let told: Vec<(&Line<'_>, String)> = mail.lines.iter().zip(addresses).collect();
    Ok(Draft {
        dedupe_key: format!("{}:{}:{}:{}", kind.name(), holder.id, issue.today, issue.number),
        kind,
        subject: Subject::of(holder.id),
        to: Recipient {
            person_id: Some(holder.id),
            designation_id: Some(mail.to.id),
            name: holder.name(),
            address: holder.email.clone(),
            lang: holder.lang,
        },
        content: MailContent { keys, ..content(mail, &told, holder.lang) },
        due_at: ctx.now(),
        expires_at: Some(zone::instant_of(issue.today, issue.until)),
        calendar: None,
    })
}

/// Returns for each line the address for its answer: a new one-press link for a task, otherwise the page of the
/// obligation. Returns the keys of the links as well.
async fn addresses(ctx: &Ctx, txn: &Txn, lines: &[Line<'_>]) -> Result<(Vec<String>, Vec<String>)> {
    let base = ctx.config().base_url();
    let keys = links::issue(ctx, txn, lines.iter().filter_map(link).collect()).await?;
    let mut unused = keys.iter();
    let address = |line: &Line<'_>| match link(line).and_then(|_| unused.next()) {
        Some(key) => format!("{base}/p/{key}"),
        None => format!("{base}{}", line.obligation.path),
    };
    Ok((lines.iter().map(address).collect(), keys.clone()))
}

/// Returns the link by which a line about a task is answered with one press.
fn link(line: &Line<'_>) -> Option<links::Link> {
    let obligation = line.obligation;
    (obligation.kind == ObligationKind::Task).then(|| links::Link {
        task_id: obligation.id.into(),
        person_id: line.designation.holder.id,
        designation_id: line.designation.id,
        expires_at: zone::start_of_day(last_day(obligation) + Days::new(LINK_DAYS_AFTER + 1)),
    })
}

/// Returns the day by which the work is expected: the due day, or a later one that those who do it have said.
fn last_day(obligation: &Obligation) -> NaiveDate {
    obligation.expected.as_ref().map_or(obligation.due_day, |expected| expected.day.max(obligation.due_day))
}

fn content(mail: &Mail<'_>, told: &[(&Line<'_>, String)], lang: Lang) -> MailContent {
    let name = mail.to.holder.name();
    let opening = if told.len() == 1 { "reminders.mail_one" } else { "reminders.mail_several" };
    let mut paragraphs = vec![lang.f(opening, &[("name", &name)])];
    if told.iter().any(|(line, _)| line.is_late) {
        paragraphs.push(lang.t("reminders.mail_late").to_owned());
    }
    paragraphs.extend(reasons(mail, lang));
    let minutes: i32 = told.iter().map(|(line, _)| line.obligation.estimated_minutes).sum();
    let total = (lang.t("reminders.mail_total").to_owned(), words::about(minutes, lang));
    let answers_by_link = told.iter().all(|(line, _)| link(line).is_some());
    let closing = if answers_by_link { "reminders.mail_closing" } else { "reminders.mail_closing_signed_in" };
    MailContent {
        subject: subject(told, lang),
        preheader: preheader(told, lang),
        heading: heading(told, lang),
        paragraphs,
        items: told.iter().map(|(line, address)| item(line, address, lang)).collect(),
        facts: if told.len() > 1 { vec![total] } else { Vec::new() },
        closing: Some(lang.t(closing).to_owned()),
        ..MailContent::default()
    }
}

/// Returns the block of one obligation: its title, its day and place, and the button that answers it.
fn item(line: &Line<'_>, address: &str, lang: Lang) -> Item {
    let label = match line.obligation.kind {
        ObligationKind::Task => "reminders.mail_answer",
        ObligationKind::Deliverable => "reminders.mail_read_changes",
    };
    Item {
        title: line.obligation.title(lang).to_owned(),
        said: said(line, lang),
        action: (lang.t(label).to_owned(), address.to_owned()),
    }
}

fn subject(told: &[(&Line<'_>, String)], lang: Lang) -> String {
    const KEYS: [&str; 4] = [
        "reminders.mail_subject_one",
        "reminders.mail_subject_one_late",
        "reminders.mail_subject_several",
        "reminders.mail_subject_several_late",
    ];
    of_the_first(told, KEYS, |day| words::brief_day(day, lang), lang)
}

fn heading(told: &[(&Line<'_>, String)], lang: Lang) -> String {
    const KEYS: [&str; 4] = [
        "reminders.mail_heading_one",
        "reminders.mail_heading_one_late",
        "reminders.mail_heading_several",
        "reminders.mail_heading_several_late",
    ];
    of_the_first(told, KEYS, |day| words::long_day(day, lang), lang)
}

/// Returns a text about the obligation that is due first. The keys are for one line and for several, each in time and
/// late.
fn of_the_first(
    told: &[(&Line<'_>, String)],
    [one, one_late, several, several_late]: [&str; 4],
    day: impl Fn(NaiveDate) -> String,
    lang: Lang,
) -> String {
    let Some((first, _)) = told.iter().min_by_key(|(line, _)| line.obligation.due_day) else { return String::new() };
    let key = match (told.len(), first.is_late) {
        (1, false) => one,
        (1, true) => one_late,
        (_, false) => several,
        (_, true) => several_late,
    };
    let values = [
        ("title", first.obligation.title(lang)),
        ("count", &told.len().to_string()),
        ("day", &day(first.obligation.due_day)),
    ];
    lang.f(key, &values)
}

/// Returns the distance of the first day and the places of all lines: «Fra 10 giorni lavorativi. Osservatorio di Lecco».
fn preheader(told: &[(&Line<'_>, String)], lang: Lang) -> String {
    let Some((first, _)) = told.first() else { return String::new() };
    let mut places: Vec<&str> = told.iter().map(|(line, _)| line.seat.place()).collect();
    places.dedup();
    let away = words::working_days_away(first.working_days_away, lang);
    lang.f("reminders.mail_preheader", &[("away", &away), ("places", &places.join(", "))])
}

/// Returns the text of a line: due day, working days left in the recipient's calendar, minutes of work, and the place;
/// or that it is late.
fn said(line: &Line<'_>, lang: Lang) -> String {
    let values = [
        ("day", words::long_day(line.obligation.due_day, lang)),
        ("away", words::working_days_away(line.working_days_away, lang)),
        ("minutes", words::about(line.obligation.estimated_minutes, lang)),
        ("place", line.seat.place().to_owned()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut said = lang.f(if line.is_late { "reminders.mail_line_late" } else { "reminders.mail_line" }, &values);
    if let Some(expected) = &line.obligation.expected {
        said.push(' ');
        said.push_str(&lang.f("reminders.mail_expected", &[("day", &words::long_day(expected.day, lang))]));
    }
    said
}

/// Returns the reasons why a recipient who does not hold the seat is reminded, once for each seat.
fn reasons(mail: &Mail<'_>, lang: Lang) -> Vec<String> {
    let mut reasons = Vec::new();
    for line in &mail.lines {
        let Some(gap) = line.gap else { continue };
        let reason = reason(line.seat, line.designation.seat.kind, gap, lang);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

fn reason(owing: &Seat, told_as: SeatKind, gap: Gap, lang: Lang) -> String {
    let key = match (told_as, gap) {
        (SeatKind::Deputy, Gap::Vacant) => "reminders.mail_deputy_vacant",
        (SeatKind::Deputy, Gap::Away) => "reminders.mail_deputy_away",
        (_, Gap::Vacant) => "reminders.mail_secretariat_vacant",
        (_, Gap::Away) => "reminders.mail_secretariat_away",
    };
    let place = owing.observatory_name.as_deref().unwrap_or(&owing.body_name);
    lang.f(key, &[("place", place)])
}
