//! Commands and replies, one line at a time, on a connection that may become encrypted.
//!
//! lettre's connection is not used for two reasons. It reads replies as UTF-8, so that a refusal in Latin-1 is an I/O
//! error and not a refusal. And it keeps read-ahead data when STARTTLS encrypts the connection, so that answers
//! appended in clear by an attacker count as the server's (CVE-2021-38371 and related ones). Its commands, its parser
//! of replies and its AUTH are used.
//!
//! Replies are cleaned as they are read: invalid UTF-8 is replaced, controls and invisible characters are removed,
//! lines and replies have a limit. Nothing here has a deadline; the caller sets one for each phase.

use crate::letters;
use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    commands::{Auth, Ehlo, Quit, Starttls},
    extension::{ClientId, Extension, ServerInfo},
    response::Response,
};
use std::fmt::Display;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// Longest line of a reply, in bytes; a longer one is an error. RFC 5321 §4.5.3.1.5 allows 512.
const MAX_LINE: u64 = 4096;
/// Longest reply, in bytes of all its lines; a longer one is an error.
const MAX_REPLY: usize = 64 * 1024;
/// Most challenges of one AUTH; more are an error. LOGIN has two.
const MAX_CHALLENGES: usize = 4;

/// A connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Reasons why a command has no positive reply.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The server refuses, for now (4xx) or for good (5xx).
    #[error("{}", words_of(.0))]
    Refused(Response),
    #[error("not an answer of SMTP: {0}")]
    Garbled(String),
    #[error("the server does not offer {0}")]
    NotOffered(&'static str),
    #[error("{0}")]
    Broken(#[from] io::Error),
}

impl From<SmtpError> for Failure {
    fn from(error: SmtpError) -> Self {
        Self::Garbled(error.to_string())
    }
}

impl Failure {
    /// Returns the code of a permanent refusal.
    pub fn permanent_code(&self) -> Option<u16> {
        match self {
            Self::Refused(reply) => Some(reply.code().into()).filter(|code| *code >= 500),
            _ => None,
        }
    }
}

pub(super) struct Conversation {
    wire: BufReader<Box<dyn Wire>>,
    server: ServerInfo,
}

impl Conversation {
    /// Reads the greeting and sends EHLO.
    pub async fn open(wire: impl Wire + 'static, hello: &ClientId) -> Result<Self, Failure> {
        let mut conversation = Self { wire: BufReader::new(Box::new(wire)), server: ServerInfo::default() };
        conversation.reply().await?;
        conversation.introduce(hello).await?;
        Ok(conversation)
    }

    /// Encrypts the connection (STARTTLS) and sends EHLO again, because earlier statements of the server do not count
    /// (RFC 3207 §4.2).
    pub async fn encrypt(
        mut self,
        tls: &TlsConnector,
        name: ServerName<'static>,
        hello: &ClientId,
    ) -> Result<Self, Failure> {
        if !self.server.supports_feature(Extension::StartTls) {
            return Err(Failure::NotOffered("STARTTLS"));
        }
        self.command(Starttls).await?;
        if !self.wire.buffer().is_empty() {
            return Err(Failure::Garbled("somebody spoke between STARTTLS and the encryption".to_owned()));
        }
        let encrypted = tls.connect(name, self.wire.into_inner()).await?;
        let mut conversation = Self { wire: BufReader::new(Box::new(encrypted)), server: ServerInfo::default() };
        conversation.introduce(hello).await?;
        Ok(conversation)
    }

    /// Authenticates with the first supported mechanism that the server offers. The caller makes sure that the
    /// connection is encrypted.
    pub async fn sign_in(&mut self, credentials: &Credentials) -> Result<Response, Failure> {
        let mechanism = self.server.get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login]);
        let mechanism = mechanism.ok_or(Failure::NotOffered("AUTH PLAIN or AUTH LOGIN"))?;
        let mut reply = self.command(Auth::new(mechanism, credentials.clone(), None)?).await?;
        for _ in 0..MAX_CHALLENGES {
            if !reply.has_code(334) {
                break;
            }
            reply = self.command(Auth::new_from_response(mechanism, credentials.clone(), &reply)?).await?;
        }
        Ok(reply)
    }

    /// Sends a command and reads its reply.
    pub async fn command(&mut self, command: impl Display) -> Result<Response, Failure> {
        self.write(command.to_string().as_bytes()).await?;
        self.reply().await
    }

    /// Writes the body and its final dot. Lines that begin with a dot get another (RFC 5321 §4.5.2); `bytes` are lines
    /// ended by CR LF, of which the last may lack its end.
    pub async fn body(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut stuffed = Vec::with_capacity(bytes.len() + bytes.len() / 50 + 5);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        if !stuffed.ends_with(b"\r\n") {
            stuffed.extend_from_slice(b"\r\n");
        }
        stuffed.extend_from_slice(b".\r\n");
        self.write(&stuffed).await
    }

    /// Sends QUIT; the answer is ignored.
    pub async fn quit(mut self) {
        drop(self.command(Quit).await);
    }

    /// Reads one reply of one or more lines.
    pub async fn reply(&mut self) -> Result<Response, Failure> {
        let mut text = String::new();
        loop {
            let line = self.line().await?;
            let goes_on = line.as_bytes().get(3) == Some(&b'-');
            text += &line;
            // A code alone is a valid reply (RFC 5321 §4.2), but lettre does not parse it.
            text += if line.len() == 3 { " \r\n" } else { "\r\n" };
            if !goes_on {
                break;
            }
            if text.len() > MAX_REPLY {
                return Err(Failure::Garbled("a reply without an end".to_owned()));
            }
        }
        let reply: Response = text.parse().map_err(|_| Failure::Garbled(text.trim_end().to_owned()))?;
        if reply.is_positive() { Ok(reply) } else { Err(Failure::Refused(reply)) }
    }

    async fn introduce(&mut self, hello: &ClientId) -> Result<(), Failure> {
        let reply = self.command(Ehlo::new(hello.clone())).await?;
        self.server = ServerInfo::from_response(&reply)?;
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.write_all(bytes).await?;
        self.wire.flush().await
    }

    async fn line(&mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        (&mut self.wire).take(MAX_LINE).read_until(b'\n', &mut bytes).await?;
        if bytes.ends_with(b"\n") {
            return Ok(letters::line_of(&bytes));
        }
        if bytes.is_empty() || (bytes.len() as u64) < MAX_LINE {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Err(Failure::Garbled("a line without an end".to_owned()))
    }
}

/// Returns the code and the text of a reply in one line.
pub(super) fn words_of(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    format!("{} {}", reply.code(), lines.join(" "))
}
