//! `integrations.github[].apps`: GitHub Apps, with Backstage's keys.

use super::Secret;
use super::read::Read;
use super::setting::{Setting, Value};
use crate::diagnostics::Place;

/// A GitHub App, which logs in where it is installed.
#[derive(Debug, Clone)]
pub struct App {
    /// `appId`; empty where its variable is not set, which matters to those who log in only.
    pub id: String,
    /// `privateKey`: PEM; may be empty, likewise.
    pub key: Secret,
    /// `allowedInstallationOwners`: the only ones that it logs in for; `None` for all.
    pub owners: Option<Vec<String>>,
    /// `publicAccess`: it also reads what is public of owners that have not installed it.
    pub is_public: bool,
    pub place: Place,
}

impl App {
    /// Parts of the key that are telling, however the lines around them are broken.
    pub(super) fn secrets(&self) -> Vec<&str> {
        self.key.reveal().lines().map(str::trim).filter(|line| line.len() > 40).take(2).collect()
    }
}

impl Read {
    /// The apps of a row of `integrations.github`.
    pub(super) fn apps(&mut self, row: &Setting, path: &str) -> Vec<App> {
        let path = format!("{path}.apps[]");
        let mut apps = Vec::new();
        for item in self.list(Some(row), path.trim_end_matches(".apps[]"), "apps") {
            if !matches!(item.value, Value::Map(_)) {
                self.wrong(item, &path, "a mapping");
                continue;
            }
            let id = match item.get("appId").map(|id| &id.value) {
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => self.text(Some(item), &path, "appId"),
            };
            // Variables of the environment often hold a key in one line.
            let key = self.text(Some(item), &path, "privateKey").map(|key| key.replace("\\n", "\n"));
            let owners = item.get("allowedInstallationOwners").is_some();
            let owners = owners.then(|| self.texts(Some(item), &path, "allowedInstallationOwners"));
            let is_public = self.switch(Some(item), &path, "publicAccess", false);
            let (id, key) = (id.unwrap_or_default(), Secret::new(key.unwrap_or_default()));
            apps.push(App { id, key, owners, is_public, place: item.place.clone() });
        }
        apps
    }
}
