//! Pages: their frame, and their conversion to an answer.
//!
//! A page is a struct with its content and a field `shell`; its template extends `base.html`. It is rendered completely
//! before the answer begins, so that a fault in a template gives an error page and never half a page.

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
    /// One sentence about a public page, for search engines and for those who share its address.
    pub description: Option<String>,
    /// Path and query of this page, to which the language switch returns.
    pub path: String,
    /// The signed-in person.
    pub user: Option<ShellUser>,
    /// End of this browser's sign-in.
    pub session: Option<ShellSession>,
    /// The request, for the tokens of forms; `None` after a panic.
    request: Option<HttpRequest>,
    pub nav: Vec<NavItem>,
    /// Other views of the part to which the page belongs; empty for most pages.
    pub tabs: Vec<NavItem>,
    pub crumbs: Vec<Crumb>,
    /// Message about the last action.
    pub flash: Option<Flash>,
    /// Whether all data are invented.
    pub demo: bool,
    /// Whether sending of mails is paused.
    pub paused: bool,
    pub accessibility_url: Option<String>,
    pub feedback_address: String,
    /// Line of a printed page: the day, and the address unless it is a key.
    pub printed: Option<String>,
}

/// The person signed in, as the frame shows them.
#[derive(Clone, Debug)]
pub struct ShellUser {
    pub name: String,
    /// Kinds of the seats held today, in words.
    pub capacities: Vec<String>,
}

/// End of a sign-in, as text for the frame and in seconds for its script.
#[derive(Clone, Debug)]
pub struct ShellSession {
    /// «Il tuo accesso termina alle 10.05 se non usi il servizio.»
    pub text: String,
    /// Seconds from this answer on.
    pub seconds_left: i64,
    /// Whether further use will not extend the sign-in.
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
    /// Whether the label is Italian data, in whatever language the page is.
    pub is_italian: bool,
}

/// A message about the last action.
#[derive(Clone, Debug)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
}

/// Kind of a message.
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

/// Beginnings of addresses that are keys, which do not belong on paper.
const KEYED: [&str; 2] = ["/p/", "/sign-in/"];

/// «Stampato lunedì 30 novembre 2026 · https://…».
fn printed(lang: Lang, site: &Site, request: &HttpRequest) -> String {
    let day = words::long_day(zone::day_of(site.services.clock.now()), lang);
    let said = lang.f("common.printed", &[("day", &day)]);
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    if KEYED.iter().any(|key| address.starts_with(key)) {
        return said;
    }
    format!("{said} · {}{address}", site.services.config.base_url())
}

impl Shell {
    /// Makes the frame of a page with a fixed title.
    pub fn new(ctx: &Ctx, request: &HttpRequest, title_key: &str) -> Self {
        Self::titled(ctx, request, ctx.lang.t(title_key).to_owned())
    }

    /// Makes the frame of a page whose title contains data: a name, a day.
    pub fn titled(ctx: &Ctx, request: &HttpRequest, title: String) -> Self {
        let mut shell = Self::framed(ctx.lang, ctx.config(), Some(request));
        shell.title = title;
        shell.user = user(&ctx.actor, ctx.lang);
        shell.session = request.extensions().get::<SessionEnd>().map(|end| ShellSession::of(ctx, *end));
        shell.nav = nav::items(&ctx.actor, ctx.lang, request.path());
        shell.tabs = nav::tabs(&ctx.actor, ctx.lang, request.path());
        shell.flash = take_flash(request, ctx.lang);
        shell
    }

    /// Makes the frame of an error page without an identified reader; after a panic there is not even a request.
    pub(super) fn anonymous(site: &Site, lang: Lang, request: Option<&HttpRequest>) -> Self {
        let path = request.map_or("/", HttpRequest::path).to_owned();
        Self { nav: nav::items(&Actor::anonymous(), lang, &path), ..Self::framed(lang, &site.services.config, request) }
    }

    fn framed(lang: Lang, config: &Config, request: Option<&HttpRequest>) -> Self {
        let site = request.and_then(|request| request.app_data::<web::Data<Site>>());
        Self {
            lang,
            title: String::new(),
            description: None,
            path: request.map_or_else(|| "/".to_owned(), way_back),
            user: None,
            session: None,
            request: request.cloned(),
            nav: Vec::new(),
            tabs: Vec::new(),
            crumbs: Vec::new(),
            flash: None,
            demo: site.is_some_and(|site| site.notices.is_demo()),
            paused: site.is_some_and(|site| site.notices.is_paused()),
            accessibility_url: Some(config.pages.accessibility_url.clone()).filter(|url| !url.is_empty()),
            feedback_address: config.pages.feedback_address.clone(),
            printed: site.zip(request).map(|(site, request)| printed(lang, site, request)),
        }
    }

    /// Returns a token for a form of this answer. It is made only when a form asks for it, because a page without forms
    /// needs no cookie.
    pub fn csrf(&self) -> String {
        self.request.as_ref().map(csrf::token).unwrap_or_default()
    }

    /// Returns the address for signing in, which leads back to this page.
    pub fn sign_in_path(&self) -> String {
        let next = LocalPath::after_sign_in(&self.path);
        if next.is_home() { "/sign-in".to_owned() } else { format!("/sign-in?{}", next.as_query()) }
    }

    /// Adds a step with a link to the breadcrumb.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: Some(href.into()), is_italian: false });
        self
    }

    /// Adds this page as the last step of the breadcrumb.
    pub fn here(mut self) -> Self {
        self.crumbs.push(Crumb { label: self.title.clone(), href: None, is_italian: false });
        self
    }

    /// Marks the last step of the breadcrumb as Italian data.
    pub fn in_italian(mut self) -> Self {
        if let Some(last) = self.crumbs.last_mut() {
            last.is_italian = true;
        }
        self
    }

    /// Describes a public page in one sentence.
    pub fn described(mut self, sentence: impl Into<String>) -> Self {
        self.description = Some(sentence.into());
        self
    }

    /// Returns the text of a key in the reader's language.
    pub fn t(&self, key: &str) -> &'static str {
        self.lang.t(key)
    }

    /// Returns the address of a static file: `raccordo.css` becomes `/static/raccordo.<hash>.css`.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

fn user(actor: &Actor, lang: Lang) -> Option<ShellUser> {
    let Identity::Person { name, .. } = &actor.identity else { return None };
    let capacities = rights::capacities(&actor.seats).into_iter().map(|key| lang.t(key).to_owned()).collect();
    Some(ShellUser { name: name.clone(), capacities })
}

/// A short word with a colour.
pub struct Badge {
    pub text: &'static str,
    /// "success", "info", "warning", "danger" or "neutral", as in `templates/macros.html`.
    pub kind: &'static str,
}

/// Answers with a page.
pub fn page(template: &impl Template) -> Answer {
    with_status(StatusCode::OK, template)
}

/// Answers with a refused form.
pub fn unprocessable(template: &impl Template) -> Answer {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// Answers with a page and another status.
pub fn with_status(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| Error::Internal(format!("a page was not rendered: {error}")))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// Returns the address at which the page can be requested again. A refused form is often shown at an address that only
/// accepts POST; then it is the page that contained the form, as the browser names it, or home if that was such an
/// address too.
fn way_back(request: &HttpRequest) -> String {
    if request.method() != Method::POST {
        return request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let referer = request.headers().get(REFERER).and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| url::Url::parse(referer).ok()).filter(|page| page.path() != request.path());
    page.map_or_else(|| "/".to_owned(), |page| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// Answers an accepted form with a redirect (RFC 9110 §15.4.4).
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Like [`see_other`], with a message on the next page. Its text is looked up there, in the reader's language.
pub fn done(path: &str, kind: FlashKind, text_key: &'static str) -> HttpResponse {
    let mut answer = see_other(path);
    answer.extensions_mut().insert(NextFlash(format!("{}:{text_key}", kind.class())));
    answer
}

/// A message for the next page; `edge` sends it as a cookie.
pub(super) struct NextFlash(pub(super) String);

/// Marks that the message was shown, so that `edge` removes the cookie.
pub(super) struct FlashShown;

/// Returns the message of an earlier answer. The reader can change the cookie, so it can only select one of our texts.
fn take_flash(request: &HttpRequest, lang: Lang) -> Option<Flash> {
    let left = FLASH.read(request)?;
    request.extensions_mut().insert(FlashShown);
    let (class, key) = left.split_once(':')?;
    let kind = FlashKind::ALL.into_iter().find(|kind| kind.class() == class)?;
    lang.all().get(key).map(|text| Flash { kind, text: text.clone() })
}

/// Keeps an answer with a secret address or content out of every cache, and its address out of every `Referer`.
///
/// `no-referrer` is not used: a browser with that policy posts the page's own form with `Origin: null` (Fetch, "append
/// a request `Origin` header"), and one that sends no `Sec-Fetch-Site`, such as Safari before 16.4, would be taken for
/// a foreign page.
pub fn kept_secret(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    answer
}
