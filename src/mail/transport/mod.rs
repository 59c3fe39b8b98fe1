//! Delivery of one mail, with a truthful outcome.
//!
//! There are three outcomes, not two. From the first byte of the body until the server's final answer is read, the
//! client cannot know whether the server has accepted the mail (RFC 1047 names this gap as a main cause of duplicates).
//! Such a mail is [`Delivery::Unknown`]: it is sent again later with the same bytes and Message-ID, and counted.
//!
//! "Sent" means accepted by our relay. It does not mean that a person has read it.

mod file;
mod memory;
mod smtp;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use file::FileTransport;
pub use memory::MemoryTransport;
pub use smtp::{Deadlines, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpSetupError, SmtpTransport};

/// One mail as the outbox stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub from: String,
    pub to: String,
    /// Without angle brackets.
    pub message_id: String,
    /// ASCII, lines ended by CR LF.
    pub bytes: Vec<u8>,
}

/// Outcome of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The relay has answered that it accepts the mail.
    Sent { reply: String },
    /// The relay certainly does not have the mail. `retry` tells whether another attempt can help.
    NotSent { retry: bool, class: FailureClass, text: String },
    /// The relay may or may not have the mail.
    Unknown { class: FailureClass, text: String },
}

/// Whether the body of a mail has begun to travel. Before that, an abandoned attempt has certainly sent nothing. Clones
/// share the flag.
#[derive(Clone, Debug, Default)]
pub struct Departure(Arc<AtomicBool>);

impl Departure {
    /// Returns whether the relay may have the mail.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Phase in which an attempt failed, for the database, counters and rules. The accompanying `text` is for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// Name lookup or TCP.
    Connect,
    /// Handshake, certificate, or STARTTLS not offered.
    Tls,
    /// The server's banner or its answer to EHLO.
    Greeting,
    Auth,
    MailFrom,
    /// Permanent refusal of the recipient: a hard bounce.
    Recipient,
    /// Refusal of the recipient for another reason: the relay does not relay for us, refuses the sender, or has no
    /// room.
    Policy,
    /// The DATA command, before the body.
    Data,
    /// During the body.
    Body,
    /// After the body's final dot.
    FinalReply,
    /// A phase without an answer within its deadline; the text names the phase.
    Timeout,
    /// The mail itself cannot be sent by this transport.
    Message,
    /// The directory of the file transport.
    Storage,
}

impl FailureClass {
    /// Returns the name in the database, which must never change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Auth => "auth",
            Self::MailFrom => "mail_from",
            Self::Recipient => "recipient",
            Self::Policy => "policy",
            Self::Data => "data",
            Self::Body => "body",
            Self::FinalReply => "final_reply",
            Self::Timeout => "timeout",
            Self::Message => "message",
            Self::Storage => "storage",
        }
    }
}

/// The transport of the configuration, one per process.
#[expect(clippy::large_enum_variant, reason = "one value per process: a box would save nothing")]
pub enum Transport {
    Smtp(SmtpTransport),
    File(FileTransport),
    Memory(MemoryTransport),
}

impl Transport {
    /// Makes one attempt. It ends within the transport's own deadlines; dropping the future abandons it.
    pub async fn deliver(&self, mail: &Envelope) -> Delivery {
        self.deliver_noting(mail, &Departure::default()).await
    }

    /// Like [`Transport::deliver`], and sets `departure` when the body begins to travel, so that the caller who
    /// abandons the attempt knows whether its outcome is unknown.
    pub async fn deliver_noting(&self, mail: &Envelope, departure: &Departure) -> Delivery {
        match self {
            Self::Smtp(transport) => transport.deliver(mail, departure).await,
            Self::File(transport) => {
                departure.begin();
                transport.deliver(mail).await
            }
            Self::Memory(transport) => {
                departure.begin();
                transport.deliver(mail)
            }
        }
    }
}
