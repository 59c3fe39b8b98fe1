//! The rules of meetings, as tables.

use super::*;
use crate::texts::Lang;
use crate::time::{CalendarData, NonWorkingRule, RuleKind, TerritoryDays};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day of the test")
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour of the test")
}

fn slot(text: &str) -> Slot {
    Slot { day: day(text), starts: time(9, 30), ends: time(12, 0) }
}

fn in_person() -> Venue {
    Venue { mode: MeetingMode::InPerson, place: Some("Sala 5".into()), remote_url: None }
}

fn draft() -> Meeting {
    Meeting {
        id: MeetingId(Uuid::nil()),
        table_id: TableId(Uuid::nil()),
        title: "Agenda dei rilasci".into(),
        slot: slot("2027-02-10"),
        venue: in_person(),
        uid: "uid@raccordo.example".into(),
        sequence: 0,
        stage: Stage::Draft,
        short_quorum_reason: None,
        version: 1,
    }
}

fn convocation() -> Convocation {
    Convocation {
        number: Number { number: 1, year: 2027 },
        at: slot("2027-01-11").begins_at(),
        short_notice_reason: None,
    }
}

fn convened() -> Meeting {
    draft().convene(convocation(), 1).expect("a meeting that can be convened")
}

fn held() -> Meeting {
    let meeting = convened();
    let begun = meeting.slot.begins_at();
    meeting.hold(begun).expect("a meeting that has begun")
}

fn in_state(state: MeetingState) -> Meeting {
    match state {
        MeetingState::Draft => draft(),
        MeetingState::Convened => convened(),
        MeetingState::Held => held(),
        MeetingState::Closed => held().close(None).expect("a meeting that was held"),
        MeetingState::Cancelled => convened().cancel("sciopero".into()).expect("a convened meeting"),
    }
}

/// Returns the state after an event that is possible.
fn led_to(state: MeetingState, event: Event) -> MeetingState {
    match LIFECYCLE.target(state, event) {
        Some(Target::To(next)) => next,
        other => panic!("{state:?} {event:?} leads to {other:?}"),
    }
}

#[test]
fn the_lifecycle_is_this_table() {
    use MeetingState::{Cancelled, Closed, Convened, Draft, Held};
    let possible: Vec<(MeetingState, Event, MeetingState)> = MeetingState::ALL
        .iter()
        .flat_map(|state| LIFECYCLE.possible(*state).map(|event| (*state, event, led_to(*state, event))))
        .collect();
    assert_eq!(
        possible,
        [
            (Draft, Event::Edit, Draft),
            (Draft, Event::Convene, Convened),
            (Draft, Event::Cancel, Cancelled),
            (Draft, Event::Invite, Draft),
            (Convened, Event::Move, Convened),
            (Convened, Event::Cancel, Cancelled),
            (Convened, Event::Invite, Convened),
            (Convened, Event::Hold, Held),
            (Held, Event::Attend, Held),
            (Held, Event::Conclude, Held),
            (Held, Event::Close, Closed),
        ]
    );
}

#[test]
fn every_transition_obeys_the_table() {
    for state in MeetingState::ALL {
        let meeting = in_state(*state);
        assert_eq!(meeting.state(), *state);
        let elsewhere = slot("2027-02-17");
        let ends = [
            (Event::Convene, meeting.clone().convene(convocation(), 1)),
            (Event::Move, meeting.clone().move_to(elsewhere, in_person(), None)),
            (Event::Cancel, meeting.clone().cancel("sciopero".into())),
            (Event::Hold, meeting.clone().hold(elsewhere.begins_at())),
            (Event::Close, meeting.clone().close(None)),
        ];
        for (event, end) in ends {
            let expected =
                if meeting.can(event) { Ok(led_to(*state, event)) } else { Err(LIFECYCLE.wrong(*state).into()) };
            assert_eq!(end.map(|meeting| meeting.state()), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn the_sequence_rises_with_a_move_and_a_cancellation_and_with_nothing_else() {
    let moved = convened().move_to(slot("2027-02-17"), in_person(), None).expect("another day");
    assert_eq!((moved.sequence, moved.uid.as_str()), (1, draft().uid.as_str()));
    let cancelled = moved.clone().cancel("sciopero".into()).expect("a convened meeting");
    assert_eq!(cancelled.sequence, 2);
    assert_eq!(cancelled.number(), moved.number(), "a meeting called off keeps its number");
    assert_eq!(held().close(None).expect("held").sequence, 0);
    assert_eq!(draft().cancel("doppia".into()).expect("a draft").sequence, 0, "a draft is in nobody's calendar");
}

#[test]
fn convening_needs_an_agenda_and_a_way_to_get_there() {
    assert_eq!(draft().convene(convocation(), 0), Err(Refusal::AgendaEmpty));
    let room = Some("Sala 5".to_owned());
    let link = Some("https://meet.example/1".to_owned());
    for (mode, place, remote_url, missing) in [
        (MeetingMode::InPerson, room.clone(), None, None),
        (MeetingMode::InPerson, None, link.clone(), Some("place")),
        (MeetingMode::Remote, None, link.clone(), None),
        (MeetingMode::Remote, room.clone(), None, Some("remote_url")),
        (MeetingMode::Mixed, room.clone(), link.clone(), None),
        (MeetingMode::Mixed, room, None, Some("remote_url")),
        (MeetingMode::Mixed, None, link, Some("place")),
    ] {
        let venue = Venue { mode, place, remote_url };
        let end = Meeting { venue: venue.clone(), ..draft() }.convene(convocation(), 1);
        assert_eq!(end.err(), missing.map(|field| Refusal::PlaceMissing { field }), "{venue:?}");
    }
}

#[test]
fn a_move_changes_something_and_ends_after_it_starts() {
    assert_eq!(convened().move_to(slot("2027-02-10"), in_person(), None), Err(Refusal::NothingChanges));
    let backwards = Slot { ends: time(9, 30), ..slot("2027-02-17") };
    assert_eq!(convened().move_to(backwards, in_person(), None), Err(Refusal::EndsBeforeStarts));
    let elsewhere = Venue { place: Some("Sala 6".into()), ..in_person() };
    assert_eq!(convened().move_to(slot("2027-02-10"), elsewhere, None).map(|moved| moved.sequence), Ok(1));
}

#[test]
fn a_meeting_is_not_held_before_its_hour() {
    let before = slot("2027-02-10").begins_at() - chrono::TimeDelta::milliseconds(1);
    assert_eq!(convened().hold(before), Err(Refusal::NotBegun));
}

fn calendars() -> Calendars {
    let fixed = |month, day, it: &str| {
        NonWorkingRule::new(RuleKind::Fixed { month, day }, None, None, it, it).expect("a good rule")
    };
    let territory = |code: &str, patron: NonWorkingRule| TerritoryDays {
        code: code.into(),
        rules: vec![patron],
        one_offs: Vec::new(),
    };
    Calendars::new(CalendarData {
        saturday_works: false,
        national: vec![fixed(1, 6, "Epifania")],
        one_offs: Vec::new(),
        territories: vec![
            territory("BG", fixed(8, 26, "Sant'Alessandro")),
            territory("BS", fixed(2, 15, "Santi Faustino e Giovita")),
        ],
    })
    .expect("good calendars")
}

fn parties() -> Vec<Party> {
    let party = |name: &str, territory: &str| Party {
        body_id: BodyId(Uuid::nil()),
        code: name.to_lowercase(),
        name: format!("Provincia di {name}"),
        territory: territory.into(),
    };
    vec![party("Bergamo", "BG"), party("Brescia", "BS")]
}

fn notice_of(now: &str, meeting: &str) -> Result<i32, NoticeError> {
    let now = zone::instant_of(day(now), time(9, 0));
    notice(now, slot(meeting), 5, &parties(), &calendars()).map(|notice| notice.given)
}

#[test]
fn notice_counts_the_days_worked_by_every_party() {
    for (now, meeting, given) in [
        ("2027-02-01", "2027-02-08", 5),
        ("2027-02-01", "2027-02-01", 0),
        ("2027-02-05", "2027-02-08", 1),
        // The patron day of Brescia, a Monday, does not count as a day of notice.
        ("2027-02-12", "2027-02-19", 4),
    ] {
        assert_eq!(notice_of(now, meeting), Ok(given), "{now} {meeting}");
    }
}

#[test]
fn a_day_not_worked_by_a_party_is_refused_with_party_and_reason() {
    let refused = |meeting: &str| match notice_of("2027-01-04", meeting) {
        Err(NoticeError::NotWorked(NotWorked::ClosedDay(refused))) => (refused.closed.text(Lang::It), refused.next),
        other => panic!("{meeting} ended in {other:?}"),
    };
    let expected = |why: &str, next| (why.to_owned(), day(next));
    let patron_of_brescia = expected("Provincia di Brescia (Santi Faustino e Giovita)", "2027-02-16");
    assert_eq!(refused("2027-02-15"), patron_of_brescia);
    assert_eq!(refused("2027-02-13"), expected("sabato", "2027-02-16"), "the Monday is the patron of Brescia");
    assert_eq!(refused("2027-01-06"), expected("Epifania", "2027-01-07"));
    assert_eq!(notice_of("2027-02-16", "2027-02-15"), Err(Refusal::DayInPast.into()));
}

#[test]
fn a_territory_without_a_calendar_is_an_error_and_not_a_working_day() {
    let stranger = vec![Party { territory: "XX".into(), ..parties().remove(0) }];
    let now = zone::instant_of(day("2027-02-01"), time(9, 0));
    let answer = notice(now, slot("2027-02-08"), 5, &stranger, &calendars());
    assert_eq!(answer, Err(CalendarError::UnknownTerritory { code: "XX".into() }.into()));
}

#[test]
fn a_short_notice_needs_a_reason_and_a_good_one_keeps_none() {
    let short = Notice { given: 4, asked: 5 };
    let reason = Some("scadenza europea".to_owned());
    assert_eq!(short.justify(None), Err(Refusal::NoticeTooShort(short)));
    assert_eq!(short.justify(reason.clone()), Ok(reason.clone()));
    assert_eq!(Notice { given: 5, asked: 5 }.justify(reason), Ok(None));
}

#[test]
fn quorum_is_the_majority_of_the_parties() {
    let attendance = |presence| Attendance { presence, delegate: None };
    for (parties, present, by_delegate, excused, reached) in [
        (13, 7, 0, 0, true),
        (13, 6, 0, 7, false),
        (13, 5, 2, 0, true),
        (12, 6, 0, 0, false),
        (12, 7, 0, 0, true),
        (1, 1, 0, 0, true),
        (13, 0, 0, 13, false),
    ] {
        let there: Vec<Attendance> = std::iter::repeat_n(Presence::Present, present)
            .chain(std::iter::repeat_n(Presence::ByDelegate, by_delegate))
            .chain(std::iter::repeat_n(Presence::Excused, excused))
            .map(attendance)
            .collect();
        let quorum = Quorum::of(parties, &there);
        assert_eq!(quorum.is_reached(), reached, "{quorum:?}");
        assert_eq!(quorum.must_be_reached().is_ok(), reached);
    }
}

#[test]
fn only_a_presence_by_delegate_has_a_delegate() {
    let name = Some("Ugo Bianchi".to_owned());
    assert_eq!(Attendance::new(Presence::ByDelegate, None), Err(Refusal::DelegateMissing));
    assert_eq!(Attendance::new(Presence::ByDelegate, name.clone()).map(|one| one.delegate), Ok(name.clone()));
    assert_eq!(Attendance::new(Presence::Present, name).map(|one| one.delegate), Ok(None));
}

#[test]
fn each_mail_to_a_person_has_a_higher_sequence() {
    let told = |method, sequence| Some(Told { method, sequence });
    for (meeting, last, next) in [
        (0, None, 0),
        (2, None, 2),
        (1, told(CalendarMethod::Request, 0), 1),
        (0, told(CalendarMethod::Request, 0), 1),
        (0, told(CalendarMethod::Cancel, 1), 2),
        (1, told(CalendarMethod::Request, 2), 3),
    ] {
        assert_eq!(next_sequence(meeting, last), next, "{meeting} {last:?}");
    }
}

#[test]
fn a_new_member_is_invited_and_a_former_one_is_told_once() {
    let person = |number: u128| PersonId(Uuid::from_u128(number));
    let told = |method, sequence| Told { method, sequence };
    let members = [person(1), person(2), person(3)];
    let before = [
        (person(1), told(CalendarMethod::Request, 0)),
        (person(3), told(CalendarMethod::Cancel, 1)),
        (person(4), told(CalendarMethod::Request, 0)),
        (person(5), told(CalendarMethod::Cancel, 1)),
    ];
    let expected = [
        (person(2), CalendarMethod::Request),
        (person(3), CalendarMethod::Request),
        (person(4), CalendarMethod::Cancel),
    ];
    assert_eq!(to_tell(&members, &before), expected);
    let after: Vec<(PersonId, Told)> =
        members.iter().map(|person| (*person, told(CalendarMethod::Request, 3))).collect();
    assert_eq!(to_tell(&members, &after), []);
}

#[test]
fn an_hour_that_the_clocks_skip_begins_and_ends_no_meeting() {
    for (on, starts, ends, skipped) in [
        ("2027-03-28", time(1, 0), time(3, 0), None),
        ("2027-03-28", time(2, 30), time(4, 0), Some("starts")),
        ("2027-03-28", time(1, 0), time(2, 0), Some("ends")),
        ("2027-03-29", time(2, 0), time(2, 30), None),
        // This hour occurs twice that night; the first one is used (`time/zone.rs`).
        ("2027-10-31", time(2, 0), time(2, 30), None),
    ] {
        let checked = Slot { day: day(on), starts, ends }.check();
        assert_eq!(checked.err().and_then(|refusal| refusal.said().field), skipped, "{on} {starts}");
    }
}

#[test]
fn decisions_without_a_quorum_need_a_reason() {
    let (enough, short) = (Quorum { parties: 13, there: 7 }, Quorum { parties: 13, there: 6 });
    let word = || Some("Errore di verbale".to_owned());
    assert_eq!(enough.justify(2, word()), Ok(None));
    assert_eq!(short.justify(0, None), Ok(None));
    assert_eq!(short.justify(2, word()), Ok(word()));
    assert_eq!(short.justify(2, None), Err(Refusal::QuorumLost { quorum: short, decisions: 2 }));
}

#[test]
fn a_person_who_represents_several_parties_is_found_by_name() {
    type Row<'a> = (&'a str, [&'a Attendance; 4], &'a [(BodyId, String)], &'a [&'a str]);
    let party = |number: u128, name: &str| Party {
        body_id: Uuid::from_u128(number).into(),
        code: name.to_lowercase(),
        name: name.to_owned(),
        territory: "como".to_owned(),
    };
    let parties = [party(1, "Como"), party(2, "Lecco"), party(3, "Lodi"), party(4, "Pavia")];
    let by = |name: &str| Attendance { presence: Presence::ByDelegate, delegate: Some(name.to_owned()) };
    let (present, absent) = (
        Attendance { presence: Presence::Present, delegate: None },
        Attendance { presence: Presence::Absent, delegate: None },
    );
    let sitting = |number: u128, name: &str| (Uuid::from_u128(number).into(), name.to_owned());
    let ada_of = [sitting(1, "Ada Riva"), sitting(4, "Ugo Bianchi")];
    let table: [Row; 6] = [
        (
            "a delegate of three",
            [&by("Rita Neri"), &by("NERI, Rita"), &by("rita  neri"), &present],
            &[],
            &["Como", "Lecco", "Lodi"],
        ),
        ("referent here, delegate there", [&present, &by("Riva Ada"), &absent, &present], &ada_of, &["Como", "Lecco"]),
        (
            "referent of two",
            [&present, &absent, &absent, &present],
            &[sitting(1, "Ada Riva"), sitting(4, "Ada Riva")],
            &["Como", "Pavia"],
        ),
        ("delegate of a party that is not there", [&absent, &by("Ada Riva"), &absent, &present], &ada_of, &[]),
        ("her own party's delegate", [&by("Ada Riva"), &absent, &absent, &present], &ada_of, &[]),
        ("two delegates", [&by("Rita Neri"), &by("Rita Rossi"), &absent, &present], &ada_of, &[]),
    ];
    for (case, attendances, sitting, expected) in table {
        let found = stand_ins(parties.iter().zip(attendances), sitting);
        let parties: Vec<&str> = found.iter().flat_map(|one| &one.parties).map(String::as_str).collect();
        assert_eq!(parties, expected, "{case}");
        let quorum = Quorum::of(4, attendances);
        assert_eq!(quorum.there, attendances.iter().filter(|one| one.is_there()).count(), "{case}: each party counts");
    }
}
