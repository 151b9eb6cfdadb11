//! How long a catalog takes to read and join: `cargo bench --bench catalog [-- ENTITIES]`.
//!
//! Writes an organisation of plain folders (100,000 entities unless said otherwise: groups, users, and components with
//! an owner and three dependencies each), then checks it with an empty cache and twice from the cache, and prints the
//! time of each. Machines are noisy: compare figures of one run.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark writes files and runs the program"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Entities in one descriptor.
const PER_FILE: usize = 50;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let total = numbers.first().copied().unwrap_or(100_000);
    let folder = std::env::temp_dir().join(format!("callboard-bench-catalog-{}", std::process::id()));
    let (teams, users) = (total / 100, total / 25);
    let components = total - teams - users;
    let entities = (0..teams)
        .map(|number| {
            format!("kind: Group\nmetadata: {{ name: team-{number} }}\nspec: {{ type: team, children: [] }}\n")
        })
        .chain((0..users).map(|number| {
            format!(
                "kind: User\nmetadata: {{ name: user-{number} }}\nspec: {{ memberOf: [team-{}] }}\n",
                number % teams
            )
        }))
        .chain((0..components).map(|number| component(number, teams, components)));
    let mut files = 0;
    let mut text = String::new();
    for (number, entity) in entities.enumerate() {
        text.push_str(&format!("---\napiVersion: backstage.io/v1alpha1\n{entity}"));
        if (number + 1) % PER_FILE == 0 || number + 1 == total {
            let repo = folder.join(format!("repos/repo-{files}"));
            fs::create_dir_all(&repo).expect("the folder is ours");
            fs::write(repo.join("catalog-info.yaml"), &text).expect("the folder is ours");
            text.clear();
            files += 1;
        }
    }
    println!("{total} entities in {files} repositories");
    check(&folder, "cold: empty cache");
    check(&folder, "from the cache");
    check(&folder, "from the cache, again");
    fs::remove_dir_all(&folder).expect("the folder is ours");
}

/// Dependencies lead to lower numbers only, so that there is no circle.
fn component(number: usize, teams: usize, components: usize) -> String {
    let on = |step: usize| number.saturating_sub(1 + (number * step) % components.min(number + 1));
    format!(
        "kind: Component\nmetadata:\n  name: service-{number}\n  title: Service {number}\n  description: Does what service \
         {number} does, for everybody who needs it.\n  annotations:\n    github.com/project-slug: acme/service-{number}\n  \
         tags: [java, tier-{}]\nspec:\n  type: service\n  lifecycle: production\n  owner: team-{}\n  dependsOn:\n    \
         - component:service-{}\n    - component:service-{}\n    - component:service-{}\n",
        number % 4,
        number % teams,
        on(7),
        on(31),
        on(101)
    )
}

fn check(folder: &Path, name: &str) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["check", "repos", "--cache-dir", "cache", "--deny", "nothing", "--format", "concise"])
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    println!(
        "{name}: {:.2} s wall; {}",
        start.elapsed().as_secs_f64(),
        said.trim_end().lines().last().unwrap_or_default()
    );
    assert!(output.status.success());
}
