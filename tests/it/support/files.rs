//! The graph of files of the service that name each other, for the test that refuses circles.

use super::source::{Reference, Rust};
use std::collections::BTreeMap;

/// Files named by each file, each with one path that names it.
pub type Graph = BTreeMap<String, BTreeMap<String, String>>;

/// Returns the graph of files.
///
/// A name re-exported with `pub use` counts for the file that defines it, so that no re-export hides a circle. `x.rs`
/// and the files of its folder `x/` are one text that was split for its length: a part may name its own `x.rs`. A
/// `mod.rs` is a file like any other.
pub fn graph(sources: &[Rust]) -> Graph {
    let modules = Modules::of(sources);
    let mut graph = Graph::new();
    for file in sources {
        let named = graph.entry(file.path.clone()).or_default();
        let handed_on: Vec<Reference> = file.re_exports().into_iter().map(|(_, path)| path).collect();
        for path in file.references().iter().filter(|path| !handed_on.contains(path)) {
            let from = file.module();
            let Some(to) = modules.file_of(modules.completed(&from, path.clone())) else { continue };
            if *to != *file.path && !is_piece_of(&file.path, to) {
                named.insert(to.to_owned(), format!("{} names {}", file.path, path.join("::")));
            }
        }
    }
    graph
}

/// Tells whether a file is a part of another: `a/x/y.rs` of `a/x.rs`.
fn is_piece_of(file: &str, other: &str) -> bool {
    other == "src/lib.rs" || other.strip_suffix(".rs").is_some_and(|folder| file.starts_with(&format!("{folder}/")))
}

/// Every module, with its file and the names that it re-exports.
struct Modules {
    files: BTreeMap<Reference, String>,
    handed_on: BTreeMap<(Reference, String), Reference>,
}

impl Modules {
    fn of(sources: &[Rust]) -> Self {
        let files = sources.iter().map(|file| (file.module(), file.path.clone())).collect();
        let mut modules = Self { files, handed_on: BTreeMap::new() };
        for file in sources {
            for (name, path) in file.re_exports() {
                let path = modules.completed(&file.module(), path);
                modules.handed_on.insert((file.module(), name), path);
            }
        }
        modules
    }

    /// Completes a path that begins with a module of its own folder: `store::list` in `crate::tasks` is
    /// `crate::tasks::store::list`.
    fn completed(&self, here: &Reference, path: Reference) -> Reference {
        let below: Reference = here.iter().chain(path.first()).cloned().collect();
        if self.files.contains_key(&below) { here.iter().chain(&path).cloned().collect() } else { path }
    }

    /// Returns the file that defines the last name of a path, if the service defines it.
    fn file_of(&self, path: Reference) -> Option<&str> {
        let length = (1..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = (path[..length].to_vec(), &path[length..]);
        let handed_on = rest.first().and_then(|name| self.handed_on.get(&(module.clone(), name.clone())));
        match handed_on {
            Some(origin) => self.file_of(origin.iter().chain(&rest[1..]).cloned().collect()),
            None => self.files.get(&module).map(String::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::File;
    use super::*;

    fn edges(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let file = |(path, text): &(&str, &str)| Rust::of(File { path: (*path).into(), text: (*text).into() });
        let graph = graph(&files.iter().map(file).collect::<Vec<_>>());
        graph.into_iter().flat_map(|(from, to)| to.into_keys().map(move |to| (from.clone(), to))).collect()
    }

    fn edge(from: &str, to: &str) -> (String, String) {
        (format!("src/{from}"), format!("src/{to}"))
    }

    #[test]
    fn a_name_handed_on_counts_for_the_file_it_is_from() {
        let mail = [
            ("src/mail/mod.rs", "pub mod address;\npub use address::is_address;"),
            ("src/mail/address.rs", "pub fn is_address() {}"),
            ("src/config.rs", "fn f() { crate::mail::is_address(); }"),
        ];
        assert_eq!(edges(&mail), [edge("config.rs", "mail/address.rs")]);
    }

    #[test]
    fn a_piece_may_name_the_file_it_was_split_from_and_no_other_above() {
        let tasks = [
            ("src/tasks/mod.rs", "pub mod service;"),
            ("src/tasks/service.rs", "mod end;\npub fn f() { end::g(); }"),
            ("src/tasks/service/end.rs", "use super::f;\nuse crate::tasks::LIMIT;"),
        ];
        assert_eq!(
            edges(&tasks),
            [edge("tasks/service.rs", "tasks/service/end.rs"), edge("tasks/service/end.rs", "tasks/mod.rs")]
        );
    }
}
