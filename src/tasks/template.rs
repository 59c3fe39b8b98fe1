//! Templates of tasks that the secretariat gives again and again. Pure.

use super::model::{Refusal, Wording};
use chrono::{DateTime, Utc};
use entity::ids::TaskTemplateId;

/// Content of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Name by which the secretariat finds it.
    pub name: String,
    pub wording: Wording,
    /// Code of the seat that usually gets the task.
    pub seat: Option<String>,
    /// Working days from a chosen day to the due day; before it if negative.
    pub offset_working_days: i32,
}

/// A template of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TaskTemplateId,
    pub outline: Outline,
    /// Instant since which it is not offered any more.
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl Template {
    pub const fn is_retired(&self) -> bool {
        self.retired_at.is_some()
    }

    /// Changes its content; not that of a retired one.
    pub fn changed(mut self, outline: Outline) -> Result<Self, Refusal> {
        if self.is_retired() {
            return Err(Refusal::TemplateRetired);
        }
        if self.outline == outline {
            return Err(Refusal::SameTemplate);
        }
        self.outline = outline;
        Ok(self)
    }

    /// Retires it, or offers it again.
    pub fn retired(mut self, since: Option<DateTime<Utc>>) -> Result<Self, Refusal> {
        if self.is_retired() == since.is_some() {
            return Err(Refusal::SameTemplate);
        }
        self.retired_at = since;
        Ok(self)
    }
}
