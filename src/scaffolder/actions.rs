//! The actions that need no server: a row and a function each.

use super::bundle::{Bundle, BundledFile, Content};
use super::language::{self, Settings};
use super::workspace::{Made, Workspace, child, inside, shown};
use super::yaml_text;
use crate::source::file_name;
use globset::{GlobBuilder, GlobMatcher};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

type Input = Map<String, Json>;
/// In: what the step hands over, rendered. Out: what later steps see of it, or why it failed.
type Action = fn(&mut Task<'_>, &Input) -> Result<Map<String, Json>, String>;

/// Every action that runs.
pub(super) const ACTIONS: &[(&str, Action)] = &[
    ("catalog:fetch", catalog_fetch),
    ("catalog:write", catalog_write),
    ("debug:log", debug_log),
    ("debug:wait", |_, _| Ok(Map::new())),
    ("fetch:plain", fetch_plain),
    ("fetch:plain:file", fetch_plain_file),
    ("fetch:template", fetch_template),
    ("fetch:template:file", fetch_template_file),
    ("fs:delete", fs_delete),
    ("fs:readdir", fs_readdir),
    ("fs:rename", fs_rename),
    ("workspace:template", workspace_template),
    ("workspace:template:file", workspace_template_file),
];

/// What an action works with.
pub(super) struct Task<'a> {
    pub(super) bundle: &'a Bundle,
    /// By ref.
    pub(super) entities: &'a BTreeMap<String, Json>,
    pub(super) workspace: &'a mut Workspace,
    pub(super) settings: &'a Settings,
    pub(super) log: &'a mut Vec<String>,
    /// Entities that are not at hand.
    pub(super) wanted: &'a mut BTreeSet<String>,
}

fn text<'a>(input: &'a Input, key: &str) -> Option<&'a str> {
    input.get(key)?.as_str()
}

fn needed<'a>(input: &'a Input, key: &str) -> Result<&'a str, String> {
    text(input, key).ok_or_else(|| format!("`{key}` is missing"))
}

fn is_on(input: &Input, key: &str) -> bool {
    input.get(key) == Some(&Json::Bool(true))
}

fn texts(input: &Input, key: &str) -> Vec<String> {
    let items = input.get(key).and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// How files are rendered.
pub(super) struct Rendering<'a> {
    context: Json,
    pub(super) settings: Settings,
    /// Files that are copied as they are; their names are rendered all the same.
    as_they_are: Globs,
    /// Only files with this ending are rendered, and lose it.
    ending: Option<&'a str>,
    replace: bool,
}

impl<'a> Rendering<'a> {
    pub(super) fn new(input: &'a Input, settings: &Settings) -> Result<Rendering<'a>, String> {
        let values = input.get("values").cloned().unwrap_or_else(|| json!({}));
        let cookiecutter = is_on(input, "cookiecutterCompat");
        let ending = match input.get("templateFileExtension") {
            Some(Json::Bool(true)) => Some(".njk"),
            Some(Json::String(ending)) if !ending.is_empty() => Some(ending.as_str()),
            _ => None,
        };
        let as_they_are = texts(input, "copyWithoutTemplating");
        if ending.is_some() && (!as_they_are.is_empty() || cookiecutter) {
            return Err(
                "`templateFileExtension` goes with neither `copyWithoutTemplating` nor `cookiecutterCompat`".into()
            );
        }
        Ok(Rendering {
            context: if cookiecutter { json!({ "cookiecutter": values }) } else { json!({ "values": values }) },
            settings: Settings {
                cookiecutter,
                trim_blocks: is_on(input, "trimBlocks"),
                lstrip_blocks: is_on(input, "lstripBlocks"),
                ..settings.clone()
            },
            as_they_are: Globs::new(&as_they_are)?,
            ending,
            replace: is_on(input, "replace"),
        })
    }

    fn render(&self, what: &str, text: &str) -> Result<String, String> {
        language::render(text, &self.context, &self.settings)
            .map_err(|fault| format!("`{}` cannot be rendered: {fault}", shown(what)))
    }

    /// What gives a file its name, and whether its text is rendered.
    pub(super) fn reads<'p>(&self, path: &'p str) -> (&'p str, bool) {
        let cut = self.ending.and_then(|ending| path.strip_suffix(ending)).filter(|rest| !file_name(rest).is_empty());
        let is_rendered = match self.ending {
            Some(_) => cut.is_some(),
            None => !self.as_they_are.reach(path),
        };
        (cut.unwrap_or(path), is_rendered)
    }

    /// Renders a file of a template into the workspace. `path` is its path below what was fetched.
    fn file(&self, workspace: &mut Workspace, folder: &str, path: &str, file: &BundledFile) -> Result<(), String> {
        let (name, is_rendered) = self.reads(path);
        let name = self.render(path, name)?;
        // This is how an `if` in a name leaves a file or a folder out.
        if name.is_empty() || name.starts_with('/') || name.contains("//") {
            return Ok(());
        }
        let target = child(folder, &name)?;
        self.put(workspace, &target, path, file, is_rendered)
    }

    fn put(
        &self,
        workspace: &mut Workspace,
        target: &str,
        path: &str,
        file: &BundledFile,
        is_rendered: bool,
    ) -> Result<(), String> {
        if workspace.has(target) && !self.replace {
            return Ok(());
        }
        let bytes = match &file.content {
            Content::Text(text) if is_rendered => self.render(path, text)?.into_bytes(),
            content => content.bytes().to_vec(),
        };
        workspace.put(target, Made { bytes, executable: file.executable })
    }
}

/// Patterns of paths; those that begin with `!` leave out.
struct Globs {
    with: Vec<GlobMatcher>,
    without: Vec<GlobMatcher>,
}

impl Globs {
    fn new(patterns: &[String]) -> Result<Globs, String> {
        let mut globs = Globs { with: Vec::new(), without: Vec::new() };
        for pattern in patterns {
            let (list, text) = match pattern.strip_prefix('!') {
                Some(rest) => (&mut globs.without, rest),
                None => (&mut globs.with, pattern.as_str()),
            };
            let text = text.trim_start_matches("./").trim_end_matches('/');
            let glob = GlobBuilder::new(text).literal_separator(true).build();
            list.push(glob.map_err(|_| format!("`{}` is no pattern of files", shown(pattern)))?.compile_matcher());
        }
        Ok(globs)
    }

    /// Whether a file is meant, or a folder above it.
    fn reach(&self, path: &str) -> bool {
        let reaches = |glob: &GlobMatcher| {
            glob.is_match(path) || path.match_indices('/').any(|(at, _)| glob.is_match(&path[..at]))
        };
        self.with.iter().any(reaches) && !self.without.iter().any(reaches)
    }
}

/// What a step fetches: a folder or file of the bundle.
fn fetched(task: &Task<'_>, input: &Input) -> Result<String, String> {
    let url = needed(input, "url")?;
    task.bundle.locate(url).ok_or_else(|| {
        format!(
            "`{}` is not among the files of the template; it would have to be fetched from somewhere else",
            shown(url)
        )
    })
}

fn below<'a>(bundle: &'a Bundle, folder: &str) -> impl Iterator<Item = (&'a str, &'a BundledFile)> + use<'a> {
    let start = if folder.is_empty() { 0 } else { folder.len() + 1 };
    bundle.below(folder).map(move |(path, file)| (&path[start..], file)).filter(|(path, _)| !path.starts_with('@'))
}

fn target(input: &Input) -> Result<String, String> {
    inside(text(input, "targetPath").unwrap_or("./"))
}

fn fetch_template(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let (from, folder) = (fetched(task, input)?, target(input)?);
    let rendering = Rendering::new(input, task.settings)?;
    for (path, file) in below(task.bundle, &from) {
        rendering.file(task.workspace, &folder, path, file)?;
    }
    Ok(Map::new())
}

fn fetch_template_file(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let (from, target) = (fetched(task, input)?, inside(needed(input, "targetPath")?)?);
    let rendering = Rendering::new(input, task.settings)?;
    let file = task.bundle.files.get(&from).ok_or_else(|| format!("`{}` is a folder", shown(&from)))?;
    rendering.put(task.workspace, &target, &from, file, true)?;
    Ok(Map::new())
}

fn fetch_plain(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let (from, folder) = (fetched(task, input)?, target(input)?);
    for (path, file) in below(task.bundle, &from) {
        let made = Made { bytes: file.content.bytes().to_vec(), executable: file.executable };
        task.workspace.put(&child(&folder, path)?, made)?;
    }
    Ok(Map::new())
}

fn fetch_plain_file(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let (from, target) = (fetched(task, input)?, inside(needed(input, "targetPath")?)?);
    let file = task.bundle.files.get(&from).ok_or_else(|| format!("`{}` is a folder", shown(&from)))?;
    task.workspace.put(&target, Made { bytes: file.content.bytes().to_vec(), executable: file.executable })?;
    Ok(Map::new())
}

/// A file of the workspace as if a template brought it.
fn taken(task: &Task<'_>, path: &str) -> Option<BundledFile> {
    let made = task.workspace.files().get(path)?;
    Some(BundledFile { executable: made.executable, content: Content::of(made.bytes.clone()) })
}

fn workspace_template(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let from = inside(text(input, "sourcePath").unwrap_or("./"))?;
    let folder = text(input, "targetPath").map_or_else(|| Ok(from.clone()), inside)?;
    let rendering = Rendering { replace: true, ..Rendering::new(input, task.settings)? };
    for path in task.workspace.at(&from) {
        let Some(file) = taken(task, &path) else { continue };
        let name = path[from.len()..].trim_start_matches('/');
        if folder == from {
            task.workspace.remove(&path);
        }
        rendering.file(task.workspace, &folder, name, &file)?;
    }
    Ok(Map::new())
}

fn workspace_template_file(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let from = inside(needed(input, "sourcePath")?)?;
    let target = text(input, "targetPath").map_or_else(|| Ok(from.clone()), inside)?;
    let rendering = Rendering { replace: true, ..Rendering::new(input, task.settings)? };
    let file = taken(task, &from).ok_or_else(|| format!("there is no file `{}`", shown(&from)))?;
    rendering.put(task.workspace, &target, &from, &file, true)?;
    Ok(Map::new())
}

fn fs_delete(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let globs = Globs::new(&texts(input, "files"))?;
    for path in task.workspace.at("").iter().filter(|path| globs.reach(path)) {
        task.workspace.remove(path);
    }
    Ok(Map::new())
}

fn fs_rename(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    for row in input.get("files").and_then(Json::as_array).into_iter().flatten() {
        let Some(row) = row.as_object() else { return Err("`files` is no list of mappings".to_string()) };
        let (from, to) = (inside(needed(row, "from")?)?, inside(needed(row, "to")?)?);
        let paths = task.workspace.at(&from);
        if paths.is_empty() {
            return Err(format!("there is no `{}`", shown(&from)));
        }
        let in_the_way = task.workspace.at(&to);
        if !in_the_way.is_empty() && !is_on(row, "overwrite") {
            return Err(format!("there is `{}` already", shown(&to)));
        }
        let moved: Vec<(String, Made)> =
            paths.into_iter().filter_map(|path| Some((path.clone(), task.workspace.remove(&path)?))).collect();
        for path in in_the_way {
            task.workspace.remove(&path);
        }
        for (path, made) in moved {
            task.workspace.put(&format!("{to}{}", &path[from.len()..]), made)?;
        }
    }
    Ok(Map::new())
}

fn fs_readdir(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let (mut files, mut folders) = (Vec::new(), BTreeSet::new());
    let paths = match input.get("paths") {
        Some(_) => texts(input, "paths"),
        None => vec!["./".to_string()],
    };
    for folder in paths {
        let folder = inside(&folder)?;
        for path in task.workspace.at(&folder) {
            let below = path[folder.len()..].trim_start_matches('/');
            if is_on(input, "recursive") || !below.contains('/') {
                files.push(json!({ "name": file_name(&path), "path": folder, "fullPath": path }));
            }
            for (at, _) in
                below.match_indices('/').filter(|(at, _)| is_on(input, "recursive") || !below[..*at].contains('/'))
            {
                folders.insert((folder.clone(), below[..at].to_string()));
            }
        }
    }
    let folders: Vec<Json> = folders
        .iter()
        .map(|(folder, below)| json!({ "name": file_name(below), "path": folder, "fullPath": child(folder, below).unwrap_or_default() }))
        .collect();
    Ok([("files".to_string(), files.into()), ("folders".to_string(), folders.into())].into_iter().collect())
}

/// Writes an entity; it says which template it is from.
fn catalog_write(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let path = inside(text(input, "filePath").unwrap_or("catalog-info.yaml"))?;
    let Some(entity @ Json::Object(_)) = input.get("entity") else { return Err("`entity` is missing".to_string()) };
    let mut entity = entity.clone();
    if let Some(metadata) = entity["metadata"].as_object_mut() {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert("backstage.io/source-template".to_string(), task.bundle.reference.as_str().into());
        }
    }
    let bytes = yaml_text::write(&entity).into_bytes();
    task.workspace.put(&path, Made { bytes, executable: false })?;
    Ok(Map::new())
}

fn catalog_fetch(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    let is_optional = is_on(input, "optional");
    let mut fetch = |reference: &str| {
        let key = canonical(reference, text(input, "defaultKind"), text(input, "defaultNamespace"));
        let found = task.entities.get(&key).cloned();
        if found.is_none() {
            task.wanted.insert(key);
        }
        match found {
            None if !is_optional => Err(format!("the catalog has no `{}`", shown(reference))),
            found => Ok(found.unwrap_or_default()),
        }
    };
    let mut output = Map::new();
    if let Some(reference) = text(input, "entityRef") {
        output.insert("entity".to_string(), fetch(reference)?);
    }
    if input.contains_key("entityRefs") {
        let entities: Result<Vec<Json>, String> = texts(input, "entityRefs").iter().map(|one| fetch(one)).collect();
        output.insert("entities".to_string(), entities?.into());
    }
    match output.is_empty() {
        true => Err("`entityRef` is missing".to_string()),
        false => Ok(output),
    }
}

/// A ref with kind and namespace, in lower case.
fn canonical(reference: &str, kind: Option<&str>, namespace: Option<&str>) -> String {
    let (kind, rest) = reference.split_once(':').unwrap_or((kind.unwrap_or("component"), reference));
    let (namespace, name) = rest.split_once('/').unwrap_or((namespace.unwrap_or("default"), rest));
    format!("{kind}:{namespace}/{name}").to_lowercase()
}

fn debug_log(task: &mut Task<'_>, input: &Input) -> Result<Map<String, Json>, String> {
    task.log.extend(text(input, "message").map(str::to_owned));
    if let Some(Json::Bool(true) | Json::String(_)) = input.get("listWorkspace") {
        task.log.extend(task.workspace.at(""));
    }
    Ok(Map::new())
}
