//! The form that narrows the public agenda, with the chosen filters and their removal: the same above every page of it.

use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::form::Choice;
use crate::releases::feed::Format;
use crate::releases::service;
use crate::releases::sought::Narrowing;
use crate::texts::Label as _;
use entity::kinds::{ReleaseState, Theme};

/// The form with its choices, and what is chosen.
pub struct Filters {
    /// Address to which the form leads.
    pub action: &'static str,
    /// Name and value of the parameter that the form keeps; `None` on a page without parts.
    pub part: Option<(&'static str, String)>,
    pub places: Vec<Choice>,
    pub products: Vec<Choice>,
    pub themes: Vec<Choice>,
    /// States among which a reader may choose; empty where all releases have the same.
    pub states: Vec<Choice>,
    /// Code of the chosen observatory; empty for all. The others alike.
    pub place: String,
    pub product: String,
    pub theme: String,
    pub state: String,
    pub chosen: Vec<Chosen>,
    /// Address without any filter.
    pub all: String,
}

/// A chosen filter.
pub struct Chosen {
    pub name: String,
    /// Address of the same page without it.
    pub without: String,
}

impl Filters {
    /// Makes the form for a page that shows releases of these states.
    pub async fn of(
        ctx: &Ctx,
        action: &'static str,
        part: Option<(&'static str, String)>,
        states: &[ReleaseState],
        narrowed: &Narrowing,
    ) -> Result<Self> {
        let lang = ctx.lang;
        let places = service::places(ctx).await?;
        let catalogue = ctx.recall(&Catalogue).await?;
        let product = narrowed.product.as_ref().map(|product| product.code.clone()).unwrap_or_default();
        // A retired product has releases, but none to come; it stays in the list of the reader who has chosen it.
        let offered = catalogue.iter().filter(|one| one.retired_at.is_none() || one.code == product);
        let kept: Vec<(&str, &str)> = part.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let chosen = narrowed.chosen(lang).into_iter();
        Ok(Self {
            action,
            places: places.iter().map(|place| Choice::new(&place.code, &place.name)).collect(),
            products: offered.map(|one| Choice::new(&one.code, one.name(lang))).collect(),
            themes: Theme::ALL.iter().map(|theme| Choice::new(theme, theme.label(lang))).collect(),
            states: states.iter().map(|state| Choice::new(state, state.label(lang))).collect(),
            place: narrowed.place.as_ref().map(|place| place.code.clone()).unwrap_or_default(),
            product,
            theme: narrowed.theme.map(|theme| theme.to_string()).unwrap_or_default(),
            state: narrowed.state.map(|state| state.to_string()).unwrap_or_default(),
            chosen: chosen.map(|(name, rest)| Chosen { name, without: rest.address(action, &kept) }).collect(),
            all: Narrowing::default().address(action, &kept),
            part,
        })
    }
}

/// A feed of a page, for `<link rel="alternate">` and for readers who download it.
pub struct FeedLink {
    pub media_type: &'static str,
    pub name: &'static str,
    /// Path and query.
    pub href: String,
}

/// Lists the feeds of the releases that pass the filters, in the language of the reader.
pub fn feeds(ctx: &Ctx, narrowed: &Narrowing) -> Vec<FeedLink> {
    let link = |format: &Format| FeedLink {
        media_type: format.media_type(),
        name: ctx.lang.t(format.name_key()),
        href: narrowed.address(format.path(), &[("lang", ctx.lang.code())]),
    };
    Format::ALL.iter().map(link).collect()
}
