//! Filters and order of the list of work, as its readers choose them. The page and the file with the same rows have the same
//! names for them. Pure.

use crate::texts::Label;
use crate::vocabulary::vocabulary;
use serde::Deserialize;
use std::str::FromStr;

vocabulary! {
    /// Selection of a list of work by its state.
    Standing {
        /// Still to be done.
        Open = "open",
        /// Handed in and not reviewed yet.
        ToReview = "to_review",
        Blocked = "blocked",
        /// Given by the secretariat, and not answered yet.
        Given = "given",
        /// Refused, and back with the secretariat.
        Refused = "refused",
        Done = "done",
        Every = "every",
    }
}

impl FromStr for Standing {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|standing| standing.as_str() == text).ok_or(())
    }
}

impl Label for Standing {
    fn label_key(self) -> &'static str {
        match self {
            Self::Open => "tasks.standing_open",
            Self::ToReview => "tasks.standing_to_review",
            Self::Blocked => "tasks.standing_blocked",
            Self::Given => "tasks.standing_given",
            Self::Refused => "tasks.standing_refused",
            Self::Done => "tasks.standing_done",
            Self::Every => "tasks.standing_every",
        }
    }
}

/// Filters and order as they were typed; an absent or empty one means all, or the usual order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WorkSought {
    /// An observatory's code.
    pub observatory: String,
    /// Code of the product of the release.
    pub product: String,
    pub release: String,
    /// A seat's code. Only tasks have a seat.
    pub seat: String,
    pub state: String,
    /// Only what is still to be done and whose day has passed.
    pub overdue: String,
    /// Only the reader's own work.
    pub mine: String,
    /// Part of the title of a task.
    pub text: String,
    pub sort: String,
}

impl WorkSought {
    /// Returns the query parameters that mean the same, in a fixed order.
    pub fn query(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("observatory", &self.observatory),
            ("product", &self.product),
            ("release", &self.release),
            ("seat", &self.seat),
            ("state", &self.state),
            ("overdue", &self.overdue),
            ("mine", &self.mine),
            ("text", &self.text),
            ("sort", &self.sort),
        ];
        all.into_iter().map(|(name, value)| (name, value.as_str())).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Returns an address with these filters behind the parameters that it has already.
    pub fn address(&self, path: &str, before: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(before)
            .extend_pairs(self.query())
            .finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Lists what remains without each of the chosen filters, with the key of the filter's name. The order is no filter.
    pub fn without_each(&self) -> Vec<(&'static str, Self)> {
        let without = |change: fn(&mut Self)| {
            let mut rest = self.clone();
            change(&mut rest);
            rest
        };
        let all: [(&'static str, Self); 8] = [
            ("tasks.observatory", without(|one| one.observatory.clear())),
            ("tasks.product", without(|one| one.product.clear())),
            ("tasks.release", without(|one| one.release.clear())),
            ("tasks.seat", without(|one| one.seat.clear())),
            ("tasks.state", without(|one| one.state.clear())),
            ("tasks.only_overdue", without(|one| one.overdue.clear())),
            ("tasks.only_mine", without(|one| one.mine.clear())),
            ("tasks.title_part", without(|one| one.text.clear())),
        ];
        all.into_iter().filter(|(_, rest)| rest != self).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_the_filters_again_and_each_can_be_left_out() {
        let sought = WorkSought {
            observatory: "bergamo".to_owned(),
            text: "a b".to_owned(),
            sort: "release".to_owned(),
            ..WorkSought::default()
        };
        assert_eq!(sought.address("/tasks", &[]), "/tasks?observatory=bergamo&text=a+b&sort=release");
        let rest: Vec<_> = sought.without_each().into_iter().map(|(key, rest)| (key, rest.address("/", &[]))).collect();
        assert_eq!(
            rest,
            [
                ("tasks.observatory", "/?text=a+b&sort=release".to_owned()),
                ("tasks.title_part", "/?observatory=bergamo&sort=release".to_owned()),
            ]
        );
        assert_eq!(WorkSought::default().address("/tasks", &[]), "/tasks");
    }
}
