//! `ARCHITECTURE.md` as a test: allowed references, names confined to one place, and forbidden words.
//!
//! It reads the text of the sources. Each list of exceptions gives reasons, and an exception that is no longer needed
//! fails too, so the lists only shrink.

use crate::support::files;
use crate::support::source::{self, File, Reference, Rust};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;

/// Layers that a layer may not name in its own slice: those above it.
const UPWARDS: &[(&str, &[&str])] = &[
    ("model", &["policy", "view", "store", "service", "mail", "due", "api", "web"]),
    ("policy", &["store", "service", "mail", "due", "api", "web"]),
    ("view", &["store", "service", "mail", "due", "api", "web"]),
    ("store", &["service", "mail", "due", "api", "web"]),
    ("mail", &["service", "api", "web"]),
    ("due", &["api", "web"]),
    ("service", &["api", "web"]),
    ("api", &["store", "web"]),
    ("web", &["store"]),
];

/// Parts of the crate that a pure layer may name: rules, words, and other pure code.
const PURE: &[&[&str]] = &[
    &["error"],
    &["lifecycle"],
    &["time"],
    &["texts", "Lang"],
    &["auth", "actor"],
    // Parses a text; sends nothing.
    &["mail", "is_address"],
    &["mail", "address"],
    // Classifies characters.
    &["letters"],
    // Reads typed texts.
    &["typed"],
    // Counts days; reads neither rows nor requests.
    &["network", "calendar"],
    // Parses markup given as an argument.
    &["portal", "page"],
];

/// Crates that a pure layer may name.
const PURE_CRATES: &[&str] =
    &["std", "base64", "chrono", "infer", "serde", "serde_json", "thiserror", "utoipa", "uuid"];

/// Modules of `std` that a pure layer may not name.
const IMPURE_STD: &[&str] = &["env", "fs", "net", "process", "thread"];

/// Further names allowed in single pure files, with the reason.
const PURE_EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/auth/model.rs", "crate::config::Security", "the lives of links and sessions, handed in as plain data"),
    ("src/portal/model.rs", "crate::portal::fetch::Answer", "what was fetched, as plain data"),
    ("src/portal/model.rs", "crate::portal::fetch::Problem", "why nothing was fetched, as plain data"),
];

/// Places in which a crate may be named, besides those of [`AT_HOME`].
struct Confined {
    krate: &'static str,
    layers: &'static [&'static str],
    /// A file, or a folder ending in `/`, with the reason.
    places: &'static [(&'static str, &'static str)],
}

const CONFINED: &[Confined] = &[
    Confined {
        krate: "sea_orm",
        layers: &["store"],
        places: &[
            ("src/audit/", "the chained log writes and reads its own two tables"),
            ("src/cli/serve.rs", "asks whether the database is empty before it loads the network"),
            ("src/ctx.rs", "hands out the reader"),
            ("src/db.rs", "opens, begins; turns constraints into errors"),
            ("src/db/", "commits, or remembers why it cannot"),
            ("src/http/health.rs", "asks the database whether it answers"),
            ("src/http/idempotency.rs", "keeps its answer in the transaction of the effect"),
            ("src/jobs/", "slots, statuses and what is kept no longer are tables of the jobs alone"),
            ("src/kinds_of_mail.rs", "hands the reader to the slices it asks"),
            ("src/load/write.rs", "writes the network as one difference, table by table"),
            ("src/load/write/", "writes the network as one difference, table by table"),
            ("src/load/mod.rs", "compares a file with a database or a transaction"),
            ("src/load/sheets.rs", "compares methodology sheets in the same way"),
            ("src/mail/hooks.rs", "hands the reader to the kinds it asks"),
            ("src/mail/kind.rs", "hands the reader to the kinds it asks"),
            ("src/mail/outbox/", "the outbox is its own store: claim, mark, withdraw"),
            ("src/open.rs", "finds the thing that a use case opens"),
            ("src/ops/", "backup, restore and migration handle the database itself"),
            ("src/settings.rs", "one table of names and values"),
            ("src/slices.rs", "hands the connection to the slices it asks"),
            ("src/vitals/pulse.rs", "proves that the database takes a write"),
        ],
    },
    Confined {
        krate: "rusqlite",
        layers: &[],
        places: &[("src/db/changes.rs", "asks the embedded engine for its version without a thread between")],
    },
    Confined {
        krate: "actix_web",
        layers: &["api", "web"],
        places: &[
            ("src/app.rs", "the list of routes and layers"),
            ("src/auth/extract.rs", "who asks is read from the request"),
            ("src/cli/serve.rs", "starts the server"),
            ("src/http/", "the edge"),
        ],
    },
    Confined {
        krate: "utoipa_actix_web",
        layers: &["api"],
        places: &[
            ("src/api.rs", "lists the described routes"),
            ("src/app.rs", "serves them"),
            ("src/http/openapi.rs", "prints them"),
        ],
    },
    Confined { krate: "actix_multipart", layers: &[], places: &[("src/http/multipart.rs", "reads uploads")] },
    Confined {
        krate: "askama",
        layers: &["web"],
        places: &[("src/http/", "the frame and the error page"), ("src/mail/content.rs", "the two parts of a mail")],
    },
    Confined {
        krate: "csv",
        layers: &[],
        places: &[("src/http/csv.rs", "writes tables"), ("src/sheet/", "reads tables")],
    },
    Confined { krate: "quick_xml", layers: &[], places: &[("src/releases/feed/news.rs", "writes the news")] },
    Confined { krate: "oxrdf", layers: &[], places: &[("src/overview/open_data/graph.rs", "states facts")] },
    Confined { krate: "oxttl", layers: &[], places: &[("src/overview/open_data/graph.rs", "writes them as Turtle")] },
    Confined { krate: "lettre", layers: &[], places: &[("src/mail/", "builds and sends")] },
    Confined {
        krate: "object_store",
        layers: &[],
        places: &[("src/documents/contents.rs", "reads and writes the contents of documents")],
    },
    Confined { krate: "reqwest", layers: &[], places: &[("src/portal/", "fetches the declared page")] },
    Confined { krate: "calamine", layers: &[], places: &[("src/sheet/", "reads workbooks")] },
    Confined { krate: "zip", layers: &[], places: &[("src/sheet/", "counts to what a workbook unpacks")] },
    Confined { krate: "rust_xlsxwriter", layers: &[], places: &[("src/http/sheet.rs", "writes workbooks")] },
    Confined { krate: "rand", layers: &[], places: &[("src/secret.rs", "ids, tokens and jitter have one home")] },
];

/// Names allowed in one file only, with the alternative.
const AT_HOME: &[(&[&str], &str, &str)] = &[
    (&["std::env", "env::var", "env::vars"], "src/config.rs", "the environment is read once, by config.rs"),
    (
        &["Utc::now", "Local::now", "SystemTime::now", "Timestamp::now", "Zoned::now", "time::Instant::now"],
        "src/clock.rs",
        "ask the clock of the context",
    ),
    (&["Uuid::now_v7", "Uuid::new_v4", "Uuid::new_v7", "uuid::Builder"], "src/secret.rs", "ids come from the context"),
    (
        &["Code::WrongTransition"],
        "src/lifecycle.rs",
        "a `WrongTransition` lists the events that are possible; a refusal without a lifecycle has its own code",
    ),
];

/// Allowed everywhere, because `tokio::time::Instant` is a deadline and not a date: it stands still when a test pauses
/// time.
const DEADLINES: &str = "tokio::time::Instant::now";

/// Files that connect the slices and may name them all.
const COMPOSERS: &[&str] = &[
    "src/api.rs",
    "src/app.rs",
    "src/cli.rs",
    "src/cli/",
    "src/lib.rs",
    "src/main.rs",
    "src/jobs/schedule.rs",
    "src/kinds_of_mail.rs",
    "src/slices.rs",
];

/// Slices that no other slice may name, because they read from all.
const AT_THE_TOP: &[&str] = &["overview", "reminders"];

/// Longest file, in lines of code; a longer one is split by verb.
const LONGEST: usize = 500;

/// Longer files with their limit and the reason why they are not split.
const LONGER: &[(&str, usize, &str)] = &[("src/load/write/rows.rs", 560, "one function per table, all alike")];

/// Returns slice and layer of a path: `src/designations/service/end.rs` is of slice `designations`, layer `service`.
fn place(path: &str) -> (String, String) {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts = inner.split('/');
    let slice = parts.next().unwrap_or_default().to_owned();
    (slice, parts.next().unwrap_or("mod").to_owned())
}

/// Returns whether a path lies in a place: a file, or a folder ending in `/`.
fn is_in(path: &str, place: &str) -> bool {
    if place.ends_with('/') { path.starts_with(place) } else { path == place }
}

/// Returns the slices: every folder of `src` with use cases.
fn slices(sources: &[Rust]) -> BTreeSet<String> {
    let with_service = sources.iter().map(|file| place(&file.path)).filter(|(_, layer)| layer == "service");
    with_service.map(|(slice, _)| slice).chain(AT_THE_TOP.iter().map(|name| (*name).to_owned())).collect()
}

#[track_caller]
fn assert_none(what: &str, found: &BTreeSet<String>) {
    let mut list = String::new();
    for one in found {
        let _ = write!(list, "\n  {one}");
    }
    assert!(found.is_empty(), "{what}:{list}");
}

fn starts_with(path: &Reference, prefix: &[&str]) -> bool {
    path.iter().map(String::as_str).take(prefix.len()).eq(prefix.iter().copied())
}

#[test]
fn layers_use_only_lower_layers() {
    let mut found = BTreeSet::new();
    for file in source::sources() {
        let (slice, layer) = place(&file.path);
        let Some((_, forbidden)) = UPWARDS.iter().find(|(name, _)| *name == layer) else { continue };
        for path in file.references() {
            if let [krate, other, above, ..] = path.as_slice()
                && krate == "crate"
                && *other == slice
                && forbidden.contains(&above.as_str())
            {
                found.insert(format!("{} names {}", file.path, path.join("::")));
            }
        }
    }
    assert_none("a layer names one above it", &found);
}

#[test]
fn models_and_policies_are_pure() {
    let (mut found, mut unused) = (BTreeSet::new(), exceptions(PURE_EXCEPTIONS.iter().map(|one| (one.0, one.1))));
    for file in source::sources().iter().filter(|file| ["model", "policy"].contains(&place(&file.path).1.as_str())) {
        for path in file.references().iter().filter(|path| !is_pure(path)) {
            let name = path.join("::");
            if !unused.1.contains(&(file.path.clone(), name.clone())) {
                found.insert(format!("{} names {name}", file.path));
            }
            unused.0.remove(&(file.path.clone(), name));
        }
    }
    assert_none("a pure layer names what is not", &found);
    assert!(unused.0.is_empty(), "no longer needed: {:?}", unused.0);
}

type Exceptions = BTreeSet<(String, String)>;

/// Returns the exceptions twice: those not met yet, and all.
fn exceptions<'a>(list: impl Iterator<Item = (&'a str, &'a str)>) -> (Exceptions, Exceptions) {
    let all: Exceptions = list.map(|(file, name)| (file.to_owned(), name.to_owned())).collect();
    (all.clone(), all)
}

fn is_pure(path: &Reference) -> bool {
    match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["std", module, ..] => !IMPURE_STD.contains(module),
        ["entity", module, ..] => ["ids", "kinds"].contains(module),
        ["crate", _, "model" | "policy" | "view", ..] | [] => true,
        ["crate", rest @ ..] => PURE.iter().any(|allowed| rest.starts_with(allowed)),
        // A path of one's own types: `Self::Stage`, `State::Open`.
        [first, ..] => PURE_CRATES.contains(first) || first.starts_with(char::is_uppercase) || !is_a_crate(first),
    }
}

/// Returns whether the word is a dependency of the package.
fn is_a_crate(word: &str) -> bool {
    static CRATES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let manifest: toml::Table = source::read("Cargo.toml").parse().expect("Cargo.toml is TOML");
        let dependencies = manifest["dependencies"].as_table().expect("a table");
        dependencies.keys().map(|name| name.replace('-', "_")).collect()
    });
    CRATES.contains(word)
}

#[test]
fn infrastructure_crates_are_named_where_they_belong() {
    let sources = source::sources();
    for rule in CONFINED {
        let mut found = BTreeSet::new();
        let mut needed = BTreeSet::new();
        for file in sources {
            let (_, layer) = place(&file.path);
            let names: Vec<&Reference> = file.references().iter().filter(|path| path[0] == rule.krate).collect();
            let home = rule.places.iter().find(|(place, _)| is_in(&file.path, place));
            needed.extend(home.filter(|_| !names.is_empty()).map(|(place, _)| *place));
            if home.is_some() || rule.layers.contains(&layer.as_str()) {
                continue;
            }
            // The one name of the ORM that use cases may use: for a read that runs on the reader or inside a
            // transaction.
            let foreign = names.iter().filter(|path| {
                !(["service", "due", "mail", "questions", "silence"].contains(&layer.as_str())
                    && path[1..] == ["ConnectionTrait"])
            });
            found.extend(foreign.map(|path| format!("{} names {}", file.path, path.join("::"))));
        }
        assert_none(&format!("{} outside its home", rule.krate), &found);
        let idle: Vec<_> = rule.places.iter().filter(|(place, _)| !needed.contains(place) && exists(place)).collect();
        assert!(idle.is_empty(), "{}: no longer needed: {idle:?}", rule.krate);
    }
}

fn exists(place: &str) -> bool {
    source::root().join(place).exists()
}

#[test]
fn time_chance_environment_and_refused_events_have_one_home_each() {
    let mut found = BTreeSet::new();
    for file in source::sources() {
        let code = file.code.replace(DEADLINES, "");
        for (names, home, instead) in AT_HOME {
            found.extend(
                names
                    .iter()
                    .filter(|name| file.path != *home && code.contains(**name))
                    .map(|name| format!("{} says {name}: {instead}", file.path)),
            );
        }
    }
    assert_none("not at home", &found);
    for (names, home, _) in AT_HOME {
        let code =
            source::sources().iter().find(|file| file.path == *home).map(|file| file.code.as_str()).unwrap_or_default();
        assert!(
            names.iter().any(|name| code.contains(name)),
            "{home} says none of {names:?}: the rule looks for the wrong words"
        );
    }
}

/// Returns which slices each slice names, and where.
fn slice_graph(sources: &[Rust]) -> BTreeMap<String, BTreeMap<String, String>> {
    let slices = slices(sources);
    let mut graph: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in sources {
        let (slice, _) = place(&file.path);
        if !slices.contains(&slice) {
            continue;
        }
        for path in file.references() {
            if let [krate, other, ..] = path.as_slice()
                && krate == "crate"
                && *other != slice
                && slices.contains(other)
            {
                graph
                    .entry(slice.clone())
                    .or_default()
                    .insert(other.clone(), format!("{} names {}", file.path, path.join("::")));
            }
        }
    }
    graph
}

#[test]
fn no_slice_reads_another_s_store() {
    let sources = source::sources();
    let mut found = BTreeSet::new();
    for file in sources {
        let (slice, _) = place(&file.path);
        for path in file.references() {
            if let [krate, other, layer, ..] = path.as_slice()
                && krate == "crate"
                && *other != slice
                && layer == "store"
            {
                found.insert(format!("{} names {}", file.path, path.join("::")));
            }
        }
    }
    assert_none("another slice's store", &found);
}

#[test]
fn the_graph_of_slices_has_no_circle() {
    let graph = slice_graph(source::sources());
    assert!(graph.contains_key("designations"), "the graph is empty: the test looks in the wrong place");
    assert_none("slices need each other", &circles(&graph));
}

/// Files that import each other can only be read together. A name re-exported with `pub use` counts for the file that
/// defines it.
#[test]
fn the_graph_of_files_has_no_circle() {
    let graph = files::graph(source::sources());
    assert!(
        graph["src/db.rs"].contains_key("src/error.rs"),
        "the graph misses an edge: the test reads imports wrongly"
    );
    assert_none("files need each other", &circles(&graph));
}

/// Returns the edges of a graph that are part of a circle or between two circles, each with its reason.
fn circles(graph: &BTreeMap<String, BTreeMap<String, String>>) -> BTreeSet<String> {
    let mut left: Vec<(&str, &str)> =
        graph.iter().flat_map(|(from, needs)| needs.keys().map(|to| (from.as_str(), to.as_str()))).collect();
    // An edge from a node without incoming edges, or to a node without outgoing ones, is in no circle.
    loop {
        let (from, to): (BTreeSet<&str>, BTreeSet<&str>) = left.iter().copied().unzip();
        let before = left.len();
        left.retain(|edge| to.contains(edge.0) && from.contains(edge.1));
        if left.len() == before {
            return left.into_iter().map(|(from, to)| graph[from][to].clone()).collect();
        }
    }
}

#[test]
fn no_slice_depends_on_overview_or_reminders() {
    let mut found = BTreeSet::new();
    for file in source::sources() {
        let (slice, _) = place(&file.path);
        if COMPOSERS.iter().any(|composer| is_in(&file.path, composer)) || AT_THE_TOP.contains(&slice.as_str()) {
            continue;
        }
        let names =
            file.references().iter().filter(|path| AT_THE_TOP.iter().any(|top| starts_with(path, &["crate", top])));
        found.extend(names.map(|path| format!("{} names {}", file.path, path.join("::"))));
    }
    assert_none("a dependency on a slice at the top", &found);
}

/// Slices declare their kinds of mail and `src/kinds_of_mail.rs` lists them; the module that sends mails names neither.
#[test]
fn mail_names_no_slice() {
    let sources = source::sources();
    let slices = slices(sources);
    let mut found = BTreeSet::new();
    for file in sources.iter().filter(|file| file.path.starts_with("src/mail/")) {
        let names = file.references().iter().filter(|path| {
            let [krate, slice, ..] = path.as_slice() else { return false };
            krate == "crate"
                && (slices.contains(slice) || slice == "kinds_of_mail")
                && !starts_with(path, &["crate", "auth", "actor"])
        });
        found.extend(names.map(|path| format!("{} names {}", file.path, path.join("::"))));
    }
    assert_none("the mail module depends on a slice", &found);
}

#[test]
fn slices_do_not_name_the_jobs_that_call_them() {
    let sources = source::sources();
    let slices = slices(sources);
    let mut found = BTreeSet::new();
    for file in sources {
        let (slice, _) = place(&file.path);
        let calls = |path: &&Reference| {
            starts_with(path, &["crate", "jobs", "runner"]) || starts_with(path, &["crate", "jobs", "ticker"])
        };
        if slices.contains(&slice) {
            found.extend(
                file.references().iter().filter(calls).map(|path| format!("{} names {}", file.path, path.join("::"))),
            );
        }
    }
    assert_none("a slice drives the jobs", &found);
}

#[test]
fn entity_and_migration_depend_neither_on_the_program_nor_on_each_other() {
    let mut found = BTreeSet::new();
    for (folder, strangers) in [("entity", ["raccordo", "migration"]), ("migration", ["raccordo", "entity"])] {
        for file in source::rust(&format!("{folder}/src")) {
            let foreign = file.references().iter().filter(|path| strangers.contains(&path[0].as_str()));
            found.extend(foreign.map(|path| format!("{} names {}", file.path, path.join("::"))));
        }
        let manifest: toml::Table = source::read(&format!("{folder}/Cargo.toml")).parse().expect("a manifest");
        let depends = manifest["dependencies"].as_table().expect("dependencies");
        found.extend(
            strangers
                .iter()
                .filter(|name| depends.contains_key(**name))
                .map(|name| format!("{folder} depends on {name}")),
        );
    }
    assert_none("a dependency upwards", &found);
}

#[test]
fn no_source_file_is_too_long() {
    let mut found = BTreeSet::new();
    for file in source::sources() {
        let lines = file.lines_of_code();
        let longest = LONGER.iter().find(|(path, ..)| *path == file.path).map_or(LONGEST, |(_, longest, _)| *longest);
        if lines > longest {
            found.insert(format!("{}: {lines} lines of code, at most {longest}: split it by verb", file.path));
        }
        if longest > LONGEST && lines <= LONGEST {
            found.insert(format!("{}: {lines} lines of code: the exception is not needed any more", file.path));
        }
    }
    assert_none("too long", &found);
}

fn templates() -> Vec<File> {
    source::files("src/templates").into_iter().filter(|file| file.path.ends_with(".html")).collect()
}

/// Returns whether a template is of a mail, where styles can only be attributes and our content policy does not apply.
fn is_mail(template: &File) -> bool {
    template.path.starts_with("src/templates/mail/")
}

#[test]
fn templates_escape_everything_and_keep_to_the_content_security_policy() {
    let mut found = BTreeSet::new();
    for template in templates() {
        for (number, line) in template.text.lines().enumerate() {
            let mut at = |what: &str| found.insert(format!("{}:{}: {what}", template.path, number + 1));
            let packed: String = line.split_whitespace().collect();
            if packed.contains("|safe") || packed.contains("escape=\"none\"") {
                at("unescaped output");
            }
            if line.contains("<style") || line.contains("javascript:") {
                at("an inline style or script");
            }
            if line.contains("<script") && !line.contains("<script src=") {
                at("an inline script");
            }
            if !is_mail(&template) && attributes(line).any(|name| name == "style" || name.starts_with("on")) {
                at("an inline style or handler");
            }
            if attributes(line).any(|name| name.starts_with("hx-on")) {
                at("an inline handler");
            }
        }
    }
    assert_none("against the content security policy", &found);
}

/// Returns the names of everything that looks like an attribute: `name="`.
fn attributes(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("=\"").map(|(at, _)| {
        let before = &line[..at];
        let begin = before
            .rfind(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '%' | '}'))
            .map_or(0, |index| index + 1);
        &before[begin..]
    })
}

/// Folders whose files a document may name; any other word with a slash is an address or a unit.
const FOLDERS: &[&str] =
    &["src", "tests", "entity", "migration", "data", "docs", "docker", "web", "scripts", "openapi", "benches", ".ci"];
const EXTENSIONS: &[&str] = &[".rs", ".md", ".toml", ".json", ".yml", ".html", ".mjs", ".css", ".sh"];

#[test]
fn every_file_a_document_names_is_there() {
    let documents = source::files("docs")
        .into_iter()
        .chain(at_the_root())
        .filter(|file| file.path.ends_with(".md") && file.path != "CHANGELOG.md");
    let known: BTreeSet<String> =
        source::files(".").into_iter().map(|file| file.path.trim_start_matches("./").to_owned()).collect();
    let (mut found, mut looked_at) = (BTreeSet::new(), 0);
    for document in documents {
        for quoted in document.text.split('`').skip(1).step_by(2) {
            let name = quoted.trim_end_matches('/');
            let is_path = FOLDERS.iter().any(|folder| name.starts_with(&format!("{folder}/")));
            let is_file = EXTENSIONS.iter().any(|extension| name.ends_with(extension));
            let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
            if !is_plain || !(is_path || is_file) {
                continue;
            }
            looked_at += 1;
            let is_there = source::root().join(name).exists()
                || known.iter().any(|path| path.ends_with(&format!("/{name}")))
                || known.iter().any(|path| path.contains(&format!("/{name}/")));
            if !is_there {
                found.insert(format!("{} names {name}", document.path));
            }
        }
    }
    assert!(looked_at > 5, "only {looked_at} names were looked at");
    assert_none("a document names a file that is not there", &found);
}

fn at_the_root() -> Vec<File> {
    let names = std::fs::read_dir(source::root())
        .expect("the root")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let here = names.filter(|name| name.ends_with(".md"));
    here.map(|name| File { text: source::read(&name), path: name }).collect()
}

/// Hosts of package registries, split here so that this list does not match itself. Lock files name packages; the
/// registry is a setting of the machine that builds.
const REGISTRIES: &[&[&str]] = &[
    &["registry.npmjs", ".org"],
    &["registry.yarnpkg", ".com"],
    &["index.crates", ".io"],
    &["static.crates", ".io"],
    &["arti", "factory"],
    &["deb.debian", ".org"],
    &["pypi", ".org"],
];

/// Beginnings of absolute paths on a developer's machine.
const MACHINES: &[&[&str]] =
    &[&["/ho", "me/"], &["/ro", "ot/"], &["/Us", "ers/"], &["/wo", "rk/"], &["/tm", "p/"], &["C:", "\\"]];

#[test]
fn the_repository_names_no_machine_and_no_registry() {
    let mut found = BTreeSet::new();
    for file in source::files(".") {
        for words in REGISTRIES.iter().chain(MACHINES).map(|parts| parts.concat()) {
            let is_path = words.starts_with('/');
            for (at, _) in file.text.match_indices(&words) {
                // `${TMPDIR:-/…}` ends at the brace and an address has a host in front; a path begins after a space or
                // a quote.
                let before = file.text[..at].chars().next_back();
                if !is_path || before.is_none_or(|letter| !letter.is_alphanumeric() && !"._-}>".contains(letter)) {
                    found.insert(format!("{} says {words}", file.path));
                }
            }
        }
    }
    assert_none("a place of one machine", &found);
}

#[test]
fn no_todo_is_left_in_the_code() {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["unimple", "mented!"].concat()];
    let mut found = BTreeSet::new();
    for folder in ["src", "entity", "migration", "tests", "docs", "web", "scripts", "docker"] {
        for file in source::files(folder).into_iter().filter(|file| !file.path.ends_with("package-lock.json")) {
            found.extend(
                words
                    .iter()
                    .filter(|word| file.text.contains(word.as_str()))
                    .map(|word| format!("{} says {word}", file.path)),
            );
        }
    }
    assert_none("work left undone", &found);
}
