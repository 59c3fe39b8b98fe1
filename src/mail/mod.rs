//! Mail: built purely, promised in a transaction, sent by a dispatcher.
//!
//! A mail is a consequence in the database before it is a message on the wire. A use case calls [`outbox::enqueue`] in its
//! own transaction; the row holds the final bytes and the Message-ID, so that whatever happens later, every attempt sends
//! the same message and a twin can be recognised. After the commit the [`dispatcher`] takes the row under a lease, hands it to
//! the [`transport`], and writes down which of three things came of it: sent (our relay has it), not sent (it certainly has not),
//! unknown (the connection broke when it might have had it).
//!
//! Invariants: nothing promised is lost, for a row is only left as sent, cancelled, expired or dead, each visible; nothing
//! stale is sent, for a mail with an end is never begun after it and every mail is looked at once more before it leaves
//! ([`still_true`]); the farewell is the last mail to an address; one recipient per mail; no address ever in a log line.
//!
//! [`content`] is what a slice says; [`message`] makes the bytes.

mod bounce;

pub mod address;
pub mod content;
pub mod dispatcher;
pub mod message;
pub mod outbox;
pub mod policy;
pub mod still_true;
pub mod transport;

pub use address::is_address;

use crate::config::{Config, MailSecurity, TransportKind};
use transport::{
    Deadlines, FileTransport, MemoryTransport, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError,
    SmtpTransport, Transport,
};

/// Why there is no way out for mails.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("mail.folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("mail: {0}")]
    Smtp(#[from] SmtpSetupError),
}

/// The way out that the configuration chose.
pub fn transport_of(config: &Config) -> Result<Transport, TransportError> {
    let mail = &config.mail;
    Ok(match mail.transport {
        TransportKind::File => Transport::File(FileTransport::new(&mail.folder)?),
        TransportKind::Memory => Transport::Memory(MemoryTransport::new()),
        TransportKind::Smtp => Transport::Smtp(SmtpTransport::new(SmtpSettings {
            host: mail.host.clone(),
            port: mail.port,
            security: match mail.security {
                MailSecurity::Plain => SmtpSecurity::Plain,
                MailSecurity::Starttls => SmtpSecurity::StartTls,
                MailSecurity::Tls => SmtpSecurity::Tls,
            },
            credentials: (!mail.username.is_empty())
                .then(|| SmtpCredentials::new(&mail.username, mail.password.reveal())),
            hello_name: mail.id_domain.clone(),
            extra_roots: Vec::new(),
            deadlines: Deadlines::default(),
        })?),
    })
}
