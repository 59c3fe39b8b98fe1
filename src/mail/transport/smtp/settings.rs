//! Settings of the SMTP transport: server, security, credentials, deadlines.

use std::{fmt, time::Duration};

/// Longest time for each phase; beyond it the attempt fails.
#[derive(Debug, Clone)]
pub struct Deadlines {
    /// Name lookup and TCP.
    pub connect: Duration,
    /// Banner, EHLO and TLS.
    pub greeting: Duration,
    pub auth: Duration,
    pub mail_from: Duration,
    pub recipient: Duration,
    /// The answer to the DATA command.
    pub data: Duration,
    /// Writing the body; `body_per_10_kib` is added for its size.
    pub body: Duration,
    pub body_per_10_kib: Duration,
    /// The answer to the final dot. It is long because the server may scan and store before it answers, and a missed
    /// answer causes a duplicate.
    pub final_reply: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            greeting: Duration::from_secs(30),
            auth: Duration::from_secs(30),
            mail_from: Duration::from_mins(1),
            recipient: Duration::from_mins(1),
            data: Duration::from_mins(1),
            body: Duration::from_mins(1),
            body_per_10_kib: Duration::from_secs(1),
            final_reply: Duration::from_mins(10),
        }
    }
}

impl Deadlines {
    /// Makes the same limit for every phase and every size.
    pub fn uniform(limit: Duration) -> Self {
        Self {
            connect: limit,
            greeting: limit,
            auth: limit,
            mail_from: limit,
            recipient: limit,
            data: limit,
            body: limit,
            body_per_10_kib: Duration::ZERO,
            final_reply: limit,
        }
    }

    pub(super) fn body_of(&self, bytes: usize) -> Duration {
        let tens_of_kib = u32::try_from(bytes / 10_240).unwrap_or(u32::MAX);
        self.body.saturating_add(self.body_per_10_kib.saturating_mul(tens_of_kib))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// For a relay on the loopback only; the configuration check refuses it elsewhere.
    Plain,
    /// Encryption is required; without it no mail is sent.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

#[derive(Clone)]
pub struct SmtpCredentials {
    pub(super) user: String,
    pub(super) password: String,
}

impl SmtpCredentials {
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpCredentials(masked)")
    }
}

#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Host name, which the certificate must contain too.
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    pub credentials: Option<SmtpCredentials>,
    /// Name sent in EHLO.
    pub hello_name: String,
    /// PEM certificates of a further trusted authority, for a relay with a private one.
    pub extra_roots: Vec<u8>,
    pub deadlines: Deadlines,
}

/// Reasons why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    #[error("a password is never sent over an unencrypted connection: set the security to starttls or tls")]
    PasswordInTheClear,
    #[error("the name for EHLO must be a host name")]
    HelloName,
    #[error("the host of the relay is no name that a certificate can carry")]
    ServerName,
    #[error("the certificate of the authority cannot be read: {0}")]
    Authority(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}
