//! The page between the choice of releases and the act that gives them the present steps of their product.

use super::{WorkTable, readers, work_table};
use crate::catalogue::questions::Catalogue;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, FormState, Versioned};
use crate::http::page::{Shell, page};
use crate::releases::service as releases;
use crate::releases::view::when_text;
use crate::releases::web::outdated::{ChosenForm, OutdatedForm, SentChosen};
use crate::texts::Lang;
use crate::whatif::service::{self, ReleaseEffects, StepsPreview};
use actix_web::{HttpRequest, HttpResponse, post, web};
use askama::Template;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(preview_steps);
}

#[derive(Template)]
#[template(path = "whatif/steps.html")]
struct StepsPage {
    shell: Shell,
    outdated: OutdatedForm,
    /// The effects; `None` if the choice has to be corrected first.
    effects: Option<Effects>,
}

struct Effects {
    releases: Vec<OneRelease>,
    told: Vec<String>,
    /// Names of the chosen boxes, for the form that carries the act out.
    chosen: Vec<String>,
}

/// Effects on one release in the reader's words.
struct OneRelease {
    title: String,
    when: String,
    work: WorkTable,
    /// Tasks that would be late at once.
    late: Option<String>,
    /// Begun tasks that stay although their step is gone.
    kept: Option<String>,
}

#[post("/products/{code}/outdated-releases/preview")]
async fn preview_steps(ctx: Ctx, request: HttpRequest, code: web::Path<String>, form: SentChosen) -> Answer {
    let shown = async |_: &_, typed: &Versioned<ChosenForm>| -> Result<HttpResponse> {
        let preview = service::preview_steps(&ctx, &code, typed.seen()?, &typed.releases()).await?;
        let effects = Some(effects(&ctx, &preview, typed.names()).await?);
        let (shell, outdated) = OutdatedForm::again(&ctx, &request, &code, FormState::fresh(typed.clone())).await?;
        page(&StepsPage { shell, outdated, effects }).map_err(|failure| failure.0)
    };
    form::answer_by(&ctx, form, shown, async |form| {
        let (shell, outdated) = OutdatedForm::again(&ctx, &request, &code, form).await?;
        Ok(StepsPage { shell, outdated, effects: None })
    })
    .await
}

async fn effects(ctx: &Ctx, preview: &StepsPreview, chosen: Vec<String>) -> Result<Effects> {
    let (catalogue, places) = (ctx.recall(&Catalogue).await?, releases::places(ctx).await?);
    let one = |effects: &ReleaseEffects| {
        let release = &effects.after.release;
        let product = catalogue.iter().find(|product| product.id == release.product_id);
        OneRelease {
            title: effects.after.title(ctx.lang),
            when: when_text(release.when(), ctx.lang),
            work: work_table(&effects.work, product, &places, ctx.lang),
            late: counted("whatif.late_at_once", effects.late_at_once, ctx.lang),
            kept: counted("whatif.kept", effects.kept, ctx.lang),
        }
    };
    Ok(Effects { releases: preview.releases.iter().map(one).collect(), told: readers(&preview.told, ctx.lang), chosen })
}

/// Words a number, unless it is none.
fn counted(key: &'static str, number: usize, lang: Lang) -> Option<String> {
    (number > 0).then(|| lang.f(key, &[("number", &number.to_string())]))
}
