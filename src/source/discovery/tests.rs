//! Lists of the tests' forge.

use super::*;
use crate::config::{App, Lists, Pattern, Secret};
use crate::diagnostics::Place;
use crate::source::fake_forge::organization as fake;
use crate::source::fake_forge::{Api as Speaks, Asked, Forge as Fake, Mood};
use crate::source::forge::Patience;
use crate::source::forge::tests::Host;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const FORGES: [(Forge, Speaks); 3] =
    [(Forge::GitHub, Speaks::GitHub), (Forge::GitLab, Speaks::GitLab), (Forge::Gitea, Speaks::Gitea)];

/// A provider, its host, and where answers are kept.
struct Setting {
    fake: Fake,
    integration: Integration,
    wanted: Repositories,
    cache: tempfile::TempDir,
}

impl Setting {
    fn new((forge, speaks): (Forge, Speaks), organization: fake::Organization) -> Setting {
        let fake = Fake::of(speaks, organization);
        let base = url::Url::parse(&fake.base()).expect("an address");
        let integration = Integration {
            forge,
            host: fake.host(),
            token: Some(Secret::new("hunter2secret")),
            api: (forge == Forge::GitHub).then(|| base.clone()),
            base: (forge != Forge::GitHub).then_some(base),
            apps: Vec::new(),
        };
        let fallback_branch = (forge == Forge::GitLab).then(|| "master".to_string());
        let wanted = Repositories {
            owner: Some("acme".into()),
            forks: true,
            archived: true,
            fallback_branch,
            ..Default::default()
        };
        Setting { fake, integration, wanted, cache: tempfile::tempdir().expect("a folder") }
    }

    fn list(&self) -> Listing {
        self.list_as(false)
    }

    fn list_as(&self, offline: bool) -> Listing {
        listed(&self.integration, &self.wanted, self.cache.path(), offline)
    }

    /// Names of what is listed, with `wanted` changed.
    fn with(&mut self, change: impl FnOnce(&mut Repositories)) -> String {
        let before = self.wanted.clone();
        change(&mut self.wanted);
        let listing = self.list();
        assert_eq!(listing.fault, None);
        self.wanted = before;
        names(&listing)
    }
}

fn listed(integration: &Integration, wanted: &Repositories, cache_dir: &Path, offline: bool) -> Listing {
    let provider = Provider {
        id: "x:default".into(),
        forge: integration.forge,
        host: integration.host.clone(),
        place: Place::file("", "app-config.yaml"),
        lists: Lists::Repositories(wanted.clone()),
        cron: None,
    };
    let (longest, pause) = (Duration::from_secs(2), Duration::from_millis(5));
    let patience = Patience { longest, pause, ..Patience::default() };
    let api = Api::of(integration, patience.clone()).expect("a known forge");
    let credentials = Credentials::new(patience);
    list(&provider, wanted, &api, &Options { integration, credentials: &credentials, cache_dir, offline })
}

fn names(listing: &Listing) -> String {
    listing.repos.iter().map(|repo| repo.path.rsplit('/').next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

/// That many plain repositories of acme.
fn many(count: u64) -> fake::Organization {
    let repos = (1..=count).map(|id| fake::Repo::new(id, &format!("acme/r{id}"))).collect();
    fake::Organization { repos, ..fake::Organization::new("acme") }
}

fn acme() -> fake::Organization {
    let repo = |id, name: &str| fake::Repo::new(id, &format!("acme/{name}"));
    let topics = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let repos = vec![
        repo(1, "shop"),
        fake::Repo { is_fork: true, ..repo(2, "fork") },
        fake::Repo { is_archived: true, ..repo(3, "old") },
        fake::Repo { topics: topics(&["portal", "api"]), ..repo(4, "tagged") },
        fake::Repo { topics: topics(&["Portal", "secret"]), ..repo(5, "half-tagged") },
        fake::Repo { visibility: "internal", ..repo(6, "inner") },
        fake::Repo { visibility: "public", ..repo(7, "open") },
        fake::Repo { is_empty: true, default_branch: None, ..repo(8, "empty") },
        fake::Repo { default_branch: Some("trunk".into()), ..repo(9, "trunk") },
    ];
    fake::Organization { repos, token: Some("hunter2secret".into()), ..fake::Organization::new("acme") }
}

#[test]
fn what_is_listed_is_told_alike_by_every_forge() {
    for forge in FORGES {
        let setting = Setting::new(forge, acme());
        let listing = setting.list();
        assert_eq!((&listing.fault, listing.whole_at), (&None, Some(1_795_341_600)), "{forge:?}");
        assert_eq!(names(&listing), "shop fork old tagged half-tagged inner open empty trunk", "{forge:?}");
        let by_name = |name: &str| listing.repos.iter().find(|repo| repo.path.ends_with(name)).expect("listed");
        let (shop, old, open) = (by_name("/shop"), by_name("/old"), by_name("/open"));
        assert_eq!((shop.id.as_str(), shop.path.as_str(), shop.branch.as_deref()), ("1", "acme/shop", Some("main")));
        assert_eq!((shop.is_archived, shop.is_fork, shop.visibility.as_str()), (false, false, "private"));
        assert_eq!((old.is_archived, by_name("/fork").is_fork, open.visibility.as_str()), (true, true, "public"));
        assert_eq!(by_name("/tagged").topics, ["portal", "api"]);
        assert_eq!(by_name("/trunk").branch.as_deref(), Some("trunk"));
        // GitHub's lists do not tell.
        assert_eq!(by_name("/empty").branch.is_none(), forge.0 != Forge::GitHub, "{forge:?}");
        let mark = shop.mark.expect("a mark");
        assert_eq!(mark.at, 1_795_161_600, "{forge:?}");
        assert!(mark.proves(mark.at + 3_701) && !mark.proves(mark.at + 60) && !mark.proves(mark.at - 1));
        assert_eq!((listing.requests, listing.waited), (1, 0));
        let asked = setting.fake.asked();
        let is_let_in =
            |asked: &Asked| asked.header("authorization").is_some_and(|value| value.ends_with("hunter2secret"));
        assert!(asked.iter().all(is_let_in));
    }
}

#[test]
fn filters_take_what_is_not_wanted_and_say_so() {
    for forge in FORGES {
        let mut setting = Setting::new(forge, acme());
        let all = "shop fork old tagged half-tagged inner open empty trunk";
        let without =
            |names: &[&str]| all.split(' ').filter(|name| !names.contains(name)).collect::<Vec<_>>().join(" ");
        assert_eq!(setting.with(|wanted| wanted.forks = false), without(&["fork"]));
        assert_eq!(setting.with(|wanted| wanted.archived = false), without(&["old"]));
        let private = |wanted: &mut Repositories| wanted.visibility = vec!["internal".into(), "public".into()];
        assert_eq!(setting.with(private), "inner open");
        assert_eq!(setting.with(|wanted| wanted.excluded = vec!["Acme/shop".into()]), without(&["shop"]));
        let pattern = if forge.0 == Forge::GitLab { "/o" } else { "^o" };
        assert_eq!(setting.with(|wanted| wanted.pattern = Pattern::new(pattern).ok()), "old open");
        assert_eq!(setting.with(|wanted| wanted.excluded_topics = vec!["secret".into()]), without(&["half-tagged"]));
        let both = |wanted: &mut Repositories| wanted.topics = vec!["portal".into(), "api".into()];
        let expected = if forge.0 == Forge::GitLab { "tagged" } else { "tagged half-tagged" };
        assert_eq!(setting.with(both), expected);

        setting.wanted = Repositories { forks: false, archived: false, ..setting.wanted.clone() };
        assert_eq!(setting.list().left, [("archived", 1), ("fork", 1)].into());
        // One branch for all, but not for what has none.
        setting.wanted.branch = Some("docs".into());
        for repo in setting.list().repos {
            let is_empty = repo.path == "acme/empty" && forge.0 != Forge::GitHub;
            assert_eq!(repo.branch, (!is_empty).then(|| "docs".to_string()), "{forge:?}");
        }
    }
}

#[test]
fn nothing_of_a_list_leads_elsewhere() {
    for forge in FORGES {
        let named = |id, path: &str| fake::Repo::new(id, &format!("acme/{path}"));
        let long = "x".repeat(300);
        let mut repos: Vec<fake::Repo> = ["..", "a b", "a?b", "%2e%2e", "ä", long.as_str(), ".", "a\nb"]
            .iter()
            .zip(1..)
            .map(|(path, id)| named(id, path))
            .collect();
        repos.push(named(20, "fine"));
        for (branch, id) in ["--upload-pack=x", "a..b", "a b", "x.lock"].iter().zip(30..) {
            repos.push(fake::Repo { default_branch: Some(branch.to_string()), ..named(id, &format!("branch{id}")) });
        }
        let setting = Setting::new(forge, fake::Organization { repos, ..fake::Organization::new("acme") });
        let listing = setting.list();
        assert_eq!(names(&listing), "fine branch30 branch31 branch32 branch33", "{forge:?}");
        assert_eq!(listing.left, [("name", 8)].into());
        assert_eq!(listing.repos.iter().filter(|repo| repo.branch.is_some()).count(), 1);
    }
    let owner = |name: &str| Repositories { owner: Some(name.into()), ..Default::default() };
    let mut setting = Setting::new(FORGES[0], many(1));
    setting.wanted = owner("../../app");
    assert!(setting.list().fault.is_some() && setting.fake.asked().iter().all(|asked| !asked.path.ends_with("/app")));
}

#[test]
fn thousands_that_did_not_change_cost_few_questions() {
    for (forge, path) in [(Forge::GitHub, "full_name"), (Forge::GitLab, "path_with_namespace")] {
        // The tests' forge makes all of a list for each of its pages; here they are made once.
        let page = move |number: usize, pushed: &str| {
            let row = |id: usize| {
                let at = if id == 170 { pushed } else { "2026-11-20T08:00:00Z" };
                json!({ "id": id, path: format!("acme/r{id}"), "default_branch": "main", "pushed_at": at, "last_activity_at": at })
            };
            Json::from((number * 100 - 99..=(number * 100).min(5_000)).map(row).collect::<Vec<_>>()).to_string()
        };
        let pushed = Arc::new(Mutex::new("2026-11-20T08:00:00Z"));
        let of_host = Arc::clone(&pushed);
        let pages: Vec<String> = (1..=51).map(|number| page(number, "2026-11-20T08:00:00Z")).collect();
        let host = Host::start(move |_, head| {
            let number = head.split("page=").last().and_then(|rest| rest.split(['&', ' ']).next());
            let number: usize = number.and_then(|number| number.parse().ok()).expect("a page");
            let pushed = *of_host.lock().expect("no panic under the lock");
            let body = if number == 2 { page(2, pushed) } else { pages[number - 1].clone() };
            let mark = format!("\"{number} {}\"", if number == 2 { pushed } else { "" });
            let next = if number < 50 { "Link: <https://x.example/>; rel=next\r\n" } else { "" };
            let headers = format!("Date: Sun, 22 Nov 2026 10:00:00 GMT\r\nETag: {mark}\r\n{next}");
            if head.contains(&mark) { (304, headers, String::new()) } else { (200, headers, body) }
        });
        let (integration, cache) = (host.integration(forge), tempfile::tempdir().expect("a folder"));
        let wanted = Repositories { owner: Some("acme".into()), forks: true, ..Default::default() };
        let go = || listed(&integration, &wanted, cache.path(), false);
        let first = go();
        assert_eq!((first.repos.len(), first.fault), (5_000, None));
        host.asked();
        let begin = Instant::now();
        let again = go();
        let took = begin.elapsed();
        let asked = host.asked();
        assert_eq!((again.repos.len(), again.requests), (5_000, asked.len()));
        assert!(asked.len() < 60 && took < Duration::from_secs(30), "{} in {took:?}", asked.len());
        let is_marked = |head: &String| head.to_lowercase().contains("if-none-match");
        assert!(asked.iter().filter(|head| is_marked(head)).count() >= 50, "nothing is sent again");
        // One of them moves.
        *pushed.lock().expect("no panic under the lock") = "2026-11-21T08:00:00Z";
        let moved = go();
        let differs: Vec<&str> =
            moved.repos.iter().filter(|repo| !again.repos.contains(repo)).map(|repo| &*repo.id).collect();
        assert_eq!(differs, ["170"]);
    }
}

#[test]
fn a_fault_is_never_read_as_a_deletion() {
    for forge in FORGES {
        let setting = Setting::new(forge, many(120));
        assert_eq!(setting.list().repos.len(), 120, "{forge:?}");
        let page = "page=2";
        let faults = [
            (Mood::Fails(500, "X-A: b"), "the host has a fault of its own (status 500)"),
            (Mood::Fails(403, "X-A: b"), "it is refused"),
            (Mood::Fails(404, "X-A: b"), "it is not there"),
            (Mood::Fails(401, "X-A: b"), "the token is not accepted (status 401)"),
            (
                Mood::Fails(429, "Retry-After: 60"),
                "it takes no more questions for now (status 429); it asks to wait 60 s",
            ),
            (Mood::Fails(200, "X-A: b"), "its answer is no list"),
            (Mood::Moved("http://127.0.0.1:9".into()), "it redirects to another host"),
            (Mood::BreaksOff, "its answer broke off"),
        ];
        for (mood, why) in faults {
            // Something changed there, so that there is a body to break off.
            setting.fake.change(|organization| {
                organization.repos.iter_mut().for_each(|repo| repo.is_fork = !repo.is_fork);
            });
            setting.fake.is_at(page, mood.clone());
            let listing = setting.list();
            assert!(
                listing.fault.as_ref().is_some_and(|told| told.contains(why)),
                "{forge:?} {mood:?}: {:?}",
                listing.fault
            );
            assert_eq!((listing.repos.len(), listing.whole_at), (120, Some(1_795_341_600)), "{forge:?} {mood:?}");
            setting.fake.is_well();
            // It goes on where it broke off.
            setting.fake.asked();
            let listing = setting.list();
            assert_eq!((listing.repos.len(), listing.fault), (120, None), "{forge:?} {mood:?}");
            assert_ne!(setting.fake.asked()[0].parameter("page"), "1", "{forge:?} {mood:?}");
        }
        // What may pass does pass.
        for mood in
            [Mood::Fails(503, "X-A: b"), Mood::Fails(429, "Retry-After: 1"), Mood::Slow(Duration::from_millis(50))]
        {
            setting.fake.is_for(page, 0, 1, mood.clone());
            let listing = setting.list();
            assert_eq!((listing.repos.len(), &listing.fault), (120, &None), "{forge:?} {mood:?}");
            setting.fake.is_well();
        }
        setting.fake.change(|organization| organization.repos.truncate(100));
        let listing = setting.list();
        assert_eq!((listing.repos.len(), listing.fault), (100, None), "a whole list may be shorter");
    }
}

#[test]
fn a_repository_keeps_its_number_and_a_list_its_host() {
    for forge in FORGES {
        let setting = Setting::new(forge, many(3));
        setting.list();
        setting.fake.change(|organization| organization.repos[1].path = "acme/renamed".into());
        let listing = setting.list();
        assert_eq!(names(&listing), "r1 renamed r3");
        assert_eq!(listing.repos[1].id, "2");
        // Nobody goes elsewhere, and no token.
        let elsewhere = Fake::of(forge.1, many(3));
        setting.fake.is_in(Mood::Moved(elsewhere.base()));
        assert_eq!(setting.list().fault.as_deref(), Some("it redirects to another host, which is not followed"));
        assert!(elsewhere.asked().is_empty());
    }
}

#[test]
fn users_have_repositories_too() {
    for forge in [FORGES[0], FORGES[2]] {
        let organization = fake::Organization {
            users: vec![fake::User::new(9, "ada")],
            repos: vec![fake::Repo::new(1, "ada/engine")],
            ..fake::Organization::new("acme")
        };
        let mut setting = Setting::new(forge, organization);
        setting.wanted.owner = Some("ada".into());
        assert_eq!(names(&setting.list()), "engine");
        setting.wanted.owner = Some("nobody".into());
        let listing = setting.list();
        assert!(listing.fault.is_some_and(|fault| fault.starts_with("it is not there")) && listing.whole_at.is_none());
        // An organisation that is not there any more does not become a user.
        let setting = Setting::new(forge, many(2));
        setting.list();
        setting.fake.asked();
        setting.fake.is_at("orgs/acme", Mood::Fails(404, "X-A: b"));
        let listing = setting.list();
        assert_eq!((listing.repos.len(), listing.fault.is_some(), setting.fake.asked().len()), (2, true, 1));
    }
}

#[test]
fn groups_hold_groups_and_hosts_hold_all() {
    let repos = ["acme/a", "acme/shops/b", "acme/shops/deep/c", "other/d"];
    let repos = repos.iter().zip(1..).map(|(path, id)| fake::Repo::new(id, path)).collect();
    let mut setting = Setting::new(FORGES[1], fake::Organization { repos, ..fake::Organization::new("acme") });
    assert_eq!(names(&setting.list()), "a b c");
    assert_eq!(setting.with(|wanted| wanted.owner = Some("acme/shops".into())), "b c");
    assert_eq!(setting.with(|wanted| wanted.owner = None), "a b c d");
    let of_member = |wanted: &mut Repositories| (wanted.owner, wanted.membership) = (None, true);
    setting.fake.asked();
    setting.with(of_member);
    assert_eq!(setting.fake.asked()[0].parameter("membership"), "true");
    // Without a default branch and not empty, as GitLab says of what is being imported.
    setting.fake.change(|organization| organization.repos[0].default_branch = None);
    assert_eq!(setting.list().repos[0].branch.as_deref(), Some("master"));
}

#[test]
fn offline_the_last_lists_are_read() {
    for forge in FORGES {
        let setting = Setting::new(forge, many(120));
        let listing = setting.list_as(true);
        assert!(listing.fault.is_some_and(|fault| fault.contains("never listed")) && listing.repos.is_empty());
        let listed = setting.list();
        setting.fake.asked();
        let listing = setting.list_as(true);
        assert_eq!((listing.repos, listing.fault, listing.whole_at), (listed.repos, None, listed.whole_at));
        assert_eq!((listing.requests, setting.fake.asked().len()), (0, 0));
    }
}

#[test]
fn an_app_lists_what_it_is_installed_for() {
    let organization = fake::Organization {
        app: Some(fake::App::new(7, &["acme"])),
        repos: vec![fake::Repo::new(1, "acme/shop"), fake::Repo::new(2, "other/x")],
        ..fake::Organization::new("acme")
    };
    let mut setting = Setting::new(FORGES[0], organization);
    setting.integration.token = None;
    let (key, place) = (Secret::new(fake::APP_KEY), Place::file("", "app-config.yaml"));
    setting.integration.apps = vec![App { id: "7".into(), key, owners: None, is_public: false, place }];
    setting.wanted = Repositories { owner: None, app: Some("7".into()), ..setting.wanted };
    let listing = setting.list();
    assert_eq!((names(&listing).as_str(), &listing.fault), ("shop", &None));
    // Who installed it is remembered where it cannot tell.
    setting.fake.is_in(Mood::Fails(500, "X-A: b"));
    let listing = setting.list();
    assert_eq!((names(&listing).as_str(), listing.fault.is_some()), ("shop", true));
    setting.fake.is_well();
    assert_eq!(names(&setting.list_as(true)), "shop");
    setting.wanted.app = Some("8".into());
    assert!(setting.list().fault.is_some_and(|fault| fault.contains("the app 8 is not among the `apps`")));
}

#[test]
fn what_an_app_saw_is_not_replaced_by_what_is_public() {
    let organization = fake::Organization {
        app: Some(fake::App::new(7, &["ada"])),
        users: vec![fake::User::new(9, "ada")],
        repos: vec![fake::Repo::new(1, "ada/engine")],
        ..fake::Organization::new("acme")
    };
    let mut setting = Setting::new(FORGES[0], organization);
    setting.integration.token = None;
    let (key, place) = (Secret::new(fake::APP_KEY), Place::file("", "app-config.yaml"));
    setting.integration.apps = vec![App { id: "7".into(), key, owners: None, is_public: false, place }];
    setting.wanted.owner = Some("ada".into());
    assert_eq!(names(&setting.list()), "engine");
    setting.fake.is_at("/app/installations", Mood::Fails(500, "X-A: b"));
    setting.fake.asked();
    let listing = setting.list();
    assert_eq!((names(&listing).as_str(), listing.fault.is_some()), ("engine", true));
    assert!(setting.fake.asked().iter().all(|asked| !asked.path.contains("/users/")), "there is only what is public");
}

#[test]
fn a_pattern_that_takes_too_long_leaves_nothing_out() {
    let name = "x".repeat(60);
    let repos = vec![fake::Repo::new(1, &format!("acme/{name}"))];
    let mut setting = Setting::new(FORGES[0], fake::Organization { repos, ..fake::Organization::new("acme") });
    setting.wanted.pattern = Pattern::new(r"(x+x+)+(?=y)\1").ok();
    let listing = setting.list();
    assert_eq!(listing.repos.len(), 1);
    assert!(listing.fault.is_some_and(|fault| fault.contains("takes more than 100000 steps")));
}
