//! Texts for people: both languages have the same ones, every used key exists, none is unused, and Italian typography
//! is right.
//!
//! Keys are written out in code or in templates, so that the test finds them. A key built at run time is refused: a
//! closed vocabulary names the key of each value (`texts::Label`). Two kinds of key have a part written once: the four of a
//! mail (`mail::content::Words`), and that of an empty field, which is its name (`Lang::asking_for`).

use crate::support::source;
use raccordo::error::Code;
use raccordo::texts::Lang;
use std::collections::{BTreeMap, BTreeSet};

/// Places whose literals only look like text keys: names of actions in the audit trail (`designations.end`) and of
/// settings.
const NO_WORDS_FOR_PEOPLE: &[&str] =
    &["/service", "src/mail/outbox/", "src/config.rs", "src/load/", "src/jobs/housekeeping.rs"];

/// Ends of the keys that `mail::content::Words` reads.
const PARTS_OF_A_MAIL: [&str; 4] = ["subject", "preheader", "heading", "body"];

pub type Texts = BTreeMap<String, String>;

pub fn texts(language: &str) -> Texts {
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

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Returns the keys used by code and templates, with the file of each; the keys of the errors come last, because
/// [`Code`] names them.
fn asked() -> BTreeMap<String, String> {
    let (mut asked, areas, known) = (BTreeMap::new(), areas(), texts("it"));
    let mut take = |literal: &str, path: &str| {
        let of_a_field = format!("fields.{literal}");
        if known.contains_key(&of_a_field) {
            asked.insert(of_a_field, path.to_owned());
        }
        let Some((area, key)) = literal.split_once('.') else { return };
        if !areas.contains(area) || !is_name(key) {
            return;
        }
        let begins_those_of_a_mail = !known.contains_key(literal) && known.contains_key(&format!("{literal}_subject"));
        if begins_those_of_a_mail {
            asked.extend(PARTS_OF_A_MAIL.map(|part| (format!("{literal}_{part}"), path.to_owned())));
        } else {
            asked.insert(literal.to_owned(), path.to_owned());
        }
    };
    for file in source::sources() {
        file.texts().for_each(|literal| take(literal, &file.path));
    }
    for file in source::files("src/templates") {
        let literals = file.text.split('"').skip(1).step_by(2).chain(file.text.split('"').skip(2).step_by(2));
        literals.for_each(|literal| take(literal, &file.path));
    }
    for code in Code::ALL {
        take(code.text_key(), "src/error.rs");
    }
    asked
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
    let (texts, asked) = (texts("it"), asked());
    assert!(texts.len() > 100 && asked.len() > 100, "the test looks in the wrong place");
    let speaks_to_people = |path: &str| !NO_WORDS_FOR_PEOPLE.iter().any(|place| path.contains(place));
    let mut wrong: BTreeSet<String> = asked
        .iter()
        .filter(|(key, path)| !texts.contains_key(*key) && speaks_to_people(path))
        .map(|(key, path)| format!("{path} asks for {key}, which is not there"))
        .collect();
    wrong.extend(texts.keys().filter(|key| !asked.contains_key(*key)).map(|key| format!("nobody asks for {key}")));
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_key_is_built_at_run_time() {
    let areas = areas();
    let is_built = |literal: &&str| {
        let Some((area, key)) = literal.split_once('.') else { return false };
        areas.contains(area) && key.contains('{') && is_name(&key.replace(['{', '}', '.'], ""))
    };
    let built: Vec<String> = source::sources()
        .iter()
        .flat_map(|file| {
            file.texts().filter(is_built).map(|key| format!("{} builds {key}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(built.is_empty(), "give the vocabulary a label_key: {built:?}");
}

#[test]
fn every_text_of_every_file_is_loaded() {
    for lang in Lang::ALL {
        let loaded: BTreeSet<&String> = lang.all().keys().collect();
        assert_eq!(loaded, texts(lang.code()).keys().collect(), "{}", lang.code());
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

/// A seat has the same name on every page (glossary).
/// Words of the informal address. Labels of buttons are left out: «Apri», «Torna alla bozza».
const TU: [&str; 21] = [
    "tu",
    "tuo",
    "tua",
    "tuoi",
    "tue",
    "ti",
    "hai",
    "puoi",
    "devi",
    "vuoi",
    "avevi",
    "avrai",
    "potrai",
    "riceverai",
    "trovi",
    "scrivi",
    "premi",
    "riprova",
    "inserisci",
    "incolla",
    "scegli",
];

#[test]
fn the_reader_is_addressed_as_lei() {
    let says_tu = |text: &str| {
        let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.find(|word| TU.contains(&word.to_lowercase().as_str())).map(str::to_owned)
    };
    let found: Vec<String> =
        texts("it").iter().filter_map(|(key, text)| says_tu(text).map(|word| format!("{key}: {word}"))).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// Beginnings of words that the table *Decided words* of `docs/domain.md` replaces by others, in each language. A release
/// is missing here, because its two words depend on the page.
const DISCARDED: [(&str, &[&str]); 2] = [
    (
        "it",
        &[
            "dispens",
            "decorren",
            "registra la cessazione",
            "abbandonat",
            "esito incerto",
            "ora italiana",
            "punto del lunedì",
            "come risulta",
            "in partenza",
            "situazione a ",
            "capitolo saltato",
            "capitolo omesso",
            // An order in the middle of a sentence; on a button it is a label.
            ". togli ",
        ],
    ),
    ("en", &["referent", "deliverable", "given up", "leaving", "enter the end"]),
];

#[test]
fn no_text_says_a_word_that_was_decided_against() {
    for (language, discarded) in DISCARDED {
        let texts = texts(language);
        let says = |text: &str| discarded.iter().find(|word| text.to_lowercase().contains(**word));
        let found: Vec<String> =
            texts.iter().filter_map(|(key, text)| Some(format!("{language}: {key}: {}", says(text)?))).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

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
