//! The checklist of a draft in words: each condition of the convocation, with the form that mends it.

use super::path;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::http::page::Badge;
use crate::http::wording;
use crate::meetings::model::{AgendaItem, Meeting};
use crate::meetings::service::{Checklist, Unreached};
use crate::meetings::view::Dossier;
use crate::texts::Lang;
use crate::time::words;

/// The checklist as the pages show it.
pub struct Checks {
    pub lines: Vec<Check>,
    /// «Anna Rossi, Provincia di Como».
    pub invited: Vec<String>,
    /// Sentences about the parties that no invitation reaches.
    pub unreached: Vec<String>,
    pub is_met: bool,
    /// «Con la convocazione la seduta prende il numero 4/2026.», for a draft.
    pub number: Option<String>,
}

/// One condition.
pub struct Check {
    pub badge: Badge,
    pub text: String,
    /// Form that mends it, if it does not hold.
    pub mend: Option<Mend>,
}

/// The link to the form that mends a condition.
pub struct Mend {
    pub href: String,
    pub label: &'static str,
}

impl Checks {
    /// Words a checklist. An error that is no refusal of a condition is returned as it is.
    pub fn of(ctx: &Ctx, meeting: &Meeting, list: Checklist) -> Result<Self> {
        let lang = ctx.lang;
        let is_met = list.is_met();
        let edit = format!("{}/edit", path(meeting.id));
        let day = words::long_day(meeting.slot.day, lang);
        let (worked, notice) = match list.notice {
            Ok(notice) => {
                let values = [("given", notice.given.to_string()), ("asked", notice.asked.to_string())];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                let is_short = notice.is_short();
                let key = if is_short { "meetings.check_notice_short" } else { "meetings.check_notice" };
                let notice = Check {
                    badge: badge(ctx, if is_short { State::Reason } else { State::Met }),
                    text: lang.f(key, &values),
                    mend: None,
                };
                (met(ctx, lang.f("meetings.check_day", &[("day", &day)])), Some(notice))
            }
            Err(refusal) => (missing(ctx, refusal, "meetings.check_mend", format!("{edit}#field-day"))?, None),
        };
        let place = match list.place {
            Ok(()) => met(ctx, lang.t("meetings.check_place").to_owned()),
            Err(refusal) => missing(ctx, refusal, "meetings.check_mend", format!("{edit}#field-place"))?,
        };
        let agenda = match list.agenda {
            Ok(()) => met(ctx, lang.t("meetings.check_agenda").to_owned()),
            Err(refusal) => {
                missing(ctx, refusal, "meetings.add_item_heading", format!("{}/agenda-items/new", path(meeting.id)))?
            }
        };
        let invited = list
            .invited
            .into_iter()
            .map(|one| if one.party.is_empty() { one.name } else { format!("{}, {}", one.name, one.party) });
        Ok(Self {
            lines: [Some(worked), notice, Some(place), Some(agenda)].into_iter().flatten().collect(),
            invited: invited.collect(),
            unreached: list.unreached.into_iter().map(|one| unreached(one, lang)).collect(),
            is_met,
            number: list.number.map(|number| lang.f("meetings.check_number", &[("number", &number.to_string())])),
        })
    }
}

/// «Provincia di Mantova: i messaggi a Virgilia Pastore tornano indietro.»
fn unreached(party: Unreached, lang: Lang) -> String {
    match party.returned_to {
        Some(holder) => lang.f("meetings.check_returned", &[("party", &party.name), ("holder", &holder)]),
        None => lang.f("meetings.check_vacant", &[("party", &party.name)]),
    }
}

/// Words what is recorded of a meeting before it is closed, and what is missing. Nothing keeps it from being closed but a
/// missing quorum, for which the form asks the reason.
pub fn before_closing(ctx: &Ctx, dossier: &Dossier) -> Vec<Check> {
    let lang = ctx.lang;
    let unrecorded: Vec<&str> =
        dossier.presences.iter().filter(|one| one.attendance.is_none()).map(|one| one.party.name.as_str()).collect();
    let concluded = |item: &&AgendaItem| dossier.outcomes.iter().any(|one| one.agenda_item_id == Some(item.id));
    let open: Vec<String> = (1..)
        .zip(&dossier.agenda)
        .filter(|(_, item)| !concluded(item))
        .map(|(number, item): (usize, _)| format!("{number}. {}", item.title))
        .collect();
    let counted = |key, done: usize, of: usize, missing: String| {
        let values = [("done", done.to_string()), ("of", of.to_string()), ("missing", missing)];
        lang.f(key, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    let (parties, points) = (dossier.presences.len(), dossier.agenda.len());
    let path = path(dossier.meeting.id);
    let presences = if unrecorded.is_empty() {
        met(ctx, lang.f("meetings.closing_presences", &[("of", &parties.to_string())]))
    } else {
        let missing = words::listed(&unrecorded, lang);
        let text = counted("meetings.closing_presences_missing", parties - unrecorded.len(), parties, missing);
        still_open(ctx, text, format!("{path}/attendances"), "meetings.correct_presence")
    };
    let outcomes = if open.is_empty() {
        met(ctx, lang.f("meetings.closing_points", &[("of", &points.to_string())]))
    } else {
        let text = counted("meetings.closing_points_missing", points - open.len(), points, open.join("; "));
        still_open(ctx, text, format!("{path}/outcomes/new"), "meetings.outcome_heading")
    };
    let tasks = dossier.outcomes.iter().filter(|one| one.task_id.is_some()).count().to_string();
    let decisions = dossier.decisions().to_string();
    let counts = lang.f(
        "meetings.closing_outcomes",
        &[("outcomes", &dossier.outcomes.len().to_string()), ("decisions", &decisions), ("tasks", &tasks)],
    );
    let lacks_quorum = dossier.quorum.justify(dossier.decisions(), None).is_err();
    let quorum = (dossier.decisions() > 0).then(|| Check {
        badge: badge(ctx, if lacks_quorum { State::Reason } else { State::Met }),
        text: lang
            .t(if lacks_quorum { "meetings.closing_quorum_missing" } else { "meetings.closing_quorum" })
            .to_owned(),
        mend: None,
    });
    [presences, outcomes, met(ctx, counts)].into_iter().chain(quorum).collect()
}

/// Makes the line of something that may still be recorded, with its form.
fn still_open(ctx: &Ctx, text: String, href: String, label: &str) -> Check {
    Check { badge: badge(ctx, State::Missing), text, mend: Some(Mend { href, label: ctx.lang.t(label) }) }
}

/// State of a condition.
enum State {
    Met,
    /// The meeting can be convened with a reason.
    Reason,
    Missing,
}

fn badge(ctx: &Ctx, state: State) -> Badge {
    let (key, kind) = match state {
        State::Met => ("meetings.check_met", "success"),
        State::Reason => ("meetings.check_reason", "warning"),
        State::Missing => ("meetings.check_missing", "danger"),
    };
    Badge { text: ctx.lang.t(key), kind }
}

fn met(ctx: &Ctx, text: String) -> Check {
    Check { badge: badge(ctx, State::Met), text, mend: None }
}

fn missing(ctx: &Ctx, refusal: Error, label_key: &'static str, href: String) -> Result<Check> {
    let Error::Refused(refused) = refusal else { return Err(refusal) };
    let mend = Mend { href, label: ctx.lang.t(label_key) };
    let text = wording::text(ctx.lang, refused.code, &refused.params);
    Ok(Check { badge: badge(ctx, State::Missing), text, mend: Some(mend) })
}
