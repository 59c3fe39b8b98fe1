//! Correcting the data of a holder: names, address, phone, language. An address with delivery failures is replaced
//! here.

use super::forms::Choices;
use super::one::{led_to, shell_below};
use super::words as register_words;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::designations::service;
use crate::designations::view::Designation;
use crate::error::{Error, Result};
use crate::http::Answer;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{Shell, page};
use crate::network::model::{PersonChange, PersonView};
use crate::network::policy::Reach;
use crate::network::service as network;
use crate::texts::Lang;
use crate::typed::kept;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, get, post};
use askama::Template;
use entity::ids::DesignationId;
use serde::Deserialize;

pub fn pages(cfg: &mut ServiceConfig) {
    cfg.service(show_form).service(correct);
}

#[derive(Template)]
#[template(path = "designations/holder.html")]
struct HolderPage {
    shell: Shell,
    path: String,
    seat: String,
    holder: String,
    /// Whether the reader may change names, and the address. Values that may not be changed are not shown as fields.
    with_names: bool,
    with_address: bool,
    form: FormState<Versioned<HolderForm>>,
    choices: Choices,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct HolderForm {
    #[serde(default)]
    given_name: String,
    #[serde(default)]
    family_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    language: String,
}

impl HolderForm {
    fn of(person: PersonView) -> Self {
        Self {
            given_name: person.given_name,
            family_name: person.family_name,
            email: person.email,
            phone: person.phone.unwrap_or_default(),
            language: person.language.code().to_owned(),
        }
    }

    /// Returns the change, limited to the members that the caller may change, because only those were fields of the
    /// page.
    fn change(&self, reach: Reach) -> PersonChange {
        let names = |text: &String| (reach >= Reach::Names).then(|| text.clone());
        PersonChange {
            given_name: names(&self.given_name),
            family_name: names(&self.family_name),
            email: (reach >= Reach::Address).then(|| self.email.clone()),
            phone: Some(kept(&self.phone)),
            language: Some(Lang::of(&self.language)),
        }
    }
}

#[get("/designations/{id:[0-9A-Fa-f-]+}/holder")]
async fn show_form(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>) -> Answer {
    let (designation, person, reach) = open(&ctx, *id).await?;
    let form = FormState::made_of(person.version, HolderForm::of(person));
    page(&holder_page(&ctx, &request, &designation, reach, form))
}

#[post("/designations/{id:[0-9A-Fa-f-]+}/holder")]
async fn correct(ctx: Ctx, request: HttpRequest, id: Path<DesignationId>, form: Sent<Versioned<HolderForm>>) -> Answer {
    let (_, person, reach) = open(&ctx, *id).await?;
    let correct = async |txn: &Txn, version, typed: &HolderForm| {
        network::update_person(&ctx, txn, person.id, version, typed.change(reach)).await
    };
    let leads_on = |_| led_to(*id, "designations.done_holder");
    form::change(&ctx, form, correct, leads_on, async |form| {
        let (designation, person, reach) = open(&ctx, *id).await?;
        Ok(holder_page(&ctx, &request, &designation, reach, form.beside(person.version)))
    })
    .await
}

/// Finds the holder of a visible designation, and the members of the person that the reader may change.
async fn open(ctx: &Ctx, id: DesignationId) -> Result<(Designation, PersonView, Reach)> {
    let designation = service::dossier(ctx, id).await?.designation;
    let reach = network::reach(ctx, designation.holder.id).await?;
    if reach == Reach::Nothing {
        return Err(Error::Denied);
    }
    let person = network::person_seen(ctx, designation.holder.id).await?;
    Ok((designation, person, reach))
}

fn holder_page(
    ctx: &Ctx,
    request: &HttpRequest,
    designation: &Designation,
    reach: Reach,
    form: FormState<Versioned<HolderForm>>,
) -> HolderPage {
    HolderPage {
        shell: shell_below(ctx, request, "designations.holder_title", designation),
        path: format!("/designations/{}", designation.id),
        seat: register_words::seat_name(&designation.seat, ctx.lang),
        holder: designation.holder.name(),
        with_names: reach >= Reach::Names,
        with_address: reach >= Reach::Address,
        form,
        choices: Choices::new(ctx.lang),
    }
}
