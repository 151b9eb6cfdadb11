//! Guessing what was meant.

/// The candidate nearest to `word`, if it is near enough to be worth offering: at most a quarter of its letters differ.
/// Ties go to the candidate that comes first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(128).collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().take(128).collect();
        let limit = (word.len().max(other.len()) / 4).max(1);
        if word.len().abs_diff(other.len()) > limit {
            continue;
        }
        let distance = distance(&word, &other);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The candidate that `word` is a slip of, for guesses that nobody asked for: at most two letters differ, and one where
/// the words have another number of parts, so that `subcomponents` is no `subcomponentOf`. Short words begin alike.
pub fn slip_of<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const SHORT: usize = 8;
    let first = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
    let is_slip = |candidate: &&str| {
        let most = if parts(word) == parts(candidate) { 2 } else { 1 };
        (candidate.len() >= SHORT || first(candidate) == first(word)) && edits(word, candidate) <= most
    };
    nearest(word, candidates.into_iter().filter(is_slip))
}

/// How many parts a name is made of: `techdocs-ref` and `memberOf` have two.
fn parts(name: &str) -> usize {
    let mut before = '-';
    let begins = name.chars().filter(|c| {
        let between = matches!(before, '-' | '_' | '.');
        let begins = between || before.is_lowercase() && c.is_uppercase();
        before = *c;
        begins
    });
    begins.count()
}

/// "Did you mean `x`?" for the nearest candidate.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|guess| format!("Did you mean `{guess}`?"))
}

/// Edits (insert, delete, replace, swap of neighbours) between two words, without case.
pub fn edits(one: &str, other: &str) -> usize {
    let letters = |text: &str| text.to_lowercase().chars().take(128).collect::<Vec<char>>();
    distance(&letters(one), &letters(other))
}

fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut rows = vec![0usize; width * (a.len() + 1)];
    for (j, cell) in rows.iter_mut().take(width).enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        rows[i * width] = i;
        for j in 1..width {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[(i - 1) * width + j] + 1)
                .min(rows[i * width + j - 1] + 1)
                .min(rows[(i - 1) * width + j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[(i - 2) * width + j - 2] + 1);
            }
            rows[i * width + j] = least;
        }
    }
    rows[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_a_near_word_and_nothing_far() {
        assert_eq!(nearest("Componet", ["API", "Component"]), Some("Component"));
        assert_eq!(nearest("lifecylce", ["owner", "lifecycle"]), Some("lifecycle"));
        assert_eq!(nearest("banana", ["owner", "lifecycle"]), None);
    }

    #[test]
    fn a_slip_is_nearer_than_a_guess() {
        let fields = ["type", "system", "subcomponentOf", "dependencyOf", "dependsOn", "members"];
        for (word, meant) in [
            ("sytem", Some("system")),
            ("Type", Some("type")),
            ("dependson", Some("dependsOn")),
            ("subcomponetOf", Some("subcomponentOf")),
            ("subcomponents", None),
            ("dependencies", None),
            ("memberOf", None),
            ("hype", None),
        ] {
            assert_eq!(slip_of(word, fields), meant, "{word}");
        }
    }
}
