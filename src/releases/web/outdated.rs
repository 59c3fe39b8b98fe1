//! The releases at work whose steps are not those of their product: chosen here, previewed by the slice `whatif`, changed in one
//! act.

use super::{Answer, Line};
use crate::catalogue::model::Product;
use crate::catalogue::web as catalogue;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::form::{self, FormState, Sent, Versioned};
use crate::http::page::{FlashKind, Shell, done, page};
use crate::releases::service::{self, Outdated, Renewed};
use crate::texts::Lang;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::ReleaseId;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_outdated).service(renew_steps);
}

/// Prefix of the name of the checkbox of a release; its id follows.
const RELEASE: &str = "release-";

/// The chosen releases; the version is that of the product.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChosenForm {
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

/// The form, as it is sent.
pub type SentChosen = Sent<Versioned<ChosenForm>>;

impl ChosenForm {
    /// Returns the chosen releases.
    pub fn releases(&self) -> Vec<ReleaseId> {
        self.boxes.keys().filter_map(|name| name.strip_prefix(RELEASE)?.parse().ok()).collect()
    }

    /// Returns the names of the boxes of the chosen releases, for hidden fields.
    pub fn names(&self) -> Vec<String> {
        self.releases().into_iter().map(|id| format!("{RELEASE}{id}")).collect()
    }
}

/// The form with its product and the releases to choose from, as its own page and the preview show it.
pub struct OutdatedForm {
    pub form: FormState<Versioned<ChosenForm>>,
    /// Address of the form; its preview is below it.
    pub action: String,
    /// Address of the product's page.
    pub product: String,
    pub rows: Vec<Row>,
}

/// A release with what would change.
pub struct Row {
    pub field: String,
    pub checked: bool,
    pub line: Line,
    pub changes: String,
}

#[derive(Template)]
#[template(path = "releases/outdated.html")]
struct OutdatedPage {
    shell: Shell,
    outdated: OutdatedForm,
}

#[get("/products/{code}/outdated-releases")]
async fn show_outdated(ctx: Ctx, request: HttpRequest, code: web::Path<String>) -> Answer {
    let (product, all) = service::outdated(&ctx, &code).await?;
    let form = FormState::made_of(product.version, ChosenForm::default());
    let (shell, outdated) = OutdatedForm::made(&ctx, &request, &product, &all, form, true);
    page(&OutdatedPage { shell, outdated })
}

#[post("/products/{code}/outdated-releases")]
async fn renew_steps(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: SentChosen) -> Answer {
    let work = async |txn: &Txn, version, form: &ChosenForm| {
        service::renew_steps(&ctx, txn, &code, version, &form.releases()).await
    };
    let leads_on =
        |renewed: Renewed| done(&catalogue::href(&renewed.product.code), FlashKind::Success, "releases.done_renewed");
    form::change(&ctx, form, work, leads_on, async |form| {
        let (shell, outdated) = OutdatedForm::again(&ctx, &request, &code, form).await?;
        Ok(OutdatedPage { shell, outdated })
    })
    .await
}

impl OutdatedForm {
    /// Makes the form with its frame again, beside the present product.
    pub async fn again(
        ctx: &Ctx,
        request: &HttpRequest,
        code: &str,
        form: FormState<Versioned<ChosenForm>>,
    ) -> Result<(Shell, Self)> {
        let (product, all) = service::outdated(ctx, code).await?;
        let form = form.beside(product.version);
        Ok(Self::made(ctx, request, &product, &all, form, false))
    }

    fn made(
        ctx: &Ctx,
        request: &HttpRequest,
        product: &Product,
        outdated: &[Outdated],
        form: FormState<Versioned<ChosenForm>>,
        all: bool,
    ) -> (Shell, Self) {
        let href = catalogue::href(&product.code);
        let shell = Shell::new(ctx, request, "releases.outdated_title")
            .crumb(ctx.lang.t("catalogue.title"), "/products")
            .crumb(product.name(ctx.lang), href.clone())
            .here();
        let row = |one: &Outdated| {
            let field = format!("{RELEASE}{}", one.view.release.id);
            let checked = all || form.boxes.contains_key(&field);
            Row { field, checked, line: Line::of(&one.view, ctx), changes: changes(one, ctx.lang) }
        };
        let rows = outdated.iter().map(row).collect();
        (shell, Self { rows, action: format!("{href}/outdated-releases"), product: href, form })
    }
}

/// Words the changes of a release: «attività nuove: 2; da togliere: 1».
fn changes(one: &Outdated, lang: Lang) -> String {
    let counted = [
        ("releases.outdated_added", one.added),
        ("releases.outdated_changed", one.changed),
        ("releases.outdated_dropped", one.dropped),
        ("releases.outdated_kept", one.kept),
    ];
    let said = counted.iter().filter(|(_, number)| *number > 0);
    said.map(|(key, number)| lang.f(key, &[("number", &number.to_string())])).collect::<Vec<_>>().join("; ")
}
