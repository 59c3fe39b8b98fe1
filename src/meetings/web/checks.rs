//! The checklist of a draft in words: each condition of the convocation, with the form that mends it.

use super::path;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::http::page::Badge;
use crate::http::wording;
use crate::meetings::model::Meeting;
use crate::meetings::service::Checklist;
use crate::time::words;

/// The checklist as the pages show it.
pub struct Checks {
    pub lines: Vec<Check>,
    /// «Anna Rossi, Provincia di Como».
    pub invited: Vec<String>,
    /// Names of the parties that no invitation reaches.
    pub unreached: Vec<String>,
    pub is_met: bool,
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
            Err(refusal) => (missing(ctx, refusal, format!("{edit}#field-day"))?, None),
        };
        let place = match list.place {
            Ok(()) => met(ctx, lang.t("meetings.check_place").to_owned()),
            Err(refusal) => missing(ctx, refusal, format!("{edit}#field-place"))?,
        };
        let agenda = match list.agenda {
            Ok(()) => met(ctx, lang.t("meetings.check_agenda").to_owned()),
            Err(refusal) => missing(ctx, refusal, format!("{}/agenda-items/new", path(meeting.id)))?,
        };
        let invited = list
            .invited
            .into_iter()
            .map(|one| if one.party.is_empty() { one.name } else { format!("{}, {}", one.name, one.party) });
        Ok(Self {
            lines: [Some(worked), notice, Some(place), Some(agenda)].into_iter().flatten().collect(),
            invited: invited.collect(),
            unreached: list.unreached,
            is_met,
        })
    }
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

fn missing(ctx: &Ctx, refusal: Error, href: String) -> Result<Check> {
    let Error::Refused(refused) = refusal else { return Err(refusal) };
    let mend = Mend { href, label: ctx.lang.t("meetings.check_mend") };
    let text = wording::text(ctx.lang, refused.code, &refused.params);
    Ok(Check { badge: badge(ctx, State::Missing), text, mend: Some(mend) })
}
