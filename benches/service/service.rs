//! The processes under measure.

use crate::seed::{AUDIT_KEY, Register};
use crate::twin;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// Program under measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Program,
    Twin,
}

/// A running process; it is ended with this one.
pub struct Service {
    child: Child,
    pub port: u16,
}

impl Service {
    /// Starts the process, waits for the first answer, and returns the time this took.
    pub async fn start(register: &Register, target: Target) -> (Self, Duration) {
        Self::start_with(register, target, &[]).await
    }

    pub async fn start_with(register: &Register, target: Target, settings: &[(&str, String)]) -> (Self, Duration) {
        let port = free_port();
        let database = register.folder.join("raccordo.sqlite");
        let mut command = match target {
            Target::Program => program(register, port),
            Target::Twin => {
                let mut command = Command::new(std::env::current_exe().expect("this program"));
                command.arg(twin::FLAG).arg(&database).arg(port.to_string());
                command
            }
        };
        for (name, value) in settings {
            command.env(format!("RACCORDO__{name}"), value);
        }
        let started = Instant::now();
        // The log is written as in production but discarded, because collecting it is not measured.
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        while !answers(port).await {
            assert!(started.elapsed() < Duration::from_secs(10), "no answer");
            sleep(Duration::from_millis(1)).await;
        }
        (Self { child, port }, started.elapsed())
    }

    /// Returns the processor time used since the start, in user and kernel mode, in steps of ten milliseconds
    /// (`proc_pid_stat(5)`).
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the process lives");
        let after_name = stat.rsplit_once(") ").expect("a name in brackets").1;
        let ticks: u64 = after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Returns the resident memory (`VmRSS`) in MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process lives");
        let kib =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(|rest| rest.split_whitespace().next());
        kib.and_then(|kib| kib.parse::<f64>().ok()).expect("a size") / 1024.0
    }

    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(register: &Register, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raccordo"));
    command.arg("serve").current_dir(&register.folder);
    for (name, value) in [
        ("DATABASE__URL", format!("sqlite:{}", register.folder.join("raccordo.sqlite").display())),
        ("SERVER__BIND", format!("127.0.0.1:{port}")),
        ("SECURITY__AUDIT_KEY", AUDIT_KEY.to_owned()),
        ("LIMITS__REQUESTS_PER_MINUTE", "100000000".to_owned()),
    ] {
        command.env(format!("RACCORDO__{name}"), value);
    }
    command
}

/// Returns a free port below the ephemeral range, because a client in that range may be given the same port and connect
/// to itself while the service does not listen yet.
fn free_port() -> u16 {
    (21_000..32_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("some port is free")
}

async fn answers(port: u16) -> bool {
    let Ok(mut socket) = TcpStream::connect(("127.0.0.1", port)).await else { return false };
    let request = b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut answer = Vec::new();
    socket.write_all(request).await.is_ok()
        && socket.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 204")
}
