//! The date of Easter in the Gregorian calendar.

use chrono::NaiveDate;

/// Years for which [`easter_sunday`] has an answer, both included. 1583 is the first whole Gregorian year; after 4099
/// the calendar is about a day off the sun, so that the computus no longer gives the right day.
pub const COMPUTUS_YEARS: std::ops::RangeInclusive<i32> = 1583..=4099;

/// Returns Easter Sunday of `year`, or `None` outside [`COMPUTUS_YEARS`].
///
/// The arithmetic is the Gregorian computus as printed in *Nature* of 20 April 1876 and later published by Butcher,
/// Jones and Meeus. The two months in which the ecclesiastical moon is counted one day younger are a separate
/// correction. Easter falls between 22 March and 25 April.
pub fn easter_sunday(year: i32) -> Option<NaiveDate> {
    if !COMPUTUS_YEARS.contains(&year) {
        return None;
    }
    let golden = year % 19;
    let (century, year_of_century) = (year / 100, year % 100);
    let skipped_leap_days = century - century / 4;
    let moon_correction = (8 * century + 13) / 25;
    // Days from 21 March to the paschal full moon (0 to 29), then to the Sunday after it (1 to 7).
    let age = (19 * golden + skipped_leap_days - moon_correction + 15) % 30;
    let full_moon = age - i32::from(age == 29 || (age == 28 && golden > 10));
    let weekday_shift = (2 * (century % 4) + 2 * (year_of_century / 4) - year_of_century % 4 + 32 - full_moon) % 7;
    let day_of_march = u32::try_from(22 + full_moon + weekday_shift).ok()?;
    match day_of_march {
        1..=31 => NaiveDate::from_ymd_opt(year, 3, day_of_march),
        _ => NaiveDate::from_ymd_opt(year, 4, day_of_march - 31),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, Weekday};

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day of the table")
    }

    #[test]
    fn known_easters_are_met() {
        let known = [
            (1583, 4, 10), // the first of the Gregorian calendar
            (1818, 3, 22), // the earliest there can be
            (1943, 4, 25), // the latest
            (1954, 4, 18), // the moon kept a day younger: 25 April by the plain count
            (1981, 4, 19), // likewise: 26 April by the plain count
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
            (2049, 4, 18),
            (2076, 4, 19),
            (2285, 3, 22),
        ];
        for (year, month, day_of_month) in known {
            assert_eq!(easter_sunday(year), Some(day(year, month, day_of_month)), "{year}");
        }
    }

    #[test]
    fn every_easter_agrees_with_gauss_and_is_a_sunday() {
        for year in COMPUTUS_YEARS {
            let easter = easter_sunday(year).expect("a year of the computus");
            assert_eq!(easter, gauss(year), "{year}");
            assert_eq!(easter.weekday(), Weekday::Sun, "{year}");
        }
    }

    #[test]
    fn years_outside_the_computus_have_no_easter() {
        assert_eq!(easter_sunday(1582), None);
        assert_eq!(easter_sunday(4100), None);
    }

    /// Computes Easter by another method, the rule of Gauss with its two exceptions, to check [`easter_sunday`]
    /// against.
    #[expect(clippy::many_single_char_names, reason = "the letters are those of Gauss")]
    fn gauss(year: i32) -> NaiveDate {
        let k = year / 100;
        let m = (15 - (13 + 8 * k) / 25 + k - k / 4) % 30;
        let n = (4 + k - k / 4) % 7;
        let d = (19 * (year % 19) + m) % 30;
        let e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + n) % 7;
        match (d, e) {
            (29, 6) => day(year, 4, 19),
            (28, 6) if (11 * m + 11) % 30 < 19 => day(year, 4, 18),
            _ => day(year, 3, 22) + chrono::Days::new(u64::try_from(d + e).expect("not negative")),
        }
    }
}
