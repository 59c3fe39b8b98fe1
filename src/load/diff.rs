//! The changes a load would make to the database, shown to the operator for confirmation.

use chrono::NaiveDate;

/// Treatment of products that the secretariat has changed on a page or over REST since they were loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// Kept and reported.
    Keep,
    /// Overwritten with the file, because the operator asks for it.
    Overwrite,
}

/// The difference between a file and the database, table by table in the order of writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    pub entries: Vec<Entry>,
    /// Rows that are equal in the file and in the database.
    pub unchanged: usize,
}

/// A difference in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kind of the row: `body`, `seat`, `holiday`…
    pub notion: &'static str,
    /// Code of the row, or another name by which people know it.
    pub key: String,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// In the file but not in the database.
    Added,
    Changed(Vec<FieldChange>),
    /// Removed, because the file no longer has it. Only rows of lists that are kept exactly as in the file: non-working
    /// days and other names.
    Removed,
    /// In the database but not in the file. The row stays, because other data may rely on it.
    Kept,
    /// Different from the file because the secretariat has changed it on this day. The row stays unless the operator
    /// overwrites it.
    Held(NaiveDate),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: &'static str,
    pub from: String,
    pub to: String,
}

impl Diff {
    /// Returns whether there is nothing to write. Rows that are kept need no write.
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(|entry| matches!(entry.change, Change::Kept | Change::Held(_)))
    }

    /// Returns the number of rows that stay as the secretariat has changed them.
    pub fn held(&self) -> usize {
        self.count(|change| matches!(change, Change::Held(_)))
    }

    pub fn added(&self) -> usize {
        self.count(|change| *change == Change::Added)
    }

    pub fn changed(&self) -> usize {
        self.count(|change| matches!(change, Change::Changed(_)))
    }

    pub fn removed(&self) -> usize {
        self.count(|change| *change == Change::Removed)
    }

    pub fn kept(&self) -> usize {
        self.count(|change| *change == Change::Kept)
    }

    fn count(&self, is_meant: impl Fn(&Change) -> bool) -> usize {
        self.entries.iter().filter(|entry| is_meant(&entry.change)).count()
    }
}

impl std::fmt::Display for Diff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for entry in &self.entries {
            entry.fmt(f)?;
        }
        let (added, changed, removed, kept) = (self.added(), self.changed(), self.removed(), self.kept());
        let unchanged = self.unchanged;
        write!(
            f,
            "{added} added, {changed} changed, {removed} removed, {kept} kept though not in the file, {unchanged} unchanged"
        )
    }
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { notion, key, change } = self;
        match change {
            Change::Added => writeln!(f, "+ {notion} {key}"),
            Change::Removed => writeln!(f, "- {notion} {key}"),
            Change::Kept => writeln!(f, "! {notion} {key} is not in the file and stays as it is"),
            Change::Held(day) => {
                writeln!(f, "! {notion} {key} kept, changed on a page on {day}; --overwrite takes the file's")
            }
            Change::Changed(fields) => {
                writeln!(f, "~ {notion} {key}")?;
                fields.iter().try_for_each(|FieldChange { field, from, to }| writeln!(f, "    {field}: {from} -> {to}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(notion: &'static str, key: &str, change: Change) -> Entry {
        Entry { notion, key: key.into(), change }
    }

    #[test]
    fn a_diff_is_shown_as_a_list_of_changes() {
        let change = FieldChange { field: "name", from: "\"Monza\"".into(), to: "\"Monza e Brianza\"".into() };
        let diff = Diff {
            entries: vec![
                entry("body", "provincia-lodi", Change::Added),
                entry("body", "provincia-monza-brianza", Change::Changed(vec![change])),
                entry("holiday", "Capodanno", Change::Removed),
                entry("body", "provincia-crema", Change::Kept),
            ],
            unchanged: 7,
        };
        assert_eq!(
            diff.to_string(),
            "+ body provincia-lodi\n\
             ~ body provincia-monza-brianza\n    name: \"Monza\" -> \"Monza e Brianza\"\n\
             - holiday Capodanno\n\
             ! body provincia-crema is not in the file and stays as it is\n\
             1 added, 1 changed, 1 removed, 1 kept though not in the file, 7 unchanged"
        );
        assert!(!diff.is_empty());
    }

    #[test]
    fn kept_rows_need_no_write() {
        let diff = Diff { entries: vec![entry("body", "provincia-crema", Change::Kept)], unchanged: 0 };
        assert!(diff.is_empty());
    }
}
