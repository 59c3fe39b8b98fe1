//! Mail: built purely, promised in a transaction, sent by a dispatcher.
//!
//! The stages of a mail, and the type of each:
//! 1. *draft*: a use case says the words, the reader and the facts ([`outbox::Draft`], its words in a [`content::MailContent`]).
//! 2. *built*: the final bytes and the Message-ID ([`message::Built`]).
//! 3. *promised*: [`outbox::promise`] writes a row in the transaction of the change ([`outbox::withdraw::Promised`]). Every attempt
//!    sends the same bytes, so a twin can be recognised.
//! 4. *claimed*: after the commit the [`dispatcher`] takes the row under a lease ([`outbox::lease::Claimed`]), looks at its facts once
//!    more ([`kind::Facts`]) and hands it to the [`transport`].
//! 5. *sent* (the relay has it), *not sent* (it certainly has not) or *unknown* (the connection broke when it might have had it).
//!
//! Invariants: no promised mail is lost, because a row only ends as sent, cancelled, expired or dead, and each is visible; no stale
//! mail is sent, because expired mails are never sent and every mail is looked at once more before it leaves; the farewell is
//! the last mail to an address; one recipient per mail; no address in a log line.
//!
//! This module names no slice. Slices declare their kinds of mail ([`kind::MailKind`]); `src/kinds_of_mail.rs` lists them.

mod bounce;

pub mod address;
pub mod content;
pub mod dispatcher;
pub mod hooks;
pub mod kind;
pub mod message;
pub mod outbox;
pub mod transport;

pub use address::is_address;

use crate::config::{Config, MailSecurity, TransportKind};
use transport::{
    Deadlines, FileTransport, MemoryTransport, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError,
    SmtpTransport, Transport,
};

/// Reason why no transport can be made of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("mail.folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("mail: {0}")]
    Smtp(#[from] SmtpSetupError),
}

/// Returns the transport that the configuration names.
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
