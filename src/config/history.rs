//! `callboard.history`: what the builds of earlier weeks found, as the portal itself wrote it.

use super::read::Read;
use super::setting::Setting;
use crate::diagnostics::rules;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

/// Weeks that are kept.
const MOST: usize = 104;
const LARGEST: u64 = 1 << 20;
const SCHEMA: u32 = 1;

/// What the last build of each week found, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    schema: u32,
    pub weeks: Vec<Week>,
}

/// The numbers of one week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// Its Monday, in days since 1970.
    pub monday: i64,
    pub entities: usize,
    pub errors: usize,
    pub warnings: usize,
    /// Deprecated entities that are still used.
    pub deprecated_in_use: usize,
    /// Entities that the scorecard looks at, and those of them that reached its highest level.
    pub scored: usize,
    pub at_top: usize,
}

/// The Monday of a time in seconds since 1970, in days since 1970.
pub fn monday_of(seconds: i64) -> i64 {
    let day = seconds.div_euclid(86_400);
    // 1970 began on a Thursday.
    day - (day + 3).rem_euclid(7)
}

impl History {
    /// The same with the numbers of a build. What is told of that week or of later ones gives way.
    #[must_use]
    pub fn with(&self, week: Week) -> History {
        let mut weeks: Vec<Week> = self.weeks.iter().copied().filter(|before| before.monday < week.monday).collect();
        weeks.push(week);
        weeks.drain(..weeks.len().saturating_sub(MOST));
        History { schema: SCHEMA, weeks }
    }

    /// As the file holds it: JSON, a line for each week.
    pub fn to_json(&self) -> String {
        let weeks: Vec<String> =
            self.weeks.iter().map(|week| serde_json::to_string(week).unwrap_or_default()).collect();
        format!("{{\"schema\":{SCHEMA},\"weeks\":[\n{}\n]}}\n", weeks.join(",\n"))
    }

    /// The error says why it cannot be read.
    fn parse(text: &str) -> Result<History, String> {
        let mut history: History = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if history.schema != SCHEMA {
            return Err(format!("it has schema {}, this version reads {SCHEMA}", history.schema));
        }
        history.weeks.retain(|week| week.monday == monday_of(week.monday.saturating_mul(86_400)));
        history.weeks.sort_by_key(|week| week.monday);
        history.weeks.dedup_by_key(|week| week.monday);
        Ok(history)
    }
}

impl Read {
    /// A file that is not there yet is an empty history: the first build has none.
    pub(super) fn history(&mut self, own: Option<&Setting>, folder: &Path) -> Option<History> {
        let file = self.text(own, "callboard", "history")?;
        let place = own?.get("history")?.place.clone();
        let path = folder.join(&file);
        let size = std::fs::metadata(&path).map(|data| data.len());
        let why = match size
            .and_then(|size| if size > LARGEST { Ok(None) } else { std::fs::read_to_string(&path).map(Some) })
        {
            Ok(Some(text)) => match History::parse(&text) {
                Ok(history) => return Some(history),
                Err(why) => why,
            },
            Ok(None) => format!("it has more than {} MiB", LARGEST >> 20),
            Err(error) if error.kind() == ErrorKind::NotFound => return Some(History::default()),
            Err(error) => error.to_string(),
        };
        self.findings.push(rules::config::file_unreadable(place, &file, &why));
        Some(History::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        // 2026-11-23 is a Monday.
        assert_eq!(monday_of(1_795_392_000), 20_780);
        assert_eq!(monday_of(1_795_392_000 - 1), 20_773);
        assert_eq!(monday_of(1_795_392_000 + 7 * 86_400 - 1), 20_780);
    }

    #[test]
    fn a_build_replaces_its_own_week_and_what_came_after() {
        let week = |monday: i64, errors: usize| Week { monday, errors, ..Week::default() };
        let history = History::default().with(week(4, 1)).with(week(11, 2)).with(week(18, 3)).with(week(11, 9));
        assert_eq!(history.weeks, [week(4, 1), week(11, 9)]);
        assert_eq!(History::parse(&history.to_json()), Ok(history));
        let long = (0..300).fold(History::default(), |history, number| history.with(week(4 + 7 * number, 0)));
        assert_eq!((long.weeks.len(), long.weeks[0].monday), (MOST, 4 + 7 * 196));
    }
}
