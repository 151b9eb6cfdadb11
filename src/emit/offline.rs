//! `sw.js`, the service worker that keeps what was read, and `data/offline/`, the list of what a reader may keep as a
//! whole: classic-script shards, so that no file grows with the catalog.

use serde_json::json;

/// A file of the site.
pub struct File {
    pub path: String,
    pub size: u64,
    /// blake3 of its bytes.
    pub hash: [u8; 32],
}

/// Files named in one shard: about 30 KB gzip.
const PER_SHARD: usize = 2000;

/// The worker and the list for a site of these files, sorted by path. The same files give the same bytes, and any other
/// files another version.
pub fn offline(worker: &[u8], files: &[File]) -> Vec<(String, Vec<u8>)> {
    let is_there = |path: &str| files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
    let kept: Vec<&File> = files.iter().filter(|file| is_for_readers(&file.path, is_there)).collect();
    let mut hasher = blake3::Hasher::new();
    hasher.update(worker);
    for file in &kept {
        hasher.update(file.path.as_bytes()).update(&[0]).update(&file.hash);
    }
    let version = hasher.finalize().to_hex()[..16].to_string();
    let is_frame = |file: &&&File| {
        file.path.starts_with("assets/") && [".css", ".js", ".svg"].iter().any(|ending| file.path.ends_with(ending))
    };
    let frame: Vec<&str> = kept.iter().filter(is_frame).map(|file| file.path.as_str()).collect();
    let build = json!({ "version": version, "frame": frame });
    let mut script = format!("const BUILD = {build};\n").into_bytes();
    script.extend_from_slice(worker);

    let bytes: u64 = kept.iter().map(|file| file.size).sum();
    let shards: Vec<_> = kept.chunks(PER_SHARD).collect();
    let root = json!({ "version": version, "files": kept.len(), "bytes": bytes, "shards": shards.len() });
    let mut made = vec![("sw.js".to_string(), script), data("root", &root)];
    made.extend(shards.iter().enumerate().map(|(number, files)| {
        let rows = files.iter().map(|file| json!([file.path, file.size])).collect();
        data(&number.to_string(), &rows)
    }));
    made
}

/// What pages show or lead to; not what machines read, nor the Markdown beside a page.
fn is_for_readers(path: &str, is_there: impl Fn(&str) -> bool) -> bool {
    let for_machines = ["api/", "schema/", "_", "."].iter().any(|start| path.starts_with(start));
    let twin = path.strip_suffix("index.md").is_some_and(|folder| is_there(&format!("{folder}index.html")));
    !for_machines && !twin && path != "build-report.json"
}

fn data(key: &str, value: &serde_json::Value) -> (String, Vec<u8>) {
    (format!("data/offline/{key}.js"), format!("callboardData(\"offline\",\"{key}\",{value});\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(paths: &[&str]) -> Vec<File> {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        let file = |path: &&str| File { path: path.to_string(), size: 10, hash: [path.len() as u8; 32] };
        paths.iter().map(file).collect()
    }

    fn texts(files: &[File]) -> Vec<(String, String)> {
        let text = |(path, bytes)| (path, String::from_utf8(bytes).unwrap());
        offline(b"worker();", files).into_iter().map(text).collect()
    }

    #[test]
    fn readers_get_pages_and_what_these_show() {
        let made = texts(&site(&[
            "index.html",
            "assets/callboard.css",
            "docs/a/index.html",
            "docs/a/index.md",
            "docs/b/index.md",
            "api/catalog/entities.json",
            "build-report.json",
            "_headers",
            ".nojekyll",
        ]));
        assert_eq!(
            made[2].1,
            "callboardData(\"offline\",\"0\",[[\"assets/callboard.css\",10],[\"docs/a/index.html\",10],\
             [\"docs/b/index.md\",10],[\"index.html\",10]]);\n"
        );
        assert!(made[1].1.contains("\"files\":4,\"bytes\":40,\"shards\":1"), "{}", made[1].1);
        assert!(made[0].1.starts_with("const BUILD = {\"version\":\""), "{}", made[0].1);
        assert!(made[0].1.ends_with("\"frame\":[\"assets/callboard.css\"]};\nworker();"), "{}", made[0].1);
    }

    #[test]
    fn the_version_follows_what_readers_see() {
        let version = |files: &[File]| texts(files)[0].1.clone();
        let first = site(&["index.html", "api/x.json"]);
        assert_eq!(version(&first), version(&site(&["index.html", "api/x.json"])));
        assert_eq!(version(&first), version(&site(&["index.html", "api/longer.json"])));
        assert_ne!(version(&first), version(&site(&["index.html", "assets/x.css"])));
        let mut changed = site(&["index.html"]);
        changed[0].hash[0] ^= 1;
        assert_ne!(version(&changed), version(&site(&["index.html"])));
    }

    #[test]
    fn no_shard_grows_with_the_site() {
        let paths: Vec<String> = (0..4500).map(|number| format!("p{number}/index.html")).collect();
        let made = texts(&site(&paths.iter().map(String::as_str).collect::<Vec<_>>()));
        let names: Vec<&str> = made.iter().map(|(path, _)| path.as_str()).collect();
        let shards = ["data/offline/0.js", "data/offline/1.js", "data/offline/2.js"];
        assert_eq!(names, [&["sw.js", "data/offline/root.js"], &shards[..]].concat());
        assert!(made[4].1.matches("index.html").count() == 500);
    }
}
