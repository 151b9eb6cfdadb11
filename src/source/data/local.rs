//! Data out of files: of the operator's folders, of built-in plugins, of repositories.

use super::{LARGEST, Outcome, Values};
use crate::config::{Base, Plugin, Words};
use crate::source::{ReadFault, Repo};
use serde_json::{Map, Value as Json};
use std::io::Read;
use std::path::PathBuf;

/// A file that somebody asks for.
pub(super) enum Named {
    Disk { path: PathBuf, shown: String, is_shared: bool },
    Embedded { text: Option<String>, shown: String },
}

/// A value as part of a path: below where it stands, whatever it says.
pub(super) fn segments(value: &str) -> Option<String> {
    let is_odd = |part: &str| {
        matches!(part, "" | "." | "..") || part.contains(['\\', '\0']) || cfg!(windows) && part.contains(':')
    };
    (!value.split('/').any(is_odd)).then(|| value.to_string())
}

impl Named {
    pub(super) fn of(path: &Words, base: &Base, plugin: &Plugin, values: &dyn Values) -> Option<Named> {
        let filled = path.fill(values, &segments)?;
        Some(match base {
            Base::Folder(folder) => {
                Named::Disk { path: folder.join(&filled), shown: filled, is_shared: path.is_fixed() }
            }
            Base::Embedded => Named::Embedded { text: plugin.files.text(&filled).map(str::to_string), shown: filled },
        })
    }

    pub(super) fn key(&self) -> String {
        match self {
            Named::Disk { path, .. } => path.display().to_string(),
            Named::Embedded { shown, .. } => shown.clone(),
        }
    }

    pub(super) fn read(&self) -> Outcome {
        match self {
            Named::Disk { path, shown, is_shared } => {
                let mut bytes = Vec::new();
                let opened = std::fs::metadata(path).and_then(|about| match about.is_file() {
                    true => std::fs::File::open(path),
                    false => Err(std::io::Error::other("it is no file")),
                });
                match opened.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)) {
                    Ok(_) => parsed(shown, &bytes),
                    // An entity without a file of its own has no data.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_shared => Outcome::Nothing,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        failed(format!("there is no file `{shown}`"))
                    }
                    Err(error) => failed(format!("`{shown}`: {error}")),
                }
            }
            Named::Embedded { text: Some(text), shown } => parsed(shown, text.as_bytes()),
            Named::Embedded { text: None, .. } => Outcome::Nothing,
        }
    }
}

/// A file of an entity's repository; it need not be there.
pub(super) fn of_repository(repo: &Repo, path: &str) -> Outcome {
    match repo.read(path, LARGEST) {
        Ok(bytes) => parsed(path, &bytes),
        Err(ReadFault::Missing) => Outcome::Nothing,
        Err(fault) => failed(format!("`{path}` cannot be read: {fault}")),
    }
}

fn failed(reason: String) -> Outcome {
    Outcome::Failed { reason, is_of_host: false }
}

/// JSON, YAML or CSV by the ending of the name.
fn parsed(name: &str, bytes: &[u8]) -> Outcome {
    if bytes.len() as u64 > LARGEST {
        return failed(format!("`{name}` has more than {} MiB", LARGEST >> 20));
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let json = match ending.as_str() {
        "json" => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
        "yaml" | "yml" => serde_yaml::from_slice(bytes)
            .map_err(|error| error.to_string().lines().next().unwrap_or("it is not valid YAML").to_string()),
        "csv" => rows(bytes).map_err(|error| error.to_string()),
        _ => Err("its name ends in none of .json, .yaml, .yml and .csv".to_string()),
    };
    match json {
        Ok(json) => Outcome::New { json, time: None, mark: None },
        Err(cause) => failed(format!("`{name}`: {cause}")),
    }
}

/// Each row of a CSV file as an object; the first one names the fields.
fn rows(bytes: &[u8]) -> Result<Json, csv::Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let heads = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let row: Map<String, Json> =
            heads.iter().zip(record.iter()).map(|(head, cell)| (head.to_string(), Json::from(cell))).collect();
        rows.push(Json::Object(row));
    }
    Ok(Json::Array(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn files_become_json() {
        let read = |name: &str, text: &str| match parsed(name, text.as_bytes()) {
            Outcome::New { json, .. } => Ok(json),
            Outcome::Failed { reason, .. } => Err(reason),
            _ => Err(String::new()),
        };
        assert_eq!(read("a.json", "[1]"), Ok(json!([1])));
        assert_eq!(read("a.yml", "a: [x, 2]"), Ok(json!({ "a": ["x", 2] })));
        assert_eq!(
            read("a.csv", "\u{feff}name, total\nshop, 3\n\"a,b\",4\n"),
            Ok(json!([{ "name": "shop", "total": "3" }, { "name": "a,b", "total": "4" }]))
        );
        assert!(read("a.json", "{").is_err_and(|reason| reason.starts_with("`a.json`: ")));
        assert!(read("a.txt", "x").is_err() && read("a.csv", "a,b\n1\n").is_err());
    }

    #[test]
    fn values_stay_below_the_folder() {
        assert_eq!(segments("acme/shop").as_deref(), Some("acme/shop"));
        for value in ["../x", "/etc/passwd", "a//b", "a/..", "a\\b", ""] {
            assert_eq!(segments(value), None, "{value}");
        }
    }
}
