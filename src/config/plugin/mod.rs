//! Plugins: folders that say which tool's data an entity shows. Built-in ones come with the program, others lie in `plugins/`
//! beside the configuration, never in a crawled repository.

mod manifest;
mod words;

use super::{Secret, folder};
use crate::diagnostics::Place;
use rust_embed::RustEmbed;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use manifest::{MANIFEST, PLUGIN, TAKEN_FACETS};
pub use words::{ENTITY_FIELDS, Values, Words};

/// Words that are taken: tabs and folders that every portal has.
const TAKEN: [&str; 7] = ["overview", "definition", "dependencies", "docs", "create", "source", "health"];
/// Files of one plugin, and the bytes of each.
const MOST_FILES: usize = 100;
const LARGEST_FILE: u64 = 1 << 20;

#[derive(RustEmbed)]
#[folder = "plugins"]
struct BuiltIn;

/// A tool whose data entities show.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// That of its folder.
    pub name: String,
    pub title: String,
    /// One line; may be empty.
    pub description: String,
    /// The name of an icon of the theme; may be empty.
    pub icon: String,
    /// By a name of the manifest's: annotations that switch it on for an entity, any of them. Without one, it is on for none.
    pub annotations: Vec<(String, String)>,
    /// Kinds of entities, compared without case; none for all.
    pub kinds: Vec<String>,
    /// Values of its settings that are not secret.
    pub settings: BTreeMap<String, String>,
    pub data: Vec<DataSource>,
    pub show: Show,
    /// Files that its pages load.
    pub style: Option<String>,
    pub script: Option<String>,
    pub live: Option<Live>,
    /// The file with its sample data.
    pub sample: Option<String>,
    pub files: Files,
    pub place: Place,
    /// Where it lies; none for built-in ones.
    pub folder: Option<PathBuf>,
    secrets: Vec<Secret>,
}

/// A plugin's files by their paths in its folder.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Arc<[u8]>>);

impl std::fmt::Debug for Files {
    /// Names and hashes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(path, bytes)| (path, blake3::hash(bytes)))).finish()
    }
}

impl Files {
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path.trim_start_matches("./")).map(|bytes| &**bytes)
    }

    /// The text of a file that is UTF-8.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.get(path)?).ok()
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Where data come from.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSource {
    /// Templates see `data.<name>`.
    pub name: String,
    pub from: DataFrom,
    /// A kept answer that is younger is not asked for again.
    pub max_age: Option<Duration>,
    /// The dotted path of the time that the data say of themselves.
    pub as_of: Option<String>,
    /// The JSON Schema that the data fit.
    pub schema: Option<Json>,
    /// The dotted path of a list in the data.
    pub list: Option<String>,
    /// An entity gets the rows whose field (a dotted path) has this value.
    pub rows: Option<(String, Words)>,
    pub place: Place,
}

/// The ways that data come.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFrom {
    Web(Request),
    /// JSON, YAML or CSV.
    File {
        path: Words,
        base: Base,
    },
    /// A program with its arguments, run once for all entities in this folder.
    Command {
        words: Vec<String>,
        folder: PathBuf,
    },
    /// A file of the entity's own repository, below its descriptor's folder.
    Repository(Words),
    /// A reader that is part of the program.
    Reader(Reader),
    /// A setting that it needs has no value, so nobody asks.
    Nowhere,
}

/// Where relative paths start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    Folder(PathBuf),
    /// In the files of a built-in plugin.
    Embedded,
}

/// Readers that are part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Kubernetes,
}

impl Reader {
    pub const ALL: [(&str, Reader); 1] = [("kubernetes", Reader::Kubernetes)];
}

/// A question over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub url: Words,
    pub query: Vec<(String, Words)>,
    pub headers: Vec<(String, Words)>,
    pub sent: Option<Sent>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    Json(JsonWords),
    GraphQl { query: String, variables: JsonWords },
}

/// JSON whose texts have places.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonWords {
    Plain(Json),
    Text(Words),
    List(Vec<JsonWords>),
    Map(Vec<(String, JsonWords)>),
}

impl JsonWords {
    /// Whether every entity gets the same.
    pub fn is_fixed(&self) -> bool {
        match self {
            JsonWords::Plain(_) => true,
            JsonWords::Text(words) => words.is_fixed(),
            JsonWords::List(items) => items.iter().all(JsonWords::is_fixed),
            JsonWords::Map(rows) => rows.iter().all(|(_, value)| value.is_fixed()),
        }
    }

    /// The JSON for one entity. `None` where a value is missing.
    pub fn fill(&self, values: &dyn Values) -> Option<Json> {
        Some(match self {
            JsonWords::Plain(json) => json.clone(),
            JsonWords::Text(words) => Json::String(words.fill(values, &|value| Some(value.to_string()))?),
            JsonWords::List(items) => Json::Array(items.iter().map(|item| item.fill(values)).collect::<Option<_>>()?),
            JsonWords::Map(rows) => {
                let row = |(key, value): &(String, JsonWords)| Some((key.clone(), value.fill(values)?));
                Json::Object(rows.iter().map(row).collect::<Option<_>>()?)
            }
        })
    }
}

/// Where a plugin shows what it has: files and expressions of its templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Show {
    /// A tab of the entity.
    pub tab: Option<String>,
    /// A card on the entity's overview.
    pub card: Option<String>,
    pub badge: Option<Badge>,
    /// By key: what lists, search and queries know.
    pub facets: Vec<(String, String)>,
    /// What the scorecard may ask.
    pub checks: Vec<PluginCheck>,
    /// A line for each thing that fails now.
    pub problems: Option<String>,
    /// Words by which the tab is found.
    pub search: Option<String>,
    /// A page of its own.
    pub page: Option<String>,
}

/// A word beside the entity's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    pub text: String,
    /// Gives one of `good`, `warn`, `bad`, `busy`, `off`.
    pub tone: Option<String>,
}

/// A check of the scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginCheck {
    pub key: String,
    pub title: String,
    /// Gives `true` or `false`; nothing where it is not asked.
    pub passes: String,
}

/// What browsers may read to show newer data.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The source whose data it is.
    pub source: String,
    pub url: Words,
    /// Seconds between two questions.
    pub every: u32,
}

impl Plugin {
    pub fn is_built_in(&self) -> bool {
        self.folder.is_none()
    }

    /// What nobody may see.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(Secret::reveal)
    }

    /// Whether it is for entities of this kind.
    pub fn is_for(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
    }
}

/// A plugin that comes with the program, as its manifest tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltInPlugin {
    pub name: String,
    pub description: String,
    /// Keys of the annotations that switch it on.
    pub annotations: Vec<String>,
}

/// The built-in plugins by name.
pub fn built_in_plugins() -> Vec<BuiltInPlugin> {
    let all = built_in().into_iter().map(|(name, files)| {
        let manifest = files.text(MANIFEST).and_then(|text| crate::yaml::parse_one(text).ok());
        let manifest = manifest.map(|manifest| manifest.to_json()).unwrap_or_default();
        let text = |value: &Json| value.as_str().map(str::to_string);
        let named = manifest["annotations"].as_object().into_iter().flat_map(|rows| rows.values()).filter_map(text);
        BuiltInPlugin {
            name,
            description: text(&manifest["description"]).unwrap_or_default(),
            annotations: text(&manifest["annotation"]).into_iter().chain(named).collect(),
        }
    });
    all.collect()
}

/// Whether a plugin can be called so: lower-case words, and no tab that every portal has.
pub fn is_plugin_name(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.split('-').all(is_word) && !TAKEN.contains(&name)
}

/// Folders of the built-in plugins, with their files.
pub(super) fn built_in() -> BTreeMap<String, Files> {
    let mut plugins: BTreeMap<String, Files> = BTreeMap::new();
    for path in BuiltIn::iter() {
        let (Some((name, inside)), Some(file)) = (path.split_once('/'), BuiltIn::get(&path)) else { continue };
        plugins.entry(name.to_string()).or_default().0.insert(inside.to_string(), file.data.as_ref().into());
    }
    plugins
}

/// Folders of plugins in `plugins/` beside the configuration.
pub(super) fn folders(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = files.iter().map(|file| folder(file).join("plugins")).collect();
    folders.dedup();
    let inside = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut inside: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        inside.retain(|path| path.join(MANIFEST).is_file());
        inside.sort();
        inside
    };
    folders.into_iter().flat_map(inside).collect()
}

/// The files of a plugin's folder. The error names the one that cannot be taken.
pub(super) fn files_of(folder: &Path) -> Result<Files, String> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).max_depth(4).sort_by_file_name() {
        let entry = entry.map_err(|error| error.to_string())?;
        let inside = entry.path().strip_prefix(folder).map_err(|error| error.to_string())?;
        let inside = inside.to_string_lossy().replace('\\', "/");
        let is_hidden = inside.split('/').any(|part| part.starts_with('.'));
        if !entry.file_type().is_file() || is_hidden {
            continue;
        }
        let size = entry.metadata().map_err(|error| error.to_string())?.len();
        if size > LARGEST_FILE {
            return Err(format!("`{inside}` has more than {} MiB", LARGEST_FILE >> 20));
        }
        if files.len() == MOST_FILES {
            return Err(format!("it has more than {MOST_FILES} files"));
        }
        let bytes = std::fs::read(entry.path()).map_err(|error| format!("`{inside}`: {error}"))?;
        files.insert(inside, bytes.into());
    }
    Ok(Files(files))
}
