//! The form of the rule for the dates of a product, with fields for each part of it.

use super::{href, only_who_may, shell_below};
use crate::catalogue::model::Product;
use crate::catalogue::policy::Action;
use crate::catalogue::questions::Catalogue;
use crate::catalogue::service::{self, DetailsIn};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error, Result};
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::questions::AllTerritories;
use crate::sources::questions::AllSources;
use crate::texts::Lang;
use crate::time::date_rule::{Adjust, Anchor, Distance, Improper, MOST_AVOIDED, Nth, SpanOfYear, Unit};
use crate::time::{DateRule, words};
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use chrono::Weekday;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_rule_form).service(change_rule);
}

/// Kinds of anchor on the form; a product without a rule has none of them.
const END: &str = "end_of_period";
const WEEKDAY: &str = "nth_weekday";
const RELEASE: &str = "release";
const SOURCE: &str = "source";
const NONE: &str = "none";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct RuleForm {
    kind: String,
    plus: String,
    unit: String,
    product: String,
    source: String,
    nth: String,
    weekday: String,
    month: String,
    adjust: String,
    worked_by: String,
    avoid: String,
    most_a_day: String,
}

impl RuleForm {
    fn of(rule: Option<&DateRule>) -> Self {
        let Some(rule) = rule else {
            return Self { kind: NONE.to_owned(), adjust: said(Adjust::Next), ..Self::default() };
        };
        let spans: Vec<String> = rule.avoid.iter().map(ToString::to_string).collect();
        let form = Self {
            adjust: said(rule.adjust),
            worked_by: rule.worked_by.clone().unwrap_or_default(),
            avoid: spans.join("\n"),
            most_a_day: rule.most_a_day.map(|most| most.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        match &rule.day {
            Anchor::EndOfPeriod(Distance { plus, unit }) => {
                Self { kind: END.to_owned(), plus: plus.to_string(), unit: said(*unit), ..form }
            }
            Anchor::NthWeekday { nth, weekday, month } => Self {
                kind: WEEKDAY.to_owned(),
                nth: said(*nth),
                weekday: weekday.num_days_from_monday().to_string(),
                month: month.to_string(),
                ..form
            },
            Anchor::Release { product, plus, unit } => Self {
                kind: RELEASE.to_owned(),
                product: product.clone(),
                plus: plus.to_string(),
                unit: said(*unit),
                ..form
            },
            Anchor::Source { source, plus, unit } => Self {
                kind: SOURCE.to_owned(),
                source: source.clone(),
                plus: plus.to_string(),
                unit: said(*unit),
                ..form
            },
        }
    }

    /// Reads the rule, or none; all wrong fields at once.
    fn read(&self, reading: &mut Reading) -> Option<Option<DateRule>> {
        let adjust = chosen::<Adjust>(reading, "adjust", &self.adjust);
        let spans = self.avoid.split(['\n', ',']).map(str::trim).filter(|text| !text.is_empty());
        let avoid: Option<Vec<SpanOfYear>> = spans.map(|text| text.parse().ok()).collect();
        let (least, most) = Improper::Avoid.limits();
        let avoid = reading.take(match avoid {
            None => Err(Error::field("avoid", Code::UnknownValue)),
            Some(spans) if spans.len() > MOST_AVOIDED => Err(Error::out_of_range("avoid", least, most)),
            Some(spans) => Ok(spans),
        });
        let most_a_day = match kept(&self.most_a_day) {
            None => Some(None),
            Some(text) => number(reading, "most_a_day", &text, Improper::MostADay).map(Some),
        };
        let day = match self.kind.as_str() {
            NONE => {
                // Conditions that could not be read are refused also while they have no effect.
                avoid?;
                most_a_day?;
                return Some(None);
            }
            END => self.distance(reading).map(Anchor::EndOfPeriod),
            RELEASE => {
                let product = reading.text("product", &self.product, 60);
                let distance = self.distance(reading);
                product.zip(distance).map(|(product, Distance { plus, unit })| Anchor::Release { product, plus, unit })
            }
            SOURCE => {
                let source = reading.text("source", &self.source, 60);
                let distance = self.distance(reading);
                source.zip(distance).map(|(source, Distance { plus, unit })| Anchor::Source { source, plus, unit })
            }
            WEEKDAY => {
                let nth = chosen::<Nth>(reading, "nth", &self.nth);
                let weekday = reading.chosen::<u8>("weekday", &self.weekday);
                let unknown = |_| Error::field("weekday", Code::UnknownValue);
                let weekday = weekday.and_then(|number| reading.take(Weekday::try_from(number).map_err(unknown)));
                let month = number(reading, "month", &self.month, Improper::Month);
                (|| Some(Anchor::NthWeekday { nth: nth?, weekday: weekday?, month: month? }))()
            }
            _ => {
                reading.refuse("kind", if self.kind.is_empty() { Code::Required } else { Code::UnknownValue });
                None
            }
        };
        let rule = DateRule {
            day: day?,
            adjust: adjust?,
            worked_by: kept(&self.worked_by),
            avoid: avoid?,
            most_a_day: most_a_day?,
        };
        Some(Some(rule))
    }

    fn distance(&self, reading: &mut Reading) -> Option<Distance> {
        let plus = number(reading, "plus", &self.plus, Improper::Plus);
        let unit = chosen::<Unit>(reading, "unit", &self.unit);
        Some(Distance { plus: plus?, unit: unit? })
    }
}

/// Reads a number within its limits.
fn number(reading: &mut Reading, field: &'static str, typed: &str, limits: Improper) -> Option<u16> {
    let (least, most) = limits.limits();
    u16::try_from(reading.number(field, typed, least..=most)?).ok()
}

/// Reads a value of a vocabulary of rules by its name in the data file.
fn chosen<T: for<'de> Deserialize<'de>>(reading: &mut Reading, field: &'static str, typed: &str) -> Option<T> {
    let read = serde_json::from_value(serde_json::Value::String(typed.to_owned())).ok();
    if read.is_none() {
        reading.refuse(field, if typed.is_empty() { Code::Required } else { Code::UnknownValue });
    }
    read
}

/// Returns the name of a value in the data file.
fn said(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

struct Choices {
    kinds: Vec<Choice>,
    units: Vec<Choice>,
    products: Vec<Choice>,
    sources: Vec<Choice>,
    nths: Vec<Choice>,
    weekdays: Vec<Choice>,
    adjusts: Vec<Choice>,
    territories: Vec<Choice>,
}

impl Choices {
    async fn of(ctx: &Ctx, own: &Product) -> Result<Self> {
        let lang = ctx.lang;
        let catalogue = ctx.recall(&Catalogue).await?;
        let territories = ctx.recall(&AllTerritories).await?;
        let sources = ctx.recall(&AllSources).await?;
        let others = catalogue.iter().filter(|product| product.id != own.id);
        let named = |all: &[(String, &'static str)]| {
            all.iter().map(|(value, key)| Choice::new(value, lang.t(key))).collect::<Vec<_>>()
        };
        Ok(Self {
            kinds: named(&[
                (NONE.to_owned(), "catalogue.rule_none"),
                (END.to_owned(), "catalogue.rule_end"),
                (WEEKDAY.to_owned(), "catalogue.rule_weekday"),
                (RELEASE.to_owned(), "catalogue.rule_release"),
                (SOURCE.to_owned(), "catalogue.rule_source"),
            ]),
            units: named(&[
                (said(Unit::Days), "catalogue.unit_days"),
                (said(Unit::WorkingDays), "catalogue.unit_working_days"),
                (said(Unit::Months), "catalogue.unit_months"),
            ]),
            sources: sources.iter().map(|one| Choice::new(&one.code, &one.details.name)).collect(),
            products: others.map(|product| Choice::new(&product.code, product.name(lang))).collect(),
            nths: named(&[
                (said(Nth::First), "catalogue.nth_first"),
                (said(Nth::Second), "catalogue.nth_second"),
                (said(Nth::Third), "catalogue.nth_third"),
                (said(Nth::Fourth), "catalogue.nth_fourth"),
                (said(Nth::Last), "catalogue.nth_last"),
            ]),
            weekdays: weekdays(lang),
            adjusts: named(&[
                (said(Adjust::Next), "catalogue.adjust_next"),
                (said(Adjust::Previous), "catalogue.adjust_previous"),
                (said(Adjust::Nearest), "catalogue.adjust_nearest"),
            ]),
            territories: territories.iter().map(|one| Choice::new(&one.code, &one.name)).collect(),
        })
    }
}

fn weekdays(lang: Lang) -> Vec<Choice> {
    let named = |number: u8| {
        let day = Weekday::try_from(number).ok()?;
        Some(Choice::new(number, words::weekday(day, lang)))
    };
    (0..7).filter_map(named).collect()
}

#[derive(Template)]
#[template(path = "catalogue/rule.html")]
struct RulePage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<Versioned<RuleForm>>,
    choices: Choices,
}

#[get("/products/{code}/rule")]
async fn show_rule_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let product = service::product(ctx.reader(), &code).await?;
    let form = FormState::made_of(product.version, RuleForm::of(product.details.date_rule.as_ref()));
    page(&rule_page(&ctx, &request, &product, form).await?)
}

#[post("/products/{code}/rule")]
async fn change_rule(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    form: Sent<Versioned<RuleForm>>,
) -> Answer {
    let change = async |txn: &Txn, version, form: &RuleForm| {
        let date_rule = Reading::of(|reading| form.read(reading))?;
        let with_rule = |present: DetailsIn| Ok(DetailsIn { date_rule, ..present });
        let changed = service::edit(&ctx, txn, &code, version, with_rule).await;
        // The fields of the form that can name something unknown are the other product, the source and the territory.
        let of_form = match form.kind.as_str() {
            RELEASE => "product",
            SOURCE => "source",
            _ => "worked_by",
        };
        changed.map_err(|error| error.placed(|field| if field == "date_rule" { of_form } else { field }))
    };
    let leads_on = |product: Product| done(&href(&product.code), FlashKind::Success, "catalogue.done_rule");
    form::change(&ctx, form, change, leads_on, async |form| {
        let product = service::product(ctx.reader(), &code).await?;
        let form = form.beside(product.version);
        Ok(rule_page(&ctx, &request, &product, form).await?)
    })
    .await
}

async fn rule_page(
    ctx: &Ctx,
    request: &HttpRequest,
    product: &Product,
    form: FormState<Versioned<RuleForm>>,
) -> Result<RulePage> {
    only_who_may(ctx, Action::Edit)?;
    Ok(RulePage {
        shell: shell_below(ctx, request, "catalogue.rule_title", product),
        name: product.name(ctx.lang).to_owned(),
        href: href(&product.code),
        choices: Choices::of(ctx, product).await?,
        form,
    })
}
