//! The date of Easter in the Gregorian calendar.

use chrono::NaiveDate;

/// Years for which [`easter_sunday`] answers: from the first whole Gregorian year to the last one before the calendar's
/// own error against the sun (about a day by then) makes the computus meaningless.
pub const COMPUTUS_YEARS: std::ops::RangeInclusive<i32> = 1583..=4099;

/// Easter Sunday of `year`, or `None` outside [`COMPUTUS_YEARS`].
///
/// The arithmetic is the anonymous Gregorian computus (published in *Nature*, 20 April 1876; known after Meeus, Jones and
/// Butcher). Easter falls between 22 March and 25 April.
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
