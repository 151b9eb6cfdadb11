//! How often pages are read, from a file that a host or a statistics program wrote: `path,views,date` in each line, or the
//! combined log of a web server. Of a log only the path and the day are kept; who asked is never looked at.

use super::read::Read;
use super::setting::Setting;
use crate::diagnostics::rules;
use std::collections::BTreeMap;
use std::path::Path;

/// Days of a period. The last one ends with the last day of the file.
pub const PERIOD: i64 = 28;
const LARGEST: u64 = 512 << 20;

/// Views of pages by their route, in the last period and in the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    pub pages: BTreeMap<Box<str>, Views>,
    /// The last day that the file knows, in days since 1970.
    pub until: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Views {
    pub last: u64,
    pub before: u64,
}

impl Read {
    /// `callboard.usage`
    pub(super) fn usage(&mut self, own: Option<&Setting>, folder: &Path, base_path: &str) -> Option<Usage> {
        let file = self.text(own, "callboard", "usage")?;
        let place = own?.get("usage")?.place.clone();
        let path = folder.join(&file);
        let size = std::fs::metadata(&path).map(|data| data.len());
        let read = size.and_then(|size| if size > LARGEST { Ok(None) } else { std::fs::read(&path).map(Some) });
        let why = match read {
            Ok(Some(bytes)) => {
                let text = String::from_utf8_lossy(&bytes);
                // A server that nobody asked yet has an empty log.
                if matches!(text.trim(), "" | "path,views,date") {
                    return None;
                }
                match parse(&text, base_path) {
                    Some(usage) => return Some(usage),
                    None => "no line of it is `path,views,date` or one of a combined access log".to_string(),
                }
            }
            Ok(None) => format!("it has more than {} MiB", LARGEST >> 20),
            Err(error) => error.to_string(),
        };
        self.findings.push(rules::config::file_unreadable(place, &file, &why));
        None
    }
}

/// `None` where no line can be read.
fn parse(text: &str, base_path: &str) -> Option<Usage> {
    let mut days: BTreeMap<(Box<str>, i64), u64> = BTreeMap::new();
    let mut until = None;
    for (path, views, day) in text.lines().filter_map(|line| of_table(line).or_else(|| of_log(line))) {
        until = until.max(Some(day));
        if let Some(route) = route_of(path, base_path) {
            let known = days.entry((route.into(), day)).or_default();
            *known = known.saturating_add(views);
        }
    }
    let mut usage = Usage { pages: BTreeMap::new(), until: until? };
    for ((route, day), views) in days {
        let age = usage.until - day;
        let page = usage.pages.entry(route).or_default();
        match age {
            _ if age < PERIOD => page.last = page.last.saturating_add(views),
            _ if age < 2 * PERIOD => page.before = page.before.saturating_add(views),
            _ => {}
        }
    }
    usage.pages.retain(|_, views| *views != Views::default());
    Some(usage)
}

/// `/docs/default/component/shop/,12,2026-11-22`
fn of_table(line: &str) -> Option<(&str, u64, i64)> {
    let mut parts = line.trim().rsplitn(3, ',');
    let (date, views, path) = (parts.next()?, parts.next()?, parts.next()?);
    let mut date = date.trim().trim_matches('"').split('-').map(|part| part.parse::<i64>().ok());
    let day = days_since_1970(date.next()??, date.next()??, date.next()??)?;
    Some((path.trim().trim_matches('"'), views.trim().trim_matches('"').parse().ok()?, day))
}

/// `192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] "GET /docs/ HTTP/1.1" 200 512 "-" "Mozilla/5.0"`: pages that were shown,
/// and not to a program that says it is one.
fn of_log(line: &str) -> Option<(&str, u64, i64)> {
    const PROGRAMS: [&str; 3] = ["bot", "crawl", "spider"];
    let (_, rest) = line.split_once('[')?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let mut date = time.split(':').next()?.split('/');
    let (number, month, year) = (date.next()?, date.next()?, date.next()?);
    let day = days_since_1970(year.parse().ok()?, month_named(month)?, number.parse().ok()?)?;
    let path = request.strip_prefix("GET ")?.split(' ').next()?;
    let agent = rest.rsplit('"').nth(1).unwrap_or_default().to_ascii_lowercase();
    let is_shown = rest.starts_with("200 ") || rest.starts_with("304 ");
    (is_shown && !PROGRAMS.iter().any(|word| agent.contains(word))).then_some((path, 1, day))
}

/// The number of a month by its name in logs and headers: `Nov`.
pub fn month_named(name: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.iter().position(|known| *known == name).map(|at| at as i64 + 1)
}

/// Days since 1970, by counting eras of 400 years that start in March.
pub fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..3000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The route of the page at a path or address; `None` for other files.
pub fn route_of(path: &str, base_path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next()?;
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let path = path.strip_prefix(base_path).or_else(|| path.strip_prefix('/')).unwrap_or(path);
    let path = path.strip_suffix("index.html").unwrap_or(path);
    match path.rsplit('/').next()? {
        "" => Some(path.to_string()),
        last if last.contains('.') => None,
        _ => Some(format!("{path}/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        let days = [(1970, 1, 1), (2000, 2, 29), (2026, 11, 22), (2026, 13, 1)];
        let days = days.map(|(year, month, day)| days_since_1970(year, month, day));
        assert_eq!(days, [Some(0), Some(11_016), Some(20_779), None]);
    }

    #[test]
    fn tables_and_logs_tell_the_same() {
        let table = "path,views,date\n/p/docs/a/,2,2026-11-22\nhttps://x.example/p/docs/a/index.html?q=1,1,2026-11-01\n\
                     \"/p/docs/a\",5,2026-10-20\n/p/docs/a/,9,2026-01-01\n/p/logo.svg,7,2026-11-22\n";
        let log = |day: &str, request: &str, agent: &str| {
            format!("192.0.2.1 - - [{day}:10:00:00 +0000] \"{request} HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n")
        };
        let log: String = [
            log("22/Nov/2026", "GET /p/docs/a/", "Mozilla/5.0").repeat(2),
            log("01/Nov/2026", "GET /p/docs/a/index.html?q=1", "Mozilla/5.0"),
            log("20/Oct/2026", "GET /p/docs/a", "Mozilla/5.0").repeat(5),
            log("22/Nov/2026", "GET /p/docs/a/", "SomeBot/1.0"),
            log("22/Nov/2026", "POST /p/docs/a/", "Mozilla/5.0"),
            log("22/Nov/2026", "GET /p/logo.svg", "Mozilla/5.0"),
        ]
        .concat();
        let expected = Usage { pages: [("docs/a/".into(), Views { last: 3, before: 5 })].into(), until: 20_779 };
        assert_eq!(parse(table, "/p/").as_ref(), Some(&expected));
        assert_eq!(parse(&log, "/p/"), Some(expected));
        assert_eq!(parse("nothing\nof use\n", "/"), None);
    }
}
