//! Names in the order that people expect.

/// By which a name is sorted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Vec<(String, Number)>);

/// Digits, compared by their value: their count without zeros in front, then one by one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Number(usize, String);

impl Key {
    /// By its characters.
    pub(super) fn plain(name: &str) -> Self {
        Key(vec![(name.to_owned(), Number::default())])
    }

    /// Numbers by their value: `2-install` stands before `10-run`.
    pub(super) fn natural(name: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = name;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (text, tail) = rest.split_at(digits);
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            let (number, tail) = tail.split_at(end);
            let value = number.trim_start_matches('0');
            parts.push((text.to_owned(), Number(value.len(), value.to_owned())));
            rest = tail;
        }
        Key(parts)
    }

    /// The same for paths, folder by folder; small and capital letters stand together.
    pub(super) fn of_path(path: &str, ignore_case: bool) -> Self {
        let letters = |part: &str| {
            let of_letter = |c: char| c.to_lowercase().chain((!ignore_case).then_some(c)).collect::<Vec<char>>();
            part.chars().flat_map(|c| if c.is_ascii_digit() { vec![c] } else { of_letter(c) }).collect::<String>()
        };
        let parts = path.split('/').map(|part| Key::natural(&letters(part)).0);
        // A folder's name ends where the next one begins: nothing sorts before the end.
        Key(parts.flat_map(|part| part.into_iter().chain([(String::new(), Number::default())])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = ["10-run", "2-install", "a10", "a9", "01", "1b"];
        names.sort_by_key(|name| Key::natural(name));
        assert_eq!(names, ["01", "1b", "2-install", "10-run", "a9", "a10"]);
        let mut paths = ["b/x", "B/x", "a/10", "a/9", "a"];
        paths.sort_by_key(|path| Key::of_path(path, false));
        assert_eq!(paths, ["a", "a/9", "a/10", "B/x", "b/x"]);
    }
}
