//! Mails as `.eml` files in a directory, for use without a mail server.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
};

use super::{Delivery, Envelope, FailureClass};

#[derive(Debug, Clone)]
pub struct FileTransport {
    directory: PathBuf,
}

impl FileTransport {
    /// Makes the transport; creates the directory if it is missing.
    pub fn new(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        std::fs::create_dir_all(&directory)?;
        Ok(Self { directory })
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the path of the mail with this Message-ID: its local part with `.eml`. `None` if that is not a safe file
    /// name; ours are UUIDs.
    pub fn path_of(&self, message_id: &str) -> Option<PathBuf> {
        let name = message_id.split('@').next().filter(|name| is_safe_name(name))?;
        Some(self.directory.join(format!("{name}.eml")))
    }

    /// Writes the mail; a repeated one replaces its file with the same bytes. A reader of the directory sees a whole
    /// mail or none.
    pub(super) async fn deliver(&self, mail: &Envelope) -> Delivery {
        let Some(path) = self.path_of(&mail.message_id) else {
            return Delivery::NotSent {
                retry: false,
                class: FailureClass::Message,
                text: "the Message-ID does not make a file name".to_owned(),
            };
        };
        match self.write_whole(&path, &mail.bytes).await {
            Ok(()) => Delivery::Sent { reply: format!("written to {}", path.display()) },
            Err(error) => Delivery::NotSent { retry: true, class: FailureClass::Storage, text: error.to_string() },
        }
    }

    /// Writes a temporary file, then renames it. An error before the rename leaves no file; an error after it leaves
    /// the right one, which the retry overwrites with the same bytes.
    async fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let unfinished = path.with_extension("part");
        let mut file = File::create(&unfinished).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        fs::rename(&unfinished, path).await?;
        File::open(&self.directory).await?.sync_all().await
    }
}

fn is_safe_name(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(message_id: &str, bytes: &[u8]) -> Envelope {
        Envelope {
            from: "raccordo@regione.example".to_owned(),
            to: "anna@ente.example".to_owned(),
            message_id: message_id.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[tokio::test]
    async fn a_mail_becomes_one_file_however_often_it_is_delivered() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let transport = FileTransport::new(directory.path().join("mail")).expect("the directory is created");
        let mail = mail("0198-abc@raccordo.example", b"Subject: x\r\n\r\nhello\r\n");
        for _ in 0..2 {
            assert!(matches!(transport.deliver(&mail).await, Delivery::Sent { .. }));
        }
        let names: Vec<_> = std::fs::read_dir(transport.directory())
            .expect("the directory is listed")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(names, ["0198-abc.eml"]);
        let path = transport.path_of(&mail.message_id).expect("a path");
        assert_eq!(std::fs::read(path).expect("the file is read"), mail.bytes);
    }

    #[tokio::test]
    async fn a_message_id_cannot_leave_the_directory() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let transport = FileTransport::new(directory.path()).expect("the directory is there");
        for id in ["../evil@x", "/etc/passwd@x", ".hidden@x", "@x", "a\0b@x"] {
            let outcome = transport.deliver(&mail(id, b"x")).await;
            assert!(
                matches!(outcome, Delivery::NotSent { retry: false, class: FailureClass::Message, .. }),
                "{id}: {outcome:?}"
            );
        }
        assert_eq!(std::fs::read_dir(directory.path()).expect("the directory is listed").count(), 0);
    }

    #[tokio::test]
    async fn a_missing_directory_is_tried_again() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let transport = FileTransport::new(directory.path().join("mail")).expect("the directory is created");
        std::fs::remove_dir(transport.directory()).expect("the directory is removed");
        let outcome = transport.deliver(&mail("a@x", b"x")).await;
        assert!(matches!(outcome, Delivery::NotSent { retry: true, class: FailureClass::Storage, .. }), "{outcome:?}");
    }
}
