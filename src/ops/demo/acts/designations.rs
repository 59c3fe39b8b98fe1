//! Actions on designations: designating, announcing, requesting, recording absences.

use super::super::cast::{self, Part};
use super::super::stage::{Stage, hour};
use crate::designations::model::{Act, Provenance, Statement, Term};
use crate::designations::service::{self as designations, DesignateIn, Designee, UnavailableIn};
use crate::error::Result;
use chrono::{Datelike, Days, NaiveDate};
use entity::kinds::{ActKind, Channel, UnavailabilityMode};

/// Enters a designation by the secretariat on the day of its communication.
pub(in crate::ops::demo) async fn designate(
    stage: &Stage,
    part: &Part,
    begins: NaiveDate,
    communicated: NaiveDate,
    replaces_holder: bool,
) -> Result<()> {
    let entered = communicated.min(stage.today - Days::new(1));
    stage.at(entered, hour(11));
    announce(stage, part, begins, entered, replaces_holder).await?;
    stage.post().await
}

pub(in crate::ops::demo) async fn announce(
    stage: &Stage,
    part: &Part,
    begins: NaiveDate,
    communicated: NaiveDate,
    replaces_holder: bool,
) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    let is_expiring = part.seat == cast::EXPIRING;
    let dated = begins.min(communicated) - Days::new(9);
    let statement = Statement {
        term: Term { from: begins, to: is_expiring.then(|| stage.today + Days::new(45)) },
        act: Act {
            kind: ActKind::Decree,
            number: format!("{}/{}", 20 + dated.ordinal(), dated.year()),
            date: dated,
            organ: part.organ().to_owned(),
            subject: part.subject().to_owned(),
        },
        provenance: Provenance {
            channel: Channel::Pec,
            communicated_on: communicated,
            protocol_number: Some(format!("{:07}/{}", 1200 + 37 * communicated.ordinal(), communicated.year())),
            protocol_date: Some(communicated),
            receipt: None,
            document_id: None,
        },
        organisation: part.seat.starts_with("partner:").then(|| cast::ORGANISATION.to_owned()),
    };
    let input =
        DesignateIn { seat: part.seat.to_owned(), person: Designee::New(part.person()), statement, replaces_holder };
    secretariat.write(async |txn| designations::designate(&secretariat, txn, input).await).await?;
    Ok(())
}

/// Asks a body to fill a seat.
pub(in crate::ops::demo) async fn request(stage: &Stage, seat: &str) -> Result<()> {
    let secretariat = stage.secretariat().await?;
    secretariat.write(async |txn| designations::request_designation(&secretariat, txn, seat).await).await
}

/// The referent of Lecco is absent from today; there is no deputy.
pub(in crate::ops::demo) async fn leave_lecco(stage: &Stage, day: NaiveDate) -> Result<()> {
    let referent = stage.holder("referent:lecco").await?;
    let designation = stage.designation("referent:lecco").await?;
    let absence = UnavailableIn {
        from: day,
        to: stage.ahead(10)?,
        mode: UnavailabilityMode::ReassignAll,
        note: Some("Assenza programmata".to_owned()),
    };
    referent
        .write(async |txn| designations::declare_unavailable(&referent, txn, designation.id, absence).await)
        .await?;
    Ok(())
}
