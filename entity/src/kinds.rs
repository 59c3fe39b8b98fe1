//! Closed vocabularies, stored as text.
//!
//! No table lists the values (ADR 18), so a new value needs no migration. These types are the guard: only a value of
//! the vocabulary is written, and an unknown value in a row is an error when it is read. An older program therefore
//! cannot read a row with a newer value: add a value in one release and write it in the next.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Declares a vocabulary: the enum, its text in the database and in JSON, and the list of all values.
///
/// The texts are matched as `tt` and not as `literal`, because a `literal` reaches derive macros wrapped in a group;
/// utoipa's derive ignores it then and uses the names of the variants.
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

            /// Returns the text used in the database, in the API and as the last part of a text key.
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

/// Error for a text that is not a value of the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl std::fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a value of this vocabulary")
    }
}

impl std::error::Error for UnknownKind {}

kind! {
    /// Kind of a signatory administration.
    BodyKind { Region = "region", MetropolitanCity = "metropolitan_city", Province = "province" }
}

kind! {
    /// A node of the network: the regional one or a territorial one.
    ObservatoryKind { Regional = "regional", Territorial = "territorial" }
}

kind! {
    /// Kind of a recurring non-working day: a fixed day of the year, or a distance from Easter Sunday.
    NonWorkingRuleKind { Fixed = "fixed", EasterOffset = "easter_offset" }
}

kind! {
    /// Kind of a seat (glossary: *incarico*).
    SeatKind { Referent = "referent", Deputy = "deputy", BodyManager = "body_manager", Secretariat = "secretariat", Direction = "direction", Partner = "partner" }
}

kind! {
    /// Kind of change that a record of a designation describes.
    RecordChange { Registered = "registered", Ended = "ended", Corrected = "corrected", Annulled = "annulled" }
}

kind! {
    /// Kind of the act of designation (DPR 445/2000 vocabulary: decreto, determinazione, delibera, nota).
    ActKind { Decree = "decree", Determination = "determination", Resolution = "resolution", Note = "note" }
}

kind! {
    /// Channel by which a party's communication reached the secretariat (CAD art. 47 asks for it). `raccordo`: the party
    /// entered it here itself.
    Channel { Pec = "pec", Mail = "mail", Hand = "hand", Phone = "phone", Raccordo = "raccordo" }
}

kind! {
    /// Whether the absent holder finishes running work, or everything is reassigned.
    UnavailabilityMode { CanFinish = "can_finish", ReassignAll = "reassign_all" }
}

kind! {
    /// State of a mail (`docs/domain.md`, States). `sent` means accepted by the relay.
    NotificationState { Pending = "pending", Leased = "leased", Sent = "sent", Unknown = "unknown", Failed = "failed", Dead = "dead", Expired = "expired", Cancelled = "cancelled" }
}

kind! {
    /// Frequency of a product's releases; the EU frequency code is derived from it.
    Periodicity { Annual = "annual", HalfYearly = "half_yearly", FourMonthly = "four_monthly", Quarterly = "quarterly", Monthly = "monthly", Irregular = "irregular" }
}

kind! {
    /// Whether a product is published once for all observatories or by each one.
    ProductScope { Joint = "joint", PerObservatory = "per_observatory", Autonomous = "autonomous" }
}

kind! {
    /// Observatories that contribute to a product: all territorial ones, or those named. The regional one is chosen apart.
    Contributing { AllTerritorial = "all_territorial", Named = "named" }
}

kind! {
    /// Theme of a product.
    Theme { Employment = "employment", Hiring = "hiring", Demand = "demand", Skills = "skills", Training = "training", Inclusion = "inclusion", Crises = "crises", Economy = "economy", Other = "other" }
}

kind! {
    /// State of a date of an upstream calendar. A withdrawn one counts no more.
    OccurrenceState { Expected = "expected", Confirmed = "confirmed", Out = "out", Withdrawn = "withdrawn" }
}

kind! {
    /// State of a release; *postponed* and *late* are derived, never stored.
    ReleaseState { Provisional = "provisional", Confirmed = "confirmed", Published = "published", Cancelled = "cancelled", Withdrawn = "withdrawn" }
}

kind! {
    /// Precision of a release's day; only `day_time` can be confirmed.
    Precision { DayTime = "day_time", Day = "day", Week = "week", Month = "month", TwoMonths = "two_months" }
}

kind! {
    /// Reason for moving a confirmed date or cancelling a release; public and unchangeable.
    ReasonCode { SourceLate = "source_late", SeatVacant = "seat_vacant", Workload = "workload", Portal = "portal", Method = "method", TableDecision = "table_decision", Other = "other" }
}

kind! {
    /// Kind of an entry in the history of a release: a change of its date, its publication, or what happened to it afterwards.
    ReleaseChangeKind { Planned = "planned", Improved = "improved", Confirmed = "confirmed", Moved = "moved", Cancelled = "cancelled", Published = "published", Amended = "amended", Withdrawn = "withdrawn" }
}

kind! {
    /// Reason for amending what was published: an error, a planned revision, another method, or only another address of the same page.
    AmendmentKind { Error = "error", Routine = "routine", Method = "method", Address = "address" }
}

kind! {
    /// State of a contribution, from planned to verified on the portal.
    DeliverableState { Planned = "planned", InProgress = "in_progress", Submitted = "submitted", ChangesRequested = "changes_requested", Approved = "approved", Published = "published", Verified = "verified", Blocked = "blocked", Waived = "waived", Missing = "missing" }
}

kind! {
    /// State of a remark of the review; `carried` is left for the next edition.
    RemarkState { Open = "open", Answered = "answered", Accepted = "accepted", Carried = "carried" }
}

kind! {
    /// A step of a remark after it was written: the author's answer (`done`, `declined`) or the review's verdict.
    RemarkStepKind { Done = "done", Declined = "declined", Accepted = "accepted", Rejected = "rejected", Carried = "carried" }
}

kind! {
    /// State of a peer reading.
    ReadingState { Asked = "asked", Accepted = "accepted", Refused = "refused", Delivered = "delivered", Withdrawn = "withdrawn" }
}

kind! {
    /// State of a task; overdue is derived. `given`: the secretariat gave it, and its seat has not answered yet. `refused`:
    /// it is back with the secretariat.
    TaskState { Given = "given", Open = "open", InProgress = "in_progress", Done = "done", Blocked = "blocked", Refused = "refused", Cancelled = "cancelled" }
}

kind! {
    /// Kind of a reply about work: of those who do it, or of the secretariat to a refusal.
    ReplyKind { Accepted = "accepted", Refused = "refused", Late = "late", Insisted = "insisted", HandedOn = "handed_on" }
}

kind! {
    /// State of a proposal of another day for a contribution.
    DayProposalState { Open = "open", Accepted = "accepted", Declined = "declined", Withdrawn = "withdrawn" }
}

kind! {
    /// Kind of a thing that is due by a day. With an id it identifies an obligation in the reminder log.
    ObligationKind { Task = "task", Deliverable = "deliverable" }
}

kind! {
    /// Source of a task. `missing_page`: a page on the portal is missing, or differs from the verified one. `given`: the
    /// secretariat gave it outside meetings.
    TaskOrigin { Step = "step", Outcome = "outcome", MissingPage = "missing_page", Given = "given" }
}

kind! {
    /// The kinds of things that can own a document.
    DocumentOwnerKind { Designation = "designation", Deliverable = "deliverable", Product = "product" }
}

kind! {
    /// The plenary technical table or a working group.
    TableKind { Plenary = "plenary", WorkingGroup = "working_group" }
}

kind! {
    /// State of a meeting; a draft sends no mail.
    MeetingState { Draft = "draft", Convened = "convened", Held = "held", Closed = "closed", Cancelled = "cancelled" }
}

kind! {
    /// Form of a meeting.
    MeetingMode { InPerson = "in_person", Remote = "remote", Mixed = "mixed" }
}

kind! {
    /// Purpose of a point of the agenda.
    AgendaItemKind { Information = "information", Discussion = "discussion", Decision = "decision" }
}

kind! {
    /// Presence of a party at a meeting.
    Presence { Present = "present", ByDelegate = "by_delegate", Excused = "excused", Absent = "absent" }
}

kind! {
    /// Kind of an outcome of a point.
    OutcomeKind { Information = "information", Decision = "decision", Task = "task", Deferral = "deferral", Problem = "problem", Recommendation = "recommendation" }
}

kind! {
    /// iTIP method sent last (RFC 5546 §3.2).
    CalendarMethod { Request = "request", Cancel = "cancel" }
}

kind! {
    /// Whether a reminder was sent, or skipped because a later one was due.
    ReminderOutcome { Sent = "sent", Skipped = "skipped" }
}

kind! {
    /// State of a deliverable's page on the portal.
    PublicationState { Expected = "expected", Declared = "declared", Seen = "seen", Verified = "verified", Missing = "missing", Altered = "altered", Withdrawn = "withdrawn" }
}
