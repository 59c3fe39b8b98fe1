//! The one error of every use case: a refusal, or a failure of the service.
//!
//! A slice lists its refusals in an enum in its `model.rs` and implements [`Refusal`] for it, one line per variant; `?`
//! turns a variant into an [`Error`]. A new code is one line of `codes!` below and one text per language in
//! `texts/<language>/errors.toml`.

use crate::db::StoreError;
use crate::time::CalendarError;
use crate::time::calendar::{Closed, LONGEST_SPAN_DAYS};
use chrono::{NaiveDate, NaiveTime, TimeDelta};

/// HTTP status of a refusal, named as in RFC 9110 and its extensions. Only `http/codes.rs` turns it into a number.
///
/// 400 is for input that cannot be parsed, 422 for input that is parsed and wrong, 409 for conflicts with the present
/// state (RFC 9110 §15.5; `ModI` `RAC_REST_NAME_008`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    RequestTimeout,
    Conflict,
    Gone,
    PreconditionFailed,
    PayloadTooLarge,
    UnsupportedMediaType,
    UnprocessableEntity,
    PreconditionRequired,
    TooManyRequests,
    InternalServerError,
    ServiceUnavailable,
    InsufficientStorage,
}

/// Defines [`Code`]: each code with its name for clients and its status.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal => $status:ident),+ $(,)?) => {
        /// The stable name of a refusal: part of the API, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the code as clients and the texts know it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// Returns the key of the text for people.
            pub const fn text_key(self) -> &'static str {
                match self { $(Self::$name => concat!("errors.", $text)),+ }
            }

            /// Returns the status that a refusal with this code answers.
            pub const fn status(self) -> Status {
                match self { $(Self::$name => Status::$status),+ }
            }
        }
    };
}

codes! {
    // The request itself.
    BadRequest = "bad_request" => BadRequest,
    /// The body does not match its media type.
    MalformedBody = "malformed_body" => BadRequest,
    /// The body is valid JSON of the wrong shape: a member is missing, unknown or of another type.
    UnexpectedShape = "unexpected_shape" => UnprocessableEntity,
    UnsupportedMediaType = "unsupported_media_type" => UnsupportedMediaType,
    NotAcceptable = "not_acceptable" => NotAcceptable,
    MethodNotAllowed = "method_not_allowed" => MethodNotAllowed,
    BodyTooLarge = "body_too_large" => PayloadTooLarge,
    BodyTooSlow = "body_too_slow" => RequestTimeout,
    CursorUnknown = "cursor_unknown" => BadRequest,
    TooManyRequests = "too_many_requests" => TooManyRequests,
    CrossSiteRequest = "cross_site_request" => Forbidden,
    FormExpired = "form_expired" => Conflict,
    IdempotencyKeyInvalid = "idempotency_key_invalid" => BadRequest,
    IdempotencyKeyReused = "idempotency_key_reused" => UnprocessableEntity,
    // Authentication, permissions and versions.
    Unauthenticated = "unauthenticated" => Unauthorized,
    Denied = "denied" => Forbidden,
    NotFound = "not_found" => NotFound,
    Stale = "stale" => PreconditionFailed,
    VersionMissing = "version_missing" => PreconditionRequired,
    LinkUnusable = "link_unusable" => Gone,
    TooManyTokens = "too_many_tokens" => Conflict,
    // Typed values.
    Invalid = "invalid" => UnprocessableEntity,
    Required = "required" => UnprocessableEntity,
    TooLong = "too_long" => UnprocessableEntity,
    NotAnAddress = "not_an_address" => UnprocessableEntity,
    NotADay = "not_a_day" => UnprocessableEntity,
    NotAnHour = "not_an_hour" => UnprocessableEntity,
    /// The value of a short list is none of them; the text names them, because a file shows no list to choose from.
    NotOneOf = "not_one_of" => UnprocessableEntity,
    NotAMonth = "not_a_month" => UnprocessableEntity,
    UnknownValue = "unknown_value" => UnprocessableEntity,
    OutOfRange = "out_of_range" => UnprocessableEntity,
    /// The lifetime asked for an API token is too short or too long.
    DaysOutOfRange = "days_out_of_range" => UnprocessableEntity,
    NotAUrl = "not_a_url" => UnprocessableEntity,
    /// The text contains invisible characters, or characters that change the order of others.
    UnseenCharacters = "unseen_characters" => UnprocessableEntity,
    /// Two members are given that exclude each other.
    OneOfTwo = "one_of_two" => UnprocessableEntity,
    /// The form names neither a listed person nor a new one.
    PersonMissing = "person_missing" => UnprocessableEntity,
    // Designations.
    SeatUnknown = "seat_unknown" => UnprocessableEntity,
    SeatHeld = "seat_held" => Conflict,
    AlreadyInSeat = "already_in_seat" => Conflict,
    EndBeforeStart = "end_before_start" => UnprocessableEntity,
    ActAfterEffect = "act_after_effect" => UnprocessableEntity,
    ActInFuture = "act_in_future" => UnprocessableEntity,
    CommunicatedInFuture = "communicated_in_future" => UnprocessableEntity,
    AlreadyEnded = "already_ended" => Conflict,
    /// The designation ends on that day or earlier already; only a correction prolongs it.
    EndsAlready = "ends_already" => Conflict,
    /// `replaces_holder` is set, but the seat may have several holders.
    ReplacesNobody = "replaces_nobody" => UnprocessableEntity,
    DocumentTypeMismatch = "document_type_mismatch" => UnprocessableEntity,
    DocumentTypeRefused = "document_type_refused" => UnprocessableEntity,
    DocumentTooLarge = "document_too_large" => PayloadTooLarge,
    DocumentEmpty = "document_empty" => UnprocessableEntity,
    /// The body has uploaded the maximum of files for a day.
    DocumentsQuota = "documents_quota" => TooManyRequests,
    /// The content of a document is missing from its store, or altered.
    DocumentUnreadable = "document_unreadable" => ServiceUnavailable,
    AddressTaken = "address_taken" => Conflict,
    /// The certified mailbox belongs to another body.
    MailboxTaken = "mailbox_taken" => Conflict,
    /// The agreement's day of signature lies in the future.
    SignedInFuture = "signed_in_future" => UnprocessableEntity,
    UnavailabilityOutside = "unavailability_outside" => UnprocessableEntity,
    UnavailabilityOverlaps = "unavailability_overlaps" => Conflict,
    LastSecretariat = "last_secretariat" => Conflict,
    NobodyToAsk = "nobody_to_ask" => Conflict,
    // The agenda and its work.
    WrongTransition = "wrong_transition" => Conflict,
    ReasonMissing = "reason_missing" => UnprocessableEntity,
    /// A public reason has too few words or characters to be a sentence.
    ReasonTooShort = "reason_too_short" => UnprocessableEntity,
    NonWorkingDay = "non_working_day" => UnprocessableEntity,
    NotPrecise = "not_precise" => UnprocessableEntity,
    ReleaseExists = "release_exists" => Conflict,
    PeriodOfAnotherKind = "period_of_another_kind" => UnprocessableEntity,
    HourOutOfPlace = "hour_out_of_place" => UnprocessableEntity,
    /// The product is autonomous, and the release names no observatory.
    ObservatoryMissing = "observatory_missing" => UnprocessableEntity,
    /// The product obliges all observatories, and the release names one.
    ObservatoryOutOfPlace = "observatory_out_of_place" => UnprocessableEntity,
    /// The observatory that the release names does not contribute to its product.
    NotAContributor = "not_a_contributor" => UnprocessableEntity,
    /// No release of the product can be planned any more.
    ProductRetired = "product_retired" => Conflict,
    DayInPast = "day_in_past" => UnprocessableEntity,
    /// The release would be published before its period begins.
    PeriodNotBegun = "period_not_begun" => UnprocessableEntity,
    /// This hour does not exist on this day: in Italy from 2 to 3 on the last Sunday of March.
    HourSkipped = "hour_skipped" => UnprocessableEntity,
    NothingChanges = "nothing_changes" => UnprocessableEntity,
    /// A task is given either to one seat or to observatories.
    SeatOrObservatories = "seat_or_observatories" => UnprocessableEntity,
    /// The task was not given by the secretariat, but by a release or a meeting.
    NotGiven = "not_given" => Conflict,
    /// A task would wait for itself, directly or through others.
    WaitsInCircle = "waits_in_circle" => UnprocessableEntity,
    /// A retired template of tasks is offered again before it is changed.
    TemplateRetired = "template_retired" => Conflict,
    /// Another template of tasks has this name.
    NameTaken = "name_taken" => Conflict,
    /// Late work is expected after its due day and not in the past.
    NotLater = "not_later" => UnprocessableEntity,
    /// Another day is proposed for the contribution already.
    AlreadyProposed = "already_proposed" => Conflict,
    /// The text has neither an address nor a file.
    TextMissing = "text_missing" => UnprocessableEntity,
    /// Only a joint release goes out without a chapter.
    NotAChapter = "not_a_chapter" => Conflict,
    /// A joint release may go out without the chapter from a later day on.
    ChapterNotLate = "chapter_not_late" => Conflict,
    /// The chapter is late, so that it is left out and not waived.
    ChapterLate = "chapter_late" => Conflict,
    /// A release that is due is kept back; the text lists all reasons.
    ReleaseBlocked = "release_blocked" => Conflict,
    /// The release is out, withdrawn or cancelled.
    ReleaseOver = "release_over" => Conflict,
    // The review of contributions.
    /// Remarks are not settled.
    RemarksOpen = "remarks_open" => Conflict,
    /// The caller handed the text in; another person accepts it.
    OwnSubmission = "own_submission" => Conflict,
    /// The observatory that was chosen to read owes the contribution itself.
    ReadsOwn = "reads_own" => UnprocessableEntity,
    /// Another peer reading of the contribution is open.
    ReadingOpen = "reading_open" => Conflict,
    /// The remark of the edition before was taken over already.
    RemarkTakenOver = "remark_taken_over" => Conflict,
    /// A peer reading delivers more remarks than can be answered.
    TooManyRemarks = "too_many_remarks" => UnprocessableEntity,
    // The catalogue.
    /// The code belongs to another product, or to another step of the template.
    CodeTaken = "code_taken" => Conflict,
    /// A code has lower-case letters, digits and single hyphens.
    CodeMalformed = "code_malformed" => UnprocessableEntity,
    /// The code is that of no territorial observatory.
    NotAnObservatory = "not_an_observatory" => UnprocessableEntity,
    ContributorsMissing = "contributors_missing" => UnprocessableEntity,
    /// A step that is removed has to be done before another one.
    StepNeeded = "step_needed" => UnprocessableEntity,
    /// A step would have to be done before itself.
    CircularDependency = "circular_dependency" => UnprocessableEntity,
    /// The rule for the dates of a product depends on itself.
    RuleFollowsItself = "rule_follows_itself" => UnprocessableEntity,
    // The yearly agenda.
    SpanOutOfRange = "span_out_of_range" => UnprocessableEntity,
    /// A chosen line is not proposed any more with the same day.
    ProposalChanged = "proposal_changed" => Conflict,
    NothingChosen = "nothing_chosen" => UnprocessableEntity,
    NothingToAdopt = "nothing_to_adopt" => UnprocessableEntity,
    // Acts on several records at once.
    /// Some rows of an act on several records were refused, so that none was changed.
    RowsRefused = "rows_refused" => Conflict,
    /// The act is for other work: a task is not approved, a contribution is not cancelled.
    ActUnfit = "act_unfit" => UnprocessableEntity,
    // Studies, sources, and files with rows.
    /// The release of the study is confirmed, published or cancelled.
    StudyUnderWay = "study_under_way" => Conflict,
    /// The source has this date already, or the file has it twice.
    LabelTaken = "label_taken" => Conflict,
    /// The file is no table and no calendar that can be read.
    TableUnreadable = "table_unreadable" => UnprocessableEntity,
    /// The workbook unpacks to more bytes than are read.
    UnpacksTooLarge = "unpacks_too_large" => UnprocessableEntity,
    TooManyRows = "too_many_rows" => UnprocessableEntity,
    ColumnUnknown = "column_unknown" => UnprocessableEntity,
    ColumnTwice = "column_twice" => UnprocessableEntity,
    ColumnMissing = "column_missing" => UnprocessableEntity,
    /// Some cells are wrong, so that nothing of the file is taken over; the preview lists them.
    CellsWrong = "cells_wrong" => UnprocessableEntity,
    /// The list has more rows than an export; filters make it shorter.
    ExportTooLong = "export_too_long" => UnprocessableEntity,
    /// The date of the row is announced, and moves only with a reason.
    DateAnnounced = "date_announced" => Conflict,
    /// Access before the release lasts at most twelve months and is renewed.
    AccessTooLong = "access_too_long" => UnprocessableEntity,
    /// The designation has an access to the product in some of these days already.
    AccessExists = "access_exists" => Conflict,
    /// The outcome that adopts an edition is of another kind.
    NotADecision = "not_a_decision" => UnprocessableEntity,
    // Reminders.
    /// The obligation is done, not called for any more, or blocked.
    NothingDue = "nothing_due" => Conflict,
    /// The person was reminded of the same obligation today.
    RemindedToday = "reminded_today" => Conflict,
    /// The seat has no holder and no deputy who could be reminded.
    NobodyInSeat = "nobody_in_seat" => Conflict,
    // The table.
    NoticeTooShort = "notice_too_short" => UnprocessableEntity,
    AgendaEmpty = "agenda_empty" => UnprocessableEntity,
    EndsBeforeStarts = "ends_before_starts" => UnprocessableEntity,
    MeetingNotBegun = "meeting_not_begun" => Conflict,
    QuorumMissing = "quorum_missing" => Conflict,
    /// The presences leave too few parties for the decisions already recorded.
    QuorumLost = "quorum_lost" => UnprocessableEntity,
    PlaceMissing = "place_missing" => UnprocessableEntity,
    /// The plenary table has all parties; they cannot be chosen.
    TableOfAllParties = "table_of_all_parties" => UnprocessableEntity,
    // The portal.
    HostNotAllowed = "host_not_allowed" => UnprocessableEntity,
    AddressOfAFile = "address_of_a_file" => UnprocessableEntity,
    /// The page was recognised already: another address, or another text, is an amendment with a public explanation.
    AmendmentNeeded = "amendment_needed" => Conflict,
    /// The release is to come, or none of its contributions was accepted.
    NothingPublished = "nothing_published" => Conflict,
    /// The page was withdrawn; an amendment publishes it again.
    PageWithdrawn = "page_withdrawn" => Conflict,
    // The service.
    Busy = "busy" => ServiceUnavailable,
    /// The disk of the database is full; the change was rolled back.
    StorageFull = "storage_full" => InsufficientStorage,
    Internal = "internal" => InternalServerError,
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Reason why a use case was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record does not exist, or the caller may not know of it.
    #[error("not found")]
    NotFound,
    /// The request has no valid session or API token.
    #[error("unauthenticated")]
    Unauthenticated,
    /// The caller may see the record, but may not do this.
    #[error("denied")]
    Denied,
    /// The record has changed since the caller read it (RFC 9110 §15.5.13).
    #[error("stale version")]
    Stale,
    /// The input is wrong in one or more fields.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// A rule of the domain, the protocol or the API forbids it.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// Some rows of an act on several records were refused, so that none was changed.
    #[error("rows refused: {0:?}")]
    Rows(Vec<RowError>),
    /// The caller has sent too many requests.
    #[error("too many requests")]
    TooMany { retry_after_seconds: u64 },
    /// A quota that is renewed with time is used up.
    #[error("{code:?}: free again in {retry_after_seconds} s")]
    Spent { code: Code, field: &'static str, retry_after_seconds: u64 },
    /// The database failed, or a row in it is inconsistent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A failure of the service itself. The text is for the log, never for the caller.
    #[error("{0}")]
    Internal(String),
}

/// The refusal of one row of an act on several records.
#[derive(Debug)]
pub struct RowError {
    /// Position of the row in the request, from 0.
    pub row: usize,
    pub error: Error,
}

/// A refusal with the values that its text needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: Code,
    /// The wrong member of the input, if the refusal is about one.
    pub field: Option<&'static str>,
    pub params: Params,
}

/// The values for the placeholders of a refusal's text, by the names of the placeholders.
pub type Params = Vec<(&'static str, Value)>;

/// A value for a placeholder. `http/wording.rs` formats it in the language of the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name, or another text that is the same in every language.
    Text(String),
    Number(i64),
    /// A number of minutes.
    Minutes(i32),
    Day(NaiveDate),
    /// Wall time in Europe/Rome.
    Hour(NaiveTime),
    /// The places that do not work on a day, with the reasons.
    Closed(Closed),
    /// Values to choose from, by the keys of their names.
    Choice(Vec<&'static str>),
    /// Sentences by text key, each with the name that it is about.
    Sentences(Vec<(Option<String>, &'static str)>),
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

impl From<Vec<(Option<String>, &'static str)>> for Value {
    fn from(sentences: Vec<(Option<String>, &'static str)>) -> Self {
        Self::Sentences(sentences)
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

impl Refused {
    /// Makes a refusal that concerns no member of the input.
    pub fn of(code: Code) -> Self {
        Self { code, field: None, params: Vec::new() }
    }

    /// Makes a refusal that concerns one member of the input.
    pub fn at(field: &'static str, code: Code) -> Self {
        Self { field: Some(field), ..Self::of(code) }
    }

    /// Sets the value of one placeholder of the text.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl Into<Value>) -> Self {
        self.params.push((placeholder, value.into()));
        self
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
    /// Makes an error of a field whose text has no placeholders.
    pub fn new(field: &'static str, code: Code) -> Self {
        Self { field, code, params: Vec::new() }
    }

    /// Returns a number outside its limits, both included.
    pub fn out_of_range(field: &'static str, min: impl Into<Value>, max: impl Into<Value>) -> Self {
        Self { field, code: Code::OutOfRange, params: vec![("min", min.into()), ("max", max.into())] }
    }

    /// Returns a field with more than `limit` characters.
    pub fn too_long(field: &'static str, limit: usize) -> Self {
        Self { field, code: Code::TooLong, params: vec![("limit", limit.into())] }
    }
}

/// An enum of a slice's refusals.
pub trait Refusal: std::error::Error {
    /// Returns code, member of the input and values of the text, in one place for all variants.
    fn said(&self) -> Refused;
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.said())
    }
}

/// A period too long to count ends on a day that the caller typed. Every other error is a fault of the service, because
/// the calendars come from the database.
impl From<CalendarError> for Error {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::SpanTooLong { from, .. } => {
                let days = TimeDelta::days(LONGEST_SPAN_DAYS);
                Self::out_of_range("day", from - days, from + days)
            }
            other => StoreError::inconsistent("territory", "calendar", other).into(),
        }
    }
}

impl Error {
    /// Makes a refusal with only a code.
    pub fn refused(code: Code) -> Self {
        Self::Refused(Refused::of(code))
    }

    /// Returns the error of one wrong field.
    pub fn field(field: &'static str, code: Code) -> Self {
        Self::Invalid(vec![FieldError::new(field, code)])
    }

    /// Returns the error of one number outside its limits, both included.
    pub fn out_of_range(field: &'static str, min: impl Into<Value>, max: impl Into<Value>) -> Self {
        Self::Invalid(vec![FieldError::out_of_range(field, min, max)])
    }

    /// Refuses a file with more than this many bytes; its text names the limit in megabytes.
    pub fn file_too_large(most: usize) -> Self {
        Self::Refused(Refused::of(Code::DocumentTooLarge).with("limit", most.div_ceil(1_000_000)))
    }

    /// Returns the error of one field with more than `limit` characters.
    pub fn too_long(field: &'static str, limit: usize) -> Self {
        Self::Invalid(vec![FieldError::too_long(field, limit)])
    }

    /// Returns the error of one field whose value is none of those with these names.
    pub fn not_one_of(field: &'static str, keys: Vec<&'static str>) -> Self {
        Self::Invalid(vec![FieldError { field, code: Code::NotOneOf, params: vec![("values", Value::Choice(keys))] }])
    }

    /// Renames the fields, for a form whose fields differ from those of the use case.
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

    /// Turns "not found" into a wrong field, for a record that the caller named in the input and not in the path.
    #[must_use]
    pub fn as_unknown(self, field: &'static str) -> Self {
        if matches!(self, Self::NotFound) { Self::field(field, Code::UnknownValue) } else { self }
    }

    /// Returns the code under which the API and the texts know this error.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Denied => Code::Denied,
            Self::Stale | Self::Store(StoreError::Stale) => Code::Stale,
            Self::Invalid(_) => Code::Invalid,
            Self::Refused(refused) => refused.code,
            Self::Rows(_) => Code::RowsRefused,
            Self::TooMany { .. } => Code::TooManyRequests,
            Self::Spent { code, .. } => *code,
            Self::Store(StoreError::Busy) => Code::Busy,
            Self::Store(StoreError::Full(_)) => Code::StorageFull,
            Self::Store(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// Tells whether the error says something about one record, so that others may be carried out or refused beside it.
    pub fn is_about_a_record(&self) -> bool {
        match self {
            Self::NotFound
            | Self::Denied
            | Self::Stale
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::Store(StoreError::Stale) => true,
            Self::Unauthenticated
            | Self::Rows(_)
            | Self::TooMany { .. }
            | Self::Spent { .. }
            | Self::Store(_)
            | Self::Internal(_) => false,
        }
    }

    /// Tells whether the service is at fault. Such an error is logged once, in the outermost layer, and its text is
    /// never sent to callers.
    pub fn is_ours(&self) -> bool {
        matches!(self.code(), Code::Internal | Code::StorageFull)
    }
}
