//! Filters of the public agenda. Pages, the API and the feeds have the same names for them and refuse the same values. Pure.

use super::view::Place;
use crate::catalogue::model::Product;
use crate::error::{Code, Refusal, Refused};
use crate::texts::{Label as _, Lang};
use crate::typed::kept;
use crate::vocabulary::vocabulary;
use entity::kinds::{ReleaseState, Theme};
use serde::Deserialize;
use std::str::FromStr;
use utoipa::IntoParams;

vocabulary! {
    /// A list of the calendar.
    Shown {
        Upcoming = "upcoming",
        Published = "published",
        Cancelled = "cancelled",
    }
}

impl FromStr for Shown {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|list| list.as_str() == text).ok_or(())
    }
}

/// Filters as they were typed; an absent or empty one does not narrow.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// Code of an observatory that owes something for the release.
    #[param(value_type = Option<String>, max_length = 60)]
    pub observatory: String,
    /// A product's code.
    #[param(value_type = Option<String>, max_length = 60)]
    pub product: String,
    /// Theme of the product.
    #[param(value_type = Option<Theme>)]
    pub theme: String,
    #[param(value_type = Option<ReleaseState>)]
    pub state: String,
}

/// Filters that were understood; an absent one does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    pub place: Option<Place>,
    pub product: Option<Product>,
    pub theme: Option<Theme>,
    pub state: Option<ReleaseState>,
}

/// A filter with a value that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    #[error("no observatory has this code")]
    Observatory,
    #[error("no product has this code")]
    Product,
    #[error("no theme has this name")]
    Theme,
    #[error("no state has this name")]
    State,
}

impl NotUnderstood {
    /// Returns the key of the sentence that says what was wrong.
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Observatory => "releases.wrong_observatory",
            Self::Product => "releases.wrong_product",
            Self::Theme => "releases.wrong_theme",
            Self::State => "releases.wrong_state",
        }
    }
}

impl Refusal for NotUnderstood {
    fn said(&self) -> Refused {
        Refused::of(Code::BadRequest).with("why", self.to_string())
    }
}

impl Sought {
    /// Finds what the filters mean among the observatories and products that there are.
    pub fn among(&self, places: &[Place], products: &[Product]) -> Result<Narrowing, NotUnderstood> {
        let place = |code: String| places.iter().find(|place| place.code == code).cloned();
        let product = |code: String| products.iter().find(|product| product.code == code).cloned();
        Ok(Narrowing {
            place: found(&self.observatory, place, NotUnderstood::Observatory)?,
            product: found(&self.product, product, NotUnderstood::Product)?,
            theme: found(&self.theme, |name| name.parse().ok(), NotUnderstood::Theme)?,
            state: found(&self.state, |name| name.parse().ok(), NotUnderstood::State)?,
        })
    }
}

fn found<T>(
    typed: &str,
    find: impl FnOnce(String) -> Option<T>,
    unknown: NotUnderstood,
) -> Result<Option<T>, NotUnderstood> {
    kept(typed).map(|value| find(value).ok_or(unknown)).transpose()
}

impl Narrowing {
    /// Returns the query parameters that mean the same, in a fixed order.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let place = self.place.as_ref().map(|place| ("observatory", place.code.clone()));
        let product = self.product.as_ref().map(|product| ("product", product.code.clone()));
        let theme = self.theme.map(|theme| ("theme", theme.to_string()));
        let state = self.state.map(|state| ("state", state.to_string()));
        [place, product, theme, state].into_iter().flatten().collect()
    }

    /// Returns an address with these filters behind the parameters that it has already.
    pub fn address(&self, path: &str, before: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(before).extend_pairs(self.query());
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Lists the filters in words, each with what remains without it.
    pub fn chosen(&self, lang: Lang) -> Vec<(String, Self)> {
        let place = self.place.as_ref().map(|place| (place.name.clone(), Self { place: None, ..self.clone() }));
        let product =
            self.product.as_ref().map(|one| (one.name(lang).to_owned(), Self { product: None, ..self.clone() }));
        let theme = self.theme.map(|theme| (theme.label(lang).to_owned(), Self { theme: None, ..self.clone() }));
        let state = self.state.map(|state| (state.label(lang).to_owned(), Self { state: None, ..self.clone() }));
        [place, product, theme, state].into_iter().flatten().collect()
    }

    /// Drops the state.
    #[must_use]
    pub fn of_any_state(self) -> Self {
        Self { state: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(theme: &str, state: &str) -> Sought {
        Sought { theme: theme.to_owned(), state: state.to_owned(), ..Sought::default() }
    }

    #[test]
    fn an_empty_filter_does_not_narrow_and_an_unknown_value_is_refused() {
        assert_eq!(sought("", " ").among(&[], &[]), Ok(Narrowing::default()));
        assert_eq!(sought("lavoro", "").among(&[], &[]), Err(NotUnderstood::Theme));
        assert_eq!(sought("skills", "late").among(&[], &[]), Err(NotUnderstood::State));
        let unknown = Sought { product: "nota".to_owned(), ..Sought::default() };
        assert_eq!(unknown.among(&[], &[]), Err(NotUnderstood::Product));
    }

    #[test]
    fn an_address_says_the_filters_again() {
        let narrowed = sought("skills", "confirmed").among(&[], &[]).expect("known values");
        assert_eq!(narrowed.address("/calendar.csv", &[]), "/calendar.csv?theme=skills&state=confirmed");
        assert_eq!(
            narrowed.address("/calendar.ics", &[("lang", "it")]),
            "/calendar.ics?lang=it&theme=skills&state=confirmed"
        );
        assert_eq!(Narrowing::default().address("/calendar.csv", &[]), "/calendar.csv");
    }

    #[test]
    fn each_filter_can_be_taken_away_alone() {
        let narrowed = sought("skills", "confirmed").among(&[], &[]).expect("known values");
        let chosen = narrowed.chosen(Lang::It);
        let left: Vec<_> = chosen.iter().map(|(name, rest)| (name.as_str(), rest.address("", &[]))).collect();
        assert_eq!(
            left,
            [("Competenze e professioni", "?state=confirmed".to_owned()), ("confermata", "?theme=skills".to_owned())]
        );
    }
}
