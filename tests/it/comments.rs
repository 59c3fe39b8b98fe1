//! The rules for comments of `CONTRIBUTING.md` as a test: how a doc comment begins, and which words no comment uses.
//!
//! Comments of applied migrations are left out because the text of a migration may not change.

use crate::support::source;

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

#[test]
fn doc_comments_begin_with_a_verb_or_a_noun() {
    let mut wrong = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| source::files(folder)) {
        if file.path.ends_with(".rs") {
            wrong
                .extend(violations(&file.text).into_iter().map(|(line, text)| format!("{}:{line}: {text}", file.path)));
        }
    }
    assert!(wrong.is_empty(), "comments that do not begin with a verb or a noun:\n{}", wrong.join("\n"));
}

/// Lists line numbers and texts of comments that break a rule.
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

/// Returns the text of a comment that has its line to itself.
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
    comment
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[test]
fn a_violation_is_found_by_its_first_word_or_by_an_actor_without_a_name() {
    let found = |text: &str| violations(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(found("/// What it is.\nstruct A;\n/// Rights, of which\n/// what remains is\n    /// Whose.\n"), [1]);
    assert_eq!(found("//! Rights.\n/// Of a seat.\n"), [2]);
    assert_eq!(found("/// Whether it holds.\n#[must_use]\npub async fn holds() {}\n"), [1]);
    assert_eq!(found("/// Whether it holds.\nholds: bool,\n"), [0; 0]);
    assert_eq!(found("// What follows is not documentation,\n// which Nobody reads.\n"), [2]);
    assert_eq!(found("/// Errors: `nobody_to_ask`.\n"), [0; 0], "the name of a code is one word");
}
