//! The words for people: both languages say the same things, every key that is asked for is there, none is left over,
//! and the Italian is set the way Italian is set.
//!
//! A key written out in code or a template is found by itself. A key built at run time, `designations.seat_{kind}`, has to
//! range over a closed vocabulary: the test finds which one, and asks for a text for each of its values.

use crate::support::source::{self, Rust};
use std::collections::{BTreeMap, BTreeSet};

/// Keys built at run time that range over something else than a vocabulary of the code: the pattern, and over what.
const BY_HAND: &[(&str, Range)] = &[
    ("designations.mail_{}_subject", Range::Of(DESIGNATION_MAILS)),
    ("designations.mail_{}_heading", Range::Of(DESIGNATION_MAILS)),
    ("designations.mail_{}_body", Range::Of(DESIGNATION_MAILS)),
    ("designations.did_{}", Range::Audited("designations.")),
    ("meetings.mail_{}_subject", Range::Of(MEETING_MAILS)),
    ("meetings.mail_{}_heading", Range::Of(MEETING_MAILS)),
    ("meetings.mail_{}_body", Range::Of(MEETING_MAILS)),
    // The choices of a form: vocabularies asked for one by one elsewhere, but for the mode.
    ("meetings.{}_{}", Range::Of(&["mode_in_person", "mode_remote", "mode_mixed"])),
    ("overview.job_outcome_{}", Range::Of(&["running", "done", "failed", "timed_out", "panicked", "interrupted"])),
    ("overview.mail_kind_{}", Range::MailKinds),
    // The parts of the service that are not jobs.
    ("overview.part_{}", Range::Of(&["writing", "dispatcher", "outbox"])),
    // A link to a cancelled task is refused, so its state is never shown.
    ("press.state_{}", Range::Of(&["open", "in_progress", "done", "blocked"])),
];

/// The names given to `content` in designations/mail.rs.
const DESIGNATION_MAILS: &[&str] = &["welcome", "registered", "ending_soon", "ended", "ended_body"];
/// `Telling::key` in meetings/mail.rs.
const MEETING_MAILS: &[&str] = &["convened", "moved", "cancelled", "joined", "left"];

#[derive(Clone, Copy)]
enum Range {
    Of(&'static [&'static str]),
    /// Actions that the use cases of a slice record in the audit trail, without the prefix.
    Audited(&'static str),
    /// Every kind of mail there is.
    MailKinds,
}

impl Range {
    fn values(self) -> BTreeSet<String> {
        match self {
            Self::Of(values) => values.iter().map(|value| (*value).to_owned()).collect(),
            Self::MailKinds => source::mail_kinds(),
            Self::Audited(prefix) => {
                let services = source::rust("src").into_iter().filter(|file| file.path.contains("/service"));
                let said: Vec<String> =
                    services.flat_map(|file| file.texts().map(ToOwned::to_owned).collect::<Vec<_>>()).collect();
                said.iter()
                    .filter_map(|text| text.strip_prefix(prefix))
                    .filter(|verb| is_name(verb))
                    .map(ToOwned::to_owned)
                    .collect()
            }
        }
    }
}

/// Texts that no key in the code names, with the reason.
const NAMED_NOWHERE: &[(&str, &str)] = &[];

/// Places whose literals only look like text keys: names of actions in the audit trail (`designations.end`) and of
/// settings.
const NO_WORDS_FOR_PEOPLE: &[&str] =
    &["/service", "src/mail/outbox/", "src/config.rs", "src/load/", "src/jobs/housekeeping.rs"];

type Texts = BTreeMap<String, String>;

fn texts(language: &str) -> Texts {
    let mut all = Texts::new();
    for file in source::files(&format!("src/texts/{language}")) {
        let area = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).expect("an area");
        let table: BTreeMap<String, String> =
            toml::from_str(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        all.extend(table.into_iter().map(|(key, text)| (format!("{area}.{key}"), text)));
    }
    all
}

fn areas() -> BTreeSet<String> {
    texts("it").keys().filter_map(|key| key.split_once('.')).map(|(area, _)| area.to_owned()).collect()
}

/// Closed vocabularies, read from where they are declared: `kind! { … }`, `codes! { … }` and every `as_str` of a model.
fn vocabularies() -> Vec<BTreeSet<String>> {
    let mut all = Vec::new();
    for file in source::rust("entity/src").into_iter().chain(source::rust("src")) {
        for declared in ["kind! {", "codes! {", "fn as_str(self)", "fn as_str(&self)", "const JOBS"] {
            for block in file.code.split(declared).skip(1) {
                let values: BTreeSet<String> =
                    literals_of(&file, first_item(block)).into_iter().filter(|value| is_name(value)).collect();
                if values.len() > 1 {
                    all.push(values);
                }
            }
        }
    }
    all
}

/// The text up to the brace or bracket that closes the item.
fn first_item(block: &str) -> &str {
    let mut depth = 0_i32;
    for (index, letter) in block.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth -= 1;
                if depth <= 0 && block[index + 1..].trim_start().starts_with(['}', '\n', ';']) || depth < 0 {
                    return &block[..index];
                }
            }
            _ => {}
        }
    }
    block
}

fn literals_of(file: &Rust, code: &str) -> Vec<String> {
    code.split('"')
        .skip(1)
        .step_by(2)
        .filter_map(|number| file.literals.get(number.parse::<usize>().ok()?).cloned())
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Text keys that code and templates use.
#[derive(Default)]
struct Asked {
    /// Key, and the file that uses it.
    keys: BTreeMap<String, String>,
    /// Pattern, such as `designations.seat_{}`, and the file that uses it.
    patterns: BTreeMap<String, String>,
}

impl Asked {
    fn take(&mut self, literal: &str, path: &str, areas: &BTreeSet<String>) {
        let Some((area, key)) = literal.split_once('.') else { return };
        if !areas.contains(area) || key.is_empty() {
            return;
        }
        if is_name(key) {
            self.keys.insert(literal.to_owned(), path.to_owned());
        } else if let Some(pattern) = pattern(literal) {
            self.patterns.insert(pattern, path.to_owned());
        }
    }
}

/// `designations.seat_{seat.kind}` as `designations.seat_{}`; nothing for what is no key.
fn pattern(literal: &str) -> Option<String> {
    let (mut found, mut rest) = (String::new(), literal);
    while let Some((before, after)) = rest.split_once('{') {
        let (_, behind) = after.split_once('}')?;
        found.push_str(before);
        found.push_str("{}");
        rest = behind;
    }
    found.push_str(rest);
    (found.contains("{}") && is_name(&found.replace("{}", "").replacen('.', "", 1))).then_some(found)
}

fn asked() -> Asked {
    let (mut asked, areas) = (Asked::default(), areas());
    for file in source::rust("src") {
        for literal in file.texts() {
            asked.take(literal, &file.path, &areas);
        }
    }
    for file in source::files("src/templates") {
        for literal in file.text.split('"').skip(1).step_by(2).chain(file.text.split('"').skip(2).step_by(2)) {
            asked.take(literal, &file.path, &areas);
        }
    }
    asked
}

/// The keys a pattern stands for, or why that cannot be said.
fn expand(pattern: &str, texts: &Texts, vocabularies: &[BTreeSet<String>]) -> Result<Vec<String>, String> {
    let (prefix, suffix) = pattern.split_once("{}").unwrap_or((pattern, ""));
    if let Some((_, range)) = BY_HAND.iter().find(|(by_hand, _)| *by_hand == pattern) {
        let suffix = suffix.replace("_{}", "");
        return Ok(range.values().iter().map(|value| format!("{prefix}{value}{suffix}")).collect());
    }
    let is_there = |value: &String| texts.contains_key(&format!("{prefix}{value}{suffix}"));
    let ranges_over =
        vocabularies.iter().filter(|values| values.iter().all(is_there)).max_by_key(|values| values.len());
    if let Some(values) = ranges_over {
        return Ok(values.iter().map(|value| format!("{prefix}{value}{suffix}")).collect());
    }
    let nearest = vocabularies.iter().max_by_key(|values| values.iter().filter(|value| is_there(value)).count());
    let missing: Vec<&String> = nearest.into_iter().flatten().filter(|value| !is_there(value)).collect();
    Err(format!("{pattern} ranges over no vocabulary; the nearest lacks {missing:?}"))
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_placeholders() {
    let (italian, english) = (texts("it"), texts("en"));
    let keys = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
    let only: Vec<_> = keys(&italian).symmetric_difference(&keys(&english)).cloned().collect();
    assert!(only.is_empty(), "in one language only: {only:?}");
    for (key, text) in &italian {
        assert_eq!(placeholders(text), placeholders(&english[key]), "{key}");
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .map(|after| after.split_once('}').unwrap_or_else(|| panic!("a brace stays open: {text}")).0)
        .collect()
}

#[test]
fn every_text_asked_for_is_there_and_none_is_left_over() {
    let (texts, vocabularies, asked) = (texts("it"), vocabularies(), asked());
    assert!(
        texts.len() > 100 && asked.keys.len() > 100 && vocabularies.len() > 20,
        "the test looks in the wrong place"
    );
    let mut wrong = BTreeSet::new();
    let mut used: BTreeSet<String> = NAMED_NOWHERE.iter().map(|(key, _)| (*key).to_owned()).collect();
    for (key, path) in &asked.keys {
        if !texts.contains_key(key) && !NO_WORDS_FOR_PEOPLE.iter().any(|place| path.contains(place)) {
            wrong.insert(format!("{path} asks for {key}, which is not there"));
        }
        used.insert(key.clone());
    }
    for (pattern, path) in &asked.patterns {
        match expand(pattern, &texts, &vocabularies) {
            Ok(keys) => {
                wrong.extend(
                    keys.iter()
                        .filter(|key| !texts.contains_key(*key))
                        .map(|key| format!("{path} asks for {key}, which is not there")),
                );
                used.extend(keys);
            }
            Err(why) => {
                wrong.insert(format!("{path}: {why}"));
            }
        }
    }
    for (pattern, _) in BY_HAND {
        if !asked.patterns.contains_key(*pattern) {
            wrong.insert(format!("nobody asks for {pattern} any more"));
        }
    }
    wrong.extend(texts.keys().filter(|key| !used.contains(*key)).map(|key| format!("nobody asks for {key}")));
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_area_of_texts_is_loaded() {
    let loader = source::rust("src").into_iter().find(|file| file.path == "src/texts.rs").expect("the loader");
    let loaded: BTreeSet<String> = loader.texts().map(ToOwned::to_owned).collect();
    for language in ["it", "en"] {
        for file in source::files(&format!("src/texts/{language}")) {
            let area = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).expect("an area");
            assert!(loaded.contains(area), "{} is not in the list of src/texts.rs", file.path);
        }
    }
}

/// Typographic mistakes, and their replacement.
const MISSET: &[(&str, &str)] = &[
    ("'", "’"),
    ("\"", "«…»"),
    ("...", "…"),
    ("  ", "one space"),
    ("perchè", "perché"),
    ("poichè", "poiché"),
    ("finchè", "finché"),
    ("affinchè", "affinché"),
    (" nè ", " né "),
    ("qual’è", "qual è"),
    ("un pò", "un po’"),
    (" e’ ", " è "),
    (" sè ", " sé "),
    (" ,", ","),
    (" ;", ";"),
    ("« ", "«"),
    (" »", "»"),
];

/// Texts that are wrong in both languages.
const MISSET_IN_BOTH: &[&str] = &["'", "...", "  "];

#[test]
fn texts_are_set_as_print_is() {
    let mut wrong = BTreeSet::new();
    for (key, text) in texts("it") {
        let words = format!(" {} ", text.trim().to_lowercase());
        wrong.extend(
            MISSET
                .iter()
                .filter(|(bad, _)| words.contains(bad))
                .map(|(bad, good)| format!("it {key}: «{bad}» is {good}")),
        );
        if text.matches('«').count() != text.matches('»').count() {
            wrong.insert(format!("it {key}: a quotation stays open"));
        }
    }
    for (key, text) in texts("en") {
        wrong.extend(MISSET_IN_BOTH.iter().filter(|bad| text.contains(**bad)).map(|bad| format!("en {key}: {bad}")));
    }
    for language in ["it", "en"] {
        for (key, text) in texts(language) {
            if text.trim().is_empty() || text.trim() != text {
                wrong.insert(format!("{language} {key}: empty, or with a space at an end"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// One notion, one word (glossary): what a seat is called may not depend on the page.
#[test]
fn a_seat_has_one_name_everywhere() {
    for language in ["it", "en"] {
        let texts = texts(language);
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (key, text) in &texts {
            let kind = ["capacity_", "seat_"].iter().find_map(|prefix| key.split_once('.')?.1.strip_prefix(prefix));
            if let Some(kind) = kind.filter(|kind| {
                ["referent", "deputy", "body_manager", "secretariat", "direction", "partner"].contains(kind)
            }) {
                names.entry(kind).or_default().insert(text);
            }
        }
        for (kind, names) in names {
            assert_eq!(names.len(), 1, "{language}: {kind} is called {names:?}");
        }
    }
}
