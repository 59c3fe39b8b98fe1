//! Promising a mail, and taking the promise back.

use super::{TakenBack, WAITING, retention, withdraw};
use crate::config;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::letters;
use crate::mail::content::{Frame, MailContent, Why};
use crate::mail::message::{BuiltMail, CalendarPart, Contact, OutgoingMail};
use crate::texts::Lang;
use chrono::{DateTime, Utc};
use entity::ids::{DesignationId, MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

/// One mail to one person, as a use case says it.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Machine name, `designation_registered`: lower case, kept for ever, a header of the mail.
    pub kind: &'static str,
    /// What makes a second promise of the same mail recognisable: kind, obligation, recipient, version. At most 200 characters.
    pub dedupe_key: String,
    /// Kind and id of what it is about; the mails to one address about one thing form a thread.
    pub subject: (&'static str, String),
    pub to: Recipient,
    pub content: MailContent,
    /// Not before this instant.
    pub due_at: DateTime<Utc>,
    /// Not begun after this instant: a reminder after the event is worse than none.
    pub expires_at: Option<DateTime<Utc>>,
    /// An invitation, its change or its withdrawal.
    pub calendar: Option<CalendarPart>,
}

/// Who is told.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub person_id: Option<PersonId>,
    /// The designation on whose strength the person is told: when it ends, the mail is cancelled.
    pub designation_id: Option<DesignationId>,
    pub name: String,
    pub address: String,
    pub lang: Lang,
}

impl Recipient {
    fn why(&self, settings: &config::Mail) -> Why {
        match (self.designation_id, self.person_id) {
            (Some(_), _) => Why::Designated,
            (None, Some(_)) => Why::Known,
            (None, None) if self.address == settings.operator_address => Why::Operator,
            (None, None) => Why::Contact,
        }
    }
}

/// Promises the mail with its final bytes and Message-ID; the dispatcher hears of it at the commit.
///
/// A promise with a known `dedupe_key` changes nothing and returns the mail there is. A mail that cannot be built, because the
/// address is none that we can send to, is kept as *dead* with the reason: a wrong address must not undo a designation.
pub async fn enqueue(ctx: &Ctx, txn: &Txn, notification: Notification) -> Result<MailId> {
    if let Some(known) = find_by_key(txn, &notification.dedupe_key).await? {
        return Ok(known);
    }
    let id: MailId = ctx.new_id();
    let thread = thread_of(txn, &notification).await?;
    let row = row(ctx, id, thread, &notification)?;
    outbox_mail::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
}

/// The key under which a mail is to be promised to an address; `None` if its reader has been told there.
///
/// The first promise has the key itself. Who was told at another address, since corrected, is told once at each address that follows:
/// the key then ends in a fingerprint of it.
pub async fn open_key(txn: &Txn, key: &str, address: &str) -> Result<Option<String>> {
    let Some(first) = withdraw::standing_under(txn, key).await? else { return Ok(Some(key.to_owned())) };
    if !first.is_owed_at(address) {
        return Ok(None);
    }
    let digest = hex::encode(Sha256::digest(address.to_ascii_lowercase()));
    let next = format!("{key}@{}", &digest[..16]);
    Ok(find_by_key(txn, &next).await?.is_none().then_some(next))
}

/// Takes back what was promised to the holder of the designation: nothing goes to the old address any more. Returns how many.
///
/// A mail on the wire at this moment cannot be called back, but it is not tried again. The farewell is promised afterwards.
pub async fn cancel_for_designation(ctx: &Ctx, txn: &Txn, designation: DesignationId) -> Result<u64> {
    let now = Instant::from(ctx.now());
    let cancelled = outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::State, Expr::value(NotificationState::Cancelled))
        .col_expr(outbox_mail::Column::Payload, retention::words_after_the_end())
        .col_expr(outbox_mail::Column::LastClass, Expr::value(TakenBack::DesignationEnded.as_str()))
        .col_expr(outbox_mail::Column::UpdatedAt, Expr::value(now))
        .filter(outbox_mail::Column::DesignationId.eq(designation))
        .filter(outbox_mail::Column::State.is_in(WAITING))
        .exec(txn)
        .await?;
    outbox_mail::Entity::update_many()
        .col_expr(outbox_mail::Column::ExpiresAt, Expr::value(now))
        .filter(outbox_mail::Column::DesignationId.eq(designation))
        .filter(outbox_mail::Column::State.eq(NotificationState::Leased))
        .exec(txn)
        .await?;
    Ok(cancelled.rows_affected)
}

async fn find_by_key(txn: &Txn, key: &str) -> Result<Option<MailId>> {
    Ok(outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::Id)
        .filter(outbox_mail::Column::DedupeKey.eq(key))
        .into_tuple()
        .one(txn)
        .await?)
}

/// Message-ID of the first mail to this address about this thing. Mails about the person themselves, such as the links for
/// signing in, are no conversation.
async fn thread_of(txn: &Txn, notification: &Notification) -> Result<Option<String>> {
    let (kind, id) = &notification.subject;
    if *kind == "person" {
        return Ok(None);
    }
    Ok(outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::MessageId)
        .filter(outbox_mail::Column::SubjectId.eq(id))
        .filter(outbox_mail::Column::SubjectKind.eq(*kind))
        .filter(outbox_mail::Column::Recipient.eq(&notification.to.address))
        .order_by_asc(outbox_mail::Column::Id)
        .into_tuple()
        .one(txn)
        .await?)
}

fn row(ctx: &Ctx, id: MailId, thread: Option<String>, notification: &Notification) -> Result<outbox_mail::ActiveModel> {
    let mail = outgoing(ctx, id, thread, notification)?;
    let subject = shortened(&letters::line(&mail.subject), 250);
    let built = mail.build();
    let problem = built.as_ref().err().map(ToString::to_string);
    let built = built.unwrap_or_else(|_| BuiltMail {
        message_id: format!("{id}@{}", ctx.config().mail.id_domain),
        bytes: Vec::new(),
        envelope_from: ctx.config().mail.from_address.clone(),
        envelope_to: shortened(&notification.to.address, 254),
    });
    let now = Instant::from(ctx.now());
    let (subject_kind, subject_id) = &notification.subject;
    Ok(outbox_mail::ActiveModel {
        id: Set(id),
        kind: Set(notification.kind.to_owned()),
        dedupe_key: Set(notification.dedupe_key.clone()),
        subject_kind: Set((*subject_kind).to_owned()),
        subject_id: Set(subject_id.clone()),
        person_id: Set(notification.to.person_id),
        designation_id: Set(notification.to.designation_id),
        recipient: Set(built.envelope_to),
        language: Set(notification.to.lang.code().to_owned()),
        subject: Set(subject),
        message_id: Set(built.message_id),
        envelope_from: Set(built.envelope_from),
        payload: Set(built.bytes),
        due_at: Set(Instant::from(notification.due_at)),
        expires_at: Set(notification.expires_at.map(Instant::from)),
        state: Set(if problem.is_some() { NotificationState::Dead } else { NotificationState::Pending }),
        attempts: Set(0),
        crash_count: Set(0),
        may_have_left: Set(false),
        lease_owner: Set(None),
        lease_epoch: Set(0),
        lease_until: Set(None),
        last_class: Set(problem.is_some().then(|| "message".to_owned())),
        last_text: Set(problem),
        sent_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    })
}

fn outgoing(ctx: &Ctx, id: MailId, thread: Option<String>, notification: &Notification) -> Result<OutgoingMail> {
    let settings = &ctx.config().mail;
    let base_url = ctx.config().base_url();
    let frame = Frame {
        lang: notification.to.lang,
        why: notification.to.why(settings),
        sender: &settings.from_name,
        reply_to: &settings.reply_to,
        base_url: &base_url,
    };
    let rendered = notification
        .content
        .render(frame)
        .map_err(|error| Error::Internal(format!("mail {}: {error}", notification.kind)))?;
    Ok(OutgoingMail {
        id: id.0,
        from: Contact { name: settings.from_name.clone(), address: settings.from_address.clone() },
        reply_to: Contact { name: settings.from_name.clone(), address: settings.reply_to.clone() },
        to: Contact { name: notification.to.name.clone(), address: notification.to.address.clone() },
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        date: ctx.now(),
        message_id_domain: settings.id_domain.clone(),
        thread,
        calendar: notification.calendar.clone(),
        kind: notification.kind.to_owned(),
    })
}

fn shortened(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
