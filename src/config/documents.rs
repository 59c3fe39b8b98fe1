//! The settings of the store of documents.

use super::{Rules, Secret, is_loopback, is_web_address};
use crate::db::Location;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The store of the contents of documents.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
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

impl Documents {
    /// Returns the configured folder, otherwise one beside the `SQLite` file and named after it, because a folder
    /// belongs to one database only.
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

    /// Checks that the store can be reached, and that replicas in production share one.
    pub(super) fn check(&self, is_production: bool, location: Option<&Location>, rules: &mut Rules) {
        if self.store == ContentsKind::S3 {
            self.check_s3(rules);
        }
        rules.demand(
            !is_production || self.store != ContentsKind::Memory,
            "documents.store",
            "must be \"folder\" or \"s3\" in production, because a store in memory does not last",
        );
        let has_no_folder = self.store == ContentsKind::Folder && self.folder.as_os_str().is_empty();
        let is_shared = matches!(location, Some(Location::Postgres(_)));
        rules.demand(
            !(is_production && is_shared && has_no_folder),
            "documents.folder",
            "must be a folder that all replicas share in production on PostgreSQL, unless documents.store is \"s3\"",
        );
    }

    fn check_s3(&self, rules: &mut Rules) {
        let endpoint = url::Url::parse(&self.s3_endpoint).ok().filter(|_| is_web_address(&self.s3_endpoint));
        rules.demand(
            endpoint.is_some(),
            "documents.s3_endpoint",
            "must be an address with its host, such as https://s3.example",
        );
        rules.demand(
            endpoint.is_none_or(|url| url.scheme() != "http" || url.host_str().is_some_and(is_loopback)),
            "documents.s3_endpoint",
            "must begin with https:// unless the store is on this machine",
        );
        for (setting, is_missing) in [
            ("documents.s3_bucket", self.s3_bucket.is_empty()),
            ("documents.s3_access_key", self.s3_access_key.is_empty()),
            ("documents.s3_secret_key", self.s3_secret_key.is_empty()),
        ] {
            rules.demand(!is_missing, setting, "must be given for documents.store = \"s3\"");
        }
    }
}
