//! Golden files: texts that a person reviewed, kept in `tests/it/golden/`. `UPDATE_GOLDEN=1 make test` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lines of a changed file that a failure shows before and after the first difference.
const CONTEXT: usize = 2;

/// Asserts that `actual` is the reviewed text of the file `name`.
#[track_caller]
pub fn assert_golden(name: &str, actual: &str) {
    if is_asked_to_update() {
        write(&golden(name), actual);
        return;
    }
    let changed = difference(&golden(name), actual);
    assert!(
        changed.is_none(),
        "{name} has changed; if that is right, UPDATE_GOLDEN=1 make test.\n{}",
        changed.unwrap_or_default()
    );
}

/// Asserts that the files of a folder are the reviewed texts, one file for each name, and that no file is left over.
///
/// A failure names every file that has changed, because a reviewer decides about all of them together.
#[track_caller]
pub fn assert_goldens(folder: &str, actual: &BTreeMap<String, String>) {
    let root = golden(folder);
    let known: BTreeSet<String> = files_below(&root).into_iter().collect();
    let left_over: Vec<&String> = known.iter().filter(|name| !actual.contains_key(*name)).collect();
    if is_asked_to_update() {
        for name in left_over {
            std::fs::remove_file(root.join(name)).expect("a golden file goes");
        }
        for (name, text) in actual {
            write(&root.join(name), text);
        }
        return;
    }
    let changed = actual
        .iter()
        .filter_map(|(name, text)| Some(format!("{folder}/{name}: {}", difference(&root.join(name), text)?)));
    let gone = left_over.iter().map(|name| format!("{folder}/{name}: nothing is written under this name"));
    let all: Vec<String> = changed.chain(gone).collect();
    assert!(all.is_empty(), "if these changes are right, UPDATE_GOLDEN=1 make test.\n{}", all.join("\n"));
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name)
}

#[expect(clippy::disallowed_methods, reason = "how golden files are asked to be written anew")]
fn is_asked_to_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of golden files");
    std::fs::write(path, text).expect("the golden file is written");
}

/// The files below a folder, by their path in it.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files_below(&path).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found
}

/// The first place at which a text differs from its reviewed file, with the lines round it; `None` where they are the same.
fn difference(path: &Path, actual: &str) -> Option<String> {
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    if reviewed == actual {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = (reviewed.lines().collect(), actual.lines().collect());
    let first = old.iter().zip(&new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let excerpt = |lines: &[&str], mark: &str| {
        let end = lines.len().min(first + CONTEXT + 1);
        let shown = lines.get(first.saturating_sub(CONTEXT)..end).unwrap_or_default();
        shown.iter().map(|line| format!("  {mark} {line}")).collect::<Vec<_>>().join("\n")
    };
    Some(format!("line {}\n{}\n{}", first + 1, excerpt(&old, "reviewed:"), excerpt(&new, "now:     ")))
}
