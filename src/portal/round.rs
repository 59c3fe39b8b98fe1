//! Order in which pages are fetched, and the share of each host in a run. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time for one page, redirects and body included.
    pub per_page: Duration,
    /// Longest total time for the pages of one host, each counted separately.
    pub per_host: Duration,
    /// Longest time for the run: a check starts only if it can end within it.
    pub whole: Duration,
    /// Pages fetched at the same time, few because the portal belongs to another administration.
    pub side_by_side: usize,
    /// Pages of one host fetched at the same time.
    pub of_one_host: usize,
    /// Consecutive checks without an answer after which a host is skipped for the rest of the run.
    pub silences: usize,
}

impl Default for Limits {
    /// Totals less than the minute after which `verify` runs again.
    fn default() -> Self {
        Self {
            per_page: super::fetch::ANSWER_WITHIN,
            per_host: Duration::from_secs(30),
            whole: Duration::from_secs(40),
            side_by_side: 4,
            of_one_host: 2,
            silences: 2,
        }
    }
}

/// The pages of one run, by host. Hosts take turns; the pages of one host keep their order.
#[derive(Debug)]
pub struct Round<T> {
    limits: Limits,
    hosts: BTreeMap<String, Host<T>>,
    turns: VecDeque<String>,
    under_way: usize,
}

#[derive(Debug)]
struct Host<T> {
    waiting: VecDeque<T>,
    under_way: usize,
    spent: Duration,
    /// Consecutive checks without an answer.
    silences: usize,
}

impl<T> Round<T> {
    pub fn new(limits: Limits, pages: impl IntoIterator<Item = (String, T)>) -> Self {
        let (mut hosts, mut turns) = (BTreeMap::<String, Host<T>>::new(), VecDeque::new());
        for (name, page) in pages {
            let host = hosts.entry(name.clone()).or_insert_with(|| {
                turns.push_back(name);
                Host { waiting: VecDeque::new(), under_way: 0, spent: Duration::ZERO, silences: 0 }
            });
            host.waiting.push_back(page);
        }
        Self { limits, hosts, turns, under_way: 0 }
    }

    /// Returns the next page to fetch, with its host; `None` if enough are being fetched or the time is up.
    pub fn next(&mut self, elapsed: Duration) -> Option<(String, T)> {
        if self.under_way >= self.limits.side_by_side || elapsed + self.limits.per_page > self.limits.whole {
            return None;
        }
        for _ in 0..self.turns.len() {
            self.turns.rotate_left(1);
            let name = self.turns.back()?.clone();
            let host = self.hosts.get_mut(&name)?;
            let has_had_its_share = host.spent >= self.limits.per_host || host.silences >= self.limits.silences;
            // After a check without an answer, one page at a time shows whether the host is back.
            let at_once = if host.silences > 0 { 1 } else { self.limits.of_one_host };
            if has_had_its_share || host.under_way >= at_once {
                continue;
            }
            let Some(page) = host.waiting.pop_front() else { continue };
            host.under_way += 1;
            self.under_way += 1;
            return Some((name, page));
        }
        None
    }

    /// Notes that a check of a host has ended.
    pub fn back(&mut self, host: &str, took: Duration, was_silent: bool) {
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(host) = self.hosts.get_mut(host) {
            host.under_way = host.under_way.saturating_sub(1);
            host.spent += took;
            host.silences = if was_silent { host.silences + 1 } else { 0 };
        }
    }

    /// Returns the pages that were not fetched.
    pub fn left_over(self) -> Vec<T> {
        self.hosts.into_values().flat_map(|host| host.waiting).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn round(pages: &[(&str, u32)]) -> Round<u32> {
        Round::new(Limits::default(), pages.iter().map(|(host, page)| ((*host).to_owned(), *page)))
    }

    fn take(round: &mut Round<u32>) -> Vec<u32> {
        std::iter::from_fn(|| round.next(Duration::ZERO)).map(|(_, page)| page).collect()
    }

    #[test]
    fn hosts_take_turns_and_each_keeps_its_order() {
        let mut round = round(&[("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)]);
        assert_eq!(take(&mut round), [1, 4, 5, 2], "four at once, two of a host");
        round.back("b", SECOND, false);
        assert_eq!(take(&mut round), [] as [u32; 0], "a has two under way");
        round.back("a", SECOND, false);
        assert_eq!(take(&mut round), [3]);
        assert_eq!(round.left_over(), [] as [u32; 0]);
    }

    #[test]
    fn a_silent_host_is_skipped_until_it_answers() {
        let mut round = round(&[("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5)]);
        take(&mut round);
        round.back("a", 10 * SECOND, true);
        round.back("a", SECOND, false);
        assert_eq!(take(&mut round), [3, 4]);
        round.back("a", 10 * SECOND, true);
        round.back("a", 10 * SECOND, true);
        assert_eq!(take(&mut round), [] as [u32; 0]);
        let mut silent = self::round(&[("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 5), ("b", 6)]);
        take(&mut silent);
        silent.back("a", SECOND, true);
        silent.back("a", SECOND, true);
        silent.back("b", SECOND, false);
        assert_eq!(take(&mut silent), [6], "the other host goes on");
        assert_eq!(silent.left_over(), [3]);
    }

    #[test]
    fn a_slow_host_has_its_share_and_no_check_starts_too_late() {
        let mut round = round(&[("a", 1), ("a", 2), ("a", 3), ("b", 4)]);
        take(&mut round);
        round.back("a", 30 * SECOND, false);
        assert_eq!(take(&mut round), [] as [u32; 0]);
        let mut late = self::round(&[("a", 1)]);
        assert!(late.next(31 * SECOND).is_none());
        assert!(late.next(30 * SECOND).is_some());
    }
}
