//! Clusters in files: what `kubectl get -o json` wrote.

use super::redact::redacted;
use super::{List, State, slim};
use crate::source::forge::instant;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// Larger files are no snapshots, and no more files are read.
const MAX_FILE: u64 = 128 << 20;
const MOST_FILES: usize = 100;
/// Keys of times that have passed when an object is read.
const PAST: [&str; 10] = [
    "creationTimestamp",
    "lastTimestamp",
    "lastObservedTime",
    "lastTransitionTime",
    "lastUpdateTime",
    "lastScheduleTime",
    "lastScaleTime",
    "startedAt",
    "finishedAt",
    "completionTime",
];

/// All objects of some files.
pub(super) struct Snapshot {
    objects: Vec<Json>,
    events: Vec<Json>,
    /// The newest time that its objects tell: files do not say when they were written.
    time: Option<i64>,
    /// So many objects are read at most, where there are more.
    cut_at: Option<usize>,
}

impl From<Snapshot> for State {
    fn from(snapshot: Snapshot) -> State {
        State {
            lists: vec![List { question: None, objects: snapshot.objects }],
            events: snapshot.events,
            time: snapshot.time,
            cuts: snapshot.cut_at.map(|most| ("objects", most)).into_iter().collect(),
            ..State::default()
        }
    }
}

/// Reads the files whose names fit the patterns. The error says which of them is no list of objects.
pub(super) fn read(patterns: &[PathBuf], most: usize) -> Result<Snapshot, String> {
    let mut files = Vec::new();
    for pattern in patterns {
        files.extend(expanded(pattern)?);
    }
    if files.len() > MOST_FILES {
        return Err(format!("there are more than {MOST_FILES} files"));
    }
    let mut snapshot = Snapshot { objects: Vec::new(), events: Vec::new(), time: None, cut_at: None };
    for file in files {
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let wrong = |why: String| format!("the snapshot `{name}` cannot be read: {why}");
        let size = std::fs::metadata(&file).map_err(|error| wrong(error.to_string()))?.len();
        if size > MAX_FILE {
            return Err(wrong(format!("it has more than {} MiB", MAX_FILE >> 20)));
        }
        let bytes = std::fs::read(&file).map_err(|error| wrong(error.to_string()))?;
        if bytes.trim_ascii().is_empty() {
            return Err(wrong("it is empty, as `kubectl` leaves it when it fails".to_string()));
        }
        for document in serde_json::Deserializer::from_slice(&bytes).into_iter::<Json>() {
            let document = document.map_err(|error| wrong(error.to_string()))?;
            add(document, &mut snapshot, most).map_err(wrong)?;
        }
    }
    Ok(snapshot)
}

fn add(document: Json, snapshot: &mut Snapshot, most: usize) -> Result<(), String> {
    let kind = document["kind"].as_str().unwrap_or_default().to_string();
    let version = document["apiVersion"].as_str().unwrap_or_default().to_string();
    let items = match document {
        Json::Object(mut fields) if kind.ends_with("List") => match fields.remove("items") {
            Some(Json::Array(items)) => items,
            Some(Json::Null) => Vec::new(),
            _ => return Err("its list holds no objects".to_string()),
        },
        // What the API says instead of a list.
        status if kind == "Status" => {
            let message = status["message"].as_str().unwrap_or("it gives no reason");
            return Err(format!("it holds a refusal: {}", message.chars().take(200).collect::<String>()));
        }
        object @ Json::Object(_) if object["metadata"].is_object() && !kind.is_empty() => vec![object],
        _ => return Err("it is no output of `kubectl get -o json`".to_string()),
    };
    let of_items = kind.trim_end_matches("List");
    for mut item in items {
        let Some(fields) = item.as_object_mut() else { continue };
        if !of_items.is_empty() {
            fields.entry("kind").or_insert_with(|| of_items.into());
            fields.entry("apiVersion").or_insert_with(|| version.clone().into());
        }
        if snapshot.objects.len() + snapshot.events.len() >= most {
            snapshot.cut_at = Some(most);
            return Ok(());
        }
        let Some(object) = redacted(item) else { continue };
        snapshot.time = snapshot.time.max(newest(&object));
        match object["kind"].as_str() {
            Some("Event") if object["type"] == "Warning" => snapshot.events.push(slim(&object)),
            Some("Event") => {}
            _ => snapshot.objects.push(object),
        }
    }
    Ok(())
}

fn newest(value: &Json) -> Option<i64> {
    match value {
        Json::Object(fields) => {
            let of = |(key, value): (&String, &Json)| match value {
                Json::String(text) if PAST.contains(&key.as_str()) => instant(text),
                other => newest(other),
            };
            fields.iter().filter_map(of).max()
        }
        Json::Array(items) => items.iter().filter_map(newest).max(),
        _ => None,
    }
}

/// The files of a pattern whose last part may hold `*`, in the order of their names.
fn expanded(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let name = pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains('*') {
        return Ok(vec![pattern.to_path_buf()]);
    }
    let wrong = |why: String| format!("the snapshots `{name}` cannot be read: {why}");
    let glob = globset::Glob::new(&name).map_err(|error| wrong(error.to_string()))?.compile_matcher();
    let folder = std::fs::read_dir(pattern.parent().unwrap_or(Path::new(".")));
    let entries = folder.map_err(|error| wrong(error.to_string()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| glob.is_match(name)))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(wrong("there is no such file".to_string()));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubectl_leaves_when_it_fails_is_no_snapshot() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("stage.json");
        for (text, expected) in [
            (" \n", "it is empty"),
            (r#"{"kind": "Status", "status": "Failure", "message": "Unauthorized"}"#, "a refusal: Unauthorized"),
            (r#"{"kind": "Thing"}"#, "no output of `kubectl get -o json`"),
        ] {
            std::fs::write(&file, text).expect("written");
            let why = read(std::slice::from_ref(&file), 10).err().expect("no snapshot");
            assert!(why.contains(expected), "{why}");
        }
    }
}
