//! The words a rendered page brings itself.

/// The words that [`render`](super::render) writes beside the author's, in the portal's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Labels<'a> {
    /// Said of the sign beside a heading.
    pub permanent_link: &'a str,
    /// Opens the name of a table that scrolls: "Table: Name, Type".
    pub table: &'a str,
    /// A ticked box of a task list.
    pub done: &'a str,
    /// An empty box of a task list.
    pub to_do: &'a str,
    /// The name of the section of footnotes.
    pub footnotes: &'a str,
    /// Said of the sign that leads from a footnote back to the text.
    pub back_to_text: &'a str,
    /// The title of the notice on a page that is too long.
    pub page_cut_title: &'a str,
    /// The text of the notice on a page that is too long.
    pub page_cut: &'a str,
    /// The name of the box in which a wide diagram scrolls.
    pub diagram: &'a str,
    /// Opens the source below a diagram.
    pub diagram_source: &'a str,
}

/// The words in English.
pub const ENGLISH: Labels<'static> = Labels {
    permanent_link: "Permanent link",
    table: "Table",
    done: "Done",
    to_do: "To do",
    footnotes: "Footnotes",
    back_to_text: "Back to the text",
    page_cut_title: "This page is too long",
    page_cut: "The rest of this page is left out. Its source holds all of it.",
    diagram: "Diagram",
    diagram_source: "Source of the diagram",
};
