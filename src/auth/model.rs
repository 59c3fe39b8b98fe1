//! Members, links, sessions and keys, as identity speaks of them: pure.

use crate::auth::actor::Scope;
use crate::config::Security;
use crate::error::{Code, Refusal};
use crate::letters;
use crate::texts::Lang;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::ids::{ApiTokenId, BodyId, DesignationId, ObservatoryId, PersonId, SeatId, SessionId};
use entity::kinds::SeatKind;
use std::str::FromStr;

/// The longest life of an API token, in days: a forgotten key must end by itself.
pub const TOKEN_DAYS_MAX: i64 = 365;
/// The longest name of an API token, in characters.
pub const TOKEN_NAME_MAX: usize = 80;
/// API tokens in use at once, per person: enough for every program one has, too few to fill a table.
pub const TOKENS_MAX: usize = 20;
/// How long after the press that spent a sign-in link the same press is taken for its repetition: a second click, or a
/// browser that sends again what it heard no answer to.
pub const PRESS_REPEATED_WITHIN: Duration = Duration::minutes(1);
/// What every API token begins with, so that scanners of leaked secrets recognise one.
const TOKEN_MARK: &str = "rac_";

/// What identity refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthRefusal {
    /// Unknown, spent, expired, or of somebody who holds no seat: never said which, so that there is nothing to learn.
    #[error("the link cannot be used")]
    LinkUnusable,
    #[error("too many API tokens in use")]
    TooManyTokens,
}

impl Refusal for AuthRefusal {
    fn code(&self) -> Code {
        match self {
            Self::LinkUnusable => Code::LinkUnusable,
            Self::TooManyTokens => Code::TooManyTokens,
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
    /// The language of mails to them.
    pub lang: Lang,
}

impl Member {
    pub fn name(&self) -> String {
        letters::full_name(&self.given_name, &self.family_name)
    }
}

/// A seat held today, with the names a person reads.
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

/// Somebody a visitor of the demonstration can be, in one of their capacities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    pub person_id: PersonId,
    pub name: String,
    pub kind: SeatKind,
    /// The observatory, or the body where the seat has none.
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
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One of the caller's own API tokens that is neither revoked nor expired. The token itself is not known any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnToken {
    pub id: ApiTokenId,
    pub name: String,
    pub scope: Scope,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An API token at its birth: the only time that the secret is there to be shown.
pub struct IssuedToken {
    pub token: OwnToken,
    pub secret: String,
}

/// A session at its birth: what goes into the cookie.
pub struct OpenedSession {
    pub id: SessionId,
    pub key: String,
    pub person_id: PersonId,
}

/// What the page behind a mailed link shows before anything happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// Enough for its owner to recognise, too little for a scanner to collect.
    pub masked_address: String,
    pub expires_at: DateTime<Utc>,
}

/// What ended with the access of a person.
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

    /// Returns the scope of a word. Any other word is an error, so that an unreadable row opens nothing.
    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "full" => Ok(Self::Full),
            "read" => Ok(Self::ReadOnly),
            _ => Err(()),
        }
    }
}

/// When a link asked for now ends.
pub fn link_end(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now + Duration::minutes(security.sign_in_link_minutes)
}

/// When a session opened now ends, however busy.
pub fn session_end(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now + Duration::hours(security.session_absolute_hours)
}

/// When a session ends of which nothing more is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    pub at: DateTime<Utc>,
    /// Whether no use of it will put the end off.
    pub is_final: bool,
}

impl SessionEnd {
    /// The end of a session that was last seen at an instant and expires at another.
    pub fn of(seen: DateTime<Utc>, expires: DateTime<Utc>, security: &Security) -> Self {
        let idle = seen + Duration::minutes(security.session_idle_minutes);
        Self { at: idle.min(expires), is_final: expires <= idle }
    }
}

/// A session last seen at or before this instant has been idle for too long.
pub fn idle_since(now: DateTime<Utc>, security: &Security) -> DateTime<Utc> {
    now - Duration::minutes(security.session_idle_minutes)
}

/// The secret of an API token, made of a fresh random one.
pub fn api_token(random: &str) -> String {
    format!("{TOKEN_MARK}{random}")
}

/// `anna.riva@provincia.example` as `a•••@provincia.example`: the length of the name is not told either.
pub fn mask(address: &str) -> String {
    let (name, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let initial: String = name.chars().take(1).collect();
    format!("{initial}•••@{domain}")
}

/// A browser and a system by their names, from what the browser says of itself: for people to recognise their own
/// sessions by, never for a decision.
pub fn device(user_agent: &str) -> Option<String> {
    // Order matters: every browser also claims to be the ones before it.
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

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours_of_work() {
        let now = at("2027-03-30T07:30:00Z");
        assert_eq!(idle_since(now, &Security::default()), at("2027-03-30T07:00:00Z"));
        assert_eq!(session_end(now, &Security::default()), at("2027-03-30T19:30:00Z"));
    }

    #[test]
    fn a_session_s_end_is_put_off_by_use_until_its_last_half_hour() {
        let (seen, security) = (at("2027-03-30T07:30:00Z"), Security::default());
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
