//! Pages of the studies: the list, one study with what is near to it, and the forms of its observatory.

use super::model::near::{MONTHS_APART, Reason};
use super::model::{TITLE_CHARACTERS, periods_around};
use super::policy::{self, Action};
use super::service::{self, StudyIn};
use super::view::{Near, StudyView};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::Answer;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{Badge, FlashKind, Shell, done, page};
use crate::http::paging::{Page, Paging};
use crate::network::questions::{AllObservatories, AllTerritories};
use crate::releases::service::REASON_CHARACTERS;
use crate::releases::view::when_text;
use crate::releases::web::state_badge;
use crate::texts::{Label as _, Lang};
use crate::time::{Period, words};
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::StudyId;
use entity::kinds::Theme;
use serde::Deserialize;

pub fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_studies)
        .service(show_new_form)
        .service(declare)
        .service(show_study)
        .service(show_edit_form)
        .service(edit)
        .service(show_withdraw_form)
        .service(withdraw);
}

#[derive(Template)]
#[template(path = "studies/list.html")]
struct StudiesPage {
    shell: Shell,
    lines: Vec<StudyLine>,
    next: Option<String>,
    may_declare: bool,
}

struct StudyLine {
    href: String,
    title: String,
    observatory: String,
    theme: &'static str,
    when: String,
    state: Badge,
}

impl StudyLine {
    fn of(view: &StudyView, lang: Lang) -> Self {
        let release = &view.release.release;
        Self {
            href: href(view.study.id),
            title: view.title().to_owned(),
            observatory: view.observatory.name.clone(),
            theme: view.product.details.theme.map(|theme| theme.label(lang)).unwrap_or_default(),
            when: when_text(release.when(), lang),
            state: state_badge(release.state(), lang),
        }
    }
}

#[get("/studies")]
async fn show_studies(ctx: Ctx, request: HttpRequest, paging: web::Query<Paging>) -> Answer {
    let limit = paging.rows()?;
    let listed = service::studies(&ctx, paging.after()?, limit + 1).await?;
    let listed = Page::cut(&ctx, &request, limit, listed, |last: &StudyView| last.study.id)?;
    page(&StudiesPage {
        shell: Shell::new(&ctx, &request, "studies.title")
            .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
            .here(),
        next: listed.next_path(),
        lines: listed.items.iter().map(|view| StudyLine::of(view, ctx.lang)).collect(),
        may_declare: policy::may_ever(&ctx.actor, Action::Declare),
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct StudyForm {
    observatory: String,
    title: String,
    theme: String,
    territory: String,
    period: String,
    month: String,
}

impl StudyForm {
    fn of(view: &StudyView) -> Self {
        let StudyIn { title, theme, territory, period, month } = StudyIn::of(view);
        Self {
            observatory: view.observatory.code.clone(),
            title,
            theme: theme.to_string(),
            territory,
            period: period.to_string(),
            month: month.to_string(),
        }
    }

    fn read(&self, reading: &mut Reading) -> Option<StudyIn> {
        let title = reading.text("title", &self.title, TITLE_CHARACTERS);
        let theme = reading.chosen::<Theme>("theme", &self.theme);
        let territory = reading.text("territory", &self.territory, 10);
        let period = reading.chosen::<Period>("period", &self.period);
        let month = reading.month("month", &self.month);
        Some(StudyIn { title: title?, theme: theme?, territory: territory?, period: period?, month: month? })
    }
}

/// Lists of the form.
struct Choices {
    /// Observatories for which the reader may declare; one is not asked for.
    observatories: Vec<Choice>,
    themes: Vec<Choice>,
    territories: Vec<Choice>,
    periods: Vec<Choice>,
}

impl Choices {
    async fn of(ctx: &Ctx, held: &StudyForm) -> Result<Self> {
        let (observatories, territories) = (ctx.recall(&AllObservatories).await?, ctx.recall(&AllTerritories).await?);
        let own = observatories.iter().filter(|one| policy::may(&ctx.actor, Action::Declare, one.id));
        let mut periods = periods_around(ctx.today());
        if let Ok(period) = held.period.parse::<Period>()
            && !periods.contains(&period)
        {
            periods.push(period);
        }
        Ok(Self {
            observatories: own.map(|one| Choice::new(&one.code, &one.name)).collect(),
            themes: Theme::ALL.iter().map(|theme| Choice::new(theme, theme.label(ctx.lang))).collect(),
            territories: territories.iter().map(|one| Choice::new(&one.code, &one.name)).collect(),
            periods: periods.into_iter().map(|one| Choice::new(one, words::period(one, ctx.lang))).collect(),
        })
    }
}

#[derive(Template)]
#[template(path = "studies/new.html")]
struct NewPage {
    shell: Shell,
    form: FormState<StudyForm>,
    choices: Choices,
}

/// The form to declare a study. For a reader with one observatory, it is that one's and about its territory.
#[get("/studies/new")]
async fn show_new_form(ctx: Ctx, request: HttpRequest) -> Answer {
    let observatories = ctx.recall(&AllObservatories).await?;
    let mut own = observatories.iter().filter(|one| ctx.actor.works_for(one.id));
    let form = match (own.next(), own.next()) {
        (Some(one), None) => {
            StudyForm { observatory: one.code.clone(), territory: one.territory.clone(), ..StudyForm::default() }
        }
        _ => StudyForm::default(),
    };
    page(&new_page(&ctx, &request, FormState::fresh(form)).await?)
}

#[post("/studies/new")]
async fn declare(ctx: Ctx, request: HttpRequest, form: Sent<StudyForm>) -> Answer {
    let declare = async |txn: &Txn, form: &StudyForm| {
        let (observatory, study) = Reading::of(|reading| {
            let observatory = reading.text("observatory", &form.observatory, 60);
            let study = form.read(reading);
            Some((observatory?, study?))
        })?;
        service::declare(&ctx, txn, &observatory, &study).await
    };
    let leads_on = |view: StudyView| done(&href(view.study.id), FlashKind::Success, "studies.done_declared");
    form::answer(&ctx, form, declare, leads_on, async |form| Ok(new_page(&ctx, &request, form).await?)).await
}

async fn new_page(ctx: &Ctx, request: &HttpRequest, form: FormState<StudyForm>) -> Result<NewPage> {
    ctx.demand(policy::may_ever(&ctx.actor, Action::Declare))?;
    let shell = Shell::new(ctx, request, "studies.new")
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("studies.title"), "/studies")
        .here();
    Ok(NewPage { shell, choices: Choices::of(ctx, &form).await?, form })
}

#[derive(Template)]
#[template(path = "studies/one.html")]
struct StudyPage {
    shell: Shell,
    line: StudyLine,
    territory: String,
    period: String,
    /// Address of its release in the calendar.
    release: String,
    near: Vec<NearLine>,
    /// Addresses of the forms that the reader may send now.
    edit: Option<String>,
    withdraw: Option<String>,
}

/// Work of others that is near.
struct NearLine {
    href: String,
    title: String,
    when: String,
    why: String,
}

#[get("/studies/{study_id:[0-9A-Fa-f-]+}")]
async fn show_study(ctx: Ctx, request: HttpRequest, id: web::Path<StudyId>) -> Answer {
    let view = service::study(&ctx, *id).await?;
    let near = service::near(&ctx, ctx.reader(), &view).await?;
    let territories = ctx.recall(&AllTerritories).await?;
    let named = |code: &str| {
        territories.iter().find(|one| one.code == code).map_or_else(|| code.to_owned(), |one| one.name.clone())
    };
    let may = |action| view.is_provisional() && policy::may(&ctx.actor, action, view.study.observatory);
    page(&StudyPage {
        shell: Shell::titled(&ctx, &request, view.title().to_owned())
            .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
            .crumb(ctx.lang.t("studies.title"), "/studies")
            .here(),
        line: StudyLine::of(&view, ctx.lang),
        territory: view.territory_name.clone(),
        period: words::period(view.release.release.period, ctx.lang),
        release: view.release.href(),
        near: near.iter().map(|one| near_line(one, named, ctx.lang)).collect(),
        edit: may(Action::Edit).then(|| format!("{}/edit", href(view.study.id))),
        withdraw: may(Action::Withdraw).then(|| format!("{}/withdraw", href(view.study.id))),
    })
}

fn near_line(near: &Near, named: impl Fn(&str) -> String, lang: Lang) -> NearLine {
    let why: Vec<String> = near.reasons.iter().map(|reason| why(reason, &named, lang)).collect();
    NearLine {
        href: near.view.href(),
        title: near.view.title(lang),
        when: when_text(near.view.release.when(), lang),
        why: why.join("; "),
    }
}

/// «Stesso tema: giovani», «nel titolo anche «imprese»», «territorio confinante: Brescia».
fn why(reason: &Reason, named: impl Fn(&str) -> String, lang: Lang) -> String {
    match reason {
        Reason::SameTheme(theme) => lang.f("studies.same_theme", &[("theme", theme.label(lang))]),
        Reason::Words(words) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("«{word}»")).collect();
            lang.f("studies.same_words", &[("words", &words::listed(&quoted, lang))])
        }
        Reason::SameTerritory => lang.t("studies.same_territory").to_owned(),
        Reason::Neighbour(code) => lang.f("studies.neighbour", &[("territory", &named(code))]),
        Reason::Period => lang.f("studies.same_period", &[("months", &MONTHS_APART.to_string())]),
    }
}

#[derive(Template)]
#[template(path = "studies/edit.html")]
struct EditPage {
    shell: Shell,
    title: String,
    href: String,
    form: FormState<Versioned<StudyForm>>,
    choices: Choices,
}

#[get("/studies/{study_id:[0-9A-Fa-f-]+}/edit")]
async fn show_edit_form(ctx: Ctx, request: HttpRequest, id: web::Path<StudyId>) -> Answer {
    let view = service::study(&ctx, *id).await?;
    let form = FormState::made_of(view.study.version, StudyForm::of(&view));
    page(&edit_page(&ctx, &request, &view, form).await?)
}

#[post("/studies/{study_id:[0-9A-Fa-f-]+}/edit")]
async fn edit(ctx: Ctx, request: HttpRequest, id: web::Path<StudyId>, form: Sent<Versioned<StudyForm>>) -> Answer {
    let edit = async |txn: &Txn, version, form: &StudyForm| {
        let input = Reading::of(|reading| form.read(reading))?;
        service::edit(&ctx, txn, *id, version, |_| Ok(input)).await
    };
    let leads_on = |view: StudyView| done(&href(view.study.id), FlashKind::Success, "studies.done_edited");
    form::change(&ctx, form, edit, leads_on, async |form| {
        let view = service::study(&ctx, *id).await?;
        let form = form.beside(view.study.version);
        Ok(edit_page(&ctx, &request, &view, form).await?)
    })
    .await
}

async fn edit_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &StudyView,
    form: FormState<Versioned<StudyForm>>,
) -> Result<EditPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Edit, view.study.observatory))?;
    Ok(EditPage {
        shell: shell_below(ctx, request, "studies.edit", view),
        title: view.title().to_owned(),
        href: href(view.study.id),
        choices: Choices::of(ctx, &form).await?,
        form,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct WithdrawForm {
    reason: String,
}

#[derive(Template)]
#[template(path = "studies/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    title: String,
    href: String,
    form: FormState<Versioned<WithdrawForm>>,
}

#[get("/studies/{study_id:[0-9A-Fa-f-]+}/withdraw")]
async fn show_withdraw_form(ctx: Ctx, request: HttpRequest, id: web::Path<StudyId>) -> Answer {
    let view = service::study(&ctx, *id).await?;
    let form = FormState::made_of(view.study.version, WithdrawForm::default());
    page(&withdraw_page(&ctx, &request, &view, form)?)
}

#[post("/studies/{study_id:[0-9A-Fa-f-]+}/withdraw")]
async fn withdraw(
    ctx: Ctx,
    request: HttpRequest,
    id: web::Path<StudyId>,
    form: Sent<Versioned<WithdrawForm>>,
) -> Answer {
    let withdraw = async |txn: &Txn, version, form: &WithdrawForm| {
        let reason = Reading::of(|reading| reading.public_reason("reason", &form.reason, REASON_CHARACTERS))?;
        service::withdraw(&ctx, txn, *id, version, &reason).await
    };
    let leads_on = |view: StudyView| done(&href(view.study.id), FlashKind::Success, "studies.done_withdrawn");
    form::change(&ctx, form, withdraw, leads_on, async |form| {
        let view = service::study(&ctx, *id).await?;
        let form = form.beside(view.study.version);
        Ok(withdraw_page(&ctx, &request, &view, form)?)
    })
    .await
}

fn withdraw_page(
    ctx: &Ctx,
    request: &HttpRequest,
    view: &StudyView,
    form: FormState<Versioned<WithdrawForm>>,
) -> Result<WithdrawPage> {
    ctx.demand(policy::may(&ctx.actor, Action::Withdraw, view.study.observatory))?;
    let shell = shell_below(ctx, request, "studies.withdraw", view);
    Ok(WithdrawPage { shell, title: view.title().to_owned(), href: href(view.study.id), form })
}

/// Address of the page of a study.
fn href(id: StudyId) -> String {
    format!("/studies/{id}")
}

/// Makes the frame of a form about a study.
fn shell_below(ctx: &Ctx, request: &HttpRequest, title_key: &str, view: &StudyView) -> Shell {
    Shell::new(ctx, request, title_key)
        .crumb(ctx.lang.t("releases.calendar_title"), "/calendar")
        .crumb(ctx.lang.t("studies.title"), "/studies")
        .crumb(view.title().to_owned(), href(view.study.id))
        .in_italian()
        .here()
}
