//! Truthful reports of the sender under every fault of the mail server.
//!
//! "Sent" only for a mail in the server's journal, "not sent" only for one that is not in it, an answer within the
//! deadline of the phase, and never the success of another mail.

use std::time::Duration;

use futures_util::future::join_all;
use raccordo::mail::transport::{
    Deadlines, Delivery, Envelope, FailureClass, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError,
    SmtpTransport, Transport,
};
use tokio::time::timeout;

use crate::support::smtp_server::{Action, FakeSmtpServer, Phase, Script, settings};

/// A deadline that is meant to pass.
const SHORT: Duration = Duration::from_millis(250);
/// A deadline that must not pass, even on a busy machine.
const AMPLE: Duration = Duration::from_secs(20);
/// An answer well after the short deadline.
const LATE: Duration = Duration::from_secs(1);
/// Time by which a phase may exceed its deadline.
const GRACE: Duration = Duration::from_secs(2);

/// Actions of the server, with the deadline of the phase.
const ACTIONS: [(&str, Action, Duration); 12] = [
    ("healthy", Action::Ok, AMPLE),
    ("slow", Action::Slow(Duration::from_millis(1)), AMPLE),
    ("421", Action::Reply(421, "closing"), AMPLE),
    ("450", Action::Reply(450, "later"), AMPLE),
    ("550", Action::Reply(550, "never"), AMPLE),
    ("garbage", Action::Garbage, AMPLE),
    ("long line", Action::LongLine, AMPLE),
    ("close", Action::Close, AMPLE),
    ("reset", Action::Reset, AMPLE),
    ("silence", Action::Silence, SHORT),
    ("dripping", Action::Slow(LATE), SHORT),
    ("late", Action::ReplyAfter(LATE), SHORT),
];

/// The server does this (down) at this phase (across): what the sender says.
/// *retry* and *dead*: not sent, to be tried again or not; *?*: the server may have it.
const EXPECTED: &str = r"
           Greeting          Ehlo              MailFrom          Rcpt              Data              Body              FinalDot          Quit
healthy    sent              sent              sent              sent              sent              sent              sent              sent
slow       sent              sent              sent              sent              sent              sent              sent              sent
421        retry greeting    retry greeting    retry mail_from   retry recipient   retry data        retry final_reply retry final_reply sent
450        retry greeting    retry greeting    retry mail_from   retry recipient   retry data        retry final_reply retry final_reply sent
550        retry greeting    retry greeting    retry mail_from   dead recipient    dead data         dead final_reply  dead final_reply  sent
garbage    retry greeting    retry greeting    retry mail_from   retry recipient   retry data        ? final_reply     ? final_reply     sent
long line  retry greeting    retry greeting    retry mail_from   retry recipient   retry data        ? final_reply     ? final_reply     sent
close      retry greeting    retry greeting    retry mail_from   retry recipient   retry data        ? final_reply     ? final_reply     sent
reset      retry greeting    retry greeting    retry mail_from   retry recipient   retry data        ? final_reply     ? final_reply     sent
silence    retry timeout     retry timeout     retry timeout     retry timeout     retry timeout     ? timeout         ? timeout         sent
dripping   retry timeout     retry timeout     retry timeout     retry timeout     retry timeout     ? timeout         ? timeout         sent
late       retry timeout     retry timeout     retry timeout     retry timeout     retry timeout     ? timeout         ? timeout         sent
";

#[tokio::test]
async fn every_fault_at_every_phase_ends_as_the_table_says() {
    let mut table = row("", Phase::ALL.map(|phase| format!("{phase:?}")));
    // Row by row: a hundred conversations at once would keep each other waiting.
    for (name, action, limit) in ACTIONS {
        table += &row(name, join_all(Phase::ALL.map(|phase| outcome_of(phase, action, limit))).await);
    }
    assert!(table.trim() == EXPECTED.trim(), "expected:\n{EXPECTED}\nfound:\n{table}");
}

/// One mail to a server that does `action` at `phase`; the phase's deadline is `limit`, all others are ample.
async fn outcome_of(phase: Phase, action: Action, limit: Duration) -> String {
    let server = FakeSmtpServer::start(Script::healthy().at(phase, action)).await;
    let sender = transport(&server, deadlines(phase, limit));
    let mail = mail("one");
    let Ok(outcome) = timeout(limit + GRACE, sender.deliver(&mail)).await else {
        return "TOO LATE".to_owned();
    };
    match (&outcome, server.has_taken(&mail.message_id)) {
        (Delivery::Sent { .. }, false) => "FALSE SUCCESS".to_owned(),
        (Delivery::NotSent { .. }, true) => "FALSE FAILURE".to_owned(),
        _ => brief(&outcome),
    }
}

fn row(head: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:<17}")).collect();
    format!("{head:<10} {}", cells.join(" ")).trim_end().to_owned() + "\n"
}

fn brief(outcome: &Delivery) -> String {
    match outcome {
        Delivery::Sent { .. } => "sent".to_owned(),
        Delivery::NotSent { retry: true, class, .. } => format!("retry {}", class.as_str()),
        Delivery::NotSent { retry: false, class, .. } => format!("dead {}", class.as_str()),
        Delivery::Unknown { class, .. } => format!("? {}", class.as_str()),
    }
}

fn deadlines(phase: Phase, limit: Duration) -> Deadlines {
    let mut deadlines = Deadlines::uniform(AMPLE);
    match phase {
        Phase::Greeting | Phase::Ehlo => deadlines.greeting = limit,
        Phase::MailFrom => deadlines.mail_from = limit,
        Phase::Rcpt => deadlines.recipient = limit,
        Phase::Data => deadlines.data = limit,
        // A small body is in the socket at once: a server that does not read it is missed at the answer.
        Phase::Body | Phase::FinalDot => deadlines.final_reply = limit,
        Phase::Auth => deadlines.auth = limit,
        Phase::Quit => {}
    }
    deadlines
}

fn transport(server: &FakeSmtpServer, deadlines: Deadlines) -> Transport {
    Transport::Smtp(SmtpTransport::new(settings(server.port(), deadlines)).expect("the settings are right"))
}

fn mail(name: &str) -> Envelope {
    let message_id = format!("{name}@raccordo.example");
    Envelope {
        from: "raccordo@regione.example".to_owned(),
        to: "anna@ente.example".to_owned(),
        bytes: format!("Message-ID: <{message_id}>\r\nSubject: {name}\r\n\r\n.\r\n..two\r\nend.\r\n").into_bytes(),
        message_id,
    }
}

fn is_timeout(outcome: &Delivery) -> bool {
    matches!(
        outcome,
        Delivery::NotSent { class: FailureClass::Timeout, .. } | Delivery::Unknown { class: FailureClass::Timeout, .. }
    )
}

#[tokio::test]
async fn the_server_receives_exactly_the_stored_bytes() {
    let server = FakeSmtpServer::start(Script::healthy()).await;
    let sender = transport(&server, Deadlines::uniform(AMPLE));
    let small = mail("small");
    let mut large = mail("large");
    large.bytes.extend(b".dots and text\r\n".repeat(100_000));
    for mail in [&small, &large] {
        let outcome = sender.deliver(mail).await;
        assert_eq!(outcome, Delivery::Sent { reply: "250 queued".to_owned() });
    }
    let journal = server.journal();
    let received: Vec<_> = journal.iter().map(|taken| (&taken.from, &taken.to, &taken.message_id)).collect();
    let sent: Vec<_> = [&small, &large].map(|mail| (&mail.from, &mail.to, &mail.message_id)).into();
    assert_eq!(received, sent);
    assert!(journal[0].bytes == small.bytes && journal[1].bytes == large.bytes, "the bytes changed on the way");
}

#[tokio::test]
async fn a_mail_after_a_failed_or_abandoned_one_gets_its_own_answer() {
    let held_up = [Action::Silence, Action::ReplyAfter(LATE), Action::Slow(LATE)];
    let stories = Phase::ALL.into_iter().flat_map(|phase| {
        held_up.into_iter().flat_map(move |action| [false, true].map(|abandoned| three_mails(phase, action, abandoned)))
    });
    join_all(stories).await;
}

/// The first mail is held up until the sender gives up, or until the caller drops the attempt; the second is refused, the third taken.
async fn three_mails(phase: Phase, action: Action, abandoned: bool) {
    let story = format!("{action:?} at {phase:?}, abandoned: {abandoned}");
    let server = FakeSmtpServer::start(Script::healthy().at(phase, action)).await;
    let (patience, limit) = if abandoned { (SHORT, AMPLE) } else { (AMPLE, SHORT) };
    let sender = transport(&server, deadlines(phase, limit));
    match timeout(patience, sender.deliver(&mail("first"))).await {
        // The QUIT comes after the answer and delays no mail.
        Ok(outcome) if phase == Phase::Quit => assert_eq!(brief(&outcome), "sent", "{story}"),
        Ok(outcome) => assert!(!abandoned && is_timeout(&outcome), "{story}: the first mail ended with {outcome:?}"),
        Err(_) => assert!(abandoned, "{story}: the first mail never ended"),
    }

    // On a busy machine the short deadline may pass for a healthy server too: that is late, but not untrue.
    let ends_as = |outcome: &Delivery, expected| brief(outcome) == expected || (!abandoned && is_timeout(outcome));
    server.follow(Script::healthy().at(Phase::Rcpt, Action::Reply(550, "never")));
    let second = sender.deliver(&mail("second")).await;
    assert!(ends_as(&second, "dead recipient"), "{story}: the second mail ended with {second:?}");
    assert!(!server.has_taken("second@raccordo.example"), "{story}");

    server.follow(Script::healthy());
    let third = sender.deliver(&mail("third")).await;
    assert!(ends_as(&third, "sent"), "{story}: the third mail ended with {third:?}");
    assert!(is_timeout(&third) || server.has_taken("third@raccordo.example"), "{story}");
}

#[tokio::test]
async fn a_lost_answer_makes_an_identical_twin_at_worst() {
    let server = FakeSmtpServer::start(Script::healthy().at(Phase::FinalDot, Action::Close)).await;
    let sender = transport(&server, Deadlines::uniform(AMPLE));
    let mail = mail("one");
    assert_eq!(brief(&sender.deliver(&mail).await), "? final_reply");
    server.follow(Script::healthy());
    assert_eq!(brief(&sender.deliver(&mail).await), "sent");
    let journal = server.journal();
    assert_eq!(journal.len(), 2);
    assert_eq!(journal[0], journal[1]);
}

#[tokio::test]
async fn a_server_that_stops_reading_is_left_at_the_deadline_of_the_body() {
    let server = FakeSmtpServer::start(Script::healthy().at(Phase::Body, Action::Silence)).await;
    let sender = transport(&server, Deadlines { body: SHORT, ..Deadlines::uniform(AMPLE) });
    let mut mail = mail("large");
    mail.bytes.extend(b"more than any socket keeps for a reader\r\n".repeat(200_000));
    let outcome = sender.deliver(&mail).await;
    let Delivery::Unknown { class: FailureClass::Timeout, text } = outcome else {
        panic!("the mail ended with {outcome:?}");
    };
    assert_eq!(text, "body: no answer within 250ms");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_its_command_is_not_a_success() {
    for (phase, code, expected) in [
        (Phase::MailFrom, 354, "retry mail_from"),
        (Phase::Rcpt, 354, "retry recipient"),
        (Phase::Data, 250, "retry data"),
        (Phase::FinalDot, 354, "? final_reply"),
    ] {
        let server = FakeSmtpServer::start(Script::healthy().at(phase, Action::Reply(code, "out of step"))).await;
        let sender = transport(&server, Deadlines::uniform(AMPLE));
        assert_eq!(brief(&sender.deliver(&mail("one")).await), expected, "{phase:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_utf_8_is_an_answer() {
    for (phase, bytes, expected) in [
        (Phase::Greeting, &b"220 buongiorno, \xe8 il relay"[..], "sent"),
        (Phase::Ehlo, b"250 relay della citt\xe0", "sent"),
        (Phase::Rcpt, b"250 gi\xe0 noto", "sent"),
        (Phase::Rcpt, b"550 5.1.1 casella inesistente perch\xe9 chiusa", "dead recipient"),
        (Phase::Rcpt, b"550-5.1.1 casella\r\n550 5.1.1 gi\xe0 chiusa", "dead recipient"),
        (Phase::Rcpt, b"450 pi\xf9 tardi", "retry recipient"),
        (Phase::Data, b"354 pu\xf2 cominciare", "sent"),
        (Phase::FinalDot, b"250 \xe8 in coda", "sent"),
        (Phase::FinalDot, b"554 il contenuto non \xe8 gradito", "dead final_reply"),
        (Phase::FinalDot, b"451 pi\xf9 tardi", "retry final_reply"),
        // A code alone is an answer too (RFC 5321 4.2).
        (Phase::FinalDot, b"250", "sent"),
        (Phase::FinalDot, b"554", "dead final_reply"),
    ] {
        let server = FakeSmtpServer::start(Script::healthy().at(phase, Action::Raw(bytes))).await;
        let sender = transport(&server, Deadlines::uniform(AMPLE));
        let words = String::from_utf8_lossy(bytes);
        assert_eq!(brief(&sender.deliver(&mail("one")).await), expected, "{phase:?}: {words}");
    }
}

#[tokio::test]
async fn the_text_of_a_reply_is_cleaned_when_it_is_read() {
    let words = b"550 5.1.1 uno\0due\x1b[31m\xe2\x80\xaetre\xe2\x80\x8b\xc2\x9b \xf0\x9f\x92\xa9";
    let server = FakeSmtpServer::start(Script::healthy().at(Phase::Rcpt, Action::Raw(words))).await;
    let outcome = transport(&server, Deadlines::uniform(AMPLE)).deliver(&mail("one")).await;
    let Delivery::NotSent { retry: false, text, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(text, "RCPT TO: 550 5.1.1 unodue[31mtre 💩");
}

#[tokio::test]
async fn a_relay_that_refuses_us_does_not_count_against_the_recipient() {
    for (code, words, expected) in [
        (550, "5.1.1 user unknown", "dead recipient"),
        (550, "5.7.1 relaying denied", "retry policy"),
        (554, "relay access denied", "retry policy"),
        (552, "5.2.2 mailbox full", "retry policy"),
    ] {
        let server = FakeSmtpServer::start(Script::healthy().at(Phase::Rcpt, Action::Reply(code, words))).await;
        let sender = transport(&server, Deadlines::uniform(AMPLE));
        assert_eq!(brief(&sender.deliver(&mail("one")).await), expected, "{code} {words}");
    }
}

#[tokio::test]
async fn a_closed_port_is_tried_again() {
    let server = FakeSmtpServer::start(Script::healthy()).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = free.local_addr().expect("its address").port();
    drop(free);
    let nobody =
        Transport::Smtp(SmtpTransport::new(settings(port, Deadlines::uniform(AMPLE))).expect("the settings are right"));
    assert_eq!(brief(&nobody.deliver(&mail("one")).await), "retry connect");
    assert!(server.commands().is_empty());
}

#[tokio::test]
async fn a_mail_that_could_contain_another_is_never_sent() {
    let server = FakeSmtpServer::start(Script::healthy()).await;
    let sender = transport(&server, Deadlines::uniform(AMPLE));
    for hole in ["\n.\r\n", "\r\n.\n", "\r.\r", "\0", "è"] {
        let mut mail = mail("one");
        mail.bytes.extend(hole.as_bytes());
        assert_eq!(brief(&sender.deliver(&mail).await), "dead message", "{hole:?}");
    }
    for address in ["anna@ente.example>\r\nRCPT TO:<eve@evil.example", "", "anna"] {
        let mail = Envelope { to: address.to_owned(), ..mail("one") };
        assert_eq!(brief(&sender.deliver(&mail).await), "dead message", "{address:?}");
    }
    assert!(server.commands().is_empty(), "{:?}", server.commands());
}

#[tokio::test]
async fn no_password_travels_unencrypted() {
    let script = Script::healthy().offering("AUTH PLAIN LOGIN");
    let server = FakeSmtpServer::start(script.clone()).await;
    let credentials = Some(SmtpCredentials::new("raccordo", "segreta"));
    let in_the_clear = SmtpSettings { credentials, ..settings(server.port(), Deadlines::uniform(AMPLE)) };
    assert!(matches!(SmtpTransport::new(in_the_clear.clone()), Err(SmtpSetupError::PasswordInTheClear)));
    assert!(!format!("{in_the_clear:?}").contains("segreta"));

    let encrypted = SmtpSettings { security: SmtpSecurity::StartTls, ..in_the_clear };
    let sender = Transport::Smtp(SmtpTransport::new(encrypted).expect("the settings are right"));
    // Not offered, then offered by a server that cannot do it.
    for script in [script.clone(), script.offering("STARTTLS")] {
        server.follow(script);
        assert_eq!(brief(&sender.deliver(&mail("one")).await), "retry tls");
    }
    assert_eq!(server.commands().iter().filter(|command| *command == "STARTTLS").count(), 1);
    assert!(!server.commands().iter().any(|command| command.starts_with("AUTH")), "{:?}", server.commands());
}
