//! Days, hours and periods in words.
//!
//! This grammar is code and not text files: Italian writes the first of the month as an ordinal («1° marzo») and
//! separates hours and minutes with a point («ore 9.30»); English names the time zone, because its reader may be in
//! another one.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _, Utc, Weekday};

use super::period::{Frequency, Period};
use super::zone;
use crate::texts::Lang;

/// «martedì» / "Tuesday".
pub fn weekday(weekday: Weekday, lang: Lang) -> &'static str {
    const IT: [&str; 7] = ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    by_lang(IT, EN, lang)[weekday.num_days_from_monday() as usize]
}

/// «marzo» / "March": the month in which `day` lies.
pub fn month(day: NaiveDate, lang: Lang) -> &'static str {
    const IT: [&str; 12] = [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    by_lang(IT, EN, lang)[day.month0() as usize]
}

/// Returns the number of the month with this name, in either language and any case.
pub fn month_named(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    (1..=12).find(|&number| {
        let day = NaiveDate::from_ymd_opt(2000, number, 1);
        day.is_some_and(|day| [Lang::It, Lang::En].iter().any(|lang| month(day, *lang).to_lowercase() == name))
    })
}

/// «mar» / "Mar": the month in three letters, for spans of months.
pub fn short_month(day: NaiveDate, lang: Lang) -> &'static str {
    let name = month(day, lang);
    name.get(..3).unwrap_or(name)
}

fn by_lang<T>(it: T, en: T, lang: Lang) -> T {
    match lang {
        Lang::It => it,
        Lang::En => en,
    }
}

/// «30 marzo 2027», «1° marzo 2027» / "30 March 2027".
pub fn date(day: NaiveDate, lang: Lang) -> String {
    let ordinal = if lang == Lang::It && day.day() == 1 { "°" } else { "" };
    format!("{}{ordinal} {}", day.day(), month_year(day, lang))
}

/// «marzo 2027» / "March 2027".
pub fn month_year(day: NaiveDate, lang: Lang) -> String {
    format!("{} {}", month(day, lang), day.year())
}

/// «martedì 30 marzo 2027» / "Tuesday 30 March 2027".
pub fn long_day(day: NaiveDate, lang: Lang) -> String {
    format!("{} {}", weekday(day.weekday(), lang), date(day, lang))
}

/// «mar 30 mar» / "Tue 30 Mar", for subjects of mails, which are read within days.
pub fn brief_day(day: NaiveDate, lang: Lang) -> String {
    let short = |name: &'static str| name.chars().take(3).collect::<String>();
    format!("{} {} {}", short(weekday(day.weekday(), lang)), day.day(), short(month(day, lang)))
}

/// `30.03.2027`, for tables; the same in both languages.
pub fn short_day(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// «ore 9.30» / "9:30 (Italian time)", for Italian wall time.
pub fn hour(hour: NaiveTime, lang: Lang) -> String {
    let (hours, minutes) = (hour.hour(), hour.minute());
    match lang {
        Lang::It => format!("ore {hours}.{minutes:02}"),
        Lang::En => format!("{hours}:{minutes:02} (Italian time)"),
    }
}

/// «martedì 30 marzo 2027, ore 9.30» / "Tuesday 30 March 2027, 9:30 (Italian time)", for Italian wall time.
pub fn long_wall(wall: NaiveDateTime, lang: Lang) -> String {
    format!("{}, {}", long_day(wall.date(), lang), hour(wall.time(), lang))
}

/// Like [`long_wall`], for an instant: «martedì 30 marzo 2027, ore 9.30».
pub fn long_instant(instant: DateTime<Utc>, lang: Lang) -> String {
    long_wall(zone::local(instant), lang)
}

/// Distance of a day from today: «fra 3 giorni lavorativi», «oggi», «un giorno lavorativo fa» / "in 3 working days",
/// "today", "1 working day ago". `n` is the result of `working_days_between(today, day)`.
pub fn working_days_away(n: i32, lang: Lang) -> String {
    let span = working_days(n, lang);
    match (lang, n.signum()) {
        (Lang::It, 0) => "oggi".to_owned(),
        (Lang::En, 0) => "today".to_owned(),
        (Lang::It, 1) => format!("fra {span}"),
        (Lang::En, 1) => format!("in {span}"),
        (Lang::It, _) => format!("{span} fa"),
        (Lang::En, _) => format!("{span} ago"),
    }
}

/// Number of working days without its sign: «un giorno lavorativo», «3 giorni lavorativi» / "3 working days".
pub fn working_days(n: i32, lang: Lang) -> String {
    match (lang, n.unsigned_abs()) {
        (Lang::It, 1) => "un giorno lavorativo".to_owned(),
        (Lang::It, number) => format!("{number} giorni lavorativi"),
        (Lang::En, 1) => "1 working day".to_owned(),
        (Lang::En, number) => format!("{number} working days"),
    }
}

/// Names in a sentence: «Como», «Como e Lecco», «Como, Lecco e Lodi» / "Como, Lecco and Lodi".
pub fn listed(names: &[impl AsRef<str>], lang: Lang) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {} {last}", others.join(", "), by_lang("e", "and", lang)),
        None => String::new(),
    }
}

/// Estimated duration: «circa 45 minuti», «circa 1 ora e 30 minuti», «circa 8 ore» / "about 8 hours".
pub fn about(minutes: i32, lang: Lang) -> String {
    let counted =
        |number: i32, one: &str, several: &str| format!("{number} {}", if number == 1 { one } else { several });
    let (about, and, hour, hours, minute, many) = match lang {
        Lang::It => ("circa", "e", "ora", "ore", "minuto", "minuti"),
        Lang::En => ("about", "and", "hour", "hours", "minute", "minutes"),
    };
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{about} {}", counted(rest, minute, many)),
        (whole, 0) => format!("{about} {}", counted(whole, hour, hours)),
        (whole, rest) => format!("{about} {} {and} {}", counted(whole, hour, hours), counted(rest, minute, many)),
    }
}

/// «anno 2026», «1° semestre 2026», «settembre 2026» / "year 2026", "1st half of 2026", "September 2026".
pub fn period(period: Period, lang: Lang) -> String {
    let (it, en) = match period.frequency() {
        Frequency::Year => return format!("{} {}", by_lang("anno", "year", lang), period.year()),
        Frequency::Month => return month_year(period.first_day(), lang),
        Frequency::Half => ("semestre", "half"),
        Frequency::FourMonth => ("quadrimestre", "four-month period"),
        Frequency::Quarter => ("trimestre", "quarter"),
    };
    let (number, year) = (period.number(), period.year());
    match lang {
        Lang::It => format!("{number}° {it} {year}"),
        Lang::En => format!("{} {en} of {year}", english_ordinal(number)),
    }
}

/// «2026», «1° semestre 2026», «settembre 2026»: a period behind the name of its product, where a year needs no noun.
pub fn period_of_name(named: Period, lang: Lang) -> String {
    match named.frequency() {
        Frequency::Year => named.year().to_string(),
        _ => period(named, lang),
    }
}

/// English ordinal. Correct up to 20; periods need at most the fourth quarter.
fn english_ordinal(number: u32) -> String {
    match number {
        1 => "1st".to_owned(),
        2 => "2nd".to_owned(),
        3 => "3rd".to_owned(),
        _ => format!("{number}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the test")
    }

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("an hour of the test")
    }

    #[test]
    fn days_are_written_as_in_a_letter() {
        let review = day(2027, 3, 30);
        assert_eq!(long_day(review, Lang::It), "martedì 30 marzo 2027");
        assert_eq!(long_day(review, Lang::En), "Tuesday 30 March 2027");
        assert_eq!(short_day(review), "30.03.2027");
        assert_eq!(date(review, Lang::It), "30 marzo 2027");
        assert_eq!(month_year(review, Lang::En), "March 2027");
    }

    #[test]
    fn only_the_first_of_an_italian_month_is_an_ordinal() {
        assert_eq!(long_day(day(2027, 3, 1), Lang::It), "lunedì 1° marzo 2027");
        assert_eq!(long_day(day(2027, 3, 1), Lang::En), "Monday 1 March 2027");
        assert_eq!(date(day(2027, 3, 11), Lang::It), "11 marzo 2027");
        assert_eq!(date(day(2027, 3, 31), Lang::It), "31 marzo 2027");
        assert_eq!(short_day(day(2027, 3, 1)), "01.03.2027");
    }

    #[test]
    fn hours_are_italian_wall_time() {
        let wall = day(2027, 3, 30).and_time(at(9, 30));
        assert_eq!(long_wall(wall, Lang::It), "martedì 30 marzo 2027, ore 9.30");
        assert_eq!(long_wall(wall, Lang::En), "Tuesday 30 March 2027, 9:30 (Italian time)");
        let instant = zone::instant_of(wall.date(), wall.time());
        assert_eq!(long_instant(instant, Lang::It), "martedì 30 marzo 2027, ore 9.30");
        assert_eq!(hour(at(0, 5), Lang::It), "ore 0.05");
        assert_eq!(hour(at(18, 0), Lang::En), "18:00 (Italian time)");
    }

    #[test]
    fn every_weekday_and_month_has_its_name() {
        let week: Vec<&str> = day(2027, 3, 1).iter_days().take(7).map(|day| weekday(day.weekday(), Lang::It)).collect();
        assert_eq!(week, ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"]);
        let year: Vec<&str> = (1..=12).map(|number| month(day(2027, number, 1), Lang::En)).collect();
        let short: Vec<&str> = (1..=12).map(|number| short_month(day(2027, number, 1), Lang::It)).collect();
        assert_eq!(short[9..], ["ott", "nov", "dic"]);
        assert_eq!(year[..3], ["January", "February", "March"]);
        assert_eq!(year[9..], ["October", "November", "December"]);
    }

    #[test]
    fn distances_agree_in_number() {
        let told = |n| (working_days_away(n, Lang::It), working_days_away(n, Lang::En));
        let both = |it: &str, en: &str| (it.to_owned(), en.to_owned());
        assert_eq!(told(0), both("oggi", "today"));
        assert_eq!(told(1), both("fra un giorno lavorativo", "in 1 working day"));
        assert_eq!(told(3), both("fra 3 giorni lavorativi", "in 3 working days"));
        assert_eq!(told(-1), both("un giorno lavorativo fa", "1 working day ago"));
        assert_eq!(told(i32::MIN), both("2147483648 giorni lavorativi fa", "2147483648 working days ago"));
    }

    #[test]
    fn the_last_of_several_names_is_joined_by_a_word() {
        for (names, it, en) in [
            (&[][..], "", ""),
            (&["Como"], "Como", "Como"),
            (&["Como", "Lecco"], "Como e Lecco", "Como and Lecco"),
            (&["Como", "Lecco", "Lodi"], "Como, Lecco e Lodi", "Como, Lecco and Lodi"),
        ] {
            assert_eq!((listed(names, Lang::It), listed(names, Lang::En)), (it.to_owned(), en.to_owned()));
        }
    }

    #[test]
    fn an_hour_and_more_is_told_in_hours() {
        let told = |minutes| (about(minutes, Lang::It), about(minutes, Lang::En));
        let both = |it: &str, en: &str| (it.to_owned(), en.to_owned());
        assert_eq!(told(45), both("circa 45 minuti", "about 45 minutes"));
        assert_eq!(told(60), both("circa 1 ora", "about 1 hour"));
        assert_eq!(told(90), both("circa 1 ora e 30 minuti", "about 1 hour and 30 minutes"));
        assert_eq!(told(480), both("circa 8 ore", "about 8 hours"));
    }

    #[test]
    fn periods_are_named() {
        let told = |label: &str| {
            let named: Period = label.parse().expect("a label of the test");
            (period(named, Lang::It), period(named, Lang::En))
        };
        let both = |it: &str, en: &str| (it.to_owned(), en.to_owned());
        assert_eq!(told("2026"), both("anno 2026", "year 2026"));
        assert_eq!(told("2026-S1"), both("1° semestre 2026", "1st half of 2026"));
        assert_eq!(told("2026-T2"), both("2° quadrimestre 2026", "2nd four-month period of 2026"));
        assert_eq!(told("2026-Q3"), both("3° trimestre 2026", "3rd quarter of 2026"));
        assert_eq!(told("2026-Q4"), both("4° trimestre 2026", "4th quarter of 2026"));
        assert_eq!(told("2026-09"), both("settembre 2026", "September 2026"));
        let behind_a_name = |label: &str| period_of_name(label.parse().expect("a label of the test"), Lang::It);
        assert_eq!(
            (behind_a_name("2026"), behind_a_name("2026-S1")),
            ("2026".to_owned(), "1° semestre 2026".to_owned())
        );
    }
}
