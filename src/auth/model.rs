//! Data of identity: members, links, sessions and keys. Pure.

use crate::auth::actor::Scope;
use crate::config::Security;
use crate::error::{Code, Refusal, Refused};
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::ids::{ApiTokenId, BodyId, DesignationId, ObservatoryId, PersonId, SeatId, SessionId};
use entity::kinds::SeatKind;
use std::str::FromStr;

/// Longest life of an API token, in days; more is refused. A forgotten token must end by itself.
pub const TOKEN_DAYS_MAX: i64 = 365;
/// Longest name of an API token, in characters; a longer one is refused.
pub const TOKEN_NAME_MAX: usize = 80;
/// Most usable API tokens of one person; another one is refused. It is enough for all of a person's programs and keeps
/// the table small.
pub const TOKENS_MAX: usize = 20;
/// Time after the press that spent a sign-in link during which the same press counts as a repetition (a second click,
/// or a browser that retries); later it is refused.
pub const PRESS_REPEATED_WITHIN: Duration = Duration::minutes(1);
/// Prefix of every API token, by which secret scanners recognise it.
const TOKEN_MARK: &str = "rac_";

/// Refusals of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthRefusal {
    /// The link is unknown, spent, expired, or its person holds no seat. The refusal does not say which, so that
    /// nothing can be learned from it.
    #[error("the link cannot be used")]
    LinkUnusable,
    #[error("too many API tokens in use")]
    TooManyTokens,
}

impl Refusal for AuthRefusal {
    fn said(&self) -> Refused {
        match self {
            Self::LinkUnusable => Refused::of(Code::LinkUnusable),
            Self::TooManyTokens => Refused::of(Code::TooManyTokens).with("limit", TOKENS_MAX),
        }
    }
}

/// A person known to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: PersonId,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub phone: Option<String>,
    /// Language of mails to the person.
    pub lang: Lang,
}

impl Member {
    pub fn name(&self) -> String {
        letters::full_name(&self.given_name, &self.family_name)
    }
}

/// A seat held today, with the names of body and observatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub designation_id: DesignationId,
    pub seat_id: SeatId,
    pub kind: SeatKind,
    pub body_id: BodyId,
    pub body_name: String,
    pub observatory_id: Option<ObservatoryId>,
    pub observatory_name: Option<String>,
    pub from: NaiveDate,
    /// The last day, if one is set.
    pub to: Option<NaiveDate>,
}

/// A person as whom a visitor of the demonstration can sign in, with one of their seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    pub person_id: PersonId,
    pub name: String,
    pub kind: SeatKind,
    /// Name of the observatory, or of the body if the seat has none.
    pub place: String,
}

/// One of the caller's own open sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    pub id: SessionId,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Exact to a minute.
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Whether it is the session of the request.
    pub current: bool,
}

/// A usable API token of the caller. Its secret is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnToken {
    pub id: ApiTokenId,
    pub name: String,
    pub scope: Scope,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A new API token with its secret, which is available only now.
pub struct IssuedToken {
    pub token: OwnToken,
    pub secret: String,
}

/// A new session, with the key for the cookie.
pub struct OpenedSession {
    pub id: SessionId,
    pub key: String,
    pub person_id: PersonId,
}

/// Content of the page behind a sign-in link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// Recognisable to its owner, useless to a scanner that collects addresses.
    pub masked_address: String,
    pub expires_at: DateTime<Utc>,
}

/// Numbers of keys that ended with a person's access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    pub sessions: u64,
    pub links: u64,
    pub tokens: u64,
}

/// The words for a scope in the API and in the database.
impl Scope {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read",
        }
    }
}

impl FromStr for Scope {
    type Err = ();

    /// Parses a scope; an unknown word is an error, so that such a row grants nothing.
    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "full" => Ok(Self::Full),
            "read" => Ok(Self::ReadOnly),
            _ => Err(()),
        }
    }
}

/// Returns the end of a link made now.
pub fn link_end(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now + Duration::minutes(security.sign_in_link_minutes)
}

/// Returns the latest end of a session opened now, however much it is used.
pub fn session_end(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now + Duration::hours(security.session_absolute_hours)
}

/// End of a session that is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    pub at: DateTime<Utc>,
    /// Whether further use will not extend the session.
    pub is_final: bool,
}

impl SessionEnd {
    /// Returns the end of a session last seen at `seen` that expires at `expires`.
    pub fn of(seen: DateTime<Utc>, expires: DateTime<Utc>, security: &Security) -> Self {
        let idle = seen + Duration::minutes(security.session_idle_minutes);
        Self { at: idle.min(expires), is_final: expires <= idle }
    }
}

/// Returns the instant of last use at or before which a session counts as idle for too long.
pub fn idle_since(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now - Duration::minutes(security.session_idle_minutes)
}

/// Returns the secret of an API token, made from a random text.
pub fn api_token(random: &str) -> String {
    format!("{TOKEN_MARK}{random}")
}

/// Masks an address: `anna.riva@provincia.example` becomes `a•••@provincia.example`. The length of the name is hidden
/// too.
pub fn mask(address: &str) -> String {
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let initial: String = name.chars().take(1).collect();
    format!("{initial}•••@{domain}")
}

/// Returns the names of browser and system from a user agent, so that people recognise their sessions. Never use it for
/// a decision.
pub fn device(user_agent: &str) -> Option<String> {
    // The order matters, because each browser also claims to be the later ones.
    const BROWSERS: [(&str, &str); 5] =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_session_ends_after_half_an_hour_unused_and_after_twelve_hours_in_any_case() {
        let now = at("2027-03-30T07:30:00Z");
        assert_eq!(idle_since(now, &Config::default().security), at("2027-03-30T07:00:00Z"));
        assert_eq!(session_end(now, &Config::default().security), at("2027-03-30T19:30:00Z"));
    }

    #[test]
    fn use_extends_a_session_until_its_last_half_hour() {
        let (seen, security) = (at("2027-03-30T07:30:00Z"), Config::default().security);
        let ends = |expires| SessionEnd::of(seen, at(expires), &security);
        let (idle, last) = (at("2027-03-30T08:00:00Z"), at("2027-03-30T07:45:00Z"));
        assert_eq!(ends("2027-03-30T19:30:00Z"), SessionEnd { at: idle, is_final: false });
        assert_eq!(ends("2027-03-30T07:45:00Z"), SessionEnd { at: last, is_final: true });
    }

    #[test]
    fn a_masked_address_tells_the_domain_and_one_letter() {
        assert_eq!(mask("anna.riva@provincia.example"), "a•••@provincia.example");
        assert_eq!(mask("x@y.example"), "x•••@y.example");
    }

    #[test]
    fn a_scope_is_read_back_as_it_was_written_and_an_unknown_one_opens_nothing() {
        for scope in [Scope::Full, Scope::ReadOnly] {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("full,read".parse::<Scope>(), Err(()));
    }

    #[test]
    fn people_recognise_their_browser() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0";
        assert_eq!(device(edge).as_deref(), Some("Edge, Windows"));
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
        assert_eq!(device(firefox).as_deref(), Some("Firefox, Linux"));
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1";
        assert_eq!(device(safari).as_deref(), Some("Safari, iOS"));
        assert_eq!(device("curl/8.5"), None);
    }
}
