//! The key of the audit chain on a developer's machine. In production the key must be configured; the service refuses
//! to start without it.

use super::files::create_private;
use crate::config::{Config, Secret};
use crate::db::Location;
use crate::secret::new_token;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "audit.key";

/// Sets a missing audit key to the one stored beside the database, which is made the first time.
pub fn ensure_audit_key(config: &mut Config) -> io::Result<()> {
    if !config.security.audit_key.is_empty() {
        return Ok(());
    }
    let path = folder(config).join(NAME);
    let key = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(&path)?,
        read => read?,
    };
    config.security.audit_key = Secret::new(key.trim_end());
    Ok(())
}

fn folder(config: &Config) -> PathBuf {
    match config.location() {
        Ok(Location::Sqlite(path)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        _ => PathBuf::from("var"),
    }
}

fn make(path: &Path) -> io::Result<String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let key = new_token();
    let mut file = create_private(path)?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}/var/raccordo.sqlite", folder.path().display());
        let key = || {
            let mut config = Config::default();
            config.database.url = Secret::new(&url);
            ensure_audit_key(&mut config).expect("a key");
            config.security.audit_key.reveal().to_owned()
        };
        assert_eq!(key(), key());
        assert!(key().len() >= 32);
        let mode = std::fs::metadata(folder.path().join("var/audit.key")).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_given_key_is_left_alone() {
        let mut config = Config::for_tests();
        let before = config.security.audit_key.clone();
        ensure_audit_key(&mut config).expect("nothing to do");
        assert!(config.security.audit_key == before);
    }
}
