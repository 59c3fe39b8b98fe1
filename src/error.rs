//! One error type for all use cases: a refusal in domain words, or a fault.
//!
//! A slice declares its refusals as an enum in its `model.rs` and implements [`Refusal`] for it; `?` converts it into
//! an [`Error`]. The text for people is in `texts/<language>/errors.toml` under the code, the HTTP status in
//! `http/codes.rs`.

use crate::db::StoreError;
use crate::time::CalendarError;
use crate::time::calendar::Closed;
use chrono::{NaiveDate, NaiveTime};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The stable name of a refusal: part of the API, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the code as in the API and the text keys.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

codes! {
    // The request itself.
    BadRequest = "bad_request",
    /// The body is not what its media type says.
    MalformedBody = "malformed_body",
    /// The body can be read, but is not what the operation takes: a member is missing, unknown or of another type.
    UnexpectedShape = "unexpected_shape",
    UnsupportedMediaType = "unsupported_media_type",
    NotAcceptable = "not_acceptable",
    MethodNotAllowed = "method_not_allowed",
    BodyTooLarge = "body_too_large",
    BodyTooSlow = "body_too_slow",
    NestingTooDeep = "nesting_too_deep",
    CursorUnknown = "cursor_unknown",
    TooManyRequests = "too_many_requests",
    CrossSiteRequest = "cross_site_request",
    FormExpired = "form_expired",
    IdempotencyKeyInvalid = "idempotency_key_invalid",
    IdempotencyKeyReused = "idempotency_key_reused",
    // Who asks, and for which version.
    Unauthenticated = "unauthenticated",
    Denied = "denied",
    NotFound = "not_found",
    Stale = "stale",
    VersionMissing = "version_missing",
    LinkUnusable = "link_unusable",
    TooManyTokens = "too_many_tokens",
    // What was typed.
    Invalid = "invalid",
    Required = "required",
    TooLong = "too_long",
    NotAnAddress = "not_an_address",
    NotADay = "not_a_day",
    NotAnHour = "not_an_hour",
    UnknownValue = "unknown_value",
    OutOfRange = "out_of_range",
    /// The life of a key is out of bounds.
    DaysOutOfRange = "days_out_of_range",
    NotAUrl = "not_a_url",
    /// A text with a character that changes its direction, or with only invisible characters.
    UnseenCharacters = "unseen_characters",
    /// Two members were given of which only one may be.
    OneOfTwo = "one_of_two",
    /// A form names neither a listed person nor a new one.
    PersonMissing = "person_missing",
    // Designations.
    SeatUnknown = "seat_unknown",
    SeatHeld = "seat_held",
    AlreadyInSeat = "already_in_seat",
    EndBeforeStart = "end_before_start",
    ActAfterEffect = "act_after_effect",
    ActInFuture = "act_in_future",
    CommunicatedInFuture = "communicated_in_future",
    AlreadyEnded = "already_ended",
    /// The end is already announced for that or an earlier day: only a correction prolongs it.
    EndsAlready = "ends_already",
    /// `replaces_holder` was set, but this seat may have several holders.
    ReplacesNobody = "replaces_nobody",
    DocumentTypeMismatch = "document_type_mismatch",
    DocumentTypeRefused = "document_type_refused",
    DocumentTooLarge = "document_too_large",
    DocumentEmpty = "document_empty",
    /// The body's daily quota of uploaded files is used up.
    DocumentsQuota = "documents_quota",
    AddressTaken = "address_taken",
    /// The certified mailbox is another body's.
    MailboxTaken = "mailbox_taken",
    /// The day the agreement was signed is still to come.
    SignedInFuture = "signed_in_future",
    UnavailabilityOutside = "unavailability_outside",
    UnavailabilityOverlaps = "unavailability_overlaps",
    LastSecretariat = "last_secretariat",
    NobodyToAsk = "nobody_to_ask",
    // The agenda and the work behind it.
    WrongTransition = "wrong_transition",
    ReasonMissing = "reason_missing",
    NonWorkingDay = "non_working_day",
    NotPrecise = "not_precise",
    ReleaseExists = "release_exists",
    PeriodOfAnotherKind = "period_of_another_kind",
    HourOutOfPlace = "hour_out_of_place",
    /// The product belongs to one observatory, and the release does not name it.
    ObservatoryMissing = "observatory_missing",
    /// The product obliges all observatories.
    ObservatoryOutOfPlace = "observatory_out_of_place",
    DayInPast = "day_in_past",
    /// The release would come out before the period it speaks about has begun.
    PeriodNotBegun = "period_not_begun",
    /// The clocks skip this hour on this day: in Italy from 2 to 3 on the last Sunday of March.
    HourSkipped = "hour_skipped",
    NothingChanges = "nothing_changes",
    // The table.
    NoticeTooShort = "notice_too_short",
    AgendaEmpty = "agenda_empty",
    EndsBeforeStarts = "ends_before_starts",
    MeetingNotBegun = "meeting_not_begun",
    QuorumMissing = "quorum_missing",
    /// Decisions are recorded, and these presences would leave them without a quorum.
    QuorumLost = "quorum_lost",
    PlaceMissing = "place_missing",
    /// The parties of the plenary table are not chosen.
    TableOfAllParties = "table_of_all_parties",
    // The portal.
    HostNotAllowed = "host_not_allowed",
    AddressOfAFile = "address_of_a_file",
    // The service.
    Busy = "busy",
    /// The disk under the database is full; nothing of the change was kept.
    StorageFull = "storage_full",
    Internal = "internal",
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Reasons why a use case failed. Nothing was changed if one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist, or the caller may not see it.
    #[error("not found")]
    NotFound,
    /// The caller is not signed in, or the key is not valid.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The caller may see the thing but may not do this to it.
    #[error("denied")]
    Denied,
    /// The thing has changed since the caller read it (RFC 9110 §15.5.13).
    #[error("stale version")]
    Stale,
    /// The input is wrong in one or more fields.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// A rule of the domain, the protocol or the API refuses.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// Too much at once; the caller may come back after so many seconds.
    #[error("too many requests")]
    TooMany { retry_after_seconds: u64 },
    /// A quota is used up; it is renewed after so many seconds.
    #[error("{code:?}: free again in {retry_after_seconds} s")]
    Spent { code: Code, field: &'static str, retry_after_seconds: u64 },
    /// The database failed, or a row in it is inconsistent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the service; the text is for the log, never for the caller.
    #[error("{0}")]
    Internal(String),
}

/// A refusal with the values of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: Code,
    /// The input member it is about, if it is about one.
    pub field: Option<&'static str>,
    pub params: Params,
}

/// The values for the placeholders of a refusal's text, by the names of the placeholders.
pub type Params = Vec<(&'static str, Value)>;

/// A value for a placeholder. `http/wording.rs` puts it into words in the language of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name, or another text that is the same in every language.
    Text(String),
    Number(i64),
    Day(NaiveDate),
    /// Wall time in Europe/Rome.
    Hour(NaiveTime),
    /// The places that do not work on a day, with the reasons.
    Closed(Closed),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<NaiveTime> for Value {
    fn from(hour: NaiveTime) -> Self {
        Self::Hour(hour)
    }
}

/// One wrong field of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the member in the API and in the form.
    pub field: &'static str,
    pub code: Code,
    pub params: Params,
}

impl FieldError {
    pub fn new(field: &'static str, code: Code) -> Self {
        Self { field, code, params: Vec::new() }
    }

    /// Error for a text that is too long.
    pub fn too_long(field: &'static str, limit: usize) -> Self {
        Self { field, code: Code::TooLong, params: vec![("limit", limit.into())] }
    }
}

/// Common interface of the refusals of slices.
pub trait Refusal: std::error::Error {
    fn code(&self) -> Code;
    /// The input member the refusal is about.
    fn field(&self) -> Option<&'static str> {
        None
    }
    /// Returns the values for the placeholders of the text.
    fn params(&self) -> Params {
        Vec::new()
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(Refused { code: refusal.code(), field: refusal.field(), params: refusal.params() })
    }
}

/// A span too long to count ends on a day that the caller typed. Every other error is an impossible row, because the calendars
/// come from the database.
impl From<CalendarError> for Error {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::SpanTooLong { .. } => Self::field("day", Code::OutOfRange),
            other => StoreError::inconsistent("territory", "calendar", other).into(),
        }
    }
}

impl Error {
    /// A refusal that needs nothing but its code.
    pub fn refused(code: Code) -> Self {
        Self::Refused(Refused { code, field: None, params: Vec::new() })
    }

    /// One wrong field.
    pub fn field(field: &'static str, code: Code) -> Self {
        Self::Invalid(vec![FieldError::new(field, code)])
    }

    /// One text of more characters than are kept.
    pub fn too_long(field: &'static str, limit: usize) -> Self {
        Self::Invalid(vec![FieldError::too_long(field, limit)])
    }

    /// Renames the fields of a refusal, for a form whose fields differ from those of the use case.
    #[must_use]
    pub fn placed(self, name: impl Fn(&'static str) -> &'static str) -> Self {
        match self {
            Self::Invalid(wrong) => {
                Self::Invalid(wrong.into_iter().map(|one| FieldError { field: name(one.field), ..one }).collect())
            }
            Self::Refused(refused) => Self::Refused(Refused { field: refused.field.map(name), ..refused }),
            other => other,
        }
    }

    /// Turns "not found" into an error of the field in which the caller typed a name.
    #[must_use]
    pub fn as_unknown(self, field: &'static str) -> Self {
        if matches!(self, Self::NotFound) { Self::field(field, Code::UnknownValue) } else { self }
    }

    /// Returns the code of this error in the API and the texts.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Denied => Code::Denied,
            Self::Stale | Self::Store(StoreError::Stale) => Code::Stale,
            Self::Invalid(_) => Code::Invalid,
            Self::Refused(refused) => refused.code,
            Self::TooMany { .. } => Code::TooManyRequests,
            Self::Spent { code, .. } => *code,
            Self::Store(StoreError::Busy) => Code::Busy,
            Self::Store(StoreError::Full(_)) => Code::StorageFull,
            Self::Store(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// Returns whether the fault is the service's; such an error is logged once, at the edge, and its text never leaves
    /// the service.
    pub fn is_ours(&self) -> bool {
        matches!(self.code(), Code::Internal | Code::StorageFull)
    }
}
