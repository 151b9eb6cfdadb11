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
    /// Text that is indented by four spaces is code. Off with `disable_indented_code_blocks` of `pymdownx.superfences`.
    pub indented_code: bool,
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
    /// `pymdownx.keys` is listed: `++ctrl+alt+del++` shows keys.
    pub keys: bool,
    /// `pymdownx.arithmatex` is listed: `$x$`, `$$x$$`, `\(x\)` and `\[x\]` are formulas.
    pub math: bool,
    /// `nl2br` is listed: every line break of the source is one of the page.
    pub line_breaks: bool,
    /// `wikilinks` is listed: `[[Some Page]]` is a link.
    pub wiki_links: Option<WikiLinks>,
    /// `pymdownx.saneheaders` is listed: `#5` at the start of a line is no heading.
    pub sane_headings: bool,
}

/// Ids of headings and the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toc {
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
            highlight: Highlight { line_numbers: true, auto_title: false },
            snippets: Snippets::default(),
            admonitions: true,
            details: true,
            tabs: true,
            blocks: Blocks::default(),
            indented_code: true,
            smarty: None,
            symbols: Symbols::default(),
            smart_emphasis: SmartEmphasis::All,
            superscript: true,
            insert: true,
            subscript: true,
            delete: true,
            critic: Critic::View,
            keys: false,
            math: false,
            line_breaks: false,
            wiki_links: None,
            sane_headings: false,
        }
    }
}

impl Default for Toc {
    fn default() -> Self {
        Toc { depth: (1, 6), title: None, marker: "[TOC]".to_owned(), base_level: 1, separator: "-".to_owned() }
    }
}

impl Default for Snippets {
    fn default() -> Self {
        Snippets { base_paths: vec![String::new()], auto_append: Vec::new(), dedent_subsections: false }
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
