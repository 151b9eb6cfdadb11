//! Runs that are killed at any moment.

use crate::forge::Api;
use crate::portal::{Portal, component, same};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::Instant;

const REPOSITORIES: u64 = 5;
const KILLS: usize = 100;

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

/// A program and what it started.
fn kill_group(id: u32) {
    let group = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw).expect("the number of a process");
    // It may have ended by itself.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}

#[test]
fn a_sync_that_is_killed_leaves_a_cache_that_can_be_used() {
    let portal = Portal::new("killed", Api::Gitea);
    for number in 0..REPOSITORIES {
        push(&portal, number, 0);
    }
    portal.run("sync portal").succeeds();
    push(&portal, 0, 0);
    let began = Instant::now();
    portal.run("sync portal").succeeds();
    // Most of the moments lie within a run: the limit follows how long runs take.
    let mut latest = began.elapsed();

    let mut random = Seeded(8);
    let mut killed = 0;
    for round in 1.. {
        // From time to time everything is fetched for the first time.
        if round % 40 == 0 {
            std::fs::remove_dir_all(portal.path("cache/git")).expect("what was fetched");
        }
        push(&portal, random.below(REPOSITORIES), round);
        let mut command = portal.command("sync portal --quiet", "cache");
        let mut child =
            command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
        std::thread::sleep(latest.mul_f64(random.below(1_000) as f64 / 1_000.0));
        if matches!(child.try_wait(), Ok(Some(_))) {
            latest = latest.mul_f64(0.9);
        } else {
            latest = latest.mul_f64(1.02);
            killed += 1;
        }
        kill_group(child.id());
        child.wait().expect("it ended");
        if round % 25 == 0 {
            portal.sources();
            portal.run("build portal --out between --offline --quiet --allow-shrink").succeeds();
        }
        if killed == KILLS {
            break;
        }
    }

    portal.run("sync portal").succeeds();
    let fetched = |cache: &str| std::fs::read_dir(portal.path(cache).join("git")).expect("a folder").count();
    portal.run("build portal --out out --offline --deny stale --deny incomplete").succeeds();
    portal.run_with("sync portal", "clean").succeeds();
    portal.run_with("build portal --out wanted --offline", "clean").succeeds();
    same(&portal.tree("wanted"), &portal.tree("out"));
    assert_eq!(fetched("cache"), fetched("clean"), "nothing is left over");
}
