//! Seconds since 1970 as a date that people and browsers read.

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

/// A day in words: `Sunday, 22 November 2026`.
pub(super) fn day(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    let days = seconds.div_euclid(DAY);
    let (year, number, day) = civil(days);
    format!("{}, {day} {} {year}", DAYS[days.rem_euclid(7) as usize], MONTHS[number as usize - 1])
}

/// A month, counted from year 0, as `2026-11` and in words.
pub(super) fn month(number: i64) -> (String, String) {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12));
    (format!("{year:04}-{:02}", month + 1), format!("{} {year}", MONTHS[month as usize]))
}

/// The month of a time, counted from year 0.
pub(super) fn month_of(seconds: i64) -> i64 {
    let (year, month, _) = civil(seconds.div_euclid(DAY));
    year * 12 + month - 1
}

const MONTHS: [&str; 12] = [
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
    use super::{day, month, month_of, rfc3339};

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
        assert_eq!(day(0), "Thursday, 1 January 1970");
        assert_eq!(day(1_795_348_800), "Sunday, 22 November 2026");
        assert_eq!(month(month_of(1_795_348_800)), ("2026-11".to_string(), "November 2026".to_string()));
        assert_eq!(month(month_of(1_795_348_800) - 11).0, "2025-12");
    }
}
