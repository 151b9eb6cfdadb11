//! What this build found beside what the builds of the weeks before did.

use super::super::super::view::{Curve, HealthTrend, TrendWeek};
use super::super::super::{Site, date};
use crate::config::{History, Week};

/// Weeks in the table; the curves show all.
const MOST_WEEKS: usize = 26;
/// The size of a drawing.
const WIDTH: usize = 160;
const HEIGHT: usize = 40;

/// A number of a week.
type Number = fn(&Week) -> usize;

/// The key of its text, and the number.
const CURVES: [(&str, Number); 4] = [
    ("report.errors", |week| week.errors),
    ("report.warnings", |week| week.warnings),
    ("health.in_use", |week| week.deprecated_in_use),
    ("health.at_top", |week| week.at_top),
];

/// `history` ends with this build.
pub(super) fn trend(site: &Site<'_>, history: &History) -> Option<HealthTrend> {
    let (first, last) = (history.weeks.first()?, history.weeks.last()?);
    let day = |week: &Week| date::iso_day(week.monday * date::DAY).unwrap_or_default();
    let weeks = history.weeks.iter().rev().take(MOST_WEEKS).map(|week| TrendWeek {
        day: day(week),
        numbers: std::iter::once(week.entities).chain(CURVES.iter().map(|(_, number)| number(week))).collect(),
    });
    let curve = |(text, number): &(&str, Number)| Curve {
        text: site.say(text),
        points: points(&history.weeks, *number),
        now: number(last),
        before: number(first),
    };
    Some(HealthTrend {
        curves: CURVES.iter().map(curve).collect(),
        width: WIDTH,
        height: HEIGHT,
        since: day(first),
        is_first: history.weeks.len() == 1,
        weeks: weeks.collect(),
    })
}

/// A line from the first week to the last; weeks without a build are as wide as others.
fn points(weeks: &[Week], number: Number) -> String {
    let most = weeks.iter().map(number).max().unwrap_or_default().max(1);
    let (first, last) = (weeks[0].monday, weeks[weeks.len() - 1].monday);
    let length = usize::try_from(last - first).unwrap_or_default().max(1);
    let point = |week: &Week| {
        let x = usize::try_from(week.monday - first).unwrap_or_default() * WIDTH / length;
        format!("{x},{}", HEIGHT - number(week) * HEIGHT / most)
    };
    weeks.iter().map(point).collect::<Vec<_>>().join(" ")
}
