//! The theme's files: the built-in ones, and over them, file by file, those of `--theme DIR`.

use crate::diagnostics::Stop;
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(RustEmbed)]
#[folder = "themes/default"]
struct Default;

/// Every file of a theme by its path: `templates/home.html`, `assets/callboard.css`.
pub type ThemeFiles = BTreeMap<String, Cow<'static, [u8]>>;

/// The built-in theme with the files of `own` laid over it. Files that the built-in theme does not have are added.
pub fn theme(own: Option<&Path>) -> Result<ThemeFiles, Stop> {
    let mut files: ThemeFiles =
        Default::iter().filter_map(|path| Default::get(&path).map(|file| (path.into_owned(), file.data))).collect();
    let Some(own) = own else { return Ok(files) };
    if !own.is_dir() {
        return Err(Stop::usage(format!("the theme `{}` is not a folder", own.display()))
            .hint("A theme holds `templates/` and `assets/`; only the files that differ are needed."));
    }
    let mut found = false;
    for entry in walkdir::WalkDir::new(own).sort_by_file_name().into_iter().flatten() {
        let Ok(inside) = entry.path().strip_prefix(own) else { continue };
        let path = inside.to_string_lossy().replace('\\', "/");
        if !entry.file_type().is_file() || !(path.starts_with("templates/") || path.starts_with("assets/")) {
            continue;
        }
        let bytes = std::fs::read(entry.path())
            .map_err(|error| Stop::environment(format!("`{}` cannot be read", entry.path().display())).cause(error))?;
        files.insert(path, Cow::Owned(bytes));
        found = true;
    }
    if !found {
        return Err(Stop::usage(format!("the theme `{}` has no file below `templates/` or `assets/`", own.display())));
    }
    Ok(files)
}
