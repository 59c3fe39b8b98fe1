//! One mail, from what it says to the bytes that travel.
//!
//! Everything here is pure: the same [`MessageParts`] gives the same bytes, today and after a restart. The outbox relies on it: a
//! mail whose fate is unknown is sent again, and only an identical twin (same Message-ID, same bytes) can be recognised as one by the
//! servers and people behind. So the Date is given, and Message-ID and multipart boundaries are derived from the mail's id.
//!
//! Each mail has one recipient: a refused address then concerns nobody else, and no list of addresses ever leaks.
//!
//! Names and subjects come from people. They lose what could deceive a reader or a parser (control characters, overrides of the
//! writing direction, look-alike encoded words) before they reach a header, and headers are only written through their types.

use std::time::SystemTime;

use crate::{ical, letters};

use chrono::{DateTime, Datelike, Utc};
use entity::kinds::CalendarMethod;
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Longest display name in a header, in characters.
pub const MAX_NAME: usize = 100;
/// Longest subject, in characters.
pub const MAX_SUBJECT: usize = 200;
/// Longest address, in bytes (RFC 5321 §4.5.3.1.3: a path of 256 with its angle brackets).
const MAX_ADDRESS: usize = 254;

/// Everything a message to one person is built from.
#[derive(Debug, Clone)]
pub struct MessageParts {
    /// Id of the outbox row; Message-ID and boundaries derive from it.
    pub id: Uuid,
    pub from: Contact,
    /// A mailbox that somebody reads.
    pub reply_to: Contact,
    pub to: Contact,
    pub subject: String,
    /// The plain part; complete in itself.
    pub text: String,
    pub html: String,
    /// The instant written in the Date header (UTC, whole seconds).
    pub date: DateTime<Utc>,
    /// The domain of our Message-IDs, for instance `raccordo.regione.example`.
    pub message_id_domain: String,
    /// Message-ID of the mail that opened the thread, without angle brackets. The opening mail may name itself.
    pub thread: Option<String>,
    pub calendar: Option<CalendarPart>,
    /// Machine name of the kind of mail, for the header `X-Raccordo-Kind`: lower-case letters, digits, `.`, `_` and `-`.
    pub kind: &'static str,
}

/// A name (may be empty) and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub address: String,
}

/// An iTIP message that travels with the mail.
#[derive(Debug, Clone)]
pub struct CalendarPart {
    pub method: CalendarMethod,
    /// The iCalendar object: UTF-8, lines ended by CR LF, with exactly this METHOD.
    pub bytes: Vec<u8>,
}

/// A built mail: the outbox stores it, the transport sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Without angle brackets.
    pub message_id: String,
    /// ASCII, lines ended by CR LF.
    pub bytes: Vec<u8>,
    pub envelope_from: String,
    pub envelope_to: String,
}

/// Why a mail cannot be built. No variant repeats personal data: the texts go to logs.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error("the address of the {role} is not one we can send to: ASCII, unquoted, at most {MAX_ADDRESS} bytes")]
    Address { role: &'static str },
    #[error("the kind of the mail must be 1-64 lower-case letters, digits, dots, underscores or hyphens")]
    Kind,
    #[error("the thread must be a Message-ID without angle brackets")]
    Thread,
    #[error("the date {0} cannot stand in a mail")]
    Date(DateTime<Utc>),
    #[error("the calendar part is {0}")]
    Calendar(&'static str),
    #[error("the mail could not be assembled: {0}")]
    Assembly(#[from] lettre::error::Error),
}

impl MessageParts {
    /// The message in its final form. Same input, same bytes.
    pub fn build(&self) -> Result<Built, MessageError> {
        let message_id = message_id(self.id, &self.message_id_domain)?;
        let from = mailbox("sender", &self.from)?;
        let to = mailbox("recipient", &self.to)?;
        let envelope_from = from.email.to_string();
        let envelope_to = to.email.to_string();
        let mut headers = Message::builder()
            .from(from)
            .to(to)
            .reply_to(mailbox("reply address", &self.reply_to)?)
            .subject(tame(&self.subject, MAX_SUBJECT))
            .date(whole_seconds(self.date)?)
            .message_id(Some(format!("<{message_id}>")))
            .header(AutoSubmitted("auto-generated".to_owned()))
            .header(RaccordoKind(checked_kind(self.kind)?));
        if let Some(root) = self.thread.as_deref().filter(|root| *root != message_id) {
            let root = format!("<{}>", checked_message_id(root)?);
            headers = headers.in_reply_to(root.clone()).references(root);
        }
        Ok(Built {
            bytes: folded(&headers.multipart(self.body()?)?.formatted()),
            message_id,
            envelope_from,
            envelope_to,
        })
    }

    /// `alternative(plain, html)`; with a calendar `mixed(alternative(plain, html, calendar), invite.ics)`. Clients take the last
    /// alternative that they understand; those that ignore it still show the attachment.
    fn body(&self) -> Result<MultiPart, MessageError> {
        let alternative = MultiPart::alternative()
            .boundary(boundary(self.id, "alternative"))
            .singlepart(SinglePart::plain(clean_body(&self.text)))
            .singlepart(SinglePart::html(clean_body(&self.html)));
        let Some(calendar) = &self.calendar else {
            return Ok(alternative);
        };
        let text = checked_calendar(calendar)?;
        let method = ical::method_name(calendar.method);
        let invitation = SinglePart::builder()
            .header(content_type(&format!("text/calendar; charset=utf-8; method={method}"))?)
            .body(text.clone());
        let attachment = Attachment::new("invite.ics".to_owned()).body(text, content_type("application/ics")?);
        Ok(MultiPart::mixed()
            .boundary(boundary(self.id, "mixed"))
            .multipart(alternative.singlepart(invitation))
            .singlepart(attachment))
    }
}

/// The Message-ID of the mail with this id, without angle brackets; known before the mail is built, so that a thread can name it.
pub fn message_id(id: Uuid, domain: &str) -> Result<String, MessageError> {
    parse_address("Message-ID", &format!("{id}@{domain}")).map(|address| address.to_string())
}

/// An address that every relay takes: ASCII and unquoted. Quoted local parts are legal, but nobody has one, and each layer that
/// unquotes them differently is a way to smuggle a second recipient.
pub fn parse_address(role: &'static str, text: &str) -> Result<Address, MessageError> {
    let plain =
        text.len() <= MAX_ADDRESS && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),:;<>[\\]".contains(&b));
    text.rsplit_once('@')
        .filter(|_| plain)
        .and_then(|(user, domain)| Address::new(user, domain).ok())
        .ok_or(MessageError::Address { role })
}

fn mailbox(role: &'static str, contact: &Contact) -> Result<Mailbox, MessageError> {
    let name = tame(&contact.name, MAX_NAME);
    let address = parse_address(role, &contact.address)?;
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), address))
}

/// One line of visible text of at most `max` characters.
fn tame(text: &str, max: usize) -> String {
    let text = letters::line(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    // "=?" opens an encoded word: left as typed, a client would decode it into text that has not passed through here.
    let line = words.join(" ").replace("=?", "= ?");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Text with line feeds only, without hidden characters; lettre writes line feeds as CR LF. A bare CR or NUL is read differently by
/// each server on the way.
fn clean_body(text: &str) -> String {
    letters::lines(text)
}

/// Longest line of a header (RFC 2047 §2: 76 characters where words are encoded, and RFC 5322 §2.1.1 allows two more elsewhere).
const HEADER_LINE: usize = 76;

/// Folds the lines of a message's header that are too long before the last blank at which that helps (RFC 5322 §2.2.3). lettre folds
/// within a value, but not between an encoded name and its address, nor a value that it takes for encoded.
fn folded(message: &[u8]) -> Vec<u8> {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n").map_or(message.len(), |at| at + 2);
    let (header, rest) = message.split_at(end);
    let mut folded = Vec::with_capacity(message.len() + 64);
    for mut line in header.split_inclusive(|byte| *byte == b'\n') {
        while let Some(at) = fold_of(line.trim_ascii_end()) {
            folded.extend_from_slice(&line[..at]);
            folded.extend_from_slice(b"\r\n");
            line = &line[at..];
        }
        folded.extend_from_slice(line);
    }
    folded.extend_from_slice(rest);
    folded
}

/// The blank before which a line that is too long is folded: the last one that leaves a line short enough, else the first. `None` if the
/// line is short enough or has no blank between words.
fn fold_of(line: &[u8]) -> Option<usize> {
    if line.len() <= HEADER_LINE {
        return None;
    }
    let begin = line.len() - line.trim_ascii_start().len();
    let mut blanks = (begin + 1..line.len()).filter(|at| line[*at] == b' ' && line[at - 1] != b' ');
    let first = blanks.next()?;
    Some(blanks.take_while(|at| *at <= HEADER_LINE).last().unwrap_or(first))
}

/// Makes a separator that depends on the id and on nothing else. 24 digits, because with more the header line that names it is longer
/// than 76 characters.
fn boundary(id: Uuid, part: &str) -> String {
    let digest = Sha256::new().chain_update(id.as_bytes()).chain_update(part).finalize();
    hex::encode(digest)[..24].to_owned()
}

/// Mail dates have whole seconds; those before 1970 or after 9999 cannot be written by the header's type.
fn whole_seconds(date: DateTime<Utc>) -> Result<SystemTime, MessageError> {
    let writable = (1970..=9999).contains(&date.year());
    let seconds = DateTime::from_timestamp(date.timestamp(), 0).filter(|_| writable);
    seconds.map(SystemTime::from).ok_or(MessageError::Date(date))
}

fn checked_kind(kind: &str) -> Result<String, MessageError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    let valid = (1..=64).contains(&kind.len()) && kind.bytes().all(allowed);
    valid.then(|| kind.to_owned()).ok_or(MessageError::Kind)
}

fn checked_message_id(id: &str) -> Result<&str, MessageError> {
    parse_address("thread", id).map(|_| id).map_err(|_| MessageError::Thread)
}

/// The calendar as text, if its METHOD is the one announced: Outlook refuses a mail where the two differ.
fn checked_calendar(calendar: &CalendarPart) -> Result<String, MessageError> {
    let text = std::str::from_utf8(&calendar.bytes).map_err(|_| MessageError::Calendar("not UTF-8"))?;
    if text.replace("\r\n", "").chars().any(|c| c.is_control() && c != '\t') {
        return Err(MessageError::Calendar("not made of lines ended by CR LF"));
    }
    let methods: Vec<&str> = text.split("\r\n").filter_map(|line| line.strip_prefix("METHOD:")).collect();
    if methods != [ical::method_name(calendar.method)] {
        return Err(MessageError::Calendar("of another method than the mail says"));
    }
    Ok(text.to_owned())
}

fn content_type(value: &str) -> Result<ContentType, MessageError> {
    ContentType::parse(value).map_err(|_| MessageError::Calendar("of a type that cannot be written"))
}

/// Headers that lettre has no type for; `HeaderValue::new` encodes whatever is not plain text.
macro_rules! text_headers {
    ($($type_name:ident => $header_name:literal),+ $(,)?) => {$(
        #[derive(Clone)]
        struct $type_name(String);

        impl Header for $type_name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header_name)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    )+};
}

text_headers! {
    // RFC 3834: no vacation notice answers this mail.
    AutoSubmitted => "Auto-Submitted",
    RaccordoKind => "X-Raccordo-Kind",
}

#[cfg(test)]
mod tests;
