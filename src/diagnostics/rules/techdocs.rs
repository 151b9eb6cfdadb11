//! Rules about documentation: mkdocs.yml, Markdown pages, links and images.

use crate::diagnostics::{Finding, Place, Rule, Severity, count, printable};
use std::collections::BTreeSet;

/// The rules of this file.
pub const RULES: &[&Rule] = &[
    &MKDOCS_BROKEN,
    &MKDOCS_DOCS_DIR,
    &MKDOCS_KEY_IGNORED,
    &MKDOCS_NAV_ENTRY,
    &MKDOCS_NAV_MISSING,
    &DOCS_FRONT_MATTER,
    &DOCS_BROKEN_LINK,
    &DOCS_BROKEN_ANCHOR,
    &DOCS_BROKEN_IMAGE,
    &DOCS_UNSAFE_LINK,
    &DOCS_HTML_REMOVED,
    &DOCS_CODE_PLAIN,
    &DOCS_PAGE_CUT,
    &DOCS_TOO_DEEP,
    &DOCS_TABLE_CUT,
    &DOCS_MISSING,
    &TECHDOCS_REF,
    &TECHDOCS_ENTITY,
    &ASSET_REFUSED,
    &MKDOCS_TWICE,
    &DOCS_SNIPPET,
    &DOCS_LIST,
    &MKDOCS_INCLUDE,
    &MKDOCS_PATH_OUTSIDE,
    &MKDOCS_PLUGIN_IGNORED,
    &MKDOCS_REDIRECT,
    &DOCS_STALE,
    &DOCS_VERSIONS_NONE,
    &DOCS_VERSIONS_LIMIT,
    &DOCS_VERSION_SKIPPED,
    &DIAGRAM_NOT_DRAWN,
    &DIAGRAM_FAULTY,
    &FORMULA_FAULTY,
];

const MKDOCS_BROKEN: Rule = Rule {
    name: "mkdocs-broken",
    severity: Severity::Error,
    summary: "An mkdocs.yml cannot be read; its documentation is shown with the usual settings.",
    why: "The site's title and navigation are lost: readers get the pages in the order of their names.",
};

const MKDOCS_DOCS_DIR: Rule = Rule {
    name: "mkdocs-docs-dir",
    severity: Severity::Error,
    summary: "docs_dir must be a folder below the one that holds mkdocs.yml.",
    why: "A folder further up could hold anything on the machine that builds. The pages it was to name are not \
          shown.",
};

const MKDOCS_KEY_IGNORED: Rule = Rule {
    name: "mkdocs-key-ignored",
    severity: Severity::Warning,
    summary: "TechDocs drops keys of mkdocs.yml that it does not know or that would run code.",
    why: "What the key does in MkDocs happens neither here nor in Backstage, so pages may look different from what \
          their authors see.",
};

const MKDOCS_NAV_ENTRY: Rule = Rule {
    name: "mkdocs-nav-entry",
    severity: Severity::Warning,
    summary: "An entry of the navigation is neither a page, a titled page, a section nor a web address.",
    why: "What the entry was to show is missing from the navigation, so readers who go through the pages in order \
          never meet it.",
};

const MKDOCS_NAV_MISSING: Rule = Rule {
    name: "mkdocs-nav-missing",
    severity: Severity::Warning,
    summary: "The navigation names a page that the documentation does not hold.",
    why: "The entry is left out, and readers miss a page that its authors believe they have.",
};

const DOCS_FRONT_MATTER: Rule = Rule {
    name: "docs-front-matter",
    severity: Severity::Warning,
    summary: "The YAML block that opens a page cannot be read.",
    why: "The title and other settings given there are lost.",
};

const DOCS_BROKEN_LINK: Rule = Rule {
    name: "docs-broken-link",
    severity: Severity::Warning,
    summary: "A link leads to a page or file that does not exist.",
    why: "Readers who follow it do not find what the page promises them.",
};

const DOCS_BROKEN_ANCHOR: Rule = Rule {
    name: "docs-broken-anchor",
    severity: Severity::Warning,
    summary: "A link leads to a place on a page that the page does not have.",
    why: "Readers land at the top of the page and have to search for what the link promised them.",
};

const DOCS_BROKEN_IMAGE: Rule = Rule {
    name: "docs-broken-image",
    severity: Severity::Warning,
    summary: "A page shows an image that does not exist.",
    why: "Readers see a gap where the text speaks of a picture.",
};

const DOCS_UNSAFE_LINK: Rule = Rule {
    name: "docs-unsafe-link",
    severity: Severity::Warning,
    summary: "Pages link to http, https, mailto, relative paths and anchors only; other addresses are shown as text.",
    why: "Addresses of other kinds can run code or open programs on a reader's machine, and anybody who writes \
          documentation could plant one.",
};

const DOCS_HTML_REMOVED: Rule = Rule {
    name: "docs-html-removed",
    severity: Severity::Warning,
    summary: "A page uses an HTML element that documentation may not contain.",
    why: "The element is left out: a script, form or frame in one page could act in the name of the whole portal.",
};

const DOCS_CODE_PLAIN: Rule = Rule {
    name: "docs-code-plain",
    severity: Severity::Info,
    summary: "A code block is too long to be coloured and is shown plain.",
    why: "Only the colours are missing. Code this long is often easier to read as a file that the page links to.",
};

const DOCS_PAGE_CUT: Rule = Rule {
    name: "docs-page-cut",
    severity: Severity::Warning,
    summary: "A page is longer than the limit and is shown in part.",
    why: "Readers do not see the rest, and search does not find it.",
};

const DOCS_TOO_DEEP: Rule = Rule {
    name: "docs-too-deep",
    severity: Severity::Warning,
    summary: "Quotes, lists or elements are nested deeper than the limit; the inner ones are shown flat.",
    why: "Readers cannot see any more which of the inner parts belong together. Such depth is most often a slip in \
          indentation.",
};

const DOCS_TABLE_CUT: Rule = Rule {
    name: "docs-table-cut",
    severity: Severity::Warning,
    summary: "The tables of a page hold more cells than the limit; the rest is left out.",
    why: "Readers take the table for complete and miss the rows beyond the limit.",
};

/// An mkdocs.yml is no YAML that we can read.
pub fn mkdocs_broken(place: Place, fault: &str) -> Finding {
    Finding::new(&MKDOCS_BROKEN, place, format!("`mkdocs.yml` cannot be read: {}", printable(fault)))
        .hint("The pages are still shown, in the order of their names.")
}

/// `docs_dir` is absolute or climbs out.
pub fn mkdocs_docs_dir(place: Place, docs_dir: &str) -> Finding {
    Finding::new(
        &MKDOCS_DOCS_DIR,
        place,
        format!("`docs_dir: {}` leaves the folder of `mkdocs.yml`; `docs` is used instead", printable(docs_dir)),
    )
    .hint("Name a folder below the one that holds `mkdocs.yml`, such as `docs`.")
}

/// A top-level key of mkdocs.yml that TechDocs drops.
pub fn mkdocs_key_ignored(place: Place, key: &str, guess: Option<String>) -> Finding {
    Finding::new(&MKDOCS_KEY_IGNORED, place, format!("`{}` has no effect here", printable(key)))
        .label("dropped by TechDocs")
        .hint_if(guess)
}

/// An entry of `nav` in a shape nobody can show.
pub fn mkdocs_nav_entry(place: Place, problem: &str) -> Finding {
    Finding::new(&MKDOCS_NAV_ENTRY, place, format!("An entry of `nav` {problem} and is left out"))
        .hint("Write `- page.md`, `- Title: page.md`, or `- Title:` with a list below it.")
}

/// `nav` names a page that is not there.
pub fn mkdocs_nav_missing(place: Place, path: &str, guess: Option<String>) -> Finding {
    Finding::new(&MKDOCS_NAV_MISSING, place, format!("`nav` names `{}`, which does not exist", printable(path)))
        .label("no such page")
        .hint_if(guess)
}

/// The YAML at the top of a page is broken.
pub fn front_matter_broken(place: Place, fault: &str) -> Finding {
    Finding::new(&DOCS_FRONT_MATTER, place, format!("The front matter cannot be read: {}", printable(fault)))
        .hint("The page is shown without it.")
}

const DOCS_LIST: Rule = Rule {
    name: "docs-list",
    severity: Severity::Info,
    summary: "Lines that look like a list are read otherwise, as in MkDocs.",
    why: "Forges show a list here, MkDocs and TechDocs do not: readers get items that run into each other, or on the \
          wrong level. The page comes out as MkDocs makes it, so that both show the same.",
};

/// Items stand right below a line of text. `number` counts such places on the page.
pub fn list_in_paragraph(place: Place, number: usize) -> Finding {
    Finding::new(
        &DOCS_LIST,
        place,
        format!("These items are text, because no empty line stands above them{}", more(number)),
    )
    .label("read as part of the paragraph")
    .hint("Put an empty line in front of the list.")
}

/// Items are indented further than inner lists are.
pub fn list_too_deep(place: Place, number: usize, indent: usize) -> Finding {
    let message = format!("This item is indented too far and is text{}", more(number));
    Finding::new(&DOCS_LIST, place, message).hint(format!("Indent inner lists by {}.", count(indent, "space")))
}

/// Items of an inner list are indented less than inner lists are.
pub fn list_too_flat(place: Place, number: usize, indent: usize) -> Finding {
    let message = format!("This item belongs to the outer list, because it is not indented far enough{}", more(number));
    Finding::new(&DOCS_LIST, place, message).hint(format!(
        "Indent inner lists by {}; with `techdocs-core` among the plugins of `mkdocs.yml`, two are enough.",
        count(indent, "space")
    ))
}

fn more(number: usize) -> String {
    match number {
        1 => String::new(),
        number => format!(", and {} like it on this page", count(number - 1, "other")),
    }
}

const DOCS_SNIPPET: Rule = Rule {
    name: "docs-snippet",
    severity: Severity::Warning,
    summary: "A page includes a file that cannot be included.",
    why: "What the file was to say is missing from the page, and MkDocs itself says nothing about it.",
};

/// The first lines of a page read `name: value`, which MkDocs hides.
pub fn first_lines_hidden(place: Place, name: &str) -> Finding {
    Finding::new(
        &DOCS_FRONT_MATTER,
        place,
        format!("The page begins with `{}:`, so its first lines are settings and not shown", printable(name)),
    )
    .hint("Put a heading or an empty line in front, if they are meant to be read.")
}

/// A file is not included. `why` is a clause.
pub fn snippet_missing(place: Place, name: &str, why: &str) -> Finding {
    Finding::new(&DOCS_SNIPPET, place, format!("`{}` is not included: {why}", printable(name))).hint(
        "Names are looked up from the folder of `mkdocs.yml`, or from the folders of `pymdownx.snippets: base_path`.",
    )
}

/// A link leads nowhere.
pub fn broken_link(place: Place, target: &str, guess: Option<String>) -> Finding {
    Finding::new(&DOCS_BROKEN_LINK, place, format!("The link to `{}` leads nowhere", printable(target)))
        .label("no such page or file")
        .hint_if(guess.map(did_you_mean))
}

/// A link leads to a file that is not published.
pub fn unpublished_link(place: Place, target: &str) -> Finding {
    Finding::new(&DOCS_BROKEN_LINK, place, format!("`{}` is not part of the documentation", printable(target)))
        .label("a file of the repository that readers cannot reach")
        .hint("Link to its address on the web; a clone with an `origin` on a configured forge does so by itself.")
}

/// An image is missing.
pub fn broken_image(place: Place, target: &str, guess: Option<String>) -> Finding {
    Finding::new(&DOCS_BROKEN_IMAGE, place, format!("The image `{}` does not exist", printable(target)))
        .label("no such image")
        .hint_if(guess.map(did_you_mean))
}

/// A link to an anchor that the page does not have. `file` is that page, where the link stands on another one. The guess
/// was checked and begins with `#`.
pub fn broken_anchor(place: Place, anchor: &str, file: Option<&str>, guess: Option<String>) -> Finding {
    let message = match file {
        Some(file) => format!("`{}` has no anchor `#{}`", printable(file), printable(anchor)),
        None => format!("This page has no anchor `#{}`", printable(anchor)),
    };
    Finding::new(&DOCS_BROKEN_ANCHOR, place, message).label("no such heading").hint_if(guess.map(did_you_mean))
}

/// A link to an entity that is not in the catalog. The guess was checked.
pub fn broken_entity_link(place: Place, target: &str, guess: Option<String>) -> Finding {
    Finding::new(&DOCS_BROKEN_LINK, place, format!("The link to `{}` leads nowhere", printable(target)))
        .label("not in the catalog")
        .hint_if(guess.map(did_you_mean))
}

/// A page has more links than anybody looks at.
pub fn links_not_checked(place: Place, number: usize) -> Finding {
    let message = format!("{} on this page {} not checked", count(number, "more link"), are(number));
    Finding::new(&DOCS_BROKEN_LINK, place, message)
}

/// Whether a finding is about where links and images of documentation lead.
pub fn is_about_links(finding: &Finding) -> bool {
    [&DOCS_BROKEN_LINK, &DOCS_BROKEN_ANCHOR, &DOCS_BROKEN_IMAGE].iter().any(|rule| rule.name == finding.rule.name)
}

/// A page has more faulty links than are listed one by one.
pub fn more_broken_links(place: Place, number: usize) -> Finding {
    Finding::new(
        &DOCS_BROKEN_LINK,
        place,
        format!("{} on this page with a fault {} not listed", count(number, "more link"), are(number)),
    )
}

/// An address of a kind that pages may not use.
pub fn unsafe_link(place: Place, address: &str) -> Finding {
    Finding::new(&DOCS_UNSAFE_LINK, place, format!("A link to `{}` is shown as text", printable(address)))
        .hint("Use an `https:` address, `mailto:`, a relative path or `#anchor`.")
}

/// An HTML element is not allowed in documentation.
pub fn html_removed(place: Place, element: &str) -> Finding {
    Finding::new(&DOCS_HTML_REMOVED, place, format!("`<{}>` may not stand in documentation", printable(element)))
        .label("left out")
}

/// A code block is shown plain. `reason` completes "because it …".
pub fn code_plain(place: Place, reason: &str) -> Finding {
    Finding::new(&DOCS_CODE_PLAIN, place, format!("This code block is shown without colours because it {reason}"))
        .of_limit(true)
}

/// A page is longer than the limit.
pub fn page_cut(place: Place, bytes: usize, limit: usize) -> Finding {
    Finding::new(
        &DOCS_PAGE_CUT,
        place,
        format!("The page has {} and is cut at {}", count(bytes, "byte"), count(limit, "byte")),
    )
    .hint("Split it into several pages.")
    .of_limit(true)
}

/// Blocks are nested deeper than the limit.
pub fn too_deep(place: Place, limit: usize) -> Finding {
    Finding::new(&DOCS_TOO_DEEP, place, format!("The page nests more than {}", count(limit, "level")))
        .hint("What is nested deeper is shown flat.")
        .of_limit(true)
}

/// The tables of a page are larger than the limit.
pub fn table_cut(place: Place, limit: usize) -> Finding {
    Finding::new(&DOCS_TABLE_CUT, place, format!("The tables of this page hold more than {}", count(limit, "cell")))
        .hint("The cells beyond the limit are left out; link to a data file instead.")
        .of_limit(true)
}

const DOCS_MISSING: Rule = Rule {
    name: "docs-missing",
    severity: Severity::Warning,
    summary: "An entity says that it has documentation, but its folder holds no page.",
    why: "The entity has no documentation in the portal, although it promises some.",
};

const TECHDOCS_REF: Rule = Rule {
    name: "techdocs-ref",
    severity: Severity::Warning,
    summary: "`backstage.io/techdocs-ref` names no folder of the repository.",
    why: "The entity has no documentation in the portal, even where the pages exist in another folder.",
};

const TECHDOCS_ENTITY: Rule = Rule {
    name: "techdocs-entity",
    severity: Severity::Warning,
    summary: "An entity is to show the docs of another one, which cannot be found.",
    why: "Readers who open the entity's docs find none, or not those that its owner promised.",
};

const MKDOCS_INCLUDE: Rule = Rule {
    name: "mkdocs-include",
    severity: Severity::Warning,
    summary: "`!include` names a site that cannot be mounted.",
    why: "All pages of that site are missing from the documentation.",
};

const MKDOCS_PATH_OUTSIDE: Rule = Rule {
    name: "mkdocs-path-outside",
    severity: Severity::Warning,
    summary: "An option of mkdocs.yml names a folder outside of the repository.",
    why: "Pages could show any file of the machine that builds. What they take from there is missing.",
};

const MKDOCS_PLUGIN_IGNORED: Rule = Rule {
    name: "mkdocs-plugin-ignored",
    severity: Severity::Warning,
    summary: "mkdocs.yml lists plugins that are not run.",
    why: "Readers see the source of what a plugin would have made, and miss pages that it would have written.",
};

const MKDOCS_REDIRECT: Rule = Rule {
    name: "mkdocs-redirect",
    severity: Severity::Warning,
    summary: "A redirect of mkdocs.yml has no effect.",
    why: "Readers who follow an old address find nothing, although its authors took care of them.",
};

const ASSET_REFUSED: Rule = Rule {
    name: "asset-refused",
    severity: Severity::Warning,
    summary: "A file that documentation shows is not published.",
    why: "Readers see a gap or a dead link where the file should be.",
};

const MKDOCS_TWICE: Rule = Rule {
    name: "mkdocs-twice",
    severity: Severity::Warning,
    summary: "Both mkdocs.yaml and mkdocs.yml exist; the first is read, as in Backstage.",
    why: "Changes made in the second file have no effect, and nothing in it says so.",
};

const DOCS_STALE: Rule = Rule {
    name: "docs-stale",
    severity: Severity::Info,
    summary: "The code of an entity was changed long after pages of its documentation.",
    why: "Readers trust what a page says about code that has moved on since, and nobody may have looked at it again.",
};

/// Pages of a documentation that are much older than the code. `place` is the oldest of them, `since` and `last` are dates.
pub fn docs_stale(place: Place, pages: usize, since: &str, files: usize, last: &str) -> Finding {
    let moved = format!("{} of its code changed since, the last on {last}", count(files, "file"));
    let message = match pages {
        1 => format!("This page was last changed on {since}; {moved}"),
        pages => {
            let others = count(pages - 1, "more page");
            format!("This page was last changed on {since}; {moved}. The same goes for {others} of this documentation")
        }
    };
    Finding::new(&DOCS_STALE, place, message).hint(
        "Read it against the code and change what no longer holds. `callboard.docs.staleAfter` says how many days code \
         may be newer.",
    )
}

const DOCS_VERSIONS_NONE: Rule = Rule {
    name: "docs-versions-none",
    severity: Severity::Warning,
    summary: "Documentation is to have versions, and its repository has none of them.",
    why: "Readers of an older release find only the docs of the newest state.",
};

const DOCS_VERSIONS_LIMIT: Rule = Rule {
    name: "docs-versions-limit",
    severity: Severity::Info,
    summary: "More tags and branches match than a documentation may have versions; the newest are shown.",
    why: "Each version is a documentation of its own, to be built and stored every time.",
};

const DOCS_VERSION_SKIPPED: Rule = Rule {
    name: "docs-version-skipped",
    severity: Severity::Info,
    summary: "A tag or branch that matches has no documentation.",
    why: "Its readers find no entry for it among the versions.",
};

const DIAGRAM_NOT_DRAWN: Rule = Rule {
    name: "diagram-not-drawn",
    severity: Severity::Info,
    summary: "A page holds a diagram in a language that this portal has no program for; its source is shown.",
    why: "Readers see text where the page speaks of a picture. Only whoever runs the portal can name the program.",
};

const DIAGRAM_FAULTY: Rule = Rule {
    name: "diagram-faulty",
    severity: Severity::Warning,
    summary: "A diagram cannot be drawn; its source is shown.",
    why: "Readers see the source of a picture that its author never saw fail.",
};

const FORMULA_FAULTY: Rule = Rule {
    name: "formula-faulty",
    severity: Severity::Warning,
    summary: "A formula cannot be read; its source is shown.",
    why: "Few readers can make out a formula from its TeX.",
};

/// Nobody configured a program for a language of diagrams. `key` is the language's below `callboard.diagrams`. Said
/// once for each documentation: see [`once_per_documentation`].
pub fn diagram_not_drawn(place: Place, language: &str, key: &str) -> Finding {
    let message = format!("{language} diagrams are shown as their source: the portal has no program that draws them");
    Finding::new(&DIAGRAM_NOT_DRAWN, place, message)
        .hint(format!("Whoever runs the portal can name one below `callboard.diagrams.{key}` in app-config.yaml."))
}

/// Keeps the first finding about a language without a program of each documentation, which has the same on every page.
/// The findings are sorted.
pub fn once_per_documentation(findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    findings.retain(|finding| {
        finding.rule.name != DIAGRAM_NOT_DRAWN.name || told.insert((finding.entity.clone(), finding.message.clone()))
    });
}

/// A diagram cannot be drawn. `fault` is what its renderer says.
pub fn diagram_faulty(place: Place, language: &str, fault: &str) -> Finding {
    Finding::new(&DIAGRAM_FAULTY, place, format!("This {language} diagram cannot be drawn: {}", printable(fault)))
        .hint("Its source is shown instead.")
}

/// A formula cannot be read. `fault` is a clause.
pub fn formula_faulty(place: Place, fault: &str) -> Finding {
    Finding::new(&FORMULA_FAULTY, place, format!("This formula cannot be shown: {}", printable(fault)))
        .hint("Its source is shown instead.")
}

/// The second spelling of the configuration is passed over. `read` is the path of the first.
pub fn mkdocs_twice(place: Place, read: &str) -> Finding {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_string();
    let message = format!("`{}` is not read: `{}` stands beside it", name(&place.path), name(read));
    Finding::new(&MKDOCS_TWICE, place, message)
}

/// An entity's documentation has no page. `folder` is a path of the repository.
pub fn docs_missing(place: Place, folder: &str) -> Finding {
    Finding::new(&DOCS_MISSING, place, format!("there is no Markdown page in `{folder}`"))
        .hint("Add `index.md` there, or set `docs_dir` in mkdocs.yml.")
}

/// Why `backstage.io/techdocs-ref` names no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefProblem {
    /// It does not begin with `dir:` or `url:`.
    NoType,
    /// A type that Backstage has given up.
    OldType(String),
    UnknownType(String),
    /// Nothing stands behind the type.
    NoTarget,
    /// It climbs out of the repository.
    Outside,
    /// An address of no repository that was read.
    UnknownRepository,
}

impl RefProblem {
    /// True where another set of repositories would settle it.
    pub fn is_about_repositories(&self) -> bool {
        matches!(self, RefProblem::UnknownRepository)
    }
}

/// The annotation names no folder.
pub fn bad_techdocs_ref(place: Place, text: &str, problem: RefProblem) -> Finding {
    const USUAL: &str = "Write `dir:.` for the folder of this file, or `dir:./docs-folder`.";
    let text = printable(text);
    let says =
        |what: &str| Finding::new(&TECHDOCS_REF, place.clone(), format!("`backstage.io/techdocs-ref: {text}` {what}"));
    match problem {
        RefProblem::NoType if text.contains("://") => {
            says("has no type").hint(format!("Write `url:{text}`, or `dir:.` for the folder of this file."))
        }
        RefProblem::NoType => says("has no type").hint(USUAL),
        RefProblem::OldType(kind) => {
            let target = text.split_once(':').map_or("", |(_, target)| target);
            let hint = match target.contains("://") {
                true => format!("Write `url:{target}`, or `dir:.` where the docs lie beside this file."),
                false => USUAL.to_string(),
            };
            says(&format!("is of the type `{}`, which no Backstage reads any more", printable(&kind))).hint(hint)
        }
        RefProblem::UnknownType(kind) => says(&format!("is of an unknown type `{}`", printable(&kind))).hint(USUAL),
        RefProblem::NoTarget => says("names nothing").hint(USUAL),
        RefProblem::Outside => says("leads out of the repository").hint(USUAL),
        RefProblem::UnknownRepository => says("names no repository of this portal")
            .hint("Add the repository to the portal's sources, or move the docs beside this file and write `dir:.`."),
    }
}

/// The annotation is no ref. `problem` says why.
pub fn techdocs_entity_no_ref(place: Place, text: &str, problem: &str) -> Finding {
    let message = format!("`backstage.io/techdocs-entity: {}` is no ref: {problem}", printable(text));
    Finding::new(&TECHDOCS_ENTITY, place, message).hint("Write it like `component:default/name`.")
}

/// The annotation names an entity that does not exist.
pub fn techdocs_entity_dangling(place: Place, text: &str, guess: Option<String>) -> Finding {
    let message = format!("`backstage.io/techdocs-entity` names `{}`, which is not in the catalog", printable(text));
    Finding::new(&TECHDOCS_ENTITY, place, message).hint_if(guess)
}

/// The annotation names an entity that has no docs.
pub fn techdocs_entity_without_docs(place: Place, text: &str) -> Finding {
    let message = format!("`backstage.io/techdocs-entity` names `{}`, which has no docs", printable(text));
    Finding::new(&TECHDOCS_ENTITY, place, message)
        .hint("Give that entity `backstage.io/techdocs-ref`, or name another one.")
}

/// Entities name each other. `circle` goes once round.
pub fn techdocs_entity_circle(place: Place, circle: &str) -> Finding {
    let message = format!("`backstage.io/techdocs-entity` leads in a circle: {}", printable(circle));
    Finding::new(&TECHDOCS_ENTITY, place, message).hint("Let one of them have docs of its own.")
}

/// The page to begin with does not exist.
pub fn techdocs_entity_path(place: Place, path: &str, guess: Option<String>) -> Finding {
    let message = format!("`backstage.io/techdocs-entity-path: {}` names no page of the docs", printable(path));
    Finding::new(&TECHDOCS_ENTITY, place, message)
        .hint_if(guess)
        .hint("Until then the docs begin with their first page.")
}

/// Why a site cannot be mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncludeProblem {
    /// It lies outside of the repository.
    Outside,
    /// It is no YAML file by its name.
    NoConfig,
    Missing,
    /// A pattern finds nothing.
    Nothing,
    /// It has no `site_name` that could be a path.
    NoName,
    /// Another site of that name is mounted already.
    SameName(String),
    /// The same file is mounted already.
    Twice,
    /// Files include each other.
    Circle(String),
    /// A set includes more than is read.
    TooMany(usize),
    /// Too many sites in sites.
    TooDeep(usize),
}

/// A site is not mounted.
pub fn mkdocs_include(place: Place, target: &str, problem: &IncludeProblem, guess: Option<String>) -> Finding {
    let target = printable(target);
    let says = |what: &str| Finding::new(&MKDOCS_INCLUDE, place.clone(), format!("`{target}` is not included: {what}"));
    let finding = match problem {
        IncludeProblem::Outside => says("it lies outside of the repository"),
        IncludeProblem::NoConfig => {
            says("it is no `.yml` or `.yaml` file").hint("Name the `mkdocs.yml` of the site that belongs here.")
        }
        IncludeProblem::Missing => says("there is no such file"),
        IncludeProblem::Nothing => says("no file matches"),
        IncludeProblem::NoName => {
            says("it has no usable `site_name`").hint("Give it a `site_name`: its pages are mounted below that name.")
        }
        IncludeProblem::SameName(name) => says(&format!("another site is named `{}`", printable(name)))
            .hint("Give each site a `site_name` of its own."),
        IncludeProblem::Twice => says("it is included already").hint("Link to its pages from the second place."),
        IncludeProblem::TooMany(limit) => says(&format!("there are more than {}", count(*limit, "include"))),
        IncludeProblem::Circle(circle) => says(&format!("the files include each other: {}", printable(circle))),
        IncludeProblem::TooDeep(limit) => says(&format!("sites are nested more than {} deep", count(*limit, "level"))),
    };
    let is_limit = matches!(problem, IncludeProblem::TooMany(_) | IncludeProblem::TooDeep(_));
    finding.hint_if(guess).of_limit(is_limit)
}

/// An option of mkdocs.yml names something outside of the repository.
pub fn mkdocs_path_outside(place: Place, option: &str, path: &str) -> Finding {
    let message = format!("`{option}: {}` leads out of the repository and is left out", printable(path));
    Finding::new(&MKDOCS_PATH_OUTSIDE, place, message)
        .hint("Name a folder of the repository, relative to `mkdocs.yml`.")
}

/// Plugins that do nothing here. `pages` is how many pages show their source.
pub fn mkdocs_plugin_ignored(place: Place, names: &[String], pages: usize) -> Finding {
    const MOST: usize = 10;
    let shown = names.iter().take(MOST).map(|name| format!("`{}`", printable(name)));
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        list.push_str(&format!(" and {}", count(names.len() - MOST, "other")));
    }
    let verb = if names.len() == 1 { "does" } else { "do" };
    let seen = match pages {
        0 => String::new(),
        1 => "; 1 page shows its source where a plugin would have changed it".to_string(),
        pages => format!("; {} show their source where a plugin would have changed it", count(pages, "page")),
    };
    let noun = if names.len() == 1 { "plugin" } else { "plugins" };
    Finding::new(&MKDOCS_PLUGIN_IGNORED, place, format!("The {noun} {list} {verb} nothing here{seen}"))
        .label("no plugin is run")
}

/// A redirect from something that was never a page.
pub fn mkdocs_redirect_no_page(place: Place, from: &str) -> Finding {
    let message = format!("The redirect from `{}` is left out: that is no Markdown page", printable(from));
    Finding::new(&MKDOCS_REDIRECT, place, message).hint("Write `old-page.md: new-page.md`.")
}

/// A redirect from a page that is there.
pub fn mkdocs_redirect_of_page(place: Place, from: &str) -> Finding {
    let message = format!("The redirect from `{}` is left out: that page exists", printable(from));
    Finding::new(&MKDOCS_REDIRECT, place, message).hint("Remove the redirect, or the page.")
}

/// A redirect to nothing.
pub fn mkdocs_redirect_nowhere(place: Place, to: &str, guess: Option<String>) -> Finding {
    let message = format!("The redirect to `{}` leads nowhere", printable(to));
    Finding::new(&MKDOCS_REDIRECT, place, message).label("no such page").hint_if(guess)
}

/// A file that arranges the navigation is no YAML.
pub fn pages_file_broken(place: Place, fault: &str) -> Finding {
    let name = place.path.rsplit('/').next().unwrap_or_default().to_string();
    Finding::new(&MKDOCS_BROKEN, place, format!("`{}` cannot be read: {}", printable(&name), printable(fault)))
        .hint("The pages of its folder are still shown, in the order of their names.")
}

/// A pattern for tags and branches is none.
pub fn docs_versions_pattern(place: Place, pattern: &str) -> Finding {
    let message = format!("`{}` is no pattern, so no tag or branch matches it", printable(pattern));
    Finding::new(&DOCS_VERSIONS_NONE, place, message)
        .hint("Write names of tags and branches, with `*` for anything: `v*, release/*`.")
}

/// A repository has none of the versions that are asked for.
pub fn docs_versions_none(place: Place, repo: &str, patterns: &[String]) -> Finding {
    let patterns: Vec<String> = patterns.iter().map(|pattern| format!("`{}`", printable(pattern))).collect();
    let message = match patterns.is_empty() {
        true => "The annotation names no tag or branch".to_string(),
        false => format!("No tag or other branch of `{}` matches {}", printable(repo), patterns.join(" or ")),
    };
    Finding::new(&DOCS_VERSIONS_NONE, place, message)
        .hint("A shallow clone has neither: with GitHub Actions, check out with `fetch-depth: 0`. `none` asks for no versions.")
}

/// Versions cannot be read.
pub fn docs_versions_fault(place: Place, repo: &str, cause: &str, shown: usize) -> Finding {
    let earlier = if shown > 0 { "; those of an earlier build are shown" } else { "" };
    let message = format!("Versions of `{}` cannot be read: {}{earlier}", printable(repo), printable(cause));
    Finding::new(&DOCS_VERSIONS_NONE, place, message)
}

/// More versions than there may be.
pub fn docs_versions_limit(place: Place, left_out: usize, most: usize) -> Finding {
    let verb = if left_out == 1 { "matches" } else { "match" };
    let message = format!(
        "The {} shown; {left_out} more {verb}",
        match most {
            1 => "newest version is".to_string(),
            most => format!("{most} newest versions are"),
        }
    );
    Finding::new(&DOCS_VERSIONS_LIMIT, place, message)
        .hint("Raise `callboard.techdocs.mostVersions`, or write a narrower pattern.")
        .of_limit(true)
}

/// Tags and branches without documentation. `folder` is where it would be.
pub fn docs_version_skipped(place: Place, names: &[&str], folder: &str) -> Finding {
    const MOST: usize = 5;
    let mut list = names.iter().take(MOST).map(|name| format!("`{}`", printable(name))).collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        list.push_str(&format!(" and {}", count(names.len() - MOST, "other")));
    }
    let verb = if names.len() == 1 { "has" } else { "have" };
    let folder = if folder.is_empty() { "the repository".to_string() } else { format!("`{}`", printable(folder)) };
    let message = format!("{list} {verb} no docs in {folder} and {} left out", are(names.len()));
    Finding::new(&DOCS_VERSION_SKIPPED, place, message)
}

/// A picture or other file is left out. `why` is a clause.
pub fn asset_refused(place: Place, path: &str, why: &str) -> Finding {
    Finding::new(&ASSET_REFUSED, place, format!("`{path}` is not published: {why}"))
}

fn did_you_mean(guess: String) -> String {
    format!("Did you mean `{guess}`?")
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
