//! What stands behind the backticks of a fenced block.

/// The parts of an info string that we use.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fence {
    /// The language in lower case, safe to stand in a class name; empty where none is given.
    pub(super) language: String,
    /// The name of the file that the block shows.
    pub(super) title: Option<String>,
}

/// Reads `python`, `python title="app.py" hl_lines="1"`, `{.python title='app.py'}` and `rust,no_run`.
pub(super) fn read(info: &str) -> Fence {
    let info = info.trim().trim_start_matches('{').trim_end_matches('}');
    let mut fence = Fence::default();
    let mut rest = info.trim_start();
    while !rest.is_empty() {
        let (word, tail) = word(rest);
        match word.split_once('=') {
            Some(("title" | "filename", value)) => fence.title = Some(unquoted(value).to_owned()),
            Some(_) => {}
            None if fence.language.is_empty() && !word.starts_with('#') => fence.language = language(word),
            None => {}
        }
        rest = tail.trim_start();
    }
    fence.title = fence.title.filter(|title| !title.trim().is_empty());
    fence
}

/// The first word, where quotes hold blanks together.
fn word(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => return text.split_at(at),
            None => {}
        }
    }
    (text, "")
}

fn unquoted(value: &str) -> &str {
    value.trim_matches(['"', '\''])
}

fn language(word: &str) -> String {
    let name = word.trim_start_matches('.').split([',', '{', ':']).next().unwrap_or_default();
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-'))
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_and_title_in_the_spellings_people_use() {
        let app = |language: &str| Fence { language: language.into(), title: Some("my app.py".into()) };
        assert_eq!(read("python"), Fence { language: "python".into(), title: None });
        assert_eq!(read("Python title=\"my app.py\" hl_lines=\"1 2\""), app("python"));
        assert_eq!(read("{ .python title='my app.py' }"), app("python"));
        assert_eq!(read("rust,no_run").language, "rust");
        assert_eq!(read("{#id .c++}").language, "c++");
        assert_eq!(read(""), Fence::default());
        assert_eq!(read("\"><script>").language, "script");
    }
}
