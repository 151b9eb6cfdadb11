//! A cache that was damaged.

use crate::forge::Api;
use crate::portal::{Portal, component, files_below, same};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of what the cache holds of the shop, by how its name ends.
fn kept(portal: &Portal, ending: &str) -> PathBuf {
    let is_it = |path: &PathBuf| {
        let path = path.to_string_lossy();
        path.contains("/shop-") && path.ends_with(ending)
    };
    files_below(&portal.path("cache/git")).into_iter().find(is_it).unwrap_or_else(|| panic!("a file {ending}"))
}

fn flip(file: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = fs::read(file).expect("a file");
    let at = at(bytes.len());
    bytes[at] ^= 0x55;
    let mut permissions = fs::metadata(file).expect("a file").permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "git writes packs as read-only files")]
    permissions.set_readonly(false);
    fs::set_permissions(file, permissions).expect("a file of ours");
    fs::write(file, bytes).expect("a file of ours");
}

/// What it is called, and what does it.
type Damage<'a> = (&'a str, &'a dyn Fn(&Portal));

#[test]
fn a_damaged_cache_is_mended_by_the_next_sync() {
    let portal = Portal::new("damage", Api::Gitea);
    portal.pushes("shop", &component("shop", "Sells gramophones"));
    portal.pushes("pay", &component("pay", "Takes money"));
    portal.run("sync portal").succeeds();
    portal.run("build portal --out wanted --offline").succeeds();
    let mut wanted = portal.tree("wanted");

    let damages: [Damage<'_>; 8] = [
        ("a pack is cut", &|portal| {
            let pack = kept(portal, ".pack");
            let bytes = fs::read(&pack).expect("a pack");
            fs::remove_file(&pack).expect("a pack");
            fs::write(&pack, &bytes[..bytes.len() / 2]).expect("a pack");
        }),
        ("a pack is empty", &|portal| {
            let pack = kept(portal, ".pack");
            fs::remove_file(&pack).expect("a pack");
            fs::write(&pack, b"").expect("a pack");
        }),
        ("the packs are gone", &|portal| {
            fs::remove_dir_all(kept(portal, ".pack").parent().expect("a folder")).expect("a folder");
        }),
        ("a pack is flipped", &|portal| flip(&kept(portal, ".pack"), |length| length / 2)),
        ("the note is gone", &|portal| fs::remove_file(kept(portal, "/callboard-state")).expect("a note")),
        ("the note is flipped", &|portal| flip(&kept(portal, "/callboard-state"), |length| length - 1)),
        ("HEAD is gone", &|portal| fs::remove_file(kept(portal, "/HEAD")).expect("a file")),
        ("locks are left", &|portal| {
            let folder = kept(portal, "/HEAD").parent().expect("a folder").to_path_buf();
            for name in ["HEAD.lock", "packed-refs.lock", "shallow.lock", "config.lock", "refs/callboard/fetched.lock"]
            {
                fs::write(folder.join(name), b"").expect("a lock");
            }
        }),
    ];
    for (number, (damage, does)) in damages.iter().enumerate() {
        does(&portal);
        portal.sources();
        if damage.contains("pack is flipped") {
            // Only who reads it meets it.
            portal.run("build portal --out met --offline").succeeds();
        }
        portal.run("sync portal").succeeds();
        let out = format!("out-{number}");
        let run = portal.run(&format!("build portal --out {out} --offline --deny stale"));
        assert_eq!(run.code, 0, "{damage}: {}", run.err);
        same(&wanted, &portal.tree(&out));
        // It can be fetched into.
        let commit = portal.pushes("shop", &component("shop", "Sells organs"));
        portal.run("sync portal").succeeds();
        assert_eq!(portal.state("shop"), ("fresh".to_string(), commit), "{damage}");
        portal.pushes("shop", &component("shop", "Sells gramophones"));
        portal.run("sync portal").succeeds();
        portal.run("build portal --out wanted --offline").succeeds();
        wanted = portal.tree("wanted");
    }
}
