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
    &DOCS_BROKEN_IMAGE,
    &DOCS_UNSAFE_LINK,
    &DOCS_HTML_REMOVED,
    &DOCS_CODE_PLAIN,
    &DOCS_PAGE_CUT,
    &DOCS_TOO_DEEP,
    &DOCS_TABLE_CUT,
    &DOCS_MISSING,
    &TECHDOCS_REF,
    &ASSET_REFUSED,
    &MKDOCS_TWICE,
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

/// An entry of `nav` mounts another mkdocs.yml.
pub fn mkdocs_nav_include(place: Place, target: &str) -> Finding {
    Finding::new(
        &MKDOCS_NAV_ENTRY,
        place,
        format!("`{}` is left out: other `mkdocs.yml` files cannot be mounted yet", printable(target)),
    )
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
}

/// A page is longer than the limit.
pub fn page_cut(place: Place, bytes: usize, limit: usize) -> Finding {
    Finding::new(
        &DOCS_PAGE_CUT,
        place,
        format!("The page has {} and is cut at {}", count(bytes, "byte"), count(limit, "byte")),
    )
    .hint("Split it into several pages.")
}

/// Blocks are nested deeper than the limit.
pub fn too_deep(place: Place, limit: usize) -> Finding {
    Finding::new(&DOCS_TOO_DEEP, place, format!("The page nests more than {}", count(limit, "level")))
        .hint("What is nested deeper is shown flat.")
}

/// The tables of a page are larger than the limit.
pub fn table_cut(place: Place, limit: usize) -> Finding {
    Finding::new(&DOCS_TABLE_CUT, place, format!("The tables of this page hold more than {}", count(limit, "cell")))
        .hint("The cells beyond the limit are left out; link to a data file instead.")
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

/// The annotation cannot be read, or leads outside the repository.
pub fn bad_techdocs_ref(place: Place, text: &str) -> Finding {
    Finding::new(
        &TECHDOCS_REF,
        place,
        format!("`backstage.io/techdocs-ref: {text}` names no folder of this repository"),
    )
    .hint("Write `dir:.` for the folder of this file, or `dir:./docs-folder`.")
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
