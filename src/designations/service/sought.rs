//! Filters of the register, as its readers choose them: the same for the list and for the file with the same rows.

use super::{RegisterFilter, known_on};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::network::service as network;
use crate::typed::{Reading, kept};
use chrono::NaiveDate;
use entity::kinds::SeatKind;
use serde::Deserialize;

/// Filters of the register as they were typed. An absent day means today, an empty one any day.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RegisterSought {
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub observatory: String,
    #[serde(default)]
    pub seat: String,
    pub as_of: Option<String>,
    #[serde(default)]
    pub known_on: String,
    /// Includes annulled ones: «true» or empty.
    #[serde(default)]
    pub with_annulled: String,
}

impl RegisterSought {
    #[must_use]
    pub fn with_today(mut self, today: NaiveDate) -> Self {
        self.as_of.get_or_insert_with(|| today.to_string());
        self
    }

    pub fn as_of(&self) -> &str {
        self.as_of.as_deref().unwrap_or_default()
    }

    /// Returns the address of the same rows as a file.
    pub fn file(&self, format: &str) -> String {
        let optional = [
            ("body", &self.body),
            ("observatory", &self.observatory),
            ("seat", &self.seat),
            ("known_on", &self.known_on),
            ("with_annulled", &self.with_annulled),
        ];
        let chosen = optional.into_iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("format", format), ("as_of", self.as_of())])
            .extend_pairs(chosen)
            .finish();
        format!("/exports/register?{query}")
    }
}

/// Finds what the filters mean. Errors: every wrong filter, with its name.
pub async fn understood(ctx: &Ctx, sought: &RegisterSought) -> Result<RegisterFilter> {
    let mut reading = Reading::default();
    let as_of = reading.optional_day("as_of", sought.as_of());
    let known_day = reading.optional_day("known_on", &sought.known_on);
    let kind = reading.optionally_chosen::<SeatKind>("seat", &sought.seat);
    let body = match kept(&sought.body) {
        Some(code) => reading.take(known("body", network::body(ctx, &code).await)).map(|body| body.id),
        None => None,
    };
    let observatory = match kept(&sought.observatory) {
        Some(code) => {
            let observatory = network::observatory(ctx, &code).await;
            reading.take(known("observatory", observatory)).map(|one| one.id)
        }
        None => None,
    };
    reading.finish(as_of.zip(known_day).zip(kind)).map(|((as_of, known_day), kind)| RegisterFilter {
        body,
        observatory,
        kind,
        as_of,
        known_at: known_day.map(known_on),
        with_annulled: sought.with_annulled == "true",
        ..RegisterFilter::default()
    })
}

/// Returns the record of a typed code; an unknown code is an error of its field instead of a missing page.
fn known<T>(field: &'static str, looked_up: Result<T>) -> Result<T> {
    looked_up.map_err(|error| error.as_unknown(field))
}
