//! What is typed into the forms of the register, and how it is understood.
//!
//! Every field is text until it is understood; everything wrong is said at once. Names of fields are those of the API's
//! members without their nesting, so that a refusal of a use case finds its field.

use super::words;
use crate::ctx::Ctx;
use crate::designations::model::{Act, Provenance, Statement, Term};
use crate::designations::service;
use crate::error::{Code, Error, FieldError, Refused, Result};
use crate::http::form::Choice;
use crate::http::multipart::UploadedFile;
use crate::network::model::PersonIn;
use crate::texts::Lang;
use crate::time::Day;
use crate::typed::kept;
use chrono::NaiveDate;
use entity::ids::DocumentId;
use entity::kinds::{ActKind, Channel};
use serde::Deserialize;
use std::str::FromStr;

/// The types of file offered by the browser's dialogue; what a file really is, the use case finds out.
pub const ACCEPTED_FILES: &str = ".pdf,.p7m,.png,.jpg,.jpeg,.tif,.tiff";

/// Reads typed fields and collects what is wrong with them.
#[derive(Debug, Default)]
pub struct Reading {
    wrong: Vec<FieldError>,
}

impl Reading {
    pub fn refuse(&mut self, field: &'static str, code: Code) {
        self.wrong.push(FieldError::new(field, code));
    }

    /// A text that must be there.
    pub fn text(&mut self, field: &'static str, typed: &str) -> Option<String> {
        let text = kept(typed);
        if text.is_none() {
            self.refuse(field, Code::Required);
        }
        text
    }

    /// A day that must be there, as a date field sends it.
    pub fn day(&mut self, field: &'static str, typed: &str) -> Option<NaiveDate> {
        let text = self.text(field, typed)?;
        self.parsed::<Day>(field, &text, Code::NotADay).map(NaiveDate::from)
    }

    /// A day that may be left out; the outer `None` means that what was typed is no day.
    pub fn optional_day(&mut self, field: &'static str, typed: &str) -> Option<Option<NaiveDate>> {
        match kept(typed) {
            None => Some(None),
            Some(text) => self.parsed::<Day>(field, &text, Code::NotADay).map(|day| Some(day.into())),
        }
    }

    /// A value of a vocabulary that must be chosen.
    pub fn chosen<T: FromStr>(&mut self, field: &'static str, typed: &str) -> Option<T> {
        let text = self.text(field, typed)?;
        self.parsed(field, &text, Code::UnknownValue)
    }

    fn parsed<T: FromStr>(&mut self, field: &'static str, text: &str, otherwise: Code) -> Option<T> {
        let value = text.parse().ok();
        if value.is_none() {
            self.refuse(field, otherwise);
        }
        value
    }

    /// Everything that was wrong.
    pub fn error(self) -> Error {
        Error::Invalid(self.wrong)
    }

    pub fn is_clean(&self) -> bool {
        self.wrong.is_empty()
    }
}

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
    /// Only partners have one.
    #[serde(default)]
    pub organisation: String,
    #[serde(flatten)]
    pub provenance: ProvenanceForm,
}

/// How the party told us, and what proves it.
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
    /// A file kept at an earlier attempt, or the one that proves the record being corrected.
    #[serde(default)]
    pub document_id: String,
    /// Its name, to be shown again.
    #[serde(default)]
    pub document_name: String,
}

impl StatementForm {
    pub fn read(&self, reading: &mut Reading) -> Option<Statement> {
        let from = reading.day("valid_from", &self.valid_from);
        let to = reading.optional_day("valid_to", &self.valid_to);
        let kind = reading.chosen::<ActKind>("act_kind", &self.act_kind);
        let number = reading.text("act_number", &self.act_number);
        let date = reading.day("act_date", &self.act_date);
        let organ = reading.text("act_organ", &self.act_organ);
        let subject = reading.text("act_subject", &self.act_subject);
        let provenance = self.provenance.read(reading);
        Some(Statement {
            term: Term { from: from?, to: to? },
            act: Act { kind: kind?, number: number?, date: date?, organ: organ?, subject: subject? },
            provenance: provenance?,
            organisation: kept(&self.organisation),
        })
    }

    /// What a record says, to be corrected.
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
    pub fn read(&self, reading: &mut Reading) -> Option<Provenance> {
        let channel = reading.chosen::<Channel>("channel", &self.channel);
        let communicated_on = reading.day("communicated_on", &self.communicated_on);
        let protocol_date = reading.optional_day("protocol_date", &self.protocol_date);
        let document_id = match kept(&self.document_id).map(|id| id.parse::<DocumentId>()) {
            None => Some(None),
            Some(Ok(id)) => Some(Some(id)),
            Some(Err(_)) => {
                reading.refuse("document", Code::UnknownValue);
                None
            }
        };
        Some(Provenance {
            channel: channel?,
            communicated_on: communicated_on?,
            protocol_number: kept(&self.protocol_number),
            protocol_date: protocol_date?,
            receipt: kept(&self.receipt),
            document_id: document_id?,
        })
    }

    /// As [`Self::read`], where the whole may be left out.
    pub fn read_if_any(&self, reading: &mut Reading) -> Option<Option<Provenance>> {
        let typed = [
            &self.channel,
            &self.communicated_on,
            &self.protocol_number,
            &self.protocol_date,
            &self.receipt,
            &self.document_id,
        ];
        if typed.iter().all(|text| text.trim().is_empty()) { Some(None) } else { self.read(reading).map(Some) }
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

    /// Keeps the file that came with the form and points at it from now on, so that a form refused for another reason
    /// need not be given the file again.
    pub async fn keep(&mut self, ctx: &Ctx, file: Option<UploadedFile>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let content = file.content().map_err(at_the_file)?.clone();
        let kept = service::keep_document(ctx, &file.name, content).await.map_err(at_the_file)?;
        self.document_id = kept.id.to_string();
        self.document_name = kept.name;
        Ok(())
    }
}

/// Somebody designated: known already, or new.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PersonForm {
    /// The id of a known person.
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
            (Some(id), false) => reading.parsed("person", &id, Code::UnknownValue).map(service::Designee::Known),
            (None, false) => {
                reading.refuse("person", Code::PersonMissing);
                None
            }
            (None, true) => self.read_new(reading).map(service::Designee::New),
        }
    }

    /// A new person's wrong fields stand with the others, not in a second round.
    fn read_new(&self, reading: &mut Reading) -> Option<PersonIn> {
        let person = PersonIn {
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            email: self.email.clone(),
            phone: kept(&self.phone),
            language: Lang::of(&self.language),
        };
        match person.checked() {
            Ok(person) => Some(person),
            Err(wrong) => {
                reading.wrong.extend(wrong);
                None
            }
        }
    }
}

/// The vocabularies of the forms, in the reader's language.
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

/// Names the field of the form for a new designation that heals a refusal: a seat that is held is healed by the box that lets
/// its holder go.
pub fn placed(error: Error) -> Error {
    let is_held = error.code() == Code::SeatHeld;
    at_the_file(error).placed(|field| if is_held { "replaces_holder" } else { field })
}

/// Names the field for a file where a refusal is about one. No page has a field for the id of a file, only for the file.
pub fn at_the_file(error: Error) -> Error {
    match error {
        Error::Refused(Refused { code: Code::DocumentTooLarge, params, .. }) => {
            Error::Refused(Refused { code: Code::DocumentTooLarge, field: Some("document"), params })
        }
        other => other.placed(|field| if field == "document_id" { "document" } else { field }),
    }
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

    fn wrong(form: &StatementForm) -> Vec<(&'static str, Code)> {
        let mut reading = Reading::default();
        form.read(&mut reading);
        reading.wrong.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn a_filled_form_is_a_statement_and_back() {
        let mut reading = Reading::default();
        let statement = filled().read(&mut reading).expect("understood");
        assert_eq!(statement.act.number, "12/2027");
        assert_eq!(statement.term.to, None);
        let again = StatementForm::of(&statement, None).read(&mut reading).expect("understood again");
        assert_eq!(again, statement);
        assert!(reading.is_clean());
    }

    #[test]
    fn all_errors_of_a_form_are_shown_at_once() {
        let form = StatementForm {
            valid_from: "1.3.2027".into(),
            act_kind: "whim".into(),
            act_organ: "  ".into(),
            ..filled()
        };
        assert_eq!(
            wrong(&form),
            [("valid_from", Code::NotADay), ("act_kind", Code::UnknownValue), ("act_organ", Code::Required)]
        );
    }

    #[test]
    fn a_form_names_exactly_one_person() {
        let read = |form: PersonForm| {
            let mut reading = Reading::default();
            let person = form.read(&mut reading);
            (person.is_some(), reading.wrong.into_iter().map(|error| (error.field, error.code)).collect::<Vec<_>>())
        };
        let known = PersonForm { person: uuid::Uuid::nil().to_string(), ..PersonForm::default() };
        assert_eq!(read(known.clone()), (true, vec![]));
        assert_eq!(read(PersonForm::default()), (false, vec![("person", Code::PersonMissing)]));
        assert_eq!(read(PersonForm { given_name: "Ada".into(), ..known }), (false, vec![("person", Code::OneOfTwo)]));
        let half = PersonForm { given_name: "Ada".into(), ..PersonForm::default() };
        assert_eq!(read(half), (false, vec![("family_name", Code::Required), ("email", Code::Required)]));
    }

    #[test]
    fn an_untouched_provenance_is_left_out() {
        let mut reading = Reading::default();
        assert_eq!(ProvenanceForm::default().read_if_any(&mut reading), Some(None));
        let half = ProvenanceForm { receipt: "RdC 7".into(), ..ProvenanceForm::default() };
        assert_eq!(half.read_if_any(&mut reading), None);
        assert!(!reading.is_clean());
    }
}
