//! Goes through a repository once and says what each value is and where it was taken from.

use super::manifest::{self, Manifest, manifests};
use super::readme::{self, Readme};
use super::words::description;
use super::{Facts, Found, Given, apis, found, languages, nature};
use crate::catalog::{CodeOwner, format};
use crate::source::{Repo, file_name, parent};
use std::collections::BTreeSet;

/// The name of what is drafted.
pub const DESCRIPTOR: &str = "catalog-info.yaml";

const READMES: [&str; 5] = ["README.md", "readme.md", "Readme.md", "README.markdown", ".github/README.md"];
const MAX_README: u64 = 1 << 20;

/// Folders whose files others wrote, or programs.
const FOREIGN: [&str; 11] = [
    "node_modules",
    "bower_components",
    "vendor",
    "third_party",
    "third-party",
    "dist",
    "target",
    "venv",
    "Pods",
    "googleapis",
    "__pycache__",
];
/// Folders whose files show or test something.
const SAMPLES: [&str; 22] = [
    "test",
    "tests",
    "__tests__",
    "testdata",
    "test-data",
    "fixtures",
    "__fixtures__",
    "testing",
    "e2e",
    "mocks",
    "__mocks__",
    "example",
    "examples",
    "sample",
    "samples",
    "skeleton",
    "skeletons",
    "template",
    "templates",
    "integration-test",
    "integration-tests",
    "demo",
];

/// The files of one folder of a repository.
pub(super) struct Files<'a> {
    pub(super) repo: &'a Repo,
    /// `""`, or the folder with a slash.
    prefix: String,
    /// Paths below the folder, without what others wrote.
    written: Vec<&'a str>,
    /// The same without samples and tests.
    pub(super) own: Vec<&'a str>,
    /// Folders below that look like components of their own.
    pub(super) parts: Vec<&'a str>,
}

impl<'a> Files<'a> {
    fn of(repo: &'a Repo, folder: &str) -> Self {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let within = |path: &str, is: &dyn Fn(&str) -> bool| parent(path).split('/').any(is);
        // What lies in a hidden folder is about the tools of those who work here.
        let is_foreign = |part: &str| FOREIGN.contains(&part) || part.starts_with('.');
        let is_sample = |part: &str| SAMPLES.contains(&part) || part.contains('{');
        let written: Vec<&str> = repo
            .below(folder)
            .map(|file| &file.path[prefix.len()..])
            .filter(|path| !within(path, &is_foreign))
            .collect();
        let own: Vec<&str> = written.iter().copied().filter(|path| !within(path, &is_sample)).collect();
        Files { parts: parts(&own), repo, prefix, written, own }
    }

    /// The component of its own that a file lies in.
    pub(super) fn part_of(&self, path: &str) -> Option<&'a str> {
        self.parts.iter().copied().find(|part| path.strip_prefix(part).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The first of the files that are no part's.
    pub(super) fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.own.iter().copied().find(|path| wanted(path) && self.part_of(path).is_none())
    }

    /// A path of the repository.
    pub(super) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.repo.has(&self.path(path))
    }

    pub(super) fn first_of<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }

    pub(super) fn text(&self, path: &str, limit: u64) -> Option<String> {
        self.repo.text(&self.path(path), limit).ok()
    }

    /// Whether a manifest speaks of code that is built or run.
    pub(super) fn has_code(&self) -> bool {
        self.first_of(&manifest::MARKS).is_some()
    }
}

/// Finds out everything that a first descriptor says.
pub fn survey(given: &Given<'_>) -> Facts {
    let files = Files::of(given.repo, given.folder);
    let manifests = manifests(given.repo, &files.prefix);
    let readme_file = files.first_of(&READMES);
    let readme = readme_file.and_then(|file| files.text(file, MAX_README)).map(|text| readme::read(&text));
    let readme = readme.unwrap_or_default();
    let name = name(given, &manifests);
    let (apis, passed_over) = apis::of(&files, &name.value);
    Facts {
        title: title(&name, &manifests, &readme, readme_file),
        description: about(&manifests, &readme, readme_file),
        annotations: annotations(given, &files),
        tags: languages::tags(files.written.iter().copied()).iter().filter_map(|tag| format::as_tag(tag)).collect(),
        r#type: nature::of(&files),
        lifecycle: lifecycle(given, &name.value, readme_file.filter(|_| readme.is_over)),
        owner: owner(given, &files),
        parts: files.parts.iter().map(|part| part.to_string()).collect(),
        name,
        apis,
        passed_over,
    }
}

fn name(given: &Given<'_>, manifests: &[Manifest]) -> Found {
    let whole = given.folder.is_empty();
    let remote = given.remote.filter(|_| whole).map(|remote| {
        let own = file_name(&remote.path);
        (own.to_string(), format!("the git remote `{}/{}`", remote.host, remote.path))
    });
    let manifests =
        manifests.iter().filter_map(|manifest| Some((manifest.name.clone()?, format!("`{}`", manifest.file))));
    let folder = (given.folder_name.to_string(), "the folder's name".to_string());
    let mut all = remote.into_iter().chain(manifests).chain([folder]);
    let named = all.find_map(|(text, from)| Some(found(format::as_name(&text)?, from)));
    named.unwrap_or_else(|| found("unnamed", "nothing: no name here is a valid one"))
}

fn title(name: &Found, manifests: &[Manifest], readme: &Readme, file: Option<&str>) -> Option<Found> {
    let heading = readme.heading.as_deref()?;
    let known =
        |text: &str| text.eq_ignore_ascii_case(heading) || text.rsplit('/').next() == heading.rsplit('/').next();
    if known(&name.value) || manifests.iter().filter_map(|manifest| manifest.name.as_deref()).any(known) {
        return None;
    }
    Some(found(heading, format!("the heading of `{}`", file?)))
}

fn about(manifests: &[Manifest], readme: &Readme, file: Option<&str>) -> Option<Found> {
    let of_manifests = manifests.iter().find_map(|manifest| {
        let text = description(manifest.description.as_deref()?)?;
        Some(found(text, format!("`{}`", manifest.file)))
    });
    of_manifests.or_else(|| Some(found(readme.paragraph.clone()?, format!("`{}`", file?))))
}

/// Forges by a word of their host.
const SLUGS: [(&str, &str); 3] = [
    ("github", "github.com/project-slug"),
    ("gitlab", "gitlab.com/project-slug"),
    ("bitbucket", "bitbucket.org/project-slug"),
];

fn annotations(given: &Given<'_>, files: &Files<'_>) -> Vec<(&'static str, Found)> {
    let mut annotations = Vec::new();
    if let Some(remote) = given.remote
        && let Some((_, annotation)) = SLUGS.iter().find(|(word, _)| remote.host.contains(word))
    {
        annotations.push((*annotation, found(&remote.path, format!("the git remote at `{}`", remote.host))));
    }
    let docs = files.written.iter().find(|path| parent(path) == "docs" && path.ends_with(".md"));
    if let Some(file) = files.first_of(&["mkdocs.yml", "mkdocs.yaml"]).or(docs.copied()) {
        annotations.push(("backstage.io/techdocs-ref", found("dir:.", format!("`{file}`"))));
    }
    annotations
}

/// `over` is a README that says so.
fn lifecycle(given: &Given<'_>, name: &str, over: Option<&str>) -> Found {
    if let Some(file) = over {
        return found("deprecated", format!("the heading of `{file}` says so"));
    }
    // Of a repository with many packages, a folder's own releases count, and those of the whole.
    let of_others = |prefix: &str| {
        let package = prefix.trim_end_matches(['@', '/', '-', '_', '.']).rsplit('/').next().unwrap_or_default();
        !given.folder.is_empty()
            && !matches!(package, "" | "release" | "version")
            && !package.eq_ignore_ascii_case(name)
    };
    let releases = given
        .tags
        .unwrap_or_default()
        .iter()
        .filter_map(|tag| release(tag).map(|(prefix, version)| (version, prefix, tag)));
    let stable = releases.filter(|(version, prefix, _)| *version >= (1, 0, 0) && !of_others(prefix));
    match (stable.max(), given.tags) {
        (Some((_, _, tag)), _) => found("production", format!("there is the tag `{tag}`")),
        (None, None) => found("experimental", "no git tag was looked at"),
        (None, Some([])) => found("experimental", "there is no git tag"),
        (None, Some(_)) => found("experimental", "no git tag is a release from 1.0 on"),
    }
}

/// What stands before the version of a tag, and the version: `v1.2.3`, `release-1.2`, `@acme/shop@1.2.3`; none for
/// previews.
fn release(tag: &str) -> Option<(&str, (u32, u32, u32))> {
    let last = tag.rfind(['@', '/']).map_or(0, |at| at + 1);
    let digits = last + tag[last..].find(|c: char| c.is_ascii_digit())?;
    let start = if tag[last..digits].ends_with(['v', 'V']) { digits - 1 } else { digits };
    if tag[..start].ends_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let text = tag[digits..].split('+').next()?;
    let mut numbers = text.split('.').map(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next()??, numbers.next()??);
    let patch = numbers.next().unwrap_or(Some(0))?;
    Some((&tag[..start], (major, minor, patch)))
}

fn owner(given: &Given<'_>, files: &Files<'_>) -> Option<Found> {
    let (path, line, owners) = given.repo.code_owners(&files.path(DESCRIPTOR))?;
    let owner = CodeOwner { owners: owners.to_vec(), path: path.to_string(), line };
    let reference = owner.refs().next()?;
    // Owners are groups where no kind is written.
    let short = reference.strip_prefix("group:").unwrap_or(&reference).to_string();
    Some(found(short, format!("`{}`, line {line} of `{path}`", owners.first()?)))
}

/// Builds of many modules: below a manifest of the same name, one is a module and no component.
const MODULES: [&str; 4] = ["pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml"];
/// Folders that hold what packs the component above them, or what helps people to work on it.
const HELPERS: [&str; 14] = [
    "docker",
    "build",
    "deploy",
    "deployment",
    "container",
    "containers",
    "ops",
    "ci",
    "docs",
    "doc",
    "scripts",
    "tools",
    "hack",
    "contrib",
];

/// Folders with a manifest of their own, the topmost of each branch.
fn parts<'a>(own: &[&'a str]) -> Vec<&'a str> {
    const DEEPEST: usize = 3;
    let marks = own.iter().copied().filter(|path| {
        let is_module = MODULES.contains(&file_name(path)) && own.iter().any(|other| MODULES.contains(other));
        manifest::MARKS.contains(&file_name(path)) && !is_module && path.matches('/').count() <= DEEPEST
    });
    let helper = |folder: &str| folder.split('/').any(|part| HELPERS.contains(&part));
    let folders: BTreeSet<&str> = marks.map(parent).filter(|folder| !folder.is_empty() && !helper(folder)).collect();
    let below = |folder: &str, other: &str| folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    folders.iter().copied().filter(|folder| !folders.iter().any(|other| below(folder, other))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_from_other_tags() {
        for (tag, stable) in [
            ("v1.0.0", true),
            ("1.2", true),
            ("release-2.0.1", true),
            ("@acme/shop@1.0.0", true),
            ("api/v3.1.0", true),
            ("2024.01", true),
            ("v0.9.0", false),
            ("v1.0.0-rc.1", false),
            ("nightly", false),
            ("v2", false),
            ("build1.5", false),
            ("20240101", false),
        ] {
            assert_eq!(release(tag).is_some_and(|(_, version)| version >= (1, 0, 0)), stable, "{tag}");
        }
    }
}
