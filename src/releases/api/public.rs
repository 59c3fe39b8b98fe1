//! The public facts about a release beside its dates: its page, its product and whom to ask, the next release, the reports.

use super::WhenDto;
use crate::releases::view::{About, Entry, MissingChapter, Parts, ReleaseView, Report};
use chrono::{DateTime, Utc};
use entity::ids::ReleaseId;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

/// Public facts about a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicOut {
    /// Address of its page.
    pub page: String,
    /// Description of the product.
    pub description_it: Option<String>,
    pub description_en: Option<String>,
    pub contact: OfficeOut,
    /// Version of the methodology sheet in force for the release.
    pub methodology: Option<MethodologyOut>,
    /// The release of the same product that comes after it.
    pub next: Option<NextOut>,
    /// Reports that can be read, once it is published.
    #[schema(max_items = 100)]
    pub reports: Vec<ReportOut>,
    /// Chapters without which a joint release goes out; decided, and possibly taken back until it is out.
    #[schema(max_items = 100)]
    pub missing_chapters: Vec<MissingChapterOut>,
}

/// Office that answers questions about a release.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfficeOut {
    pub name: String,
    #[schema(max_length = 254)]
    pub email: Option<String>,
}

/// Method by which the product of a release is made.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MethodologyOut {
    /// 1 for the first version.
    pub number: i32,
    pub text_it: String,
    pub text_en: Option<String>,
    pub published_at: DateTime<Utc>,
    /// Address of the product's page, with all versions.
    pub page: String,
}

/// A release that comes after another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NextOut {
    pub id: ReleaseId,
    pub period: String,
    pub date: WhenDto,
    pub page: String,
}

/// A published report.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportOut {
    /// The province it is about; absent if one page is the report of all.
    pub place: Option<String>,
    #[schema(max_length = 2000)]
    pub address: String,
    /// Instant at which the service first recognised it.
    pub seen_at: DateTime<Utc>,
}

/// A chapter without which a joint release goes out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissingChapterOut {
    /// Code of the observatory.
    #[schema(max_length = 60)]
    pub observatory: String,
    /// The province it would be about.
    pub place: String,
    /// Public cause.
    #[schema(max_length = 1000)]
    pub cause: String,
    pub since: DateTime<Utc>,
}

impl PublicOut {
    /// Collects the facts; `base` is the address of the service.
    pub fn of(view: &ReleaseView, about: &About, parts: &Parts, next: Option<&ReleaseView>, base: &str) -> Self {
        Self {
            page: format!("{base}{}", view.href()),
            description_it: about.description_it.clone(),
            description_en: about.description_en.clone(),
            contact: OfficeOut { name: about.contact.name.clone(), email: about.contact.email.clone() },
            methodology: about.sheet.as_ref().map(|sheet| MethodologyOut {
                number: sheet.number,
                text_it: sheet.text_it.clone(),
                text_en: sheet.text_en.clone(),
                published_at: sheet.published_at,
                page: format!("{base}{}", about.href),
            }),
            next: next.map(|next| NextOut {
                id: next.release.id,
                period: next.release.period.to_string(),
                date: next.release.when().into(),
                page: format!("{base}{}", next.href()),
            }),
            reports: parts.reports.iter().map(ReportOut::from).collect(),
            missing_chapters: parts.missing.iter().map(MissingChapterOut::from).collect(),
        }
    }

    /// Collects the facts about an entry of a feed.
    pub fn of_entry(entry: &Entry, base: &str) -> Self {
        Self::of(&entry.view, &entry.about, &entry.parts, entry.next.as_ref(), base)
    }
}

impl From<&MissingChapter> for MissingChapterOut {
    fn from(MissingChapter { observatory, place, cause, since }: &MissingChapter) -> Self {
        Self { observatory: observatory.clone(), place: place.clone(), cause: cause.clone(), since: *since }
    }
}

impl From<&Report> for ReportOut {
    fn from(Report { place, seen }: &Report) -> Self {
        Self { place: place.clone(), address: seen.address.clone(), seen_at: seen.at }
    }
}
