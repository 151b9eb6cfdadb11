//! `theme.toml`: a brand in a dozen tokens, each a custom property of the built-in styles.

use crate::diagnostics::Stop;
use crate::diagnostics::suggestion::nearest;
use std::fmt::Write;

/// Tokens that are colours.
const COLORS: [&str; 12] = [
    "accent",
    "accent-ink",
    "accent-wash",
    "on-accent",
    "paper",
    "sheet",
    "sunk",
    "ink",
    "ink-soft",
    "line",
    "line-strong",
    "good",
];
/// Tokens that are lengths, then those that are lists of fonts.
const LENGTHS: [&str; 2] = ["radius", "page"];
const FONTS: [&str; 2] = ["sans", "mono"];

/// The properties which a `theme.toml` sets, as CSS that comes after the built-in styles.
///
/// A colour is a text for both schemes or `{ light = "…", dark = "…" }`.
///
/// # Errors
/// When the file is no TOML, names a token that does not exist, or holds what is no colour, length or font.
pub(super) fn stylesheet(name: &str, text: &str) -> Result<String, Stop> {
    let fault = |message: String| Stop::usage(format!("{name}: {message}"));
    let tokens: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text[..at.min(text.len())].matches('\n').count() + 1;
        Stop::usage(format!("{name}:{line}: this is no TOML")).cause(error.message())
    })?;
    let mut css = String::from(":root {\n");
    for (token, value) in &tokens {
        let value = match token.as_str() {
            color if COLORS.contains(&color) => color_of(value).ok_or_else(|| {
                fault(format!("`{token}` is no colour"))
                    .hint("Write a colour such as `\"#a5341f\"`, or `{ light = \"#a5341f\", dark = \"#f08a72\" }`.")
            })?,
            length if LENGTHS.contains(&length) => value
                .as_str()
                .filter(|text| is_length(text))
                .ok_or_else(|| {
                    fault(format!("`{token}` is no length")).hint("Write a length such as `\"6px\"` or `\"80rem\"`.")
                })?
                .to_owned(),
            fonts if FONTS.contains(&fonts) => value
                .as_str()
                .filter(|text| is_plain(text))
                .ok_or_else(|| {
                    fault(format!("`{token}` is no list of fonts"))
                        .hint("Write names with commas: `\"Inter, sans-serif\"`.")
                })?
                .to_owned(),
            _ => return Err(unknown(name, token)),
        };
        let _ = writeln!(css, "  --{token}: {value};");
    }
    if tokens.contains_key("accent") && !tokens.contains_key("accent-wash") {
        css.push_str("  --accent-wash: color-mix(in srgb, var(--accent) 18%, var(--paper));\n");
    }
    css.push_str("}\n");
    Ok(css)
}

fn unknown(name: &str, token: &str) -> Stop {
    let known = || COLORS.into_iter().chain(LENGTHS).chain(FONTS);
    let stop = Stop::usage(format!("{name}: there is no token `{token}`"));
    match nearest(token, known()) {
        Some(near) => stop.hint(format!("Did you mean `{near}`?")),
        None => stop.hint(format!("The tokens are {}.", known().collect::<Vec<_>>().join(", "))),
    }
}

fn color_of(value: &toml::Value) -> Option<String> {
    if let Some(both) = value.as_str() {
        return is_color(both).then(|| both.to_owned());
    }
    let pair = value.as_table()?;
    let (light, dark) = (pair.get("light")?.as_str()?, pair.get("dark")?.as_str()?);
    (pair.len() == 2 && is_color(light) && is_color(dark)).then(|| format!("light-dark({light}, {dark})"))
}

/// `#a5341f`, a name, or a function of numbers such as `oklch(60% .1 30)`.
fn is_color(text: &str) -> bool {
    let is_hex = |digits: &str| matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    let is_numbers = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b" .,%/-+".contains(&b));
    match text.strip_prefix('#') {
        Some(digits) => is_hex(digits),
        None => match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, numbers)) => is_word(name) && name != "url" && is_numbers(numbers),
            None => is_word(text),
        },
    }
}

fn is_length(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    !number.is_empty() && number.parse::<f64>().is_ok_and(|number| number >= 0.0)
}

/// Nothing that ends a declaration.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || " ,-_\"'".contains(c))
}

#[cfg(test)]
mod tests {
    use super::stylesheet;

    fn fault(text: &str) -> String {
        let stop = stylesheet("theme.toml", text).expect_err("it is wrong");
        format!("{}{}", stop.message, stop.hints.join(" "))
    }

    #[test]
    fn tokens_become_properties() {
        let text = "accent = { light = \"#a5341f\", dark = \"oklch(70% .1 30)\" }\nradius = \"2px\"\nsans = \"Inter, sans-serif\"\n";
        assert_eq!(
            stylesheet("theme.toml", text).unwrap(),
            ":root {\n  --accent: light-dark(#a5341f, oklch(70% .1 30));\n  --radius: 2px;\n  --sans: Inter, sans-serif;\n  --accent-wash: color-mix(in srgb, var(--accent) \
             18%, var(--paper));\n}\n"
        );
    }

    #[test]
    fn what_is_no_token_or_no_value_is_told() {
        assert!(fault("acent = \"red\"").contains("Did you mean `accent`?"));
        assert!(fault("accent = \"red; } body { display: none\"").contains("`accent` is no colour"));
        assert!(fault("accent = \"url(https://x)\"").contains("no colour"));
        assert!(fault("radius = \"wide\"").contains("no length"));
        assert!(fault("sans = \"a; b\"").contains("no list of fonts"));
        assert!(fault("\n\naccent = #fff").starts_with("theme.toml:3: this is no TOML"));
    }
}
