//! Flags of a release.

/// Flags derived from the dates of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Flags {
    /// Later than the date first confirmed.
    pub postponed: bool,
    /// Earlier than the date first confirmed. This counts as a fault, because it breaks equal access.
    pub brought_forward: bool,
    /// The instant has passed and the release is not published.
    pub due: bool,
    /// Not published, and dated before the last day of its reference period, so that its data cannot be complete.
    pub before_period_end: bool,
    /// The published report has been corrected or revised since.
    pub amended: bool,
    /// Not published within an hour of its instant, or published by the service only later than that.
    pub late: bool,
}
