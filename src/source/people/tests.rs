//! People of the tests' forge.

use super::*;
use crate::config::{App, Membership, Pattern, Secret};
use crate::config::{Lists, Provider};
use crate::diagnostics::Place;
use crate::source::fake_forge::organization as fake;
use crate::source::fake_forge::{Api as Speaks, Forge as Fake, Mood};
use crate::source::forge::Patience;

/// A provider, its host, and where answers are kept.
struct Setting {
    fake: Fake,
    integration: Integration,
    wanted: Wanted,
    cache: tempfile::TempDir,
}

impl Setting {
    fn new(forge: Forge, organization: fake::Organization) -> Setting {
        let speaks = if forge == Forge::GitHub { Speaks::GitHub } else { Speaks::GitLab };
        let fake = Fake::of(speaks, organization);
        let base = url::Url::parse(&fake.base()).expect("an address");
        let api = (forge == Forge::GitHub).then(|| base.clone());
        let integration = Integration {
            forge,
            host: fake.host(),
            token: Some(Secret::new("hunter2secret")),
            api,
            base: (forge == Forge::GitLab).then_some(base),
            apps: Vec::new(),
        };
        let wanted = Wanted { organizations: vec!["acme".into()], ..Wanted::default() };
        Setting { fake, integration, wanted, cache: tempfile::tempdir().expect("a folder") }
    }

    fn read(&self) -> People {
        self.read_as(false)
    }

    fn provider(&self) -> Provider {
        Provider {
            id: "githubOrg:default".into(),
            forge: self.integration.forge,
            host: self.integration.host.clone(),
            place: Place::file("", "app-config.yaml"),
            lists: Lists::People(self.wanted.clone()),
            cron: None,
        }
    }

    fn read_as(&self, offline: bool) -> People {
        let provider = self.provider();
        let api = Api::of(&self.integration, Patience::none()).expect("a known forge");
        let credentials = Credentials::new(Patience::none());
        let cache_dir = self.cache.path();
        let options = Options { integration: &self.integration, credentials: &credentials, cache_dir, offline };
        read(&provider, &self.wanted, &api, &options)
    }

    /// Every document, as one text without its first line.
    fn documents(&self) -> Vec<String> {
        documents(&self.read())
    }
}

fn documents(people: &People) -> Vec<String> {
    let all = people.files.iter().flat_map(|(_, text)| text.split("---\n"));
    all.map(|text| text.replacen("apiVersion: backstage.io/v1alpha1\n", "", 1)).collect()
}

/// The names of the entities of a kind, and what stands behind a key of each.
fn rows(people: &People, kind: &str, key: &str) -> Vec<(String, String)> {
    let value = |text: &str, key: &str| {
        let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(&format!("{key}:")));
        let first = lines.next().unwrap_or_default().split_once(": ").map(|(_, value)| value.to_string());
        first.unwrap_or_else(|| {
            lines.map_while(|line| line.trim_start().strip_prefix("- ")).collect::<Vec<_>>().join(" ")
        })
    };
    let of_kind = documents(people).into_iter().filter(|text| text.starts_with(&format!("kind: {kind}\n")));
    of_kind
        .map(|text| (value(&text, "name"), value(&text, key)))
        .map(|(a, b)| (a.replace('"', ""), b.replace('"', "")))
        .collect()
}

/// Each Group with the Users who say that they are in it.
fn members(people: &People) -> Vec<(String, String)> {
    let users = rows(people, "User", "memberOf");
    let of = |group: &str| {
        let is_in = |of: &str| of.split(' ').any(|name| name == group);
        users.iter().filter(|(_, of)| is_in(of)).map(|(user, _)| user.as_str()).collect::<Vec<_>>().join(" ")
    };
    rows(people, "Group", "name").into_iter().map(|(name, _)| (name.clone(), of(&name))).collect()
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

fn acme() -> fake::Organization {
    let team = |id, path: &str, parent: Option<&str>, members: &[&str]| fake::Team {
        parent: parent.map(str::to_string),
        ..fake::Team::new(id, path, members)
    };
    let ada = fake::User {
        name: Some("Ada \u{202e}\"L\"\n".into()),
        email: Some("ada@acme.example".into()),
        bio: Some("Counts: #1".into()),
        ..fake::User::new(31, "ada")
    };
    fake::Organization {
        teams: vec![
            fake::Team { description: "Runs it.".into(), ..team(21, "platform", None, &["Bob"]) },
            team(22, "core", Some("platform"), &["ada", "Bob"]),
        ],
        users: vec![fake::User::new(33, "loner"), ada, fake::User::new(32, "Bob")],
        token: Some("hunter2secret".into()),
        ..fake::Organization::new("acme")
    }
}

const CORE: &str = r#"kind: Group
metadata:
  name: "core"
  annotations:
    github.com/team-slug: "acme/core"
    backstage.io/edit-url: "https://HOST/orgs/acme/teams/core/edit"
spec:
  type: "team"
  profile:
    displayName: "core"
    picture: "https://avatars.example/t/22"
  parent: "platform"
  children: []
  members:
    - "default/Bob"
    - "default/ada"
"#;

const ADA: &str = r#"kind: User
metadata:
  name: "ada"
  description: "Counts: #1"
  annotations:
    github.com/user-login: "ada"
    github.com/user-id: "U_31"
spec:
  profile:
    displayName: "Ada \"L\""
    email: "ada@acme.example"
    picture: "https://avatars.example/u/31"
  memberOf:
    - "core"
"#;

#[test]
fn an_organisation_of_github_is_its_teams_and_users() {
    let setting = Setting::new(Forge::GitHub, acme());
    let people = setting.read();
    assert_eq!((people.fault.as_deref(), people.teams, people.users, people.requests), (None, 2, 3, 2));
    let found = documents(&people);
    assert_eq!(found[0], CORE.replace("HOST", &setting.integration.host));
    assert_eq!(found.iter().find(|text| text.contains("\"ada\"\n  desc")), Some(&ADA.to_string()));
    assert_eq!(rows(&people, "Group", "children"), pairs(&[("core", "[]"), ("platform", "core")]));
    let member_of = pairs(&[("Bob", "core platform"), ("ada", "core"), ("loner", "[]")]);
    assert_eq!(rows(&people, "User", "memberOf"), member_of);
    assert!(people.findings.is_empty());
    assert!(setting.fake.asked().iter().all(|asked| asked.header("authorization") == Some("Bearer hunter2secret")));
}

#[test]
fn large_teams_and_long_lists_are_read_to_their_end() {
    let names: Vec<String> = (0..1234).map(|number| format!("user-{number:04}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let users = (1..).zip(&names).map(|(id, name)| fake::User::new(id, name)).collect();
    let teams =
        (1..=60).map(|id| fake::Team::new(id, &format!("team-{id:02}"), &all[..if id == 7 { 1234 } else { 1 }]));
    let setting =
        Setting::new(Forge::GitHub, fake::Organization { users, teams: teams.collect(), token: None, ..acme() });
    let people = setting.read();
    assert_eq!((people.fault.as_deref(), people.teams, people.users), (None, 60, 1234));
    assert_eq!(people.requests, 13 + 2 + 12, "users, teams, the rest of one team");
    let paths: Vec<&str> = people.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["groups/1.yaml", "users/1.yaml", "users/2.yaml", "users/3.yaml"]);
    assert!(
        people.files.iter().all(|(_, text)| text.matches("---\n").count() < MOST_DOCUMENTS && text.len() < MOST_BYTES)
    );
    assert_eq!(rows(&people, "User", "memberOf").iter().filter(|(_, of)| of.contains("team-07")).count(), 1234);
}

#[test]
fn names_that_no_entity_can_have_are_told() {
    let mut organization = acme();
    organization.users.extend([fake::User::new(41, "old-"), fake::User::new(42, "x--y")]);
    organization.teams.push(fake::Team::new(43, &"t".repeat(64), &["ada", "old-"]));
    organization.teams[0].members.push("old-".into());
    let people = Setting::new(Forge::GitHub, organization).read();
    assert_eq!((people.teams, people.users), (2, 4));
    let told: Vec<&str> = people.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(told.len() == 2 && told[0].contains("team `ttt") && told[1].contains("user `old-` cannot"), "{told:?}");
    assert!(!documents(&people).concat().contains("old-"));
}

#[test]
fn a_fault_takes_nobody_away() {
    let setting = Setting::new(Forge::GitHub, acme());
    assert_eq!(setting.read_as(true).fault.as_deref(), Some("it was never read and this build is offline"));
    let first = setting.read();
    for (mood, why) in [
        (Mood::Fails(401, "X-A: b"), "the token is not accepted"),
        (Mood::Fails(429, "Retry-After: 60"), "no more questions"),
        (Mood::BreaksOff, "broke off"),
        (Mood::Says("[]"), "lacks what was asked for"),
        (Mood::Says(r#"{"errors":[{"message":"no\u001b[31m scope"}]}"#), "it refuses the question: no[31m scope"),
    ] {
        // One page came; what is shown is the last list that was whole.
        setting.fake.change(|organization| organization.users.truncate(1));
        setting.fake.is_for("/graphql", 1, usize::MAX, mood);
        let again = setting.read();
        assert!(again.fault.as_ref().is_some_and(|fault| fault.contains(why)), "{why}: {:?}", again.fault);
        assert_eq!((&again.files, again.users), (&first.files, 3));
        assert!(again.stale_since.is_some());
        setting.fake.is_well();
    }
    assert_eq!(setting.read_as(true).files, first.files);
    setting.fake.asked();
    setting.read_as(true);
    assert!(setting.fake.asked().is_empty(), "offline nobody is asked");
    let now = setting.read();
    assert_eq!((now.users, now.stale_since, now.fault), (1, None, None));
}

#[test]
fn several_organisations_have_namespaces() {
    let mut setting = Setting::new(Forge::GitHub, fake::Organization { name: "Acme".into(), ..acme() });
    setting.wanted.organizations = vec!["Acme".into(), "acme".into(), "elsewhere".into()];
    let people = setting.read();
    assert!(people.fault.as_ref().is_some_and(|fault| fault.contains("`elsewhere`: it refuses")), "{:?}", people.fault);
    assert_eq!(rows(&people, "Group", "namespace"), pairs(&[("core", "acme"), ("platform", "acme")]));
    assert_eq!(rows(&people, "Group", "parent"), pairs(&[("core", "platform"), ("platform", "")]));
    assert_eq!(rows(&people, "User", "namespace"), pairs(&[("Bob", ""), ("ada", ""), ("loner", "")]));
    assert_eq!(rows(&people, "User", "memberOf")[0].1, "acme/core acme/platform");

    setting.wanted.organizations.clear();
    assert!(setting.read().fault.expect("no organisation").contains("no organisation is named"));
    setting.fake.change(|organization| organization.app = Some(fake::App::new(7, &["Acme"])));
    setting.integration.apps = vec![App {
        id: "7".into(),
        key: Secret::new(fake::APP_KEY),
        owners: None,
        is_public: false,
        place: Place::file("", "app-config.yaml"),
    }];
    let people = setting.read();
    assert_eq!((people.fault.as_deref(), people.users), (None, 3));
    assert_eq!(rows(&people, "Group", "namespace")[0].1, "acme");
    assert!(!documents(&people).concat().contains("ada@"), "apps are not told addresses");
}

fn groups() -> fake::Organization {
    let names = ["ada", "Bob", "cleo", "dora", "group_7_bot_4f2a", "gone"];
    let users =
        (31..).zip(names).map(|(id, login)| fake::User { is_active: login != "gone", ..fake::User::new(id, login) });
    fake::Organization {
        teams: vec![
            fake::Team::new(20, "acme", &["dora"]),
            fake::Team { description: "Runs it.".into(), ..fake::Team::new(21, "acme/platform", &["Bob", "gone"]) },
            fake::Team::new(22, "acme/platform/core", &["ada", "group_7_bot_4f2a"]),
            fake::Team::new(23, "acme/empty", &["gone"]),
            fake::Team::new(24, "acmeville", &["cleo"]),
        ],
        users: users.collect(),
        token: Some("hunter2secret".into()),
        ..fake::Organization::new("acme")
    }
}

const PLATFORM: &str = r#"kind: Group
metadata:
  name: "platform"
  description: "Runs it."
  annotations:
    127.0.0.1/team-path: "acme/platform"
    127.0.0.1/visibility: "private"
spec:
  type: "team"
  profile:
    displayName: "platform"
  parent: "acme"
  children: []
"#;

#[test]
fn a_group_of_gitlab_is_its_groups_and_users() {
    let setting = Setting::new(Forge::GitLab, groups());
    let people = setting.read();
    assert_eq!(people.fault, None);
    let named = pairs(&[("acme", "dora"), ("platform", "Bob"), ("platform-core", "ada group_7_bot_4f2a")]);
    assert_eq!(members(&people), named);
    assert_eq!(documents(&people)[1], PLATFORM);
    let user = documents(&people).into_iter().find(|text| text.contains("name: \"ada\"")).expect("ada");
    assert!(user.contains(&format!("127.0.0.1/user-login: \"{}/ada\"", setting.fake.base())), "{user}");
    assert!(!user.contains("evil.example"), "{user}");
    // Everybody on the host is there, also without a group; those who left are not.
    let users = pairs(&[
        ("Bob", "platform"),
        ("ada", "platform-core"),
        ("cleo", "[]"),
        ("dora", "acme"),
        ("group_7_bot_4f2a", "platform-core"),
    ]);
    assert_eq!(rows(&people, "User", "memberOf"), users);

    let before = people.requests;
    assert!(setting.fake.asked().iter().all(|asked| asked.status == 200));
    let again = setting.read();
    assert_eq!((again.requests, &again.files), (before, &people.files));
    assert!(setting.fake.asked().iter().all(|asked| asked.status == 304), "what did not change is not sent again");
}

#[test]
fn groups_users_and_memberships_can_be_chosen() {
    let mut setting = Setting::new(Forge::GitLab, groups());
    setting.wanted.relations = vec![Membership::Direct, Membership::Inherited];
    let found = members(&setting.read());
    assert_eq!(found[3].1, "Bob ada dora group_7_bot_4f2a");
    assert_eq!(found.len(), 4, "also `acme/empty` has inherited somebody");
    setting.wanted.relations = vec![Membership::Descendants];
    let found = members(&setting.read());
    assert_eq!(found[0], ("acme".into(), "Bob ada dora group_7_bot_4f2a".into()));
    setting.wanted.relations.clear();
    setting.wanted.groups = vec![Pattern::new("core$").expect("a pattern")];
    setting.wanted.users = vec![Pattern::new("^(?!group_)").expect("a pattern")];
    let people = setting.read();
    assert_eq!(members(&people), pairs(&[("platform-core", "ada")]));
    assert_eq!(rows(&people, "Group", "parent")[0].1, "", "the group above is not there");
    assert_eq!(people.users, 4);
    setting.wanted.users = vec![Pattern::new(r"(x+x+)+(?=y)\1").expect("a pattern")];
    setting.fake.change(|organization| organization.users[0].login = "x".repeat(60));
    let people = setting.read();
    assert!(people.fault.is_some_and(|fault| fault.contains("takes too long")) && people.users == 0);
    setting.fake.change(|organization| organization.users[0].login = "ada".into());
    setting.wanted =
        Wanted { organizations: vec!["acme/platform".into()], restricted_to_group: true, ..Wanted::default() };
    let people = setting.read();
    assert_eq!(rows(&people, "User", "memberOf"), pairs(&[("Bob", "acme-platform"), ("dora", "[]")]));
    assert_eq!(rows(&people, "Group", "parent"), pairs(&[("acme-platform", "")]));
    setting.wanted = Wanted::default();
    let people = setting.read();
    let names: Vec<String> = rows(&people, "Group", "name").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["acme", "acme-platform", "acme-platform-core", "acmeville"]);
}

#[test]
fn a_group_that_cannot_be_read_keeps_its_members() {
    let setting = Setting::new(Forge::GitLab, groups());
    let first = setting.read();
    setting.fake.change(|organization| organization.users.retain(|user| user.login != "cleo"));
    setting.fake.is_at("/groups/22/members", Mood::Fails(500, "X-A: b"));
    let again = setting.read();
    assert!(again.fault.is_some_and(|fault| fault.contains("status 500")));
    assert_eq!(again.files, first.files);
    setting.fake.is_well();
    assert_eq!(setting.read().users, first.users - 1);
    assert_eq!(setting.documents().len(), first.teams + first.users - 1);
}

#[test]
fn what_is_too_much_is_told_with_its_limit() {
    let setting = Setting::new(Forge::GitLab, groups());
    let mut people = People::default();
    let told = Told { has_more_users: true, users: vec![User::default(); MOST_USERS + 1], ..Told::default() };
    people.judge(&setting.provider(), &told);
    let found: Vec<String> = people.findings.iter().map(|finding| finding.message.clone()).collect();
    assert_eq!(found, ["`githubOrg:default` gives more than 50000 users; the others are left out"]);
    let mut told = told;
    told.settle();
    assert_eq!(told.users.len(), MOST_USERS);
}

#[test]
fn texts_and_pictures_of_strangers_are_tamed() {
    assert_eq!(picture(&json!("https://a.example/u/1?v=4&token=secret#x")).as_deref(), Some("https://a.example/u/1"));
    for odd in ["http://a.example/", "https://me:pw@a.example/", "javascript:alert(1)", ""] {
        assert_eq!(picture(&json!(odd)), None, "{odd}");
    }
    assert_eq!(
        [json!("a@b"), json!("a b@c"), json!("ab"), json!(5)].map(|text| email(&text).is_some()),
        [true, false, false, false]
    );
    for (name, is_fine) in
        [("a", true), ("A.b-c_d", true), ("a--b", true), ("-a", false), ("a.", false), ("", false), ("ä", false)]
    {
        assert_eq!(is_name(name), is_fine, "{name}");
    }
    assert_eq!(
        ["a", "a-b", "a--b", "A", "-a", "a.b", ""].map(is_namespace),
        [true, true, true, false, false, false, false]
    );
}
