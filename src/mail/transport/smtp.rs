//! One mail over SMTP: our own conversation, with the commands and replies of lettre.
//!
//! Why not lettre's ready-made transport: its timeout covers the TCP connect only, so a server that falls silent later holds a worker
//! for ever; and a deadline put round its pooled `send` hands the half-used connection to the next mail, which then reads the late
//! answer to this one and may report a success that never was. Why not its single connection: see [`conversation`]. Here
//!
//! - every phase has its own deadline (RFC 5321 §4.5.3.2);
//! - a connection serves one mail, and is dropped at the first error or when the attempt is abandoned;
//! - every reply must fit its command (354 to DATA, 2xx at the end), so that answers out of step are an error, not a success;
//! - what fails before the body is not sent; what fails after it began is unknown, unless the server itself refused;
//! - QUIT follows in the background: the mail is already the server's, and its goodbye must not change that.
//!
//! The password goes over TLS only: the setup refuses anything else, and the connection is asked again before it is used.

mod conversation;
mod refusal;
mod settings;

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use lettre::transport::smtp::{
    authentication::Credentials,
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
    response::Response,
};
use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use conversation::{Conversation, Failure, words_of};
pub use settings::{Deadlines, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError};

use super::{Delivery, Departure, Envelope, FailureClass};
use crate::mail::message::parse_address;
use crate::{letters, typed};

/// How long a goodbye may take.
const QUIT_LIMIT: Duration = Duration::from_secs(5);
/// Longest text kept of an error or a reply, in characters.
const MAX_TEXT: usize = 500;

pub struct SmtpTransport {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    deadlines: Deadlines,
}

/// The security together with what it needs.
enum Security {
    Plain,
    StartTls(Tls),
    Tls(Tls),
}

/// How a connection is encrypted, and the name that the server's certificate must carry.
struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl SmtpTransport {
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSetupError> {
        if settings.security == SmtpSecurity::Plain && settings.credentials.is_some() {
            return Err(SmtpSetupError::PasswordInTheClear);
        }
        let host_character = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
        if settings.hello_name.is_empty() || !settings.hello_name.bytes().all(host_character) {
            return Err(SmtpSetupError::HelloName);
        }
        let security = match settings.security {
            SmtpSecurity::Plain => Security::Plain,
            SmtpSecurity::StartTls => Security::StartTls(Tls::of(&settings)?),
            SmtpSecurity::Tls => Security::Tls(Tls::of(&settings)?),
        };
        Ok(Self {
            host: settings.host,
            port: settings.port,
            security,
            credentials: settings.credentials.map(|known| Credentials::new(known.user, known.password)),
            hello: ClientId::Domain(settings.hello_name),
            deadlines: settings.deadlines,
        })
    }

    pub(super) async fn deliver(&self, mail: &Envelope, departure: &Departure) -> Delivery {
        match self.reach_body(mail).await {
            Ok(connection) => {
                departure.begin();
                self.transmit(connection, &mail.bytes).await
            }
            Err(Fault { class, retry, text }) => Delivery::NotSent { retry, class, text },
        }
    }

    /// Does everything up to the server's "go ahead": whatever fails here, the server has no mail.
    async fn reach_body(&self, mail: &Envelope) -> Result<Conversation, Fault> {
        let unsendable = |error: String| Fault { class: FailureClass::Message, retry: false, text: error };
        let sender = parse_address("sender", &mail.from).map_err(|e| unsendable(e.to_string()))?;
        let recipient = parse_address("recipient", &mail.to).map_err(|e| unsendable(e.to_string()))?;
        if !is_clean(&mail.bytes) {
            return Err(unsendable("the mail is not ASCII in lines ended by CR LF".to_owned()));
        }
        let mut connection = self.open().await?;
        self.sign_in(&mut connection).await?;
        let limits = &self.deadlines;
        Phase { name: "MAIL FROM", class: FailureClass::MailFrom, limit: limits.mail_from, fitting: 200..=299 }
            .exchange(connection.command(Mail::new(Some(sender), Vec::new())))
            .await?;
        Phase { name: "RCPT TO", class: FailureClass::Recipient, limit: limits.recipient, fitting: 200..=299 }
            .exchange(connection.command(Rcpt::new(recipient, Vec::new())))
            .await?;
        Phase { name: "DATA", class: FailureClass::Data, limit: limits.data, fitting: 354..=354 }
            .exchange(connection.command(Data))
            .await?;
        Ok(connection)
    }

    async fn open(&self) -> Result<Conversation, Fault> {
        let socket = self.connect().await?;
        let limit = self.deadlines.greeting;
        let wire: Box<dyn conversation::Wire> = match &self.security {
            Security::Plain | Security::StartTls(_) => Box::new(socket),
            Security::Tls(tls) => {
                let handshake = within("TLS", limit, tls.connector.connect(tls.name.clone(), socket)).await?;
                Box::new(handshake.map_err(|error| Fault::of("TLS", FailureClass::Tls, &error.into()))?)
            }
        };
        let opening = within("greeting", limit, Conversation::open(wire, &self.hello)).await?;
        let conversation = opening.map_err(|error| Fault::of("greeting", FailureClass::Greeting, &error))?;
        let Security::StartTls(tls) = &self.security else { return Ok(conversation) };
        let upgrade = conversation.encrypt(&tls.connector, tls.name.clone(), &self.hello);
        within("STARTTLS", limit, upgrade).await?.map_err(|error| Fault::of("STARTTLS", FailureClass::Tls, &error))
    }

    /// Opens a TCP connection to the first of the server's addresses that answers, each within its own deadline.
    async fn connect(&self) -> Result<TcpStream, Fault> {
        let limit = self.deadlines.connect;
        let nobody = |text: String| Fault { class: FailureClass::Connect, retry: true, text: letters::line(&text) };
        let addresses = within("name lookup", limit, lookup_host((self.host.as_str(), self.port))).await?;
        let mut last = nobody(format!("{} has no address", self.host));
        for address in addresses.map_err(|error| nobody(format!("name lookup: {error}")))? {
            match within("connection", limit, TcpStream::connect(address)).await {
                // The end of a body travels in a small segment of its own: held back until what came before it is acknowledged,
                // it costs each mail 40 ms.
                Ok(connected) => match connected.and_then(|socket| socket.set_nodelay(true).map(|()| socket)) {
                    Ok(socket) => return Ok(socket),
                    Err(error) => last = nobody(format!("connection: {error}")),
                },
                Err(late) => last = late,
            }
        }
        Err(last)
    }

    async fn sign_in(&self, conversation: &mut Conversation) -> Result<(), Fault> {
        let Some(credentials) = &self.credentials else {
            return Ok(());
        };
        if matches!(self.security, Security::Plain) {
            let text = SmtpSetupError::PasswordInTheClear.to_string();
            return Err(Fault { class: FailureClass::Tls, retry: false, text });
        }
        Phase { name: "AUTH", class: FailureClass::Auth, limit: self.deadlines.auth, fitting: 235..=235 }
            .exchange(conversation.sign_in(credentials))
            .await
            .map(drop)
    }

    /// Sends the body and reads the answer to it, each within its own deadline.
    async fn transmit(&self, mut conversation: Conversation, bytes: &[u8]) -> Delivery {
        let body_limit = self.deadlines.body_of(bytes.len());
        match timeout(body_limit, conversation.body(bytes)).await {
            Err(_) => return unknown_for_timeout("body", body_limit),
            Ok(Err(error)) => {
                return Delivery::Unknown { class: FailureClass::Body, text: letters::line(&error.to_string()) };
            }
            Ok(Ok(())) => {}
        }
        match timeout(self.deadlines.final_reply, conversation.reply()).await {
            Err(_) => unknown_for_timeout("final reply", self.deadlines.final_reply),
            Ok(answer) => {
                let outcome = judge(answer);
                if matches!(outcome, Delivery::Sent { .. }) {
                    tokio::spawn(async move { timeout(QUIT_LIMIT, conversation.quit()).await });
                }
                outcome
            }
        }
    }
}

impl Tls {
    fn of(settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        let name = ServerName::try_from(settings.host.clone()).map_err(|_| SmtpSetupError::ServerName)?;
        let authorities: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&settings.extra_roots)
            .collect::<Result<_, _>>()
            .map_err(|error| SmtpSetupError::Authority(error.to_string()))?;
        let provider = Arc::new(ring::default_provider());
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }
}

/// Decides what the answer to the body means. Only a refusal by the server itself makes sure that it does not have the mail.
fn judge(answer: Result<Response, Failure>) -> Delivery {
    let class = FailureClass::FinalReply;
    match answer {
        Ok(reply) if (200..=299).contains(&u16::from(reply.code())) => Delivery::Sent { reply: cut(&words_of(&reply)) },
        Ok(reply) => Delivery::Unknown { class, text: cut(&format!("unexpected answer: {}", words_of(&reply))) },
        Err(error @ Failure::Refused(_)) => {
            let Fault { class, retry, text } = Fault::of("final reply", class, &error);
            Delivery::NotSent { retry, class, text }
        }
        Err(error) => Delivery::Unknown { class, text: cut(&error.to_string()) },
    }
}

fn unknown_for_timeout(phase: &str, limit: Duration) -> Delivery {
    let Fault { class, text, .. } = Fault::timeout(phase, limit);
    Delivery::Unknown { class, text }
}

/// One command and its answer.
struct Phase {
    name: &'static str,
    class: FailureClass,
    limit: Duration,
    /// Replies that fit the command. Any other positive one is an answer to something else.
    fitting: RangeInclusive<u16>,
}

impl Phase {
    async fn exchange(self, exchange: impl Future<Output = Result<Response, Failure>>) -> Result<Response, Fault> {
        let answer = within(self.name, self.limit, exchange).await?;
        let reply = answer.map_err(|error| Fault::of(self.name, class_of_refusal(self.class, &error), &error))?;
        if self.fitting.contains(&u16::from(reply.code())) {
            return Ok(reply);
        }
        let text = cut(&format!("{}: unexpected answer: {}", self.name, words_of(&reply)));
        Err(Fault { class: self.class, retry: true, text })
    }
}

/// Why the body was never reached.
struct Fault {
    class: FailureClass,
    retry: bool,
    text: String,
}

impl Fault {
    /// A 5xx about the mail or its recipient will say the same tomorrow; everything else may pass.
    fn of(phase: &str, class: FailureClass, error: &Failure) -> Self {
        // A refused greeting, encryption, password or sender, or a relay that does not relay for us, concerns the relay and not the
        // mail, whose sender is ours alike for all: an expired password or a forgotten permission must not bury the queue.
        let about_the_mail = !matches!(
            class,
            FailureClass::Greeting
                | FailureClass::Tls
                | FailureClass::Auth
                | FailureClass::MailFrom
                | FailureClass::Policy
        );
        let for_good = about_the_mail && error.permanent_code().is_some();
        Self { class, retry: !for_good, text: cut(&format!("{phase}: {error}")) }
    }

    fn timeout(phase: &str, limit: Duration) -> Self {
        Self { class: FailureClass::Timeout, retry: true, text: format!("{phase}: no answer within {limit:?}") }
    }
}

async fn within<T>(phase: &str, limit: Duration, work: impl Future<Output = T>) -> Result<T, Fault> {
    timeout(limit, work).await.map_err(|_| Fault::timeout(phase, limit))
}

/// A recipient refused for good is a hard bounce only where the refusal is about the recipient.
fn class_of_refusal(class: FailureClass, error: &Failure) -> FailureClass {
    match (class, error, error.permanent_code()) {
        (FailureClass::Recipient, Failure::Refused(reply), Some(code))
            if !refusal::is_about_recipient(code, &words_of(reply)) =>
        {
            FailureClass::Policy
        }
        _ => class,
    }
}

/// ASCII, and neither CR nor LF alone: servers disagree on a bare one, and through that gap a second mail can be smuggled
/// (CVE-2023-51764 and its kin).
fn is_clean(bytes: &[u8]) -> bool {
    let paired = |(at, byte): (usize, &u8)| match byte {
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        b'\n' => at > 0 && bytes[at - 1] == b'\r',
        other => other.is_ascii() && *other != 0,
    };
    bytes.iter().enumerate().all(paired)
}

/// Cuts the words of a server to what a database column and a page hold.
fn cut(text: &str) -> String {
    typed::cut(text, MAX_TEXT)
}
