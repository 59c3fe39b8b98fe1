//! The main menu: one line per part, in the order shown, with the readers who see it. Hiding a part is only a
//! convenience; each slice's policy decides permissions.

use crate::auth::actor::Actor;
use crate::texts::Lang;

/// One entry of the main menu.
#[derive(Clone, Debug)]
pub struct NavItem {
    pub label: String,
    pub href: String,
    /// Whether the page shown belongs to that part.
    pub current: bool,
}

/// A part of the service with a line in the menu.
struct Part {
    href: &'static str,
    label: &'static str,
    shown_to: fn(&Actor) -> bool,
}

const PARTS: &[Part] = &[
    Part { href: "/monday", label: "overview.nav_monday", shown_to: Actor::is_secretariat },
    Part { href: "/tasks", label: "overview.nav_tasks", shown_to: Actor::is_participant },
    Part { href: "/calendar", label: "overview.nav_calendar", shown_to: everybody },
    Part { href: "/meetings", label: "overview.nav_meetings", shown_to: Actor::is_participant },
    Part { href: "/network", label: "overview.nav_network", shown_to: everybody },
    Part { href: "/designations", label: "overview.nav_register", shown_to: Actor::is_participant },
    Part { href: "/radar", label: "overview.nav_radar", shown_to: Actor::sees_the_whole },
    Part { href: "/dossier", label: "overview.nav_dossier", shown_to: Actor::is_participant },
    Part { href: "/mail", label: "overview.nav_mail", shown_to: Actor::is_secretariat },
];

fn everybody(_: &Actor) -> bool {
    true
}

/// Returns the entries for a reader whose page is at `path`.
pub fn items(actor: &Actor, lang: Lang, path: &str) -> Vec<NavItem> {
    let path = part_of(path);
    PARTS
        .iter()
        .filter(|part| (part.shown_to)(actor))
        .map(|part| NavItem {
            label: lang.t(part.label).to_owned(),
            href: part.href.to_owned(),
            current: is_within(path, part.href),
        })
        .collect()
}

/// Returns the part to which a page at an address of its own belongs: releases belong to the calendar.
fn part_of(path: &str) -> &str {
    if is_within(path, "/rilasci") || is_within(path, "/releases") { "/calendar" } else { path }
}

fn is_within(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_belongs_to_its_part_and_not_to_one_with_the_same_prefix() {
        assert!(is_within("/designations", "/designations"));
        assert!(is_within("/designations/1", "/designations"));
        assert!(!is_within("/designations-of-old", "/designations"));
        assert_eq!((part_of("/rilasci/nota-2026"), part_of("/tasks/1")), ("/calendar", "/tasks/1"));
    }
}
