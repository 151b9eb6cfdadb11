//! How long a build takes: `cargo bench --bench build [-- REPOS PAGES]`.
//!
//! Writes an organisation of plain folders (200 repositories of 10 pages unless said otherwise), then builds it with an
//! empty cache, with a warm one after a change, and once more unchanged, and prints the stages of each. Machines are
//! noisy: compare figures of one run.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark writes files and runs the program"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

const WORDS: [&str; 16] = [
    "order", "ledger", "queue", "retry", "token", "stage", "ticket", "seat", "refund", "cache", "shard", "curtain",
    "cue", "lamp", "script", "prompt",
];

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (repos, pages) = (numbers.first().copied().unwrap_or(200), numbers.get(1).copied().unwrap_or(10));
    let folder = std::env::temp_dir().join(format!("callboard-bench-{}", std::process::id()));
    let source = folder.join("repos");
    let mut random = Random(1);
    for number in 0..repos {
        repository(&source.join(format!("service-{number}")), number, pages, &mut random);
    }
    println!("{repos} repositories, {pages} pages each");
    build(&folder, "cold: empty cache");
    fs::write(source.join("service-0/docs/page-0.md"), "# Changed\n\nAnother text.\n").expect("the folder is ours");
    build(&folder, "warm: one page changed");
    build(&folder, "unchanged");
    fs::remove_dir_all(&folder).expect("the folder is ours");
}

fn build(folder: &Path, name: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["build", "repos", "--out", "site", "--cache-dir", "cache", "--timings", "--quiet"])
        .current_dir(folder)
        .output()
        .expect("the program runs");
    println!("\n{name}\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
    assert!(output.status.success());
}

/// A small generator of numbers, the same ones every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn words(&mut self, number: usize) -> String {
        (0..number).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

fn repository(folder: &Path, number: usize, pages: usize, random: &mut Random) {
    fs::create_dir_all(folder.join("docs")).expect("the temporary folder can be written");
    let write = |path: &str, text: &str| fs::write(folder.join(path), text).expect("the folder is ours");
    let depends =
        if number > 0 { format!("\n  dependsOn: [component:service-{}]", random.below(number)) } else { String::new() };
    write(
        "catalog-info.yaml",
        &format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: service-{number}\n  description: {}\n  \
             annotations:\n    backstage.io/techdocs-ref: dir:.\nspec:\n  type: service\n  lifecycle: production\n  \
             owner: team-{}{depends}\n",
            random.words(8),
            number % 20
        ),
    );
    write("mkdocs.yml", &format!("site_name: Service {number}\n"));
    for page in 0..pages {
        let mut text = format!("# {}\n", random.words(3));
        for section in 0..6 {
            let _ = write!(
                text,
                "\n## {} {section}\n\n{}. See [the next page](page-{}.md).\n\n```rust\nfn {}_{section}(retries: usize) -> Option<String> {{\n    (0..retries).map(|n| format!(\"{}-{{n}}\")).next()\n}}\n```\n",
                random.words(2),
                random.words(90),
                (page + 1) % pages,
                WORDS[random.below(WORDS.len())],
                random.below(1_000_000),
            );
        }
        write(&format!("docs/page-{page}.md"), &text);
    }
}
