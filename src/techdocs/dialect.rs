//! Which Markdown a set's pages are written in: what techdocs-core switches on, and what mkdocs.yml says otherwise.
//!
//! Only what a reader would see stands here. [`Dialect::default`] is techdocs-core without a word from mkdocs.yml.

/// How the pages of a doc set are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// The page is a README that was written for its forge: GitHub's Markdown counts, not Python-Markdown's.
    pub github: bool,
    /// Spaces that put a list or paragraph into the list item above: 2 with techdocs-core or without an mkdocs.yml, 4
    /// for an mkdocs.yml that does not name techdocs-core. `mdx_truly_sane_lists: nested_indent` says it outright.
    pub list_indent: usize,
    /// An item with a bullet that stands behind an empty line begins another list (`mdx_truly_sane_lists: truly_sane`).
    pub truly_sane: bool,
    /// `toc`
    pub toc: Toc,
    /// `pymdownx.highlight`
    pub highlight: Highlight,
    /// `pymdownx.snippets`
    pub snippets: Snippets,
    /// `!!! note` makes an admonition. Off with `use_pymdownx_blocks`, unless `admonition` is listed.
    pub admonitions: bool,
    /// `??? note` makes one that folds. Off with `use_pymdownx_blocks`, unless `pymdownx.details` is listed.
    pub details: bool,
    /// `=== "Tab"` makes tabs. Off with `use_pymdownx_blocks`, unless `pymdownx.tabbed` is listed.
    pub tabs: bool,
    /// `/// note` and its like.
    pub blocks: Blocks,
    /// `pymdownx.superfences`
    pub fences: Fences,
    /// `smarty`: quotation marks, dashes and dots are set as a printer would; off where it is not listed.
    pub smarty: Option<Smarty>,
    /// `pymdownx.smartsymbols`
    pub symbols: Symbols,
    /// `pymdownx.betterem: smart_enable`: marks inside of words are text.
    pub smart_emphasis: SmartEmphasis,
    /// `pymdownx.caret`: `^up^` is superscript.
    pub superscript: bool,
    /// `pymdownx.caret`: `^^new^^` is an insertion.
    pub insert: bool,
    /// `pymdownx.tilde`: `~down~` is subscript.
    pub subscript: bool,
    /// `pymdownx.tilde`: `~~gone~~` is a deletion.
    pub delete: bool,
    /// `pymdownx.critic: mode`
    pub critic: Critic,
    /// `pymdownx.magiclink`
    pub magic_links: MagicLinks,
    /// `pymdownx.emoji` with an index of Material: `:material-check:`, `:octicons-tag-16:` and the like are icons.
    pub icons: bool,
    /// `pymdownx.keys` is listed: `++ctrl+alt+del++` shows keys.
    pub keys: bool,
    /// `pymdownx.arithmatex` is listed: `$x$`, `$$x$$`, `\(x\)` and `\[x\]` are formulas.
    pub math: bool,
    /// `pymdownx.tasklist: clickable_checkbox`: readers may tick the boxes for themselves.
    pub clickable_tasks: bool,
    /// `nl2br` is listed: every line break of the source is one of the page.
    pub line_breaks: bool,
    /// `wikilinks` is listed: `[[Some Page]]` is a link.
    pub wiki_links: Option<WikiLinks>,
    /// `pymdownx.saneheaders` is listed: `#5` at the start of a line is no heading.
    pub sane_headings: bool,
    /// `pymdownx.progressbar` is listed: `[=65% "65%"]` is a bar.
    pub progress_bars: bool,
}

/// Ids of headings and the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toc {
    /// What the link behind a heading reads: `¶`, another text, or none for no link.
    pub permalink: Option<String>,
    /// A heading links to itself as a whole.
    pub anchor_link: bool,
    /// The first and last level of headings that `[TOC]` lists.
    pub depth: (u8, u8),
    /// Stands above what `[TOC]` lists.
    pub title: Option<String>,
    /// The text that is replaced by the list; `[TOC]`. Empty: none is.
    pub marker: String,
    /// The level that `#` stands for, 1 to 6.
    pub base_level: u8,
    /// Stands between the words of an id.
    pub separator: String,
}

/// Blocks of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// Lines are numbered where a block says nothing else.
    pub line_numbers: bool,
    /// A line can be linked to by its number.
    pub anchor_line_numbers: bool,
    /// A block without a title has the name of its language for one.
    pub auto_title: bool,
}

/// Text that comes from other files: `--8<-- "notes.md"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippets {
    /// Folders and files of the repository where names are looked up, in order; `""` is the repository itself. None of
    /// them lies outside of it. Nothing outside of them may be included.
    pub base_paths: Vec<String>,
    /// Names, as a page would write them, of what is added to the end of every page.
    pub auto_append: Vec<String>,
    /// The text of a section loses the indentation that its lines share.
    pub dedent_subsections: bool,
}

/// Blocks between `/// name` and `///`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blocks {
    /// `/// note | Title`
    pub admonition: bool,
    /// `/// details | Title`
    pub details: bool,
    /// `/// tab | Title`
    pub tab: bool,
    /// `/// html | div.class`
    pub html: bool,
    /// `/// define`
    pub definition: bool,
    /// `/// caption`, `/// figure-caption`
    pub caption: bool,
}

/// Fences.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fences {
    /// Languages that are no code, in the order of the file.
    pub custom: Vec<CustomFence>,
    /// Text that is indented by four spaces is no code.
    pub no_indented_code: bool,
}

/// A row of `custom_fences`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomFence {
    /// The language that a fence names, such as `mermaid`; `*` for every language.
    pub name: String,
    /// The class of the element it becomes.
    pub class: String,
}

/// What `smarty` replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Smarty {
    /// `"a"` and `'a'`.
    pub quotes: bool,
    /// `<<a>>`
    pub angled_quotes: bool,
    /// `--` and `---`
    pub dashes: bool,
    /// `...`
    pub ellipses: bool,
}

/// What `pymdownx.smartsymbols` replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// `(tm)`
    pub trademark: bool,
    /// `(c)`
    pub copyright: bool,
    /// `(r)`
    pub registered: bool,
    /// `c/o`
    pub care_of: bool,
    /// `+/-`
    pub plus_minus: bool,
    /// `-->`, `<--`, `<-->`
    pub arrows: bool,
    /// `=/=`
    pub not_equal: bool,
    /// `1/2` and the like.
    pub fractions: bool,
    /// `1st`, `2nd`
    pub ordinal_numbers: bool,
}

/// Where marks of emphasis inside of a word are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmartEmphasis {
    /// For `*` and `_`, as techdocs-core has it.
    All,
    /// For `_` only.
    Underscore,
    /// For `*` only.
    Asterisk,
    None,
}

/// What is shown of critic marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Critic {
    /// Both sides of a change.
    View,
    /// The text with every change made.
    Accept,
    /// The text with none made.
    Reject,
}

/// Bare addresses that become links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MagicLinks {
    /// Addresses of issues, commits and repositories are shown short.
    pub shorten_repository: bool,
    /// `#12`, `@name`, `name/repo#12` and commits are links.
    pub repository_shorthand: bool,
    /// `@twitter:name` is a link.
    pub social_shorthand: bool,
    /// `github`, `gitlab`, `bitbucket`: where shorthands lead.
    pub provider: Option<String>,
    /// The owner that shorthands leave out.
    pub user: Option<String>,
    /// The repository that shorthands leave out.
    pub repo: Option<String>,
}

/// `[[Some Page]]` becomes `base_url` + `Some_Page` + `end_url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WikiLinks {
    pub base_url: String,
    pub end_url: String,
    pub class: String,
}

impl Dialect {
    /// A README that stands for documentation, as its forge shows it.
    pub fn readme() -> Self {
        Dialect { github: true, ..Dialect::default() }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            github: false,
            list_indent: 2,
            truly_sane: true,
            toc: Toc::default(),
            highlight: Highlight { line_numbers: true, anchor_line_numbers: false, auto_title: false },
            snippets: Snippets { base_paths: vec![String::new()], auto_append: Vec::new(), dedent_subsections: false },
            admonitions: true,
            details: true,
            tabs: true,
            blocks: Blocks::default(),
            fences: Fences::default(),
            smarty: None,
            symbols: Symbols::default(),
            smart_emphasis: SmartEmphasis::All,
            superscript: true,
            insert: true,
            subscript: true,
            delete: true,
            critic: Critic::View,
            magic_links: MagicLinks::default(),
            icons: false,
            keys: false,
            math: false,
            clickable_tasks: false,
            line_breaks: false,
            wiki_links: None,
            sane_headings: false,
            progress_bars: false,
        }
    }
}

impl Default for Toc {
    fn default() -> Self {
        Toc {
            permalink: Some("¶".to_owned()),
            anchor_link: false,
            depth: (1, 6),
            title: None,
            marker: "[TOC]".to_owned(),
            base_level: 1,
            separator: "-".to_owned(),
        }
    }
}

impl Default for Smarty {
    fn default() -> Self {
        Smarty { quotes: true, angled_quotes: false, dashes: true, ellipses: true }
    }
}

impl Default for Symbols {
    fn default() -> Self {
        Symbols {
            trademark: true,
            copyright: true,
            registered: true,
            care_of: true,
            plus_minus: true,
            arrows: true,
            not_equal: true,
            fractions: true,
            ordinal_numbers: true,
        }
    }
}

impl Default for WikiLinks {
    fn default() -> Self {
        WikiLinks { base_url: "/".to_owned(), end_url: "/".to_owned(), class: "wikilink".to_owned() }
    }
}
