//! A publication as pure data: what one look at a page found, and what follows from it.

use super::fetch::{Answer, Problem};
use super::page::Page;
use crate::error::{Code, Refusal as DomainRefusal};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DeliverableId, PersonId, PublicationId};
use entity::kinds::PublicationState as State;

/// How long a page may be absent, or say something else, from when it is expected or was last as it should be, before
/// somebody is asked to see to it: portals are updated by people, and restarted.
pub const GRACE: TimeDelta = TimeDelta::hours(1);
/// While a page is awaited: often at first, for that is when people look.
const OFTEN: TimeDelta = TimeDelta::minutes(5);
const OFTEN_FOR: TimeDelta = TimeDelta::hours(2);
const SELDOM: TimeDelta = TimeDelta::hours(1);
/// Once it is verified.
const DAILY: TimeDelta = TimeDelta::days(1);

/// The page of one deliverable on the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub id: PublicationId,
    pub deliverable_id: DeliverableId,
    pub state: State,
    pub address: Option<String>,
    pub declared_at: Option<DateTime<Utc>>,
    pub declared_by: Option<PersonId>,
    /// When it was first verified: the instant at which the deliverable appeared. Never changes.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// When it was last verified.
    pub verified_at: Option<DateTime<Utc>>,
    pub last_checked_at: Option<DateTime<Utc>>,
    /// 0 before anybody declared anything.
    pub version: i32,
}

impl Publication {
    /// What is known before anybody declared anything.
    pub fn expected(id: PublicationId, deliverable_id: DeliverableId) -> Self {
        Self {
            id,
            deliverable_id,
            state: State::Expected,
            address: None,
            declared_at: None,
            declared_by: None,
            first_seen_at: None,
            verified_at: None,
            last_checked_at: None,
            version: 0,
        }
    }

    /// Declared at another address: what was seen elsewhere proves nothing of it. The first appearance stays.
    pub fn declared(mut self, address: String, at: DateTime<Utc>, by: Option<PersonId>) -> Self {
        self.state = State::Declared;
        self.address = Some(address);
        self.declared_at = Some(at);
        self.declared_by = by;
        self.verified_at = None;
        self.last_checked_at = None;
        self
    }

    /// From when its page is expected: once the release is out, the deliverable accepted and its address declared. Nobody
    /// can publish it sooner.
    pub fn expected_from(&self, released: DateTime<Utc>, accepted: Option<DateTime<Utc>>) -> DateTime<Utc> {
        [accepted, self.declared_at].into_iter().flatten().fold(released, DateTime::max)
    }

    /// Whether it is time to look again at a page that is expected from an instant on.
    pub fn is_due(&self, expected: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let Some(last) = self.last_checked_at else { return true };
        let pause = match self.state {
            State::Verified | State::Altered => DAILY,
            State::Expected | State::Declared | State::Seen | State::Missing if now - expected < OFTEN_FOR => OFTEN,
            State::Expected | State::Declared | State::Seen | State::Missing => SELDOM,
        };
        now - last >= pause
    }

    /// The publication after a look at `at`. `there_since` is the later of when the page is expected and the last
    /// time anything was seen; `fingerprint` that of the page when it was last verified.
    pub fn after(
        mut self,
        look: &Look,
        at: DateTime<Utc>,
        there_since: DateTime<Utc>,
        fingerprint: Option<&str>,
    ) -> Self {
        self.last_checked_at = Some(at);
        self.state = match look.found {
            Found::Nothing if at - there_since >= GRACE => State::Missing,
            Found::Nothing => self.state,
            Found::Another => State::Seen,
            Found::It if fingerprint.is_some_and(|known| Some(known) != look.sha256.as_deref()) => State::Altered,
            Found::It => State::Verified,
        };
        if look.found == Found::It {
            self.first_seen_at = self.first_seen_at.or(Some(at));
            self.verified_at = Some(at);
        }
        self
    }
}

/// Why nothing was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the release is not out")]
    NotOut,
}

impl DomainRefusal for Refusal {
    fn code(&self) -> Code {
        match self {
            Self::NotOut => Code::WrongTransition,
        }
    }
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No page: no answer, or one that is not 200.
    Nothing,
    /// A page that does not name what it should.
    Another,
    /// The page it should be.
    It,
}

/// One look at a declared page: the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub found: Found,
    pub http_status: Option<u16>,
    pub title: Option<String>,
    /// Of the page's words, see [`Page::fingerprint`].
    pub sha256: Option<String>,
    /// Why it is not the page it should be.
    pub problem: Option<String>,
}

/// What a page has to name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The product's name in each language: one of them is enough.
    pub product: Vec<String>,
    /// The observatory's names: one of them is enough; none is asked for where the list is empty.
    pub observatory: Vec<String>,
}

impl Look {
    /// Nobody said where the page is.
    pub fn without_address() -> Self {
        Self::nothing(None, "no address was declared".to_owned())
    }

    /// Judges what was fetched.
    pub fn judge(fetched: Result<Answer, Problem>, expectation: &Expectation) -> Self {
        let answer = match fetched {
            Ok(answer) if answer.status == 200 => answer,
            Ok(answer) => return Self::nothing(Some(answer.status), format!("answered {}", answer.status)),
            Err(problem) => return Self::nothing(None, problem.to_string()),
        };
        let page = Page::read(&answer.body);
        let names_one = |names: &[String]| names.iter().any(|name| page.names(name));
        let problem = if !names_one(&expectation.product) {
            Some("the page does not name the product".to_owned())
        } else if !expectation.observatory.is_empty() && !names_one(&expectation.observatory) {
            Some("the page does not name the observatory".to_owned())
        } else {
            None
        };
        Self {
            found: if problem.is_none() { Found::It } else { Found::Another },
            http_status: Some(answer.status),
            sha256: Some(page.fingerprint()),
            title: page.title,
            problem,
        }
    }

    fn nothing(http_status: Option<u16>, problem: String) -> Self {
        Self { found: Found::Nothing, http_status, title: None, sha256: None, problem: Some(problem) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn expected() -> Publication {
        Publication::expected(PublicationId(Uuid::nil()), DeliverableId(Uuid::nil()))
    }

    fn declared() -> Publication {
        expected().declared("https://portale.example/lecco".into(), released(), None)
    }

    fn released() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("an instant of the test")
    }

    fn after(minutes: i64) -> DateTime<Utc> {
        released() + TimeDelta::minutes(minutes)
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the fetch gives it")]
    fn answer(status: u16, text: &str) -> Result<Answer, Problem> {
        Ok(Answer { status, media_type: "text/html".into(), body: text.as_bytes().to_vec() })
    }

    fn expectation() -> Expectation {
        Expectation {
            product: vec!["Relazione territoriale".into(), "Territorial report".into()],
            observatory: vec!["Osservatorio di Lecco".into(), "Lecco".into()],
        }
    }

    fn look(text: &str) -> Look {
        Look::judge(answer(200, text), &expectation())
    }

    #[test]
    fn a_page_is_it_when_it_names_product_and_observatory() {
        let found = |text: &str| look(text).found;
        assert_eq!(found("<title>Relazione territoriale: Lecco</title>"), Found::It);
        assert_eq!(found("<p>Territorial report, Provincia di LECCO"), Found::It);
        assert_eq!(found("<p>Relazione territoriale, Como"), Found::Another);
        assert_eq!(found("<p>Notizie da Lecco"), Found::Another);
        let joint = Expectation { observatory: Vec::new(), ..expectation() };
        assert_eq!(Look::judge(answer(200, "Relazione territoriale"), &joint).found, Found::It);
    }

    #[test]
    fn only_200_is_a_page() {
        for status in [201, 204, 301, 302, 404, 500] {
            let look = Look::judge(answer(status, "Relazione territoriale Lecco"), &expectation());
            assert_eq!((look.found, look.http_status), (Found::Nothing, Some(status)));
        }
        assert_eq!(Look::judge(Err(Problem::TooSlow), &expectation()).found, Found::Nothing);
    }

    #[test]
    fn a_page_is_missing_after_an_hour_and_not_before() {
        let at = |minutes| declared().after(&Look::without_address(), after(minutes), released(), None).state;
        assert_eq!(at(59), State::Declared);
        assert_eq!(at(60), State::Missing);
    }

    #[test]
    fn the_first_appearance_is_kept_and_a_change_shows() {
        let page = look("<p>Relazione territoriale Lecco");
        let first = declared().after(&page, after(3), released(), None);
        assert_eq!((first.state, first.first_seen_at), (State::Verified, Some(after(3))));
        let again = first.clone().after(&page, after(90), after(3), page.sha256.as_deref());
        assert_eq!(
            (again.state, again.first_seen_at, again.verified_at),
            (State::Verified, Some(after(3)), Some(after(90)))
        );
        let changed = again.after(
            &look("<p>Relazione territoriale Lecco, corretta"),
            after(200),
            after(90),
            page.sha256.as_deref(),
        );
        assert_eq!(changed.state, State::Altered);
        let restored = changed.clone().after(&page, after(250), after(200), page.sha256.as_deref());
        assert_eq!(restored.state, State::Verified, "its words are those that were verified");
        let moved = changed.declared("https://portale.example/altro".into(), after(300), None);
        assert_eq!((moved.state, moved.first_seen_at, moved.verified_at), (State::Declared, Some(after(3)), None));
    }

    #[test]
    fn looks_are_frequent_at_first_and_daily_in_the_end() {
        let checked = |state, at| Publication { state, last_checked_at: Some(at), ..declared() };
        assert!(declared().is_due(released(), released()));
        assert!(!checked(State::Declared, after(0)).is_due(released(), after(4)));
        assert!(checked(State::Declared, after(0)).is_due(released(), after(5)));
        assert!(!checked(State::Missing, after(120)).is_due(released(), after(170)));
        assert!(checked(State::Missing, after(120)).is_due(released(), after(180)));
        assert!(!checked(State::Verified, after(0)).is_due(released(), after(23 * 60)));
        assert!(checked(State::Verified, after(0)).is_due(released(), after(24 * 60)));
    }
}
