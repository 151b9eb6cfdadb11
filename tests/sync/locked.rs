//! `callboard.lock`.

use crate::forge::git::Daemon;
use crate::forge::{Api, organization};
use crate::portal::{Portal, component, ended, same};
use std::process::Stdio;

#[test]
fn a_locked_build_is_that_of_older_commits() {
    let portal = Portal::new("locked", Api::Gitea);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    portal.pushes("pay", &component("pay", "Takes money"));
    portal.run("build portal --out first").succeeds();
    let lock = portal.read("portal/callboard.lock");
    let first = portal.tree("first");
    assert!(lock.contains("gitea:all") && lock.contains("/acme/shop.git"), "{lock}");

    portal.pushes("shop", &component("shop", "Sells organs"));
    portal.pushes("new", &component("new", "Just opened"));
    portal.run("sync portal").succeeds();
    let newer = portal.read("portal/callboard.lock");
    assert_ne!(lock, newer);
    portal.run("build portal --out second").succeeds();

    // The older commits, from a cache that has moved on and from one that is empty.
    portal.scratch.write("portal/callboard.lock", &lock);
    for cache in ["cache", "empty-cache"] {
        portal.run_with("build portal --out older --locked", cache).succeeds();
        same(&first, &portal.tree("older"));
        std::fs::remove_dir_all(portal.path("older")).expect("a site");
        assert_eq!(portal.read("portal/callboard.lock"), lock, "it is not written");
    }
    // That did not make the newer state older.
    portal.run("build portal --out newest").succeeds();
    same(&portal.tree("second"), &portal.tree("newest"));
    assert_eq!(portal.read("portal/callboard.lock"), newer);

    // A commit that nobody has any more.
    portal.scratch.write("portal/callboard.lock", &lock);
    std::fs::remove_dir_all(portal.path("served/acme/shop.git")).expect("a repository");
    portal.pushes("shop", &component("shop", "Began anew"));
    let run = portal.run_with("build portal --out older --locked", "another-cache");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("acme/shop.git` at `main` could not be read"), "{}", run.err);
    assert!(!portal.path("older").exists());
    // This cache still has it.
    portal.run_with("build portal --out older --locked", "empty-cache").succeeds();
    same(&first, &portal.tree("older"));

    std::fs::remove_file(portal.path("portal/callboard.lock")).expect("a lock");
    assert_eq!(portal.run("build portal --out older --locked").code, 2);
}

#[test]
fn people_who_changed_are_not_those_of_the_lock() {
    let portal = Portal::new("locked-people", Api::GitHub);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    portal.forge.change(|acme| {
        acme.teams = vec![organization::Team::new(21, "team-a", &["ada"])];
        acme.users = vec![organization::User::new(31, "ada")];
    });
    let config = portal.read("portal/app-config.yaml");
    let host = portal.forge.host();
    let people =
        format!("  providers:\n    githubOrg: [{{ id: production, githubUrl: 'https://{host}', orgs: [acme] }}]\n");
    portal.scratch.write(
        "portal/app-config.yaml",
        config.replacen("  providers:\n", &people, 1).replace("[Component, Group]", "[Component, Group, User]"),
    );
    let run = portal.run("build portal --out first").succeeds();
    let is_there =
        |out: &str, user: &str| portal.path(&format!("{out}/catalog/default/user/{user}/index.html")).is_file();
    assert!(is_there("first", "ada"), "{}", run.err);
    let first = portal.tree("first");
    portal.run("build portal --out again --locked").succeeds();
    same(&first, &portal.tree("again"));

    portal.forge.change(|acme| acme.users.push(organization::User::new(32, "bob")));
    // Nobody asks anew who there is, so that the lock holds.
    portal.run("build portal --out again --locked").succeeds();
    same(&first, &portal.tree("again"));
    let lock = portal.read("portal/callboard.lock");
    portal.run("sync portal").succeeds();
    assert_ne!(lock, portal.read("portal/callboard.lock"));
    portal.scratch.write("portal/callboard.lock", &lock);
    let run = portal.run("build portal --out again --locked");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("callboard.lock") && run.err.contains(&format!("`https://{host}` is at")), "{}", run.err);
    same(&first, &portal.tree("again"));
}

#[test]
fn a_git_daemon_is_a_server_and_two_may_ask_at_once() {
    let portal = Portal::new("daemon", Api::Gitea);
    let daemon = Daemon::start(&{
        portal.pushes("shop", &component("shop", "Sells gramophones"));
        portal.pushes("pay", &component("pay", "Takes money"));
        portal.served()
    });
    let urls = ["shop", "pay"].map(|name| format!("'{}/acme/{name}.git'", daemon.base)).join(", ");
    portal.scratch.write(
        "portal/app-config.yaml",
        format!(
            "catalog: {{ rules: [{{ allow: [Component] }}] }}\ncallboard:\n  gitProtocols: [git]\n  sources: {{ git: \
             [{urls}] }}\n"
        ),
    );
    let both: Vec<_> = (0..2)
        .map(|_| portal.command("sync portal", "cache").stdout(Stdio::null()).stderr(Stdio::piped()).spawn())
        .collect();
    for child in both {
        let output = child.and_then(std::process::Child::wait_with_output).expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    portal.run("build portal --out out --offline --deny stale").succeeds();
    let clean = ended(&mut portal.command("build portal --out clean", "clean-cache"));
    assert_eq!(clean.code, 0, "{}", clean.err);
    same(&portal.tree("clean"), &portal.tree("out"));
    portal.run("build portal --out out --locked --deny stale").succeeds();
    drop(daemon);
    portal.run("build portal --out out").succeeds().says(&["warning[repository-stale]"]);
    assert!(portal.shows("out", "shop") && portal.shows("out", "pay"));
}
