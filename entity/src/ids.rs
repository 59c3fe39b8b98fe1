//! Typed ids, so that the id of one table cannot be passed for that of another.
//!
//! UUIDv7 (RFC 9562 §5.7), stored as text on both engines because text can be read in a shell and sorts in the order of
//! creation.

use sea_orm::{DbErr, TryFromU64, TryGetError, TryGetable, sea_query};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares the id of one table: a newtype over a UUID that the database sees as text.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::try_parse(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for sea_query::Value {
            fn from(id: $name) -> Self {
                id.0.to_string().into()
            }
        }

        impl TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(row: &sea_orm::QueryResult, index: I) -> Result<Self, TryGetError> {
                let text = String::try_get_by(row, index)?;
                text.parse().map_err(|_| TryGetError::DbErr(DbErr::Type(concat!("not a ", stringify!($name)).into())))
            }
        }

        impl sea_query::ValueType for $name {
            fn try_from(value: sea_query::Value) -> Result<Self, sea_query::ValueTypeErr> {
                match value {
                    sea_query::Value::String(Some(text)) => text.parse().map_err(|_| sea_query::ValueTypeErr),
                    _ => Err(sea_query::ValueTypeErr),
                }
            }
            fn type_name() -> String {
                stringify!($name).to_owned()
            }
            fn array_type() -> sea_query::ArrayType {
                sea_query::ArrayType::String
            }
            fn column_type() -> sea_query::ColumnType {
                sea_query::ColumnType::String(sea_query::StringLen::N(36))
            }
        }

        impl sea_query::Nullable for $name {
            fn null() -> sea_query::Value {
                sea_query::Value::String(None)
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

id! {
    /// Id of `agenda_edition`.
    EditionId
}
id! {
    /// Id of `source`.
    SourceId
}
id! {
    /// Id of `source_occurrence`.
    SourceOccurrenceId
}
id! {
    /// Id of `source_change`.
    SourceChangeId
}
id! {
    /// Id of `study`.
    StudyId
}
id! {
    /// Id of `early_access`.
    EarlyAccessId
}
id! {
    /// Id of `early_view`.
    EarlyViewId
}
id! {
    /// Id of `agreement`.
    AgreementId
}
id! {
    /// Id of `agreement_act`.
    AgreementActId
}
id! {
    /// Id of `non_working_rule`.
    NonWorkingRuleId
}
id! {
    /// Id of `one_off_day`.
    OneOffDayId
}
id! {
    /// Id of `body`.
    BodyId
}
id! {
    /// Id of `observatory`.
    ObservatoryId
}
id! {
    /// Id of `person`.
    PersonId
}
id! {
    /// Id of `seat`.
    SeatId
}
id! {
    /// Id of `document`.
    DocumentId
}
id! {
    /// Id of `designation`.
    DesignationId
}
id! {
    /// Id of `designation_record`.
    DesignationRecordId
}
id! {
    /// Id of `unavailability`.
    UnavailabilityId
}
id! {
    /// Id of `outbox_mail`.
    MailId
}
id! {
    /// Id of `sign_in_link`.
    SignInLinkId
}
id! {
    /// Id of `session`.
    SessionId
}
id! {
    /// Id of `api_token`.
    ApiTokenId
}
id! {
    /// Id of `product`.
    ProductId
}
id! {
    /// Id of `product_sheet`.
    ProductSheetId
}
id! {
    /// Id of `product_step`.
    ProductStepId
}
id! {
    /// Id of `release`.
    ReleaseId
}
id! {
    /// Id of `release_change`.
    ReleaseChangeId
}
id! {
    /// Id of `deliverable`.
    DeliverableId
}
id! {
    /// Id of `remark`.
    RemarkId
}
id! {
    /// Id of `remark_step`.
    RemarkStepId
}
id! {
    /// Id of `peer_reading`.
    PeerReadingId
}
id! {
    /// Id of `submission`.
    SubmissionId
}
id! {
    /// Id of `task`.
    TaskId
}
id! {
    /// Id of `technical_table`.
    TableId
}
id! {
    /// Id of `table_party`.
    TablePartyId
}
id! {
    /// Id of `meeting`.
    MeetingId
}
id! {
    /// Id of `agenda_item`.
    AgendaItemId
}
id! {
    /// Id of `attendance`.
    AttendanceId
}
id! {
    /// Id of `outcome`.
    OutcomeId
}
id! {
    /// Id of `invitation`.
    InvitationId
}
id! {
    /// Name of the tasks that one mail tells of.
    GivingId
}
id! {
    /// Id of `task_template`.
    TaskTemplateId
}
id! {
    /// Id of `reply`.
    ReplyId
}
id! {
    /// Id of `day_proposal`.
    DayProposalId
}
id! {
    /// Id of `reminder`.
    ReminderId
}
id! {
    /// Id of `press_link`.
    PressLinkId
}
id! {
    /// Id of `publication`.
    PublicationId
}
id! {
    /// Id of `publication_check`.
    PublicationCheckId
}
