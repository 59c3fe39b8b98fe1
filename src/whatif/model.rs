//! Effects of an act on a release, by comparison of the rows before and after it. Pure.

/// One record before and after an act; `None` before if the act creates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect<T> {
    pub before: Option<T>,
    pub after: T,
}

impl<T: PartialEq> Effect<T> {
    /// Pairs the records after an act with those before it that have the same key.
    pub fn pair<K: PartialEq>(before: Vec<T>, after: Vec<T>, key: impl Fn(&T) -> K) -> Vec<Self> {
        let mut before = before;
        let mut pair = |after: T| {
            let position = before.iter().position(|one| key(one) == key(&after));
            Self { before: position.map(|position| before.swap_remove(position)), after }
        };
        after.into_iter().map(&mut pair).collect()
    }

    /// Tells whether the act changes the record in a way that `shown` shows.
    pub fn changes<S: PartialEq>(&self, shown: impl Fn(&T) -> S) -> bool {
        self.before.as_ref().is_none_or(|before| shown(before) != shown(&self.after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_paired_by_key() {
        let pairs = Effect::pair(vec![(1, "a"), (2, "b")], vec![(2, "b"), (1, "c"), (3, "d")], |(key, _)| *key);
        let changed: Vec<i32> =
            pairs.iter().filter(|pair| pair.changes(|one| one.1)).map(|pair| pair.after.0).collect();
        assert_eq!(changed, [1, 3]);
        assert_eq!(pairs[0].before, Some((2, "b")));
        assert_eq!(pairs[2].before, None);
    }
}
