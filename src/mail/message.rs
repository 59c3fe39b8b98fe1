//! Building the bytes of a mail.
//!
//! Everything here is pure: the same [`MessageParts`] gives the same bytes, also after a restart. The outbox relies on
//! it: a mail with an unknown outcome is sent again, and servers and people can recognise the duplicate only if
//! Message-ID and bytes are identical. Therefore the Date is an argument, and Message-ID and multipart boundaries are
//! derived from the mail's id.
//!
//! Each mail has one recipient, so that a refused address affects no other recipient and no list of addresses leaks.
//!
//! Names and subjects come from people. Characters that could deceive a reader or a parser (controls, direction
//! overrides, look-alike encoded words) are removed before they reach a header, and headers are only written through
//! their types.

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

/// Longest display name in a header, in characters; a longer one is cut.
pub const MAX_NAME: usize = 100;
/// Longest subject, in characters; a longer one is cut.
pub const MAX_SUBJECT: usize = 200;
/// Longest address, in bytes (RFC 5321 §4.5.3.1.3: a path of 256 with its angle brackets); a longer one is refused.
const MAX_ADDRESS: usize = 254;

/// Parts from which a message to one person is built.
#[derive(Debug, Clone)]
pub struct MessageParts {
    /// Id of the outbox row, from which Message-ID and boundaries are derived.
    pub id: Uuid,
    pub from: Contact,
    /// A mailbox at which answers are read.
    pub reply_to: Contact,
    pub to: Contact,
    pub subject: String,
    /// The plain part; complete in itself.
    pub text: String,
    pub html: String,
    /// Instant of the Date header (UTC, whole seconds).
    pub date: DateTime<Utc>,
    /// Domain of our Message-IDs, for instance `raccordo.regione.example`.
    pub message_id_domain: String,
    /// Message-ID of the mail that opened the thread, without angle brackets. The opening mail may name itself.
    pub thread: Option<String>,
    pub calendar: Option<CalendarPart>,
    /// Kind of mail for the header `X-Raccordo-Kind`: lower-case letters, digits, `.`, `_` and `-`.
    pub kind: &'static str,
}

/// A name (may be empty) and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub address: String,
}

/// An iTIP message sent with the mail.
#[derive(Debug, Clone)]
pub struct CalendarPart {
    pub method: CalendarMethod,
    /// The iCalendar object: UTF-8, lines ended by CR LF, with exactly this METHOD.
    pub bytes: Vec<u8>,
}

/// A built mail, as the outbox stores it and the transport sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Without angle brackets.
    pub message_id: String,
    /// ASCII, lines ended by CR LF.
    pub bytes: Vec<u8>,
    pub envelope_from: String,
    pub envelope_to: String,
}

/// Reasons why a mail cannot be built. The texts contain no personal data, because they are logged.
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

/// Builds the message. The same input gives the same bytes.
impl MessageParts {
    pub fn build(&self) -> Result<Built, MessageError> {
        let message_id = message_id(self.id, &self.message_id_domain)?;
        let from = mailbox("sender", &self.from)?;
        let to = mailbox("recipient", &self.to)?;
        let (envelope_from, envelope_to) = (from.email.to_string(), to.email.to_string());
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

    /// Builds `alternative(plain, html)`; with a calendar `mixed(alternative(plain, html, calendar), invite.ics)`.
    /// Clients show the last alternative they understand; those that ignore the calendar still show the attachment.
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

/// Returns the Message-ID for this id, without angle brackets. It is known before the mail is built, so that a thread
/// can name it.
pub fn message_id(id: Uuid, domain: &str) -> Result<String, MessageError> {
    parse_address("Message-ID", &format!("{id}@{domain}")).map(|address| address.to_string())
}

/// Parses an address that every relay accepts: ASCII and unquoted. Quoted local parts are legal but unused, and
/// programs unquote them differently, which allows smuggling a second recipient.
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

/// Cleans a text to one line of at most `max` characters.
fn tame(text: &str, max: usize) -> String {
    let text = letters::line(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    // "=?" begins an encoded word; a client would decode it to text that was not cleaned here.
    let line = words.join(" ").replace("=?", "= ?");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Cleans a body: line feeds only, no hidden characters; lettre writes line feeds as CR LF. Servers read a bare CR or a
/// NUL differently.
fn clean_body(text: &str) -> String {
    letters::lines(text)
}

/// Longest header line, in characters (RFC 2047 §2: 76 with encoded words; RFC 5322 §2.1.1 allows 78 elsewhere); a
/// longer one is folded.
const HEADER_LINE: usize = 76;

/// Folds header lines that are too long at the last blank that makes them short enough (RFC 5322 §2.2.3). lettre folds
/// within a value, but neither between an encoded name and its address nor in a value that it takes for encoded.
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

/// Returns the blank at which a line that is too long is folded: the last one that leaves the line short enough,
/// otherwise the first. `None` if the line is short enough or has no blank between words.
fn fold_of(line: &[u8]) -> Option<usize> {
    if line.len() <= HEADER_LINE {
        return None;
    }
    let begin = line.len() - line.trim_ascii_start().len();
    let mut blanks = (begin + 1..line.len()).filter(|at| line[*at] == b' ' && line[at - 1] != b' ');
    let first = blanks.next()?;
    Some(blanks.take_while(|at| *at <= HEADER_LINE).last().unwrap_or(first))
}

/// Makes a separator that depends on the id only. It has 24 digits, because with more its header line would exceed 76
/// characters.
fn boundary(id: Uuid, part: &str) -> String {
    let digest = Sha256::new().chain_update(id.as_bytes()).chain_update(part).finalize();
    hex::encode(digest)[..24].to_owned()
}

/// Cuts an instant to whole seconds, as mail dates have them; fails before 1970 and after 9999, which the header's type
/// cannot write.
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

/// Returns the calendar as text if its METHOD is the announced one, because Outlook refuses a mail in which they
/// differ.
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

/// Headers without a type in lettre; `HeaderValue::new` encodes everything that is not plain text.
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
    // RFC 3834: prevents vacation notices in answer to this mail.
    AutoSubmitted => "Auto-Submitted",
    RaccordoKind => "X-Raccordo-Kind",
}

#[cfg(test)]
mod tests;
