//! A mail server that fails on command.
//!
//! It speaks enough SMTP for one mail at a time on 127.0.0.1, follows a [`Script`] that may go wrong at any phase, and
//! keeps a journal of every accepted mail. The journal is written before the answer to the final dot, as a real server
//! stores before it answers, so a mail whose answer is lost is in the journal too.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use raccordo::mail::transport::{Deadlines, Envelope, SmtpSecurity, SmtpSettings, SmtpTransport, Transport};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// Phases of a conversation at which the server may misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Greeting,
    Ehlo,
    /// Only if the script offers AUTH.
    Auth,
    MailFrom,
    Rcpt,
    Data,
    /// After 354, while the body arrives.
    Body,
    /// The answer to the final dot.
    FinalDot,
    Quit,
}

impl Phase {
    /// Phases of a conversation without a password.
    pub const ALL: [Self; 8] =
        [Self::Greeting, Self::Ehlo, Self::MailFrom, Self::Rcpt, Self::Data, Self::Body, Self::FinalDot, Self::Quit];
}

/// Behaviour of the server at a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The usual answer.
    Ok,
    /// This answer instead of the usual one.
    Reply(u16, &'static str),
    /// Exactly this answer, with a line end.
    Raw(&'static [u8]),
    /// No answer, with the connection open. During the body nothing is read either.
    Silence,
    /// The connection is closed in order.
    Close,
    /// The connection is reset.
    Reset,
    /// A line that is not SMTP.
    Garbage,
    /// The usual answer, a byte at a time with this pause before each; during the body, a pause before reading.
    Slow(Duration),
    /// A positive answer of one line of a mebibyte.
    LongLine,
    /// The usual answer after this delay.
    ReplyAfter(Duration),
}

/// Behaviour of the server on one connection.
#[derive(Debug, Clone, Default)]
pub struct Script {
    actions: Vec<(Phase, Action)>,
    extensions: Vec<&'static str>,
    /// Prefix of the recipients for which the script goes wrong; `None` for all.
    only_to: Option<&'static str>,
}

impl Script {
    pub fn healthy() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn at(mut self, phase: Phase, action: Action) -> Self {
        self.actions.push((phase, action));
        self
    }

    /// Limits the script to recipients with this prefix, from the phase at which the recipient is known.
    #[must_use]
    pub fn only_to(mut self, beginning: &'static str) -> Self {
        self.only_to = Some(beginning);
        self
    }

    /// Adds a line to the answer to EHLO, such as `AUTH PLAIN`.
    #[must_use]
    pub fn offering(mut self, extension: &'static str) -> Self {
        self.extensions.push(extension);
        self
    }

    fn action(&self, phase: Phase, to: &str) -> Action {
        if self.only_to.is_some_and(|beginning| !to.starts_with(beginning)) {
            return Action::Ok;
        }
        let scripted = self.actions.iter().find(|(at, _)| *at == phase);
        scripted.map_or(Action::Ok, |(_, action)| *action)
    }

    /// Returns the answer to EHLO: first line, extensions, and a last line without the hyphen.
    fn capabilities(&self) -> String {
        let mut lines = vec!["fake.example"];
        lines.extend(&self.extensions);
        format!("250-{}\r\n250 SIZE 52428800", lines.join("\r\n250-"))
    }
}

/// A mail that the server has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub from: String,
    pub to: String,
    /// Without angle brackets.
    pub message_id: String,
    /// Bytes of the message: dots unstuffed, every line with its CR LF.
    pub bytes: Vec<u8>,
}

/// A running server; dropping it ends its connections.
pub struct FakeSmtpServer {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    script: Script,
    journal: Vec<Accepted>,
    commands: Vec<String>,
    connections: usize,
}

impl FakeSmtpServer {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on the loopback");
        let address = listener.local_addr().expect("the address of the listener");
        let shared = Arc::new(Mutex::new(Shared { script, ..Shared::default() }));
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, listening }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Sets the script of later connections.
    pub fn follow(&self, script: Script) {
        lock(&self.shared).script = script;
    }

    /// Returns every accepted mail, oldest first.
    pub fn journal(&self) -> Vec<Accepted> {
        lock(&self.shared).journal.clone()
    }

    /// Returns the accepted mails as envelopes.
    pub fn taken(&self) -> Vec<Envelope> {
        let envelope = |Accepted { from, to, message_id, bytes }| Envelope { from, to, message_id, bytes };
        self.journal().into_iter().map(envelope).collect()
    }

    /// Returns a transport to this server, with deadlines that a busy machine meets.
    pub fn transport(&self) -> Transport {
        Transport::Smtp(
            SmtpTransport::new(settings(self.port(), Deadlines::default())).expect("the settings are right"),
        )
    }

    pub fn has_taken(&self, message_id: &str) -> bool {
        lock(&self.shared).journal.iter().any(|mail| mail.message_id == message_id)
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        lock(&self.shared).connections
    }

    /// Every command line received, on all connections.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.shared).commands.clone()
    }
}

/// Returns the settings for a server on this port of the loopback.
pub fn settings(port: u16, deadlines: Deadlines) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::Plain,
        credentials: None,
        hello_name: "raccordo.example".to_owned(),
        extra_roots: Vec::new(),
        deadlines,
    }
}

impl Drop for FakeSmtpServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    let mut conversations = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let script = {
            let mut shared = lock(&shared);
            shared.connections += 1;
            shared.script.clone()
        };
        let conversation =
            Conversation { socket: BufReader::new(socket), script, to: String::new(), shared: Arc::clone(&shared) };
        conversations.spawn(conversation.run());
    }
}

/// The end of a conversation, by script or because the client left.
struct Ended;

struct Conversation {
    socket: BufReader<TcpStream>,
    script: Script,
    /// Recipient of the present mail.
    to: String,
    shared: Arc<Mutex<Shared>>,
}

impl Conversation {
    async fn run(mut self) {
        // Both ends mean the same: the socket is dropped with the conversation.
        let Err(Ended) = self.converse().await;
    }

    async fn converse(&mut self) -> Result<std::convert::Infallible, Ended> {
        let mut from = String::new();
        self.answer(Phase::Greeting, "220 fake.example ESMTP").await?;
        loop {
            let command = self.command().await?;
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let capabilities = self.script.capabilities();
                    self.answer(Phase::Ehlo, &capabilities).await?;
                }
                "AUTH" => self.answer(Phase::Auth, "235 welcome").await?,
                "MAIL" => {
                    from = path_in(&command);
                    self.answer(Phase::MailFrom, "250 sender ok").await?;
                }
                "RCPT" => {
                    self.to = path_in(&command);
                    self.answer(Phase::Rcpt, "250 recipient ok").await?;
                }
                "DATA" => {
                    self.answer(Phase::Data, "354 go ahead").await?;
                    if matches!(self.action(Phase::Data), Action::Reply(code, _) if code != 354) {
                        continue;
                    }
                    self.receive(&from).await?;
                }
                "QUIT" => {
                    self.answer(Phase::Quit, "221 bye").await?;
                    return Err(Ended);
                }
                _ => self.say("502 not known here").await?,
            }
        }
    }

    /// Receives the body, writes the journal, and answers the final dot.
    async fn receive(&mut self, from: &str) -> Result<(), Ended> {
        match self.action(Phase::Body) {
            Action::Ok => {}
            Action::Slow(pause) | Action::ReplyAfter(pause) => sleep(pause).await,
            Action::Silence => std::future::pending().await,
            // After the first byte of the body.
            Action::Close | Action::Reset | Action::Reply(..) | Action::Raw(_) | Action::Garbage | Action::LongLine => {
                self.socket.read_u8().await.map_err(|_| Ended)?;
                self.answer(Phase::Body, "").await?;
                return self.wait_for_hangup().await;
            }
        }
        let bytes = self.body().await?;
        let refused = match self.action(Phase::FinalDot) {
            Action::Reply(code, _) => code >= 400,
            Action::Raw(bytes) => matches!(bytes.first(), Some(b'4' | b'5')),
            _ => false,
        };
        if !refused {
            let mail =
                Accepted { from: from.to_owned(), to: self.to.clone(), message_id: message_id_in(&bytes), bytes };
            lock(&self.shared).journal.push(mail);
        }
        self.answer(Phase::FinalDot, "250 queued").await
    }

    /// Reads up to the final dot and unstuffs dots.
    async fn body(&mut self) -> Result<Vec<u8>, Ended> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            if line == b".\r\n" {
                return Ok(body);
            }
            body.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    fn action(&self, phase: Phase) -> Action {
        self.script.action(phase, &self.to)
    }

    /// Executes the script at this phase, or gives the usual answer.
    async fn answer(&mut self, phase: Phase, usual: &str) -> Result<(), Ended> {
        match self.action(phase) {
            Action::Ok => self.say(usual).await,
            Action::Reply(code, text) => self.say(&format!("{code} {text}")).await,
            Action::Raw(bytes) => {
                self.write(bytes).await?;
                self.write(b"\r\n").await
            }
            Action::Garbage => self.say("!!! what is this !!!").await,
            Action::LongLine => self.say(&format!("250 {}", "x".repeat(1024 * 1024))).await,
            Action::Silence => self.wait_for_hangup().await,
            Action::Close => Err(Ended),
            Action::Reset => {
                // A pause, so that the client sees its connection established before it is reset.
                sleep(Duration::from_millis(5)).await;
                self.socket.get_ref().set_zero_linger().map_err(|_| Ended)?;
                Err(Ended)
            }
            Action::ReplyAfter(delay) => {
                sleep(delay).await;
                self.say(usual).await
            }
            Action::Slow(pause) => {
                for byte in format!("{usual}\r\n").bytes() {
                    sleep(pause).await;
                    self.write(&[byte]).await?;
                }
                Ok(())
            }
        }
    }

    async fn say(&mut self, answer: &str) -> Result<(), Ended> {
        self.write(format!("{answer}\r\n").as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        self.socket.get_mut().write_all(bytes).await.map_err(|_| Ended)
    }

    async fn command(&mut self) -> Result<String, Ended> {
        let line = self.line().await?;
        let command = String::from_utf8_lossy(&line).trim_end().to_owned();
        lock(&self.shared).commands.push(command.clone());
        Ok(command)
    }

    async fn line(&mut self) -> Result<Vec<u8>, Ended> {
        let mut line = Vec::new();
        match self.socket.read_until(b'\n', &mut line).await {
            Ok(read) if read > 0 => Ok(line),
            _ => Err(Ended),
        }
    }

    async fn wait_for_hangup(&mut self) -> Result<(), Ended> {
        while self.line().await.is_ok() {}
        Err(Ended)
    }
}

/// Returns the address between the angle brackets of MAIL FROM or RCPT TO.
fn path_in(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(path, _)| path.to_owned()).unwrap_or_default()
}

fn message_id_in(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let header = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("Message-ID: "));
    header.unwrap_or_default().trim_matches(['<', '>']).to_owned()
}
