//! Portals of the collections, and what their pages say.

use super::collections::Collection;
use super::html::{self, Text};
use super::{Options, folders};
use callboard::search::{SearchDocument, SearchSection};
use callboard::site::route;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A built portal of one or more collections.
pub(crate) struct Portal {
    pub(crate) name: String,
    pub(crate) language: String,
    /// What `callboard build` wrote.
    pub(crate) folder: PathBuf,
    pub(crate) pages: Vec<Page>,
    by_route: HashMap<String, String>,
}

/// A page of documentation.
pub(crate) struct Page {
    /// Of the Markdown file, below its collection's folder.
    pub(crate) path: String,
    /// From the portal's root: `docs/default/component/…/`.
    pub(crate) route: String,
    pub(crate) title: String,
    /// The text alone, without what the portal puts around it.
    pub(crate) html: String,
    pub(crate) text: Text,
}

impl Portal {
    /// The portal of `collections`; built now unless the options name a folder of built ones.
    pub(crate) fn of(name: &str, collections: &[&Collection], options: &Options) -> Self {
        let content = Content::write(name, collections);
        let folder = match &options.portals {
            Some(portals) => portals.join(name),
            None => {
                let folder = folders::work().join("portals").join(name);
                build(options, &content.folder, &folder, &content.folder.join("cache"));
                folder
            }
        };
        let mut portal = Portal {
            name: name.to_owned(),
            language: collections[0].language.clone(),
            folder,
            pages: Vec::new(),
            by_route: HashMap::new(),
        };
        for (collection, paths) in &content.paths {
            let base = format!("docs/default/component/{collection}/");
            for (path, end) in paths.iter().zip(route::pages(paths.iter().map(String::as_str))) {
                portal.read_page(path, format!("{base}{end}"));
            }
        }
        assert!(!portal.pages.is_empty(), "no pages of documentation in `{}`", portal.folder.display());
        portal
    }

    /// What MkDocs leaves out, such as a README beside an index, is no page.
    fn read_page(&mut self, path: &str, route: String) {
        let Ok(file) = fs::read_to_string(self.folder.join(&route).join("index.html")) else { return };
        if self.by_route.contains_key(&route) {
            return;
        }
        let between = |start: &str, end: &str| file.split_once(start)?.1.split_once(end).map(|(inside, _)| inside);
        let title = between("data-doc=\"", "\"").expect("a page of documentation says its title");
        let prose = between("<div class=\"prose\">", "<footer class=\"docfoot\">").expect("a page has a text");
        let html = prose.trim_end().strip_suffix("</div>").unwrap_or(prose).to_owned();
        self.by_route.insert(route.clone(), path.to_owned());
        self.pages.push(Page {
            path: path.to_owned(),
            route,
            title: html::decoded(title),
            text: html::text(&html),
            html,
        });
    }

    /// What the portal gives its search to index.
    pub(crate) fn documents(&self) -> Vec<SearchDocument> {
        self.pages.iter().map(Page::document).collect()
    }

    /// The Markdown file that an address leads to, or the address itself where it leads elsewhere.
    pub(crate) fn path_of(&self, url: &str) -> String {
        let route = url.split(['#', '?']).next().unwrap_or_default().trim_start_matches('/');
        self.by_route.get(route).cloned().unwrap_or_else(|| route.to_owned())
    }
}

impl Page {
    fn document(&self) -> SearchDocument {
        let headings = std::iter::once(None).chain(self.text.headings.iter().map(Some));
        let sections = headings.zip(&self.text.sections).map(|(heading, text)| {
            let heading = heading.filter(|heading| heading.level > 1);
            SearchSection {
                anchor: heading.map_or_else(String::new, |heading| heading.id.clone()),
                heading: heading.map_or_else(String::new, |heading| heading.text.clone()),
                text: text.clone(),
            }
        });
        SearchDocument {
            kind: "docs".to_owned(),
            url: self.route.clone(),
            title: self.title.clone(),
            words: self.path.trim_end_matches(".md").replace(['/', '-', '_'], " "),
            sections: sections.collect(),
            ..SearchDocument::default()
        }
    }
}

/// What a portal is made from: a folder of repositories.
pub(crate) struct Content {
    pub(crate) folder: PathBuf,
    /// Of the Markdown files, by collection.
    paths: BTreeMap<String, Vec<String>>,
}

impl Content {
    pub(crate) fn write(name: &str, collections: &[&Collection]) -> Self {
        let folder = folders::work().join("content").join(name);
        fs::remove_dir_all(folder.join("repos")).ok();
        write(&folder.join("app-config.yaml"), APP_CONFIG);
        let mut paths = BTreeMap::new();
        for collection in collections {
            let repo = folder.join("repos").join(&collection.name);
            write(&repo.join("catalog-info.yaml"), CATALOG_INFO.replace("NAME", &collection.name));
            write(&repo.join("mkdocs.yml"), format!("site_name: {}\ndocs_dir: docs\n", collection.name));
            let mut own = Vec::new();
            for file in collection.files() {
                write(&repo.join("docs").join(&file.path), file.text);
                own.push(file.path);
            }
            paths.insert(collection.name.clone(), own);
        }
        Content { folder, paths }
    }
}

const APP_CONFIG: &str = "\
app:
  title: Documentation
  baseUrl: https://portal.example
catalog:
  locations:
    - type: file
      target: ./repos/*/catalog-info.yaml
";

const CATALOG_INFO: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: NAME
  annotations:
    backstage.io/techdocs-ref: dir:.
spec:
  type: documentation
  lifecycle: production
  owner: writers
";

pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is ours");
    fs::write(path, text).expect("the folder is ours");
}

/// Runs `callboard build`.
pub(crate) fn build(options: &Options, content: &Path, out: &Path, cache: &Path) {
    fs::create_dir_all(out.parent().expect("a portal has a folder")).expect("the folder is ours");
    let program = options.program.as_deref().unwrap_or(Path::new(env!("CARGO_BIN_EXE_callboard")));
    let output = Command::new(program)
        .arg("build")
        .arg(content)
        .args(["--quiet", "--offline", "--working-tree", "--color", "never", "--out"])
        .arg(out)
        .arg("--cache-dir")
        .arg(cache)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "building `{}`:\n{said}", content.display());
}
