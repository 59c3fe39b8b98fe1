//! Closed vocabularies, stored as text so that adding a value is an ordinary migration on both engines.
//!
//! A value unknown to an older binary fails the load of its row: add values in one release, write them in the next.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Declares a vocabulary: the enum, its text in the database and in JSON, and the list of all values.
///
/// The texts are matched as `tt`: a `literal` reaches derives wrapped in a group, which the one for the API's description
/// overlooks, and then it names the variants instead.
macro_rules! kind {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema,
        )]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(30))")]
        pub enum $name {
            $(
                #[sea_orm(string_value = $text)]
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the order of the glossary.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text kept in the database, used in the API and as the last part of a key of the texts.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownKind;
            fn from_str(text: &str) -> Result<Self, UnknownKind> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownKind),
                }
            }
        }
    };
}

/// A text that is no value of the vocabulary it was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl std::fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a value of this vocabulary")
    }
}

impl std::error::Error for UnknownKind {}

kind! {
    /// What a signatory administration is.
    BodyKind { Region = "region", MetropolitanCity = "metropolitan_city", Province = "province" }
}

kind! {
    /// A node of the network: the regional one or a territorial one.
    ObservatoryKind { Regional = "regional", Territorial = "territorial" }
}

kind! {
    /// How a recurring non-working day is found: a fixed day of the year or a distance from Easter Sunday.
    NonWorkingRuleKind { Fixed = "fixed", EasterOffset = "easter_offset" }
}

kind! {
    /// What a person is designated to be (glossary: *incarico*).
    SeatKind { Referent = "referent", Deputy = "deputy", BodyManager = "body_manager", Secretariat = "secretariat", Direction = "direction", Partner = "partner" }
}

kind! {
    /// Why a record of a designation was written.
    RecordChange { Registered = "registered", Ended = "ended", Corrected = "corrected", Annulled = "annulled" }
}

kind! {
    /// The kind of act that designates (DPR 445/2000 vocabulary: decreto, determinazione, delibera, nota).
    ActKind { Decree = "decree", Determination = "determination", Resolution = "resolution", Note = "note" }
}

kind! {
    /// How a party told the secretariat (CAD art. 47 asks which).
    Channel { Pec = "pec", Mail = "mail", Hand = "hand", Phone = "phone" }
}

kind! {
    /// Whether the absent holder can finish what is under way, or everything must be reassigned.
    UnavailabilityMode { CanFinish = "can_finish", ReassignAll = "reassign_all" }
}

kind! {
    /// The life of a mail: see `product.md`, States. `sent` means accepted by the relay.
    NotificationState { Pending = "pending", Leased = "leased", Sent = "sent", Unknown = "unknown", Failed = "failed", Dead = "dead", Expired = "expired", Cancelled = "cancelled" }
}

kind! {
    /// How often a product is released; the EU frequency code is derived.
    Periodicity { Annual = "annual", HalfYearly = "half_yearly", FourMonthly = "four_monthly", Quarterly = "quarterly", Monthly = "monthly", Irregular = "irregular" }
}

kind! {
    /// Whether a product is published once for all or one by one.
    ProductScope { Joint = "joint", PerObservatory = "per_observatory", Autonomous = "autonomous" }
}

kind! {
    /// The life of a release; *postponed*, *late* are derived, never stored.
    ReleaseState { Provisional = "provisional", Confirmed = "confirmed", Published = "published", Cancelled = "cancelled" }
}

kind! {
    /// How exactly the day of a release is known; only `day_time` can be confirmed.
    Precision { DayTime = "day_time", Day = "day", Week = "week", Month = "month", TwoMonths = "two_months" }
}

kind! {
    /// Why a confirmed date moved or a release was cancelled: public and frozen.
    ReasonCode { SourceLate = "source_late", SeatVacant = "seat_vacant", Workload = "workload", Portal = "portal", Method = "method", TableDecision = "table_decision", Other = "other" }
}

kind! {
    /// What happened to the date of a release.
    ReleaseChangeKind { Planned = "planned", Improved = "improved", Confirmed = "confirmed", Moved = "moved", Cancelled = "cancelled", Published = "published" }
}

kind! {
    /// The life of a contribution, from planned to verified on the portal.
    DeliverableState { Planned = "planned", InProgress = "in_progress", Submitted = "submitted", ChangesRequested = "changes_requested", Approved = "approved", Published = "published", Verified = "verified", Blocked = "blocked", Waived = "waived" }
}

kind! {
    /// The life of a task; overdue is derived.
    TaskState { Open = "open", InProgress = "in_progress", Done = "done", Blocked = "blocked", Cancelled = "cancelled" }
}

kind! {
    /// The kinds of things that can be owed by a day: with an id, the name of an obligation in the log of the reminders.
    ObligationKind { Task = "task", Deliverable = "deliverable" }
}

kind! {
    /// Where a task came from; `missing_page`: a page on the portal is not there, or not as it was verified.
    TaskOrigin { Step = "step", Outcome = "outcome", MissingPage = "missing_page" }
}

kind! {
    /// The plenary technical table or a working group.
    TableKind { Plenary = "plenary", WorkingGroup = "working_group" }
}

kind! {
    /// The life of a meeting; a draft mails nobody.
    MeetingState { Draft = "draft", Convened = "convened", Held = "held", Closed = "closed", Cancelled = "cancelled" }
}

kind! {
    /// How a meeting is held.
    MeetingMode { InPerson = "in_person", Remote = "remote", Mixed = "mixed" }
}

kind! {
    /// What a point of the agenda asks for.
    AgendaItemKind { Information = "information", Discussion = "discussion", Decision = "decision" }
}

kind! {
    /// How a party was at a meeting.
    Presence { Present = "present", ByDelegate = "by_delegate", Excused = "excused", Absent = "absent" }
}

kind! {
    /// What a meeting made of a point.
    OutcomeKind { Information = "information", Decision = "decision", Task = "task", Deferral = "deferral", Problem = "problem", Recommendation = "recommendation" }
}

kind! {
    /// The iTIP method last sent (RFC 5546 §3.2).
    CalendarMethod { Request = "request", Cancel = "cancel" }
}

kind! {
    /// Whether a rung went out or was overtaken.
    ReminderOutcome { Sent = "sent", Skipped = "skipped" }
}

kind! {
    /// What is known of the page on the portal.
    PublicationState { Expected = "expected", Declared = "declared", Seen = "seen", Verified = "verified", Missing = "missing", Altered = "altered" }
}
