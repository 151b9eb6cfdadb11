//! What fails, and what is kept.

use crate::forge::git::commit;
use crate::forge::{Api, Forge, Mood};
use crate::portal::{Portal, component, same};
use crate::{FORGES, forge::organization::Organization};
use serde_json::Value as Json;
use std::process::Command;

const BUILD: &str = "build portal --out out --report report.json --max-wait 3";

/// A shop and a pay desk, built once.
fn built(name: &str, api: Api) -> Portal {
    let portal = Portal::new(name, api);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    portal.pushes("pay", &component("pay", "Takes money"));
    portal.run(BUILD).succeeds();
    portal.asked();
    portal
}

fn repo(portal: &Portal, name: &str) -> Json {
    let report = portal.json("report.json");
    let is_it = |repo: &&Json| repo["id"].as_str().is_some_and(|id| id.ends_with(&format!("acme/{name}")));
    report["repos"].as_array().expect("a list").iter().find(is_it).cloned().unwrap_or_default()
}

/// Names of the rules that the last build told of.
fn rules(portal: &Portal) -> Vec<String> {
    let report = portal.json("report.json");
    let told = report["diagnostics"].as_array().expect("a list");
    told.iter().map(|finding| finding["code"].as_str().unwrap_or_default().to_string()).collect()
}

#[track_caller]
fn tells(portal: &Portal, rule: &str) {
    let told = rules(portal);
    assert!(told.iter().any(|told| told == rule), "no `{rule}` among {told:?}");
}

#[test]
fn a_list_that_fails_takes_nothing_away() {
    for (api, key) in FORGES {
        let portal = built(&format!("list-fails-{key}"), api);
        let list = if api == Api::GitLab { "/projects" } else { "/acme/repos" };
        for (mood, reason) in [
            (Mood::Fails(401, "X-A: b"), "401"),
            (Mood::Fails(403, "X-A: b"), "403"),
            (Mood::Fails(404, "X-A: b"), "404"),
            (Mood::Fails(429, "Retry-After: 100"), ""),
            (Mood::BreaksOff, ""),
            (Mood::Says("<html>"), ""),
        ] {
            // The list is another one now: what is the same is not sent, and cannot break off.
            portal.changes("acme/pay", |repo| repo.topics.push("more".to_string()));
            portal.forge.is_at(list, mood.clone());
            let run = portal.run(BUILD).succeeds().says(&["warning[source-incomplete]"]);
            assert!(portal.shows("out", "shop") && portal.shows("out", "pay"), "{api:?} {mood:?}: {}", run.err);
            let source = &portal.json("report.json")["sources"][0];
            assert_eq!(source["complete"], false, "{api:?} {mood:?}: {source}");
            let told = source.to_string();
            assert!(told.contains(reason), "{api:?} {mood:?}: {told}");
            assert_eq!(portal.sources()["sources"][0]["repos"], 2, "{api:?} {mood:?}");
            let before = portal.tree("out");
            assert_eq!(portal.run(&format!("{BUILD} --deny incomplete")).code, 3, "{api:?} {mood:?}");
            same(&before, &portal.tree("out"));
            portal.forge.is_well();
        }
        // What was pushed meanwhile is not overlooked.
        portal.pushes("pay", &component("pay", "Takes notes"));
        portal.forge.is_at(list, Mood::Fails(503, "X-A: b"));
        portal.run(BUILD).succeeds();
        portal.forge.is_well();
        // A host that asks for a second is given one.
        portal.forge.is_for(list, 0, 1, Mood::Fails(429, "Retry-After: 1"));
        portal.run(&format!("{BUILD} --deny incomplete --deny stale")).succeeds();
        assert!(portal.page("out", "pay").contains("Takes notes"));
    }
}

#[test]
fn a_host_that_is_down_leaves_everything_as_it_was() {
    let mut portal = built("down", Api::Gitea);
    let before = portal.tree("out");
    let address = portal.forge.address;
    // Another forge takes its place, and nobody listens where the portal looks.
    portal.forge = Forge::of(Api::Gitea, Organization::default());
    let run = portal.run(BUILD).succeeds();
    assert!(run.err.contains("warning[source-incomplete]") && run.err.contains(&address.to_string()), "{}", run.err);
    assert!(portal.shows("out", "shop") && portal.shows("out", "pay"));
    for name in ["shop", "pay"] {
        assert_eq!(repo(&portal, name)["status"], "stale", "{name}");
        assert!(repo(&portal, name)["reason"].as_str().is_some_and(|reason| reason.contains("connect")));
        assert!(portal.page("out", name).contains("is-earlier"));
    }
    assert_eq!(portal.run(&format!("{BUILD} --deny stale")).code, 3);
    // The same without asking is the same as before, but for what the cache knows of the fault.
    portal.run("build portal --out offline --offline").succeeds();
    assert_eq!(portal.tree("offline").len(), portal.tree("out").len());
    assert_eq!(before.len(), portal.tree("out").len(), "no page is lost");
}

#[test]
fn a_page_of_the_list_that_is_missing_is_no_deletion() {
    let portal = built("second-page", Api::Gitea);
    portal.forge.change(|organization| {
        organization.repos.extend((100..220).map(|id| crate::forge::organization::Repo {
            is_empty: true,
            default_branch: None,
            ..crate::forge::organization::Repo::new(id, &format!("acme/empty-{id}"))
        }));
    });
    portal.run(BUILD).succeeds();
    let last = "page=3";
    portal.pushes("late", &component("late", "Is on the last page"));
    portal.run(BUILD).succeeds();
    assert!(portal.shows("out", "late"));
    for mood in [Mood::Fails(404, "X-A: b"), Mood::BreaksOff] {
        portal.changes("acme/late", |repo| repo.topics.push("more".to_string()));
        portal.forge.is_at(last, mood.clone());
        for _ in 0..2 {
            portal.run(BUILD).succeeds().says(&["warning[source-incomplete]"]);
            assert!(["shop", "pay", "late"].iter().all(|name| portal.shows("out", name)), "{mood:?}");
        }
        portal.forge.is_well();
        portal.run(&format!("{BUILD} --deny incomplete")).succeeds();
    }
}

#[test]
fn one_repository_that_fails_costs_only_itself() {
    let portal = built("one-fails", Api::GitLab);
    for (mood, reason) in [
        (Mood::Fails(500, "X-A: b"), "500"),
        (Mood::Fails(404, "X-A: b"), ""),
        (Mood::Fails(403, "X-A: b"), "403"),
        (Mood::BreaksOff, ""),
        (Mood::Moved("http://127.0.0.1:9".to_string()), "another host"),
    ] {
        portal.pushes("shop", &component("shop", "Sells organs"));
        let commit = portal.pushes("pay", &component("pay", &format!("Takes {reason}")));
        portal.forge.is_at("acme/shop.git", mood.clone());
        portal.run(BUILD).succeeds().says(&["warning[repository-stale]"]);
        let told = repo(&portal, "shop");
        assert_eq!(told["status"], "stale", "{mood:?}: {told}");
        assert!(told["reason"].as_str().is_some_and(|told| told.contains(reason)), "{mood:?}: {told}");
        assert_eq!(repo(&portal, "pay")["commit"], commit.as_str(), "{mood:?}");
        assert!(portal.page("out", "shop").contains("Sells gramophones"), "{mood:?}: the last good state");
        assert_eq!(portal.run(&format!("{BUILD} --deny stale")).code, 3, "{mood:?}");
        portal.forge.is_well();
    }
    portal.run(&format!("{BUILD} --deny stale")).succeeds();
    assert!(portal.page("out", "shop").contains("Sells organs"));
    assert!(!portal.page("out", "shop").contains("is-earlier"));
}

#[test]
fn repositories_without_anything_are_shown_as_empty() {
    let portal = built("empty", Api::Gitea);
    let git = |arguments: &[&str]| {
        let status = Command::new("git").args(arguments).current_dir(portal.served()).status().expect("git runs");
        assert!(status.success());
    };
    git(&["init", "--quiet", "--bare", "acme/nothing.git"]);
    portal.is_listed("acme/nothing");
    commit(&portal.served(), "acme/headless", "elsewhere", &[("catalog-info.yaml", b"")]);
    portal.is_listed("acme/headless");
    portal.is_listed("acme/unborn");
    portal.changes("acme/unborn", |repo| (repo.default_branch, repo.is_empty) = (None, true));
    portal.run(BUILD).succeeds();
    for name in ["nothing", "unborn"] {
        let told = repo(&portal, name);
        assert_eq!(told["status"], "empty", "{told}");
    }
    // A branch that the list names and git does not have.
    let told = repo(&portal, "headless");
    assert_eq!(told["status"], "failed", "{told}");
    assert!(told["reason"].as_str().is_some_and(|reason| reason.contains("`elsewhere`")), "{told}");
    assert!(portal.shows("out", "shop"));
}

#[test]
fn what_becomes_of_a_repository_is_told() {
    let portal = built("fates", Api::Gitea);
    // Forced to another history.
    std::fs::remove_dir_all(portal.path("served/acme/shop.git")).expect("a repository");
    let commit = portal.pushes("shop", &component("shop", "Began anew"));
    portal.run(&format!("{BUILD} --deny stale")).succeeds();
    assert!(portal.page("out", "shop").contains("Began anew"));
    assert_eq!(portal.state("shop"), ("fresh".to_string(), commit));
    // Another name.
    std::fs::rename(portal.path("served/acme/shop.git"), portal.path("served/acme/store.git")).expect("a repository");
    portal.changes("acme/shop", |repo| repo.path = "acme/store".to_string());
    portal.run(BUILD).succeeds();
    tells(&portal, "repository-moved");
    assert_eq!(portal.state("store").0, "fresh");
    assert_eq!(portal.state("shop").0, "", "it is not there twice");
    assert!(portal.shows("out", "shop"));
    portal.run(&format!("{BUILD} --deny repository-moved")).succeeds();
    // Archived, which is taken away by the filter as if it were not there any more.
    portal.reads("filters: { allowArchived: true }", "");
    portal.run(BUILD).succeeds();
    portal.changes("acme/store", |repo| repo.is_archived = true);
    portal.run(BUILD).succeeds();
    assert_eq!(repo(&portal, "store")["archived"], true);
    assert!(portal.shows("out", "shop"));
    // Gone: shown once more, then left. Of two, one is more than a fifth.
    portal.forge.change(|organization| organization.repos.retain(|repo| repo.path == "acme/pay"));
    let gone = format!("{BUILD} --allow-shrink");
    assert_eq!(portal.run(&format!("{gone} --deny gone")).code, 3);
    portal.run(&gone).succeeds().says(&["warning[repository-gone]"]);
    assert!(!portal.shows("out", "shop"), "the denied build showed it for the last time");
    portal.run(&gone).succeeds();
    assert!(!rules(&portal).contains(&"repository-gone".to_string()));
}

#[test]
fn a_repository_that_is_gone_is_shown_once_more() {
    let portal = built("gone", Api::GitHub);
    for at in 0..5 {
        portal.pushes(&format!("part-{at}"), &component(&format!("part-{at}"), "Is there"));
    }
    portal.run(BUILD).succeeds();
    portal.forge.change(|organization| organization.repos.retain(|repo| repo.path != "acme/pay"));
    portal.run(BUILD).succeeds().says(&["warning[repository-gone]"]);
    assert!(portal.shows("out", "pay"));
    assert_eq!(repo(&portal, "pay")["status"], "gone");
    portal.run(BUILD).succeeds();
    assert!(!portal.shows("out", "pay"));
    portal.run(BUILD).succeeds();
    assert_eq!(repo(&portal, "pay"), Json::Null);
}

#[test]
fn an_organisation_that_lists_nothing_any_more_is_not_published() {
    for (api, key) in FORGES {
        let portal = built(&format!("lost-{key}"), api);
        let before = portal.tree("out");
        portal.forge.change(|organization| organization.repos.clear());
        for round in 0..3 {
            let run = portal.run(BUILD);
            assert_eq!(run.code, 4, "{api:?} {round}: {}", run.err);
            same(&before, &portal.tree("out"));
        }
        portal.pushes("shop", &component("shop", "Sells gramophones"));
        portal.pushes("pay", &component("pay", "Takes money"));
        portal.run(BUILD).succeeds();
        assert!(portal.shows("out", "shop") && portal.shows("out", "pay"));
    }
}

#[test]
fn another_address_is_followed_on_the_same_host() {
    let portal = built("moved", Api::Gitea);
    let files = component("shop", "Sells from another place");
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    commit(&portal.served(), "moved/acme/shop", "main", &files);
    portal.is_listed("acme/shop");
    // Git asks, and then it is looked where the answer leads.
    portal.forge.is_for("/acme/shop.git/info/refs", 0, 2, Mood::Moved(format!("{}/moved", portal.forge.base())));
    portal.run(&format!("{BUILD} --deny stale")).succeeds();
    tells(&portal, "repository-moved");
    assert!(portal.page("out", "shop").contains("Sells from another place"));
}

#[test]
fn files_that_cannot_be_shown_cost_only_themselves() {
    let portal = built("files", Api::GitLab);
    let served = portal.served();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    let mut shop: Vec<(String, Vec<u8>)> =
        component("shop", "Sells gramophones").into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    shop[2].1 = b"# Shop\n\n![A plan](plan.png)\n".to_vec();
    shop.push(("docs/plan.png".to_string(), pointer.to_vec()));
    shop.push(("docs/huge.md".to_string(), b"many words\n".repeat(300_000)));
    shop.push(("parts/huge/catalog-info.yaml".to_string(), b"# nothing\n".repeat(300_000)));
    let latin = b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: cafe, description: Caf\xe9 }\nspec: { type: service, lifecycle: production, owner: team-a }\n";
    shop.push(("parts/latin/catalog-info.yaml".to_string(), latin.to_vec()));
    let files: Vec<(&str, &[u8])> = shop.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    commit(&served, "acme/shop", "main", &files);
    portal.is_listed("acme/shop");
    portal.run(BUILD).succeeds();
    assert!(["shop", "cafe", "pay"].iter().all(|name| portal.shows("out", name)));
    tells(&portal, "invalid-encoding");
    tells(&portal, "file-unreadable");
    let report = portal.read("report.json");
    assert!(report.contains("LFS"), "{:?}", rules(&portal));
    assert!(portal.page("out", "shop").contains("A plan"), "the page is kept");
}
