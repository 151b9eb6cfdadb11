//! The theme's templates. A template gets one view and can look up nothing.

use crate::config::ThemeFiles;
use crate::diagnostics::Stop;
use crate::site::view::View;
use tera::{Context, Tera};

/// Parsed templates and the files that are copied as they are.
pub struct Theme {
    tera: Tera,
    /// Path from the site's root and bytes.
    assets: Vec<(String, Vec<u8>)>,
    worker: Vec<u8>,
}

/// The script that sends searches without a result; only portals that name an address have it.
pub const NO_RESULTS: &str = "assets/no-results.js";

/// The script that tells a counter of page views; only portals that name one have it.
pub const BEACON: &str = "assets/beacon.js";

/// The service worker, which is written to the site's root.
const WORKER: &str = "assets/sw.js";

impl Theme {
    /// Parses every template. A template that cannot be parsed is a fault of the theme and stops the run.
    pub fn new(files: &ThemeFiles) -> Result<Theme, Stop> {
        let mut templates = Vec::new();
        let mut assets = Vec::new();
        let mut worker = Vec::new();
        for (path, bytes) in files {
            if let Some(name) = path.strip_prefix("templates/") {
                let text = std::str::from_utf8(bytes)
                    .map_err(|_| Stop::usage(format!("the template `{path}` is not UTF-8")))?;
                templates.push((name, text));
            } else if path == WORKER {
                worker = bytes.to_vec();
            } else if path.starts_with("assets/") {
                assets.push((path.clone(), bytes.to_vec()));
            }
        }
        let mut tera = Tera::new();
        tera.add_raw_templates(templates).map_err(|error| broken(&error))?;
        Ok(Theme { tera, assets, worker })
    }

    /// The service worker's script, which lacks what only a build knows.
    pub fn worker(&self) -> &[u8] {
        &self.worker
    }

    pub fn assets(&self) -> &[(String, Vec<u8>)] {
        &self.assets
    }

    /// One page.
    pub fn render(&self, view: &View) -> Result<String, Stop> {
        let context = Context::from_serialize(view).map_err(|error| broken(&error))?;
        self.tera.render(view.template(), &context).map_err(|error| broken(&error))
    }
}

fn broken(error: &tera::Error) -> Stop {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message.push_str(&format!("\n{cause}"));
        source = cause.source();
    }
    Stop::usage("the theme cannot be used").cause(message)
}
