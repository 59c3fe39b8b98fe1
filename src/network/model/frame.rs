//! Changes by the secretariat to the frame of the network: the certified mailbox of a body and the day of signature of
//! the agreement. Pure.

use super::{ADDRESS_CHARACTERS, AgreementView};
use crate::error::{Code, Refusal, Refused};
use crate::mail::{address, is_address};
use chrono::NaiveDate;

/// Changes of a body: an absent member stays, an empty mailbox removes the mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyChange {
    pub pec: Option<Option<String>>,
}

/// Changes of the agreement: an absent member stays, an empty day removes the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgreementChange {
    pub in_force_from: Option<Option<NaiveDate>>,
}

/// Returns the certified mailbox in lower case, or `None` if the text is no address.
///
/// The registers publish a certified mailbox as an address of an Internet domain (CAD art. 47 c. 3). Whether the domain
/// is certified is not checked, because no list of certified domains is published for programs.
pub fn mailbox(text: &str) -> Option<String> {
    let address = address::meant(text);
    (address.is_ascii() && address.len() <= ADDRESS_CHARACTERS && is_address(&address)).then_some(address)
}

/// Refuses a day of signature in the future or after the agreement's last day.
pub fn must_be_signed_by(today: NaiveDate, day: NaiveDate, agreement: &AgreementView) -> Result<(), FrameRefusal> {
    if day > today {
        Err(FrameRefusal::SignedInFuture)
    } else if day > agreement.in_force_to {
        Err(FrameRefusal::SignedAfterItsEnd)
    } else {
        Ok(())
    }
}

/// Refusals of changes to the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameRefusal {
    #[error("the text is no certified mailbox")]
    NoMailbox,
    #[error("the mailbox is another body's")]
    MailboxTaken,
    #[error("the day of signature is still to come")]
    SignedInFuture,
    #[error("the day of signature is after the last day in force")]
    SignedAfterItsEnd,
}

impl Refusal for FrameRefusal {
    fn said(&self) -> Refused {
        match self {
            Self::NoMailbox => Refused::at("pec", Code::NotAnAddress),
            Self::MailboxTaken => Refused::at("pec", Code::MailboxTaken),
            Self::SignedInFuture => Refused::at("in_force_from", Code::SignedInFuture),
            Self::SignedAfterItsEnd => Refused::at("in_force_from", Code::EndBeforeStart),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_an_address_of_a_domain_in_lower_case() {
        assert_eq!(mailbox(" Protocollo@PEC.provincia.bs.it "), Some("protocollo@pec.provincia.bs.it".to_owned()));
        let long = format!("{}@pec.example", "a".repeat(ADDRESS_CHARACTERS));
        for text in [
            "",
            "protocollo",
            "protocollo@localhost",
            "protocòllo@pec.example",
            "a b@pec.example",
            "a@b@pec.example",
            &long,
        ] {
            assert_eq!(mailbox(text), None, "{text}");
        }
    }

    #[test]
    fn an_agreement_is_signed_before_today_and_before_it_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day written in a test");
        let agreement = AgreementView {
            id: uuid::Uuid::nil().into(),
            code: "intesa".into(),
            title: "Intesa".into(),
            in_force_from: None,
            in_force_to: day("2027-06-30"),
            review_due: day("2027-03-30"),
            acts: Vec::new(),
            version: 1,
        };
        let signed = |on: &str, today: &str| must_be_signed_by(day(today), day(on), &agreement);
        assert_eq!(signed("2025-02-10", "2025-02-10"), Ok(()));
        assert_eq!(signed("2025-02-11", "2025-02-10"), Err(FrameRefusal::SignedInFuture));
        assert_eq!(signed("2027-07-01", "2028-01-01"), Err(FrameRefusal::SignedAfterItsEnd));
    }
}
