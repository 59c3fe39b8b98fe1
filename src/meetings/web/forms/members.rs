//! The parties of a table and the partners invited to a meeting: one checkbox for each candidate.

use super::{Answer, answer, meeting_for, path, shell};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::meetings::policy::Action;
use crate::meetings::service;
use crate::meetings::view::{Dossier, TableOfParties};
use crate::meetings::web::{guest_name, may, table_path};
use crate::network::model::BodyView;
use crate::network::questions::AllBodies;
use crate::texts::Label;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::{DesignationId, MeetingId};
use entity::kinds::TableKind;
use serde::Deserialize;
use std::collections::HashMap;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_table).service(save_parties).service(guests_form).service(save_guests);
}

/// The ticked boxes, by the names of their fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct BoxesForm {
    #[serde(flatten)]
    boxes: HashMap<String, String>,
}

impl BoxesForm {
    fn of(ticked: impl IntoIterator<Item = String>) -> Self {
        Self { boxes: ticked.into_iter().map(|field| (field, "true".to_owned())).collect() }
    }

    /// Returns the codes of the ticked checkboxes: the part of their field names after the prefix.
    fn ticked(&self, prefix: &str) -> Vec<String> {
        let mut ticked: Vec<String> =
            self.boxes.keys().filter_map(|field| field.strip_prefix(prefix)).map(str::to_owned).collect();
        ticked.sort();
        ticked
    }

    fn read_guests(&self, reading: &mut Reading) -> Option<Vec<DesignationId>> {
        let guests: Vec<Option<DesignationId>> =
            self.ticked(GUEST).iter().map(|id| reading.chosen("guests", id)).collect();
        guests.into_iter().collect()
    }
}

/// One checkbox.
struct TickBox {
    field: String,
    label: String,
    checked: bool,
}

impl TickBox {
    fn of(field: String, label: String, form: &BoxesForm) -> Self {
        Self { checked: form.boxes.contains_key(&field), field, label }
    }
}

const PARTY: &str = "party-";

#[derive(Template)]
#[template(path = "meetings/table.html")]
struct TablePage {
    shell: Shell,
    path: String,
    kind: &'static str,
    notice: String,
    lead: &'static str,
    parties: Vec<String>,
    form: FormState<Versioned<BoxesForm>>,
    /// Every signatory; empty if the reader cannot choose.
    boxes: Vec<TickBox>,
}

/// A table with its parties.
#[get("/meetings/tables/{code}")]
async fn show_table(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let table = service::table_of_parties(&ctx, &code).await?;
    let ticked = table.parties.iter().map(|party| format!("{PARTY}{}", party.code));
    let form = FormState::made_of(table.table.version, BoxesForm::of(ticked));
    page(&table_page(&ctx, &request, table, form).await?)
}

#[post("/meetings/tables/{code}")]
async fn save_parties(
    ctx: Ctx,
    request: HttpRequest,
    code: web::Path<String>,
    form: Sent<Versioned<BoxesForm>>,
) -> Answer {
    super::only_who_may(&ctx, Action::SetParties)?;
    let save = async |txn: &Txn, version, typed: &BoxesForm| {
        service::set_parties(&ctx, txn, &code, version, &typed.ticked(PARTY)).await
    };
    let leads_on =
        |saved: TableOfParties| done(&table_path(&saved.table.code), FlashKind::Success, "meetings.done_parties");
    form::change(&ctx, form, save, leads_on, async |form| {
        let table = service::table_of_parties(&ctx, &code).await?;
        let form = form.beside(table.table.version);
        Ok(table_page(&ctx, &request, table, form).await?)
    })
    .await
}

async fn table_page(
    ctx: &Ctx,
    request: &HttpRequest,
    TableOfParties { table, parties }: TableOfParties,
    form: FormState<Versioned<BoxesForm>>,
) -> Result<TablePage> {
    let lang = ctx.lang;
    let is_group = table.kind == TableKind::WorkingGroup;
    let boxes = if is_group && may(ctx, Action::SetParties) {
        let signatories = ctx.recall(&AllBodies).await?;
        let tick_box = |body: &BodyView| TickBox::of(format!("{PARTY}{}", body.code), body.name.clone(), &form);
        signatories.iter().filter(|body| body.signatory).map(tick_box).collect()
    } else {
        Vec::new()
    };
    Ok(TablePage {
        shell: Shell::titled(ctx, request, table.name(lang).to_owned())
            .crumb(lang.t("meetings.title"), "/meetings")
            .here(),
        path: table_path(&table.code),
        kind: table.kind.label(lang),
        notice: lang.f("meetings.table_notice_days", &[("days", &table.ordinary_notice_days.to_string())]),
        lead: lang.t(if is_group { "meetings.table_group_lead" } else { "meetings.table_plenary_lead" }),
        parties: parties.into_iter().map(|party| party.name).collect(),
        form,
        boxes,
    })
}

const GUEST: &str = "guest-";

#[derive(Template)]
#[template(path = "meetings/guests.html")]
struct GuestsPage {
    shell: Shell,
    path: String,
    form: FormState<Versioned<BoxesForm>>,
    partners: Vec<TickBox>,
}

#[get("/meetings/{id:[0-9A-Fa-f-]+}/guests")]
async fn guests_form(ctx: Ctx, request: HttpRequest, id: web::Path<MeetingId>) -> Answer {
    let dossier = meeting_for(&ctx, Action::Invite, *id).await?;
    let ticked = dossier.guests.iter().map(|one| format!("{GUEST}{}", one.id));
    let form = FormState::made_of(dossier.meeting.version, BoxesForm::of(ticked));
    page(&guests_page(&ctx, &request, &dossier, form).await?)
}

#[post("/meetings/{id:[0-9A-Fa-f-]+}/guests")]
async fn save_guests(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<MeetingId>,
    form: Sent<Versioned<BoxesForm>>,
) -> Answer {
    let save = async |txn: &Txn, version, typed: &BoxesForm| {
        let guests = Reading::of(|reading| typed.read_guests(reading))?;
        service::invite(&ctx, txn, *id, version, &guests).await
    };
    answer(&ctx, (*id, Action::Invite), form, "meetings.done_guests", save, async |form, now| {
        Ok(guests_page(&ctx, &request, &now, form).await?)
    })
    .await
}

async fn guests_page(
    ctx: &Ctx,
    request: &HttpRequest,
    dossier: &Dossier,
    form: FormState<Versioned<BoxesForm>>,
) -> Result<GuestsPage> {
    let partners = service::partners(ctx).await?;
    let boxes = partners.iter().map(|one| TickBox::of(format!("{GUEST}{}", one.id), guest_name(one), &form)).collect();
    Ok(GuestsPage {
        shell: shell(ctx, request, &dossier.line(), "meetings.guests_heading"),
        path: path(dossier.meeting.id),
        form,
        partners: boxes,
    })
}
