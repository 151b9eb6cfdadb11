//! Runs that are killed at any moment.

use crate::forge::Api;
use crate::portal::{Portal, component, same};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const REPOSITORIES: u64 = 12;
const KILLS: u64 = 100;

/// The same numbers in every run: a multiplicative generator of 64 bits.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn push(portal: &Portal, number: u64, round: u64) {
    let name = format!("part-{number}");
    portal.pushes(&name, &component(&name, &format!("State {round}")));
}

#[test]
fn a_sync_that_is_killed_leaves_a_cache_that_can_be_used() {
    let portal = Portal::new("killed", Api::Gitea);
    for number in 0..REPOSITORIES {
        push(&portal, number, 0);
    }
    let began = Instant::now();
    portal.run("sync portal").succeeds();
    let whole = began.elapsed().as_micros() as u64;
    std::fs::remove_dir_all(portal.path("cache")).expect("a cache");

    let mut random = Seeded(8);
    let mut ended_itself = 0;
    for round in 1..=KILLS {
        // From time to time a repository with everything in it, so that first fetches are cut short, too.
        if round % 25 == 0 {
            std::fs::remove_dir_all(portal.path("cache/git")).expect("what was fetched");
        }
        for _ in 0..3 {
            push(&portal, random.below(REPOSITORIES), round);
        }
        let mut command = portal.command("sync portal --quiet", "cache");
        let mut child =
            command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_micros(random.below(whole)));
        if matches!(child.try_wait(), Ok(Some(_))) {
            ended_itself += 1;
        }
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        child.wait().expect("it ended");
        if round % 10 == 0 {
            portal.sources();
            portal.run("build portal --out between --offline --quiet --allow-shrink").succeeds();
        }
    }
    assert!(ended_itself < KILLS / 2, "{ended_itself} of {KILLS} were not killed");

    portal.run("sync portal").succeeds();
    let fetched = |cache: &str| std::fs::read_dir(portal.path(cache).join("git")).expect("a folder").count();
    portal.run("build portal --out out --offline --deny stale --deny incomplete").succeeds();
    portal.run_with("sync portal", "clean").succeeds();
    portal.run_with("build portal --out wanted --offline", "clean").succeeds();
    same(&portal.tree("wanted"), &portal.tree("out"));
    assert_eq!(fetched("cache"), fetched("clean"), "nothing is left over");
}
