//! Cuts a page into the stretches that CommonMark reads and the boxes it does not know.
//!
//! `!!! note "Title"`, `??? note` and `???+ note` hold an indented body. Once a CommonMark parser has seen them it is too
//! late: the body has become a code block. So lines are scanned first, fenced code is respected, and bodies are cut
//! out, moved to the margin and scanned again.

use super::source::Source;

/// Boxes within boxes; deeper ones stay as they are written.
const DEEPEST: usize = 64;

/// One stretch of a page, in reading order.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// Markdown without boxes.
    Text(Source<'a>),
    /// One line of HTML that would swallow the rest of the page, because nothing ever closes it.
    Html(Source<'a>),
    /// A box begins.
    Enter(Admonition<'a>),
    /// The box ends.
    Leave(Fold),
}

/// The head of a box.
#[derive(Debug)]
pub(super) struct Admonition<'a> {
    /// The type and further class names, each safe as a class.
    pub(super) classes: Vec<String>,
    pub(super) fold: Fold,
    /// The title as a Markdown heading, because a heading holds text and no blocks.
    pub(super) title: Option<Source<'a>>,
}

/// Whether a box can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Never,
    Closed,
    Open,
}

/// What makes a line a heading. It is shorter than any `!!! "`, so columns stay positive.
const TITLE: &str = "# ";

/// The fence that opened a block of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenFence {
    mark: u8,
    length: usize,
}

/// Cuts a page into pieces.
pub(super) fn cut(page: Source<'_>) -> Vec<Piece<'_>> {
    enum Task<'a> {
        Cut(Source<'a>, usize),
        Keep(Piece<'a>),
    }
    let mut pieces = Vec::new();
    let mut tasks = vec![Task::Cut(page, 0)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Keep(piece) => pieces.push(piece),
            Task::Cut(source, depth) if depth >= DEEPEST || !has_special_lines(source.text()) => {
                pieces.push(Piece::Text(source));
            }
            Task::Cut(source, depth) => {
                let parts = parts(&source).into_iter().flat_map(|part| match part {
                    Part::Text(text) => vec![Task::Keep(Piece::Text(text))],
                    Part::Html(html) => vec![Task::Keep(Piece::Html(html))],
                    Part::Box(head, body) => {
                        let fold = head.fold;
                        vec![Task::Keep(Piece::Enter(head)), Task::Cut(body, depth + 1), Task::Keep(Piece::Leave(fold))]
                    }
                });
                let at = tasks.len();
                tasks.extend(parts);
                tasks[at..].reverse();
            }
        }
    }
    pieces
}

/// The fence that a line opens, if it does.
pub(super) fn opens_fence(line: &str) -> Option<OpenFence> {
    let text = line.trim_start_matches(' ');
    let mark = *text.as_bytes().first()?;
    let length = text.bytes().take_while(|byte| *byte == mark).count();
    let fence = matches!(mark, b'`' | b'~') && length >= 3 && line.len() - text.len() <= 3;
    (fence && !(mark == b'`' && text[length..].contains('`'))).then_some(OpenFence { mark, length })
}

/// Whether a line closes the block of code that `open` opened.
pub(super) fn closes_fence(line: &str, open: OpenFence) -> bool {
    let text = line.trim_start_matches(' ');
    let length = text.bytes().take_while(|byte| *byte == open.mark).count();
    length >= open.length && text[length..].trim().is_empty()
}

enum Part<'a> {
    Text(Source<'a>),
    Html(Source<'a>),
    Box(Admonition<'a>, Source<'a>),
}

fn has_special_lines(text: &str) -> bool {
    text.contains("!!!") || text.contains("???") || Unclosed::new(text).possible()
}

/// One level of cutting.
fn parts<'a>(source: &Source<'a>) -> Vec<Part<'a>> {
    let text = source.text();
    let unclosed = Unclosed::new(text);
    let lines = lines(text);
    let mut parts = Vec::new();
    let mut fence = None;
    let (mut text_from, mut index) = (0, 0);
    while index < lines.len() {
        let line = lines[index].text;
        if let Some(open) = fence {
            if closes_fence(line, open) {
                fence = None;
            }
            index += 1;
            continue;
        }
        fence = opens_fence(line);
        let end = if let Some(head) = head(source, &lines[index], index) {
            let end = body_end(&lines, index + 1);
            push_text(&mut parts, source, &lines, text_from..index);
            parts.push(Part::Box(head, body(source, &lines[index + 1..end], index + 1)));
            end
        } else if unclosed.opened_by(&lines[index]) {
            push_text(&mut parts, source, &lines, text_from..index);
            let Line { start, text } = lines[index];
            parts.push(Part::Html(source.slice(start, start + text.len(), index)));
            index + 1
        } else {
            index += 1;
            continue;
        };
        text_from = end;
        index = end;
    }
    push_text(&mut parts, source, &lines, text_from..lines.len());
    parts
}

#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    /// With its line break.
    text: &'t str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|text| {
            let line = Line { start, text };
            start += text.len();
            line
        })
        .collect()
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, source: &Source<'a>, lines: &[Line], range: std::ops::Range<usize>) {
    let Some((first, last)) = lines.get(range.clone()).and_then(|lines| lines.first().zip(lines.last())) else {
        return;
    };
    let end = last.start + last.text.len();
    if !source.text()[first.start..end].trim().is_empty() {
        parts.push(Part::Text(source.slice(first.start, end, range.start)));
    }
}

/// Reads `!!! type more "Title"`.
fn head<'a>(source: &Source<'a>, line: &Line, index: usize) -> Option<Admonition<'a>> {
    let text = line.text.trim_end();
    let (fold, rest) = if let Some(rest) = text.strip_prefix("!!!") {
        (Fold::Never, rest)
    } else if let Some(rest) = text.strip_prefix("???+") {
        (Fold::Open, rest)
    } else {
        (Fold::Closed, text.strip_prefix("???")?)
    };
    let (names, quoted) = match rest.split_once('"') {
        Some((names, title)) => (names, Some(title.strip_suffix('"')?)),
        None => (rest, None),
    };
    if !names.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ')) {
        return None;
    }
    let mut classes: Vec<String> = names.split_whitespace().map(str::to_lowercase).collect();
    let title = match quoted {
        Some("") => None,
        Some(title) => {
            let at = line.start + (text.len() - 1 - title.len());
            let (line, column, _) = source.locate(at, at);
            Some(Source::with_margins(format!("{TITLE}{title}"), line, vec![column - 1 - TITLE.len() as u32]))
        }
        None => Some(Source::new(format!("{TITLE}{}", capitalised(classes.first()?)), source.line(index).0)),
    };
    if classes.is_empty() {
        classes.push("note".to_owned());
    }
    Some(Admonition { classes, fold, title })
}

/// `note` reads `Note` as a title.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The end of the indented or blank lines from `index` on, without blank lines at their end.
fn body_end(lines: &[Line], mut index: usize) -> usize {
    let mut end = index;
    while let Some(line) = lines.get(index) {
        if line.text.starts_with("    ") || line.text.starts_with('\t') {
            end = index + 1;
        } else if !line.text.trim().is_empty() {
            break;
        }
        index += 1;
    }
    end
}

fn body<'a>(source: &Source<'a>, lines: &[Line], index: usize) -> Source<'a> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len()).sum());
    let mut cut = Vec::with_capacity(lines.len());
    for line in lines {
        let (margin, rest) = match line.text.strip_prefix('\t') {
            Some(rest) => (1, rest),
            None => match line.text.strip_prefix("    ") {
                Some(rest) => (4, rest),
                None => (0, line.text.trim_start_matches(' ')),
            },
        };
        cut.push(margin);
        text.push_str(rest);
    }
    Source::with_margins(text, source.line(index).0, source.margins(index, &cut))
}

/// Where the last closer of each kind of HTML block stands that ends at a closer and not at a blank line.
struct Unclosed {
    raw_text: Option<usize>,
    comment: Option<usize>,
    instruction: Option<usize>,
    cdata: Option<usize>,
    has_openers: bool,
}

impl Unclosed {
    fn new(text: &str) -> Self {
        let raw_text = ["</script>", "</style>", "</pre>", "</textarea>"];
        Unclosed {
            raw_text: raw_text.iter().filter_map(|closer| last_ignoring_case(text, closer)).max(),
            comment: text.rfind("-->"),
            instruction: text.rfind("?>"),
            cdata: text.rfind("]]>"),
            has_openers: text.contains("<!")
                || text.contains("<?")
                || raw_text.iter().any(|closer| find_ignoring_case(text, &closer.replace(['/', '>'], ""))),
        }
    }

    fn possible(&self) -> bool {
        self.has_openers
    }

    /// Whether a line opens such a block that nothing closes.
    fn opened_by(&self, line: &Line) -> bool {
        let text = line.text.trim_start_matches(' ');
        if !self.has_openers || line.text.len() - text.len() > 3 || !text.starts_with('<') {
            return false;
        }
        let closer = if text.starts_with("<!--") {
            self.comment
        } else if text.starts_with("<?") {
            self.instruction
        } else if text.starts_with("<![CDATA[") {
            self.cdata
        } else if ["<script", "<style", "<pre", "<textarea"].iter().any(|opener| opens(text, opener)) {
            self.raw_text
        } else {
            return false;
        };
        closer.is_none_or(|closer| closer < line.start)
    }
}

fn opens(line: &str, opener: &str) -> bool {
    let Some(start) = line.get(..opener.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(opener) && !line[opener.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
}

fn last_ignoring_case(text: &str, word: &str) -> Option<usize> {
    text.rmatch_indices("</").map(|(at, _)| at).find(|at| {
        text.as_bytes()[*at..].get(..word.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
    })
}

fn find_ignoring_case(text: &str, word: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        text.as_bytes()[at..].get(..word.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces in a short notation: text as it is, boxes as `[classes|title` and `]`.
    fn shape(text: &str) -> String {
        cut(Source::new(text, 1))
            .iter()
            .map(|piece| match piece {
                Piece::Text(source) => source.text().to_owned(),
                Piece::Html(source) => format!("<<{}>>", source.text()),
                Piece::Enter(head) => {
                    let title = head.title.as_ref().map_or("", Source::text).trim_start_matches(TITLE);
                    format!("[{}|{title}|", head.classes.join("."))
                }
                Piece::Leave(_) => "]".to_owned(),
            })
            .collect()
    }

    #[test]
    fn a_box_holds_its_indented_lines() {
        assert_eq!(shape("a\n!!! note\n    b\n\n    c\n\nd\n"), "a\n[note|Note|b\n\nc\n]\nd\n");
        assert_eq!(shape("!!! danger inline \"Mind *this*\"\n\tb\n"), "[danger.inline|Mind *this*|b\n]");
        assert_eq!(shape("!!! note \"\"\n    b\n"), "[note||b\n]");
        assert_eq!(shape("??? \"Only a title\"\n    b\n"), "[note|Only a title|b\n]");
    }

    #[test]
    fn boxes_nest() {
        assert_eq!(shape("!!! a\n    b\n    ???+ c\n        d\n    e\n"), "[a|A|b\n[c|C|d\n]e\n]");
    }

    #[test]
    fn code_is_left_alone() {
        let code = "```\n!!! note\n    b\n```\n";
        assert_eq!(shape(code), code);
        assert_eq!(shape("Wow!!! great\n"), "Wow!!! great\n");
    }

    #[test]
    fn html_that_nothing_closes_is_one_line() {
        assert_eq!(shape("a\n<script>\nb\n"), "a\n<<<script>\n>>b\n");
        assert_eq!(shape("<script>\nb\n</script>\nc\n"), "<script>\nb\n</script>\nc\n");
        assert_eq!(shape("<!-- a\n\nb\n"), "<<<!-- a\n>>\nb\n");
    }

    #[test]
    fn places_survive_the_cutting() {
        let pieces = cut(Source::new("x\n\n!!! a\n    !!! b\n        [l](m)\n", 5));
        let Some(Piece::Text(inner)) = pieces.iter().rev().find(|piece| matches!(piece, Piece::Text(_))) else {
            panic!("no text in {pieces:?}");
        };
        assert_eq!(inner.locate(0, 6), (9, 9, 6));
    }
}
