//! Mails of a meeting: convened, moved, cancelled, joined, left. Each has one recipient and one calendar part (RFC
//! 5546).
//!
//! The text repeats day, hour, place and agenda for readers whose program shows no invitation. The subject begins with
//! the event, because some readers do not see the calendar part.

pub mod kinds;

use self::kinds::{Cancelled, Convened, Joined, Left, Moved};
use super::model::agenda::hours as hours_of_points;
use super::model::{AgendaItem, Meeting, Slot, Venue};
use super::view::{Line, Member, Table, clock, hours, hours_text, location, when_and_where};
use crate::config::Config;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Error, Result};
use crate::ical::{Attendee, IcalError, Invitation, Organizer, Role};
use crate::mail::content::{MailContent, Words};
use crate::mail::kind::Kind;
use crate::mail::message::CalendarPart;
use crate::mail::outbox::{self, Draft, Recipient, Subject};
use crate::texts::{Label, Lang};
use crate::time::words as time_words;
use chrono::{DateTime, Utc};
use entity::ids::{MeetingId, PersonId};
use entity::kinds::{CalendarMethod, MeetingMode};

/// A meeting with the data for a mail about it.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub meeting: Meeting,
    pub table: Table,
    pub agenda: Vec<AgendaItem>,
}

/// Events of which a member is told.
#[derive(Clone, Debug)]
pub enum Telling {
    Convened,
    Moved {
        before: (Slot, Venue),
    },
    Cancelled {
        reason: String,
    },
    /// The person became a member, or an invited partner, after the convocation.
    Joined,
    /// The person is neither any more; the meeting goes on for the others.
    Left,
}

impl Telling {
    /// Returns the iTIP method of the calendar part.
    pub const fn method(&self) -> CalendarMethod {
        match self {
            Self::Convened | Self::Moved { .. } | Self::Joined => CalendarMethod::Request,
            Self::Cancelled { .. } | Self::Left => CalendarMethod::Cancel,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Convened => Kind::of::<Convened>(),
            Self::Moved { .. } => Kind::of::<Moved>(),
            Self::Cancelled { .. } => Kind::of::<Cancelled>(),
            Self::Joined => Kind::of::<Joined>(),
            Self::Left => Kind::of::<Left>(),
        }
    }

    const fn words(&self) -> Words {
        match self {
            Self::Convened => Words::of("meetings_mail.convened"),
            Self::Moved { .. } => Words::of("meetings_mail.moved"),
            Self::Cancelled { .. } => Words::of("meetings_mail.cancelled"),
            Self::Joined => Words::of("meetings_mail.joined"),
            Self::Left => Words::of("meetings_mail.left"),
        }
    }
}

/// Returns the key of a mail to a person about a meeting; each sequence is sent once.
pub(super) fn key(meeting: MeetingId, person: PersonId, sequence: u32) -> String {
    format!("meeting:{meeting}:{person}:{sequence}")
}

/// Converts a sequence for the outbox. It rises by one with each message, so it never reaches the limit.
fn version(sequence: u32) -> i32 {
    i32::try_from(sequence).unwrap_or(i32::MAX)
}

/// Enqueues one mail about a meeting to one member, in the caller's transaction.
pub(super) async fn send(
    ctx: &Ctx,
    txn: &Txn,
    sheet: &Sheet,
    member: &Member,
    sequence: u32,
    telling: &Telling,
) -> Result<()> {
    let meeting = &sheet.meeting;
    let base_url = ctx.config().base_url();
    let entry = entry(ctx.config(), sheet, member, sequence, telling.method(), ctx.now());
    let bytes = entry.to_ical().map_err(entry_failed)?.into_bytes();
    let is_invitation = telling.method() == CalendarMethod::Request;
    let draft = Draft {
        kind: telling.kind(),
        dedupe_key: key(meeting.id, member.person_id, sequence),
        subject: Subject::of(meeting.id).at_version(version(sequence)),
        to: Recipient {
            person_id: Some(member.person_id),
            // An invitation is cancelled with the designation it rests on; a withdrawal is not, because it is for a
            // person who leaves.
            designation_id: is_invitation.then_some(member.designation_id),
            name: member.name.clone(),
            address: member.address.clone(),
            lang: member.lang,
        },
        content: content(&base_url, sheet, telling, member),
        due_at: ctx.now(),
        expires_at: Some(if is_invitation { meeting.slot.begins_at() } else { meeting.slot.ends_at() }),
        calendar: Some(CalendarPart { method: telling.method(), bytes }),
    };
    outbox::promise(ctx, txn, draft).await?;
    Ok(())
}

/// Builds the text of a mail in the language of its reader.
pub(super) fn content(base_url: &str, sheet: &Sheet, telling: &Telling, member: &Member) -> MailContent {
    let lang = member.lang;
    let Meeting { slot, venue, title, .. } = &sheet.meeting;
    let before = match telling {
        Telling::Moved { before: (slot, venue) } => when_and_where(*slot, venue, lang),
        _ => String::new(),
    };
    let values = [
        ("meeting", name(sheet, lang)),
        ("table", sheet.table.name(lang).to_owned()),
        ("title", title.clone()),
        ("day", time_words::brief_day(slot.day, lang)),
        ("hour", clock(slot.starts, lang)),
        ("when", format!("{}, {}", time_words::long_day(slot.day, lang), hours(*slot, lang))),
        ("place", location(venue, lang)),
        ("before", before),
        ("after", when_and_where(*slot, venue, lang)),
    ];
    let mut content = telling.words().write(lang, &values);
    let is_invitation = telling.method() == CalendarMethod::Request;
    if let Telling::Cancelled { reason } = telling {
        content.paragraphs.push(lang.f("meetings_mail.reason", &[("reason", reason)]));
    }
    let short_notice = sheet.meeting.convocation().and_then(|convocation| convocation.short_notice_reason.as_ref());
    if let Some(reason) = short_notice.filter(|_| is_invitation) {
        content.paragraphs.push(lang.f("meetings_mail.short_notice", &[("reason", reason)]));
    }
    MailContent {
        facts: if is_invitation { facts(sheet, lang) } else { Vec::new() },
        action: is_invitation.then(|| (lang.t("meetings_mail.open").to_owned(), page(base_url, sheet))),
        // Only a party can send a delegate.
        closing: (is_invitation && !member.is_guest).then(|| lang.t("meetings_mail.closing").to_owned()),
        ..content
    }
}

/// Returns the remote address and the agenda.
fn facts(sheet: &Sheet, lang: Lang) -> Vec<(String, String)> {
    let remote = remote_url(&sheet.meeting.venue).map(|url| (lang.t("meetings.remote_url").to_owned(), url.to_owned()));
    let times = hours_of_points(sheet.meeting.slot, &sheet.agenda);
    let agenda = (1..).zip(&sheet.agenda).zip(times).map(|((number, item), times)| {
        let line = item_line(item, lang);
        let line = times.map_or(line.clone(), |times| format!("{}, {line}", hours_text(times, lang)));
        (lang.f("meetings.item_number", &[("number", &number.to_string())]), line)
    });
    remote.into_iter().chain(agenda).collect()
}

/// «Calendario dei rilasci (decisione)».
fn item_line(item: &AgendaItem, lang: Lang) -> String {
    format!("{} ({})", item.title, item.kind.label(lang))
}

/// Returns the remote address, if the mode has one.
fn remote_url(venue: &Venue) -> Option<&str> {
    venue.remote_url.as_deref().filter(|_| venue.mode != MeetingMode::InPerson)
}

fn name(sheet: &Sheet, lang: Lang) -> String {
    Line { meeting: sheet.meeting.clone(), table: sheet.table.clone() }.name(lang)
}

fn page(base_url: &str, sheet: &Sheet) -> String {
    format!("{base_url}/meetings/{}", sheet.meeting.id)
}

/// Returns the calendar entry in the copy of one person.
fn entry(
    config: &Config,
    sheet: &Sheet,
    member: &Member,
    sequence: u32,
    method: CalendarMethod,
    at: DateTime<Utc>,
) -> Invitation {
    let (meeting, lang) = (&sheet.meeting, member.lang);
    let attendee_name =
        if member.party.is_empty() { member.name.clone() } else { format!("{} ({})", member.name, member.party) };
    Invitation {
        method,
        uid: meeting.uid.clone(),
        sequence,
        dtstamp: at,
        start: meeting.slot.start(),
        end: meeting.slot.end(),
        summary: format!("{} – {}", sheet.table.name(lang), name(sheet, lang)),
        description: description(sheet, lang),
        location: location(&meeting.venue, lang),
        url: Some(page(&config.base_url(), sheet)),
        organizer: Organizer { name: config.mail.from_name.clone(), address: config.mail.from_address.clone() },
        attendee: Attendee {
            name: attendee_name,
            address: member.address.clone(),
            role: if member.is_guest { Role::Optional } else { Role::Required },
        },
    }
}

/// Returns title, remote address and agenda, which people look up on the day, when the mail is no longer at hand.
fn description(sheet: &Sheet, lang: Lang) -> String {
    let mut lines = vec![sheet.meeting.title.clone()];
    if let Some(url) = remote_url(&sheet.meeting.venue) {
        lines.push(format!("{}: {url}", lang.t("meetings.remote_url")));
    }
    lines.push(format!("{}:", lang.t("meetings.agenda")));
    lines.extend((1..).zip(&sheet.agenda).map(|(number, item)| format!("{number}. {}", item_line(item, lang))));
    lines.join("\n")
}

/// Returns a person's own copy of the present entry, for a download.
pub(super) fn own_entry(ctx: &Ctx, sheet: &Sheet, member: &Member, sequence: u32) -> Result<String> {
    let is_off = sheet.meeting.state() == entity::kinds::MeetingState::Cancelled;
    let method = if is_off { CalendarMethod::Cancel } else { CalendarMethod::Request };
    entry(ctx.config(), sheet, member, sequence, method, ctx.now()).to_ical().map_err(entry_failed)
}

fn entry_failed(error: IcalError) -> Error {
    Error::Internal(format!("a calendar entry was not written: {error}"))
}

#[cfg(test)]
mod tests;
