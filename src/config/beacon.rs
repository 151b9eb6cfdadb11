//! `callboard.beacon`: a counter of page views that the operator runs.

use super::keys::COUNTERS;
use super::read::Read;
use super::setting::{Setting, Value};
use crate::diagnostics::rules;
use url::Url;

/// What is told of each page view.
#[derive(Debug, Clone)]
pub struct Beacon {
    pub counter: Counter,
    /// Where views are sent.
    pub url: Url,
    /// What the portal is called there; may be empty.
    pub site: String,
}

/// A program that counts page views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    GoatCounter,
    Matomo,
    Plausible,
    Umami,
}

impl Counter {
    const ALL: [Counter; 4] = [Counter::GoatCounter, Counter::Matomo, Counter::Plausible, Counter::Umami];

    /// As the configuration writes it.
    pub fn word(self) -> &'static str {
        COUNTERS[self as usize]
    }

    /// Where the program takes page views, below its own address.
    fn path(self) -> &'static str {
        match self {
            Counter::GoatCounter => "count",
            Counter::Matomo => "matomo.php",
            Counter::Plausible => "api/event",
            Counter::Umami => "api/send",
        }
    }

    /// Where page views are sent. The whole address will do as well.
    fn endpoint(self, base: &Url) -> Url {
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix(self.path()).unwrap_or(path).trim_end_matches('/');
        let mut url = base.clone();
        url.set_path(&format!("{path}/{}", self.path()));
        url.set_query(None);
        url.set_fragment(None);
        url
    }
}

impl Read {
    pub(super) fn beacon(&mut self, own: Option<&Setting>, portal: Option<&Url>) -> Option<Beacon> {
        const PATH: &str = "callboard.beacon";
        let setting = own?.get("beacon").filter(|setting| matches!(setting.value, Value::Map(_)))?;
        let counter = self.text(Some(setting), PATH, "counter");
        let url = self.web_address(Some(setting), PATH, "url");
        for key in ["counter", "url"] {
            if setting.get(key).is_none_or(|found| matches!(found.value, Value::Null)) {
                self.findings.push(rules::config::lacks(setting.place.clone(), PATH, key));
            }
        }
        let word = counter?;
        let known = Counter::ALL.into_iter().find(|counter| counter.word() == word);
        if let (None, Some(found)) = (known, setting.get("counter")) {
            self.wrong(found, &format!("{PATH}.counter"), &format!("one of {}", COUNTERS.join(", ")));
        }
        let counter = known?;
        let site = match setting.get("site").map(|site| &site.value) {
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => self.text(Some(setting), PATH, "site"),
        };
        let site = match counter {
            Counter::GoatCounter => Some(site.unwrap_or_default()),
            Counter::Plausible => site.or_else(|| portal?.host_str().map(str::to_string)),
            Counter::Matomo | Counter::Umami => site,
        };
        if site.is_none() {
            self.findings.push(rules::config::lacks(setting.place.clone(), PATH, "site"));
        }
        Some(Beacon { counter, url: counter.endpoint(&url?), site: site? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_views_go_where_each_program_takes_them() {
        let endpoint =
            |counter: Counter, base: &str| counter.endpoint(&Url::parse(base).expect("an address")).to_string();
        assert_eq!(endpoint(Counter::Matomo, "https://x.example/stats"), "https://x.example/stats/matomo.php");
        assert_eq!(endpoint(Counter::GoatCounter, "https://x.example/count"), "https://x.example/count");
        assert_eq!(endpoint(Counter::Plausible, "https://x.example"), "https://x.example/api/event");
        assert_eq!(endpoint(Counter::Umami, "https://x.example/?a#b"), "https://x.example/api/send");
    }
}
