//! The page of one meeting.

use super::checks::{Check, Checks, before_closing};
use super::{may, path, state_kind, state_name, table_path};
use crate::ctx::Ctx;
use crate::designations::view::Designation;
use crate::designations::web::words::seat_name;
use crate::http::page::Shell;
use crate::mail_log::told::{PartyTold, Told, by_party};
use crate::meetings::model::agenda::{self, Hours};
use crate::meetings::model::{AgendaItem, Attendance, Event, Meeting, Number, Quorum, StandIn};
use crate::meetings::policy::Action;
use crate::meetings::view::{self, Dossier, Invited, Outcome, PartyPresence};
use crate::releases::view::{Overtaken, overtaken_text};
use crate::texts::{Label, Lang};
use crate::time::words;
use crate::time::zone::day_of;
use actix_web::HttpRequest;
use askama::Template;
use entity::ids::BodyId;
use entity::kinds::{CalendarMethod, MeetingState};

#[derive(Template)]
#[template(path = "meetings/show.html")]
pub struct MeetingPage {
    pub shell: Shell,
    pub head: Head,
    pub agenda: Vec<ItemRow>,
    /// «L’ultimo punto finisce alle 12.10, dopo la fine della seduta.»
    pub overrun: Option<String>,
    /// Empty until the meeting is held.
    pub presences: Vec<PresenceRow>,
    pub quorum: Option<QuorumLine>,
    /// People who represent several parties, in words.
    pub stand_ins: Vec<String>,
    pub outcomes: Vec<OutcomeRow>,
    /// Lines about what is recorded and what is missing, for those who may close it.
    pub closing: Vec<Check>,
    /// The latest mails by party, for those who may see them.
    pub told: Vec<PartyTold>,
    /// Invited partners, if the reader may see them.
    pub guests: Vec<String>,
    /// Checklist of a draft, for those who may convene it.
    pub checks: Option<Checks>,
    /// Possible actions of the reader.
    pub actions: Actions,
}

/// The quorum in words.
pub struct QuorumLine {
    pub text: String,
    pub kind: &'static str,
}

/// Title, date and place of a meeting.
pub struct Head {
    pub path: String,
    pub version: i32,
    pub table: String,
    pub table_href: String,
    pub title: String,
    pub state: &'static str,
    pub state_kind: &'static str,
    /// Number with the day on which it was given, or the words that it comes with the convocation.
    pub number: String,
    pub day: String,
    pub hours: String,
    pub place: String,
    pub remote_url: Option<String>,
    pub convened_on: Option<String>,
    pub short_notice: Option<String>,
    pub held_on: Option<String>,
    /// Reasons why the decisions stand without a quorum: after a correction, and at the closing.
    pub short_quorum: Vec<String>,
    pub cancelled_because: Option<String>,
    pub has_entry: bool,
}

pub struct ItemRow {
    pub anchor: String,
    pub number: usize,
    pub title: String,
    pub kind: &'static str,
    impl PresenceRow {
    fn of(one: &PartyPresence, lang: Lang) -> Self {
        let presence = one.attendance.as_ref().map(|attendance| attendance.presence);
        Self {
            party: one.party.name.clone(),
            presence: presence.map_or_else(|| lang.t("meetings.not_recorded"), |kind| kind.label(lang)),
            kind: if one.attendance.as_ref().is_some_and(Attendance::is_there) { "success" } else { "neutral" },
            delegate: one.attendance.as_ref().and_then(|attendance| attendance.delegate.clone()),
        }
    }
}

impl OutcomeRow {
    fn of(outcome: &Outcome, dossier: &Dossier, lang: Lang) -> Self {
        let number = dossier.agenda.iter().position(|item| Some(item.id) == outcome.agenda_item_id);
        let assigned = outcome.assigned.as_ref();
        let said = |by: &Overtaken| (overtaken_text(by.how, by.at, by.now, lang), by.href.clone());
        Self {
            anchor: format!("outcome-{}", outcome.id),
            kind: outcome.kind.label(lang),
            item: number.map(|index| lang.f("meetings.item_number", &[("number", &(index + 1).to_string())])),
            text: outcome.text.clone(),
            quorum: outcome.quorum.map(|quorum| decided_by(quorum, lang)),
            release: outcome.release_id.map(|id| format!("/releases/{id}")),
            overtaken: outcome.overtaken.as_ref().map(said),
            assigned: assigned.map(|one| {
                let day = words::long_day(one.day, lang);
                lang.f("meetings.outcome_task", &[("seat", &seat_name(&one.seat, lang)), ("day", &day)])
            }),
            task: outcome.task_id.filter(|_| assigned.is_some_and(|one| one.may_open)).map(|id| format!("/tasks/{id}")),
        }
    }
}

/// «decisa con 7 parti presenti su 13».
fn decided_by(quorum: Quorum, lang: Lang) -> String {
    let (there, parties) = (quorum.there.to_string(), quorum.parties.to_string());
    lang.f("meetings.decided_by", &[("there", &there), ("parties", &parties)])
}

/// «Anna Rossi (Università di Bergamo)».
pub fn guest_name(one: &Designation) -> String {
    match &one.record.statement.organisation {
        Some(organisation) => format!("{} ({organisation})", one.holder.name()),
        None => format!("{} ({})", one.holder.name(), one.seat.place()),
    }
}
