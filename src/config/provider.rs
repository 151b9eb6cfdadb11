//! `catalog.providers`: what lists repositories, teams and users, with Backstage's keys.

use super::keys::{KnownKey, PROVIDERS, Shape};
use super::policy::shown;
use super::read::Read;
use super::setting::{Key, Setting, Value};
use super::web_host;
use super::{Forge, Integration};
use crate::diagnostics::{Place, rules};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Something that is asked for a list, at one host.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `github:default`
    pub id: String,
    pub forge: Forge,
    /// As its integration names it.
    pub host: String,
    pub place: Place,
    pub lists: Lists,
    /// The line of a crontab that comes nearest to `schedule.frequency`.
    pub cron: Option<String>,
}

/// What a provider lists.
#[derive(Debug, Clone)]
pub enum Lists {
    Repositories(Repositories),
    People(People),
}

/// Which repositories are wanted.
#[derive(Debug, Clone, Default)]
pub struct Repositories {
    /// An organisation, a user, or the path of a group; none for the whole host, and with `app`.
    pub owner: Option<String>,
    /// The id of a GitHub App, whose installations say what is listed.
    pub app: Option<String>,
    /// Path of descriptors in a repository, which may hold `*` and `**`.
    pub descriptors: String,
    /// The only branch that is read; the default branch where it is missing.
    pub branch: Option<String>,
    /// Read where the forge names no default branch.
    pub fallback_branch: Option<String>,
    /// What the name of a repository fits, or on GitLab its path.
    pub pattern: Option<Pattern>,
    /// Paths of repositories that are left out.
    pub excluded: Vec<String>,
    /// Of these GitHub and Gitea want one, GitLab all.
    pub topics: Vec<String>,
    pub excluded_topics: Vec<String>,
    /// `private`, `internal`, `public`; empty for all.
    pub visibility: Vec<String>,
    pub forks: bool,
    pub archived: bool,
    /// Only what the owner of the token is a member of.
    pub membership: bool,
}

/// Which teams and users are wanted.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// Organisations, or the path of a group; empty for all that the token sees.
    pub organizations: Vec<String>,
    /// Patterns of which the name of a user fits one; empty for all.
    pub users: Vec<Pattern>,
    /// Patterns of which the path of a group fits one; empty for all.
    pub groups: Vec<Pattern>,
    /// Memberships that count beside direct ones.
    pub relations: Vec<Membership>,
    /// Only members of the group itself.
    pub restricted_to_group: bool,
    pub without_seat: bool,
}

/// How somebody came to be in a group of GitLab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    Direct,
    Inherited,
    Descendants,
    SharedFromGroups,
}

/// A regular expression as JavaScript writes it.
#[derive(Clone)]
pub struct Pattern(Arc<fancy_regex::Regex>);

impl Pattern {
    /// Steps back in one text, after which no answer is given.
    pub const MOST_STEPS: usize = 100_000;

    pub fn new(text: &str) -> Result<Pattern, String> {
        let built = fancy_regex::RegexBuilder::new(text).backtrack_limit(Pattern::MOST_STEPS).build();
        built.map(|regex| Pattern(Arc::new(regex))).map_err(|error| error.to_string())
    }

    /// `None` where telling takes too long.
    pub fn fits(&self, text: &str) -> Option<bool> {
        self.0.is_match(text).ok()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.as_str())
    }
}

const PATH: &str = "catalog.providers";

impl Read {
    /// `catalog.providers`, in the order of the file.
    pub(super) fn providers(&mut self, catalog: Option<&Setting>, integrations: &[Integration]) -> Vec<Provider> {
        let Some(section) = catalog.and_then(|catalog| catalog.get("providers")) else { return Vec::new() };
        if !matches!(section.value, Value::Map(_) | Value::Null) {
            self.wrong(section, PATH, "a mapping");
        }
        let mut providers = Vec::new();
        for key in section.keys() {
            let Some(known) = PROVIDERS.iter().find(|known| known.name == key.name) else {
                let path = format!("{PATH}.{}", key.name);
                let names = PROVIDERS.iter().map(|known| known.name);
                self.findings.push(rules::config::unused_key(key.place.clone(), &path, &key.name, names));
                continue;
            };
            for entry in self.entries(key, known) {
                let before = self.findings.len();
                let found = match known.name {
                    "github" => self.github(&entry, Forge::GitHub),
                    "gitea" => self.github(&entry, Forge::Gitea),
                    "gitlab" => self.gitlab(&entry),
                    _ => self.github_org(&entry),
                };
                for provider in found {
                    if self.has_integration(&entry, &provider, integrations) && self.findings[before..].is_empty() {
                        providers.push(provider);
                    }
                }
                self.unread(entry.setting, &entry.path, entry.keys);
            }
        }
        self.ids_differ(&mut providers);
        providers
    }

    /// The providers of one section: one, a list, or by name.
    fn entries<'a>(&mut self, key: &'a Key, known: &KnownKey) -> Vec<Entry<'a>> {
        let path = format!("{PATH}.{}", key.name);
        let entry = |name: Option<&str>, path: String, setting, keys| Entry {
            id: format!("{}:{}", known.name, name.unwrap_or("default")),
            path,
            setting,
            keys,
        };
        let (keys, is_single) = match known.shape {
            Shape::OneOrNamed(keys) => (keys, is_single(&key.setting, keys)),
            Shape::OneOrList(keys) => (keys, true),
            Shape::Named(keys) => (keys, false),
            _ => return Vec::new(),
        };
        match &key.setting.value {
            Value::Null => Vec::new(),
            Value::Map(_) if is_single => vec![entry(None, path, &key.setting, keys)],
            Value::Map(rows) => {
                let mut entries = Vec::new();
                for row in rows {
                    let path = format!("{path}.{}", row.name);
                    match row.setting.value {
                        Value::Map(_) => entries.push(entry(Some(&row.name), path, &row.setting, keys)),
                        Value::Null => {}
                        _ => self.wrong(&row.setting, &path, "a mapping"),
                    }
                }
                entries
            }
            Value::List(items) if matches!(known.shape, Shape::OneOrList(_)) => {
                let mut entries = Vec::new();
                for item in items {
                    if matches!(item.value, Value::Map(_)) {
                        entries.push(entry(None, format!("{path}[]"), item, keys));
                    } else {
                        self.wrong(item, &format!("{path}[]"), "a mapping");
                    }
                }
                entries
            }
            _ => {
                self.wrong(&key.setting, &path, "a mapping");
                Vec::new()
            }
        }
    }

    /// GitHub, and Gitea with the same keys.
    fn github(&mut self, entry: &Entry<'_>, forge: Forge) -> Vec<Provider> {
        let Entry { path, setting, .. } = entry;
        let host = match (self.text(Some(setting), path, "host"), forge) {
            (Some(host), _) => host,
            (None, Forge::GitHub) => "github.com".to_string(),
            (None, _) => {
                self.findings.push(rules::config::lacks(setting.place.clone(), path, "host"));
                return Vec::new();
            }
        };
        let owner = self.text(Some(setting), path, "organization");
        let app = (forge == Forge::GitHub).then(|| self.name(setting, path, "app")).flatten();
        if owner.is_some() == app.is_some() {
            let has_both = owner.is_some();
            let needs = if forge == Forge::GitHub { &["organization", "app"][..] } else { &["organization"] };
            self.findings.push(rules::config::provider_owner(setting.place.clone(), path, needs, has_both));
            return Vec::new();
        }
        let descriptors = self.descriptors(setting, path, "catalogPath");
        if descriptors.contains('*') && self.switch(Some(setting), path, "validateLocationsExist", false) {
            let place = place_of(setting, "validateLocationsExist");
            self.findings.push(rules::config::provider_wildcard(place, path, &descriptors));
        }
        let filters = setting.get("filters");
        let below = format!("{path}.filters");
        if let Some(filters) = filters.filter(|filters| !matches!(filters.value, Value::Map(_) | Value::Null)) {
            self.wrong(filters, &below, "a mapping");
        }
        let topic = filters.and_then(|filters| filters.get("topic"));
        let branch = self.text(filters, &below, "branch").or_else(|| self.text(Some(setting), path, "branch"));
        if let Some(branch) = branch.as_ref().filter(|branch| branch.contains('/') && forge == Forge::GitHub) {
            let place = filters.map_or_else(|| setting.place.clone(), |filters| place_of(filters, "branch"));
            self.findings.push(rules::config::provider_branch(place, branch));
        }
        let visibility = self.texts(filters, &below, "visibility");
        for item in filters.and_then(|filters| filters.get("visibility")).into_iter().flat_map(items) {
            let is_known = |text: &str| ["private", "internal", "public"].iter().any(|v| v.eq_ignore_ascii_case(text));
            if matches!(&item.value, Value::Text(text) if !is_known(text)) {
                self.no_such(item, &format!("{below}.visibility[]"), "`private`, `internal` or `public`");
            }
        }
        let lists = Lists::Repositories(Repositories {
            owner,
            app,
            descriptors,
            branch,
            fallback_branch: None,
            pattern: self.pattern(filters, &below, "repository", anchored),
            excluded: Vec::new(),
            topics: self.texts(topic, &format!("{below}.topic"), "include"),
            excluded_topics: self.texts(topic, &format!("{below}.topic"), "exclude"),
            visibility: visibility.iter().map(|text| text.to_ascii_lowercase()).collect(),
            forks: self.switch(filters, &below, "allowForks", true),
            archived: self.switch(filters, &below, "allowArchived", false),
            membership: false,
        });
        vec![self.provider(entry, forge, host, lists)]
    }

    /// Projects and, where they are wanted, groups and users.
    fn gitlab(&mut self, entry: &Entry<'_>) -> Vec<Provider> {
        let Entry { path, setting, .. } = entry;
        let Some(host) = self.text(Some(setting), path, "host") else {
            if setting.get("host").is_none() {
                self.findings.push(rules::config::lacks(setting.place.clone(), path, "host"));
            }
            return Vec::new();
        };
        let group = self.text(Some(setting), path, "group").map(|group| group.trim_matches('/').to_string());
        let group = group.filter(|group| !group.is_empty());
        let fallback = self.text(Some(setting), path, "fallbackBranch").unwrap_or_else(|| "master".to_string());
        let repositories = Lists::Repositories(Repositories {
            owner: group.clone(),
            app: None,
            descriptors: self.descriptors(setting, path, "entityFilename"),
            branch: self.text(Some(setting), path, "branch"),
            fallback_branch: Some(fallback),
            pattern: self.pattern(Some(setting), path, "projectPattern", str::to_string),
            excluded: self.texts(Some(setting), path, "excludeRepos"),
            topics: self.texts(Some(setting), path, "topics"),
            excluded_topics: Vec::new(),
            visibility: Vec::new(),
            forks: !self.switch(Some(setting), path, "skipForkedRepos", false),
            archived: self.switch(Some(setting), path, "includeArchivedRepos", false),
            membership: self.switch(Some(setting), path, "membership", false),
        });
        let people = Lists::People(People {
            organizations: group.into_iter().collect(),
            users: self.patterns(setting, path, "userPattern"),
            groups: self.patterns(setting, path, "groupPattern"),
            relations: self.relations(setting, path),
            restricted_to_group: self.switch(Some(setting), path, "restrictUsersToGroup", false),
            without_seat: self.switch(Some(setting), path, "includeUsersWithoutSeat", false),
        });
        let mut found = vec![self.provider(entry, Forge::GitLab, host.clone(), repositories)];
        if self.switch(Some(setting), path, "orgEnabled", false) {
            found.push(Provider { lists: people, ..found[0].clone() });
        }
        found
    }

    fn github_org(&mut self, entry: &Entry<'_>) -> Vec<Provider> {
        let Entry { path, setting, .. } = entry;
        let id = self.text(Some(setting), path, "id").unwrap_or_else(|| "default".to_string());
        let host = match setting.get("githubUrl") {
            None => "github.com".to_string(),
            Some(_) => match self.web_address(Some(setting), path, "githubUrl").as_ref().and_then(web_host) {
                Some(host) => host,
                None => return Vec::new(),
            },
        };
        let organizations = self.texts(Some(setting), path, "orgs");
        let lists = Lists::People(People { organizations, ..People::default() });
        let provider = self.provider(entry, Forge::GitHub, host, lists);
        vec![Provider { id: format!("githubOrg:{id}"), ..provider }]
    }

    fn provider(&mut self, entry: &Entry<'_>, forge: Forge, host: String, lists: Lists) -> Provider {
        let (id, place) = (entry.id.clone(), entry.setting.place.clone());
        let cron = self.cron(entry.setting, &entry.path);
        Provider { id, forge, host, place, lists, cron }
    }

    /// The path of descriptors, without the slash that may begin it.
    fn descriptors(&mut self, setting: &Setting, path: &str, key: &str) -> String {
        let text = self.text(Some(setting), path, key).unwrap_or_default();
        let text = text.trim_start_matches('/');
        if text.split('/').any(|part| part == "..") {
            self.no_such(setting.get(key).unwrap_or(setting), &format!("{path}.{key}"), "a path within a repository");
        }
        if text.is_empty() { "catalog-info.yaml".to_string() } else { text.to_string() }
    }

    fn pattern(
        &mut self,
        section: Option<&Setting>,
        path: &str,
        key: &str,
        whole: fn(&str) -> String,
    ) -> Option<Pattern> {
        let text = self.text(section, path, key)?;
        let place = section.map(|section| place_of(section, key))?;
        self.compiled(&text, &whole(&text), place, &format!("{path}.{key}"))
    }

    /// One pattern or several.
    fn patterns(&mut self, setting: &Setting, path: &str, key: &str) -> Vec<Pattern> {
        let Some(found) = setting.get(key) else { return Vec::new() };
        let texts = match &found.value {
            Value::Text(text) => vec![text.clone()],
            _ => self.texts(Some(setting), path, key),
        };
        let compiled =
            texts.iter().map(|text| self.compiled(text, text, found.place.clone(), &format!("{path}.{key}")));
        compiled.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn compiled(&mut self, text: &str, whole: &str, place: Place, path: &str) -> Option<Pattern> {
        match Pattern::new(whole) {
            Ok(pattern) => Some(pattern),
            Err(cause) => {
                self.findings.push(rules::config::provider_pattern(place, path, text, &cause));
                None
            }
        }
    }

    fn relations(&mut self, setting: &Setting, path: &str) -> Vec<Membership> {
        let mut relations = Vec::new();
        for item in setting.get("relations").into_iter().flat_map(items) {
            let Value::Text(text) = &item.value else { continue };
            match text.as_str() {
                "DIRECT" => relations.push(Membership::Direct),
                "INHERITED" => relations.push(Membership::Inherited),
                "DESCENDANTS" => relations.push(Membership::Descendants),
                "SHARED_FROM_GROUPS" => relations.push(Membership::SharedFromGroups),
                _ => {
                    let expected = "`DIRECT`, `INHERITED`, `DESCENDANTS` or `SHARED_FROM_GROUPS`";
                    self.no_such(item, &format!("{path}.relations[]"), expected);
                }
            }
        }
        self.texts(Some(setting), path, "relations");
        relations
    }

    /// A string, or a number that stands for one.
    fn name(&mut self, setting: &Setting, path: &str, key: &str) -> Option<String> {
        match &setting.get(key)?.value {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(Some(setting), path, key),
        }
    }

    /// A value of the right type that means nothing here.
    fn no_such(&mut self, setting: &Setting, path: &str, expected: &str) {
        self.findings.push(rules::config::wrong_shape(setting.place.clone(), path, expected, &shown(setting)));
    }

    fn has_integration(&mut self, entry: &Entry<'_>, provider: &Provider, integrations: &[Integration]) -> bool {
        let fits = |row: &Integration| row.forge == provider.forge && row.host.eq_ignore_ascii_case(&provider.host);
        let is_known = integrations.iter().any(fits);
        // The second row of one entry has the same fault.
        if !is_known && !matches!((&provider.lists, provider.forge), (Lists::People(_), Forge::GitLab)) {
            let key = if entry.setting.get("host").is_some() { "host" } else { "githubUrl" };
            let place = place_of(entry.setting, key);
            self.findings.push(rules::config::provider_host(place, &provider.host, provider.forge.name()));
        }
        is_known
    }

    /// Names every key of Backstage's that is not read, also in mappings below.
    fn unread(&mut self, setting: &Setting, path: &str, keys: &[KnownKey]) {
        for key in setting.keys() {
            let path = format!("{path}.{}", key.name);
            match keys.iter().find(|known| known.name == key.name) {
                Some(KnownKey { shape: Shape::Backstage(keys), .. }) => self.unread(&key.setting, &path, keys),
                Some(_) => {}
                None => {
                    let names = keys.iter().map(|known| known.name);
                    self.findings.push(rules::config::unused_key(key.place.clone(), &path, &key.name, names));
                }
            }
        }
    }

    /// What is kept of a provider is kept under its id.
    fn ids_differ(&mut self, providers: &mut Vec<Provider>) {
        let mut seen = BTreeSet::new();
        providers.retain(|provider| {
            let is_new = seen.insert((provider.id.clone(), matches!(provider.lists, Lists::People(_))));
            if !is_new {
                self.findings.push(rules::config::provider_twice(provider.place.clone(), &provider.id));
            }
            is_new
        });
    }

    /// `schedule.frequency` as the nearest line of a crontab; none where a person starts it.
    fn cron(&mut self, setting: &Setting, path: &str) -> Option<String> {
        let frequency = setting.get("schedule")?.get("frequency")?;
        let path = format!("{path}.schedule.frequency");
        if let Some(line) = self.text(Some(frequency), &path, "cron") {
            // Backstage also takes seconds, which come first.
            let fields: Vec<&str> = line.split_whitespace().collect();
            let fields = if fields.len() == 6 { &fields[1..] } else { &fields[..] };
            if fields.len() == 5 {
                return Some(fields.join(" "));
            }
        } else if frequency.get("trigger").is_some() {
            return None;
        } else if let Some(minutes) = minutes(frequency).filter(|minutes| *minutes > 0.0) {
            return Some(nearest_line(minutes));
        }
        self.no_such(frequency, &path, "a duration such as `{ minutes: 30 }` or `PT30M`, or `{ cron: '0 * * * *' }`");
        None
    }
}

/// One provider as the configuration writes it.
struct Entry<'a> {
    id: String,
    path: String,
    setting: &'a Setting,
    keys: &'static [KnownKey],
}

/// Whether a mapping is a provider itself, rather than providers by name.
fn is_single(setting: &Setting, keys: &[KnownKey]) -> bool {
    setting.keys().iter().any(|key| {
        let is_known = keys.iter().any(|known| known.name == key.name && !matches!(known.shape, Shape::Backstage(_)));
        is_known && !matches!(key.setting.value, Value::Map(_) | Value::Null)
    })
}

fn items(setting: &Setting) -> &[Setting] {
    match &setting.value {
        Value::List(items) => items,
        _ => &[],
    }
}

fn place_of(setting: &Setting, key: &str) -> Place {
    setting.get(key).map_or(&setting.place, |value| &value.place).clone()
}

/// As Backstage does it: where a pattern has other ways at its top, each end belongs to one of them.
fn anchored(text: &str) -> String {
    let begin = if text.starts_with('^') { "" } else { "^" };
    let end = if text.ends_with('$') { "" } else { "$" };
    format!("{begin}{text}{end}")
}

/// The minutes of a duration: a mapping of units, an ISO duration, or a number with a unit.
pub(super) fn minutes(setting: &Setting) -> Option<f64> {
    const UNITS: [(&str, f64); 8] = [
        ("years", 525_600.0),
        ("months", 43_200.0),
        ("weeks", 10_080.0),
        ("days", 1440.0),
        ("hours", 60.0),
        ("minutes", 1.0),
        ("seconds", 1.0 / 60.0),
        ("milliseconds", 1.0 / 60_000.0),
    ];
    match &setting.value {
        Value::Map(keys) => keys.iter().try_fold(0.0, |sum, key| {
            let (_, unit) = UNITS.iter().find(|(name, _)| *name == key.name)?;
            let number = match &key.setting.value {
                Value::Number(number) => *number,
                Value::Text(text) => text.trim().parse().ok()?,
                _ => return None,
            };
            Some(sum + number * unit)
        }),
        Value::Text(text) => iso_minutes(text).or_else(|| {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, word) = text.split_at(end);
            let word = match word.trim() {
                "m" | "min" | "mins" => "minutes",
                "ms" => "milliseconds",
                word => word,
            };
            let (_, unit) = UNITS.iter().find(|(name, _)| !word.is_empty() && name.starts_with(word))?;
            Some(number.parse::<f64>().ok()? * unit)
        }),
        _ => None,
    }
}

/// `P1DT2H30M`
fn iso_minutes(text: &str) -> Option<f64> {
    let rest = text.trim().strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    let sum = |mut part: &str, units: &[(char, f64)]| {
        let mut sum = 0.0;
        while !part.is_empty() {
            let end = part.find(|c: char| c.is_ascii_alphabetic())?;
            let (_, unit) = units.iter().find(|(letter, _)| part[end..].starts_with(*letter))?;
            sum += part[..end].parse::<f64>().ok()? * unit;
            part = &part[end + 1..];
        }
        Some(sum)
    };
    let days = sum(date, &[('Y', 525_600.0), ('M', 43_200.0), ('W', 10_080.0), ('D', 1440.0)])?;
    Some(days + sum(time, &[('H', 60.0), ('M', 1.0), ('S', 1.0 / 60.0)])?)
}

/// The line of a crontab whose runs are as far apart as may be.
fn nearest_line(minutes: f64) -> String {
    const OF_HOUR: [u32; 11] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
    const OF_DAY: [u32; 6] = [2, 3, 4, 6, 8, 12];
    let of_hour =
        OF_HOUR.map(|every| (every, if every == 1 { "* * * * *".into() } else { format!("*/{every} * * * *") }));
    let of_day = OF_DAY.map(|every| (every * 60, format!("0 */{every} * * *")));
    let rest = [(60, "0 * * * *"), (1440, "0 0 * * *"), (10_080, "0 0 * * 0"), (43_200, "0 0 1 * *")];
    let lines = of_hour.into_iter().chain(of_day).chain(rest.map(|(every, line)| (every, line.to_string())));
    let away = |every: u32| (f64::from(every) - minutes).abs();
    let nearest = lines.min_by(|a, b| away(a.0).total_cmp(&away(b.0)).then(a.0.cmp(&b.0)));
    nearest.map(|(_, line)| line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;

    fn text(text: &str) -> Setting {
        Setting::new(Value::Text(text.into()), Place::file("", ""))
    }

    #[test]
    fn frequencies_become_the_nearest_line_of_a_crontab() {
        let lines = ["PT30M", "PT45M", "P1D", "PT2H30M", "1h", "90 minutes", "PT20S", "P2W", "P1M", "25m"];
        let lines = lines.map(|frequency| minutes(&text(frequency)).map(nearest_line));
        let expected = [
            "*/30 * * * *",
            "*/30 * * * *",
            "0 0 * * *",
            "0 */2 * * *",
            "0 * * * *",
            "0 * * * *",
            "* * * * *",
            "0 0 * * 0",
            "0 0 1 * *",
            "*/20 * * * *",
        ];
        assert_eq!(lines, expected.map(|line| Some(line.to_string())));
        assert_eq!(
            ["", "P", "soon", "PT", "PTXM", "30"].map(|odd| minutes(&text(odd)).filter(|m| *m > 0.0)),
            [None; 6]
        );
    }

    #[test]
    fn patterns_are_those_of_javascript_and_end_in_time() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).expect("a pattern").fits(name);
        assert_eq!(fits(&anchored("shop-.*"), "my-shop-1"), Some(false));
        assert_eq!(fits(&anchored("^shop-.*$"), "shop-1"), Some(true));
        assert_eq!(fits("^(?!legacy-)", "legacy-shop"), Some(false));
        assert_eq!(fits("^(?!legacy-)", "shop"), Some(true));
        assert_eq!(fits(r"(x+x+)+(?=y)\1", &"x".repeat(60)), None);
        assert!(Pattern::new("(").is_err());
    }

    /// What a configuration names.
    fn read(config: &str) -> Vec<Provider> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("app-config.yaml"), config).expect("written");
        let inputs = crate::config::Inputs { dir: folder.path().to_path_buf(), ..Default::default() };
        let loaded = crate::config::load(&inputs).expect("the folder is there");
        assert!(!loaded.unusable(), "{:?}", loaded.findings);
        assert_eq!(loaded.config.names_sources(), !loaded.config.providers.is_empty());
        loaded.config.providers
    }

    fn repositories(provider: &Provider) -> &Repositories {
        match &provider.lists {
            Lists::Repositories(wanted) => wanted,
            Lists::People(_) => panic!("{provider:?}"),
        }
    }

    #[test]
    fn providers_come_in_the_order_of_the_file() {
        let providers = read(
            "catalog:\n  providers:\n    gitlab: { b: { host: gitlab.com, group: /a/b/, orgEnabled: true } }\n    \
             githubOrg: { orgs: [acme], schedule: { frequency: { hours: 1 } } }\n    \
             github: { organization: acme }\n    gitea: { a: { host: h.example, organization: o, branch: x } }\n\
             integrations: { gitea: [{ host: h.example }] }\n",
        );
        let rows = providers.iter().map(|row| {
            let what = if matches!(row.lists, Lists::People(_)) { "people" } else { "repositories" };
            format!("{} {} {what}", row.id, row.host)
        });
        let expected = [
            "gitlab:b gitlab.com repositories",
            "gitlab:b gitlab.com people",
            "githubOrg:default github.com people",
            "github:default github.com repositories",
            "gitea:a h.example repositories",
        ];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
        let crons: Vec<_> = providers.iter().filter_map(|row| row.cron.as_deref()).collect();
        assert_eq!(crons, ["0 * * * *"]);
        // What is wanted where nothing is said, as in Backstage.
        let (lab, hub, tea) = (repositories(&providers[0]), repositories(&providers[3]), repositories(&providers[4]));
        assert_eq!((lab.owner.as_deref(), lab.fallback_branch.as_deref()), (Some("a/b"), Some("master")));
        assert_eq!((hub.owner.as_deref(), &hub.fallback_branch), (Some("acme"), &None));
        assert_eq!(tea.branch.as_deref(), Some("x"));
        for wanted in [lab, hub, tea] {
            assert_eq!(
                (wanted.descriptors.as_str(), wanted.forks, wanted.archived),
                ("catalog-info.yaml", true, false)
            );
        }
        let Lists::People(people) = &providers[1].lists else { panic!("{:?}", providers[1]) };
        assert_eq!(people.organizations, ["a/b"]);
    }

    #[test]
    fn filters_are_read_as_they_are_meant() {
        let providers = read(
            "catalog:\n  providers:\n    github:\n      a:\n        app: 7\n        catalogPath: /**/x.yaml\n        \
             filters: { branch: b, repository: 'a.*', topic: { include: [i], exclude: [e] }, visibility: [Private], \
             allowForks: false, allowArchived: true }\n    gitlab:\n      a: { host: gitlab.com, projectPattern: 'a.', \
             skipForkedRepos: true, includeArchivedRepos: true, excludeRepos: [a/b], topics: [t], membership: true }\n",
        );
        let hub = repositories(&providers[0]);
        assert_eq!((&hub.owner, hub.app.as_deref(), hub.branch.as_deref()), (&None, Some("7"), Some("b")));
        assert_eq!((hub.descriptors.as_str(), hub.forks, hub.archived), ("**/x.yaml", false, true));
        let topics = (vec!["i".to_string()], vec!["e".to_string()], vec!["private".to_string()]);
        assert_eq!((&hub.topics, &hub.excluded_topics, &hub.visibility), (&topics.0, &topics.1, &topics.2));
        let fits = |wanted: &Repositories, text: &str| wanted.pattern.as_ref().and_then(|pattern| pattern.fits(text));
        assert_eq!((fits(hub, "abc"), fits(hub, "xabc")), (Some(true), Some(false)));
        let lab = repositories(&providers[1]);
        assert_eq!((lab.forks, lab.archived, lab.membership, fits(lab, "x/abc")), (false, true, true, Some(true)));
        assert_eq!((&lab.excluded[..], &lab.topics[..]), (&["a/b".to_string()][..], &["t".to_string()][..]));
    }
}
