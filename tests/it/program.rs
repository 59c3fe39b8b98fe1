//! The program as an operator uses it: start, refusal, stop, output, and words that must never appear in it.

mod configuration;
mod outside;
mod secrets;
mod side_by_side;
mod slow;

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/lombardia.toml");

/// A folder of an operator: the program runs in it and keeps everything under it.
struct Desk {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), settings: Vec::new() }
    }

    /// A setting for every command from now on, as the environment gives it: `MAIL__PORT`.
    fn set(mut self, setting: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((setting, value.into()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raccordo"));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.env_remove("RUST_LOG");
        for (setting, value) in &self.settings {
            command.env(format!("RACCORDO__{setting}"), value);
        }
        command
    }

    /// Runs a command to its end.
    fn run(&self, arguments: &[&str]) -> Said {
        Said::from(self.command(arguments).output().expect("the program starts"))
    }

    fn with_network(self) -> Self {
        let said = self.run(&["load", NETWORK, "--yes"]);
        assert!(said.succeeded, "{said:?}");
        self
    }

    /// Starts the service and waits until it takes connections.
    async fn serve(&self) -> Service {
        self.serve_with(&[]).await
    }

    async fn serve_with(&self, environment: &[(&str, &str)]) -> Service {
        let mut command = self.command(&["serve"]);
        command.envs(environment.iter().copied());
        self.start(command).await
    }

    /// Starts the service with a limit of open files.
    async fn serve_within(&self, files: u32) -> Service {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_raccordo");
        command.args(["-c", &format!("ulimit -n {files}; exec {program} serve")]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env_remove("RUST_LOG");
        self.start(command).await
    }

    async fn start(&self, mut command: Command) -> Service {
        let port = free_port();
        let said = self.path("said.txt");
        command
            .env("RACCORDO__SERVER__BIND", format!("127.0.0.1:{port}"))
            .stdout(File::create(self.path("printed.txt")).expect("a file"))
            .stderr(File::create(&said).expect("a file"));
        let mut child = command.spawn().expect("the program starts");
        let up = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                let ended = child.try_wait().expect("the state of a child");
                assert!(ended.is_none(), "the service ended: {}", text_of(&said));
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_mins(1), up).await.expect("the service comes up");
        Service { child, port, said, printed: self.path("printed.txt") }
    }
}

/// Output and result of a command.
#[derive(Debug)]
struct Said {
    succeeded: bool,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self { succeeded: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// Asserts that the command refused in these words, and in words only.
    #[track_caller]
    fn refused(self, because: &str) -> Self {
        assert!(
            !self.succeeded && self.err.contains(because) && !self.err.contains("panicked"),
            "{because}: {self:#?}"
        );
        self
    }
}

/// A running service; ended when it is dropped.
struct Service {
    child: Child,
    port: u16,
    said: PathBuf,
    printed: PathBuf,
}

impl Service {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn said(&self) -> String {
        text_of(&self.said)
    }

    fn printed(&self) -> String {
        text_of(&self.printed)
    }

    /// Ends it as a container engine does, and tells whether it went in order.
    async fn stop(mut self) -> bool {
        // The shell's own `kill`: a bare system has no other.
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("the state of a child") {
                    return status.success();
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(40), ended).await.expect("the service stops")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text_of(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
