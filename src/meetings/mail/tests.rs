//! Tests of the mails to members and of their calendar parts, for every event.

use super::*;
use crate::meetings::model::{Convocation, Number, Stage};
use chrono::{NaiveDate, NaiveTime};
use entity::ids::{AgendaItemId, DesignationId, MeetingId, PersonId, TableId};
use entity::kinds::{AgendaItemKind, TableKind};
use uuid::Uuid;

fn slot(day: &str) -> Slot {
    let hour = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour");
    Slot { day: day.parse::<NaiveDate>().expect("a day"), starts: hour(9, 30), ends: hour(12, 0) }
}

fn sheet() -> Sheet {
    let at = slot("2027-01-11").begins_at();
    let convocation = Convocation { number: Number { number: 3, year: 2027 }, at, short_notice_reason: None };
    Sheet {
        meeting: Meeting {
            id: MeetingId(Uuid::nil()),
            table_id: TableId(Uuid::nil()),
            title: "Agenda dei rilasci".into(),
            slot: slot("2027-03-30"),
            venue: Venue {
                mode: MeetingMode::Mixed,
                place: Some("Sala 5".into()),
                remote_url: Some("https://meet.example/1".into()),
            },
            uid: "m1@raccordo.example".into(),
            sequence: 1,
            stage: Stage::Convened(convocation),
            short_quorum_reason: None,
            version: 2,
        },
        table: Table {
            id: TableId(Uuid::nil()),
            code: "tavolo".into(),
            name_it: "Tavolo tecnico".into(),
            name_en: "Technical table".into(),
            kind: TableKind::Plenary,
            ordinary_notice_days: 5,
            version: 1,
        },
        agenda: vec![AgendaItem {
            id: AgendaItemId(Uuid::nil()),
            position: 1,
            kind: AgendaItemKind::Decision,
            title: "Calendario dei rilasci".into(),
            release_id: None,
            minutes: Some(30),
        }],
    }
}

fn member(lang: Lang) -> Member {
    Member {
        person_id: PersonId(Uuid::nil()),
        designation_id: DesignationId(Uuid::nil()),
        name: "Anna Rossi".into(),
        party: "Provincia di Como".into(),
        is_guest: false,
        address: "anna.rossi@ente.example".into(),
        lang,
    }
}

fn tellings() -> [Telling; 5] {
    let before = sheet().meeting.venue;
    [
        Telling::Convened,
        Telling::Moved { before: (slot("2027-03-23"), before) },
        Telling::Cancelled { reason: "sciopero".into() },
        Telling::Joined,
        Telling::Left,
    ]
}

#[test]
fn every_mail_is_complete_and_without_holes_in_both_languages() {
    for lang in Lang::ALL {
        for telling in tellings() {
            let MailContent { subject, preheader, heading, paragraphs, facts, action, closing, .. } =
                content("https://raccordo.example", &sheet(), &telling, &member(lang));
            let mut words = vec![subject, preheader, heading];
            words.extend(paragraphs);
            words.extend(facts.iter().map(|(label, value)| format!("{label}: {value}")));
            words.extend(action.map(|(label, _)| label));
            words.extend(closing);
            let all = words.join("\n");
            assert!(!all.contains('{') && !all.contains("[?]"), "{all}");
            for told in
                [time_words::long_day(slot("2027-03-30").day, lang), hours(slot("2027-03-30"), lang), "Sala 5".into()]
            {
                assert!(all.contains(&told), "{telling:?} does not say {told}:\n{all}");
            }
            let says_agenda = all.contains("Calendario dei rilasci");
            assert_eq!(says_agenda, telling.method() == CalendarMethod::Request, "{telling:?}");
        }
    }
}

#[test]
fn a_move_says_before_and_after_and_a_cancellation_why() {
    let moved = content("https://raccordo.example", &sheet(), &tellings()[1], &member(Lang::It));
    assert_eq!(moved.subject, "Spostata a mar 30 mar, 9.30: Agenda dei rilasci");
    assert_eq!(
        moved.paragraphs[0],
        "La Seduta n. 3/2027 (Tavolo tecnico) si tiene martedì 30 marzo 2027, dalle 9.30 alle 12.00 · Sala 5; anche da \
         remoto, e non più martedì 23 marzo 2027, dalle 9.30 alle 12.00 · Sala 5; anche da remoto. L’aggiornamento per il \
         calendario è in questo messaggio."
    );
    let cancelled = content("https://raccordo.example", &sheet(), &tellings()[2], &member(Lang::It));
    assert!(cancelled.paragraphs.contains(&"Motivo: sciopero".to_owned()));
    assert_eq!(cancelled.action, None, "nothing is left to do");
}

#[test]
fn the_calendar_part_names_only_its_recipient_and_agrees_with_the_mail() {
    let at = slot("2027-01-11").begins_at();
    for telling in tellings() {
        let entry = entry(&Config::default(), &sheet(), &member(Lang::It), 4, telling.method(), at);
        let text = entry.to_ical().expect("an entry").replace("\r\n ", "");
        let expected = match telling.method() {
            CalendarMethod::Request => "METHOD:REQUEST",
            CalendarMethod::Cancel => "METHOD:CANCEL",
        };
        for line in [expected, "UID:m1@raccordo.example", "SEQUENCE:4", "DTSTART;TZID=Europe/Rome:20270330T093000"] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
        assert_eq!(text.matches("ATTENDEE").count(), 1);
        assert!(
            text.contains("Anna Rossi (Provincia di Como)") && text.contains("mailto:anna.rossi@ente.example"),
            "{text}"
        );
    }
}
