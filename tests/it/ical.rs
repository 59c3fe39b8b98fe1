//! Calendar objects as other programs read them. Four rules that common validators do not check are asserted here: line
//! ends, line lengths, METHOD and STATUS. `tests/ical_check.py` reads those that tests keep with two independent parsers.

use std::time::Duration;

use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use entity::kinds::CalendarMethod;
use proptest::prelude::*;
use raccordo::ical::{
    Attendee, EntryStatus, Feed, FeedEntry, IcalError, Invitation, Organizer, Role, When, method_name,
};
use raccordo::letters;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
}

fn wall(day: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    day.and_hms_opt(hour, minute, 0).expect("an hour of the test")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant of the test")
}

fn invitation() -> Invitation {
    Invitation {
        method: CalendarMethod::Request,
        uid: "0193a1f2-7c00-7000-8000-000000000001@raccordo.example".to_owned(),
        sequence: 0,
        dtstamp: instant("2027-03-01T08:15:30.987Z"),
        start: wall(day(2027, 3, 30), 9, 30),
        end: wall(day(2027, 3, 30), 12, 0),
        summary: "[Tavolo OML] Seduta 2/2027: verifica congiunta; agenda, esiti".to_owned(),
        description: "Martedì 30 marzo 2027, ore 9.30\nPunti: 1) agenda dei rilasci; 2) problematiche operative, \
                      perché è più utile discuterne insieme in presenza."
            .to_owned(),
        location: "Palazzo Lombardia, piazza Città di Lombardia 1, Milano".to_owned(),
        url: Some("https://raccordo.example/sedute/2027/2?vista=odg,doc;it".to_owned()),
        organizer: Organizer {
            name: "Segreteria tecnica: Tavolo OML".to_owned(),
            address: "segreteria.oml@regione.example".to_owned(),
        },
        attendee: Attendee {
            name: "Anna D'Adda (Provincia di Como)".to_owned(),
            address: "anna.dadda@provincia.como.example".to_owned(),
            role: Role::Required,
        },
    }
}

fn cancellation() -> Invitation {
    Invitation { method: CalendarMethod::Cancel, sequence: 2, dtstamp: instant("2027-03-20T10:00:00Z"), ..invitation() }
}

fn entry(number: u32, when: When, status: EntryStatus) -> FeedEntry {
    FeedEntry {
        uid: format!("0193a1f2-7c00-7000-8000-00000000010{number}@raccordo.example"),
        sequence: number,
        last_revision: instant("2027-01-11T09:00:00Z"),
        when,
        status,
        summary: format!("Relazione territoriale sul mercato del lavoro, {number}"),
        description: String::new(),
        url: Some(format!("https://raccordo.example/rilasci/{number}")),
        categories: vec!["Provincia di Lecco".to_owned(), "annuale, per osservatorio".to_owned()],
    }
}

fn feed() -> Feed {
    Feed {
        name: "Agenda dei rilasci, Osservatori del mercato del lavoro".to_owned(),
        url: "https://raccordo.example/calendario.ics".to_owned(),
        refresh: Duration::from_hours(6),
        entries: vec![
            entry(1, When::Wall(wall(day(2027, 5, 20), 10, 0)), EntryStatus::Confirmed),
            entry(2, When::Day(day(2027, 12, 31)), EntryStatus::Tentative),
            entry(3, When::Wall(wall(day(2027, 10, 31), 23, 30)), EntryStatus::Tentative),
            FeedEntry {
                description: "Annullato il 4 febbraio 2027.\nMotivo: fonte in ritardo.".to_owned(),
                ..entry(4, When::Wall(wall(day(2027, 3, 28), 2, 30)), EntryStatus::Cancelled)
            },
        ],
    }
}

fn written(invitation: &Invitation) -> String {
    invitation.to_ical().expect("a good invitation")
}

fn published(feed: &Feed) -> String {
    feed.to_ical().expect("a good feed")
}

/// Returns the unfolded content lines; asserts line ends and lengths.
fn lines(ical: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for physical in ical.strip_suffix("\r\n").expect("the last line ends too").split("\r\n") {
        assert!(physical.len() <= 75, "{} octets: {physical}", physical.len());
        assert!(!physical.contains(char::is_control), "a control character in {physical:?}");
        assert!(!physical.contains(letters::turns_direction), "an order to the reader's eye in {physical:?}");
        match (physical.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some(line)) => line.push_str(rest),
            _ => lines.push(physical.to_owned()),
        }
    }
    lines
}

/// Splits a line into property name, parameters and value. A quote opens and closes; there is no escape for it.
fn parts(line: &str) -> (String, Vec<String>, String) {
    let mut quoted = false;
    let mut pieces = vec![String::new()];
    for (position, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ':' if !quoted => return (pieces.remove(0), pieces, line[position + 1..].to_owned()),
            ';' if !quoted => pieces.push(String::new()),
            _ => pieces.last_mut().expect("never empty").push(c),
        }
    }
    panic!("no value in {line}");
}

/// Returns the names of all properties in order, BEGIN and END with their component. No text may change this skeleton.
fn skeleton(ical: &str) -> Vec<String> {
    let part = |line: String| match parts(&line) {
        (name, _, value) if name == "BEGIN" || name == "END" => format!("{name}:{value}"),
        (name, parameters, _) => {
            let names: Vec<&str> = parameters.iter().map(|p| p.split('=').next().unwrap_or_default()).collect();
            format!("{name};{}", names.join(";"))
        }
    };
    lines(ical).into_iter().map(part).collect()
}

fn has(ical: &str, line: &str) -> bool {
    lines(ical).iter().any(|other| other == line)
}

/// Returns the only component of its kind, as calcard reads it.
fn reread(ical: &str) -> ICalendarComponent {
    let calendar = ICalendar::parse(ical).expect("calcard reads what it wrote");
    let mut events = calendar.components.into_iter().filter(|c| c.component_type == ICalendarComponentType::VEvent);
    let event = events.next().expect("an event");
    assert_eq!(events.next(), None);
    event
}

fn text_of(component: &ICalendarComponent, property: &ICalendarProperty) -> Option<String> {
    match component.property(property)?.values.first()? {
        ICalendarValue::Text(text) => Some(text.clone()),
        other => panic!("{property:?} is no text: {other:?}"),
    }
}

/// Compares with a golden file. A different text is left in the target directory for review.
fn assert_golden(name: &str, golden: &str, ical: &str) {
    if golden != ical {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, ical).expect("the target directory can be written");
        panic!("{name} changed; if that is meant, copy {} to tests/data", path.display());
    }
}

#[test]
fn written_calendars_equal_the_golden_files() {
    assert_golden("invitation-request.ics", include_str!("../data/invitation-request.ics"), &written(&invitation()));
    assert_golden("invitation-cancel.ics", include_str!("../data/invitation-cancel.ics"), &written(&cancellation()));
    assert_golden("feed.ics", include_str!("../data/feed.ics"), &published(&feed()));
}

#[test]
fn an_invitation_names_one_attendee_only() {
    let ical = written(&invitation());
    let attendees: Vec<String> = lines(&ical).into_iter().filter(|line| line.starts_with("ATTENDEE")).collect();
    assert_eq!(
        attendees,
        ["ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;\
          CN=\"Anna D'Adda (Provincia di Como)\":mailto:anna.dadda@provincia.como.example"]
    );
    assert!(has(&ical, "ORGANIZER;CN=\"Segreteria tecnica: Tavolo OML\":mailto:segreteria.oml@regione.example"));
    for line in ["METHOD:REQUEST", "STATUS:CONFIRMED", "SEQUENCE:0", "VERSION:2.0", "DTSTAMP:20270301T081530Z"] {
        assert!(has(&ical, line), "{line} is missing");
    }
}

#[test]
fn hours_are_wall_time_and_the_zone_comes_with_them_once() {
    let ical = written(&invitation());
    assert!(has(&ical, "DTSTART;TZID=Europe/Rome:20270330T093000"));
    assert!(has(&ical, "DTEND;TZID=Europe/Rome:20270330T120000"));
    let begins: Vec<String> = lines(&ical).into_iter().filter(|line| line.starts_with("BEGIN:")).collect();
    assert_eq!(begins, ["BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "BEGIN:DAYLIGHT", "BEGIN:STANDARD", "BEGIN:VEVENT"]);
}

/// Outlook accepts any one of several observances of a kind ([MS-OXCICAL] 2.1.3.1.1.19).
#[test]
fn every_object_with_hours_has_one_rule_for_winter_and_one_for_summer_older_than_any_meeting() {
    for ical in [written(&invitation()), written(&cancellation()), published(&feed())] {
        let lines = lines(&ical);
        let begin = lines.iter().position(|line| line == "BEGIN:VTIMEZONE").expect("a zone");
        let end = lines.iter().position(|line| line == "END:VTIMEZONE").expect("its end");
        let zone: Vec<&str> = lines[begin..=end].iter().map(String::as_str).collect();
        let of = |name: &str| {
            let first = zone.iter().position(|line| *line == format!("BEGIN:{name}")).expect(name);
            let last = zone.iter().position(|line| *line == format!("END:{name}")).expect(name);
            assert_eq!(zone.iter().filter(|line| **line == format!("BEGIN:{name}")).count(), 1, "{name}");
            zone[first + 1..last].to_vec()
        };
        for (name, month, last_sunday, hour, from, to) in [
            ("DAYLIGHT", 3, day(1996, 3, 31), 2, "+0100", "+0200"),
            ("STANDARD", 10, day(1996, 10, 27), 3, "+0200", "+0100"),
        ] {
            let rule = of(name);
            assert!(
                last_sunday.weekday() == chrono::Weekday::Sun && (last_sunday + chrono::Days::new(7)).month() > month
            );
            for line in [
                format!("DTSTART:{}", wall(last_sunday, hour, 0).format("%Y%m%dT%H%M%S")),
                format!("TZOFFSETFROM:{from}"),
                format!("TZOFFSETTO:{to}"),
                format!("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH={month}"),
            ] {
                assert!(rule.contains(&line.as_str()), "{name} lacks {line}: {rule:?}");
            }
        }
    }
}

#[test]
fn a_cancellation_keeps_the_identity_and_asks_nothing() {
    let (request, cancel) = (written(&invitation()), written(&cancellation()));
    for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2"] {
        assert!(has(&cancel, line), "{line} is missing");
    }
    assert_eq!(reread(&request).uid(), reread(&cancel).uid());
    assert!(!cancel.contains("RSVP") && !cancel.contains("PARTSTAT"));
    assert_eq!((method_name(CalendarMethod::Request), method_name(CalendarMethod::Cancel)), ("REQUEST", "CANCEL"));
}

#[test]
fn commas_and_semicolons_in_addresses_are_encoded_and_never_escaped() {
    let ical = written(&invitation());
    assert!(has(&ical, "URL:https://raccordo.example/sedute/2027/2?vista=odg%2Cdoc%3Bit"));
}

#[test]
fn roles_have_their_standard_names() {
    for (role, name) in
        [(Role::Chair, "CHAIR"), (Role::Required, "REQ-PARTICIPANT"), (Role::Optional, "OPT-PARTICIPANT")]
    {
        let attendee = Attendee { role, ..invitation().attendee };
        assert!(written(&Invitation { attendee, ..invitation() }).contains(&format!("ROLE={name}")));
    }
}

#[test]
fn an_entry_that_no_client_could_read_is_refused() {
    let nameless = Invitation { uid: " \r\n".to_owned(), ..invitation() };
    assert_eq!(nameless.to_ical(), Err(IcalError::UidMissing));
    let endless = Invitation { end: invitation().start, ..invitation() };
    assert_eq!(endless.to_ical(), Err(IcalError::EndsBeforeItStarts { uid: invitation().uid }));
    let forever = Feed { entries: vec![entry(1, When::Day(NaiveDate::MAX), EntryStatus::Tentative)], ..feed() };
    assert_eq!(forever.to_ical(), Err(IcalError::EndsBeforeItStarts { uid: forever.entries[0].uid.clone() }));
}

#[test]
fn a_feed_says_its_name_and_how_often_to_come_back() {
    let ical = published(&feed());
    for line in [
        "METHOD:PUBLISH",
        "NAME:Agenda dei rilasci\\, Osservatori del mercato del lavoro",
        "X-WR-CALNAME:Agenda dei rilasci\\, Osservatori del mercato del lavoro",
        "SOURCE;VALUE=URI:https://raccordo.example/calendario.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ] {
        assert!(has(&ical, line), "{line} is missing");
    }
    assert!(!ical.contains("ATTENDEE") && !ical.contains("ORGANIZER"), "a feed names nobody");
    for (refresh, duration) in [(90 * 60, "PT1H30M"), (1, "PT1M"), (26 * 3600, "PT26H"), (u64::MAX, "PT8760H")] {
        let feed = Feed { refresh: Duration::from_secs(refresh), ..feed() };
        assert!(has(&published(&feed), &format!("X-PUBLISHED-TTL:{duration}")));
    }
}

#[test]
fn each_precision_and_status_is_written_in_its_own_way() {
    let of = |when, status| published(&Feed { entries: vec![entry(1, when, status)], ..feed() });
    let hour = of(When::Wall(wall(day(2027, 5, 20), 10, 0)), EntryStatus::Confirmed);
    assert!(has(&hour, "DTSTART;TZID=Europe/Rome:20270520T100000") && has(&hour, "STATUS:CONFIRMED"));
    assert!(has(&hour, "DTEND;TZID=Europe/Rome:20270520T103000") && has(&hour, "TRANSP:TRANSPARENT"));
    let late = of(When::Wall(wall(day(2027, 12, 31), 23, 30)), EntryStatus::Confirmed);
    assert!(has(&late, "DTEND;TZID=Europe/Rome:20280101T000000"));
    let whole_day = of(When::Day(day(2027, 12, 31)), EntryStatus::Tentative);
    assert!(has(&whole_day, "DTSTART;VALUE=DATE:20271231") && has(&whole_day, "DTEND;VALUE=DATE:20280101"));
    assert!(has(&whole_day, "STATUS:TENTATIVE") && !whole_day.contains("VTIMEZONE"));
    let cancelled = of(When::Day(day(2028, 2, 29)), EntryStatus::Cancelled);
    assert!(has(&cancelled, "STATUS:CANCELLED") && has(&cancelled, "TRANSP:TRANSPARENT"));
    assert!(has(&cancelled, "CATEGORIES:Provincia di Lecco,annuale\\, per osservatorio"));
}

#[test]
fn an_entry_carries_the_instant_of_its_last_revision() {
    let ical = published(&Feed { entries: vec![feed().entries.remove(0)], ..feed() });
    assert!(has(&ical, "DTSTAMP:20270111T090000Z") && has(&ical, "LAST-MODIFIED:20270111T090000Z"));
}

#[test]
fn five_moves_keep_one_uid() {
    let moved = |times: u32| {
        let when = When::Wall(wall(day(2027, 5, 20 + times), 10, 0));
        let entry = FeedEntry { sequence: times, ..entry(1, when, EntryStatus::Confirmed) };
        reread(&published(&Feed { entries: vec![entry], ..feed() }))
    };
    let uids: Vec<Option<String>> = (0..=5).map(|times| moved(times).uid().map(ToOwned::to_owned)).collect();
    assert!(uids[0].is_some() && uids.iter().all(|uid| *uid == uids[0]));
    let sequence = moved(5).property(&ICalendarProperty::Sequence).map(|entry| entry.values.clone());
    assert_eq!(sequence, Some(vec![ICalendarValue::Integer(5)]));
}

#[test]
fn the_order_of_the_entries_does_not_matter_and_no_uid_comes_twice() {
    let mut turned = feed();
    turned.entries.reverse();
    assert_eq!(published(&turned), published(&feed()));
    let twice = Feed { entries: [feed().entries, feed().entries].concat(), ..feed() };
    assert!(matches!(twice.to_ical(), Err(IcalError::UidTwice { .. })));
}

/// Generates hostile texts: line ends, separators, quotes, whole properties, long words in several scripts.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n ".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\u{61c}\u{202e}\u{2067}\u{200f}".to_owned()),
        Just("\u{85}\u{0}\u{b}\u{7f}".to_owned()),
        Just("\";X-EVIL=\"1\":".to_owned()),
        Just("\\\"\\,;:^n^'=".to_owned()),
        Just("\r\nATTENDEE:mailto:everybody@example.org\r\n".to_owned()),
        Just("\nEND:VEVENT\nBEGIN:VEVENT\n".to_owned()),
        Just("?cc=a@b.c&body=,%0D%0A".to_owned()),
        "[àèìòù€😀,;:\\\\\" a-z]{1,90}",
        "\\PC{0,20}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("x{}", pieces.concat()))
}

#[test]
fn every_kind_of_line_end_becomes_one_and_hidden_orders_go() {
    let mixed = "a\r\nb\rc\u{2028}d\u{85}e\u{202e}f\u{7}";
    let ical = written(&Invitation { summary: mixed.to_owned(), description: mixed.to_owned(), ..invitation() });
    assert!(has(&ical, "SUMMARY:a b c d ef"));
    assert!(has(&ical, "DESCRIPTION:a\\nb\\nc\\nd\\nef"));
}

#[test]
fn nothing_hidden_is_written_anywhere() {
    let hidden: String = HIDDEN.iter().collect();
    let text = format!("Sala{hidden} 5");
    let ical = written(&Invitation {
        summary: text.clone(),
        description: text.clone(),
        location: text.clone(),
        organizer: Organizer { name: text.clone(), ..invitation().organizer },
        attendee: Attendee { name: text.clone(), ..invitation().attendee },
        ..invitation()
    });
    let entry = FeedEntry {
        summary: text.clone(),
        description: text.clone(),
        categories: vec![text.clone()],
        ..feed().entries.remove(0)
    };
    let feed = published(&Feed { name: text, entries: vec![entry], ..feed() });
    for ical in [ical, feed] {
        assert!(!ical.chars().any(|c| HIDDEN.contains(&c)), "{ical:?}");
        assert!(ical.contains("Sala 5"));
    }
}

/// Characters that change the direction of text, and invisible ones.
const HIDDEN: [char; 14] = [
    '\u{61C}',
    '\u{200B}',
    '\u{200E}',
    '\u{200F}',
    '\u{202A}',
    '\u{202B}',
    '\u{202C}',
    '\u{202D}',
    '\u{202E}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{FEFF}',
    '\u{E0041}',
];

#[test]
fn a_name_holds_nothing_that_readers_decode_differently() {
    let name = "Anna \"Nina\" D\\E^n; F".to_owned();
    let ical = written(&Invitation { organizer: Organizer { name, ..invitation().organizer }, ..invitation() });
    assert!(has(&ical, "ORGANIZER;CN=\"Anna 'Nina' D/E n; F\":mailto:segreteria.oml@regione.example"));
    let unnamed = Organizer { name: " ".to_owned(), ..invitation().organizer };
    let ical = written(&Invitation { organizer: unnamed, ..invitation() });
    assert!(has(&ical, "ORGANIZER:mailto:segreteria.oml@regione.example"));
}

#[test]
fn an_address_cannot_bring_headers_or_other_addresses_along() {
    let address = "a+b?cc=c,d;e&f%0A@rossi.example".to_owned();
    let ical = written(&Invitation { organizer: Organizer { name: String::new(), address }, ..invitation() });
    assert!(has(&ical, "ORGANIZER:mailto:a+b%3Fcc%3Dc%2Cd%3Be%26f%250A@rossi.example"));
}

proptest! {
    #[test]
    fn no_text_changes_the_skeleton_of_an_invitation(texts in prop::array::uniform8(hostile()), cancel in any::<bool>()) {
        let [summary, description, location, url, organizer, organizer_address, attendee, attendee_address] = texts;
        let plain = Invitation { method: if cancel { CalendarMethod::Cancel } else { CalendarMethod::Request }, ..invitation() };
        let ical = written(&Invitation {
            summary,
            description,
            location,
            url: Some(url),
            organizer: Organizer { name: organizer, address: organizer_address },
            attendee: Attendee { name: attendee, address: attendee_address, role: Role::Optional },
            ..plain.clone()
        });
        prop_assert_eq!(skeleton(&ical), skeleton(&written(&plain)));
        let count = |ical: &str| ICalendar::parse(ical).map(|c| c.components.iter().map(|c| c.entries.len()).collect::<Vec<_>>());
        prop_assert_eq!(count(&ical), count(&written(&plain)));
    }

    #[test]
    fn no_text_changes_the_skeleton_of_a_feed(texts in prop::array::uniform7(hostile())) {
        let [name, url, uid, summary, description, entry_url, category] = texts;
        let plain = Feed {
            entries: vec![FeedEntry { description: "x".to_owned(), ..feed().entries.remove(0) }],
            ..feed()
        };
        let entry = FeedEntry { uid, summary, description, url: Some(entry_url), categories: vec![category], ..plain.entries[0].clone() };
        let ical = published(&Feed { name, url, entries: vec![entry], ..plain.clone() });
        prop_assert_eq!(skeleton(&ical), skeleton(&published(&plain)));
    }

    #[test]
    fn texts_arrive_as_they_were_written(
        summary in "[a-zàèìòù€😀,;:\\\\\"'.!?-]{1,200}",
        description in "[a-zàèìòù€😀,;:\\\\\"'.!?\n -]{1,400}",
    ) {
        let event = reread(&written(&Invitation { summary: summary.clone(), description: description.clone(), ..invitation() }));
        prop_assert_eq!(text_of(&event, &ICalendarProperty::Summary), Some(summary));
        prop_assert_eq!(text_of(&event, &ICalendarProperty::Description), Some(description));
    }
}
