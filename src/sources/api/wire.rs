//! Requests and responses about sources.

use crate::error::Result;
use crate::http::patch::Patch;
use crate::http::sheet::WrongCellOut;
use crate::sources::model::{Change, Comparison, Difference, Occurrence, Source};
use crate::sources::service::{Dossier, EntryIn, Preview, SourceIn};
use crate::texts::Lang;
use crate::time::Day;
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{DocumentId, SourceOccurrenceId};
use entity::kinds::OccurrenceState;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::{IntoParams, ToSchema};

/// The calendar of another publisher.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceOut {
    /// Name by which date rules mean it.
    #[schema(max_length = 60)]
    pub code: String,
    #[schema(max_length = 200)]
    pub name: String,
    #[schema(max_length = 200)]
    pub publisher: String,
    /// Address of the calendar.
    #[schema(max_length = 500)]
    pub address: Option<String>,
    pub version: i32,
}

/// All sources.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourcesOut {
    #[schema(max_items = 1000)]
    pub items: Vec<SourceOut>,
}

/// A source with its dates.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceDossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub source: SourceOut,
    /// Dates by day.
    #[schema(max_items = 10_000)]
    pub occurrences: Vec<OccurrenceOut>,
    /// Latest changes, the newest first.
    #[schema(max_items = 200)]
    pub changes: Vec<OccurrenceChangeOut>,
}

/// A date of a source.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OccurrenceOut {
    pub id: SourceOccurrenceId,
    /// Period or name, as the publisher writes it.
    #[schema(max_length = 200)]
    pub label: String,
    pub day: NaiveDate,
    pub state: OccurrenceState,
    #[schema(max_length = 500)]
    pub note: Option<String>,
    pub version: i32,
}

/// A change of a date.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OccurrenceChangeOut {
    pub occurrence_id: SourceOccurrenceId,
    /// Day before the change; absent for a new date.
    pub day_before: Option<NaiveDate>,
    pub day: NaiveDate,
    pub state: OccurrenceState,
    pub changed_at: DateTime<Utc>,
}

/// A new source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSourceIn {
    /// Lower-case letters, digits and hyphens; never changed.
    #[schema(max_length = 60, example = "istat-forze-lavoro")]
    pub code: String,
    #[schema(max_length = 200)]
    pub name: String,
    #[schema(max_length = 200)]
    pub publisher: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub address: Option<String>,
}

/// Changes of a source.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub publisher: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub address: Patch<String>,
}

/// A new date of a source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OccurrenceIn {
    #[schema(max_length = 200, example = "IV trimestre 2026")]
    pub label: String,
    pub day: Day,
    pub state: OccurrenceState,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// Changes of a date of a source.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OccurrencePatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub label: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub day: Patch<Day>,
    #[serde(default)]
    #[schema(value_type = Option<OccurrenceState>)]
    pub state: Patch<OccurrenceState>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub note: Patch<String>,
}

/// The part of a file that is meant.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContainingQuery {
    /// Words of which each entry that is meant has all in its label.
    #[param(max_length = 200)]
    pub containing: Option<String>,
}

/// A file to take over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportDatesIn {
    pub document_id: DocumentId,
    /// Words of which each entry that is meant has all in its label.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub containing: Option<String>,
}

/// Differences between a file and the dates of a source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatesPreviewOut {
    pub document_id: DocumentId,
    #[schema(max_items = 2000)]
    pub differences: Vec<DateDifferenceOut>,
    /// Number of dates that are equal.
    #[schema(value_type = u32)]
    pub same: usize,
    /// Number of known dates that the file does not have; they stay.
    #[schema(value_type = u32)]
    pub others: usize,
    /// Wrong cells; with one of them nothing can be taken over.
    #[schema(max_items = 100_000)]
    pub errors: Vec<WrongCellOut>,
}

/// A date that would be new or changed.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DateDifferenceOut {
    /// The known date that changes; absent for a new one.
    pub occurrence_id: Option<SourceOccurrenceId>,
    #[schema(max_length = 200)]
    pub label: String,
    /// Present day of a date that changes.
    pub day_before: Option<NaiveDate>,
    pub day: NaiveDate,
    pub state: OccurrenceState,
}

/// Number of dates taken over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportedDatesOut {
    #[schema(value_type = u32)]
    pub new: usize,
    #[schema(value_type = u32)]
    pub changed: usize,
}

impl CreateSourceIn {
    /// Separates the code from the properties.
    pub fn split(self) -> (String, SourceIn) {
        let Self { code, name, publisher, address } = self;
        (code, SourceIn { name, publisher, address })
    }
}

impl SourcePatch {
    /// Returns the properties after the patch.
    pub fn apply(self, present: SourceIn) -> Result<SourceIn> {
        Ok(SourceIn {
            name: self.name.replacing("name")?.unwrap_or(present.name),
            publisher: self.publisher.replacing("publisher")?.unwrap_or(present.publisher),
            address: self.address.apply(present.address),
        })
    }
}

impl OccurrencePatch {
    /// Returns the date after the patch.
    pub fn apply(self, present: EntryIn) -> Result<EntryIn> {
        Ok(EntryIn {
            label: self.label.replacing("label")?.unwrap_or(present.label),
            day: self.day.replacing("day")?.map_or(present.day, NaiveDate::from),
            state: self.state.replacing("state")?.unwrap_or(present.state),
            note: self.note.apply(present.note),
        })
    }
}

impl From<OccurrenceIn> for EntryIn {
    fn from(OccurrenceIn { label, day, state, note }: OccurrenceIn) -> Self {
        Self { label, day: day.into(), state, note }
    }
}

impl From<Source> for SourceOut {
    fn from(source: Source) -> Self {
        let details = source.details;
        Self {
            code: source.code,
            name: details.name,
            publisher: details.publisher,
            address: details.address,
            version: source.version,
        }
    }
}

impl From<Occurrence> for OccurrenceOut {
    fn from(one: Occurrence) -> Self {
        let entry = one.entry;
        Self {
            id: one.id,
            label: entry.label,
            day: entry.day,
            state: entry.state,
            note: entry.note,
            version: one.version,
        }
    }
}

impl From<Change> for OccurrenceChangeOut {
    fn from(change: Change) -> Self {
        Self {
            occurrence_id: change.occurrence,
            day_before: change.before,
            day: change.day,
            state: change.state,
            changed_at: change.at,
        }
    }
}

impl From<Dossier> for SourceDossierOut {
    fn from(Dossier { source, occurrences, changes }: Dossier) -> Self {
        Self {
            source: source.into(),
            occurrences: occurrences.into_iter().map(OccurrenceOut::from).collect(),
            changes: changes.into_iter().map(OccurrenceChangeOut::from).collect(),
        }
    }
}

impl DatesPreviewOut {
    /// Describes a comparison in the language of the caller.
    pub fn of(preview: Preview, lang: Lang) -> Self {
        let Comparison { differences, same, others } = preview.comparison;
        Self {
            document_id: preview.document.id,
            differences: differences.into_iter().map(DateDifferenceOut::from).collect(),
            same,
            others,
            errors: preview.wrong.iter().map(|wrong| WrongCellOut::of(wrong, lang)).collect(),
        }
    }
}

impl From<Difference> for DateDifferenceOut {
    fn from(difference: Difference) -> Self {
        let (before, entry) = match difference {
            Difference::New { entry, .. } => (None, entry),
            Difference::Changed { before, entry } => (Some(before), entry),
        };
        Self {
            occurrence_id: before.as_ref().map(|before| before.id),
            day_before: before.map(|before| before.entry.day),
            label: entry.label,
            day: entry.day,
            state: entry.state,
        }
    }
}

impl ImportedDatesOut {
    /// Counts the dates that were taken over.
    pub fn of(comparison: &Comparison) -> Self {
        let is_new = |one: &&Difference| matches!(one, Difference::New { .. });
        let new = comparison.differences.iter().filter(is_new).count();
        Self { new, changed: comparison.differences.len() - new }
    }
}
