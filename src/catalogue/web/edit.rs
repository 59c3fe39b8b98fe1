//! The form of a product: new, or edited.

use super::{href, only_who_may, shell, shell_below};
use crate::catalogue::model::{Details, Product};
use crate::catalogue::policy::Action;
use crate::catalogue::service::{self, DetailsIn, checked_code, checked_details};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::network::model::ObservatoryView;
use crate::network::questions::AllObservatories;
use crate::texts::{Label, Lang};
use crate::time::DateRule;
use crate::typed::{Reading, kept};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use chrono::NaiveTime;
use entity::kinds::{Contributing, ObservatoryKind, Periodicity, ProductScope, Theme};
use serde::Deserialize;
use std::collections::HashMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_new_form).service(create).service(show_edit_form).service(edit);
}

/// Prefix of the name of an observatory's checkbox; its code follows.
const OBSERVATORY: &str = "observatory-";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ProductForm {
    code: String,
    name_it: String,
    name_en: String,
    theme: String,
    periodicity: String,
    scope: String,
    contributors: String,
    with_regional: String,
    default_hour: String,
    description_it: String,
    description_en: String,
    contact_name: String,
    contact_email: String,
    portal_section: String,
    portal_words: String,
    /// Checkboxes of the observatories.
    #[serde(flatten)]
    boxes: HashMap<String, String>,
}

impl ProductForm {
    /// Fills the form with the properties of a product.
    fn of(product: &Product) -> Self {
        let Details { contributors, contact, .. } = &product.details;
        let details = product.details.clone();
        let text = |text: Option<String>| text.unwrap_or_default();
        Self {
            code: product.code.clone(),
            name_it: details.name_it,
            name_en: details.name_en,
            theme: details.theme.map(|theme| theme.to_string()).unwrap_or_default(),
            periodicity: details.periodicity.to_string(),
            scope: details.scope.to_string(),
            contributors: contributors.who.to_string(),
            with_regional: if contributors.with_regional { "true".to_owned() } else { String::new() },
            default_hour: details.default_hour.format("%H:%M").to_string(),
            description_it: text(details.description_it),
            description_en: text(details.description_en),
            contact_name: contact.as_ref().map(|contact| contact.name.clone()).unwrap_or_default(),
            contact_email: contact.as_ref().and_then(|contact| contact.email.clone()).unwrap_or_default(),
            portal_section: text(details.portal_section),
            portal_words: text(details.portal_words),
            boxes: contributors
                .named
                .iter()
                .map(|named| (format!("{OBSERVATORY}{}", named.code), "true".to_owned()))
                .collect(),
        }
    }

    /// Reads the properties, with all errors of their texts. The rule for the dates is not on the form and stays.
    fn read(
        &self,
        reading: &mut Reading,
        observatories: &[ObservatoryView],
        date_rule: Option<DateRule>,
    ) -> Option<DetailsIn> {
        let theme = reading.optionally_chosen::<Theme>("theme", &self.theme);
        let periodicity = reading.chosen::<Periodicity>("periodicity", &self.periodicity);
        let scope = reading.chosen::<ProductScope>("scope", &self.scope);
        let contributors = reading.chosen::<Contributing>("contributors", &self.contributors);
        let default_hour = reading.hour("default_hour", &self.default_hour);
        let mut codes: Vec<String> =
            self.boxes.keys().filter_map(|field| field.strip_prefix(OBSERVATORY)).map(str::to_owned).collect();
        codes.sort();
        let input = DetailsIn {
            name_it: self.name_it.clone(),
            name_en: self.name_en.clone(),
            theme: theme.flatten(),
            periodicity: periodicity.unwrap_or(Periodicity::Annual),
            scope: scope.unwrap_or(ProductScope::Joint),
            contributors: contributors.unwrap_or(Contributing::AllTerritorial),
            observatories: codes,
            with_regional: !self.with_regional.is_empty(),
            default_hour: default_hour.unwrap_or(NaiveTime::MIN),
            description_it: kept(&self.description_it),
            description_en: kept(&self.description_en),
            contact_name: kept(&self.contact_name),
            contact_email: kept(&self.contact_email),
            portal_section: kept(&self.portal_section),
            portal_words: kept(&self.portal_words),
            date_rule,
        };
        checked_details(reading, &input, observatories)?;
        periodicity?;
        scope?;
        contributors?;
        default_hour?;
        theme?;
        Some(input)
    }
}

/// Lists and checkboxes of the form.
struct Choices {
    themes: Vec<Choice>,
    periodicities: Vec<Choice>,
    scopes: Vec<Choice>,
    contributing: Vec<Choice>,
    boxes: Vec<TickBox>,
}

/// The checkbox of an observatory.
struct TickBox {
    field: String,
    label: String,
    checked: bool,
}

impl Choices {
    fn of(form: &ProductForm, observatories: &[ObservatoryView], lang: Lang) -> Self {
        let territorial = observatories.iter().filter(|one| one.kind == ObservatoryKind::Territorial);
        let tick_box = |one: &ObservatoryView| {
            let field = format!("{OBSERVATORY}{}", one.code);
            TickBox { checked: form.boxes.contains_key(&field), field, label: one.name.clone() }
        };
        Self {
            themes: choices(Theme::ALL, lang),
            periodicities: choices(Periodicity::ALL, lang),
            scopes: choices(ProductScope::ALL, lang),
            contributing: choices(Contributing::ALL, lang),
            boxes: territorial.map(tick_box).collect(),
        }
    }
}

fn choices<L: Label + std::fmt::Display>(all: &[L], lang: Lang) -> Vec<Choice> {
    all.iter().map(|one| Choice::new(one, one.label(lang))).collect()
}

#[derive(Template)]
#[template(path = "catalogue/new.html")]
struct NewPage {
    shell: Shell,
    form: FormState<ProductForm>,
    choices: Choices,
}

#[get("/catalogue/new")]
async fn show_new_form(ctx: Ctx, request: HttpRequest) -> Answer {
    let form = ProductForm {
        contributors: Contributing::AllTerritorial.to_string(),
        default_hour: "10:00".to_owned(),
        ..ProductForm::default()
    };
    page(&new_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/catalogue/new")]
async fn create(ctx: Ctx, request: HttpRequest, form: Sent<ProductForm>) -> Answer {
    let create = async |txn: &Txn, form: &ProductForm| {
        let observatories = ctx.recall(&AllObservatories).await?;
        let (code, details) = Reading::of(|reading| {
            let code = checked_code(reading, &form.code);
            let details = form.read(reading, &observatories, None);
            Some((code?, details?))
        })?;
        service::create(&ctx, txn, &code, details).await
    };
    let leads_on = |product: Product| led_to(&product, "catalogue.done_created");
    form::answer(&ctx, form, create, leads_on, async |form| Ok(new_page(&ctx, &request, form).await?)).await
}

fn led_to(product: &Product, said: &'static str) -> HttpResponse {
    done(&href(&product.code), FlashKind::Success, said)
}

async fn new_page(ctx: &Ctx, request: &HttpRequest, form: FormState<ProductForm>) -> Result<NewPage> {
    only_who_may(ctx, Action::Create)?;
    let observatories = ctx.recall(&AllObservatories).await?;
    Ok(NewPage {
        shell: shell(ctx, request, ctx.lang.t("catalogue.new").to_owned()),
        choices: Choices::of(&form, &observatories, ctx.lang),
        form,
    })
}

#[derive(Template)]
#[template(path = "catalogue/edit.html")]
struct EditPage {
    shell: Shell,
    name: String,
    href: String,
    form: FormState<Versioned<ProductForm>>,
    choices: Choices,
}

#[get("/products/{code}/edit")]
async fn show_edit_form(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let product = service::product(ctx.reader(), &code).await?;
    let form = FormState::made_of(product.version, ProductForm::of(&product));
    page(&edit_page(&ctx, &request, &product, form).await?)
}

#[post("/products/{code}/edit")]
async fn edit(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: Sent<Versioned<ProductForm>>) -> Answer {
    let edit = async |txn: &Txn, version, form: &ProductForm| {
        let observatories = ctx.recall(&AllObservatories).await?;
        let change = |present: DetailsIn| Reading::of(|reading| form.read(reading, &observatories, present.date_rule));
        service::edit(&ctx, txn, &code, version, change).await
    };
    let leads_on = |product: Product| led_to(&product, "catalogue.done_edited");
    form::change(&ctx, form, edit, leads_on, async |form| {
        let product = service::product(ctx.reader(), &code).await?;
        let form = form.beside(product.version);
        Ok(edit_page(&ctx, &request, &product, form).await?)
    })
    .await
}

async fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    product: &Product,
    form: FormState<Versioned<ProductForm>>,
) -> Result<EditPage> {
    only_who_may(ctx, Action::Edit)?;
    let observatories = ctx.recall(&AllObservatories).await?;
    Ok(EditPage {
        shell: shell_below(ctx, request, "catalogue.edit", product),
        name: product.name(ctx.lang).to_owned(),
        href: href(&product.code),
        choices: Choices::of(&form, &observatories, ctx.lang),
        form,
    })
}
