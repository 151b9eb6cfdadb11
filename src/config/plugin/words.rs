//! Texts with places for values: `{annotation}`, `{annotation.0}`, `{annotation|settings.url}`, `{settings.url}`, `{entity.name}`.

use crate::config::Secret;
use std::fmt;

/// What an entity is known by beside its annotations.
pub const ENTITY_FIELDS: [&str; 4] = ["ref", "kind", "namespace", "name"];

/// A text with places. Those of settings are filled when the configuration is read, the others for each entity.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<Piece>);

/// A stretch of text or a place.
#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The value of a setting that nobody may see.
    Hidden(String),
    /// An annotation's value by the name that the manifest gives it; with a number, its part between slashes, from 0.
    Annotation(String, Option<usize>),
    /// The same, and the name and value of the setting that stands in where an entity lacks it.
    Or(String, Option<usize>, String, String),
    /// One of [`ENTITY_FIELDS`].
    Entity(String),
}

impl fmt::Debug for Words {
    /// As it was written, without what is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Values of the places that only an entity fills.
pub trait Values {
    /// By the name that the manifest gives the annotation.
    fn annotation(&self, name: &str) -> Option<&str>;
    /// One of [`ENTITY_FIELDS`].
    fn entity(&self, field: &str) -> &str;
}

/// Why a text has a place that cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// No such annotation, setting or field; with those that there are.
    Unknown { place: String, known: Vec<String> },
    /// A bracket without its other one.
    Open,
}

impl Words {
    /// Takes a text apart. `annotations` are the names of the manifest, `setting` gives the value of a setting: `None` where
    /// there is no such setting, `Some(None)` where it has no value. `Ok(None)` where a setting without a value is named.
    pub(super) fn parse(
        text: &str,
        annotations: &[&str],
        settings: &[&str],
        setting: &dyn Fn(&str) -> Option<Setting>,
    ) -> Result<Option<Words>, Misplaced> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            if !rest[..at].is_empty() {
                pieces.push(Piece::Text(rest[..at].to_string()));
            }
            let Some((place, behind)) = rest[at + 1..].split_once('}') else { return Err(Misplaced::Open) };
            rest = behind;
            if let Some(name) = place.strip_prefix("settings.") {
                if !settings.contains(&name) {
                    let known = settings.iter().map(|known| format!("settings.{known}")).collect();
                    return Err(Misplaced::Unknown { place: place.to_string(), known });
                }
                match setting(name) {
                    Some(Setting::Plain(value)) => pieces.push(Piece::Text(value)),
                    Some(Setting::Secret(value)) => pieces.push(Piece::Hidden(value.reveal().to_string())),
                    None => return Ok(None),
                }
                continue;
            }
            if let Some(field) = place.strip_prefix("entity.").filter(|field| ENTITY_FIELDS.contains(field)) {
                pieces.push(Piece::Entity(field.to_string()));
                continue;
            }
            let (place, instead) = match place.split_once("|settings.") {
                Some((place, name)) => (place, Some(name)),
                None => (place, None),
            };
            let instead = match instead.map(|name| (name, setting(name))) {
                Some((name, Some(Setting::Plain(value)))) => Some((name, value)),
                Some((name, _)) if !settings.contains(&name) => {
                    let known = settings.iter().map(|known| format!("settings.{known}")).collect();
                    return Err(Misplaced::Unknown { place: format!("settings.{name}"), known });
                }
                _ => None,
            };
            let (name, part) = match place.rsplit_once('.') {
                Some((name, part)) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
                    (name, part.parse().ok())
                }
                _ => (place, None),
            };
            if !annotations.contains(&name) {
                let own = annotations.iter().map(ToString::to_string);
                let of_entity = ENTITY_FIELDS.iter().map(|field| format!("entity.{field}"));
                let of_settings = settings.iter().map(|known| format!("settings.{known}"));
                let known = own.chain(of_entity).chain(of_settings).collect();
                return Err(Misplaced::Unknown { place: place.to_string(), known });
            }
            pieces.push(match instead {
                Some((setting, value)) => Piece::Or(name.to_string(), part, setting.to_string(), value),
                None => Piece::Annotation(name.to_string(), part),
            });
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_string()));
        }
        Ok(Some(Words(pieces)))
    }

    /// The text as it is, without places.
    pub fn plain(text: impl Into<String>) -> Words {
        Words(vec![Piece::Text(text.into())])
    }

    /// Both, one behind the other.
    pub(super) fn and(self, behind: Words) -> Words {
        Words(self.0.into_iter().chain(behind.0).collect())
    }

    /// The same, of which nobody may see anything.
    pub(super) fn into_secret(self) -> Words {
        let hide = |piece| match piece {
            Piece::Text(text) => Piece::Hidden(text),
            other => other,
        };
        Words(self.0.into_iter().map(hide).collect())
    }

    /// What nobody may see, as far as it can be told from anything else.
    pub(super) fn hidden(&self) -> Vec<String> {
        const SHORTEST: usize = 8;
        let hidden = self.0.iter().filter_map(|piece| match piece {
            Piece::Hidden(text) => Some(text),
            _ => None,
        });
        // `Bearer` and `Token` are words before it.
        let words = hidden.flat_map(|text| text.split([' ', '=']));
        words.filter(|word| word.len() >= SHORTEST).map(str::to_string).collect()
    }

    /// Whether every entity gets the same.
    pub fn is_fixed(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Text(_) | Piece::Hidden(_)))
    }

    /// Whether it holds something that nobody may see.
    pub fn is_secret(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Hidden(_)))
    }

    /// What stands before the first place that an entity fills.
    pub fn start(&self) -> String {
        let is_fixed = |piece: &&Piece| matches!(piece, Piece::Text(_) | Piece::Hidden(_));
        self.0.iter().take_while(is_fixed).map(fixed).collect()
    }

    /// The text with every place filled by what `make` makes of its value. `None` where a value is missing or is refused.
    pub fn fill(&self, values: &dyn Values, make: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) | Piece::Hidden(text) => out.push_str(text),
                Piece::Annotation(name, part) => out.push_str(&make(annotation(values, name, *part)?)?),
                Piece::Or(name, part, _, value) => match annotation(values, name, *part) {
                    Some(annotation) => out.push_str(&make(annotation)?),
                    None => out.push_str(value),
                },
                Piece::Entity(field) => out.push_str(&make(values.entity(field))?),
            }
        }
        Some(out)
    }

    /// As it was written, without what is secret.
    pub fn shown(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Hidden(_) => "•••".to_string(),
            Piece::Annotation(name, None) => format!("{{{name}}}"),
            Piece::Annotation(name, Some(part)) => format!("{{{name}.{part}}}"),
            Piece::Or(name, None, setting, _) => format!("{{{name}|settings.{setting}}}"),
            Piece::Or(name, Some(part), setting, _) => format!("{{{name}.{part}|settings.{setting}}}"),
            Piece::Entity(field) => format!("{{entity.{field}}}"),
        };
        self.0.iter().map(piece).collect()
    }
}

fn fixed(piece: &Piece) -> &str {
    match piece {
        Piece::Text(text) | Piece::Hidden(text) => text,
        Piece::Annotation(..) | Piece::Or(..) | Piece::Entity(_) => "",
    }
}

/// An annotation's value, or a part of it.
fn annotation<'a>(values: &'a dyn Values, name: &str, part: Option<usize>) -> Option<&'a str> {
    let value = values.annotation(name)?;
    part.map_or(Some(value), |part| value.split('/').nth(part))
}

/// The value of a plugin's setting.
#[derive(Debug, Clone)]
pub(super) enum Setting {
    Plain(String),
    Secret(Secret),
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shop;

    impl Values for Shop {
        fn annotation(&self, name: &str) -> Option<&str> {
            (name == "annotation").then_some("acme/shop")
        }

        fn entity(&self, _: &str) -> &str {
            "shop"
        }
    }

    fn parse(text: &str) -> Result<Option<Words>, Misplaced> {
        let setting = |name: &str| match name {
            "url" => Some(Setting::Plain("https://h".into())),
            "token" => Some(Setting::Secret(Secret::new("s3cret"))),
            _ => None,
        };
        Words::parse(text, &["annotation", "app"], &["url", "token", "branch"], &setting)
    }

    fn filled(text: &str) -> Option<String> {
        parse(text).unwrap()?.fill(&Shop, &|value| Some(value.replace('/', "%2F")))
    }

    #[test]
    fn places_are_filled() {
        assert_eq!(filled("{settings.url}/a/{annotation}").as_deref(), Some("https://h/a/acme%2Fshop"));
        assert_eq!(filled("{annotation.1}-{entity.name}").as_deref(), Some("shop-shop"));
        assert_eq!(filled("{app|settings.url}/{annotation.0|settings.url}").as_deref(), Some("https://h/acme"));
        assert_eq!(
            (filled("{app|settings.branch}"), filled("{annotation|settings.branch}")),
            (None, Some("acme%2Fshop".into()))
        );
        assert_eq!((filled("{annotation.2}"), filled("{app}"), filled("x{settings.branch}")), (None, None, None));
    }

    #[test]
    fn what_is_secret_is_not_shown() {
        let words = parse("Token {settings.token} {annotation.0}").unwrap().unwrap();
        assert_eq!(format!("{words:?}"), "Token ••• {annotation.0}");
        assert_eq!(words.fill(&Shop, &|value| Some(value.into())).as_deref(), Some("Token s3cret acme"));
        assert!(words.is_secret() && !words.is_fixed());
    }

    #[test]
    fn unknown_places_are_named() {
        assert_eq!(parse("{annotation"), Err(Misplaced::Open));
        for wrong in ["{app|settings.hub}", "{app|url}"] {
            assert!(matches!(parse(wrong), Err(Misplaced::Unknown { .. })), "{wrong}");
        }
        let Err(Misplaced::Unknown { place, known }) = parse("{anotation}") else { panic!("taken") };
        assert_eq!((place.as_str(), known[0].as_str()), ("anotation", "annotation"));
    }
}
