//! Golden files: reviewed texts in `tests/it/golden/`. `UPDATE_GOLDEN=1 make test` rewrites them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Changed lines of a file that a failure shows; it counts the others.
const SHOWN: usize = 40;

/// Asserts that `actual` equals the reviewed text of the file `name`.
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

/// Asserts that the files of a folder equal the reviewed texts, one file for each name, without left-over files.
///
/// A failure names every changed file, because a reviewer decides about all of them together.
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

/// Reads the files below a folder, by their path in it.
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

/// Returns the lines in which a text differs from its reviewed file; `None` if they are equal.
fn difference(path: &Path, actual: &str) -> Option<String> {
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    if reviewed == actual {
        return None;
    }
    let changes = changes(&reviewed.lines().collect::<Vec<_>>(), &actual.lines().collect::<Vec<_>>());
    let mut shown: Vec<String> = changes.iter().take(SHOWN).cloned().collect();
    if changes.len() > SHOWN {
        shown.push(format!("  and {} lines more", changes.len() - SHOWN));
    }
    if changes.is_empty() {
        shown.push("  only the ends of lines differ".to_owned());
    }
    Some(format!("- reviewed, + now\n{}", shown.join("\n")))
}

/// Lists the lines to take away and to add, with their numbers, by the longest common subsequence.
fn changes(old: &[&str], new: &[&str]) -> Vec<String> {
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (at, line) in old.iter().enumerate().rev() {
        for (beside, other) in new.iter().enumerate().rev() {
            common[at][beside] = if line == other {
                common[at + 1][beside + 1] + 1
            } else {
                common[at + 1][beside].max(common[at][beside + 1])
            };
        }
    }
    let (mut at, mut beside, mut found) = (0, 0, Vec::new());
    while at < old.len() || beside < new.len() {
        if at < old.len() && beside < new.len() && old[at] == new[beside] {
            (at, beside) = (at + 1, beside + 1);
        } else if beside == new.len() || (at < old.len() && common[at + 1][beside] >= common[at][beside + 1]) {
            found.push(format!("  {:>4} - {}", at + 1, old[at]));
            at += 1;
        } else {
            found.push(format!("  {:>4} + {}", beside + 1, new[beside]));
            beside += 1;
        }
    }
    found
}

#[test]
fn a_failure_shows_every_changed_line() {
    let changes = changes(&["a", "b", "c", "d"], &["a", "x", "c", "d", "e"]);
    assert_eq!(changes, ["     2 - b", "     2 + x", "     5 + e"]);
    assert!(self::changes(&["a"], &["a"]).is_empty());
}
