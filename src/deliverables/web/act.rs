//! The page of one act on a deliverable or a task: a sentence on its effect, its field, and the button.

use crate::error::Result;
use crate::http::form::{FormState, Versioned};
use crate::http::page::Shell;
use crate::typed::Reading;
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

/// An act with a page of its own. Texts are keys.
pub struct Act {
    /// Last part of its address.
    pub name: &'static str,
    /// Title of its page and label of its button.
    pub label: &'static str,
    /// Sentence on its effect.
    pub lead: &'static str,
    /// Colour of its button; "danger" if it cannot be undone.
    pub kind: &'static str,
    pub field: Field,
    /// Message after it.
    pub done: &'static str,
}

/// Colour of the button of an act that cannot be undone.
pub const FINAL: &str = "danger";

impl Act {
    pub fn is_final(&self) -> bool {
        self.kind == FINAL
    }

    /// Returns whether it reports on the work of the observatory, and is not a decision about it.
    pub fn is_report(&self) -> bool {
        matches!(self.name, "block" | "refuse")
    }
}

/// The field of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Reason,
    /// A reason that becomes public.
    Cause,
    Day,
}

/// Fields of the pages of acts; each act uses one of them.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ActForm {
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub day: String,
}

impl ActForm {
    /// Fills the form with the day set by hand.
    pub fn of_day(day: Option<NaiveDate>) -> Self {
        Self { day: day.map(|day| day.to_string()).unwrap_or_default(), ..Self::default() }
    }

    /// Returns the day to set by hand; `None` restores the derived one.
    pub fn read_day(&self) -> Result<Option<NaiveDate>> {
        Reading::of(|reading| reading.optional_day("day", &self.day))
    }
}

#[derive(Template)]
#[template(path = "deliverables/act.html")]
pub struct ActPage {
    pub shell: Shell,
    /// Name of the record.
    pub about: String,
    pub act: &'static Act,
    /// On whose behalf the reader acts.
    pub on_behalf: Option<String>,
    /// Address of the record's page; the act is posted below it.
    pub back: String,
    pub form: FormState<Versioned<ActForm>>,
}

impl ActPage {
    fn asks(&self, field: Field) -> bool {
        self.act.field == field
    }
}
