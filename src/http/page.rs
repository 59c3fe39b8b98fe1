//! Pages: what all of them show around their content, and how one becomes an answer.
//!
//! A page is a struct of what it shows with a field `shell`; its template extends `base.html`. It is rendered completely
//! before the answer begins, so a fault in a template is a clean error page and never half a page.

use crate::auth::actor::{Actor, Identity};
use crate::auth::local_path::LocalPath;
use crate::auth::model::SessionEnd;
use crate::auth::rights;
use crate::config::Config;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::cookies::FLASH;
use crate::http::nav::{self, NavItem};
use crate::http::site::Site;
use crate::http::{Answer, assets, csrf};
use crate::texts::Lang;
use crate::time::{words, zone};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, LOCATION, REFERER, REFERRER_POLICY};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use askama::Template;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Shell {
    pub lang: Lang,
    pub title: String,
    /// Path and query of this page, where the language switch comes back to.
    pub path: String,
    /// Who is signed in.
    pub user: Option<ShellUser>,
    /// When the sign-in of this browser ends.
    pub session: Option<ShellSession>,
    /// The token of this answer's forms.
    pub csrf: String,
    pub nav: Vec<NavItem>,
    pub crumbs: Vec<Crumb>,
    /// What became of the last action.
    pub flash: Option<Flash>,
    /// Whether everything here is invented.
    pub demo: bool,
    /// Whether mails wait until the secretariat lets them go.
    pub paused: bool,
    pub accessibility_url: Option<String>,
    pub feedback_address: String,
}

/// The person signed in, as the frame shows them.
#[derive(Clone, Debug)]
pub struct ShellUser {
    pub name: String,
    /// The kinds of seat held today, in words.
    pub capacities: Vec<String>,
}

/// The end of a sign-in, as the frame tells it and as its script counts the minutes down.
#[derive(Clone, Debug)]
pub struct ShellSession {
    /// «Il tuo accesso termina alle 10.05 se non usi il servizio.»
    pub text: String,
    /// Seconds from this answer on.
    pub seconds_left: i64,
    /// Whether no use puts it off.
    pub is_final: bool,
}

impl ShellSession {
    fn of(ctx: &Ctx, end: SessionEnd) -> Self {
        let hour = words::hour(zone::local(end.at).time(), ctx.lang);
        let key = if end.is_final { "common.session_ends" } else { "common.session_rests" };
        Self {
            text: ctx.lang.f(key, &[("hour", &hour)]),
            seconds_left: (end.at - ctx.now()).num_seconds(),
            is_final: end.is_final,
        }
    }
}

/// One step of the way here; the last has no address.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
}

/// A message about the last action.
#[derive(Clone, Debug)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashKind {
    Success,
    Info,
    Warning,
    Danger,
}

impl FlashKind {
    const ALL: [Self; 4] = [Self::Success, Self::Info, Self::Warning, Self::Danger];

    /// The kind's name in style sheets and in the cookie.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

impl Shell {
    /// The frame of a page whose title is a text.
    pub fn new(ctx: &Ctx, request: &HttpRequest, title_key: &str) -> Self {
        Self::titled(ctx, request, ctx.lang.t(title_key).to_owned())
    }

    /// The frame of a page whose title holds data: a name, a day.
    pub fn titled(ctx: &Ctx, request: &HttpRequest, title: String) -> Self {
        let mut shell = Self::framed(ctx.lang, ctx.config(), Some(request));
        shell.title = title;
        shell.user = user(&ctx.actor, ctx.lang);
        shell.session = request.extensions().get::<SessionEnd>().map(|end| ShellSession::of(ctx, *end));
        shell.nav = nav::items(&ctx.actor, ctx.lang, request.path());
        shell.flash = take_flash(request, ctx.lang);
        shell
    }

    /// The frame of an error page for a reader nobody has looked up; after a panic there is not even a request.
    pub(super) fn anonymous(site: &Site, lang: Lang, request: Option<&HttpRequest>) -> Self {
        let path = request.map_or("/", HttpRequest::path).to_owned();
        Self { nav: nav::items(&Actor::anonymous(), lang, &path), ..Self::framed(lang, &site.services.config, request) }
    }

    fn framed(lang: Lang, config: &Config, request: Option<&HttpRequest>) -> Self {
        let site = request.and_then(|request| request.app_data::<web::Data<Site>>());
        Self {
            lang,
            title: String::new(),
            path: request.map_or_else(|| "/".to_owned(), way_back),
            user: None,
            session: None,
            csrf: request.map(csrf::token).unwrap_or_default(),
            nav: Vec::new(),
            crumbs: Vec::new(),
            flash: None,
            demo: site.is_some_and(|site| site.notices.is_demo()),
            paused: site.is_some_and(|site| site.notices.is_paused()),
            accessibility_url: Some(config.pages.accessibility_url.clone()).filter(|url| !url.is_empty()),
            feedback_address: config.pages.feedback_address.clone(),
        }
    }

    /// The way in, which leads back to this page.
    pub fn sign_in_path(&self) -> String {
        let next = LocalPath::after_sign_in(&self.path);
        if next.is_home() { "/sign-in".to_owned() } else { format!("/sign-in?{}", next.as_query()) }
    }

    /// Adds a step of the way here that leads somewhere.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: Some(href.into()) });
        self
    }

    /// Adds the last step: this page.
    pub fn here(mut self) -> Self {
        self.crumbs.push(Crumb { label: self.title.clone(), href: None });
        self
    }

    /// The text of a key in the reader's language.
    pub fn t(&self, key: &str) -> &'static str {
        self.lang.t(key)
    }

    /// The address of a static file: `raccordo.css` becomes `/static/raccordo.<hash>.css`.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

fn user(actor: &Actor, lang: Lang) -> Option<ShellUser> {
    let Identity::Person { name, .. } = &actor.identity else { return None };
    let capacities = rights::capacities(&actor.seats).into_iter().map(|key| lang.t(key).to_owned()).collect();
    Some(ShellUser { name: name.clone(), capacities })
}

/// A word with its colour.
pub struct Badge {
    pub text: &'static str,
    /// "success", "info", "warning", "danger" or "neutral", as in `templates/macros.html`.
    pub kind: &'static str,
}

/// The answer that shows a page.
pub fn page(template: &impl Template) -> Answer {
    with_status(StatusCode::OK, template)
}

/// The answer that shows a refused form again.
pub fn unprocessable(template: &impl Template) -> Answer {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// The answer that shows a page under another status.
pub fn with_status(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| Error::Internal(format!("a page was not rendered: {error}")))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// Where a page can be asked for again. What a refused form comes back on is often an address that is only posted to: then it
/// is the page on which the form stood, as the browser names it; home, where it stood on such an address itself.
fn way_back(request: &HttpRequest) -> String {
    if request.method() != Method::POST {
        return request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let referer = request.headers().get(REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| url::Url::parse(referer).ok()).filter(|page| page.path() != request.path());
    page.map_or_else(|| "/".to_owned(), |page| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// The answer to a form that was accepted: look there (RFC 9110 §15.4.4).
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// As [`see_other`], with a message on the next page. The text is looked up there, in the reader's language.
pub fn done(path: &str, kind: FlashKind, text_key: &'static str) -> HttpResponse {
    let mut answer = see_other(path);
    answer.extensions_mut().insert(NextFlash(format!("{}:{text_key}", kind.class())));
    answer
}

/// A message for the next page; `edge` sends it as a cookie.
pub(super) struct NextFlash(pub(super) String);

/// The message was shown; `edge` removes the cookie.
pub(super) struct FlashShown;

/// The message an earlier answer left. The cookie is the reader's to alter, so it can only choose among our own texts.
fn take_flash(request: &HttpRequest, lang: Lang) -> Option<Flash> {
    let left = FLASH.read(request)?;
    request.extensions_mut().insert(FlashShown);
    let (class, key) = left.split_once(':')?;
    let kind = FlashKind::ALL.into_iter().find(|kind| kind.class() == class)?;
    lang.all().get(key).map(|text| Flash { kind, text: text.clone() })
}

/// Keeps an answer whose address or content is a secret out of every cache, and its address out of every `Referer`.
///
/// Not by `no-referrer`: a browser with that policy posts the page's own form with `Origin: null` (Fetch, "append a request
/// `Origin` header"), and one that sends no `Sec-Fetch-Site`, as Safari did until 16.4, would be taken for a foreign page.
pub fn kept_secret(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    answer
}
