//! What Backstage refuses and the event parser lets through: lines that are indented too little or with tabs.
//!
//! Each check gets the source of a value and answers with the place of the fault: lines below the value's first line,
//! and characters from the line's start.

/// A place, counted from the start of a value.
pub(super) type Below = (u32, u32);

/// Lines of a list or mapping in brackets, or of a quoted string, below the first: they should be indented deeper than
/// the block collection around them. The bracket that closes the outermost may stand right below its key.
pub(super) fn under_indented(source: &str, indent: usize) -> Option<Below> {
    let bracket = source.starts_with(['[', '{']);
    let mut lines = source.split('\n').enumerate().skip(1).peekable();
    while let Some((number, line)) = lines.next() {
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        let is_blank = content.trim_start_matches('\t').is_empty();
        let ignored = is_blank || (bracket && content.starts_with('#'));
        let closes = bracket && lines.peek().is_none() && column == indent && matches!(content, "]" | "}");
        if column <= indent && !ignored && !closes {
            return Some((number as u32, column as u32));
        }
    }
    None
}

/// A tab before the first key or item of a block collection, on its line; also one behind a dash.
pub(super) fn tab_before(text: &str, start: usize) -> Option<u32> {
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let indent = &text[line..start];
    let blank = indent.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'?' | b':'));
    if blank { indent.find('\t').map(|at| at as u32) } else { None }
}

/// Blank lines behind a block scalar whose tabs stand where its indentation should be.
pub(super) fn tab_behind(rest: &str) -> Option<Below> {
    let blank =
        rest.split('\n').enumerate().take_while(|(_, line)| line.bytes().all(|byte| matches!(byte, b' ' | b'\t')));
    blank.filter_map(|(number, line)| Some((number as u32, line.find('\t')? as u32))).next()
}
