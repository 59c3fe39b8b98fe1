//! The processes under measure.

use crate::databases::Database;
use crate::twin;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

const AUDIT_KEY: &str = "a key that is only good for benchmarks, 32+";

/// Program under measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Raccordo,
    Twin,
}

/// A running process; it is ended with this one.
pub struct Process {
    child: Child,
    pub port: u16,
}

impl Process {
    /// Starts the process, waits for the first answer, and returns the time this took.
    pub async fn start(database: &Database, program: Program) -> (Self, Duration) {
        Self::start_with(database, program, &[]).await
    }

    pub async fn start_with(database: &Database, program: Program, more: &[(&str, String)]) -> (Self, Duration) {
        let port = free_port();
        let mut command = command(program, port);
        command.current_dir(&database.folder).env("RACCORDO__DATABASE__URL", database.address());
        for (name, value) in settings(port).iter().chain(more) {
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

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(program: Program, port: u16) -> Command {
    match program {
        Program::Raccordo => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_raccordo"));
            command.arg("serve");
            command
        }
        Program::Twin => {
            let mut command = Command::new(std::env::current_exe().expect("this program"));
            command.arg(twin::FLAG).arg(port.to_string());
            command
        }
    }
}

fn settings(port: u16) -> [(&'static str, String); 3] {
    [
        ("SERVER__BIND", format!("127.0.0.1:{port}")),
        ("SECURITY__AUDIT_KEY", AUDIT_KEY.to_owned()),
        ("LIMITS__REQUESTS_PER_MINUTE", "100000000".to_owned()),
    ]
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
