//! The mails of the register: registered, welcome, ending soon, ended, designation requested.
//!
//! Each function promises its mails in the caller's transaction. The dedupe key says what makes a mail the same mail, so
//! that a job that runs twice tells nobody twice.

use super::model::{Record, Seat, Statement};
use super::policy::Visibility;
use super::service::holders_of;
use super::store::{self, Filter};
use super::view::{Designation, Holder};
use super::words::{self as register_words, seat_name};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::outbox::withdraw::{self, Promise};
use crate::mail::outbox::{self, Notification, Recipient};
use crate::network::service as network;
use crate::texts::Lang;
use crate::time::{words, zone::day_of};
use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::ids::DesignationId;
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// So long a mail that waits is still of use; word of an end always is.
const LASTS_DAYS: u64 = 14;

/// What the register writes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matter {
    Registered,
    Welcome,
    EndingSoon,
    Farewell,
    Ended,
    Requested,
}

impl Matter {
    const ALL: &'static [Self] =
        &[Self::Registered, Self::Welcome, Self::EndingSoon, Self::Farewell, Self::Ended, Self::Requested];

    /// The machine name of its mails; never changed once released.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Registered => "designation_registered",
            Self::Welcome => "designation_welcome",
            Self::EndingSoon => "designation_ending_soon",
            Self::Farewell => outbox::FAREWELL,
            Self::Ended => "designation_ended",
            Self::Requested => "designation_requested",
        }
    }

    /// The matter of mails of this kind, if it is one of the register's.
    pub(super) fn of_kind(kind: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|matter| matter.kind() == kind)
    }

    /// What makes a mail about a designation the same mail: the day it speaks of, and of an end that was carried out the record
    /// that says so, since one that was corrected away may come after all.
    fn key(self, about: &Designation, to: &Recipient) -> String {
        let (kind, id, who) = (self.kind(), about.id, reader(to, &about.seat));
        let Record { position, statement: Statement { term, .. }, .. } = &about.record;
        let last_day = term.to.map_or_else(String::new, |day| day.to_string());
        match self {
            Self::Farewell | Self::Ended => format!("{kind}:{id}:{position}:{last_day}:{who}"),
            Self::EndingSoon => format!("{kind}:{id}:{last_day}:{who}"),
            Self::Registered | Self::Welcome | Self::Requested => format!("{kind}:{id}:{}:{who}", term.from),
        }
    }

    fn expires_at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (!matches!(self, Self::Farewell | Self::Ended)).then(|| now + Days::new(LASTS_DAYS))
    }
}

/// Whether a mail promised under this key speaks of the day.
pub(super) fn speaks_of(key: &str, day: NaiveDate) -> bool {
    key.contains(&format!(":{day}:"))
}

/// Who reads it: the person, whatever their address, or the body whose certified mailbox it is. Addresses are too long for a key.
fn reader(to: &Recipient, seat: &Seat) -> Uuid {
    to.person_id.map_or(seat.body_id.0, |person| person.0)
}

/// Registered: to the newcomer, to the body and to the secretariat, one mail each.
pub(super) async fn registered(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let own = to_holder(designation);
    let content = registered_to_holder(ctx, designation, own.lang);
    send(ctx, txn, Matter::Registered, designation, own, content).await?;
    for recipient in interested(ctx, txn, designation).await? {
        let content = registered_to_others(ctx, designation, recipient.lang);
        send(ctx, txn, Matter::Registered, designation, recipient, content).await?;
    }
    Ok(())
}

/// Welcomes who has begun, unless the mail of the registration has said so already, at the address at which they are written to now.
/// Says whether a mail was promised.
pub(super) async fn welcome(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let recipient = to_holder(designation);
    if day_of(designation.entered_at) >= designation.record.statement.term.from {
        let registered = Matter::Registered.key(designation, &recipient);
        let promise = withdraw::standing_under(txn, &registered).await?;
        if !promise.is_some_and(|promise| promise.is_owed_at(&recipient.address)) {
            return Ok(false);
        }
    }
    let content = registered_to_holder(ctx, designation, recipient.lang);
    send(ctx, txn, Matter::Welcome, designation, recipient, content).await
}

/// Tells the registration once more to those who were told at an address that is not theirs any more: to body and secretariat, and to
/// the newcomer unless they are about to be welcomed ([`welcome`]). Says whether a mail was promised.
pub(super) async fn registered_elsewhere(
    ctx: &Ctx,
    txn: &Txn,
    designation: &Designation,
    is_welcomed: bool,
) -> Result<bool> {
    let mut is_news = false;
    if !is_welcomed {
        let own = to_holder(designation);
        if is_owed(txn, Matter::Registered, designation, &own).await? {
            let content = registered_to_holder(ctx, designation, own.lang);
            is_news |= send(ctx, txn, Matter::Registered, designation, own, content).await?;
        }
    }
    for recipient in interested(ctx, txn, designation).await? {
        if is_owed(txn, Matter::Registered, designation, &recipient).await? {
            let content = registered_to_others(ctx, designation, recipient.lang);
            is_news |= send(ctx, txn, Matter::Registered, designation, recipient, content).await?;
        }
    }
    Ok(is_news)
}

/// The designations whose registration, of the last [`LASTS_DAYS`] days, was told to somebody who is written to at another address now.
pub(super) async fn registrations_told_elsewhere(ctx: &Ctx) -> Result<Vec<DesignationId>> {
    let since = ctx.now() - Days::new(LASTS_DAYS);
    let subjects = withdraw::subjects_told_elsewhere(ctx.reader(), Matter::Registered.kind(), since).await?;
    Ok(subjects.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Whether a mail was promised that its reader has not had where they are written to now.
async fn is_owed(txn: &Txn, matter: Matter, about: &Designation, to: &Recipient) -> Result<bool> {
    let promise = withdraw::standing_under(txn, &matter.key(about, to)).await?;
    Ok(promise.is_some_and(|promise| promise.is_owed_at(&to.address)))
}

/// Ending soon: to the body and the secretariat, once for each end. Says whether a mail was promised.
pub(super) async fn ending_soon(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let mut is_news = false;
    for recipient in interested(ctx, txn, designation).await? {
        let lang = recipient.lang;
        let content = content(
            ctx,
            designation,
            lang,
            "ending_soon",
            Some(("designations.mail_open_register", register_path(designation))),
        );
        is_news |= send(ctx, txn, Matter::EndingSoon, designation, recipient, content).await?;
    }
    Ok(is_news)
}

/// Ended: the farewell to the former holder, and word of it to the body.
pub(super) async fn ended(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let farewell = Recipient { designation_id: None, ..to_holder(designation) };
    let text = content(ctx, designation, farewell.lang, "ended", None);
    send(ctx, txn, Matter::Farewell, designation, farewell, text).await?;
    for recipient in to_body(ctx, txn, &designation.seat, Some(&designation.holder)).await? {
        let lang = recipient.lang;
        let text = content(
            ctx,
            designation,
            lang,
            "ended_body",
            Some(("designations.mail_open_register", register_path(designation))),
        );
        send(ctx, txn, Matter::Ended, designation, recipient, text).await?;
    }
    Ok(())
}

/// Asks the body whose seat is vacant for a designation, at most once a day. Returns how many there are to ask.
pub(super) async fn requested(ctx: &Ctx, txn: &Txn, seat: &Seat) -> Result<usize> {
    let recipients = to_body(ctx, txn, seat, None).await?;
    let how_many = recipients.len();
    for recipient in recipients {
        ask(ctx, txn, seat, recipient).await?;
    }
    Ok(how_many)
}

/// Asks once more those whose last request, of the last [`LASTS_DAYS`] days, went to an address that is not theirs any more. Says whether
/// a mail was promised.
pub(super) async fn requested_elsewhere(ctx: &Ctx, txn: &Txn, seat: &Seat) -> Result<bool> {
    let asked = requests(ctx, txn).await?;
    let mut is_news = false;
    for recipient in to_body(ctx, txn, seat, None).await? {
        let reader = reader(&recipient, seat).to_string();
        let seat_id = seat.id.to_string();
        let last =
            asked.iter().rev().find(|request| request.subject_id == seat_id && request.dedupe_key.contains(&reader));
        if last.is_some_and(|request| request.is_owed_at(&recipient.address)) {
            is_news |= ask(ctx, txn, seat, recipient).await?;
        }
    }
    Ok(is_news)
}

/// The requests of the last [`LASTS_DAYS`] days, the earliest first.
pub(super) async fn requests(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Vec<Promise>> {
    let since = ctx.now() - Days::new(LASTS_DAYS);
    // The end of a span does not belong to it, and a request of this very moment counts.
    withdraw::promised_within(db, Matter::Requested.kind(), since..ctx.now() + Days::new(1)).await
}

async fn ask(ctx: &Ctx, txn: &Txn, seat: &Seat, to: Recipient) -> Result<bool> {
    let key = format!("{}:{}:{}:{}", Matter::Requested.kind(), seat.id, ctx.today(), reader(&to, seat));
    // Once a day also where the first was withdrawn, because somebody held the seat meanwhile.
    if withdraw::standing_under(txn, &key).await?.is_some_and(|promise| promise.is_to(&to.address)) {
        return Ok(false);
    }
    let content = request(ctx, seat, to.lang);
    promise(ctx, txn, Matter::Requested, key, ("seat", seat.id.to_string()), to, content).await
}

fn request(ctx: &Ctx, seat: &Seat, lang: Lang) -> MailContent {
    let seat_name = seat_name(seat, lang);
    let values = [("seat", seat_name.as_str()), ("body", seat.body_name.as_str())];
    let rule = (seat.kind == SeatKind::Referent).then(|| lang.t("designations.mail_requested_rule").to_owned());
    let what = lang.f("designations.mail_requested_body", &values);
    let how = lang.t("designations.mail_requested_how").to_owned();
    MailContent {
        subject: lang.f("designations.mail_requested_subject", &values),
        heading: lang.f("designations.mail_requested_heading", &values),
        paragraphs: [Some(what), rule, Some(how)].into_iter().flatten().collect(),
        facts: vec![
            (lang.t("designations.fact_seat").to_owned(), seat_name.clone()),
            (lang.t("designations.fact_body").to_owned(), seat.body_name.clone()),
        ],
        action: Some((
            lang.t("designations.mail_designate").to_owned(),
            url(ctx, &format!("/designations/new?seat={}", seat.code)),
        )),
        closing: None,
    }
}

fn registered_to_holder(ctx: &Ctx, designation: &Designation, lang: Lang) -> MailContent {
    content(ctx, designation, lang, "welcome", Some(("designations.mail_sign_in", "/dossier".to_owned())))
}

fn registered_to_others(ctx: &Ctx, designation: &Designation, lang: Lang) -> MailContent {
    content(ctx, designation, lang, "registered", Some(("designations.mail_open_register", register_path(designation))))
}

fn register_path(designation: &Designation) -> String {
    format!("/designations/{}", designation.id)
}

/// The shape all mails about one designation share: what, for which seat, from when to when, by which act.
fn content(
    ctx: &Ctx,
    designation: &Designation,
    lang: Lang,
    name: &str,
    action: Option<(&str, String)>,
) -> MailContent {
    let seat_name = seat_name(&designation.seat, lang);
    let holder = designation.holder.name();
    let term = designation.record.statement.term;
    let from = words::long_day(term.from, lang);
    let to = term
        .to
        .map_or_else(|| lang.t("designations.until_further_notice").to_owned(), |day| words::long_day(day, lang));
    let values = [
        ("seat", seat_name.as_str()),
        ("holder", holder.as_str()),
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("body", designation.seat.body_name.as_str()),
    ];
    let act = &designation.record.statement.act;
    MailContent {
        subject: lang.f(&format!("designations.mail_{name}_subject"), &values),
        heading: lang.f(&format!("designations.mail_{name}_heading"), &values),
        paragraphs: vec![lang.f(&format!("designations.mail_{name}_body"), &values)],
        facts: vec![
            (lang.t("designations.fact_seat").to_owned(), seat_name.clone()),
            (lang.t("designations.fact_holder").to_owned(), holder.clone()),
            (lang.t("designations.fact_from").to_owned(), from.clone()),
            (lang.t("designations.fact_to").to_owned(), to.clone()),
            (lang.t("designations.fact_act").to_owned(), register_words::act(act, lang)),
        ],
        action: action.map(|(label, path)| (lang.t(label).to_owned(), url(ctx, &path))),
        closing: None,
    }
}

fn url(ctx: &Ctx, path: &str) -> String {
    format!("{}{path}", ctx.config().base_url())
}

fn to_holder(designation: &Designation) -> Recipient {
    Recipient { designation_id: Some(designation.id), ..to_person(&designation.holder) }
}

fn to_person(holder: &Holder) -> Recipient {
    Recipient {
        person_id: Some(holder.id),
        designation_id: None,
        name: holder.name(),
        address: holder.email.clone(),
        lang: holder.lang,
    }
}

/// The body's manager on the day, or its certified mailbox if it has no manager; nobody if it has neither.
async fn to_body(ctx: &Ctx, txn: &Txn, seat: &Seat, except: Option<&Holder>) -> Result<Vec<Recipient>> {
    let filter = Filter {
        body: Some(seat.body_id),
        kind: Some(SeatKind::BodyManager),
        as_of: Some(ctx.today()),
        ..Filter::default()
    };
    let managers = store::list(txn, &Visibility::Everything, &filter, None, None).await?;
    if managers.is_empty() {
        let pec = network::body_by_id(txn, seat.body_id).await?.pec;
        return Ok(pec
            .map(|address| Recipient {
                person_id: None,
                designation_id: None,
                name: seat.body_name.clone(),
                address,
                lang: Lang::It,
            })
            .into_iter()
            .collect());
    }
    Ok(managers
        .iter()
        .filter(|manager| except.is_none_or(|holder| holder.id != manager.holder.id))
        .map(to_holder)
        .collect())
}

/// The body and the secretariat, each person once, the newcomer left out.
async fn interested(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<Vec<Recipient>> {
    let mut recipients = to_body(ctx, txn, &designation.seat, Some(&designation.holder)).await?;
    for member in holders_of(txn, SeatKind::Secretariat, ctx.today()).await? {
        recipients.push(to_holder(&member));
    }
    let mut seen = vec![designation.holder.email.clone()];
    recipients.retain(|recipient| {
        let is_new = !seen.contains(&recipient.address);
        seen.push(recipient.address.clone());
        is_new
    });
    Ok(recipients)
}

/// Promises one mail about a designation; says whether it is a new promise.
async fn send(
    ctx: &Ctx,
    txn: &Txn,
    matter: Matter,
    about: &Designation,
    to: Recipient,
    content: MailContent,
) -> Result<bool> {
    let key = matter.key(about, &to);
    promise(ctx, txn, matter, key, ("designation", about.id.to_string()), to, content).await
}

/// Promises one mail, unless its reader was told before at this address.
async fn promise(
    ctx: &Ctx,
    txn: &Txn,
    matter: Matter,
    dedupe_key: String,
    subject: (&'static str, String),
    to: Recipient,
    content: MailContent,
) -> Result<bool> {
    let Some(dedupe_key) = outbox::open_key(txn, &dedupe_key, &to.address).await? else { return Ok(false) };
    // Nobody signs in as a certified mailbox: a button would lead its reader to a closed door.
    let action = content.action.filter(|_| to.person_id.is_some());
    let notification = Notification {
        kind: matter.kind(),
        dedupe_key,
        subject,
        to,
        content: MailContent { action, ..content },
        due_at: ctx.now(),
        expires_at: matter.expires_at(ctx.now()),
        calendar: None,
    };
    outbox::enqueue(ctx, txn, notification).await?;
    Ok(true)
}
