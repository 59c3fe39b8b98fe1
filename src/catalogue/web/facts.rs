//! Facts about a product for its page: what it is, who contributes, whom to ask, how it is made.

use super::{href, may};
use crate::catalogue::model::{Product, Sheet, Step};
use crate::catalogue::policy::Action;
use crate::catalogue::questions::Catalogue;
use crate::catalogue::service;
use crate::ctx::Ctx;
use crate::documents::view::Document;
use crate::error::Result;
use crate::network::questions::{AllObservatories, AllTerritories};
use crate::sources::model::source_name;
use crate::sources::questions::AllSources;
use crate::texts::{Label, Lang};
use crate::time::{words, zone};
use entity::kinds::{Contributing, ObservatoryKind, ProductScope};

/// Facts about a product for its page.
pub struct ProductFacts {
    pub product: Product,
    pub href: String,
    pub name: String,
    /// Description with the code of its language.
    pub description: Option<(String, &'static str)>,
    /// «Ritirato il 3 marzo 2027».
    pub retired: Option<String>,
    pub theme: Option<&'static str>,
    pub periodicity: &'static str,
    pub scope: &'static str,
    pub contributors: String,
    /// The rule for its dates, in a sentence.
    pub rule: Option<String>,
    /// Name of the office and its address; the secretariat's without a contact of its own.
    pub contact: (String, Option<String>),
    /// Versions of the methodology sheet, the latest first.
    pub sheets: Vec<SheetFacts>,
    /// Steps of the template, for readers of the network.
    pub steps: Vec<StepLine>,
    pub shows_steps: bool,
    /// Forms open to the reader.
    pub actions: Vec<(String, &'static str)>,
    /// Whether the reader may retire it, or take it into use again.
    pub may_retire: bool,
}

/// A version of the methodology sheet.
pub struct SheetFacts {
    /// «Versione 2, per i rilasci da anno 2026».
    pub title: String,
    pub published: String,
    /// Text with the code of its language.
    pub text: (String, &'static str),
    /// «ATECO 2025, CP2021».
    pub lists: Option<String>,
    /// Address and name of its document.
    pub document: Option<(String, String)>,
}

/// A step of the template.
pub struct StepLine {
    pub name: String,
    pub seat: &'static str,
    pub when: String,
    pub minutes: String,
    /// Names of the steps before it.
    pub after: Option<String>,
}

impl ProductFacts {
    /// Collects the facts about a product.
    pub async fn of(ctx: &Ctx, code: &str) -> Result<Self> {
        let product = service::product(ctx.reader(), code).await?;
        let sheets = service::sheets(ctx.reader(), product.id).await?;
        let documents = service::documents_of(ctx.reader(), &sheets).await?;
        let (lang, details) = (ctx.lang, &product.details);
        let contact = details.contact.clone().map(|contact| (contact.name, contact.email));
        let secretariat = || (lang.t("catalogue.secretariat").to_owned(), Some(ctx.config().mail.reply_to.clone()));
        let forms = [
            (Action::Edit, "edit", "catalogue.edit"),
            (Action::Edit, "rule", "catalogue.edit_rule"),
            (Action::ChangeSteps, "steps", "catalogue.change_steps"),
            (Action::PublishSheet, "sheets/new", "catalogue.publish_sheet"),
        ];
        let link = |(_, path, label): &(Action, &str, &'static str)| (format!("{}/{path}", href(code)), lang.t(label));
        Ok(Self {
            href: href(code),
            name: product.name(lang).to_owned(),
            description: product.description(lang).map(|(text, lang)| (text.to_owned(), lang.code())),
            retired: product
                .retired_at
                .map(|at| lang.f("catalogue.retired_on", &[("day", &words::date(zone::day_of(at), lang))])),
            theme: details.theme.map(|theme| theme.label(lang)),
            periodicity: details.periodicity.label(lang),
            scope: details.scope.label(lang),
            contributors: contributors(ctx, &product).await?,
            rule: rule(ctx, &product).await?,
            contact: contact.unwrap_or_else(secretariat),
            sheets: sheets.iter().rev().map(|sheet| SheetFacts::of(sheet, code, &documents, lang)).collect(),
            steps: product.steps.iter().map(|step| StepLine::of(step, &product, lang)).collect(),
            shows_steps: ctx.actor.is_participant(),
            actions: forms.iter().filter(|(action, ..)| may(ctx, *action)).map(link).collect(),
            may_retire: may(ctx, Action::Retire),
            product,
        })
    }
}

/// Describes the rule for the dates of a product.
async fn rule(ctx: &Ctx, product: &Product) -> Result<Option<String>> {
    let Some(rule) = &product.details.date_rule else { return Ok(None) };
    let (catalogue, territories) = (ctx.recall(&Catalogue).await?, ctx.recall(&AllTerritories).await?);
    let sources = ctx.recall(&AllSources).await?;
    let name = |code: &str| {
        if rule.source() == Some(code) {
            return source_name(&sources, code).to_owned();
        }
        let product = catalogue.iter().find(|other| other.code == code).map(|other| other.name(ctx.lang));
        let place = territories.iter().find(|place| place.code == code).map(|place| place.name.as_str());
        product.or(place).unwrap_or(code).to_owned()
    };
    Ok(Some(rule.description(ctx.lang, name)))
}

impl SheetFacts {
    fn of(sheet: &Sheet, code: &str, documents: &[Document], lang: Lang) -> Self {
        let document = documents.iter().find(|document| Some(document.id) == sheet.document_id);
        let lists: Vec<String> = sheet.lists.iter().map(|list| format!("{} {}", list.name, list.edition)).collect();
        let (text, own) = sheet.text(lang);
        let (number, period) = (sheet.number.to_string(), words::period(sheet.from, lang));
        Self {
            title: lang.f("catalogue.sheet_version", &[("number", &number), ("period", &period)]),
            published: words::date(zone::day_of(sheet.published_at), lang),
            text: (text.to_owned(), own.code()),
            lists: (!lists.is_empty()).then(|| words::listed(&lists, lang)),
            document: document
                .map(|document| (format!("{}/documents/{}", href(code), document.id), document.name.clone())),
        }
    }
}

impl StepLine {
    fn of(step: &Step, product: &Product, lang: Lang) -> Self {
        let named = |code: &String| {
            let earlier = product.steps.iter().find(|earlier| earlier.code == *code);
            earlier.map_or_else(|| code.clone(), |earlier| earlier.name(lang).to_owned())
        };
        let after: Vec<String> = step.after.iter().map(named).collect();
        let when = match step.offset_working_days {
            0 => lang.t("catalogue.step_on_the_day").to_owned(),
            days => lang.f("catalogue.step_before", &[("span", &words::working_days(days, lang))]),
        };
        Self {
            name: step.name(lang).to_owned(),
            seat: step.seat.label(lang),
            when,
            minutes: step.estimated_minutes.to_string(),
            after: (!after.is_empty()).then(|| words::listed(&after, lang)),
        }
    }
}

/// Returns the contributors to a product in words: «i 12 osservatori territoriali e quello regionale», «Bergamo e Como».
fn in_words(all: usize, named: &[String], with_regional: bool, who: Contributing, lang: Lang) -> String {
    let number = all.to_string();
    let named = words::listed(named, lang);
    match (who, with_regional) {
        (Contributing::AllTerritorial, false) => lang.f("catalogue.by_all", &[("number", &number)]),
        (Contributing::AllTerritorial, true) => lang.f("catalogue.by_all_and_regional", &[("number", &number)]),
        (Contributing::Named, false) => named,
        (Contributing::Named, true) if named.is_empty() => lang.t("catalogue.by_regional").to_owned(),
        (Contributing::Named, true) => lang.f("catalogue.by_named_and_regional", &[("places", &named)]),
    }
}

/// Returns the contributors to a product in words. An autonomous product has one of them for each release.
pub async fn contributors(ctx: &Ctx, product: &Product) -> Result<String> {
    let observatories = ctx.recall(&AllObservatories).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let chosen = &product.details.contributors;
    let territorial = observatories.iter().filter(|one| one.kind == ObservatoryKind::Territorial);
    let all = territorial.clone().count();
    let mut named: Vec<String> = territorial
        .filter(|one| chosen.named.iter().any(|named| named.id == one.id))
        .map(|one| {
            let territory = territories.iter().find(|territory| territory.code == one.territory);
            territory.map_or_else(|| one.name.clone(), |territory| territory.name.clone())
        })
        .collect();
    named.sort();
    let words = in_words(all, &named, chosen.with_regional, chosen.who, ctx.lang);
    Ok(match product.details.scope {
        ProductScope::Autonomous => ctx.lang.f("catalogue.one_of", &[("places", &words)]),
        ProductScope::Joint | ProductScope::PerObservatory => words,
    })
}
