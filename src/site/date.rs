//! Seconds since 1970 as a date that people read.

use crate::source::date::civil;
use crate::strings::Strings;

pub(super) use crate::source::date::{DAY, rfc3339};

/// `2026-11-22` in UTC; `None` for dates that no commit can have.
pub(super) fn iso_day(seconds: i64) -> Option<String> {
    rfc3339(seconds).map(|date| date[..10].to_string())
}

/// A day in words: `Sunday, 22 November 2026`.
pub(super) fn day(strings: &Strings, seconds: i64) -> String {
    const DAYS: [&str; 7] = [
        "date.thursday",
        "date.friday",
        "date.saturday",
        "date.sunday",
        "date.monday",
        "date.tuesday",
        "date.wednesday",
    ];
    let days = seconds.div_euclid(DAY);
    let (year, number, day) = civil(days);
    let weekday = strings.get(DAYS[days.rem_euclid(7) as usize]);
    let month = strings.get(MONTHS[number as usize - 1]);
    strings.fill("date.day", &[("weekday", &weekday), ("day", &day), ("month", &month), ("year", &year)])
}

/// A month, counted from year 0, as `2026-11` and in words.
pub(super) fn month(strings: &Strings, number: i64) -> (String, String) {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12));
    let name = strings.get(MONTHS[month as usize]);
    let words = strings.fill("date.month", &[("month", &name), ("year", &year)]);
    (format!("{year:04}-{:02}", month + 1), words)
}

/// The month of a time, counted from year 0.
pub(super) fn month_of(seconds: i64) -> i64 {
    let (year, month, _) = civil(seconds.div_euclid(DAY));
    year * 12 + month - 1
}

const MONTHS: [&str; 12] = [
    "date.january",
    "date.february",
    "date.march",
    "date.april",
    "date.may",
    "date.june",
    "date.july",
    "date.august",
    "date.september",
    "date.october",
    "date.november",
    "date.december",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_in_words() {
        let table = include_bytes!("../../themes/default/strings/en.toml");
        let files = [("strings/en.toml".to_string(), table[..].into())].into();
        let strings = &Strings::read(&files, "en").unwrap();
        assert_eq!(day(strings, 0), "Thursday, 1 January 1970");
        assert_eq!(day(strings, 1_795_348_800), "Sunday, 22 November 2026");
        let known = ("2026-11".to_string(), "November 2026".to_string());
        assert_eq!(month(strings, month_of(1_795_348_800)), known);
        assert_eq!(month(strings, month_of(1_795_348_800) - 11).0, "2025-12");
    }
}
