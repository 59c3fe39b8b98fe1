//! Mails as the recipient's program reads them, parsed by a library that did not write them.

use mail_parser::{MessageParser, MimeHeaders};
use raccordo::mail::transport::Envelope;

/// One received mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// Kind under which it was promised.
    pub kind: String,
    pub text: String,
    pub html: String,
    /// The calendar part, if it is an invitation.
    pub calendar: Option<String>,
    pub bytes: Vec<u8>,
}

pub fn read(envelope: &Envelope) -> Mail {
    let message = MessageParser::default().parse(&envelope.bytes).expect("a mail another library can read");
    let header = |name: &str| message.header(name).and_then(|value| value.as_text()).unwrap_or_default().to_owned();
    let calendar = message
        .parts
        .iter()
        .find(|part| part.is_content_type("text", "calendar"))
        .and_then(|part| part.text_contents())
        .map(ToOwned::to_owned);
    Mail {
        to: envelope.to.clone(),
        subject: message.subject().unwrap_or_default().to_owned(),
        kind: header("X-Raccordo-Kind"),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        calendar,
        bytes: envelope.bytes.clone(),
    }
}

/// Returns one line `recipient  kind` for each mail, sorted, because mails due at the same instant have no fixed order.
pub fn list(mails: &[Mail]) -> Vec<String> {
    let mut lines: Vec<_> = mails.iter().map(|mail| format!("{}  {}", mail.to, mail.kind)).collect();
    lines.sort();
    lines
}
