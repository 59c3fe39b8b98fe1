//! Places at the relay: attempts that hold one, attempts that wait beside, and attempts that are abandoned.
//!
//! Most attempts end within a fraction of a second. An attempt whose answer the relay delays keeps its place for
//! [`Pace::keep_place`] and then waits beside the others, so that the next mail can begin. The number of waiting
//! attempts is bounded, because each needs a connection. Beyond the bound the longest waiting one is abandoned after
//! [`Pace::let_go_after`], first those whose body has not begun to travel, because they have certainly not arrived.
//! Until then the places stay taken.
//!
//! Sign-in links have a lane of their own, because they are useless after ten minutes.

use super::Pace;
use crate::mail::outbox::lease::Queue;
use crate::mail::transport::Departure;
use std::collections::HashMap;
use tokio::task::Id;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Places for sign-in links, and the number of their attempts that may wait beside.
const AWAITED: (usize, usize) = (2, 4);

/// Signals between an attempt and its lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Hold {
    /// Whether the relay may have the mail.
    pub departure: Departure,
    /// Cancelled when too many attempts wait and this one has waited longest.
    pub let_go: CancellationToken,
}

struct Attempt {
    began: Instant,
    is_beside: bool,
    hold: Hold,
}

/// Running attempts of one queue.
pub(super) struct Lane {
    pub queue: Queue,
    places: usize,
    beside: usize,
    attempts: HashMap<Id, Attempt>,
}

impl Lane {
    /// Makes the lane of all mails, with the configured numbers of places and of attempts that may wait beside.
    pub fn of_all(places: usize, beside: usize) -> Self {
        Self { queue: Queue::All, places, beside, attempts: HashMap::new() }
    }

    /// Makes the lane of sign-in links.
    pub fn of_awaited() -> Self {
        let (places, beside) = AWAITED;
        Self { queue: Queue::Awaited, places, beside, attempts: HashMap::new() }
    }

    pub fn free_places(&self) -> usize {
        self.places.saturating_sub(self.in_place().count())
    }

    pub fn begin(&mut self, id: Id, hold: Hold, now: Instant) {
        self.attempts.insert(id, Attempt { began: now, is_beside: false, hold });
    }

    pub fn end(&mut self, id: Id) {
        self.attempts.remove(&id);
    }

    /// Moves attempts that have kept their places long enough beside the others while there is room, and abandons
    /// attempts that have waited too long.
    pub fn make_room(&mut self, pace: &Pace, now: Instant) {
        let room = self.beside.saturating_sub(self.attempts.values().filter(|attempt| attempt.is_beside).count());
        let mut slow: Vec<&mut Attempt> = self
            .attempts
            .values_mut()
            .filter(|attempt| !attempt.is_beside && attempt.began + pace.keep_place <= now)
            .collect();
        slow.sort_by_key(|attempt| attempt.began);
        let without_room = slow.len().saturating_sub(room);
        for attempt in slow.into_iter().take(room) {
            attempt.is_beside = true;
        }
        let leaving = self.attempts.values().filter(|attempt| attempt.hold.let_go.is_cancelled()).count();
        let mut too_long: Vec<&Attempt> =
            self.staying_beside().filter(|attempt| attempt.began + pace.let_go_after <= now).collect();
        too_long.sort_by_key(|attempt| (attempt.hold.departure.has_begun(), attempt.began));
        for attempt in too_long.into_iter().take(without_room.saturating_sub(leaving)) {
            attempt.hold.let_go.cancel();
        }
    }

    /// Returns the next instant at which [`Lane::make_room`] may have work; `None` if only the start or end of an
    /// attempt can change that.
    pub fn next_move(&self, pace: &Pace) -> Option<Instant> {
        let gives_up = self.in_place().map(|attempt| attempt.began + pace.keep_place).min()?;
        if self.attempts.len() - self.in_place().count() < self.beside {
            return Some(gives_up);
        }
        if self.attempts.values().any(|attempt| attempt.hold.let_go.is_cancelled()) {
            // Its end makes the room.
            return None;
        }
        let is_let_go = self.staying_beside().map(|attempt| attempt.began + pace.let_go_after).min()?;
        Some(gives_up.max(is_let_go))
    }

    fn in_place(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values().filter(|attempt| !attempt.is_beside)
    }

    fn staying_beside(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values().filter(|attempt| attempt.is_beside && !attempt.hold.let_go.is_cancelled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn pace() -> Pace {
        Pace { keep_place: Duration::from_secs(1), let_go_after: Duration::from_mins(1), ..Pace::default() }
    }

    fn id() -> Id {
        tokio::spawn(async {}).id()
    }

    fn lane(places: usize, beside: usize) -> Lane {
        Lane::of_all(places, beside)
    }

    #[tokio::test]
    async fn an_attempt_releases_its_place_after_a_second() {
        let (mut lane, begun) = (lane(1, 1), Instant::now());
        lane.begin(id(), Hold::default(), begun);
        lane.make_room(&pace(), begun + Duration::from_millis(999));
        assert_eq!(lane.free_places(), 0);
        assert_eq!(lane.next_move(&pace()), Some(begun + Duration::from_secs(1)));
        lane.make_room(&pace(), begun + Duration::from_secs(1));
        assert_eq!((lane.free_places(), lane.next_move(&pace())), (1, None));
    }

    #[tokio::test]
    async fn without_waiting_places_an_attempt_keeps_its_place_for_a_minute() {
        let (mut lane, begun) = (lane(1, 2), Instant::now());
        let after = |seconds| begun + Duration::from_secs(seconds);
        let (on_the_way, not_begun, third) = (Hold::default(), Hold::default(), id());
        on_the_way.departure.begin();
        for (hold, second) in [(on_the_way.clone(), 0), (not_begun.clone(), 1)] {
            lane.begin(id(), hold, after(second));
            lane.make_room(&pace(), after(second + 1));
        }
        lane.begin(third, Hold::default(), after(2));
        lane.make_room(&pace(), after(3));
        assert_eq!((lane.free_places(), lane.next_move(&pace())), (0, Some(after(60))));
        lane.make_room(&pace(), after(60));
        assert!(on_the_way.let_go.is_cancelled() && !not_begun.let_go.is_cancelled(), "the other has waited 59 s only");
        assert_eq!(lane.next_move(&pace()), None, "its end makes the room: nobody spins until then");
        lane.make_room(&pace(), after(61));
        assert!(!not_begun.let_go.is_cancelled(), "one place, one that goes");
    }

    #[tokio::test]
    async fn an_attempt_whose_body_was_not_begun_is_abandoned_first() {
        let (mut lane, begun) = (lane(1, 2), Instant::now());
        let (on_the_way, not_begun) = (Hold::default(), Hold::default());
        on_the_way.departure.begin();
        for (hold, second) in [(on_the_way.clone(), 0), (not_begun.clone(), 1), (Hold::default(), 2)] {
            lane.begin(id(), hold, begun + Duration::from_secs(second));
            lane.make_room(&pace(), begun + Duration::from_secs(second + 1));
        }
        lane.make_room(&pace(), begun + Duration::from_secs(90));
        assert!(not_begun.let_go.is_cancelled() && !on_the_way.let_go.is_cancelled());
    }
}
