//! A designation as it is sent and answered, with the members of the service's answers.

use super::instant;
use super::register::{Absence, Line, RecordRow};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub kind: String,
    pub number: String,
    pub date: NaiveDate,
    pub organ: String,
    pub subject: String,
}

#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    pub channel: String,
    pub communicated_on: NaiveDate,
    pub protocol_number: Option<String>,
    pub protocol_date: Option<NaiveDate>,
    pub receipt: Option<String>,
    pub document_id: Option<String>,
}

/// Content of a designation, as sent and as answered.
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
pub struct Statement {
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub act: Act,
    pub provenance: Provenance,
    pub organisation: Option<String>,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Seat {
    code: String,
    kind: String,
    body: String,
    body_name: String,
    observatory: Option<String>,
    observatory_name: Option<String>,
}

#[derive(Serialize)]
struct Holder {
    id: String,
    given_name: String,
    family_name: String,
    email: String,
}

/// One line of the register.
#[skip_serializing_none]
#[derive(Serialize)]
pub struct Designation {
    id: String,
    seat: Seat,
    person: Holder,
    standing: &'static str,
    #[serde(flatten)]
    statement: Statement,
    days_to_communicate: Option<i64>,
    change: String,
    reason: Option<String>,
    recorded_at: DateTime<Utc>,
    pub version: i32,
}

#[skip_serializing_none]
#[derive(Serialize)]
pub struct Entry {
    position: i32,
    change: String,
    #[serde(flatten)]
    statement: Statement,
    reason: Option<String>,
    recorded_at: DateTime<Utc>,
    recorded_by: Option<String>,
    superseded_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
pub struct Dossier {
    #[serde(flatten)]
    pub designation: Designation,
    pub history: Vec<Entry>,
    /// Always empty, because no record of the measured network names a document.
    pub documents: [(); 0],
    pub unavailabilities: Vec<AbsenceOut>,
}

#[skip_serializing_none]
#[derive(Serialize)]
pub struct AbsenceOut {
    id: String,
    from: NaiveDate,
    to: NaiveDate,
    mode: String,
    note: Option<String>,
    withdrawn_at: Option<DateTime<Utc>>,
    version: i32,
}

impl RecordRow {
    fn standing(&self, day: NaiveDate) -> &'static str {
        match self.valid_to {
            _ if self.change == "annulled" => "annulled",
            _ if day < self.valid_from => "announced",
            Some(last) if last < day => "ended",
            _ => "in_force",
        }
    }

    fn days_to_communicate(&self) -> i64 {
        let effect = self.valid_to.filter(|_| self.change == "ended").unwrap_or(self.valid_from);
        (self.communicated_on - effect).num_days()
    }
}

impl From<RecordRow> for Entry {
    fn from(row: RecordRow) -> Self {
        Self {
            position: row.position,
            change: row.change,
            reason: row.reason,
            recorded_at: instant(row.recorded_at),
            recorded_by: row.recorded_by,
            superseded_at: row.superseded_at.map(instant),
            statement: Statement {
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                act: Act {
                    kind: row.act_kind,
                    number: row.act_number,
                    date: row.act_date,
                    organ: row.act_organ,
                    subject: row.act_subject,
                },
                provenance: Provenance {
                    channel: row.channel,
                    communicated_on: row.communicated_on,
                    protocol_number: row.protocol_number,
                    protocol_date: row.protocol_date,
                    receipt: row.receipt,
                    document_id: row.document_id,
                },
                organisation: row.organisation,
            },
        }
    }
}

impl Designation {
    pub fn on(Line { names, record }: Line, today: NaiveDate) -> Self {
        let standing = record.standing(today);
        let days_to_communicate = (names.own == 1).then(|| record.days_to_communicate());
        let Entry { change, statement, reason, recorded_at, .. } = record.into();
        Self {
            id: names.designation_id,
            seat: Seat {
                code: names.seat_code,
                kind: names.seat_kind,
                body: names.body_code,
                body_name: names.body_name,
                observatory: names.observatory_code,
                observatory_name: names.observatory_name,
            },
            person: Holder {
                id: names.person_id,
                given_name: names.given_name,
                family_name: names.family_name,
                email: names.email,
            },
            standing,
            statement,
            days_to_communicate,
            change,
            reason,
            recorded_at,
            version: names.version,
        }
    }
}

impl From<Absence> for AbsenceOut {
    fn from(row: Absence) -> Self {
        let Absence { id, from_day: from, to_day: to, mode, note, withdrawn_at, version } = row;
        Self { id, from, to, mode, note, withdrawn_at: withdrawn_at.map(instant), version }
    }
}
