//! One mail over SMTP: our own conversation on lettre's connection.
//!
//! Why not lettre's ready-made transport: its timeout covers the TCP connect only, so a server that falls silent later holds a worker
//! for ever; and a deadline put round its pooled `send` hands the half-used connection to the next mail, which then reads the late
//! answer to this one and may report a success that never was. Here
//!
//! - every phase has its own deadline (RFC 5321 §4.5.3.2);
//! - a connection serves one mail, and is dropped at the first error or when the attempt is abandoned;
//! - every reply must fit its command (354 to DATA, 2xx at the end), so that answers out of step are an error, not a success;
//! - what fails before the body is not sent; what fails after it began is unknown, unless the server itself refused;
//! - QUIT follows in the background: the mail is already the server's, and its goodbye must not change that.
//!
//! The password goes over TLS only: the setup refuses anything else, and the connection is asked again before it is used.

mod line_by_line;
mod refusal;
mod settings;

use std::{error::Error as _, io, iter, ops::RangeInclusive, pin::pin, time::Duration};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
    response::Response,
};
use tokio::{net::TcpStream, sync::Notify, time::timeout};

use line_by_line::LineByLine;
pub use settings::{Deadlines, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError};

use super::{Delivery, Envelope, FailureClass};
use crate::mail::message::parse_address;

/// How long a goodbye may take.
const QUIT_LIMIT: Duration = Duration::from_secs(5);
/// Bytes of the body handed to the socket at once.
const CHUNK: usize = 64 * 1024;
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
    StartTls(TlsParameters),
    Tls(TlsParameters),
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
            SmtpSecurity::StartTls => Security::StartTls(tls_parameters(&settings)?),
            SmtpSecurity::Tls => Security::Tls(tls_parameters(&settings)?),
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

    pub(super) async fn deliver(&self, mail: &Envelope) -> Delivery {
        match self.reach_body(mail).await {
            Ok(connection) => self.transmit(connection, &mail.bytes).await,
            Err(Fault { class, retry, text }) => Delivery::NotSent { retry, class, text },
        }
    }

    /// Everything up to the server's "go ahead": whatever fails here, the server has no mail.
    async fn reach_body(&self, mail: &Envelope) -> Result<AsyncSmtpConnection, Fault> {
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

    async fn open(&self) -> Result<AsyncSmtpConnection, Fault> {
        match &self.security {
            Security::Plain => self.open_unencrypted().await,
            Security::StartTls(tls) => {
                let mut connection = self.open_unencrypted().await?;
                let upgrade = connection.starttls(tls.clone(), &self.hello);
                let upgraded = within("STARTTLS", self.deadlines.greeting, upgrade).await?;
                // Retried even after a 5xx, or if STARTTLS is not offered: that concerns the server, not the mail.
                upgraded.map_err(|error| Fault { retry: true, ..Fault::of("STARTTLS", FailureClass::Tls, &error) })?;
                Ok(connection)
            }
            Security::Tls(tls) => {
                let Deadlines { connect, greeting, .. } = self.deadlines;
                let server = (self.host.as_str(), self.port);
                let connecting =
                    AsyncSmtpConnection::connect_tokio1(server, Some(connect), &self.hello, Some(tls.clone()), None);
                within("TLS greeting", connect.saturating_add(greeting), connecting)
                    .await?
                    .map_err(|error| Fault::of("TLS greeting", class_of_tls_greeting(&error), &error))
            }
        }
    }

    async fn open_unencrypted(&self) -> Result<AsyncSmtpConnection, Fault> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let connected = within("connection", self.deadlines.connect, connecting).await?;
        // The end of a body travels in a small segment of its own: held back until what came before it is acknowledged, it
        // costs each mail 40 ms.
        let socket = connected.and_then(|socket| socket.set_nodelay(true).map(|()| socket)).map_err(|error| Fault {
            class: FailureClass::Connect,
            retry: true,
            text: tidy(&format!("connection: {error}")),
        })?;
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(LineByLine(socket)), &self.hello);
        within("greeting", self.deadlines.greeting, greeting)
            .await?
            .map_err(|error| Fault::of("greeting", FailureClass::Greeting, &error))
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Fault> {
        let Some(credentials) = &self.credentials else {
            return Ok(());
        };
        if !connection.is_encrypted() {
            let text = SmtpSetupError::PasswordInTheClear.to_string();
            return Err(Fault { class: FailureClass::Tls, retry: false, text });
        }
        Phase { name: "AUTH", class: FailureClass::Auth, limit: self.deadlines.auth, fitting: 235..=235 }
            .exchange(connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials))
            .await
            .map(drop)
    }

    /// The body and the answer to it, each within its own deadline.
    async fn transmit(&self, mut connection: AsyncSmtpConnection, bytes: &[u8]) -> Delivery {
        // lettre ends the last line itself; with ours kept, the server would receive an empty line more than was stored.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let body_limit = self.deadlines.body_of(bytes.len());
        let written = Notify::new();
        // The iterator is asked for its last, empty piece when all others are in the socket: there the body's deadline ends.
        let last_piece = iter::once_with(|| {
            written.notify_one();
            &[][..]
        });
        let outcome = {
            let mut sending = pin!(connection.message_iter(bytes.chunks(CHUNK).chain(last_piece)));
            let body = async {
                tokio::select! {
                    biased;
                    early = &mut sending => Some(early),
                    () = written.notified() => None,
                }
            };
            match timeout(body_limit, body).await {
                Err(_) => unknown_for_timeout("body", body_limit),
                Ok(Some(early)) => judge(early, FailureClass::Body),
                Ok(None) => match timeout(self.deadlines.final_reply, sending).await {
                    Err(_) => unknown_for_timeout("final reply", self.deadlines.final_reply),
                    Ok(reply) => judge(reply, FailureClass::FinalReply),
                },
            }
        };
        if matches!(outcome, Delivery::Sent { .. }) {
            tokio::spawn(async move { timeout(QUIT_LIMIT, connection.quit()).await.map(drop) });
        }
        outcome
    }
}

/// What the answer to the body means. Only a refusal by the server itself makes sure that it does not have the mail.
fn judge(answer: Result<Response, SmtpError>, class: FailureClass) -> Delivery {
    match answer {
        Ok(reply) if (200..=299).contains(&u16::from(reply.code())) => {
            Delivery::Sent { reply: tidy(&words_of(&reply)) }
        }
        Ok(reply) => Delivery::Unknown { class, text: tidy(&format!("unexpected answer: {}", words_of(&reply))) },
        Err(error) if error.status().is_some() => {
            let Fault { class, retry, text } = Fault::of("final reply", FailureClass::FinalReply, &error);
            Delivery::NotSent { retry, class, text }
        }
        Err(error) => Delivery::Unknown { class, text: tidy(&error.to_string()) },
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
    async fn exchange(self, exchange: impl Future<Output = Result<Response, SmtpError>>) -> Result<Response, Fault> {
        let answer = within(self.name, self.limit, exchange).await?;
        let reply = answer.map_err(|error| Fault::of(self.name, class_of_refusal(self.class, &error), &error))?;
        if self.fitting.contains(&u16::from(reply.code())) {
            return Ok(reply);
        }
        let text = tidy(&format!("{}: unexpected answer: {}", self.name, words_of(&reply)));
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
    /// A 5xx about the mail or its recipient, or a server that lacks what they need, will say the same tomorrow; everything else
    /// may pass.
    fn of(phase: &str, class: FailureClass, error: &SmtpError) -> Self {
        // A refused greeting, password or sender, or a relay that does not relay for us, concerns the relay and not the mail,
        // whose sender is ours alike for all: an expired password or a forgotten permission must not bury the queue.
        let about_the_mail = !matches!(
            class,
            FailureClass::Greeting | FailureClass::Auth | FailureClass::MailFrom | FailureClass::Policy
        );
        let for_good = about_the_mail && (error.is_permanent() || error.is_client());
        Self { class, retry: !for_good, text: tidy(&format!("{phase}: {error}")) }
    }

    fn timeout(phase: &str, limit: Duration) -> Self {
        Self { class: FailureClass::Timeout, retry: true, text: format!("{phase}: no answer within {limit:?}") }
    }
}

async fn within<T>(phase: &str, limit: Duration, work: impl Future<Output = T>) -> Result<T, Fault> {
    timeout(limit, work).await.map_err(|_| Fault::timeout(phase, limit))
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, SmtpSetupError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if !settings.extra_roots.is_empty() {
        let authority = Certificate::from_pem(&settings.extra_roots).map_err(SmtpSetupError::Tls)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(SmtpSetupError::Tls)
}

/// A recipient refused for good is a hard bounce only where the refusal is about the recipient.
fn class_of_refusal(class: FailureClass, error: &SmtpError) -> FailureClass {
    let Some(code) = error.status().filter(|_| class == FailureClass::Recipient && error.is_permanent()) else {
        return class;
    };
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    if refusal::is_about_recipient(code.into(), &words) { class } else { FailureClass::Policy }
}

/// lettre opens, shakes hands and reads the banner in one call; the error tells which of them failed.
fn class_of_tls_greeting(error: &SmtpError) -> FailureClass {
    let is_tls = iter::successors(error.source(), |cause| (*cause).source())
        .filter_map(|cause| cause.downcast_ref::<io::Error>()?.get_ref())
        .any(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
    if is_tls {
        FailureClass::Tls
    } else if error.is_response() || error.status().is_some() {
        FailureClass::Greeting
    } else {
        FailureClass::Connect
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

fn words_of(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    format!("{} {}", reply.code(), lines.join(" "))
}

/// A server's words, fit for a database column and a page.
fn tidy(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}
