//! `callboard sync` and builds of whole organisations, against a forge and real git servers.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run programs and look at the disk"
)]

#[path = "support/forge/mod.rs"]
#[expect(dead_code, reason = "other tests ask more of it")]
mod forge;
#[path = "support/scratch.rs"]
mod scratch;

#[path = "sync/damage.rs"]
mod damage;
#[path = "sync/faults.rs"]
mod faults;
#[path = "sync/killed.rs"]
mod killed;
#[path = "sync/locked.rs"]
mod locked;
#[path = "sync/portal.rs"]
mod portal;
#[path = "sync/secrets.rs"]
mod secrets;

use forge::Api;
use portal::{Portal, component, same};

const FORGES: [(Api, &str); 3] = [(Api::GitHub, "github"), (Api::GitLab, "gitlab"), (Api::Gitea, "gitea")];

#[test]
fn an_organisation_is_followed_as_it_changes() {
    for (api, key) in FORGES {
        let portal = Portal::new(&format!("organisation-{key}"), api);
        portal.pushes("shop", &component("shop", "Sells gramophones"));
        let below = component("pay", "Takes money").into_iter().map(|(path, text)| (format!("parts/pay/{path}"), text));
        portal.pushes("pay", &below.collect::<Vec<_>>());
        portal.pushes("bare", &[("src/main.rs".to_string(), "fn main() {}\n".to_string())]);
        portal.pushes("old", &component("old", "Was there"));
        portal.changes("acme/old", |repo| repo.is_archived = true);

        portal.run("sync portal").succeeds().says(&["Synced 3 repositories: 3 fetched, 0 unchanged"]);
        let (questions, fetched) = portal.asked();
        assert_eq!((questions <= 2, fetched), (true, vec!["bare".into(), "pay".into(), "shop".into()]), "{api:?}");
        portal.run("build portal --out out --offline").succeeds();
        assert_eq!(portal.asked(), (0, Vec::new()), "{api:?}: nobody is asked");
        assert_eq!(["shop", "pay", "old"].map(|name| portal.shows("out", name)), [true, true, false], "{api:?}");
        assert!(portal.page("out", "pay").contains("Takes money, at length"));
        let first = portal.tree("out");

        portal.run("build portal --out out").succeeds();
        let (questions, fetched) = portal.asked();
        assert_eq!((questions <= 2, fetched.len()), (true, 0), "{api:?}: what did not change costs no fetch");
        same(&first, &portal.tree("out"));

        portal.pushes("new", &component("new", "Just opened"));
        portal.run("sync portal").succeeds().says(&["Synced 4 repositories: 1 fetched, 3 unchanged"]);
        assert_eq!(portal.asked().1, ["new"], "{api:?}");
        let commit = portal.pushes("shop", &component("shop", "Sells organs"));
        portal.run("build portal --out out").succeeds();
        assert_eq!(portal.asked().1, ["shop"], "{api:?}");
        assert!(portal.shows("out", "new") && portal.page("out", "shop").contains("Sells organs, at length"));
        assert_eq!(portal.state("shop"), ("fresh".to_string(), commit));

        // What is built in steps is what is built at once.
        portal.run_with("build portal --out clean", "clean-cache").succeeds();
        same(&portal.tree("out"), &portal.tree("clean"));
    }
}

#[test]
fn filters_keep_repositories_from_being_fetched() {
    for (api, filters) in [
        (Api::GitHub, "filters: { topic: { exclude: [attic] }, repository: '(shop|pay)', allowArchived: true }"),
        (Api::GitLab, "excludeRepos: [acme/attic], projectPattern: 'shop|pay|attic', includeArchivedRepos: true"),
        (Api::Gitea, "filters: { topic: { exclude: [attic] }, repository: '(shop|pay)', allowArchived: true }"),
    ] {
        let portal = Portal::new("filters", api);
        for name in ["shop", "pay", "attic", "other"] {
            portal.pushes(name, &component(name, "Is there"));
        }
        portal.changes("acme/attic", |repo| repo.topics = vec!["attic".to_string()]);
        portal.changes("acme/pay", |repo| repo.is_archived = true);
        portal.reads(filters, "");
        portal.run("build portal --out out --report report.json").succeeds();
        assert_eq!(portal.asked().1, ["pay", "shop"], "{api:?}");
        let report = portal.json("report.json");
        let archived = |at: usize| {
            (
                report["repos"][at]["id"].as_str().unwrap_or_default().to_string(),
                report["repos"][at]["archived"] == true,
            )
        };
        assert_eq!(archived(0), (format!("{}/acme/pay", portal.forge.host()), true), "{api:?}");
        assert_eq!(archived(1), (format!("{}/acme/shop", portal.forge.host()), false), "{api:?}");
    }
}
