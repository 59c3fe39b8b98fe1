//! The rules for comments of `CONTRIBUTING.md` as a test: how a doc comment begins, and which words no comment uses.
//!
//! Comments of applied migrations are left out because the text of a migration may not change.

use crate::support::source;
use std::collections::BTreeMap;

/// Folders whose Rust files are read.
const FOLDERS: &[&str] = &["src", "entity", "tests", "benches"];

/// Question words, which no doc comment may begin with.
///
/// They open a clause that stands for a noun ("What a link lets its holder do"), so the noun is missing that a reader
/// looks for ("Rights of a link").
const QUESTION_WORDS: &str = "what whatever who whoever whom whose which why how where";

/// Question words that only the doc comment of a function may not begin with.
///
/// "Whether redirects are followed" is the usual description of a field; a function "Returns whether …".
const QUESTION_WORDS_OF_FIELDS: &str = "whether when";

/// Words that point at a thing which the comment has not named, so that no doc comment may begin with them.
const POINTERS: &str = "that of as so such here there those these it its they their \
                        nobody somebody something everybody everything nothing";

/// Words for actors that have a name in the code: the referent, the secretariat, the caller, the recipient.
const ACTORS_WITHOUT_NAME: &str = "nobody somebody whoever";

/// Places that do not follow the rules yet, and how many violations each has. Numbers only shrink; 0 is not listed.
const KNOWN: &[(&str, usize)] = &[
    ("src/designations", 122),
    ("src/http", 14),
    ("src/mail", 22),
    ("src/meetings", 129),
    ("src/network", 49),
    ("src/ops", 29),
    ("src/releases", 66),
    ("src/time", 6),
];

#[test]
fn doc_comments_begin_with_a_verb_or_a_noun() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in FOLDERS.iter().flat_map(|folder| source::files(folder)) {
        if file.path.ends_with(".rs") {
            found.entry(place(&file.path)).or_default().extend(
                violations(&file.text).into_iter().map(|(line, words)| format!("{}:{line}: {words}", file.path)),
            );
        }
    }
    let known: BTreeMap<&str, usize> = KNOWN.iter().copied().collect();
    let mut wrong = Vec::new();
    for (place, here) in found {
        let allowed = known.get(place.as_str()).copied().unwrap_or_default();
        if here.len() > allowed {
            wrong.push(format!("{place} has {} of {allowed}:\n  {}", here.len(), here.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "comments that do not say their noun or verb first:\n{}", wrong.join("\n"));
}

/// `src/auth/service/tokens.rs` is counted under `src/auth`, `src/clock.rs` under `src`.
fn place(path: &str) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// The line numbers and texts of comments that break a rule.
fn violations(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(comment) = comment(line) else { continue };
        let begins = doc_marker(line).is_some() && (index == 0 || doc_marker(lines[index - 1]) != doc_marker(line));
        let begins_badly = begins && {
            let first = words(comment).next().unwrap_or_default();
            let is_function = documents_a_function(&lines[index..]);
            is_one_of(QUESTION_WORDS, &first)
                || is_one_of(POINTERS, &first)
                || is_function && is_one_of(QUESTION_WORDS_OF_FIELDS, &first)
        };
        if begins_badly || words(comment).any(|word| is_one_of(ACTORS_WITHOUT_NAME, &word)) {
            found.push((index + 1, comment.trim().to_owned()));
        }
    }
    found
}

/// The text of a comment that has its line to itself.
fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("//").map(|rest| rest.trim_start_matches(['/', '!']))
}

fn doc_marker(line: &str) -> Option<&str> {
    ["///", "//!"].into_iter().find(|marker| line.starts_with(marker) && !line.starts_with("////"))
}

/// Returns whether the first line of code below is the head of a function.
fn documents_a_function(below: &[&str]) -> bool {
    let code = below.iter().find(|line| !line.starts_with("///") && !line.starts_with('#'));
    code.is_some_and(|line| line.starts_with("fn ") || line.contains(" fn "))
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

fn words(comment: &str) -> impl Iterator<Item = String> + '_ {
    comment.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[test]
fn a_violation_is_found_by_its_first_word_or_by_an_actor_without_a_name() {
    let found = |text: &str| violations(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(found("/// What it is.\nstruct A;\n/// Rights, of which\n/// what remains is\n    /// Whose.\n"), [1]);
    assert_eq!(found("//! Rights.\n/// Of a seat.\n"), [2]);
    assert_eq!(found("/// Whether it holds.\n#[must_use]\npub async fn holds() {}\n"), [1]);
    assert_eq!(found("/// Whether it holds.\nholds: bool,\n"), [0; 0]);
    assert_eq!(found("// What follows is not documentation,\n// which Nobody reads.\n"), [2]);
}
