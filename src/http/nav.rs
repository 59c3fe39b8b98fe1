//! The main menu: one line per part, in the order shown, with the readers who see it, and the tabs of a part. Hiding a part is only a
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

/// A page with a line in the menu or among the tabs of a part.
struct Entry {
    href: &'static str,
    label: &'static str,
    shown_to: fn(&Actor) -> bool,
}

/// A part of the service with a line in the menu. Its tabs, if it has some, begin with the page to which the line leads.
struct Part {
    entry: Entry,
    tabs: &'static [Entry],
}

const PARTS: &[Part] = &[
    part("/monday", "overview.nav_monday", Actor::is_secretariat, &[]),
    part("/tasks", "overview.nav_tasks", Actor::is_participant, &[]),
    part("/calendar", "overview.nav_calendar", everybody, AGENDA),
    part("/meetings", "overview.nav_meetings", Actor::is_participant, &[]),
    part("/network", "overview.nav_network", everybody, &[]),
    part("/designations", "overview.nav_people", Actor::is_participant, PEOPLE),
    part("/mail", "overview.nav_mail", Actor::is_secretariat, &[]),
];

/// Views of the agenda: its dates, the dates that rules propose, its editions, and the products behind it.
const AGENDA: &[Entry] = &[
    entry("/calendar", "overview.tab_calendar", everybody),
    entry("/agenda/year", "overview.tab_year", Actor::is_participant),
    entry("/agenda/proposal", "overview.tab_proposal", Actor::is_secretariat),
    entry("/agenda/editions", "overview.tab_editions", everybody),
    entry("/products", "overview.tab_products", everybody),
    entry("/early-access", "overview.tab_early_access", everybody),
];

/// Views of the people and their seats.
const PEOPLE: &[Entry] = &[
    entry("/designations", "overview.tab_board", Actor::is_participant),
    entry("/designations/list", "overview.tab_list", Actor::is_participant),
    entry("/radar", "overview.tab_radar", Actor::sees_the_whole),
    entry("/dossier", "overview.tab_dossier", Actor::is_participant),
];

const fn entry(href: &'static str, label: &'static str, shown_to: fn(&Actor) -> bool) -> Entry {
    Entry { href, label, shown_to }
}

const fn part(href: &'static str, label: &'static str, shown_to: fn(&Actor) -> bool, tabs: &'static [Entry]) -> Part {
    Part { entry: entry(href, label, shown_to), tabs }
}

fn everybody(_: &Actor) -> bool {
    true
}

/// Returns the entries for a reader whose page is at `path`.
pub fn items(actor: &Actor, lang: Lang, path: &str) -> Vec<NavItem> {
    let page = part_of(path);
    let is_current =
        |part: &Part| is_within(page, part.entry.href) || part.tabs.iter().any(|tab| is_within(page, tab.href));
    let shown = PARTS.iter().filter(|part| (part.entry.shown_to)(actor));
    shown.map(|part| item(&part.entry, lang, is_current(part))).collect()
}

/// Returns the tabs above the page at `path`: those of its part, if the page is one of them.
pub fn tabs(actor: &Actor, lang: Lang, path: &str) -> Vec<NavItem> {
    let part = PARTS.iter().find(|part| part.tabs.iter().any(|tab| tab.href == path));
    let shown = part.into_iter().flat_map(|part| part.tabs).filter(|tab| (tab.shown_to)(actor));
    shown.map(|tab| item(tab, lang, tab.href == path)).collect()
}

fn item(entry: &Entry, lang: Lang, current: bool) -> NavItem {
    NavItem { label: lang.t(entry.label).to_owned(), href: entry.href.to_owned(), current }
}

/// Pages with an address of their own, and the part to which they belong.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/catalogue", "/products"),
    ("/rilasci", "/calendar"),
    ("/releases", "/calendar"),
    ("/deliverables", "/tasks"),
    ("/publications", "/tasks"),
];

/// Returns the part to which a page belongs: releases to the calendar, contributions and their pages to the tasks.
fn part_of(path: &str) -> &str {
    ELSEWHERE.iter().find(|(page, _)| is_within(path, page)).map_or(path, |(_, part)| part)
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
        assert_eq!(
            (part_of("/rilasci/nota-2026"), part_of("/deliverables/1"), part_of("/mail/1")),
            ("/calendar", "/tasks", "/mail/1")
        );
    }

    #[test]
    fn every_tab_lights_the_line_of_its_part_and_a_page_below_has_no_tabs() {
        let service = Actor { seats: Vec::new(), ..Actor::anonymous() };
        for path in ["/designations", "/designations/list", "/radar", "/dossier"] {
            let part = PARTS.iter().find(|part| part.tabs.iter().any(|tab| tab.href == path)).expect("a part");
            assert_eq!(part.entry.href, "/designations", "{path}");
        }
        assert!(tabs(&service, Lang::It, "/designations").is_empty(), "nobody without a seat has tabs");
        assert!(tabs(&service, Lang::It, "/designations/1").is_empty());
    }
}
