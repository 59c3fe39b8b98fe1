//! «Tocca a: Osservatorio di Bergamo da 3 giorni lavorativi»: the holder of the ball in words.

use crate::reviews::model::turn::Holder;
use crate::reviews::view::{Ball, ChapterView};
use crate::texts::{Label, Lang};
use crate::time::words;

/// The holder of the ball in words, with the name apart, because it is Italian on every page.
pub struct TurnLine {
    pub lead: &'static str,
    pub name: Option<String>,
    /// Since when; empty without a holder.
    pub since: String,
}

impl TurnLine {
    pub fn of(ball: &Ball, lang: Lang) -> Self {
        let since = match (ball.holder, ball.working_days) {
            (Holder::Nobody, _) => String::new(),
            (_, days) if days <= 0 => lang.t("reviews.since_today").to_owned(),
            (_, days) => lang.f("reviews.since", &[("span", &words::working_days(days, lang))]),
        };
        Self { lead: lang.t(lead(ball.holder)), name: ball.name.clone(), since }
    }
}

/// Chapter of a release in words: whose turn it is, and what is missing.
pub struct ChapterLine {
    pub observatory: String,
    pub turn: TurnLine,
    /// Errors that block the release.
    pub missing: Vec<&'static str>,
}

impl ChapterLine {
    pub fn of(chapter: &ChapterView, lang: Lang) -> Self {
        Self {
            observatory: chapter.view.observatory_name.clone(),
            turn: TurnLine::of(&chapter.ball, lang),
            missing: chapter.missing.blocking.iter().map(|one| one.label(lang)).collect(),
        }
    }
}

const fn lead(holder: Holder) -> &'static str {
    match holder {
        Holder::Observatory => "reviews.turn_observatory",
        Holder::Secretariat => "reviews.turn_secretariat",
        Holder::Reader(_) => "reviews.turn_reader",
        Holder::Nobody => "reviews.turn_nobody",
    }
}
