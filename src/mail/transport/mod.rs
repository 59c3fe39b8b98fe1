//! Handing one mail over, and saying honestly what became of it.
//!
//! There are three outcomes, not two. From the moment the body begins to travel until the server's final answer is read, nobody on
//! our side can know whether the server has taken the mail (RFC 1047 names that gap as a main cause of duplicates). Such a mail is
//! [`Delivery::Unknown`]: it is sent again later with the same bytes and Message-ID, and counted.
//!
//! "Sent" means accepted by our relay. Whether a person has it, only that person can say.

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

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The relay has answered that it took the mail.
    Sent { reply: String },
    /// The relay certainly does not have the mail. `retry` says whether trying again can help.
    NotSent { retry: bool, class: FailureClass, text: String },
    /// The relay may or may not have the mail.
    Unknown { class: FailureClass, text: String },
}

/// Whether the body of a mail has begun to travel: until then an attempt that is let go has certainly sent nothing. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Departure(Arc<AtomicBool>);

impl Departure {
    /// Whether the relay may have the mail.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Where an attempt failed. `text` next to it is for operators; this is for the database, counters and rules.
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
    /// Refused for good, this is a hard bounce.
    Recipient,
    /// The recipient was refused for a reason that is not about the recipient: our relay does not relay for us, does not
    /// like the sender, has no room.
    Policy,
    /// The DATA command, before the body.
    Data,
    /// While the body travelled.
    Body,
    /// After the body's final dot.
    FinalReply,
    /// A phase had no answer within its deadline; the text names the phase.
    Timeout,
    /// The mail itself cannot be sent by this transport.
    Message,
    /// The directory of the file transport.
    Storage,
}

impl FailureClass {
    /// The name in the database; never changed once released.
    pub fn as_str(self) -> &'static str {
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

/// The way out that the configuration chose. There is one per process.
#[expect(clippy::large_enum_variant, reason = "one value per process: a box would save nothing")]
pub enum Transport {
    Smtp(SmtpTransport),
    File(FileTransport),
    Memory(MemoryTransport),
}

impl Transport {
    /// Makes one attempt. Ends within the transport's own deadlines; dropping the future abandons the attempt.
    pub async fn deliver(&self, mail: &Envelope) -> Delivery {
        self.deliver_noting(mail, &Departure::default()).await
    }

    /// Makes one attempt, as [`Transport::deliver`], and notes when the body begins to travel, so that whoever abandons the attempt
    /// knows whether its outcome is unknown.
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
