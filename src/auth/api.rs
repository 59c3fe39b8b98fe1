//! Identity over REST: the caller's profile, sessions and API tokens.
//!
//! There is no operation for signing in: programs carry an API token, and a session begins on a page where a person
//! presses a button.

use crate::auth::actor::Scope;
use crate::auth::extract::session_key;
use crate::auth::model::{Capacity, IssuedToken, OwnSession, OwnToken};
use crate::auth::rights::Right;
use crate::auth::service::{self, NewToken, Profile};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::http::Answer;
use crate::http::json::Json;
use crate::http::paging::{Links, Page};
use crate::http::site::Site;
use crate::secret::new_token;
use crate::texts::Lang;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use entity::ids::{ApiTokenId, BodyId, DesignationId, ObservatoryId, PersonId, SeatId, SessionId};
use entity::kinds::SeatKind;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::convert::Infallible;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn configure(cfg: &mut ServiceConfig<'_>) {
    cfg.service(show_me)
        .service(list_my_sessions)
        .service(end_my_session)
        .service(list_my_tokens)
        .service(create_my_token)
        .service(revoke_my_token);
}

/// Rights required by each operation, by the name of its handler.
pub const RIGHTS: &[(&str, Right<Infallible>)] = &[
    ("show_me", Right::SignedIn),
    ("list_my_sessions", Right::SignedIn),
    ("end_my_session", Right::SignedIn),
    ("list_my_tokens", Right::SignedIn),
    ("create_my_token", Right::SignedIn),
    ("revoke_my_token", Right::SignedIn),
];

/// The caller.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    pub id: PersonId,
    #[schema(max_length = 100)]
    pub given_name: String,
    #[schema(max_length = 100)]
    pub family_name: String,
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    /// The language of mails.
    pub language: Lang,
    /// Rights of the key of this request.
    pub scope: ScopeDto,
    /// The seats held today; all rights follow from them.
    #[schema(max_items = 100)]
    pub capacities: Vec<CapacityOut>,
}

/// A seat held today.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct CapacityOut {
    pub designation_id: DesignationId,
    pub seat_id: SeatId,
    pub kind: SeatKind,
    pub body_id: BodyId,
    #[schema(max_length = 200)]
    pub body_name: String,
    pub observatory_id: Option<ObservatoryId>,
    #[schema(max_length = 200)]
    pub observatory_name: Option<String>,
    pub from: NaiveDate,
    /// The last day, if one is set.
    pub to: Option<NaiveDate>,
}

/// Rights of a key: everything its person may do, or reading only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TokenScope)]
pub enum ScopeDto {
    Full,
    Read,
}

/// An open session.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    pub id: SessionId,
    /// Name that the browser gives itself.
    #[schema(max_length = 200)]
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Exact to a minute.
    pub last_seen_at: DateTime<Utc>,
    /// Latest end of the session.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the session of this request.
    pub current: bool,
}

/// A usable API token. Its secret is not stored.
#[skip_serializing_none]
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenOut {
    pub id: ApiTokenId,
    #[schema(max_length = 80)]
    pub name: String,
    pub scope: ScopeDto,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Exact to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A new API token with its secret, which only this answer contains.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedTokenOut {
    #[serde(flatten)]
    pub token: TokenOut,
    /// Sent as `Authorization: Bearer …`.
    #[schema(max_length = 60, example = "rac_8fK2…")]
    pub secret: String,
}

/// An API token to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenIn {
    /// Name by which its owner recognises it.
    #[schema(min_length = 1, max_length = 80, example = "cruscotto provinciale")]
    pub name: String,
    pub scope: ScopeDto,
    /// Life of the token, in days.
    #[schema(minimum = 1, maximum = 365, example = 90)]
    pub days: i64,
}

/// Show the caller
///
/// Who may: any signed-in person, about themselves.
#[utoipa::path(tag = "me", responses((status = 200, body = MeOut)))]
#[get("/me")]
pub async fn show_me(ctx: Ctx) -> Answer {
    let profile = service::profile(&ctx).await?;
    Ok(HttpResponse::Ok().json(MeOut::new(profile, ctx.actor.scope)))
}

/// List my sessions
///
/// The open sessions of the caller, last used first. Who may: any signed-in person, about themselves.
#[utoipa::path(tag = "me", responses((status = 200, body = Page<SessionOut>)))]
#[get("/me/sessions")]
pub async fn list_my_sessions(ctx: Ctx, request: HttpRequest) -> Answer {
    let sessions = service::list_sessions(&ctx, session_key(&request).as_deref()).await?;
    Ok(whole(sessions, SessionOut::from))
}

/// End one of my sessions
///
/// What happens: its browser is signed out at once. Who may: its owner, with a key that may change things; a session of
/// another person is not found. Mails: none.
#[utoipa::path(tag = "me", params(("id" = SessionId, Path)), responses((status = 204)))]
#[delete("/me/sessions/{id:[0-9A-Fa-f-]+}")]
pub async fn end_my_session(ctx: Ctx, id: web::Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    ctx.write(async |txn| service::end_session(&ctx, txn, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List my API tokens
///
/// The caller's API tokens that are neither revoked nor expired, newest first. Who may: any signed-in person, about
/// themselves.
#[utoipa::path(tag = "me", responses((status = 200, body = Page<TokenOut>)))]
#[get("/me/tokens")]
pub async fn list_my_tokens(ctx: Ctx, site: web::Data<Site>) -> Answer {
    Ok(whole(site.last_use.completed(service::list_tokens(&ctx).await?), TokenOut::from))
}

/// Make an API token
///
/// The secret is in this answer only. For that reason the answer is not stored for a repetition of the request, which
/// makes another token. Who may: any signed-in person, with a key that may change things. Mails: none. Errors:
/// `required`, `too_long`, `out_of_range`, `too_many_tokens` (twenty are in use already).
#[utoipa::path(tag = "me", request_body = TokenIn, responses((status = 201, body = IssuedTokenOut)))]
#[post("/me/tokens")]
pub async fn create_my_token(ctx: Ctx, input: Json<TokenIn>) -> Answer {
    let TokenIn { name, scope, days } = input.value;
    let input = NewToken { name, scope: scope.into(), days };
    let IssuedToken { token, secret } =
        ctx.write(async |txn| service::create_token(&ctx, txn, &input, &new_token()).await).await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, "/api/v1/me/tokens"))
        .json(IssuedTokenOut { token: token.into(), secret }))
}

/// Revoke one of my API tokens
///
/// What happens: it is refused from the next request on. Who may: its owner, with a key that may change things; a token
/// of another person is not found. Mails: none.
#[utoipa::path(tag = "me", params(("id" = ApiTokenId, Path)), responses((status = 204)))]
#[delete("/me/tokens/{id:[0-9A-Fa-f-]+}")]
pub async fn revoke_my_token(ctx: Ctx, id: web::Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    ctx.write(async |txn| service::revoke_token(&ctx, txn, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Answers with a list that always fits on one page.
fn whole<T, Out: Serialize>(items: Vec<T>, say: impl FnMut(T) -> Out) -> HttpResponse {
    let page = Page { items: items.into_iter().map(say).collect(), links: Links { next: None } };
    HttpResponse::Ok().json(page)
}

impl MeOut {
    fn new(profile: Profile, scope: Scope) -> Self {
        let Profile { member, capacities } = profile;
        Self {
            id: member.id,
            given_name: member.given_name,
            family_name: member.family_name,
            email: member.email,
            phone: member.phone,
            language: member.lang,
            scope: scope.into(),
            capacities: capacities.into_iter().map(CapacityOut::from).collect(),
        }
    }
}

impl From<Capacity> for CapacityOut {
    fn from(capacity: Capacity) -> Self {
        Self {
            designation_id: capacity.designation_id,
            seat_id: capacity.seat_id,
            kind: capacity.kind,
            body_id: capacity.body_id,
            body_name: capacity.body_name,
            observatory_id: capacity.observatory_id,
            observatory_name: capacity.observatory_name,
            from: capacity.from,
            to: capacity.to,
        }
    }
}

impl From<OwnSession> for SessionOut {
    fn from(session: OwnSession) -> Self {
        Self {
            id: session.id,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            current: session.current,
        }
    }
}

impl From<OwnToken> for TokenOut {
    fn from(token: OwnToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scope: token.scope.into(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

impl From<Scope> for ScopeDto {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Full => Self::Full,
            Scope::ReadOnly => Self::Read,
        }
    }
}

impl From<ScopeDto> for Scope {
    fn from(scope: ScopeDto) -> Self {
        match scope {
            ScopeDto::Full => Self::Full,
            ScopeDto::Read => Self::ReadOnly,
        }
    }
}
