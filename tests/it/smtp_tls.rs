//! The relay behind TLS: whom the sender believes, and to whom it gives its password.

use std::{sync::Arc, time::Duration};

use raccordo::mail::transport::{
    Deadlines, Delivery, Envelope, SmtpCredentials, SmtpSecurity, SmtpSettings, SmtpTransport, Transport,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::support::smtp_server::{Action, FakeSmtpServer, Phase, Script};

const AMPLE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(250);

#[tokio::test]
async fn a_password_goes_to_a_server_that_proved_its_name() {
    for door in [Door::Tls, Door::StartTls { injected: "" }] {
        let relay = Relay::behind(door, Certificate::trusted(), healthy()).await;
        assert_eq!(relay.outcome().await, "sent");
        // base64 of NUL raccordo NUL segreta
        assert!(relay.server.commands().contains(&"AUTH PLAIN AHJhY2NvcmRvAHNlZ3JldGE=".to_owned()));
        assert!(relay.server.has_taken("one@raccordo.example"));
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_hears_nothing() {
    for (flaw, certificate) in [
        ("expired", Certificate::trusted().expired()),
        ("of another name", Certificate::trusted().named("relay.example")),
        ("of an unknown authority", Certificate::of_unknown_authority()),
        ("signed by itself", Certificate::self_signed()),
    ] {
        for door in [Door::Tls, Door::StartTls { injected: "" }] {
            let relay = Relay::behind(door, certificate.clone(), healthy()).await;
            assert_eq!(relay.outcome().await, "retry tls", "a certificate {flaw}, {door:?}");
            assert!(relay.server.commands().is_empty(), "a certificate {flaw}, {door:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_only_knows_old_tls_hears_nothing() {
    let relay = Relay::behind(Door::OldTls, Certificate::trusted(), healthy()).await;
    assert_eq!(relay.outcome().await, "retry tls");
    assert!(relay.server.commands().is_empty());
}

#[tokio::test]
async fn answers_slipped_in_before_encryption_are_not_believed() {
    let injected = "250 ok\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go ahead\r\n250 queued\r\n";
    let relay = Relay::behind(Door::StartTls { injected }, Certificate::trusted(), healthy()).await;
    assert_eq!(relay.outcome().await, "retry tls");
    assert!(relay.server.journal().is_empty());
}

#[tokio::test]
async fn a_refusal_that_is_not_utf_8_is_a_refusal_behind_tls_too() {
    for door in [Door::Tls, Door::StartTls { injected: "" }] {
        let script = healthy().at(Phase::Rcpt, Action::Raw(b"550 5.1.1 casella gi\xe0 chiusa"));
        let relay = Relay::behind(door, Certificate::trusted(), script).await;
        assert_eq!(relay.outcome().await, "dead recipient", "{door:?}");
    }
}

#[tokio::test]
async fn a_refused_password_sends_nothing() {
    for (script, expected) in [
        (healthy().at(Phase::Auth, Action::Reply(535, "no")), "retry auth"),
        (healthy().at(Phase::Auth, Action::Reply(454, "later")), "retry auth"),
        (healthy().at(Phase::Auth, Action::Reply(250, "out of step")), "retry auth"),
        (healthy().at(Phase::Auth, Action::Close), "retry auth"),
        (healthy().at(Phase::Auth, Action::Silence), "retry timeout"),
        (Script::healthy(), "retry auth"),
    ] {
        let relay = Relay::behind(Door::Tls, Certificate::trusted(), script.clone()).await;
        assert_eq!(relay.outcome().await, expected, "{script:?}");
        assert!(!relay.server.commands().iter().any(|command| command.starts_with("MAIL")), "{script:?}");
    }
}

fn healthy() -> Script {
    Script::healthy().offering("AUTH PLAIN LOGIN")
}

/// Kinds of TLS endpoint in front of the server.
#[derive(Debug, Clone, Copy)]
enum Door {
    Tls,
    /// `injected` is text that an attacker appends, in clear, to the answer to STARTTLS.
    StartTls {
        injected: &'static str,
    },
    /// Answers the handshake as a server without TLS 1.2 does.
    OldTls,
}

/// A fake server, and in front of it a door that speaks TLS.
pub struct Relay {
    pub server: FakeSmtpServer,
    /// The door's, on `localhost`.
    pub port: u16,
    /// Certificate of the authority that signed the endpoint's, in PEM.
    pub authority: String,
    sender: Transport,
    doorman: JoinHandle<()>,
}

impl Relay {
    /// Starts a relay that accepts every mail from a client with the password.
    pub async fn trusted() -> Self {
        Self::behind(Door::Tls, Certificate::trusted(), healthy()).await
    }

    async fn behind(door: Door, certificate: Certificate, script: Script) -> Self {
        let server = FakeSmtpServer::start(script).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on the loopback");
        let port = listener.local_addr().expect("the address of the listener").port();
        let authority = certificate.authority.clone();
        let settings = SmtpSettings {
            host: "localhost".to_owned(),
            port,
            security: if matches!(door, Door::StartTls { .. }) { SmtpSecurity::StartTls } else { SmtpSecurity::Tls },
            credentials: Some(SmtpCredentials::new("raccordo", "segreta")),
            hello_name: "raccordo.example".to_owned(),
            extra_roots: authority.clone().into_bytes(),
            deadlines: Deadlines { auth: SHORT, ..Deadlines::uniform(AMPLE) },
        };
        let sender = Transport::Smtp(SmtpTransport::new(settings).expect("the settings are right"));
        let (inside, acceptor) = (server.port(), certificate.acceptor());
        let doorman = tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                // An error of a rejected or leaving client is ignored.
                let _ = admit(visitor, door, &acceptor, inside).await;
            }
        });
        Self { server, port, authority, sender, doorman }
    }

    async fn outcome(&self) -> String {
        let mail = Envelope {
            from: "raccordo@regione.example".to_owned(),
            to: "anna@ente.example".to_owned(),
            message_id: "one@raccordo.example".to_owned(),
            bytes: b"Message-ID: <one@raccordo.example>\r\n\r\nhello\r\n".to_vec(),
        };
        match self.sender.deliver(&mail).await {
            Delivery::Sent { .. } => "sent".to_owned(),
            Delivery::NotSent { retry, class, .. } => {
                format!("{} {}", if retry { "retry" } else { "dead" }, class.as_str())
            }
            Delivery::Unknown { class, .. } => format!("unknown {}", class.as_str()),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.doorman.abort();
    }
}

async fn admit(visitor: TcpStream, door: Door, acceptor: &TlsAcceptor, inside: u16) -> io::Result<()> {
    let mut visitor = BufReader::new(visitor);
    match door {
        Door::Tls => {}
        Door::StartTls { injected } => {
            visitor.write_all(b"220 door\r\n").await?;
            visitor.read_line(&mut String::new()).await?;
            visitor.write_all(b"250-door\r\n250 STARTTLS\r\n").await?;
            visitor.read_line(&mut String::new()).await?;
            visitor.write_all(format!("220 go ahead\r\n{injected}").as_bytes()).await?;
        }
        Door::OldTls => {
            visitor.read_u8().await?;
            // A TLS record with the fatal alert protocol_version (RFC 5246 §7.2).
            visitor.write_all(&[21, 3, 1, 0, 2, 2, 70]).await?;
            visitor.read_to_end(&mut Vec::new()).await?;
            return Ok(());
        }
    }
    let mut visitor = acceptor.accept(visitor).await?;
    let mut server = BufReader::new(TcpStream::connect(("127.0.0.1", inside)).await?);
    if matches!(door, Door::StartTls { .. }) {
        // The door has already greeted.
        server.read_line(&mut String::new()).await?;
    }
    io::copy_bidirectional(&mut visitor, &mut server).await.map(drop)
}

/// The endpoint's certificate, and the authority that the sender trusts.
#[derive(Clone)]
struct Certificate {
    params: CertificateParams,
    /// PEM.
    authority: String,
    issuer: Arc<Option<Issuer<'static, KeyPair>>>,
}

impl Certificate {
    fn trusted() -> Self {
        let (authority, issuer) = new_authority();
        Self { params: params_for("localhost"), authority, issuer: Arc::new(Some(issuer)) }
    }

    fn of_unknown_authority() -> Self {
        Self { authority: new_authority().0, ..Self::trusted() }
    }

    fn self_signed() -> Self {
        Self { issuer: Arc::new(None), ..Self::trusted() }
    }

    fn expired(mut self) -> Self {
        self.params.not_before = date_time_ymd(2020, 1, 1);
        self.params.not_after = date_time_ymd(2021, 1, 1);
        self
    }

    fn named(self, name: &str) -> Self {
        Self { params: params_for(name), ..self }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let certificate = match self.issuer.as_ref() {
            Some(issuer) => self.params.signed_by(&key, issuer),
            None => self.params.self_signed(&key),
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.expect("a certificate").der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("the key is PKCS #8");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("key and certificate fit");
        TlsAcceptor::from(Arc::new(config))
    }
}

fn params_for(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).expect("a host name")
}

fn new_authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let mut params = params_for("authority.example");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("a certificate").pem();
    (pem, Issuer::new(params, key))
}
