//! The table of dates worked out by hand (`dates.toml`).

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// National days off from Monday to Friday.
    pub closed: Vec<String>,
    pub territory: Vec<Territory>,
    pub product: Vec<Product>,
    release: Vec<Release>,
    autonomous: Vec<Autonomous>,
    pub work: Vec<Work>,
    pub moved: Vec<Work>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    pub code: String,
    pub observatory: String,
    pub patron: String,
    after: u16,
    release: String,
    pub working_days: u32,
}

/// A product with its rule, as a client sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub code: String,
    periodicity: String,
    #[serde(default)]
    observatories: Vec<String>,
    #[serde(default)]
    with_regional: bool,
    #[serde(default)]
    scope: Option<String>,
    /// Entered on pages instead of through the API.
    #[serde(default)]
    pub by_page: bool,
    rule: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub product: String,
    pub observatory: Option<String>,
    pub period: String,
    pub day: String,
    /// Part of the sentence that explains the day.
    pub says: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Autonomous {
    product: String,
    period: String,
    day: String,
    observatories: Vec<String>,
}

/// Due days of the steps of a product, for observatories with equal ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    product: String,
    days: Vec<String>,
    observatories: Vec<String>,
}

impl Table {
    pub fn read() -> Self {
        toml::from_str(include_str!("dates.toml")).expect("the table can be read")
    }

    /// Lists the products to create: those of the table, and one for each territory whose first day is its patron day.
    pub fn products(&self) -> Vec<Value> {
        self.product.iter().map(Product::json).chain(self.territory.iter().map(Territory::product)).collect()
    }

    /// Lists all releases of the year, by day.
    pub fn releases(&self) -> Vec<Release> {
        let plain = |product: &str, observatory, period: &str, day: &str| Release {
            product: product.to_owned(),
            observatory,
            period: period.to_owned(),
            day: day.to_owned(),
            says: None,
        };
        let of_autonomous = |one: &Autonomous| -> Vec<Release> {
            let of = |code: &String| plain(&one.product, Some(code.clone()), &one.period, &one.day);
            one.observatories.iter().map(of).collect()
        };
        let mut all = self.release.clone();
        all.extend(self.autonomous.iter().flat_map(of_autonomous));
        all.extend(self.territory.iter().map(|one| plain(&one.sheet(), None, "2026", &one.release)));
        all
    }

    /// Returns the due days of the steps of a product by observatory.
    pub fn days_of(work: &[Work], product: &str) -> BTreeMap<String, Vec<String>> {
        let mut days = BTreeMap::new();
        for one in work.iter().filter(|one| one.product == product) {
            days.extend(one.observatories.iter().map(|code| (code.clone(), one.days.clone())));
        }
        days
    }
}

impl Territory {
    fn sheet(&self) -> String {
        format!("scheda-{}", self.code.to_lowercase())
    }

    fn product(&self) -> Value {
        let rule = json!({ "day": { "end_of_period": { "plus": self.after, "unit": "days" } } });
        let product = Product {
            code: self.sheet(),
            periodicity: "annual".to_owned(),
            observatories: vec![self.observatory.clone()],
            with_regional: false,
            scope: None,
            by_page: false,
            rule,
        };
        product.json()
    }
}

impl Product {
    fn json(&self) -> Value {
        let who = if self.observatories.is_empty() { "all_territorial" } else { "named" };
        json!({
            "code": self.code, "name_it": format!("Prodotto {}", self.code), "name_en": format!("Product {}", self.code),
            "periodicity": self.periodicity, "scope": self.scope.as_deref().unwrap_or("joint"), "default_hour": "10:00:00",
            "contributors": who, "observatories": self.observatories, "with_regional": self.with_regional,
            "date_rule": self.rule,
        })
    }
}
