//! Forms of the acts that set an announced date: confirm, move, cancel. Their button leads to the preview of the effects
//! (slice `whatif`), whose button carries the act out.

use super::forms::{allow, led_to, shell_below, shown_hour};
use super::{Answer, Line, reason_name};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::http::form::{self, Choice, FormState, Sent, Versioned};
use crate::http::page::{Shell, page};
use crate::lifecycle::Event as _;
use crate::open::Seen;
use crate::releases::model::{Event, Reason, When};
use crate::releases::policy::Action;
use crate::releases::service::{self, Act, Acted, ConfirmIn, MoveIn, REASON_CHARACTERS};
use crate::releases::view::ReleaseView;
use crate::texts::Lang;
use crate::typed::Reading;
use actix_web::{HttpRequest, get, post, web};
use askama::Template;
use entity::ids::ReleaseId;
use entity::kinds::ReasonCode;
use serde::Deserialize;

pub(super) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.service(show_confirm_form)
        .service(confirm_release)
        .service(show_move_form)
        .service(move_release)
        .service(show_cancel_form)
        .service(cancel_release);
}

/// Kind of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    Confirm,
    Move,
    Cancel,
}

impl ActKind {
    const fn event(self) -> Event {
        match self {
            Self::Confirm => Event::Confirm,
            Self::Move => Event::Move,
            Self::Cancel => Event::Cancel,
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Confirm => Action::Confirm,
            Self::Move => Action::Move,
            Self::Cancel => Action::Cancel,
        }
    }

    const fn lead(self) -> &'static str {
        match self {
            Self::Confirm => "releases.confirm_lead",
            Self::Move => "releases.move_lead",
            Self::Cancel => "releases.cancel_lead",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Confirm => "releases.confirm",
            Self::Move => "releases.move",
            Self::Cancel => "releases.cancel",
        }
    }

    const fn day_label(self) -> &'static str {
        match self {
            Self::Confirm | Self::Cancel => "releases.release_day",
            Self::Move => "releases.new_day",
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Confirm => "releases.done_confirmed",
            Self::Move => "releases.done_moved",
            Self::Cancel => "releases.done_cancelled",
        }
    }
}

/// Fields shared by the three forms; each page shows those it needs.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DateForm {
    #[serde(default)]
    pub day: String,
    #[serde(default)]
    pub hour: String,
    #[serde(default)]
    pub reason_code: String,
    #[serde(default)]
    pub reason_text: String,
    #[serde(default)]
    pub despite_non_working: String,
}

impl DateForm {
    /// Reads the act of this kind. Errors: each wrong field.
    pub fn act(&self, kind: ActKind) -> Result<Act> {
        Reading::of(|reading| match kind {
            ActKind::Confirm => self.read_confirmation(reading).map(Act::Confirm),
            ActKind::Move => self.read_move(reading).map(Act::Move),
            ActKind::Cancel => self.read_reason(reading).map(Act::Cancel),
        })
    }

    fn read_confirmation(&self, reading: &mut Reading) -> Option<ConfirmIn> {
        let day = reading.day("day", &self.day);
        let hour = reading.optional_hour("hour", &self.hour);
        let despite_non_working = self.read_despite(reading);
        Some(ConfirmIn { day: day?, hour: hour?, despite_non_working: despite_non_working? })
    }

    fn read_move(&self, reading: &mut Reading) -> Option<MoveIn> {
        let day = reading.day("day", &self.day);
        let hour = reading.optional_hour("hour", &self.hour);
        let reason = self.read_reason(reading);
        let despite_non_working = self.read_despite(reading);
        Some(MoveIn { day: day?, hour: hour?, reason: reason?, despite_non_working: despite_non_working? })
    }

    fn read_reason(&self, reading: &mut Reading) -> Option<Reason> {
        let code = reading.chosen("reason_code", &self.reason_code);
        let text = reading.public_reason("reason_text", &self.reason_text, REASON_CHARACTERS);
        Some(Reason { code: code?, text: text? })
    }

    fn read_despite(&self, reading: &mut Reading) -> Option<Option<String>> {
        reading.optional_text("despite_non_working", &self.despite_non_working, REASON_CHARACTERS)
    }
}

/// The form of an act, as its own page and the preview show it.
pub struct ActForm {
    pub form: FormState<Versioned<DateForm>>,
    /// The release and its present date.
    pub line: Line,
    pub lead: &'static str,
    pub submit: &'static str,
    /// Look of the button that carries the act out.
    pub kind: &'static str,
    /// Address to which the act is sent; its preview is below it.
    pub action: String,
    pub day_label: &'static str,
    pub asks_date: bool,
    pub asks_reason: bool,
    pub reasons: Vec<Choice>,
}

impl ActForm {
    /// Makes the form with its frame. Errors: the caller may not do the act.
    pub fn of(
        ctx: &Ctx,
        request: &HttpRequest,
        view: &ReleaseView,
        kind: ActKind,
        form: FormState<Versioned<DateForm>>,
    ) -> Result<(Shell, Self)> {
        allow(ctx, kind.action())?;
        let line = Line::of(view, ctx);
        let shell = shell_below(ctx, request, kind.label(), &line);
        let act = Self {
            form,
            action: format!("{}/{}", line.forms, kind.event().as_str()),
            line,
            lead: ctx.lang.t(kind.lead()),
            submit: ctx.lang.t(kind.label()),
            kind: if kind == ActKind::Cancel { "danger" } else { "primary" },
            day_label: ctx.lang.t(kind.day_label()),
            asks_date: kind != ActKind::Cancel,
            asks_reason: kind != ActKind::Confirm,
            reasons: reasons(ctx.lang),
        };
        Ok((shell, act))
    }

    /// Tells whether the form asks why the day is right although it is not worked by all: after such a day was refused,
    /// and while an answer is typed.
    pub fn asks_despite(&self) -> bool {
        let is_wrong = |field| self.form.errors.of(field).is_some();
        self.asks_date
            && (!self.form.despite_non_working.is_empty() || is_wrong("day") || is_wrong("despite_non_working"))
    }
}

#[derive(Template)]
#[template(path = "releases/act.html")]
struct ActPage {
    shell: Shell,
    act: ActForm,
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/confirm")]
async fn show_confirm_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_form(&ctx, &request, *id, ActKind::Confirm).await
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/move")]
async fn show_move_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_form(&ctx, &request, *id, ActKind::Move).await
}

#[get("/releases/{id:[0-9A-Fa-f-]+}/cancel")]
async fn show_cancel_form(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>) -> Answer {
    show_form(&ctx, &request, *id, ActKind::Cancel).await
}

async fn show_form(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, kind: ActKind) -> Answer {
    let view = service::release(ctx.reader(), id).await?;
    let day = match view.release.when() {
        When::At(slot) => slot.day.to_string(),
        When::On(day) => day.to_string(),
        When::InWeek(_) | When::InMonth(_) | When::InTwoMonths(_) => String::new(),
    };
    let hour = shown_hour(view.release.when());
    let form = FormState::made_of(view.release.version, DateForm { day, hour, ..DateForm::default() });
    let (shell, act) = ActForm::of(ctx, request, &view, kind, form)?;
    page(&ActPage { shell, act })
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/confirm")]
async fn confirm_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    carry_out(&ctx, &request, *id, ActKind::Confirm, form).await
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/move")]
async fn move_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    carry_out(&ctx, &request, *id, ActKind::Move, form).await
}

#[post("/releases/{id:[0-9A-Fa-f-]+}/cancel")]
async fn cancel_release(ctx: Ctx, request: HttpRequest, id: web::Path<ReleaseId>, form: SentAct) -> Answer {
    carry_out(&ctx, &request, *id, ActKind::Cancel, form).await
}

/// A form of an act, as it is sent.
pub type SentAct = Sent<Versioned<DateForm>>;

async fn carry_out(ctx: &Ctx, request: &HttpRequest, id: ReleaseId, kind: ActKind, form: SentAct) -> Answer {
    let work = async |txn: &Txn, version, form: &DateForm| {
        service::carry_out(ctx, txn, id, Seen::Version(version), form.act(kind)?).await
    };
    let leads_on = |acted: Acted| led_to(&acted.view, kind.done());
    form::change(ctx, form, work, leads_on, async |form| {
        let view = service::release(ctx.reader(), id).await?;
        let form = form.beside(view.release.version);
        let (shell, act) = ActForm::of(ctx, request, &view, kind, form)?;
        Ok(ActPage { shell, act })
    })
    .await
}

fn reasons(lang: Lang) -> Vec<Choice> {
    let choice = |code: &ReasonCode| Choice::new(code, reason_name(*code, lang));
    ReasonCode::ALL.iter().map(choice).collect()
}
