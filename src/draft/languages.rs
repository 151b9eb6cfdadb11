//! The languages of a folder, by the endings of its files, as tags.

use crate::source::file_name;
use std::collections::BTreeMap;

/// Endings and the tag of each. What is written beside code in any language is not among them.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("c", &["c"]),
    ("c++", &["cc", "cpp", "cxx", "hpp", "hh"]),
    ("clojure", &["clj", "cljs", "cljc"]),
    ("csharp", &["cs"]),
    ("dart", &["dart"]),
    ("elixir", &["ex", "exs"]),
    ("erlang", &["erl"]),
    ("fsharp", &["fs", "fsx"]),
    ("go", &["go"]),
    ("groovy", &["groovy"]),
    ("haskell", &["hs"]),
    ("java", &["java"]),
    ("javascript", &["js", "jsx", "mjs", "cjs"]),
    ("julia", &["jl"]),
    ("kotlin", &["kt", "kts"]),
    ("lua", &["lua"]),
    ("objective-c", &["m", "mm"]),
    ("ocaml", &["ml", "mli"]),
    ("perl", &["pl", "pm"]),
    ("php", &["php"]),
    ("powershell", &["ps1", "psm1"]),
    ("python", &["py", "ipynb"]),
    ("r", &["r"]),
    ("ruby", &["rb"]),
    ("rust", &["rs"]),
    ("scala", &["scala"]),
    ("shell", &["sh", "bash"]),
    ("solidity", &["sol"]),
    ("svelte", &["svelte"]),
    ("swift", &["swift"]),
    ("terraform", &["tf"]),
    ("typescript", &["ts", "tsx", "mts"]),
    ("vue", &["vue"]),
    ("zig", &["zig"]),
];

const MOST: usize = 3;
/// A language with fewer files than this part of all is not named.
const LEAST: usize = 10;

/// At most three tags, the language with the most files first.
pub(super) fn tags<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths {
        let name = file_name(path).to_lowercase();
        let generated = [".pb.go", "_pb2.py", "_pb2_grpc.py", ".min.js", ".d.ts", ".g.dart", ".bundle.js"];
        let tooling = name.contains(".config.") || name.starts_with('.');
        if generated.iter().any(|ending| name.ends_with(ending)) || tooling {
            continue;
        }
        let Some((_, ending)) = name.rsplit_once('.') else { continue };
        if let Some((tag, _)) = LANGUAGES.iter().find(|(_, endings)| endings.contains(&ending)) {
            *counts.entry(tag).or_default() += 1;
        }
    }
    let all: usize = counts.values().sum();
    let mut ordered: Vec<(&str, usize)> = counts.into_iter().collect();
    ordered.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let enough = ordered.into_iter().filter(|(_, count)| count * LEAST >= all);
    enough.take(MOST).map(|(tag, _)| tag.to_string()).collect()
}
