//! Seconds since 1970 as a date that people and browsers read.

use crate::strings::Strings;

/// Seconds.
pub(super) const DAY: i64 = 86_400;

/// RFC 3339 in UTC; `None` for dates that no commit can have.
pub fn rfc3339(seconds: i64) -> Option<String> {
    const YEAR_3000: i64 = 32_503_680_000;
    if !(0..YEAR_3000).contains(&seconds) {
        return None;
    }
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    Some(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60))
}

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

/// Year, month and day of a number of days since 1970-01-01, by counting eras of 400 years that start in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(rfc3339(951_827_696).as_deref(), Some("2000-02-29T12:34:56Z"));
        assert_eq!(rfc3339(1_795_348_800).as_deref(), Some("2026-11-22T12:00:00Z"));
        assert_eq!(rfc3339(-1), None);
        assert_eq!(rfc3339(i64::MAX), None);
    }

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
