//! Decides whether a page is the expected one.

use super::Page;
use super::periods;
use super::words::{Word, Words};
use crate::time::Period;
use std::fmt;

/// Names that the page has to contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Names of the product, one in each language; one of them is enough.
    pub product: Vec<String>,
    /// Names of the territory; one of them is enough. An empty list requires none.
    pub territory: Vec<String>,
    /// Names of the other territories of the network.
    pub other_territories: Vec<String>,
    pub period: Period,
}

/// Reasons why a page is not the expected one, stored as evidence by their word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A file, such as a PDF; the page that presents it should be declared.
    NotAPage,
    /// A redirect from a removed page to the front page of the site.
    LedHome,
    TooDeep,
    /// The page says that it has no content: an error page answered with 200, maintenance, or a page to come.
    SaysNothingIsThere,
    ProductNotNamed,
    TerritoryNotNamed,
    AnotherTerritory,
    PeriodNotNamed,
    AnotherPeriod,
}

impl Finding {
    pub const ALL: [Self; 9] = [
        Self::NotAPage,
        Self::LedHome,
        Self::TooDeep,
        Self::SaysNothingIsThere,
        Self::ProductNotNamed,
        Self::TerritoryNotNamed,
        Self::AnotherTerritory,
        Self::PeriodNotNamed,
        Self::AnotherPeriod,
    ];

    /// Returns the word stored as evidence, which is also the key of its text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAPage => "not_a_page",
            Self::LedHome => "led_home",
            Self::TooDeep => "too_deep",
            Self::SaysNothingIsThere => "says_nothing_is_there",
            Self::ProductNotNamed => "product_not_named",
            Self::TerritoryNotNamed => "territory_not_named",
            Self::AnotherTerritory => "another_territory",
            Self::PeriodNotNamed => "period_not_named",
            Self::AnotherPeriod => "another_period",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Phrases in title or heading that mean that there is no content.
const NOTHING_THERE: &[&str] = &[
    "non trovata",
    "non trovato",
    "not found",
    "errore 404",
    "errore 500",
    "errore 503",
    "error 404",
    "404",
    "non disponibile",
    "non e disponibile",
    "non esiste",
    "non raggiungibile",
    "accesso negato",
    "in manutenzione",
    "under maintenance",
    "in costruzione",
    "in allestimento",
    "under construction",
    "unavailable",
    "coming soon",
    "prossimamente",
];

/// Phrases that mean the same in a short text but also occur in reports.
const NOTHING_THERE_YET: &[&str] = &[
    "pagina non trovata",
    "pagina richiesta",
    "page not found",
    "non disponibile",
    "non e disponibile",
    "in manutenzione",
    "in costruzione",
    "in allestimento",
    "in corso di pubblicazione",
    "in fase di pubblicazione",
    "sara pubblicata",
    "sara pubblicato",
    "sara disponibile",
    "will be published",
    "under construction",
    "coming soon",
    "prossimamente",
];

/// Longest text, in words, in which those phrases count; a longer text is a report.
const NOTICE_WORDS: usize = 80;

/// Words after the head of a product's name: `Relazione territoriale | sul mercato del lavoro`.
const PREPOSITIONS: &[&str] = &[
    "su", "sul", "sullo", "sulla", "sull", "sui", "sugli", "sulle", "di", "del", "dello", "della", "dell", "dei",
    "degli", "delle", "a", "al", "allo", "alla", "all", "ai", "agli", "alle", "in", "nel", "nello", "nella", "nell",
    "nei", "negli", "nelle", "per", "con", "on", "of", "about", "in", "for",
];

/// Prepositions that introduce the subject.
const SUBJECT: &[&str] = &["su", "sul", "sullo", "sulla", "sull", "sui", "sugli", "sulle", "on", "about"];

/// Fewest words of a head; a shorter one is too common to stand for the whole name.
const HEAD_WORDS: usize = 2;

impl Expectation {
    /// Evaluates a page. Its title or main heading must name the product and its territory; the title is used where the
    /// heading names none. The period is searched in heading, title and text, in this order.
    pub fn finding(&self, page: &Page) -> Result<(), Finding> {
        if page.is_too_deep {
            return Err(Finding::TooDeep);
        }
        if says_nothing_is_there(page) {
            return Err(Finding::SaysNothingIsThere);
        }
        if !self.product.iter().any(|name| is_product_named(page, name)) {
            return Err(Finding::ProductNotNamed);
        }
        self.territory_finding(page)?;
        self.period_finding(page)
    }

    fn territory_finding(&self, page: &Page) -> Result<(), Finding> {
        if self.territory.is_empty() {
            return Ok(());
        }
        let first = |words: &Words, names: &[String]| {
            names.iter().filter_map(|name| words.find(&Words::of(name))).min().unwrap_or(usize::MAX)
        };
        for words in [&page.heading, &page.title_words] {
            let (own, other) = (first(words, &self.territory), first(words, &self.other_territories));
            if own != usize::MAX && own <= other {
                return Ok(());
            }
            if other != usize::MAX {
                return Err(Finding::AnotherTerritory);
            }
        }
        Err(Finding::TerritoryNotNamed)
    }

    fn period_finding(&self, page: &Page) -> Result<(), Finding> {
        for words in [&page.heading, &page.title_words] {
            let named = periods::named(words, self.period.frequency());
            if !named.is_empty() {
                return if named.contains(&self.period) { Ok(()) } else { Err(Finding::AnotherPeriod) };
            }
        }
        match subject_of(&periods::named(&page.text, self.period.frequency())) {
            Some(period) if period == self.period => Ok(()),
            Some(_) => Err(Finding::AnotherPeriod),
            None => Err(Finding::PeriodNotNamed),
        }
    }
}

/// Returns the period of a text: the one it names most often, and of several such the first.
fn subject_of(named: &[Period]) -> Option<Period> {
    let times = |period: &Period| named.iter().filter(|one| *one == period).count();
    let most = named.iter().map(times).max()?;
    named.iter().find(|period| times(period) == most).copied()
}

fn says_nothing_is_there(page: &Page) -> bool {
    let says = |words: &Words, phrases: &[&str]| phrases.iter().any(|phrase| words.find(&Words::of(phrase)).is_some());
    says(&page.heading, NOTHING_THERE)
        || says(&page.title_words, NOTHING_THERE)
        || (page.text.len() <= NOTICE_WORDS && says(&page.text, NOTHING_THERE_YET))
}

/// Returns whether title or heading name the product: by its whole name, or by its head (up to the first preposition,
/// at least two words) if the rest occurs in title, heading or text and the head is not followed by another subject.
fn is_product_named(page: &Page, name: &str) -> bool {
    let name = Words::of(name);
    let cut = name.as_slice().iter().position(|word| PREPOSITIONS.contains(&word.text.as_str())).unwrap_or(name.len());
    let head = name.part(0, cut);
    let rest = name.part(cut + 1, name.len());
    let places = [&page.heading, &page.title_words];
    if places.iter().any(|words| words.find(&name).is_some()) {
        return true;
    }
    let says_rest = rest.is_empty() || places.iter().chain(&[&page.text]).any(|words| words.find(&rest).is_some());
    let names_head = |words: &Words| {
        words.positions(&head).any(|at| !goes_on_otherwise(&words.as_slice()[at + head.len()..], &rest))
    };
    head.len() >= HEAD_WORDS && says_rest && places.into_iter().any(names_head)
}

/// Returns whether the words after a head name another subject than the product's.
fn goes_on_otherwise(behind: &[Word], rest: &Words) -> bool {
    let behind = behind.iter().skip_while(|word| word.text.bytes().all(|byte| byte.is_ascii_digit()));
    let mut behind = behind.map(|word| word.text.as_str());
    let speaks_of = behind.next().is_some_and(|word| SUBJECT.contains(&word));
    speaks_of && !rest.as_slice().iter().all(|word| behind.next() == Some(word.text.as_str()))
}

#[cfg(test)]
mod tests;
