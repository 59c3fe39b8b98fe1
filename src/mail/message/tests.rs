//! Tests with an independent parser, not with the library that wrote the bytes.

use chrono::TimeZone;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use proptest::prelude::*;

use super::*;

const CALENDAR: &str =
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Tavolo, città\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// The headers of a mail without thread and calendar, in their order.
const PLAIN_HEADERS: [&str; 10] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Raccordo-Kind",
    "MIME-Version",
    "Content-Type",
];

fn contact(name: &str, address: &str) -> Contact {
    Contact { name: name.to_owned(), address: address.to_owned() }
}

fn mail() -> MessageParts {
    MessageParts {
        id: Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001),
        from: contact("Raccordo", "raccordo@regione.example"),
        reply_to: contact("Segreteria", "segreteria@regione.example"),
        to: contact("Anna Pòlita", "anna@ente.example"),
        subject: "[Tavolo OML] Città e attività".to_owned(),
        text: "Buongiorno,\n.\nl'incontro è fissato.\n".to_owned(),
        html: "<p>Buongiorno, l'incontro è fissato.</p>".to_owned(),
        date: Utc.with_ymd_and_hms(2027, 3, 30, 7, 30, 0).single().expect("a date"),
        message_id_domain: "raccordo.regione.example".to_owned(),
        thread: None,
        calendar: None,
        kind: "designation.requested",
    }
}

fn invitation() -> MessageParts {
    let calendar = CalendarPart { method: CalendarMethod::Request, bytes: CALENDAR.as_bytes().to_vec() };
    MessageParts { calendar: Some(calendar), ..mail() }
}

fn built(mail: &MessageParts) -> Built {
    mail.build().expect("the mail is built")
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    let parsed = MessageParser::default().parse(bytes).expect("the mail is parsed");
    parsed.headers().iter().map(|header| header.name.as_str().to_owned()).collect()
}

#[test]
fn the_same_mail_always_has_the_same_bytes() {
    assert_eq!(built(&invitation()), built(&invitation()));
    let other = MessageParts { id: Uuid::from_u128(2), ..invitation() };
    assert_ne!(built(&invitation()).bytes, built(&other).bytes);
}

#[test]
fn a_mail_carries_its_headers_and_nothing_else() {
    let built = built(&mail());
    assert_eq!(header_names(&built.bytes), PLAIN_HEADERS);
    assert_eq!(built.message_id, "01980000-0000-7000-8000-000000000001@raccordo.regione.example");
    assert_eq!(built.envelope_from, "raccordo@regione.example");
    assert_eq!(built.envelope_to, "anna@ente.example");
    let parsed = MessageParser::default().parse(&built.bytes).expect("the mail is parsed");
    assert_eq!(parsed.message_id(), Some(built.message_id.as_str()));
    assert_eq!(parsed.subject(), Some("[Tavolo OML] Città e attività"));
    assert_eq!(parsed.date().map(mail_parser::DateTime::to_rfc3339), Some("2027-03-30T07:30:00Z".to_owned()));
    assert_eq!(parsed.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
    assert_eq!(parsed.header("X-Raccordo-Kind").and_then(|value| value.as_text()), Some("designation.requested"));
    assert_eq!(parsed.body_text(0).as_deref(), Some("Buongiorno,\r\n.\r\nl'incontro è fissato.\r\n"));
    assert_eq!(parsed.body_html(0).as_deref(), Some("<p>Buongiorno, l'incontro è fissato.</p>"));
}

#[test]
fn an_invitation_comes_last_in_the_alternative_and_again_as_an_attachment() {
    let bytes = built(&invitation()).bytes;
    let parsed = MessageParser::default().parse(&bytes).expect("the mail is parsed");
    let shape: Vec<String> = parsed.parts.iter().map(described).collect();
    assert_eq!(
        shape,
        [
            "multipart/mixed [1, 5]",
            "multipart/alternative [2, 3, 4]",
            "text/plain",
            "text/html",
            "text/calendar method=REQUEST charset=utf-8",
            "application/ics as invite.ics",
        ]
    );
    assert_eq!(parsed.parts[4].text_contents(), Some(CALENDAR));
    assert_eq!(parsed.parts[5].contents(), CALENDAR.as_bytes());
}

/// Returns type, children, and the parameters that matter to calendar clients.
fn described(part: &mail_parser::MessagePart<'_>) -> String {
    let kind = part.content_type().expect("a content type");
    let name = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
    if let PartType::Multipart(children) = &part.body {
        return format!("{name} {children:?}");
    }
    if let (Some(method), Some(charset)) = (kind.attribute("method"), kind.attribute("charset")) {
        assert!(part.content_disposition().is_none(), "a client would list the invitation among the attachments");
        return format!("{name} method={method} charset={charset}");
    }
    match part.attachment_name() {
        Some(file) => format!("{name} as {file}"),
        None => name,
    }
}

#[test]
fn a_thread_is_named_in_every_mail_but_the_one_that_opens_it() {
    let root = built(&mail()).message_id;
    let opening = MessageParts { thread: Some(root.clone()), ..mail() };
    assert_eq!(header_names(&built(&opening).bytes), PLAIN_HEADERS);
    let bytes = built(&MessageParts { id: Uuid::from_u128(2), ..opening }).bytes;
    let parsed = MessageParser::default().parse(&bytes).expect("the mail is parsed");
    assert_eq!(parsed.in_reply_to().as_text(), Some(root.as_str()));
    assert_eq!(parsed.references().as_text(), Some(root.as_str()));
}

#[test]
fn deceptive_characters_are_removed_from_names_and_subjects() {
    assert_eq!(tame("  a\r\nBcc: x\tb\u{2028}c ", 100), "a Bcc: x b c");
    assert_eq!(tame("fattura\u{202E}fdp.exe\0", 100), "fatturafdp.exe");
    assert_eq!(tame("=?utf-8?b?YQ==?=", 100), "= ?utf-8?b?YQ== ?=");
    assert_eq!(tame("abcdef", 5), "abcd…");
}

#[test]
fn addresses_that_some_relay_reads_otherwise_are_refused() {
    for address in [
        "",
        "a",
        "a@",
        "@b.it",
        "a b@c.it",
        "a@b.it,c@d.it",
        "\"a b\"@c.it",
        "a@b.it\r\nX: y",
        "à@b.it",
        "<a@b.it>",
        "a@b@c.it",
    ] {
        let mail = MessageParts { to: contact("", address), ..mail() };
        assert!(matches!(mail.build(), Err(MessageError::Address { role: "recipient" })), "{address:?} was taken");
    }
}

#[test]
fn impossible_mails_are_refused() {
    let wrong_method = CalendarPart { method: CalendarMethod::Cancel, bytes: CALENDAR.as_bytes().to_vec() };
    let bare_feed = CalendarPart { method: CalendarMethod::Request, bytes: b"METHOD:REQUEST\n".to_vec() };
    for calendar in [wrong_method, bare_feed] {
        assert!(matches!(MessageParts { calendar: Some(calendar), ..mail() }.build(), Err(MessageError::Calendar(_))));
    }
    assert!(matches!(MessageParts { kind: "Kind\r\n", ..mail() }.build(), Err(MessageError::Kind)));
    assert!(matches!(
        MessageParts { thread: Some("<a@b.it>".to_owned()), ..mail() }.build(),
        Err(MessageError::Thread)
    ));
    let before_mail = DateTime::from_timestamp(-1, 0).expect("a date");
    assert!(matches!(MessageParts { date: before_mail, ..mail() }.build(), Err(MessageError::Date(_))));
}

/// Text that tries to become a header, a second recipient or an encoded word.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\r\nBcc: eve@evil.example\r\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r".to_owned()),
        Just("\0".to_owned()),
        Just("\u{202E}".to_owned()),
        Just("\u{2066}\u{61C}\u{200F}".to_owned()),
        Just("\"<eve@evil.example>, ".to_owned()),
        Just("\\\"".to_owned()),
        Just("=?utf-8?q?=0D=0ABcc:=20eve@evil.example?=".to_owned()),
        Just("\r\n.\r\n".to_owned()),
        "[a-zàèé ,;:<>@\"()]{0,20}",
        "\\PC{0,20}",
        "[x ]{300}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_changes_headers_or_recipient(name in hostile(), subject in hostile(), text in hostile(), html in hostile()) {
        let mail = MessageParts {
            from: contact(&name, "raccordo@regione.example"),
            to: contact(&name, "anna@ente.example"),
            subject,
            text,
            html,
            ..mail()
        };
        let built = built(&mail);
        let parsed = MessageParser::default().parse(&built.bytes).expect("the mail is parsed");
        prop_assert_eq!(header_names(&built.bytes), PLAIN_HEADERS);
        let recipients: Vec<_> = parsed.to().expect("a recipient").iter().filter_map(|to| to.address()).collect();
        prop_assert_eq!(recipients, ["anna@ente.example"]);
        let senders: Vec<_> = parsed.from().expect("a sender").iter().filter_map(|from| from.address()).collect();
        prop_assert_eq!(senders, ["raccordo@regione.example"]);
        prop_assert_eq!(parsed.parts.len(), 3);
        let shown = parsed.to().and_then(|to| to.first()).and_then(|to| to.name()).unwrap_or_default().to_owned();
        prop_assert!(shown.chars().count() <= MAX_NAME && !shown.chars().any(letters::is_hidden), "name {:?}", shown);
        let shown = parsed.subject().unwrap_or_default();
        prop_assert!(shown.chars().count() <= MAX_SUBJECT && !shown.chars().any(letters::is_hidden), "subject {:?}", shown);
        prop_assert!(built.bytes.is_ascii() && !built.bytes.contains(&0));
        let without_line_ends = String::from_utf8_lossy(&built.bytes).replace("\r\n", "");
        prop_assert!(!without_line_ends.contains(['\r', '\n']));
        // An encoded CR would reappear in the reader's program.
        let shown = parsed.body_text(0).unwrap_or_default().replace("\r\n", "");
        prop_assert!(!shown.chars().any(|c| letters::is_hidden(c) && !matches!(c, '\n' | '\t')), "text {:?}", shown);
        let longest = built.bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        prop_assert!(longest <= Some(999), "a line of {:?} bytes", longest);
    }

    #[test]
    fn an_address_is_taken_whole_or_refused(address in hostile()) {
        let mail = MessageParts { to: contact("Anna", &address), ..mail() };
        if let Ok(built) = mail.build() {
            prop_assert_eq!(&built.envelope_to, &address);
            prop_assert_eq!(header_names(&built.bytes), PLAIN_HEADERS);
        }
    }
}

/// RFC 2047 §2 and RFC 5322 §2.1.1: 76 characters where words are encoded, 78 elsewhere; the lower one for all.
#[test]
fn no_header_line_is_longer_than_76_characters_whatever_people_type() {
    let long = |text: &str| text.repeat(20);
    let texts = [
        long("Osservatorio "),
        long("attività perché "),
        long("Supercalifragilistico"),
        long("èèèèèèèèèè"),
        long("日本語の長い名前"),
        long("a, \"b\" (c) <d@e> "),
        format!("{} x", "y".repeat(70)),
    ];
    for text in &texts {
        let mail = MessageParts {
            subject: text.clone(),
            from: contact(text, "raccordo@regione.example"),
            to: contact(text, "anna.maria.bernasconi.della.valle@provincia.monza-e-brianza.example"),
            reply_to: contact(text, "segreteria@regione.example"),
            thread: Some("01980000-0000-7000-8000-000000000002@raccordo.regione.example".to_owned()),
            ..invitation()
        };
        let bytes = built(&mail).bytes;
        let message = String::from_utf8(bytes).expect("ASCII");
        let mut is_header = true;
        for line in message.split("\r\n") {
            is_header = line.starts_with("--") || (is_header && !line.is_empty());
            assert!(!is_header || line.len() <= 76, "{} characters: {line}", line.len());
        }
    }
}

#[test]
fn nothing_hidden_is_written_into_a_mail() {
    let hidden = "\u{61C}\u{200B}\u{200E}\u{202A}\u{202E}\u{2060}\u{2066}\u{2069}\u{FEFF}\u{E0041}\u{7}";
    let text = format!("Sala{hidden} 5\u{2028}Milano");
    let mail = MessageParts {
        subject: text.clone(),
        text: text.clone(),
        html: format!("<p>{text}</p>"),
        to: contact(&text, "anna@ente.example"),
        ..mail()
    };
    let bytes = built(&mail).bytes;
    let parsed = MessageParser::default().parse(&bytes).expect("the mail is parsed");
    assert_eq!(parsed.subject(), Some("Sala 5 Milano"));
    assert_eq!(parsed.body_text(0).as_deref(), Some("Sala 5\r\nMilano"));
    assert_eq!(parsed.body_html(0).as_deref(), Some("<p>Sala 5\r\nMilano</p>"));
    assert_eq!(parsed.to().and_then(|to| to.first()).and_then(|to| to.name()), Some("Sala 5 Milano"));
}
