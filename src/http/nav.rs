//! The main menu: one line per part, in display order, with its readers. Hiding a part is only a convenience; rights
//! are decided by the policies.

use crate::auth::actor::Actor;
use crate::http::page::NavItem;
use crate::texts::Lang;

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

/// The entries for a reader who is at `path`.
pub fn items(actor: &Actor, lang: Lang, path: &str) -> Vec<NavItem> {
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

fn is_within(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_within_its_part_and_not_within_one_that_begins_alike() {
        assert!(is_within("/designations", "/designations"));
        assert!(is_within("/designations/1", "/designations"));
        assert!(!is_within("/designations-of-old", "/designations"));
    }
}
