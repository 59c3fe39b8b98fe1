//! The settings of the store of documents.

use super::{Secret, is_loopback, is_web_address};
use crate::db::Location;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The store of the contents of documents.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Documents {
    pub store: ContentsKind,
    /// The folder of the kind `folder`. Empty: see [`Documents::folder_for`].
    pub folder: PathBuf,
    /// The address of the S3-compatible store, with its scheme.
    pub s3_endpoint: String,
    pub s3_region: String,
    pub s3_bucket: String,
    pub s3_access_key: String,
    pub s3_secret_key: Secret,
    pub s3_secret_key_file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentsKind {
    Folder,
    S3,
    Memory,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            store: ContentsKind::Folder,
            folder: PathBuf::new(),
            s3_endpoint: String::new(),
            s3_region: "us-east-1".into(),
            s3_bucket: String::new(),
            s3_access_key: String::new(),
            s3_secret_key: Secret::default(),
            s3_secret_key_file: PathBuf::new(),
        }
    }
}

impl Documents {
    /// Returns the folder: the one that is set, else one beside the `SQLite` file that bears its name, because a folder belongs to
    /// one database alone.
    pub fn folder_for(&self, location: Option<&Location>) -> PathBuf {
        match (self.folder.as_os_str().is_empty(), location) {
            (false, _) => self.folder.clone(),
            (true, Some(Location::Sqlite(file))) => {
                let mut name = file.clone().into_os_string();
                name.push(".documents");
                name.into()
            }
            (true, _) => "var/documents".into(),
        }
    }

    /// Checks that the store can be reached, and that replicas in production share one. Returns what is wrong.
    pub(super) fn check(&self, is_production: bool, location: &Location) -> Result<(), String> {
        let refuse = |text: &str| Err(text.to_owned());
        if self.store == ContentsKind::S3 {
            self.check_s3()?;
        }
        if is_production && self.store == ContentsKind::Memory {
            return refuse("production needs a store of documents that lasts: documents.store = \"folder\" or \"s3\"");
        }
        let has_no_folder = self.store == ContentsKind::Folder && self.folder.as_os_str().is_empty();
        if is_production && has_no_folder && matches!(location, Location::Postgres(_)) {
            return refuse(
                "production on PostgreSQL needs documents.folder, a folder that all replicas share, or documents.store = \"s3\"",
            );
        }
        Ok(())
    }

    fn check_s3(&self) -> Result<(), String> {
        let refuse = |text: &str| Err(text.to_owned());
        let endpoint = url::Url::parse(&self.s3_endpoint).ok().filter(|_| is_web_address(&self.s3_endpoint));
        let Some(endpoint) = endpoint else {
            return refuse("documents.s3_endpoint must be an address with its host, such as https://s3.example");
        };
        if endpoint.scheme() == "http" && !endpoint.host_str().is_some_and(is_loopback) {
            return refuse("documents.s3_endpoint must begin with https:// unless the store is on this machine");
        }
        if self.s3_bucket.is_empty() || self.s3_access_key.is_empty() || self.s3_secret_key.is_empty() {
            return refuse(
                "documents.store = \"s3\" needs documents.s3_bucket, documents.s3_access_key and documents.s3_secret_key \
                 or documents.s3_secret_key_file",
            );
        }
        Ok(())
    }
}
