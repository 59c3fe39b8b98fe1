//! The mails of the register: registered, welcome, ending soon, ended, designation requested.
//!
//! Each function promises its mails in the caller's transaction. The dedupe key says what makes a mail the same mail, so
//! that a job that runs twice tells nobody twice.

use super::model::{Act, Seat};
use super::policy::Visibility;
use super::service::holders_of;
use super::store::{self, Filter};
use super::view::{Designation, Holder};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::mail::content::MailContent;
use crate::mail::outbox::{self, Notification, Recipient};
use crate::network::service as network;
use crate::texts::Lang;
use crate::time::words;
use chrono::{Days, NaiveDate};
use entity::kinds::SeatKind;

/// Registered: to the newcomer, to the body and to the secretariat, one mail each.
pub(super) async fn registered(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let own = to_holder(designation);
    let content = registered_to_holder(ctx, designation, own.lang);
    send(ctx, txn, "designation_registered", designation, own, content).await?;
    for recipient in interested(ctx, txn, designation).await? {
        let content = registered_to_others(ctx, designation, recipient.lang);
        send(ctx, txn, "designation_registered", designation, recipient, content).await?;
    }
    Ok(())
}

/// Welcome: to who begins today, unless the mail of the registration has said it today already.
pub(super) async fn welcome(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    if crate::time::zone::day_of(designation.record.recorded_at) == ctx.today() {
        return Ok(());
    }
    let recipient = to_holder(designation);
    let content = registered_to_holder(ctx, designation, recipient.lang);
    send(ctx, txn, "designation_welcome", designation, recipient, content).await
}

/// Ending soon: to the body and the secretariat, once for each end.
pub(super) async fn ending_soon(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    for recipient in interested(ctx, txn, designation).await? {
        let lang = recipient.lang;
        let content = content(
            ctx,
            designation,
            lang,
            "ending_soon",
            Some(("designations.mail_open_register", register_path(designation))),
        );
        send(ctx, txn, "designation_ending_soon", designation, recipient, content).await?;
    }
    Ok(())
}

/// Ended: the farewell to the former holder, and word of it to the body.
pub(super) async fn ended(ctx: &Ctx, txn: &Txn, designation: &Designation) -> Result<()> {
    let farewell = Recipient { designation_id: None, ..to_holder(designation) };
    let text = content(ctx, designation, farewell.lang, "ended", None);
    send(ctx, txn, outbox::FAREWELL, designation, farewell, text).await?;
    for recipient in to_body(ctx, txn, &designation.seat, Some(&designation.holder)).await? {
        let lang = recipient.lang;
        let text = content(
            ctx,
            designation,
            lang,
            "ended_body",
            Some(("designations.mail_open_register", register_path(designation))),
        );
        send(ctx, txn, "designation_ended", designation, recipient, text).await?;
    }
    Ok(())
}

/// Designation requested: to the body whose seat is vacant, at most once a day. Returns how many there are to ask.
pub(super) async fn requested(ctx: &Ctx, txn: &Txn, seat: &Seat, day: NaiveDate) -> Result<usize> {
    let recipients = to_body(ctx, txn, seat, None).await?;
    let how_many = recipients.len();
    for recipient in recipients {
        let lang = recipient.lang;
        let seat_name = seat_name(seat, lang);
        let values = [("seat", seat_name.as_str()), ("body", seat.body_name.as_str())];
        let content = MailContent {
            subject: lang.f("designations.mail_requested_subject", &values),
            heading: lang.f("designations.mail_requested_heading", &values),
            paragraphs: vec![
                lang.f("designations.mail_requested_body", &values),
                lang.t("designations.mail_requested_how").to_owned(),
            ],
            facts: vec![
                (lang.t("designations.fact_seat").to_owned(), seat_name.clone()),
                (lang.t("designations.fact_body").to_owned(), seat.body_name.clone()),
            ],
            action: Some((
                lang.t("designations.mail_designate").to_owned(),
                url(ctx, &format!("/designations/new?seat={}", seat.code)),
            )),
            closing: None,
        };
        let notification = Notification {
            kind: "designation_requested",
            dedupe_key: format!("designation_requested:{}:{day}:{}", seat.id, recipient.address),
            subject: ("seat", seat.id.to_string()),
            to: recipient,
            content,
            due_at: ctx.now(),
            expires_at: None,
            calendar: None,
        };
        outbox::enqueue(ctx, txn, notification).await?;
    }
    Ok(how_many)
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
            (lang.t("designations.fact_act").to_owned(), act_line(act, lang)),
        ],
        action: action.map(|(label, path)| (lang.t(label).to_owned(), url(ctx, &path))),
        closing: None,
    }
}

/// «Decreto n. 12/2027 del 01.03.2027, Presidente».
pub fn act_line(act: &Act, lang: Lang) -> String {
    lang.f(
        "designations.act_line",
        &[
            ("kind", lang.t(&format!("designations.act_kind_{}", act.kind))),
            ("number", &act.number),
            ("date", &words::short_day(act.date)),
            ("organ", &act.organ),
        ],
    )
}

/// *Referente · Osservatorio di Bergamo*.
pub fn seat_name(seat: &Seat, lang: Lang) -> String {
    format!("{} · {}", lang.t(&format!("designations.seat_{}", seat.kind)), seat.place())
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

/// Promises one mail about a designation, unless it had been promised before.
async fn send(
    ctx: &Ctx,
    txn: &Txn,
    kind: &'static str,
    about: &Designation,
    to: Recipient,
    content: MailContent,
) -> Result<()> {
    let record = &about.record;
    let notification = Notification {
        kind,
        dedupe_key: format!("{kind}:{}:{}:{}", about.id, record.position, to.address),
        subject: ("designation", about.id.to_string()),
        to,
        content,
        due_at: ctx.now(),
        // A welcome or a warning is of no use weeks later; word of an end still is.
        expires_at: (![outbox::FAREWELL, "designation_ended"].contains(&kind)).then(|| ctx.now() + Days::new(14)),
        calendar: None,
    };
    outbox::enqueue(ctx, txn, notification).await?;
    Ok(())
}
