//! Pages of identity: signing in and out, my profile.
//!
//! Pages under `/sign-in/{token}` are the only ones with a secret in their address (ASVS 5.0, 14.2.1 forbids it),
//! because a mail cannot carry it any other way. They are never cached, and their address is never sent to another
//! site.

use crate::auth::actor::Scope;
use crate::auth::extract::session_key;
use crate::auth::local_path::LocalPath;
use crate::auth::model::{
    Capacity, IssuedToken, LinkPreview, OpenedSession, OwnSession, OwnToken, Persona, SessionEnd, TOKEN_NAME_MAX,
    device,
};
use crate::auth::rights;
use crate::auth::service::{self, NewToken, Presser, Profile};
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::{Code, Error};
use crate::http::cookies::SESSION;
use crate::http::form::{self, Choice, Form, FormState, OnlyButton, Sent};
use crate::http::idempotency::Press;
use crate::http::page::{FlashKind, Shell, done, kept_secret, page, see_other, unprocessable, with_status};
use crate::http::site::Site;
use crate::http::{Answer, Failure};
use crate::secret::{derived_token, new_token};
use crate::texts::Lang;
use crate::time::{words, zone};
use crate::typed::Reading;
use actix_web::http::StatusCode;
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Time after which a request for a link is answered, whether or not the address is known, so that the time does not
/// reveal which. It is far above the time of the lookup and hardly noticed by a person.
const ANSWERED_AFTER: Duration = Duration::from_millis(250);
const ATTEMPTED_AFTER: Duration = Duration::from_secs(2);

/// Lives of API tokens offered on the page, in days.
const TOKEN_LIVES: [i64; 4] = [30, 90, 180, 365];

/// Registers the pages.
pub fn pages(config: &mut web::ServiceConfig) {
    config
        .service(sign_in)
        .service(ask_for_link)
        .service(link_sent)
        .service(enter_as_persona)
        .service(show_link)
        .service(press_enter)
        .service(sign_out)
        .service(signed_in)
        .service(session_state)
        .service(me)
        .service(end_other_sessions)
        .service(end_session)
        .service(create_token)
        .service(revoke_token);
}

#[derive(Template)]
#[template(path = "auth/sign_in.html")]
struct SignInPage {
    shell: Shell,
    form: FormState<AskForm>,
    personas: Vec<PersonaButton>,
}

struct PersonaButton {
    id: String,
    kind: &'static str,
    name: String,
    capacity: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AskForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    next: String,
}

/// Page to open after signing in.
#[derive(Clone, Debug, Default, Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    fn path(&self) -> LocalPath {
        LocalPath::after_sign_in(&self.next)
    }
}

#[get("/sign-in")]
async fn sign_in(ctx: Ctx, request: HttpRequest, query: web::Query<Next>) -> Answer {
    let next = query.path();
    if ctx.actor.person_id().is_some() {
        return Ok(see_other(next.as_str()));
    }
    let form = FormState::fresh(AskForm { email: String::new(), next: next.as_str().to_owned() });
    page(&sign_in_page(&ctx, &request, form).await?)
}

#[post("/sign-in")]
async fn ask_for_link(ctx: Ctx, request: HttpRequest, site: web::Data<Site>, form: Form<AskForm>) -> Answer {
    let answer_at = tokio::time::Instant::now() + ANSWERED_AFTER;
    match service::would_send_link(&ctx, &form.0.email).await {
        Ok(true) => {
            let next = LocalPath::after_sign_in(&form.0.next);
            site.afterwards(send_link(ctx, form.0.email, next));
        }
        Ok(false) => {}
        Err(error) => {
            let form = FormState::refused(form.0, ctx.lang, error)?;
            return unprocessable(&sign_in_page(&ctx, &request, form).await?);
        }
    }
    tokio::time::sleep_until(answer_at).await;
    Ok(see_other("/sign-in/sent"))
}

/// Sends the link after the answer, because writing may have to wait and happens only for a known address.
///
/// A failed attempt is repeated for as long as the link would live, because the person waits for the mail that long.
async fn send_link(ctx: Ctx, address: String, next: LocalPath) {
    let lives = Duration::from_mins(u64::try_from(ctx.config().security.sign_in_link_minutes).unwrap_or_default());
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < lives {
        match ctx.write(async |txn| service::request_link(&ctx, txn, &address, &next).await).await {
            Ok(()) => return,
            Err(error) if matches!(error.code(), Code::Busy | Code::StorageFull) => {
                tokio::time::sleep(ATTEMPTED_AFTER).await;
            }
            Err(error) => {
                tracing::error!(request_id = ctx.request_id.map(tracing::field::display), %error, "a sign-in link was not sent");
                return;
            }
        }
    }
    tracing::warn!(
        request_id = ctx.request_id.map(tracing::field::display),
        "a sign-in link was not sent: the database took no write"
    );
}

async fn sign_in_page(ctx: &Ctx, request: &HttpRequest, form: FormState<AskForm>) -> Result<SignInPage, Failure> {
    let personas = service::demo_personas(ctx).await?;
    let button = |persona: Persona| PersonaButton {
        id: persona.person_id.to_string(),
        kind: persona.kind.as_str(),
        name: persona.name,
        capacity: format!("{}, {}", ctx.lang.t(rights::capacity(persona.kind)), persona.place),
    };
    Ok(SignInPage {
        shell: Shell::new(ctx, request, "auth.sign_in_title").here(),
        form,
        personas: personas.into_iter().map(button).collect(),
    })
}

#[derive(Template)]
#[template(path = "auth/sent.html")]
struct SentPage {
    shell: Shell,
    minutes: String,
}

#[get("/sign-in/sent")]
async fn link_sent(ctx: Ctx, request: HttpRequest) -> Answer {
    let minutes = ctx.config().security.sign_in_link_minutes.to_string();
    let minutes = ctx.lang.f("auth.sent_text", &[("minutes", &minutes)]);
    page(&SentPage { shell: sign_in_shell(&ctx, &request, "auth.sent_title"), minutes })
}

#[derive(Template)]
#[template(path = "auth/enter.html")]
struct EnterPage {
    shell: Shell,
    /// Address of this page, to which its button posts.
    action: String,
    masked_address: String,
    until: String,
    next: String,
}

#[derive(Template)]
#[template(path = "auth/link_unusable.html")]
struct LinkUnusablePage {
    shell: Shell,
}

#[get("/sign-in/{token:[^/]{8,}}")]
async fn show_link(ctx: Ctx, request: HttpRequest, token: web::Path<String>, query: web::Query<Next>) -> Answer {
    let LinkPreview { masked_address, expires_at } = match service::show(&ctx, &token).await {
        Ok(preview) => preview,
        Err(error) => return link_unusable(&ctx, &request, &token, &query.path(), error).await,
    };
    let answer = page(&EnterPage {
        shell: sign_in_shell(&ctx, &request, "auth.enter_title"),
        action: request.path().to_owned(),
        masked_address,
        until: words::hour(zone::local(expires_at).time(), ctx.lang),
        next: query.path().as_str().to_owned(),
    })?;
    Ok(kept_secret(answer))
}

#[post("/sign-in/{token:[^/]{8,}}")]
async fn press_enter(ctx: Ctx, request: HttpRequest, token: web::Path<String>, form: Form<Next>) -> Answer {
    let replaced = session_key(&request);
    let presser = Presser { press: form.1.name(), replaced_key: replaced.as_deref(), user_agent: user_agent(&request) };
    let next = form.0.path();
    match ctx.write(async |txn| service::enter(&ctx, txn, &token, presser).await).await {
        Ok(session) => Ok(kept_secret(welcome(&request, session, &next)?)),
        Err(error) => link_unusable(&ctx, &request, &token, &next, error).await,
    }
}

#[derive(Template)]
#[template(path = "auth/signed_in.html")]
struct SignedInPage {
    shell: Shell,
}

/// The page after signing in in a new tab beside a form that waits (`http/kept.rs`).
#[get("/signed-in")]
async fn signed_in(ctx: Ctx, request: HttpRequest) -> Answer {
    rights::myself(&ctx.actor)?;
    page(&SignedInPage { shell: Shell::new(&ctx, &request, "auth.signed_in_title").here() })
}

/// Time left of this browser's sign-in. Asking extends it, as every page does; the pages' script asks when the reader
/// presses *stay*.
#[derive(Serialize)]
struct SessionOut {
    seconds_left: i64,
    is_final: bool,
}

#[get("/session")]
async fn session_state(ctx: Ctx, request: HttpRequest) -> Answer {
    let end = request.extensions().get::<SessionEnd>().copied().ok_or(Error::Unauthenticated)?;
    let seconds_left = (end.at - ctx.now()).num_seconds();
    Ok(HttpResponse::Ok().json(SessionOut { seconds_left, is_final: end.is_final }))
}

#[derive(Clone, Debug, Deserialize)]
struct PersonaForm {
    person: String,
    #[serde(default)]
    next: String,
}

#[post("/sign-in/demo")]
async fn enter_as_persona(ctx: Ctx, request: HttpRequest, form: Form<PersonaForm>) -> Answer {
    let person = form.0.person.parse().map_err(|_| Error::NotFound)?;
    let (replaced, agent) = (session_key(&request), user_agent(&request));
    let session =
        ctx.write(async |txn| service::enter_as_persona(&ctx, txn, person, replaced.as_deref(), agent).await).await?;
    welcome(&request, session, &LocalPath::after_sign_in(&form.0.next))
}

/// Signs out. Repeating it, or signing out without a session, leads to the same page.
#[post("/sign-out")]
async fn sign_out(ctx: Ctx, request: HttpRequest, form: Result<Form<OnlyButton>, Failure>) -> Answer {
    if ctx.actor.person_id().is_some() {
        form?;
    }
    if let Some(key) = session_key(&request) {
        ctx.write(async |txn| service::sign_out(&ctx, txn, &key).await).await?;
    }
    let answer = done("/", FlashKind::Success, "auth.done_signed_out");
    with_cookie(answer, SESSION.removal(&request))
}

/// Sets the cookie of a new session. The cookie ends with the browser, the session by its own rules.
fn welcome(request: &HttpRequest, session: OpenedSession, next: &LocalPath) -> Answer {
    with_cookie(see_other(next.as_str()), SESSION.set(request, session.key, None))
}

fn with_cookie(mut answer: HttpResponse, cookie: actix_web::cookie::Cookie<'static>) -> Answer {
    answer.add_cookie(&cookie).map_err(|error| Error::Internal(format!("a cookie was not sent: {error}")))?;
    Ok(answer)
}

/// Shows one page for every unusable link. A reader who has signed in with it is told so and led on. Other errors pass through.
async fn link_unusable(ctx: &Ctx, request: &HttpRequest, token: &str, next: &LocalPath, error: Error) -> Answer {
    if error.code() != Code::LinkUnusable {
        return Err(error.into());
    }
    if service::has_entered(ctx, token).await? {
        return Ok(kept_secret(done(next.as_str(), FlashKind::Info, "auth.already_in")));
    }
    let shell = sign_in_shell(ctx, request, "auth.unusable_title");
    Ok(kept_secret(with_status(StatusCode::GONE, &LinkUnusablePage { shell })?))
}

fn sign_in_shell(ctx: &Ctx, request: &HttpRequest, title_key: &str) -> Shell {
    Shell::new(ctx, request, title_key).crumb(ctx.lang.t("auth.sign_in_title"), "/sign-in").here()
}

fn user_agent(request: &HttpRequest) -> Option<&str> {
    request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok())
}

#[derive(Template)]
#[template(path = "auth/me.html")]
struct MePage {
    shell: Shell,
    name: String,
    email: String,
    phone: Option<String>,
    mail_language: &'static str,
    capacities: Vec<CapacityRow>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    form: FormState<TokenForm>,
    scopes: [Choice; 2],
    lives: Vec<Choice>,
}

struct CapacityRow {
    capacity: &'static str,
    place: String,
    from: String,
    to: String,
    href: String,
}

struct SessionRow {
    device: String,
    since: String,
    seen: String,
    current: bool,
    end: String,
}

struct TokenRow {
    name: String,
    scope: &'static str,
    until: String,
    used: String,
    revoke: String,
}

#[derive(Clone, Debug, Deserialize)]
struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    days: String,
}

impl Default for TokenForm {
    fn default() -> Self {
        Self { name: String::new(), scope: Scope::ReadOnly.as_str().to_owned(), days: "90".to_owned() }
    }
}

impl TokenForm {
    fn read(&self, reading: &mut Reading) -> Option<NewToken> {
        let name = reading.text("name", &self.name, TOKEN_NAME_MAX);
        let scope = reading.chosen("scope", &self.scope);
        let days = reading.chosen("days", &self.days);
        Some(NewToken { name: name?, scope: scope?, days: days? })
    }
}

#[get("/me")]
async fn me(ctx: Ctx, request: HttpRequest) -> Answer {
    Ok(kept_secret(page(&me_page(&ctx, &request, FormState::fresh(TokenForm::default())).await?)?))
}

async fn me_page(ctx: &Ctx, request: &HttpRequest, form: FormState<TokenForm>) -> Result<MePage, Failure> {
    let Profile { member, capacities } = service::profile(ctx).await?;
    let sessions = service::list_sessions(ctx, session_key(request).as_deref()).await?;
    let site = request.app_data::<web::Data<Site>>();
    let mut tokens = service::list_tokens(ctx).await?;
    if let Some(site) = site {
        tokens = site.last_use.completed(tokens);
    }
    let lang = ctx.lang;
    Ok(MePage {
        shell: Shell::new(ctx, request, "auth.me_title").here(),
        name: member.name(),
        mail_language: match member.lang {
            Lang::It => lang.t("auth.language_it"),
            Lang::En => lang.t("auth.language_en"),
        },
        email: member.email,
        phone: member.phone,
        capacities: capacities.into_iter().map(|capacity| capacity_row(lang, capacity)).collect(),
        sessions: sessions.into_iter().map(|session| session_row(lang, session)).collect(),
        tokens: tokens.into_iter().map(|token| token_row(lang, token)).collect(),
        form,
        scopes: [Scope::ReadOnly, Scope::Full].map(|scope| Choice::new(scope.as_str(), scope_text(lang, scope))),
        lives: TOKEN_LIVES.iter().map(|days| life(lang, *days)).collect(),
    })
}

fn capacity_row(lang: Lang, capacity: Capacity) -> CapacityRow {
    CapacityRow {
        capacity: lang.t(rights::capacity(capacity.kind)),
        place: capacity.observatory_name.unwrap_or(capacity.body_name),
        from: words::date(capacity.from, lang),
        to: capacity.to.map_or_else(|| lang.t("auth.no_end").to_owned(), |day| words::date(day, lang)),
        href: format!("/designations/{}", capacity.designation_id),
    }
}

fn session_row(lang: Lang, session: OwnSession) -> SessionRow {
    let device = session.user_agent.as_deref().and_then(device);
    SessionRow {
        device: device.unwrap_or_else(|| lang.t("auth.unknown_device").to_owned()),
        since: words::long_instant(session.created_at, lang),
        seen: words::long_instant(session.last_seen_at, lang),
        current: session.current,
        end: format!("/me/sessions/{}/end", session.id),
    }
}

fn token_row(lang: Lang, token: OwnToken) -> TokenRow {
    let never = || lang.t("auth.never_used").to_owned();
    TokenRow {
        name: token.name,
        scope: scope_text(lang, token.scope),
        until: words::long_instant(token.expires_at, lang),
        used: token.last_used_at.map_or_else(never, |used| words::long_instant(used, lang)),
        revoke: format!("/me/tokens/{}/revoke", token.id),
    }
}

fn scope_text(lang: Lang, scope: Scope) -> &'static str {
    match scope {
        Scope::Full => lang.t("auth.scope_full"),
        Scope::ReadOnly => lang.t("auth.scope_read"),
    }
}

fn life(lang: Lang, days: i64) -> Choice {
    Choice::new(days, lang.f("auth.token_life", &[("days", &days.to_string())]))
}

#[post("/me/sessions/{id:[0-9A-Fa-f-]+}/end")]
async fn end_session(ctx: Ctx, id: web::Path<String>, form: Form<OnlyButton>) -> Answer {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let leads_on = |()| done("/me", FlashKind::Success, "auth.done_session_ended");
    form::press(&ctx, &form.1, async |txn| service::end_session(&ctx, txn, id).await, leads_on).await
}

#[post("/me/sessions/end-others")]
async fn end_other_sessions(ctx: Ctx, request: HttpRequest, form: Form<OnlyButton>) -> Answer {
    let key = session_key(&request);
    let leads_on = |_| done("/me", FlashKind::Success, "auth.done_others_ended");
    let end = async |txn: &Txn| service::end_other_sessions(&ctx, txn, key.as_deref()).await;
    form::press(&ctx, &form.1, end, leads_on).await
}

#[derive(Template)]
#[template(path = "auth/token_created.html")]
struct TokenCreatedPage {
    shell: Shell,
    name: String,
    secret: String,
    until: String,
}

/// Makes a token and answers with its secret instead of a redirect, because only this answer holds it.
///
/// The secret is derived from the session key and the form's token, which only this browser has: sending the form twice
/// gives the same secret, although it is not stored.
#[post("/me/tokens")]
async fn create_token(ctx: Ctx, request: HttpRequest, form: Sent<TokenForm>) -> Answer {
    let create = async |press: &Press, typed: &TokenForm| {
        let input = Reading::of(|reading| typed.read(reading))?;
        let random = session_key(&request).map_or_else(new_token, |key| derived_token(&key, press.name()));
        let issued = ctx.write(async |txn| service::create_token(&ctx, txn, &input, &random).await).await?;
        token_page(&ctx, &request, issued)
    };
    let again = async |form| me_page(&ctx, &request, form).await;
    Ok(kept_secret(form::answer_by(&ctx, form, create, again).await?))
}

fn token_page(ctx: &Ctx, request: &HttpRequest, issued: IssuedToken) -> Result<HttpResponse, Error> {
    let IssuedToken { token, secret } = issued;
    let shell = Shell::new(ctx, request, "auth.token_created_title").crumb(ctx.lang.t("auth.me_title"), "/me").here();
    let until = words::long_instant(token.expires_at, ctx.lang);
    page(&TokenCreatedPage { shell, name: token.name, secret, until }).map_err(|failure| failure.0)
}

#[post("/me/tokens/{id:[0-9A-Fa-f-]+}/revoke")]
async fn revoke_token(ctx: Ctx, id: web::Path<String>, form: Form<OnlyButton>) -> Answer {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let leads_on = |()| done("/me", FlashKind::Success, "auth.done_token_revoked");
    form::press(&ctx, &form.1, async |txn| service::revoke_token(&ctx, txn, id).await, leads_on).await
}
