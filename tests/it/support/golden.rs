//! Golden files: texts reviewed by a person, in `tests/it/golden/`. `UPDATE_GOLDEN=1 make test` rewrites them.

use std::path::PathBuf;

/// Asserts that `actual` equals the golden file.
#[track_caller]
pub fn assert_golden(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    #[expect(clippy::disallowed_methods, reason = "how golden files are asked to be written anew")]
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of golden files");
        std::fs::write(&path, actual).expect("the golden file is written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = expected.lines().zip(actual.lines()).enumerate().find(|(_, (old, new))| old != new);
    let place = difference.map_or_else(
        || format!("lengths differ: {} lines reviewed, {} now", expected.lines().count(), actual.lines().count()),
        |(line, (old, new))| format!("line {}:\n  reviewed: {old}\n  now:      {new}", line + 1),
    );
    assert!(expected == actual, "{name} has changed; if that is right, UPDATE_GOLDEN=1 make test.\n{place}");
}
