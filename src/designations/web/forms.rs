//! Pieces of the forms of the register: statement, provenance, person, and the choices they offer.
//!
//! Names of fields are those of the API's members without their nesting, so that a refusal of a use case finds its field.

use super::words;
use crate::ctx::Ctx;
use crate::designations::model::{
    ACT_NUMBER_CHARACTERS, ACT_ORGAN_CHARACTERS, ACT_SUBJECT_CHARACTERS, Act, ORGANISATION_CHARACTERS,
    PROTOCOL_CHARACTERS, Provenance, RECEIPT_CHARACTERS, Statement, Term,
};
use crate::designations::service;
use crate::error::{Code, Error, Result};
use crate::http::form::Choice;
use crate::http::multipart::{UploadedFile, at_the_file};
use crate::network::model::PersonIn;
use crate::texts::Lang;
use crate::typed::{Reading, kept};
use chrono::NaiveDate;
use entity::ids::DocumentId;
use entity::kinds::{ActKind, Channel};
use serde::Deserialize;

/// Term and act.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StatementForm {
    #[serde(default)]
    pub valid_from: String,
    #[serde(default)]
    pub valid_to: String,
    #[serde(default)]
    pub act_kind: String,
    #[serde(default)]
    pub act_number: String,
    #[serde(default)]
    pub act_date: String,
    #[serde(default)]
    pub act_organ: String,
    #[serde(default)]
    pub act_subject: String,
    /// Only for partners.
    #[serde(default)]
    pub organisation: String,
    #[serde(flatten)]
    pub provenance: ProvenanceForm,
}

/// Provenance of a statement: channel, days, and the document that proves it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ProvenanceForm {
    #[serde(default)]
    pub channel: String,
    #[serde(default)]
    pub communicated_on: String,
    #[serde(default)]
    pub protocol_number: String,
    #[serde(default)]
    pub protocol_date: String,
    #[serde(default)]
    pub receipt: String,
    /// Id of a file stored at an earlier attempt, or of the file that proves the record being corrected.
    #[serde(default)]
    pub document_id: String,
    /// Name of that file, to be shown again.
    #[serde(default)]
    pub document_name: String,
}

impl StatementForm {
    /// Returns the statement of the form as entered on a day.
    pub fn read(&self, reading: &mut Reading, today: NaiveDate) -> Option<Statement> {
        let from = reading.day("valid_from", &self.valid_from);
        let to = reading.optional_day("valid_to", &self.valid_to);
        let kind = reading.chosen::<ActKind>("act_kind", &self.act_kind);
        let number = reading.text("act_number", &self.act_number, ACT_NUMBER_CHARACTERS);
        let date = reading.day("act_date", &self.act_date);
        let organ = reading.text("act_organ", &self.act_organ, ACT_ORGAN_CHARACTERS);
        let subject = reading.text("act_subject", &self.act_subject, ACT_SUBJECT_CHARACTERS);
        let organisation = reading.optional_text("organisation", &self.organisation, ORGANISATION_CHARACTERS);
        let provenance = self.provenance.read(reading, today);
        let statement = Statement {
            term: Term { from: from?, to: to? },
            act: Act { kind: kind?, number: number?, date: date?, organ: organ?, subject: subject? },
            provenance: provenance?,
            organisation: organisation?,
        };
        for check in [statement.term.check(), statement.check_act(today)] {
            reading.take(check);
        }
        Some(statement)
    }

    /// Fills the form with a record, for a correction.
    pub fn of(statement: &Statement, document_name: Option<&str>) -> Self {
        let Statement { term, act, provenance, organisation } = statement;
        Self {
            valid_from: term.from.to_string(),
            valid_to: term.to.map(|day| day.to_string()).unwrap_or_default(),
            act_kind: act.kind.to_string(),
            act_number: act.number.clone(),
            act_date: act.date.to_string(),
            act_organ: act.organ.clone(),
            act_subject: act.subject.clone(),
            organisation: organisation.clone().unwrap_or_default(),
            provenance: ProvenanceForm::of(provenance, document_name),
        }
    }
}

impl ProvenanceForm {
    /// Returns the provenance of what a body enters itself on a day: its act of entering is the communication.
    pub fn of_the_body_itself(self, today: NaiveDate) -> Self {
        Self { channel: Channel::Raccordo.to_string(), communicated_on: today.to_string(), ..self }
    }

    /// Returns the provenance of the form as entered on a day.
    pub fn read(&self, reading: &mut Reading, today: NaiveDate) -> Option<Provenance> {
        let channel = reading.chosen::<Channel>("channel", &self.channel);
        let communicated_on = reading.day("communicated_on", &self.communicated_on);
        let protocol_number = reading.optional_text("protocol_number", &self.protocol_number, PROTOCOL_CHARACTERS);
        let protocol_date = reading.optional_day("protocol_date", &self.protocol_date);
        let receipt = reading.optional_text("receipt", &self.receipt, RECEIPT_CHARACTERS);
        let document_id = reading.optionally_chosen::<DocumentId>("document", &self.document_id);
        let provenance = Provenance {
            channel: channel?,
            communicated_on: communicated_on?,
            protocol_number: protocol_number?,
            protocol_date: protocol_date?,
            receipt: receipt?,
            document_id: document_id?,
        };
        reading.take(provenance.check(today));
        Some(provenance)
    }

    /// Reads the provenance like [`Self::read`], but returns `Some(None)` if all its fields are empty.
    pub fn read_if_any(&self, reading: &mut Reading, today: NaiveDate) -> Option<Option<Provenance>> {
        let typed = [
            &self.channel,
            &self.communicated_on,
            &self.protocol_number,
            &self.protocol_date,
            &self.receipt,
            &self.document_id,
        ];
        let is_blank = typed.iter().all(|text| text.trim().is_empty());
        if is_blank { Some(None) } else { self.read(reading, today).map(Some) }
    }

    fn of(provenance: &Provenance, document_name: Option<&str>) -> Self {
        Self {
            channel: provenance.channel.to_string(),
            communicated_on: provenance.communicated_on.to_string(),
            protocol_number: provenance.protocol_number.clone().unwrap_or_default(),
            protocol_date: provenance.protocol_date.map(|day| day.to_string()).unwrap_or_default(),
            receipt: provenance.receipt.clone().unwrap_or_default(),
            document_id: provenance.document_id.map(|id| id.to_string()).unwrap_or_default(),
            document_name: document_name.unwrap_or_default().to_owned(),
        }
    }

    /// Stores the uploaded file and keeps its id in the form, so that a form refused for another reason does not need
    /// the file again.
    pub async fn keep(&mut self, ctx: &Ctx, file: Option<UploadedFile>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let content = file.content().map_err(at_the_file)?.clone();
        let kept = service::keep_document(ctx, &file.name, content).await.map_err(at_the_file)?;
        self.document_id = kept.id.to_string();
        self.document_name = kept.name;
        Ok(())
    }
}

/// The person designated: known already, or new.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PersonForm {
    /// Id of a known person.
    #[serde(default)]
    pub person: String,
    #[serde(default)]
    pub given_name: String,
    #[serde(default)]
    pub family_name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub language: String,
}

impl PersonForm {
    pub fn read(&self, reading: &mut Reading) -> Option<service::Designee> {
        let is_new =
            [&self.given_name, &self.family_name, &self.email, &self.phone].iter().any(|text| !text.trim().is_empty());
        match (kept(&self.person), is_new) {
            (Some(_), true) => {
                reading.refuse("person", Code::OneOfTwo);
                None
            }
            (Some(id), false) => reading.chosen("person", &id).map(service::Designee::Known),
            (None, false) => {
                reading.refuse("person", Code::PersonMissing);
                None
            }
            (None, true) => self.read_new(reading).map(service::Designee::New),
        }
    }

    /// Reads a new person. Its errors are reported together with those of the other fields.
    fn read_new(&self, reading: &mut Reading) -> Option<PersonIn> {
        let person = PersonIn {
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            email: self.email.clone(),
            phone: kept(&self.phone),
            language: Lang::of(&self.language),
        };
        reading.take(person.checked())
    }
}

/// Vocabularies of the forms, in the reader's language.
#[derive(Clone, Debug)]
pub struct Choices {
    pub acts: Vec<Choice>,
    pub channels: Vec<Choice>,
    pub languages: Vec<Choice>,
}

impl Choices {
    pub fn new(lang: Lang) -> Self {
        Self {
            acts: ActKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), words::act_kind(*kind, lang))).collect(),
            channels: Channel::ALL
                .iter()
                .map(|channel| Choice::new(channel.as_str(), words::channel(*channel, lang)))
                .collect(),
            languages: vec![
                Choice::new(Lang::It.code(), lang.t("designations.language_it")),
                Choice::new(Lang::En.code(), lang.t("designations.language_en")),
            ],
        }
    }
}

/// Maps a refusal to a field of the form for a new designation: a seat that is held maps to the checkbox that ends the
/// holder's term.
pub fn placed(error: Error) -> Error {
    let is_held = error.code() == Code::SeatHeld;
    at_the_file(error).placed(|field| if is_held { "replaces_holder" } else { field })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> StatementForm {
        StatementForm {
            valid_from: "2027-03-01".into(),
            act_kind: "decree".into(),
            act_number: " 12/2027 ".into(),
            act_date: "2027-02-20".into(),
            act_organ: "Presidente".into(),
            act_subject: "Designazione".into(),
            provenance: ProvenanceForm {
                channel: "pec".into(),
                communicated_on: "2027-02-25".into(),
                ..ProvenanceForm::default()
            },
            ..StatementForm::default()
        }
    }

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2027, 3, 1).expect("a day");

    /// Returns the wrong fields of a form with their codes.
    fn wrong<T: std::fmt::Debug>(read: impl FnOnce(&mut Reading) -> Option<T>) -> Vec<(&'static str, Code)> {
        match Reading::of(read) {
            Err(Error::Invalid(wrong)) => wrong.into_iter().map(|error| (error.field, error.code)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_filled_form_is_a_statement_and_back() {
        let statement = Reading::of(|reading| filled().read(reading, TODAY)).expect("understood");
        assert_eq!(statement.act.number, "12/2027");
        assert_eq!(statement.term.to, None);
        let form = StatementForm::of(&statement, None);
        assert_eq!(Reading::of(|reading| form.read(reading, TODAY)).expect("understood again"), statement);
    }

    #[test]
    fn all_errors_of_a_form_are_shown_at_once() {
        let form = StatementForm {
            valid_from: "1.3.2027".into(),
            act_kind: "whim".into(),
            act_organ: "  ".into(),
            organisation: "x".repeat(201),
            ..filled()
        };
        assert_eq!(
            wrong(|reading| form.read(reading, TODAY)),
            [
                ("valid_from", Code::NotADay),
                ("act_kind", Code::UnknownValue),
                ("act_organ", Code::Required),
                ("organisation", Code::TooLong)
            ]
        );
    }

    #[test]
    fn a_rule_about_the_statement_is_said_with_the_fields() {
        let early = NaiveDate::from_ymd_opt(2027, 2, 24).expect("a day");
        assert_eq!(wrong(|reading| filled().read(reading, early)), [("communicated_on", Code::CommunicatedInFuture)]);
    }

    #[test]
    fn a_form_names_exactly_one_person() {
        let known = PersonForm { person: uuid::Uuid::nil().to_string(), ..PersonForm::default() };
        assert!(Reading::of(|reading| known.read(reading)).is_ok());
        assert_eq!(wrong(|reading| PersonForm::default().read(reading)), [("person", Code::PersonMissing)]);
        let both = PersonForm { given_name: "Ada".into(), ..known };
        assert_eq!(wrong(|reading| both.read(reading)), [("person", Code::OneOfTwo)]);
        let half = PersonForm { given_name: "Ada".into(), ..PersonForm::default() };
        assert_eq!(wrong(|reading| half.read(reading)), [("family_name", Code::Required), ("email", Code::Required)]);
    }

    #[test]
    fn an_untouched_provenance_is_left_out() {
        let blank = ProvenanceForm::default();
        assert_eq!(Reading::of(|reading| blank.read_if_any(reading, TODAY)).expect("nothing"), None);
        let half = ProvenanceForm { receipt: "RdC 7".into(), ..ProvenanceForm::default() };
        assert_eq!(
            wrong(|reading| half.read_if_any(reading, TODAY)),
            [("channel", Code::Required), ("communicated_on", Code::Required)]
        );
    }
}
