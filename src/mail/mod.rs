//! Mail: built purely, promised in a transaction, sent by a dispatcher.
//!
//! The stages of a mail, and the type of each:
//! 1. *Draft*: a use case states content, reader and facts ([`outbox::Draft`], with a [`content::MailContent`]).
//! 2. *Built*: the final bytes and the Message-ID ([`message::Built`]).
//! 3. *Promised*: [`outbox::promise()`] writes a row in the transaction of the change ([`outbox::withdraw::Promised`]).
//!    Every attempt sends the same bytes, so a duplicate can be recognised.
//! 4. *Claimed*: after the commit the [`dispatcher`] leases the row ([`outbox::lease::Claimed`]), checks its facts once
//!    more ([`kind::Facts`]) and hands it to the [`transport`].
//! 5. Outcome: sent (the relay has it), not sent (the relay certainly does not have it), unknown (the connection broke
//!    when it might have had it).
//!
//! Invariants:
//! - No promised mail is lost: a row ends only as sent, cancelled, expired or dead, all of them visible.
//! - No outdated mail is sent: expired mails are never sent, and every mail is checked once more before it leaves.
//! - The farewell is the last mail to an address.
//! - A mail has one recipient.
//! - Addresses are never logged.
//!
//! This module names no slice. Slices declare their kinds of mail ([`kind::MailKind`]); `src/kinds_of_mail.rs` lists
//! them and answers the questions of the dispatcher ([`hooks::Hooks`]).

mod bounce;

pub mod address;
pub mod content;
pub mod dispatcher;
pub mod hooks;
pub mod kind;
pub mod message;
pub mod outbox;
pub mod policy;
pub mod transport;

pub use address::is_address;

use crate::config::{Config, MailSecurity, TransportKind};
use transport::{
    Deadlines, FileTransport, MemoryTransport, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError,
    SmtpTransport, Transport,
};

/// Reasons why mails cannot be sent with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    #[error("mail.folder: {0}")]
    Folder(#[from] std::io::Error),
    #[error("mail: {0}")]
    Smtp(#[from] SmtpSetupError),
}

/// Returns the transport of the configuration.
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
