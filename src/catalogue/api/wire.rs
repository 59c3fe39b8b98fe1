//! Requests and responses about the catalogue.

use crate::catalogue::model::{Details, Product, Sheet, Step, StepIn, UsedList};
use crate::catalogue::service::{DetailsIn, SheetIn};
use crate::designations::api::DocumentOut;
use crate::documents::view::Document;
use crate::error::{Code, Error, Result};
use crate::http::patch::Patch;
use crate::time::DateRule;
use chrono::{DateTime, NaiveTime, Utc};
use entity::ids::DocumentId;
use entity::kinds::{Contributing, Periodicity, ProductScope, SeatKind, Theme};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// A step of the work behind each release of a product.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDto {
    /// Lower-case letters, digits and hyphens; each once in a template.
    #[schema(max_length = 40, example = "bozza")]
    pub code: String,
    #[schema(max_length = 200)]
    pub name_it: String,
    #[schema(max_length = 200)]
    pub name_en: String,
    pub seat: SeatKind,
    /// Working days of the holder of the seat, negative before the release.
    #[schema(minimum = -250, maximum = 0)]
    pub offset_working_days: i32,
    #[schema(minimum = 1, maximum = 10000)]
    pub estimated_minutes: i32,
    /// Codes of the steps that have to be done before.
    #[serde(default)]
    #[schema(max_items = 12)]
    pub after: Vec<String>,
}

/// The template of steps of a product, in order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepsIn {
    #[schema(max_items = 40)]
    pub steps: Vec<StepDto>,
}

/// Contributors to a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContributorsOut {
    pub who: Contributing,
    /// Codes of the named territorial observatories; empty if all contribute.
    #[schema(max_items = 100)]
    pub observatories: Vec<String>,
    /// Whether the regional observatory contributes too.
    pub with_regional: bool,
}

/// A product that is released regularly.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductOut {
    pub code: String,
    pub name_it: String,
    pub name_en: String,
    pub theme: Option<Theme>,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    pub contributors: ContributorsOut,
    /// Wall time in Europe/Rome.
    #[schema(value_type = String, example = "10:00:00")]
    pub default_hour: NaiveTime,
    pub description_it: Option<String>,
    pub description_en: Option<String>,
    /// Office that answers questions about the product.
    pub contact_name: Option<String>,
    pub contact_email: Option<String>,
    /// Section of the portal in which its reports appear.
    pub portal_section: Option<String>,
    /// Words by which its reports are found on the portal, separated by commas.
    pub portal_words: Option<String>,
    /// Rule for the dates of its releases.
    pub date_rule: Option<DateRule>,
    #[schema(max_items = 40)]
    pub steps: Vec<StepDto>,
    /// Instant since which no release of it can be planned.
    pub retired_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// One product with the versions of its methodology sheet.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductDossierOut {
    #[serde(flatten)]
    #[schema(inline)]
    pub product: ProductOut,
    /// Versions of the methodology sheet, the first one first.
    #[schema(max_items = 1000)]
    pub sheets: Vec<SheetOut>,
}

/// A new product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProductIn {
    /// Lower-case letters, digits and hyphens; part of the addresses of its releases, and never changed.
    #[schema(max_length = 60, example = "focus-giovani")]
    pub code: String,
    #[schema(max_length = 200)]
    pub name_it: String,
    #[schema(max_length = 200)]
    pub name_en: String,
    pub periodicity: Periodicity,
    pub scope: ProductScope,
    /// Wall time in Europe/Rome.
    #[schema(value_type = String, example = "10:00:00")]
    pub default_hour: NaiveTime,
    /// Absent: all territorial observatories.
    #[serde(default)]
    pub contributors: Option<Contributing>,
    /// Codes of the named territorial observatories.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub observatories: Vec<String>,
    #[serde(default)]
    pub with_regional: bool,
    #[serde(default)]
    pub theme: Option<Theme>,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description_it: Option<String>,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description_en: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub contact_name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 254, format = "email")]
    pub contact_email: Option<String>,
    #[serde(default)]
    #[schema(max_length = 200)]
    pub portal_section: Option<String>,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub portal_words: Option<String>,
    #[serde(default)]
    pub date_rule: Option<DateRule>,
}

impl CreateProductIn {
    /// Returns the code and the properties.
    pub fn split(self) -> (String, DetailsIn) {
        let details = DetailsIn {
            name_it: self.name_it,
            name_en: self.name_en,
            theme: self.theme,
            periodicity: self.periodicity,
            scope: self.scope,
            contributors: self.contributors.unwrap_or(Contributing::AllTerritorial),
            observatories: self.observatories,
            with_regional: self.with_regional,
            default_hour: self.default_hour,
            description_it: self.description_it,
            description_en: self.description_en,
            contact_name: self.contact_name,
            contact_email: self.contact_email,
            portal_section: self.portal_section,
            portal_words: self.portal_words,
            date_rule: self.date_rule,
        };
        (self.code, details)
    }
}

/// A merge patch of a product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductPatch {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub name_it: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub name_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<Theme>)]
    pub theme: Patch<Theme>,
    #[serde(default)]
    #[schema(value_type = Option<Periodicity>)]
    pub periodicity: Patch<Periodicity>,
    #[serde(default)]
    #[schema(value_type = Option<ProductScope>)]
    pub scope: Patch<ProductScope>,
    #[serde(default)]
    #[schema(value_type = Option<Contributing>)]
    pub contributors: Patch<Contributing>,
    /// Codes of the named territorial observatories, all of them.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    pub observatories: Patch<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub with_regional: Patch<bool>,
    /// Wall time in Europe/Rome.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "10:00:00")]
    pub default_hour: Patch<NaiveTime>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub description_it: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub description_en: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub contact_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, format = "email")]
    pub contact_email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub portal_section: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub portal_words: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<DateRule>)]
    pub date_rule: Patch<DateRule>,
}

impl ProductPatch {
    /// Returns the properties after the patch.
    pub fn apply(self, present: DetailsIn) -> Result<DetailsIn> {
        Ok(DetailsIn {
            name_it: self.name_it.replacing("name_it")?.unwrap_or(present.name_it),
            name_en: self.name_en.replacing("name_en")?.unwrap_or(present.name_en),
            theme: self.theme.apply(present.theme),
            periodicity: self.periodicity.replacing("periodicity")?.unwrap_or(present.periodicity),
            scope: self.scope.replacing("scope")?.unwrap_or(present.scope),
            contributors: self.contributors.replacing("contributors")?.unwrap_or(present.contributors),
            observatories: self.observatories.apply(Some(present.observatories)).unwrap_or_default(),
            with_regional: self.with_regional.replacing("with_regional")?.unwrap_or(present.with_regional),
            default_hour: self.default_hour.replacing("default_hour")?.unwrap_or(present.default_hour),
            description_it: self.description_it.apply(present.description_it),
            description_en: self.description_en.apply(present.description_en),
            contact_name: self.contact_name.apply(present.contact_name),
            contact_email: self.contact_email.apply(present.contact_email),
            portal_section: self.portal_section.apply(present.portal_section),
            portal_words: self.portal_words.apply(present.portal_words),
            date_rule: self.date_rule.apply(present.date_rule),
        })
    }
}

/// A list that a methodology sheet uses, with its edition.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsedListDto {
    #[schema(max_length = 100, example = "ATECO")]
    pub name: String,
    #[schema(max_length = 100, example = "2025")]
    pub edition: String,
}

/// A new version of a methodology sheet.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishSheetIn {
    #[schema(max_length = 4000)]
    pub text_it: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub text_en: Option<String>,
    /// Lists that it uses, with their editions.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub lists: Vec<UsedListDto>,
    /// A file uploaded with `POST /products/documents`.
    #[serde(default)]
    pub document_id: Option<DocumentId>,
    /// The first reference period to whose release it applies: `2026`, `2026-S1`, `2026-T1`, `2026-Q3` or `2026-09`.
    #[schema(max_length = 10, example = "2026")]
    pub from_period: String,
}

impl TryFrom<PublishSheetIn> for SheetIn {
    type Error = Error;

    fn try_from(sheet: PublishSheetIn) -> Result<Self> {
        let unknown = |_| Error::field("from_period", Code::UnknownValue);
        Ok(Self {
            from: sheet.from_period.trim().parse().map_err(unknown)?,
            text_it: sheet.text_it,
            text_en: sheet.text_en,
            lists: sheet.lists.into_iter().map(|UsedListDto { name, edition }| UsedList { name, edition }).collect(),
            document_id: sheet.document_id,
        })
    }
}

/// A version of the methodology sheet of a product. It is never changed.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SheetOut {
    /// 1 for the first version.
    pub number: i32,
    pub text_it: String,
    pub text_en: Option<String>,
    #[schema(max_items = 20)]
    pub lists: Vec<UsedListDto>,
    pub document: Option<DocumentOut>,
    /// The first reference period to whose release it applies.
    pub from_period: String,
    pub published_at: DateTime<Utc>,
}

impl SheetOut {
    /// Converts a version, with its document among these.
    pub fn of(sheet: Sheet, documents: &[Document]) -> Self {
        let document = documents.iter().find(|document| Some(document.id) == sheet.document_id).cloned();
        Self {
            number: sheet.number,
            text_it: sheet.text_it,
            text_en: sheet.text_en,
            lists: sheet.lists.into_iter().map(|UsedList { name, edition }| UsedListDto { name, edition }).collect(),
            document: document.map(DocumentOut::from),
            from_period: sheet.from.to_string(),
            published_at: sheet.published_at,
        }
    }
}

impl From<Step> for StepDto {
    fn from(step: Step) -> Self {
        let Step { id: _, position: _, code, name_it, name_en, seat, offset_working_days, estimated_minutes, after } =
            step;
        Self { code, name_it, name_en, seat, offset_working_days, estimated_minutes, after }
    }
}

impl From<StepDto> for StepIn {
    fn from(step: StepDto) -> Self {
        let StepDto { code, name_it, name_en, seat, offset_working_days, estimated_minutes, after } = step;
        Self { code, name_it, name_en, seat, offset_working_days, estimated_minutes, after }
    }
}

impl From<Product> for ProductOut {
    fn from(product: Product) -> Self {
        let Product { id: _, code, details, steps, former_steps: _, retired_at, version } = product;
        let Details { contributors, contact, .. } = details;
        let (contact_name, contact_email) = contact.map(|contact| (contact.name, contact.email)).unzip();
        Self {
            code,
            name_it: details.name_it,
            name_en: details.name_en,
            theme: details.theme,
            periodicity: details.periodicity,
            scope: details.scope,
            contributors: ContributorsOut {
                who: contributors.who,
                observatories: contributors.named.into_iter().map(|named| named.code).collect(),
                with_regional: contributors.with_regional,
            },
            default_hour: details.default_hour,
            description_it: details.description_it,
            description_en: details.description_en,
            contact_name,
            contact_email: contact_email.flatten(),
            portal_section: details.portal_section,
            portal_words: details.portal_words,
            date_rule: details.date_rule,
            steps: steps.into_iter().map(StepDto::from).collect(),
            retired_at,
            version,
        }
    }
}
