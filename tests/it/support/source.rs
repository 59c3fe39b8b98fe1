//! The project's own files, for tests of rules over all of them: texts, Rust code without comments and tests,
//! references and routes.

use actix_web::dev::ResourceDef;
use raccordo::http::route;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

/// A text file of the project.
#[derive(Debug)]
pub struct File {
    /// From the root of the project, with `/`.
    pub path: String,
    pub text: String,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns every text file below a folder, sorted by path, without built, fetched and private ones.
pub fn files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    gather(&root().join(folder), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn gather(folder: &Path, found: &mut Vec<File>) {
    const NOT_OURS: &[&str] =
        &["target", "node_modules", "dist", "var", "test-results", ".git", "proptest-regressions"];
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry of a folder").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !NOT_OURS.contains(&name) {
            gather(&path, found);
        } else if let (true, Ok(text)) = (path.is_file() && name != ".git", std::fs::read_to_string(&path)) {
            let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
}

/// Returns the Rust files of the service, read once.
pub fn sources() -> &'static [Rust] {
    static SOURCES: LazyLock<Vec<Rust>> = LazyLock::new(|| rust("src"));
    &SOURCES
}

/// Returns the Rust files below a folder, without those that hold only tests.
pub fn rust(folder: &str) -> Vec<Rust> {
    files(folder)
        .into_iter()
        .filter(|file| file.path.ends_with(".rs") && !file.path.ends_with("/tests.rs"))
        .map(Rust::of)
        .collect()
}

/// A Rust file without comments and tests, each literal replaced by its number in `literals`.
#[derive(Debug)]
pub struct Rust {
    pub path: String,
    pub code: String,
    pub literals: Vec<String>,
    references: OnceLock<BTreeSet<Reference>>,
}

/// A path that a file names, from the crate on: `["crate", "designations", "store"]`, `["sea_orm", "EntityTrait"]`.
pub type Reference = Vec<String>;

impl Rust {
    pub fn of(file: File) -> Self {
        let (code, literals) = separate(&file.text);
        Self { path: file.path, code: without_tests(&code), literals, references: OnceLock::new() }
    }

    /// Returns the literals in code that is not test code.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.code.split('"').skip(1).step_by(2).map(|number| self.literal(number))
    }

    fn literal(&self, number: &str) -> &str {
        number.parse().ok().and_then(|number: usize| self.literals.get(number)).map_or("", String::as_str)
    }

    /// Counts the lines with code.
    pub fn lines_of_code(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Returns every path in the code, imported or inline.
    pub fn references(&self) -> &BTreeSet<Reference> {
        self.references.get_or_init(|| self.read_references())
    }

    fn read_references(&self) -> BTreeSet<Reference> {
        let here = module_of(&self.path);
        let (uses, rest) = split_uses(&self.code);
        let mut names: BTreeMap<String, Reference> = BTreeMap::new();
        let mut found = BTreeSet::new();
        for Use { tree, .. } in uses {
            for (path, name) in leaves(&tree) {
                let path = absolute(&here, path);
                names.insert(name, path.clone());
                found.insert(path);
            }
        }
        for mut path in inline_paths(&rest) {
            if let Some(imported) = names.get(&path[0]) {
                path.splice(0..1, imported.iter().cloned());
            }
            found.insert(absolute(&here, path));
        }
        found
    }

    /// Returns the module of the file: `["crate", "designations", "mail"]`.
    pub fn module(&self) -> Reference {
        module_of(&self.path)
    }

    /// Returns the names that the file re-exports with `pub use`, each with its path.
    pub fn re_exports(&self) -> Vec<(String, Reference)> {
        let (here, (uses, _)) = (self.module(), split_uses(&self.code));
        let public = uses.into_iter().filter(|one| one.is_public);
        let named = public.flat_map(|one| leaves(&one.tree));
        named.map(|(path, name)| (name, absolute(&here, path))).collect()
    }

    /// Returns the routes that its handlers declare.
    pub fn routes(&self) -> Vec<Route> {
        let (mut found, mut described) = (Vec::new(), false);
        for attribute in self.code.split("#[").skip(1) {
            described |= attribute.starts_with("utoipa::path(");
            let Some((method, rest)) = attribute.split_once("(\"") else { continue };
            if ["get", "post", "put", "patch", "delete"].contains(&method) {
                let number = rest.split_once('"').map_or("", |(number, _)| number);
                let pattern = self.literal(number).to_owned();
                let path = route::documented(&pattern);
                let signature = rest.split('{').next().unwrap_or_default();
                let is_typed = signature.contains("Sent<") || signature.contains("SentWithFile<");
                let definition = ResourceDef::new(pattern.as_str());
                found.push(Route { method: method.to_uppercase(), path, pattern, definition, described, is_typed });
                described = false;
            }
        }
        found
    }
}

/// A route as declared by its handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: String,
    /// Without the scope of the API and without the shapes of its parameters.
    pub path: String,
    /// Pattern of the router.
    pub pattern: String,
    definition: ResourceDef,
    /// Whether its handler takes a form with typed fields.
    pub is_typed: bool,
    /// Whether the API document describes it.
    pub described: bool,
}

impl Route {
    /// Tells whether the router gives it this path, without the scope of the API.
    pub fn takes(&self, path: &str) -> bool {
        self.definition.is_match(path)
    }
}

/// Returns every route of the service. They are read once, because a pattern is slow to compile.
pub fn routes() -> Vec<Route> {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| sources().iter().flat_map(Rust::routes).collect());
    ROUTES.clone()
}

/// Returns code without comments and with numbered literals, and the literals.
fn separate(text: &str) -> (String, Vec<String>) {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let (mut code, mut literals, mut index) = (String::with_capacity(text.len()), Vec::new(), 0);
    while index < letters.len() {
        match (at(index), at(index + 1)) {
            ('/', '/') => {
                while index < letters.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            ('/', '*') => {
                while index < letters.len() && (at(index), at(index + 1)) != ('*', '/') {
                    index += 1;
                }
                index += 2;
            }
            ('r', '"' | '#') if !is_word(at(index.wrapping_sub(1))) && starts_raw(&letters, index) => {
                let hashes = letters[index + 1..].iter().take_while(|letter| **letter == '#').count();
                let begin = index + 2 + hashes;
                let closes = |from: usize| at(from) == '"' && (1..=hashes).all(|step| at(from + step) == '#');
                let end = (begin..letters.len()).find(|from| closes(*from)).unwrap_or(letters.len());
                push_literal(&mut code, &mut literals, letters[begin..end].iter().collect());
                index = end + 1 + hashes;
            }
            ('"', _) => {
                let mut end = index + 1;
                let mut literal = String::new();
                while end < letters.len() && at(end) != '"' {
                    if at(end) == '\\' {
                        end += 1;
                    }
                    literal.push(at(end));
                    end += 1;
                }
                push_literal(&mut code, &mut literals, literal);
                index = end + 1;
            }
            // A character literal, not a lifetime.
            ('\'', '\\') => {
                index += 2;
                while index < letters.len() && at(index) != '\'' {
                    index += 1;
                }
                index += 1;
            }
            ('\'', _) if at(index + 2) == '\'' => index += 3,
            (letter, _) => {
                code.push(letter);
                index += 1;
            }
        }
    }
    (code, literals)
}

fn starts_raw(letters: &[char], index: usize) -> bool {
    letters[index + 1..].iter().find(|letter| **letter != '#') == Some(&'"')
}

fn push_literal(code: &mut String, literals: &mut Vec<String>, literal: String) {
    code.extend(["\"", &literals.len().to_string(), "\""]);
    literals.push(literal);
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns the code without its `#[cfg(test)]` items.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        rest = after_item(after);
    }
    kept + rest
}

/// Returns the text after an item: after its closing brace or its semicolon.
fn after_item(text: &str) -> &str {
    let mut depth = 0_i32;
    for (index, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return &text[index + 1..];
                }
            }
            ';' if depth == 0 => return &text[index + 1..],
            _ => {}
        }
    }
    ""
}

/// `src/designations/mail.rs` is `crate::designations::mail`.
fn module_of(path: &str) -> Reference {
    let inner = path.strip_suffix(".rs").unwrap_or(path);
    let inner = inner.split_once("src/").map_or(inner, |(_, inner)| inner);
    let parts = inner.split('/').filter(|part| !["mod", "lib", "main"].contains(part));
    std::iter::once("crate").chain(parts).map(ToOwned::to_owned).collect()
}

fn absolute(here: &Reference, path: Reference) -> Reference {
    let ups = path.iter().take_while(|part| *part == "super").count();
    match path.first().map(String::as_str) {
        Some("super") => here[..here.len().saturating_sub(ups)].iter().chain(&path[ups..]).cloned().collect(),
        Some("self") => here.iter().chain(&path[1..]).cloned().collect(),
        _ => path,
    }
}

/// A `use` item.
struct Use {
    is_public: bool,
    tree: String,
}

/// Returns all `use` items, and the code without them.
fn split_uses(code: &str) -> (Vec<Use>, String) {
    let (mut uses, mut rest, mut current) = (Vec::new(), String::new(), None::<String>);
    for line in code.lines() {
        let begun = current.is_some() || {
            let line = line.trim_start();
            let line = line
                .strip_prefix("pub")
                .map_or(line, |line| line.trim_start_matches(|letter| letter != ' ').trim_start());
            line.starts_with("use ")
        };
        if !begun {
            rest.push_str(line);
            rest.push('\n');
            continue;
        }
        let tree = current.get_or_insert_default();
        tree.push_str(line.trim());
        if line.contains(';') {
            let tree = current.take().unwrap_or_default();
            uses.extend(tree.split_once("use ").map(|(visibility, tree)| Use {
                is_public: visibility.starts_with("pub"),
                tree: tree.trim_end_matches(';').to_owned(),
            }));
        }
    }
    (uses, rest)
}

/// Returns the paths of a use tree, each with its local name.
fn leaves(tree: &str) -> Vec<(Reference, String)> {
    fn walk(prefix: &Reference, tree: &str, found: &mut Vec<(Reference, String)>) {
        let tree = tree.trim();
        if let Some((head, group)) = tree.split_once('{') {
            let mut prefix = prefix.clone();
            prefix.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned));
            let group = group.strip_suffix('}').unwrap_or(group);
            let (mut depth, mut from) = (0_i32, 0);
            for (index, letter) in group.char_indices().chain([(group.len(), ',')]) {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        if !group[from..index].trim().is_empty() {
                            walk(&prefix, &group[from..index], found);
                        }
                        from = index + 1;
                    }
                    _ => {}
                }
            }
            return;
        }
        let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
        let mut full = prefix.clone();
        full.extend(path.split("::").map(|part| part.trim().to_owned()));
        if full.len() > 1 && full.last().is_some_and(|last| last == "self") {
            full.pop();
        }
        let own_name = full.last().cloned().unwrap_or_default();
        found.push((full, name.map_or(own_name, ToOwned::to_owned)));
    }
    let mut found = Vec::new();
    walk(&Vec::new(), tree, &mut found);
    found
}

/// Returns every `a::b…` in code.
fn inline_paths(code: &str) -> Vec<Reference> {
    let words = code.split(|letter: char| !is_word(letter) && letter != ':');
    words
        .filter(|word| word.contains("::"))
        .map(|word| word.split("::").filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect::<Reference>())
        .filter(|path| path.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> Rust {
        Rust::of(File { path: "src/designations/mail.rs".into(), text: text.into() })
    }

    fn names(text: &str) -> Vec<String> {
        rust(text).references().iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn imports_are_read_however_they_are_written() {
        assert_eq!(
            names(
                "use super::{store::{self, Filter}, view};\npub(crate) use crate::auth;\nfn f() { auth::store::list(); }"
            ),
            [
                "crate::auth",
                "crate::auth::store::list",
                "crate::designations::store",
                "crate::designations::store::Filter",
                "crate::designations::view"
            ]
        );
    }

    #[test]
    fn comments_literals_and_tests_name_nothing() {
        let text = "// crate::a::b\n/* crate::c::d */ const A: &str = \"crate::e::f\"; const B: char = '\"';\n#[cfg(test)]\nmod tests { use crate::g::h; }\nfn x<'a>() { r#\"crate::i\"#; }";
        assert_eq!(names(text), [""; 0]);
        assert_eq!(rust(text).texts().collect::<Vec<_>>(), ["crate::e::f", "crate::i"]);
    }

    #[test]
    fn routes_are_read_from_their_attributes() {
        let routes = rust(
            "#[utoipa::path(tag = \"x\")]\n#[get(\"/x/{id}\")]\nasync fn show() {}\n#[post(\"/y\")]\nasync fn say() {}",
        )
        .routes();
        let named: Vec<_> =
            routes.iter().map(|route| (route.method.as_str(), route.path.as_str(), route.described)).collect();
        assert_eq!(named, [("GET", "/x/{id}", true), ("POST", "/y", false)]);
    }
}
