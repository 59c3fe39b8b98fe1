//! One mail over SMTP: our own conversation, with the commands and replies of lettre.
//!
//! lettre's ready-made transport is not used, because its timeout covers the TCP connect only, so that a silent server
//! blocks a worker for ever, and because a deadline around its pooled `send` returns the half-used connection to the
//! pool: the next mail then reads the late answer to this one and may report a false success. [`conversation`] explains
//! why its single connection is not used either. Here
//!
//! - every phase has its own deadline (RFC 5321 §4.5.3.2);
//! - a connection serves one mail, and is dropped at the first error or when the attempt is abandoned;
//! - every reply must fit its command (354 to DATA, 2xx at the end), so that an answer out of step is an error and not
//!   a success;
//! - a failure before the body means not sent; after its start it means unknown, unless the server itself refused;
//! - QUIT follows in the background, because the mail is already the server's and QUIT must not change that.
//!
//! The password is sent over TLS only: the setup refuses anything else, and the connection is checked again before use.

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

/// Longest time for QUIT; after it the connection is dropped.
const QUIT_LIMIT: Duration = Duration::from_secs(5);
/// Longest text kept of an error or a reply, in characters; a longer one is cut.
const MAX_TEXT: usize = 500;

pub struct SmtpTransport {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    deadlines: Deadlines,
}

/// Kind of encryption with its data.
enum Security {
    Plain,
    StartTls(Tls),
    Tls(Tls),
}

/// Encryption of a connection, with the name that the server's certificate must have.
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

    /// Does everything up to the server's "go ahead". After a failure here the server has no mail.
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
                // Without this, the small last segment of a body waits until the segments before it are acknowledged,
                // which costs 40 ms per mail.
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

/// Interprets the answer to the body. Only a refusal by the server itself proves that it does not have the mail.
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

/// One command with its answer.
struct Phase {
    name: &'static str,
    class: FailureClass,
    limit: Duration,
    /// Replies that fit the command. Any other positive reply answers something else.
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

/// Failure before the body.
struct Fault {
    class: FailureClass,
    retry: bool,
    text: String,
}

impl Fault {
    /// Builds the fault. A 5xx about the mail or its recipient is permanent; all others may pass.
    fn of(phase: &str, class: FailureClass, error: &Failure) -> Self {
        // A refused greeting, encryption, password or sender, and a relay that does not relay for us, concern the relay
        // and not the mail. An expired password must not turn the whole queue *dead*.
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

/// Returns the class of a refused recipient: a hard bounce only if the refusal is about the recipient.
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

/// Returns whether the bytes are ASCII without a bare CR or LF. Servers treat a bare one differently, which allows
/// smuggling a second mail (CVE-2023-51764 and related ones).
fn is_clean(bytes: &[u8]) -> bool {
    let paired = |(at, byte): (usize, &u8)| match byte {
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        b'\n' => at > 0 && bytes[at - 1] == b'\r',
        other => other.is_ascii() && *other != 0,
    };
    bytes.iter().enumerate().all(paired)
}

/// Cuts the text of a server to the length of the column.
fn cut(text: &str) -> String {
    typed::cut(text, MAX_TEXT)
}
