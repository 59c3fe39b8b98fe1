//! One file per table: meaning of a row, its writer, its removal, its personal data.
//!
//! Rows only. Behaviour is in the slices' `model.rs`; their `store.rs` converts rows to models.

pub mod ids;
pub mod kinds;

pub mod agenda_edition;
pub mod agenda_edition_entry;
pub mod agenda_item;
pub mod agreement;
pub mod agreement_act;
pub mod api_token;
pub mod attendance;
pub mod audit_event;
pub mod audit_head;
pub mod body;
pub mod body_alias;
pub mod day_proposal;
pub mod deliverable;
pub mod designation;
pub mod designation_record;
pub mod document;
pub mod document_owner;
pub mod document_unmoved;
pub mod early_access;
pub mod early_view;
pub mod idempotent_request;
pub mod invitation;
pub mod job_slot;
pub mod job_status;
pub mod meeting;
pub mod meeting_guest;
pub mod non_working_rule;
pub mod observatory;
pub mod one_off_day;
pub mod outbox_mail;
pub mod outcome;
pub mod peer_reading;
pub mod person;
pub mod press_link;
pub mod product;
pub mod product_contributor;
pub mod product_sheet;
pub mod product_sheet_list;
pub mod product_step;
pub mod publication;
pub mod publication_check;
pub mod pulse;
pub mod release;
pub mod release_change;
pub mod remark;
pub mod remark_step;
pub mod reminder;
pub mod reply;
pub mod seat;
pub mod session;
pub mod setting;
pub mod sign_in_link;
pub mod source;
pub mod source_change;
pub mod source_occurrence;
pub mod study;
pub mod submission;
pub mod table_party;
pub mod task;
pub mod task_template;
pub mod task_wait;
pub mod technical_table;
pub mod territory;
pub mod unavailability;

/// Calls a macro with the names of all tables.
#[macro_export]
macro_rules! tables {
    ($then:ident) => {
        $then![
            agenda_edition,
            agenda_edition_entry,
            agenda_item,
            agreement,
            agreement_act,
            api_token,
            attendance,
            audit_event,
            audit_head,
            body,
            body_alias,
            day_proposal,
            deliverable,
            designation,
            designation_record,
            document,
            document_owner,
            document_unmoved,
            early_access,
            early_view,
            idempotent_request,
            invitation,
            job_slot,
            job_status,
            meeting,
            meeting_guest,
            non_working_rule,
            observatory,
            one_off_day,
            outbox_mail,
            outcome,
            peer_reading,
            person,
            press_link,
            product,
            product_contributor,
            product_sheet,
            product_sheet_list,
            product_step,
            publication,
            publication_check,
            pulse,
            release,
            release_change,
            remark,
            remark_step,
            reminder,
            reply,
            seat,
            session,
            setting,
            sign_in_link,
            source,
            source_change,
            source_occurrence,
            study,
            submission,
            table_party,
            task,
            task_template,
            task_wait,
            technical_table,
            territory,
            unavailability
        ];
    };
}

/// An instant in the database: UTC, integer milliseconds since 1970, on both engines.
///
/// Text would sort wrongly within a day on `SQLite`, because drivers write it in different formats.
pub type Instant = sea_orm::prelude::ChronoUnixTimestampMillis;
