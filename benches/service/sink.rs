//! A relay that accepts every mail, and the rate at which the outbox sends to it.

use crate::databases::Database;
use crate::process::{Process, Program};
use raccordo::db::Db;
use raccordo::settings;
use std::sync::mpsc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

/// Returns the mails per second from the first to the `count`-th. The outbox of the database should hold that many.
pub async fn dispatch_rate(database: &Database, count: usize) -> f64 {
    resume(database).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, taken) = mpsc::channel();
    let relay = tokio::spawn(take_mails(listener, tell));
    let settings = [
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__HOST", "127.0.0.1".to_owned()),
        ("MAIL__SECURITY", "plain".to_owned()),
        ("MAIL__PORT", port.to_string()),
    ];
    let (service, _) = Process::start_with(database, Program::Raccordo, &settings).await;
    let mut instants: Vec<Instant> = Vec::new();
    let enough = async {
        while instants.len() < count {
            sleep(Duration::from_millis(20)).await;
            instants.extend(taken.try_iter());
        }
    };
    // Later mails are not waited for; the rate is that of the mails received.
    let _ = timeout(Duration::from_secs(30), enough).await;
    service.stop();
    relay.abort();
    let (Some(first), Some(last)) = (instants.first(), instants.last()) else { return 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "some thousand mails")]
    let after_the_first = (instants.len() - 1) as f64;
    after_the_first / (*last - *first).as_secs_f64()
}

async fn resume(database: &Database) {
    let db = Db::open(&database.location).await.expect("the database opens");
    settings::clear(db.writer(), settings::SENDING_PAUSED).await.expect("the setting goes");
    db.close().await;
}

async fn take_mails(listener: TcpListener, tell: mpsc::Sender<Instant>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(converse(socket, tell.clone()));
    }
}

async fn converse(socket: TcpStream, tell: mpsc::Sender<Instant>) -> Option<()> {
    let mut socket = BufReader::new(socket);
    socket.get_mut().write_all(b"220 sink\r\n").await.ok()?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if socket.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            b"DATA" => {
                socket.get_mut().write_all(b"354 go on\r\n").await.ok()?;
                while line != b".\r\n" {
                    line.clear();
                    if socket.read_until(b'\n', &mut line).await.ok()? == 0 {
                        return None;
                    }
                }
                tell.send(Instant::now()).ok()?;
                b"250 taken\r\n"
            }
            b"QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        socket.get_mut().write_all(answer).await.ok()?;
    }
}
