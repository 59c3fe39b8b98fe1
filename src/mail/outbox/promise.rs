//! Enqueuing mails, and withdrawing those to the holder of a designation.

use super::{TakenBack, WAITING, retention, withdraw};
use crate::config;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::letters;
use crate::mail::content::{Frame, MailContent, Why};
use crate::mail::kind::Kind;
use crate::mail::message::{Built, CalendarPart, Contact, MessageParts};
use crate::mail::transport::FailureClass;
use crate::texts::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DesignationId, MailId, PersonId};
use entity::kinds::NotificationState;
use entity::{Instant, outbox_mail};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

/// One mail to one person, as given by a use case.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    /// Identifies the mail, so that enqueuing it again has no effect. Compared as a whole and never parsed. At most 200
    /// characters.
    pub dedupe_key: String,
    pub subject: Subject,
    pub to: Recipient,
    pub content: MailContent,
    /// Instant before which the mail is not sent.
    pub due_at: DateTime<Utc>,
    /// Instant after which the mail is not sent, because a reminder after the event is worse than none. `None`: it
    /// never expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Invitation, its change or its withdrawal.
    pub calendar: Option<CalendarPart>,
}

impl Draft {
    /// Adds a fingerprint of the recipient's address to the key.
    fn at_its_address(self) -> Self {
        let digest = hex::encode(Sha256::digest(self.to.address.to_ascii_lowercase()));
        Self { dedupe_key: format!("{}@{}", self.dedupe_key, &digest[..16]), ..self }
    }
}

/// Subject of a mail, of the kind [`crate::mail::kind::MailKind::SUBJECT`], with the state of it that the text reports.
/// Mails to one address about one subject form a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    id: String,
    version: Option<i32>,
    day: Option<NaiveDate>,
}

impl Subject {
    pub fn of(id: impl ToString) -> Self {
        Self { id: id.to_string(), version: None, day: None }
    }

    /// Sets the version of the subject that the mail states.
    #[must_use]
    pub fn at_version(self, version: i32) -> Self {
        Self { version: Some(version), ..self }
    }

    /// Sets the day that the mail states.
    #[must_use]
    pub fn on_day(self, day: impl Into<Option<NaiveDate>>) -> Self {
        Self { day: day.into(), ..self }
    }
}

/// Returns the people to whom mails of these kinds about a state of a subject are promised.
pub async fn readers_of(db: &impl ConnectionTrait, kinds: &[Kind], subject: &Subject) -> Result<Vec<PersonId>> {
    let readers: Vec<Option<PersonId>> = outbox_mail::Entity::find()
        .select_only()
        .column(outbox_mail::Column::PersonId)
        .filter(outbox_mail::Column::Kind.is_in(kinds.iter().map(Kind::name)))
        .filter(outbox_mail::Column::SubjectId.eq(&subject.id))
        .filter(outbox_mail::Column::AboutVersion.eq(subject.version))
        .order_by_asc(outbox_mail::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(readers.into_iter().flatten().collect())
}

/// Recipient of a mail.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub person_id: Option<PersonId>,
    /// Designation because of which the person gets the mail: when it ends, the mail is withdrawn.
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

/// Enqueues a mail with its final bytes and Message-ID; the commit wakes the dispatcher.
///
/// A known `dedupe_key` changes nothing and returns the existing mail. A mail that cannot be built, because its address
/// is invalid, is stored as *dead* with the reason: a wrong address must not undo a designation.
pub async fn promise(ctx: &Ctx, txn: &Txn, draft: Draft) -> Result<MailId> {
    let key = draft.dedupe_key.clone();
    let promised = promise_all(ctx, txn, vec![draft]).await?;
    promised.get(&key).copied().ok_or_else(|| Error::Internal(format!("mail {key} was not enqueued")))
}

/// Enqueues several mails like [`promise`], in three statements. Returns their ids by key.
pub async fn promise_all(ctx: &Ctx, txn: &Txn, drafts: Vec<Draft>) -> Result<HashMap<String, MailId>> {
    if drafts.is_empty() {
        return Ok(HashMap::new());
    }
    let mut ids = find_by_keys(txn, drafts.iter().map(|draft| draft.dedupe_key.as_str())).await?;
    let mut new: Vec<Draft> = Vec::new();
    for draft in drafts {
        if let Entry::Vacant(unknown) = ids.entry(draft.dedupe_key.clone()) {
            unknown.insert(ctx.new_id());
            new.push(draft);
        }
    }
    let threads = Threads::of(txn, &new).await?;
    let rows = new.iter().map(|draft| row(ctx, ids[&draft.dedupe_key], threads.joined_by(draft), draft));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    if !rows.is_empty() {
        outbox_mail::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(ids)
}

/// Enqueues several mails like [`promise_all`], without those that their readers already got at these addresses. Returns the
/// number of new mails.
///
/// The first mail to a reader has the key itself. After a correction of the address, the mail is sent once to each later
/// address, under the key with a fingerprint of the address.
pub async fn promise_at_addresses(ctx: &Ctx, txn: &Txn, drafts: Vec<Draft>) -> Result<usize> {
    let keys: Vec<String> = drafts.iter().map(|draft| draft.dedupe_key.clone()).collect();
    let standing = withdraw::standing_under_any(txn, &keys).await?;
    let first_under = |key: &str| standing.iter().find(|mail| mail.dedupe_key == key);
    let (again, first): (Vec<Draft>, Vec<Draft>) =
        drafts.into_iter().partition(|draft| first_under(&draft.dedupe_key).is_some());
    let owed = |draft: &Draft| first_under(&draft.dedupe_key).is_some_and(|mail| mail.is_owed_at(&draft.to.address));
    let elsewhere = again.into_iter().filter(owed).map(Draft::at_its_address).collect();
    let new: Vec<Draft> = first.into_iter().chain(unknown(txn, elsewhere).await?).collect();
    let how_many = new.len();
    promise_all(ctx, txn, new).await?;
    Ok(how_many)
}

/// Keeps the mails whose keys are not known yet.
async fn unknown(txn: &Txn, mut drafts: Vec<Draft>) -> Result<Vec<Draft>> {
    if !drafts.is_empty() {
        let known = find_by_keys(txn, drafts.iter().map(|draft| draft.dedupe_key.as_str())).await?;
        drafts.retain(|draft| !known.contains_key(&draft.dedupe_key));
    }
    Ok(drafts)
}

/// Withdraws the unsent mails because of a designation, so that no more mails go to the old address. Returns their
/// number.
///
/// A mail that is being sent cannot be stopped, but is not tried again. The farewell is enqueued afterwards.
pub async fn take_back_for_designation(ctx: &Ctx, txn: &Txn, designation: DesignationId) -> Result<u64> {
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

async fn find_by_keys(txn: &Txn, keys: impl Iterator<Item = &str>) -> Result<HashMap<String, MailId>> {
    let known: Vec<(String, MailId)> = outbox_mail::Entity::find()
        .select_only()
        .columns([outbox_mail::Column::DedupeKey, outbox_mail::Column::Id])
        .filter(outbox_mail::Column::DedupeKey.is_in(keys))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(known.into_iter().collect())
}

/// Message-IDs of the first mails to addresses about subjects.
struct Threads(HashMap<(String, String, String), String>);

impl Threads {
    /// Reads the threads that these mails join. Mails about a person, such as reminders, form no thread.
    async fn of(txn: &Txn, drafts: &[Draft]) -> Result<Self> {
        let threaded: Vec<&Draft> = drafts.iter().filter(|draft| draft.kind.subject != "person").collect();
        if threaded.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let subjects: BTreeSet<&str> = threaded.iter().map(|draft| draft.subject.id.as_str()).collect();
        let addresses: BTreeSet<&str> = threaded.iter().map(|draft| draft.to.address.as_str()).collect();
        let mails: Vec<(String, String, String, String)> = outbox_mail::Entity::find()
            .select_only()
            .columns([
                outbox_mail::Column::SubjectKind,
                outbox_mail::Column::SubjectId,
                outbox_mail::Column::Recipient,
                outbox_mail::Column::MessageId,
            ])
            .filter(outbox_mail::Column::SubjectId.is_in(subjects))
            .filter(outbox_mail::Column::Recipient.is_in(addresses))
            .order_by_desc(outbox_mail::Column::Id)
            .into_tuple()
            .all(txn)
            .await?;
        // The first mail is read last and stays.
        let opened = mails.into_iter().map(|(kind, subject, address, message)| ((kind, subject, address), message));
        Ok(Self(opened.collect()))
    }

    fn joined_by(&self, draft: &Draft) -> Option<String> {
        let key = (draft.kind.subject.to_owned(), draft.subject.id.clone(), draft.to.address.clone());
        self.0.get(&key).cloned()
    }
}

fn row(ctx: &Ctx, id: MailId, thread: Option<String>, draft: &Draft) -> Result<outbox_mail::ActiveModel> {
    let (parts, words) = parts(ctx, id, thread, draft)?;
    let subject = shortened(&letters::line(&parts.subject), 250);
    let built = parts.build();
    let problem = built.as_ref().err().map(ToString::to_string);
    let built = built.unwrap_or_else(|_| Built {
        message_id: format!("{id}@{}", ctx.config().mail.id_domain),
        bytes: Vec::new(),
        envelope_from: ctx.config().mail.from_address.clone(),
        envelope_to: shortened(&draft.to.address, 254),
    });
    let now = Instant::from(ctx.now());
    let Subject { id: subject_id, version, day } = &draft.subject;
    Ok(outbox_mail::ActiveModel {
        id: Set(id),
        kind: Set(draft.kind.name.to_owned()),
        dedupe_key: Set(draft.dedupe_key.clone()),
        subject_kind: Set(draft.kind.subject.to_owned()),
        subject_id: Set(subject_id.clone()),
        about_version: Set(*version),
        about_day: Set(*day),
        person_id: Set(draft.to.person_id),
        designation_id: Set(draft.to.designation_id),
        recipient: Set(built.envelope_to),
        language: Set(draft.to.lang.code().to_owned()),
        subject: Set(subject),
        message_id: Set(built.message_id),
        envelope_from: Set(built.envelope_from),
        payload: Set(built.bytes),
        words: Set(Some(words)),
        due_at: Set(Instant::from(draft.due_at)),
        expires_at: Set(draft.expires_at.map(Instant::from)),
        state: Set(if problem.is_some() { NotificationState::Dead } else { NotificationState::Pending }),
        attempts: Set(0),
        crash_count: Set(0),
        may_have_left: Set(false),
        lets_in: Set(draft.kind.lets_in),
        is_awaited: Set(draft.kind.is_awaited),
        is_written_anew: Set(draft.kind.is_written_anew),
        is_farewell: Set(draft.kind.is_farewell),
        lease_owner: Set(None),
        lease_epoch: Set(0),
        lease_until: Set(None),
        last_class: Set(problem.is_some().then(|| FailureClass::Message.as_str().to_owned())),
        last_text: Set(problem),
        sent_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    })
}

/// Returns the parts of the message, and the words to store beside it.
fn parts(ctx: &Ctx, id: MailId, thread: Option<String>, draft: &Draft) -> Result<(MessageParts, String)> {
    let settings = &ctx.config().mail;
    let base_url = ctx.config().base_url();
    let frame = Frame {
        lang: draft.to.lang,
        why: draft.to.why(settings),
        sender: &settings.from_name,
        reply_to: &settings.reply_to,
        base_url: &base_url,
    };
    let rendered =
        draft.content.render(frame).map_err(|error| Error::Internal(format!("mail {}: {error}", draft.kind.name)))?;
    let parts = MessageParts {
        id: id.0,
        from: Contact { name: settings.from_name.clone(), address: settings.from_address.clone() },
        reply_to: Contact { name: settings.from_name.clone(), address: settings.reply_to.clone() },
        to: Contact { name: draft.to.name.clone(), address: draft.to.address.clone() },
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        date: ctx.now(),
        message_id_domain: settings.id_domain.clone(),
        thread,
        calendar: draft.calendar.clone(),
        kind: draft.kind.name,
    };
    Ok((parts, rendered.words))
}

fn shortened(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
