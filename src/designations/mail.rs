//! The mails of the register: registered, welcome, ending soon, farewell, ended, designation requested.
//!
//! Each function enqueues its mails in the caller's transaction. The de-duplication key identifies a mail, so that a
//! job that runs twice sends it once.

pub mod kinds;
pub mod news;

use self::kinds::{AboutDesignation, Ended, EndingSoon, Farewell, Registered, Requested, Welcome};
use super::model::Seat;
use super::policy::Visibility;
use super::store::{self, Filter};
use super::view::{Designation, Holder};
use super::words::{self as register_words, seat_name};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::questions::AllSeats;
use crate::error::Result;
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::{Kind, MailKind};
use crate::mail::outbox::withdraw::{self, Promised};
use crate::mail::outbox::{self, Draft, Recipient, Subject};
use crate::network::questions::AllCalendars;
use crate::network::service as network;
use crate::texts::{Label, Lang};
use crate::time::{words as time_words, zone::day_of};
use chrono::{DateTime, Days, Utc};
use entity::ids::DesignationId;
use entity::kinds::SeatKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// Days after which an unsent mail expires. Mails about an end never expire.
const LASTS_DAYS: u64 = 14;

/// Working days that a request leaves for an answer, in the calendar of the seat's territory.
const ANSWER_WORKING_DAYS: i32 = 5;

/// Returns the reader for a key: the person, whatever the address, or the body of a certified mailbox. Addresses are too long for a key.
fn reader(to: &Recipient, seat: &Seat) -> Uuid {
    to.person_id.map_or(seat.body_id.0, |person| person.0)
}

/// Enqueues *registered* to the new holder, to the body and to the secretariat, one mail each.
pub(super) async fn registered(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let others = interested(ctx, txn, designation).await?;
    let others = others.into_iter().map(|other| registered_to_others(ctx, designation, other));
    let own = registered_to_holder::<Registered>(ctx, designation);
    promise(ctx, txn, std::iter::once(own).chain(others).collect()).await?;
    Ok(())
}

/// Enqueues *welcome* to the holder, unless *registered* has already reached the holder's present address on or after
/// the first day. Returns whether a mail was enqueued.
pub(super) async fn welcome(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let recipient = to_holder(designation);
    if day_of(designation.entered_at) >= designation.record.statement.term.from {
        let registered = key::<Registered>(designation, &recipient);
        let promise = withdraw::standing_under(txn, &registered).await?;
        if !promise.is_some_and(|promise| promise.is_owed_at(&recipient.address)) {
            return Ok(false);
        }
    }
    promise(ctx, txn, vec![registered_to_holder::<Welcome>(ctx, designation)]).await
}

/// Enqueues *registered* again for recipients whose address has changed since: the body, the secretariat, and the new
/// holder unless the holder is about to get [`welcome`]. Returns whether a mail was enqueued.
pub(super) async fn registered_elsewhere(
    ctx: &Ctx,
    txn: &Txn,
    designation: &Designation,
    is_welcomed: bool,
) -> Result<bool> {
    let mut owed = Vec::new();
    if !is_welcomed && is_owed::<Registered>(txn, designation, &to_holder(designation)).await? {
        owed.push(registered_to_holder::<Registered>(ctx, designation));
    }
    for recipient in interested(ctx, txn, designation).await? {
        if is_owed::<Registered>(txn, designation, &recipient).await? {
            owed.push(registered_to_others(ctx, designation, recipient));
        }
    }
    promise(ctx, txn, owed).await
}

/// Reads the designations whose *registered* mail of the last [`LASTS_DAYS`] days went to a recipient with another
/// address now.
pub(super) async fn registrations_told_elsewhere(ctx: &Ctx) -> Result<Vec<DesignationId>> {
    let since = ctx.now() - Days::new(LASTS_DAYS);
    let subjects = withdraw::subjects_told_elsewhere(ctx.reader(), Registered::NAME, since).await?;
    Ok(subjects.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Tells whether a mail was enqueued but did not go to the reader's present address.
async fn is_owed<K: AboutDesignation>(txn: &Txn, about: &Designation, to: &Recipient) -> Result<bool> {
    let promise = withdraw::standing_under(txn, &key::<K>(about, to)).await?;
    Ok(promise.is_some_and(|promise| promise.is_owed_at(&to.address)))
}

/// Enqueues *ending soon* to the body and to the secretariat, once for each end. Returns whether a mail was enqueued.
pub(super) async fn ending_soon(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<bool> {
    let recipients = interested(ctx, txn, designation).await?;
    let drafts = recipients.into_iter().map(|recipient| {
        let renew = ("designations_mail.renew", format!("/designations/new?seat={}", designation.seat.code));
        let content = content(ctx, designation, recipient.lang, EndingSoon::WORDS, Some(renew));
        draft::<EndingSoon>(ctx, designation, recipient, content)
    });
    promise(ctx, txn, drafts.collect()).await
}

/// Enqueues the farewell to the former holder, and *ended* to the body.
pub(super) async fn ended(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let farewell = Recipient { designation_id: None, ..to_holder(designation) };
    let text = content(ctx, designation, farewell.lang, Farewell::WORDS, None);
    let mut drafts = vec![draft::<Farewell>(ctx, designation, farewell, text)];
    for recipient in to_body(ctx, txn, &designation.seat, Some(&designation.holder)).await? {
        let text = content(ctx, designation, recipient.lang, Ended::WORDS, Some(to_register(designation)));
        drafts.push(draft::<Ended>(ctx, designation, recipient, text));
    }
    promise(ctx, txn, drafts).await?;
    Ok(())
}

/// Enqueues *designation requested* to the body of a vacant seat, at most once a day. Returns the number of recipients.
pub(super) async fn requested(ctx: &Ctx, txn: &Txn, seat: &Seat) -> Result<usize> {
    let recipients = to_body(ctx, txn, seat, None).await?;
    let how_many = recipients.len();
    for recipient in recipients {
        ask(ctx, txn, seat, recipient).await?;
    }
    Ok(how_many)
}

/// Enqueues *designation requested* again for recipients whose last request of the last [`LASTS_DAYS`] days went to an
/// address that has changed since. Returns whether a mail was enqueued.
pub(super) async fn requested_elsewhere(ctx: &Ctx, txn: &Txn, seat: &Seat) -> Result<bool> {
    let seat_id = seat.id.to_string();
    let mut asked = requests(ctx, txn).await?;
    asked.retain(|request| request.subject_id == seat_id);
    let mut is_news = false;
    for recipient in to_body(ctx, txn, seat, None).await? {
        let last = asked.iter().rev().find(|request| request.person_id == recipient.person_id);
        if last.is_some_and(|request| request.is_owed_at(&recipient.address)) {
            is_news |= ask(ctx, txn, seat, recipient).await?;
        }
    }
    Ok(is_news)
}

/// Reads the requests of the last [`LASTS_DAYS`] days, the earliest first.
pub(super) async fn requests(ctx: &Ctx, db: &impl ConnectionTrait) -> Result<Vec<Promised>> {
    let since = ctx.now() - Days::new(LASTS_DAYS);
    // The end of the range is excluded, so a day is added to include a request of this very instant.
    withdraw::promised_within(db, Requested::NAME, since..ctx.now() + Days::new(1)).await
}

/// Reads the mails enqueued since an instant about a designation, those that it ended, and its seat, each with the text key of
/// its kind; a preview names them.
pub(super) async fn promised_by(
    txn: &Txn,
    since: DateTime<Utc>,
    entered: &Designation,
    leaving: &[Designation],
) -> Result<Vec<(&'static str, Promised)>> {
    let kinds = [Kind::of::<Registered>(), Kind::of::<Farewell>(), Kind::of::<Ended>(), Kind::of::<Requested>()];
    let designations = leaving.iter().chain([entered]).map(|one| one.id.to_string());
    let subjects: Vec<String> = designations.chain([entered.seat.id.to_string()]).collect();
    let mut promised = Vec::new();
    for kind in kinds {
        // The end of the range is excluded, so a day is added to include a mail of this very instant.
        let mails = withdraw::promised_within(txn, kind.name(), since..since + Days::new(1)).await?;
        promised.extend(
            mails.into_iter().filter(|mail| subjects.contains(&mail.subject_id)).map(|mail| (kind.label(), mail)),
        );
    }
    Ok(promised)
}

async fn ask(ctx: &Ctx, txn: &Txn, seat: &Seat, to: Recipient) -> Result<bool> {
    let key = format!("{}:{}:{}:{}", Requested::NAME, seat.id, ctx.today(), reader(&to, seat));
    // At most once a day also if the first mail was withdrawn because the seat was held for a while.
    if withdraw::standing_under(txn, &key).await?.is_some_and(|promise| promise.is_to(&to.address)) {
        return Ok(false);
    }
    let content = request(ctx, seat, to.lang).await?;
    let letter = Letter {
        kind: Kind::of::<Requested>(),
        dedupe_key: key,
        subject: Subject::of(seat.id).on_day(ctx.today()),
        expires: true,
    };
    promise(ctx, txn, vec![letter.to(ctx, to, content)]).await
}

/// Builds the request. It asks for an answer within [`ANSWER_WORKING_DAYS`].
async fn request(ctx: &Ctx, seat: &Seat, lang: Lang) -> Result<MailContent> {
    let calendars = ctx.recall(&AllCalendars).await?;
    let deadline = calendars.of(&seat.territory)?.add_working_days(ctx.today(), ANSWER_WORKING_DAYS)?;
    let values = [
        ("seat", seat_name(seat, lang)),
        ("role", role(seat, lang)),
        ("deadline", time_words::brief_day(deadline, lang)),
        ("until", time_words::long_day(deadline, lang)),
    ];
    let rule = (seat.kind == SeatKind::Referent).then(|| lang.t("designations_mail.requested_rule").to_owned());
    let how = lang.t("designations_mail.requested_how").to_owned();
    let mut content = Words::of("designations_mail.requested").write(lang, &values);
    content.paragraphs.extend(rule.into_iter().chain([how]));
    Ok(MailContent {
        facts: vec![(lang.t("designations_mail.fact_body").to_owned(), seat.body_name.clone())],
        action: Some((
            lang.t("designations_mail.designate").to_owned(),
            url(ctx, &format!("/designations/new?seat={}", seat.code)),
        )),
        ..content
    })
}

/// «Referente, Provincia di Bergamo»: the seat in the few words that a subject has room for.
fn role(seat: &Seat, lang: Lang) -> String {
    format!("{}, {}", seat.kind.label(lang), seat.body_name)
}

/// Builds the first mail that a new holder gets: it says what Raccordo is, what it asks for and how to enter.
fn registered_to_holder<K: AboutDesignation>(ctx: &Ctx, designation: &Designation) -> Draft {
    let own = to_holder(designation);
    let button = ("designations_mail.sign_in", "/dossier".to_owned());
    let mut content = content(ctx, designation, own.lang, Welcome::WORDS, Some(button));
    let what_and_how = ["designations_mail.welcome_what", "designations_mail.welcome_how"];
    content.paragraphs.extend(what_and_how.map(|key| own.lang.t(key).to_owned()));
    draft::<K>(ctx, designation, own, content)
}

fn registered_to_others(ctx: &Ctx, designation: &Designation, to: Recipient) -> Draft {
    let content = content(ctx, designation, to.lang, Registered::WORDS, Some(to_register(designation)));
    draft::<Registered>(ctx, designation, to, content)
}

/// Returns the button that leads to the designation: its text key and its path.
fn to_register(designation: &Designation) -> (&'static str, String) {
    ("designations_mail.open_register", format!("/designations/{}", designation.id))
}

/// Builds a mail about one designation: the text of its kind, then seat, holder, term and act as facts.
fn content(
    ctx: &Ctx,
    designation: &Designation,
    lang: Lang,
    words: Words,
    action: Option<(&str, String)>,
) -> MailContent {
    let seat_name = seat_name(&designation.seat, lang);
    let holder = designation.holder.name();
    let term = designation.record.statement.term;
    let from = time_words::long_day(term.from, lang);
    let to = term
        .to
        .map_or_else(|| lang.t("designations.until_further_notice").to_owned(), |day| time_words::long_day(day, lang));
    let last_day = term.to.map(|day| time_words::brief_day(day, lang)).unwrap_or_default();
    let values = [
        ("seat", seat_name.as_str()),
        ("role", &role(&designation.seat, lang)),
        ("holder", &holder),
        ("day", &time_words::brief_day(term.from, lang)),
        ("from", &from),
        ("to", &to),
        ("last_day", &last_day),
    ];
    let act = &designation.record.statement.act;
    MailContent {
        facts: vec![
            (lang.t("designations_mail.fact_seat").to_owned(), seat_name.clone()),
            (lang.t("designations_mail.fact_holder").to_owned(), holder.clone()),
            (lang.t("designations_mail.fact_from").to_owned(), from.clone()),
            (lang.t("designations_mail.fact_to").to_owned(), to.clone()),
            (lang.t("designations_mail.fact_act").to_owned(), register_words::act(act, lang)),
        ],
        action: action.map(|(label, path)| (lang.t(label).to_owned(), url(ctx, &path))),
        ..words.write(lang, &values)
    }
}

fn url(ctx: &Ctx, path: &str) -> String {
    format!("{}{path}", ctx.config().base_url())
}

/// Returns the holder of a designation as recipient of mails because of it.
pub fn to_holder(designation: &Designation) -> Recipient {
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

/// Reads the designations that pass a filter, in the transaction that may have changed them.
async fn held_now(ctx: &Ctx, txn: &Txn, filter: &Filter) -> Result<Vec<Designation>> {
    let seats = ctx.recall(&AllSeats).await?;
    Ok(store::list(txn, &seats, &Visibility::Everything, filter, None, None).await?)
}

/// Reads the recipients at a body: its managers today, or its certified mailbox if it has no manager. Empty if it has
/// neither.
async fn to_body(ctx: &Ctx, txn: &Txn, seat: &Seat, except: Option<&Holder>) -> Result<Vec<Recipient>> {
    let filter = Filter {
        body: Some(seat.body_id),
        kind: Some(SeatKind::BodyManager),
        as_of: Some(ctx.today()),
        ..Filter::default()
    };
    let managers = held_now(ctx, txn, &filter).await?;
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

/// Reads the recipients at the body and the secretariat, each address once, without the new holder.
async fn interested(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<Vec<Recipient>> {
    let mut recipients = to_body(ctx, txn, &designation.seat, Some(&designation.holder)).await?;
    let secretariat = Filter { kind: Some(SeatKind::Secretariat), as_of: Some(ctx.today()), ..Filter::default() };
    recipients.extend(held_now(ctx, txn, &secretariat).await?.iter().map(to_holder));
    let mut seen = vec![designation.holder.email.clone()];
    recipients.retain(|recipient| {
        let is_new = !seen.contains(&recipient.address);
        seen.push(recipient.address.clone());
        is_new
    });
    Ok(recipients)
}

/// Builds a mail about a designation.
fn draft<K: AboutDesignation>(ctx: &Ctx, about: &Designation, to: Recipient, content: MailContent) -> Draft {
    let letter = Letter {
        kind: Kind::of::<K>(),
        dedupe_key: key::<K>(about, &to),
        subject: Subject::of(about.id).on_day(K::day(about)),
        expires: K::EXPIRES,
    };
    letter.to(ctx, to, content)
}

fn key<K: AboutDesignation>(about: &Designation, to: &Recipient) -> String {
    K::key(about, reader(to, &about.seat))
}

/// A mail of the register without recipient and text.
struct Letter {
    kind: Kind,
    dedupe_key: String,
    subject: Subject,
    expires: bool,
}

impl Letter {
    fn to(self, ctx: &Ctx, to: Recipient, content: MailContent) -> Draft {
        let Self { kind, dedupe_key, subject, expires } = self;
        // A certified mailbox cannot sign in, so its mail has no button.
        let action = content.action.filter(|_| to.person_id.is_some());
        Draft {
            kind,
            dedupe_key,
            subject,
            to,
            content: MailContent { action, ..content },
            due_at: ctx.now(),
            expires_at: expires.then(|| ctx.now() + Days::new(LASTS_DAYS)),
            calendar: None,
        }
    }
}

/// Enqueues the mails that were not sent to these addresses yet. Returns whether there is one.
async fn promise(ctx: &Ctx, txn: &Txn, drafts: Vec<Draft>) -> Result<bool> {
    Ok(outbox::promise_at_addresses(ctx, txn, drafts).await? > 0)
}
