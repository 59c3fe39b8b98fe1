//! Records of the network as other slices see them. Pure.

pub mod frame;

use crate::error::{Code, Error, Refusal, Refused, Result};
use crate::letters;
use crate::mail::{address, is_address};
use crate::texts::Lang;
use crate::typed::{self, Reading};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::ids::{AgreementId, BodyId, ObservatoryId, PersonId};
use entity::kinds::{BodyKind, ObservatoryKind};

/// The agreement: its acts, its term and the day of its review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementView {
    pub id: AgreementId,
    pub code: String,
    pub title: String,
    /// Day of the last signature; `None` until the secretariat has entered it.
    pub in_force_from: Option<NaiveDate>,
    /// Last day in force (art. 6 c. 2).
    pub in_force_to: NaiveDate,
    /// Due day of the joint review, three months before the end (art. 6 c. 2).
    pub review_due: NaiveDate,
    pub acts: Vec<AgreementAct>,
    pub version: i32,
}

/// An act on which the agreement rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementAct {
    /// `dgr`, `regional_law`, `law`…
    pub kind: String,
    pub number: String,
    pub date: Option<NaiveDate>,
    pub subject: String,
}

/// A signatory administration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyView {
    pub id: BodyId,
    pub code: String,
    pub name: String,
    /// Other names under which it is known, in alphabetical order.
    pub aliases: Vec<String>,
    pub kind: BodyKind,
    /// IPA code in the spelling of the public index of administrations; compare without case.
    pub ipa_code: String,
    /// ISTAT code of the unit: two digits for the region, three for the others.
    pub istat_code: String,
    /// Prefix of the ISTAT codes of its municipalities.
    pub province_code: Option<String>,
    pub sigla: Option<String>,
    /// NUTS 2 of the region, NUTS 3 of the others.
    pub nuts: String,
    pub capital: String,
    pub capital_istat: String,
    pub capital_cadastral: String,
    /// Code of the territory whose working days its offices follow.
    pub territory: String,
    pub pec: Option<String>,
    pub signatory: bool,
    pub version: i32,
}

/// A node of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservatoryView {
    pub id: ObservatoryId,
    pub code: String,
    pub name: String,
    pub kind: ObservatoryKind,
    /// Address of its own site.
    pub site: Option<String>,
    pub body_id: BodyId,
    pub body_code: String,
    pub body_name: String,
    /// Code of the territory whose working days it follows: the territory of its body.
    pub territory: String,
    pub version: i32,
}

/// A town with a patron day, and therefore with a calendar of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerritoryView {
    pub code: String,
    pub name: String,
    pub city: String,
    pub patron: Option<PatronDay>,
    /// Codes of the territories that border on it.
    pub neighbours: Vec<String>,
}

/// The day of the patron saint of a town, a holiday for those who work there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatronDay {
    pub name_it: String,
    pub name_en: String,
    pub month: u32,
    pub day: u32,
}

impl PatronDay {
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::It => &self.name_it,
            Lang::En => &self.name_en,
        }
    }
}

/// One day of a territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDay {
    pub day: NaiveDate,
    /// Reason why the day is not a working day, in the reader's language; `None` on a working day.
    pub reason: Option<String>,
}

/// Office contact data of a person who holds or held a seat. Personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonView {
    pub id: PersonId,
    pub given_name: String,
    pub family_name: String,
    /// In lower case.
    pub email: String,
    pub phone: Option<String>,
    /// Language of mails to this person.
    pub language: Lang,
    /// Instant of the last permanent delivery failure since the address was last changed.
    pub bounced_at: Option<DateTime<Utc>>,
    pub bounce_note: Option<String>,
    pub version: i32,
}

impl PersonView {
    /// «Ada Rossi».
    pub fn name(&self) -> String {
        letters::full_name(&self.given_name, &self.family_name)
    }
}

/// Input for a new person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonIn {
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub phone: Option<String>,
    pub language: Lang,
}

/// Changes of a person: an absent member stays, an empty phone removes the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonChange {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<Option<String>>,
    pub language: Option<Lang>,
}

pub const NAME_CHARACTERS: usize = 100;
/// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of which are its angle brackets.
pub const ADDRESS_CHARACTERS: usize = 254;
pub const PHONE_CHARACTERS: usize = 40;
pub const BOUNCE_NOTE_CHARACTERS: usize = 500;

impl PersonIn {
    /// Returns the input without surrounding blanks and with a normalised address, or an error for every wrong field. A
    /// person with a single name has only a family name.
    pub fn checked(&self) -> Result<Self> {
        Reading::of(|reading| {
            let given_name = reading.take(name("given_name", &self.given_name));
            let family_name = name("family_name", &self.family_name);
            let family_name = reading
                .take(family_name.and_then(|name| name.ok_or_else(|| Error::field("family_name", Code::Required))));
            let email = reading.take(address_of("email", &self.email));
            let phone = reading.take(one_line("phone", self.phone.as_deref(), PHONE_CHARACTERS));
            Some(Self {
                given_name: given_name?.unwrap_or_default(),
                family_name: family_name?,
                email: email?,
                phone: phone?,
                language: self.language,
            })
        })
    }

    /// Tells whether this is the name of `known`, regardless of spelling variants ([`letters::name_key`]).
    pub fn has_the_name_of(&self, known: &PersonView) -> bool {
        letters::name_key(&self.given_name, &self.family_name)
            == letters::name_key(&known.given_name, &known.family_name)
    }
}

impl PersonChange {
    /// Returns the person after the change.
    pub fn applied_to(self, person: &PersonView) -> PersonIn {
        let Self { given_name, family_name, email, phone, language } = self;
        PersonIn {
            given_name: given_name.unwrap_or_else(|| person.given_name.clone()),
            family_name: family_name.unwrap_or_else(|| person.family_name.clone()),
            email: email.unwrap_or_else(|| person.email.clone()),
            phone: phone.unwrap_or_else(|| person.phone.clone()),
            language: language.unwrap_or(person.language),
        }
    }
}

/// Lists the members that change, by their names in the API. The audit trail records these names without values.
pub fn changed_members(person: &PersonView, after: &PersonIn) -> Vec<&'static str> {
    [
        ("given_name", person.given_name != after.given_name),
        ("family_name", person.family_name != after.family_name),
        ("email", person.email != after.email),
        ("phone", person.phone != after.phone),
        ("language", person.language != after.language),
    ]
    .into_iter()
    .filter_map(|(member, differs)| differs.then_some(member))
    .collect()
}

fn name(field: &'static str, text: &str) -> Result<Option<String>> {
    one_line(field, Some(text), NAME_CHARACTERS)
}

/// Reads an optional text without control characters, because a line break in a name would add headers to a mail.
fn one_line(field: &'static str, text: Option<&str>, limit: usize) -> Result<Option<String>> {
    let text = typed::optional(field, text, limit)?;
    let has_controls = text.as_deref().is_some_and(|text| text.chars().any(char::is_control));
    if has_controls { Err(Error::field(field, Code::UnknownValue)) } else { Ok(text) }
}

/// Reads a required mail address in the spelling in which it is compared.
fn address_of(field: &'static str, text: &str) -> Result<String> {
    let address = typed::required(field, &address::meant(text), ADDRESS_CHARACTERS)?;
    if is_address(&address) { Ok(address) } else { Err(Error::field(field, Code::NotAnAddress)) }
}

/// Longest period of one answer, in days; a longer one is refused, because an answer lists every day.
pub const LONGEST_ANSWER_DAYS: i64 = 400;

/// Refusals of this slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkRefusal {
    /// The address belongs to a person with another name.
    #[error("the address belongs to somebody else")]
    AddressTaken,
    /// The period ends before it starts.
    #[error("the span ends before it starts")]
    EndBeforeStart,
    /// The period has more days than an answer may list.
    #[error("the span is longer than {LONGEST_ANSWER_DAYS} days")]
    SpanTooLong { from: NaiveDate },
}

impl Refusal for NetworkRefusal {
    fn said(&self) -> Refused {
        match self {
            Self::AddressTaken => Refused::at("email", Code::AddressTaken),
            Self::EndBeforeStart => Refused::at("to", Code::EndBeforeStart),
            Self::SpanTooLong { from } => {
                let last = *from + TimeDelta::days(LONGEST_ANSWER_DAYS - 1);
                Refused::at("to", Code::OutOfRange).with("min", *from).with("max", last)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> PersonIn {
        PersonIn {
            given_name: " Ada ".into(),
            family_name: "Rossi".into(),
            email: "Ada.Rossi@Provincia.Example ".into(),
            phone: Some("  ".into()),
            language: Lang::It,
        }
    }

    fn wrong_fields(error: &Error) -> Vec<(&'static str, Code)> {
        let Error::Invalid(wrong) = error else { panic!("{error:?}") };
        wrong.iter().map(|wrong| (wrong.field, wrong.code)).collect()
    }

    #[test]
    fn a_person_is_kept_without_blanks_and_with_a_folded_address() {
        let person = ada().checked().expect("a good person");
        assert_eq!((person.given_name.as_str(), person.email.as_str()), ("Ada", "ada.rossi@provincia.example"));
        assert_eq!(person.phone, None);
    }

    #[test]
    fn one_name_is_enough() {
        let person = PersonIn { given_name: "  ".into(), ..ada() }.checked().expect("a family name is enough");
        assert_eq!((person.given_name.as_str(), person.family_name.as_str()), ("", "Rossi"));
        let nameless = PersonIn { family_name: " ".into(), ..ada() }.checked().expect_err("no family name");
        assert_eq!(wrong_fields(&nameless), [("family_name", Code::Required)]);
    }

    #[test]
    fn all_wrong_fields_are_reported_at_once() {
        let person = PersonIn {
            given_name: "a\u{202e}b".into(),
            family_name: "x".repeat(NAME_CHARACTERS + 1),
            email: "ada at provincia".into(),
            phone: Some("035\r\nBcc: all".into()),
            language: Lang::It,
        };
        let expected = [
            ("given_name", Code::UnseenCharacters),
            ("family_name", Code::TooLong),
            ("email", Code::NotAnAddress),
            ("phone", Code::UnknownValue),
        ];
        assert_eq!(wrong_fields(&person.checked().expect_err("four defects")), expected);
    }

    #[test]
    fn names_are_the_same_however_they_are_spelt() {
        let known = PersonView {
            id: PersonId(uuid::Uuid::nil()),
            given_name: "Anna  Maria".into(),
            family_name: "De Rossi".into(),
            email: "a@b.example".into(),
            phone: None,
            language: Lang::It,
            bounced_at: None,
            bounce_note: None,
            version: 1,
        };
        let named = |given: &str, family: &str| PersonIn {
            given_name: given.into(),
            family_name: family.into(),
            ..PersonIn::default()
        };
        assert!(named("anna maria", "DE ROSSI").has_the_name_of(&known));
        assert!(named("Anna Maria", "De-Rossi").has_the_name_of(&known));
        assert!(!named("Anna", "De Rossi").has_the_name_of(&known));
    }
}
