//! A published portal, in a folder or on the web, for the commands that read one.

use crate::diagnostics::Stop;
use crate::insights::Elsewhere;
use clap::Args;
use serde_json::Value as Json;
use std::io::Read;
use std::time::Duration;

/// Largest file that is taken from a portal.
const MAX_FILE: u64 = 256 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Args)]
pub(crate) struct PortalOption {
    /// A built portal: its folder, or its address
    #[arg(long, value_name = "DIR|URL")]
    portal: Option<String>,
}

impl PortalOption {
    pub(crate) fn get(&self) -> Option<Portal> {
        self.portal.as_ref().map(|portal| Portal::at(portal))
    }
}

/// Where a portal is: a folder, or an http or https address.
#[derive(Debug, Clone)]
pub(crate) struct Portal {
    at: String,
    agent: ureq::Agent,
}

impl Portal {
    pub(crate) fn at(folder_or_address: &str) -> Portal {
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(3).build();
        Portal { at: folder_or_address.to_owned(), agent: ureq::Agent::new_with_config(config) }
    }

    /// What other repositories need to know of its catalog.
    pub(crate) fn refs(&self) -> Result<Elsewhere, Stop> {
        let text = self.read(Elsewhere::PATH)?;
        Elsewhere::parse(&text).map_err(|why| {
            Stop::environment(format!("`{}` of the portal `{}` cannot be used", Elsewhere::PATH, self.at)).cause(why)
        })
    }

    /// A JSON file of the portal.
    pub(crate) fn json(&self, path: &str) -> Result<Json, Stop> {
        serde_json::from_str(&self.read(path)?)
            .map_err(|error| Stop::environment(format!("`{path}` of the portal `{}` is no JSON", self.at)).cause(error))
    }

    /// The text of a file below the portal's root.
    pub(crate) fn read(&self, path: &str) -> Result<String, Stop> {
        let at = self.at.trim_end_matches('/');
        let hint = "Name the folder or the address of a portal that `callboard build` made.";
        let stop = |cause: String| {
            Stop::environment(format!("the portal `{}` cannot be read: `{path}`", self.at)).cause(cause).hint(hint)
        };
        if !at.contains("://") {
            return std::fs::read_to_string(std::path::Path::new(&self.at).join(path))
                .map_err(|error| stop(error.to_string()));
        }
        if !at.starts_with("https://") && !at.starts_with("http://") {
            return Err(Stop::usage(format!("`{}` is neither a folder nor an http or https address", self.at)));
        }
        let mut answer = self.agent.get(format!("{at}/{path}")).call().map_err(|error| stop(error.to_string()))?;
        let mut text = String::new();
        let mut body = answer.body_mut().as_reader().take(MAX_FILE + 1);
        body.read_to_string(&mut text).map_err(|error| stop(error.to_string()))?;
        if text.len() as u64 > MAX_FILE {
            return Err(stop(format!("it is larger than {} MiB", MAX_FILE >> 20)));
        }
        Ok(text)
    }
}
