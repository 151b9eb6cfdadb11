//! The theme's files: the built-in ones, over them, file by file, those of `--theme DIR` and what its `theme.toml` says,
//! and the operator's logo and favicon.

use super::{Config, brand};
use crate::diagnostics::Stop;
use crate::strings;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(RustEmbed)]
#[folder = "themes/default"]
struct Default;

/// Every file of a theme by its path: `templates/home.html`, `assets/callboard.css`.
pub type ThemeFiles = BTreeMap<String, Cow<'static, [u8]>>;

/// What a theme holds. Texts lie over those of the built-in theme one by one, other files as a whole.
const FOLDERS: [&str; 3] = ["templates/", "assets/", strings::FOLDER];
/// The styles that a brand sets.
const BRAND: &str = "assets/brand.css";
/// The most that a logo or a favicon may weigh.
const LARGEST_PICTURE: usize = 256 << 10;
/// Endings of pictures, with their type.
const PICTURES: [(&str, &str); 5] = [
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("jpg", "image/jpeg"),
    ("ico", "image/x-icon"),
];

/// A picture of the brand, as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Below the site's root: `assets/brand/logo.svg`.
    pub path: String,
    /// `image/svg+xml`
    pub r#type: &'static str,
}

impl Picture {
    /// Where the picture in this file goes, if its ending is that of one.
    pub(super) fn of(role: &str, file: &Path) -> Option<Picture> {
        let ending = file.extension()?.to_str()?.to_ascii_lowercase();
        let (ending, r#type) = *PICTURES.iter().find(|(known, _)| *known == ending)?;
        Some(Picture { path: format!("assets/brand/{role}.{ending}"), r#type })
    }
}

/// The theme of a portal: `own` over the built-in one, then the logo and the favicon of the configuration.
pub fn theme(own: Option<&Path>, config: &Config) -> Result<ThemeFiles, Stop> {
    let mut files = laid_over(own)?;
    for (key, file, role) in [("logo", &config.logo, "logo"), ("favicon", &config.favicon, "favicon")] {
        let Some(file) = file else { continue };
        let shown = file.display();
        let picture = Picture::of(role, file).ok_or_else(|| {
            let endings = PICTURES.map(|(ending, _)| ending).join(", ");
            Stop::usage(format!("`callboard.{key}`: `{shown}` is no picture"))
                .hint(format!("Name a file that ends in one of {endings}."))
        })?;
        let bytes = std::fs::read(file)
            .map_err(|error| Stop::usage(format!("`callboard.{key}`: `{shown}` cannot be read")).cause(error))?;
        if bytes.len() > LARGEST_PICTURE {
            let most = LARGEST_PICTURE >> 10;
            return Err(Stop::usage(format!("`callboard.{key}`: `{shown}` is larger than {most} KiB"))
                .hint("Every page loads it: make it smaller."));
        }
        files.insert(picture.path, Cow::Owned(bytes));
    }
    Ok(files)
}

/// The built-in theme with the files of `own` laid over it. Files that the built-in theme does not have are added.
fn laid_over(own: Option<&Path>) -> Result<ThemeFiles, Stop> {
    let mut files: ThemeFiles =
        Default::iter().filter_map(|path| Default::get(&path).map(|file| (path.into_owned(), file.data))).collect();
    let Some(own) = own else { return Ok(files) };
    if !own.is_dir() {
        return Err(Stop::usage(format!("the theme `{}` is not a folder", own.display()))
            .hint("A theme holds `templates/`, `assets/` and `strings/`; only the files that differ are needed."));
    }
    let mut found = false;
    for entry in walkdir::WalkDir::new(own).sort_by_file_name().into_iter().flatten() {
        let Ok(inside) = entry.path().strip_prefix(own) else { continue };
        let path = inside.to_string_lossy().replace('\\', "/");
        if !entry.file_type().is_file() || !FOLDERS.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let bytes = std::fs::read(entry.path())
            .map_err(|error| Stop::environment(format!("`{}` cannot be read", entry.path().display())).cause(error))?;
        let path = if path.starts_with(strings::FOLDER) { format!("{}{path}", strings::OWN) } else { path };
        files.insert(path, Cow::Owned(bytes));
        found = true;
    }
    let tokens = own.join("theme.toml");
    if tokens.is_file() {
        let name = tokens.display().to_string();
        let text = std::fs::read_to_string(&tokens)
            .map_err(|error| Stop::environment(format!("`{name}` cannot be read")).cause(error))?;
        let mut css = brand::stylesheet(&name, &text)?.into_bytes();
        css.extend_from_slice(files.get(BRAND).map_or(&[], |own| own));
        files.insert(BRAND.to_owned(), Cow::Owned(css));
    } else if !found {
        return Err(Stop::usage(format!(
            "the theme `{}` has neither a `theme.toml` nor a file below `templates/`, `assets/` or `strings/`",
            own.display()
        )));
    }
    Ok(files)
}
