//! A publication as pure data: results of checks and the states that follow.

use super::fetch::{Answer, Problem};
use super::page::Page;
use super::page::expectation::{Expectation, Finding};
use crate::error::{Code, Refusal as DomainRefusal, Refused};
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{DeliverableId, PersonId, PublicationId};
use entity::kinds::PublicationState as State;

/// Time for which a page may be absent or wrong, from the instant at which it is expected or was last right, before a
/// task is created. Portals are edited by people and restarted.
pub const GRACE: TimeDelta = TimeDelta::hours(1);
/// Pauses between checks of a page that is not verified yet: short in the first two hours, when people look at the
/// page.
const OFTEN: TimeDelta = TimeDelta::minutes(5);
const OFTEN_FOR: TimeDelta = TimeDelta::hours(2);
const SELDOM: TimeDelta = TimeDelta::hours(1);
/// Pause between checks of a verified page.
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
    /// Instant of the first verification, at which the deliverable appeared. Never changes.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// Instant of the latest verification.
    pub verified_at: Option<DateTime<Utc>>,
    pub last_checked_at: Option<DateTime<Utc>>,
    /// Instant of the next check, once the page is expected; `None` if there will be none.
    pub next_look_at: Option<DateTime<Utc>>,
    /// Consecutive checks that could not be stored.
    pub failed_looks: i32,
    /// Error of the latest of them, for operators.
    pub failure: Option<String>,
    /// 0 before the first declaration.
    pub version: i32,
}

impl Publication {
    /// Makes a publication without a declaration.
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
            next_look_at: None,
            failed_looks: 0,
            failure: None,
            version: 0,
        }
    }

    /// Declares another address. Results for the former address no longer count, but the first appearance stays.
    pub fn declared(mut self, address: String, at: DateTime<Utc>, by: Option<PersonId>) -> Self {
        self.state = State::Declared;
        self.address = Some(address);
        self.declared_at = Some(at);
        self.declared_by = by;
        self.verified_at = None;
        self.last_checked_at = None;
        self.next_look_at = Some(at);
        self.failed_looks = 0;
        self.failure = None;
        self
    }

    /// Takes the page back: it is not looked at any more, and readers are not led to it. The first appearance stays.
    #[must_use]
    pub fn withdrawn(self) -> Self {
        Self { state: State::Withdrawn, next_look_at: None, failed_looks: 0, failure: None, ..self }
    }

    /// Refuses a new declaration of a page that was recognised once, because readers have seen it.
    pub const fn must_be_new(&self) -> Result<(), Refusal> {
        if self.first_seen_at.is_some() { Err(Refusal::AmendmentNeeded) } else { Ok(()) }
    }

    /// Returns the instant from which the page is expected: the latest of release, acceptance and declaration, because
    /// before that it cannot be published.
    pub fn expected_from(&self, released: DateTime<Utc>, accepted: Option<DateTime<Utc>>) -> DateTime<Utc> {
        [accepted, self.declared_at].into_iter().flatten().fold(released, DateTime::max)
    }

    /// Plans the next check after one at `at`. `expected` is the instant from which the page is expected; there are no
    /// checks after `until`.
    pub fn planned(mut self, expected: DateTime<Utc>, at: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let pause = match self.state {
            State::Verified | State::Altered => DAILY,
            State::Expected | State::Declared | State::Seen | State::Missing if at - expected < OFTEN_FOR => OFTEN,
            State::Expected | State::Declared | State::Seen | State::Missing | State::Withdrawn => SELDOM,
        };
        let is_looked_at = self.address.is_some() && self.state != State::Withdrawn;
        self.next_look_at = Some(at + pause).filter(|next| is_looked_at && *next <= until);
        self
    }

    /// Notes a check at `at` that could not be stored. The pause before the next one doubles each time, up to a day.
    pub fn failed(mut self, why: String, at: DateTime<Utc>) -> Self {
        let doubled = 1 << self.failed_looks.clamp(0, 16);
        self.next_look_at = Some(at + (OFTEN * doubled).min(DAILY));
        self.failed_looks = self.failed_looks.saturating_add(1);
        self.failure = Some(why);
        self
    }

    /// Returns the publication after a check at `at`. `there_since` is the later of the instant at which the page was
    /// expected and the last time any page was seen; `fingerprint` is that of the last verification.
    pub fn after(
        mut self,
        look: &Look,
        at: DateTime<Utc>,
        there_since: DateTime<Utc>,
        fingerprint: Option<&str>,
    ) -> Self {
        self.last_checked_at = Some(at);
        self.failed_looks = 0;
        self.failure = None;
        self.state = match look.found {
            _ if self.state == State::Withdrawn => State::Withdrawn,
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

/// Refusals of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("nothing is published yet")]
    NotOut,
    #[error("the page was withdrawn")]
    Withdrawn,
    #[error("the page was recognised already")]
    AmendmentNeeded,
}

impl DomainRefusal for Refusal {
    fn said(&self) -> Refused {
        match self {
            Self::NotOut => Refused::of(Code::NothingPublished),
            Self::Withdrawn => Refused::of(Code::PageWithdrawn),
            Self::AmendmentNeeded => Refused::at("address", Code::AmendmentNeeded),
        }
    }
}

/// Result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No answer, or one other than 200.
    Nothing,
    /// A page that does not name what it should.
    Another,
    /// The expected page.
    It,
}

/// One check of a declared page: the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub found: Found,
    pub http_status: Option<u16>,
    pub title: Option<String>,
    /// Fingerprint of the page's words, see [`Page::fingerprint`].
    pub sha256: Option<String>,
    /// Reason why the page was not recognised: a word of [`Problem`] or [`Finding`], [`HTTP_STATUS`] or [`NO_ADDRESS`].
    pub problem: Option<String>,
    /// Address after redirects, if there were any.
    pub led_to: Option<String>,
}

/// Reason for an answer other than 200.
pub const HTTP_STATUS: &str = "http_status";
/// Reason for a page without a declared address.
pub const NO_ADDRESS: &str = "no_address";
/// Version of the rule for fingerprints. Fingerprints of another version are not compared, because they differ even if
/// the page is the same.
pub const READING: i32 = 2;

impl Look {
    /// Makes the result for a page without a declared address.
    pub fn without_address() -> Self {
        Self::nothing(None, NO_ADDRESS)
    }

    /// Evaluates the answer from a declared address.
    pub fn judge(fetched: Result<Answer, Problem>, declared: &str, expectation: &Expectation) -> Self {
        let answer = match fetched {
            Ok(answer) => answer,
            Err(problem) => return Self::nothing(None, problem),
        };
        let led_to = (answer.address != declared).then(|| answer.address.clone());
        if answer.status != 200 {
            return Self { led_to, ..Self::nothing(Some(answer.status), HTTP_STATUS) };
        }
        if is_file(&answer) {
            return Self { led_to, found: Found::Another, ..Self::nothing(Some(answer.status), Finding::NotAPage) };
        }
        let page = Page::read(&answer.body, &answer.media_type);
        let finding = match &led_to {
            Some(address) if is_front_page(address) => Err(Finding::LedHome),
            _ => expectation.finding(&page),
        };
        Self {
            found: if finding.is_ok() { Found::It } else { Found::Another },
            http_status: Some(answer.status),
            sha256: Some(page.fingerprint().to_owned()),
            title: page.title,
            problem: finding.err().map(|finding| finding.to_string()),
            led_to,
        }
    }

    fn nothing(http_status: Option<u16>, problem: impl ToString) -> Self {
        let problem = Some(problem.to_string());
        Self { found: Found::Nothing, http_status, title: None, sha256: None, problem, led_to: None }
    }
}

/// Returns whether an answer is a file and not a page: by its type, or by its first bytes if the type says nothing.
fn is_file(answer: &Answer) -> bool {
    let media_type = answer.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = matches!(
        media_type.as_str(),
        "" | "text/html" | "application/xhtml+xml" | "text/plain" | "text/xml" | "application/xml"
    );
    let start = &answer.body[..answer.body.len().min(1024)];
    let is_pdf = start.windows(5).any(|bytes| bytes == b"%PDF-");
    !is_text || is_pdf || start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Returns whether an address is the front page of its site, in Italian or English.
fn is_front_page(address: &str) -> bool {
    let path = address.splitn(4, '/').nth(3).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').to_ascii_lowercase();
    matches!(path.as_str(), "" | "it" | "en" | "home" | "index.html" | "index.php" | "it/home" | "en/home")
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

    const DECLARED: &str = "https://portale.example/lecco";

    fn answer(status: u16, media_type: &str, body: &[u8]) -> Answer {
        Answer { status, media_type: media_type.into(), body: body.to_vec(), address: DECLARED.into() }
    }

    fn expectation() -> Expectation {
        Expectation {
            product: vec!["Relazione territoriale".into(), "Territorial report".into()],
            territory: vec!["Osservatorio di Lecco".into(), "Lecco".into()],
            other_territories: vec!["Como".into()],
            period: "2026".parse().expect("a period"),
        }
    }

    fn judged(answer: Answer) -> Look {
        Look::judge(Ok(answer), DECLARED, &expectation())
    }

    fn look(text: &str) -> Look {
        judged(answer(200, "text/html; charset=utf-8", text.as_bytes()))
    }

    #[test]
    fn only_200_is_a_page() {
        for status in [201, 204, 301, 302, 404, 500] {
            let look = judged(answer(status, "text/html", b"<title>Relazione territoriale Lecco 2026</title>"));
            assert_eq!((look.found, look.http_status), (Found::Nothing, Some(status)));
            assert_eq!(look.problem.as_deref(), Some(HTTP_STATUS));
        }
        let silent = Look::judge(Err(Problem::TooSlow), DECLARED, &expectation());
        assert_eq!((silent.found, silent.problem.as_deref()), (Found::Nothing, Some("too_slow")));
    }

    #[test]
    fn a_file_is_told_from_a_page() {
        let page = b"<title>Relazione territoriale Lecco 2026</title>".as_slice();
        for (media_type, body, is_page) in [
            ("text/html; charset=utf-8", page, true),
            ("", page, true),
            ("application/xhtml+xml", page, true),
            ("application/pdf", b"%PDF-1.7".as_slice(), false),
            ("text/html", b"\n%PDF-1.4", false),
            ("application/octet-stream", b"...", false),
            ("", b"PK\x03\x04...", false),
        ] {
            let look = judged(answer(200, media_type, body));
            let expected = if is_page { (Found::It, None) } else { (Found::Another, Some("not_a_page")) };
            assert_eq!((look.found, look.problem.as_deref()), expected, "{media_type}");
        }
    }

    #[test]
    fn a_redirect_to_the_front_page_is_no_report() {
        let page = b"<title>Relazione territoriale Lecco 2026</title>";
        let led = |to: &str| judged(Answer { address: to.into(), ..answer(200, "text/html", page) });
        for front in ["https://portale.example/", "https://portale.example/it/", "https://portale.example/home?x=1"] {
            assert_eq!(led(front).problem.as_deref(), Some("led_home"), "{front}");
        }
        let moved = led("https://portale.example/2026/lecco/");
        assert_eq!((moved.found, moved.led_to.as_deref()), (Found::It, Some("https://portale.example/2026/lecco/")));
        let own = "https://portale.example/";
        let declared =
            Look::judge(Ok(Answer { address: own.into(), ..answer(200, "text/html", page) }), own, &expectation());
        assert_eq!(
            (declared.found, declared.led_to),
            (Found::It, None),
            "declared itself, it is judged by what it says"
        );
    }

    #[test]
    fn a_page_is_missing_after_an_hour_and_not_before() {
        let at = |minutes| declared().after(&Look::without_address(), after(minutes), released(), None).state;
        assert_eq!(at(59), State::Declared);
        assert_eq!(at(60), State::Missing);
    }

    #[test]
    fn the_first_appearance_is_kept_and_a_change_shows() {
        let page = look("<title>Relazione territoriale Lecco 2026</title><p>Testo");
        let first = declared().after(&page, after(3), released(), None);
        assert_eq!((first.state, first.first_seen_at), (State::Verified, Some(after(3))));
        let again = first.clone().after(&page, after(90), after(3), page.sha256.as_deref());
        assert_eq!(
            (again.state, again.first_seen_at, again.verified_at),
            (State::Verified, Some(after(3)), Some(after(90)))
        );
        let changed = again.after(
            &look("<title>Relazione territoriale Lecco 2026</title><p>Testo, corretto"),
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
    fn checks_are_frequent_at_first_and_daily_later() {
        let until = released() + TimeDelta::days(10);
        let next = |state, at| Publication { state, ..declared() }.planned(released(), after(at), until).next_look_at;
        assert_eq!(declared().next_look_at, Some(released()), "at once");
        assert_eq!(next(State::Declared, 0), Some(after(5)));
        assert_eq!(next(State::Seen, 119), Some(after(124)));
        assert_eq!(next(State::Missing, 120), Some(after(180)));
        assert_eq!(next(State::Verified, 0), Some(after(24 * 60)));
        assert_eq!(next(State::Verified, 9 * 24 * 60), Some(after(10 * 24 * 60)));
        assert_eq!(next(State::Verified, 9 * 24 * 60 + 1), None, "nobody looks after the last day");
        assert_eq!(
            expected().planned(released(), after(0), until).next_look_at,
            None,
            "there is no address to look at"
        );
    }

    #[test]
    fn the_pause_after_a_check_that_was_not_stored_grows() {
        let (mut page, mut pauses) = (declared(), Vec::new());
        for _ in 0..12 {
            page = page.failed("why".into(), after(0));
            pauses.push((page.next_look_at.expect("an instant") - after(0)).num_minutes());
        }
        assert_eq!(pauses[..5], [5, 10, 20, 40, 80]);
        assert_eq!((pauses[11], page.failed_looks, page.failure.as_deref()), (24 * 60, 12, Some("why")));
        let kept = page.after(&look("x"), after(1), released(), None);
        assert_eq!((kept.failed_looks, kept.failure), (0, None));
    }
}
