//! `kubernetes:` with Backstage's keys, and `callboard.kubernetes`: which clusters are read, and what of them.

use super::read::{Bases, Read, is_this_machine};
use super::setting::{Setting, Value};
use super::{Secret, keys};
use crate::diagnostics::rules;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};
use std::path::PathBuf;

/// Clusters and what is read of them.
#[derive(Debug, Clone)]
pub struct Kubernetes {
    /// `serviceLocatorMethod.type`
    pub locator: ServiceLocator,
    /// In the order of the configuration; their names differ.
    pub clusters: Vec<Cluster>,
    /// The method `catalog`: Resources of type `kubernetes-cluster` are clusters, too.
    pub catalogued: Option<Catalogued>,
    /// What is listed of every cluster.
    pub types: Vec<ObjectType>,
    /// What is listed of clusters that name no custom resources themselves.
    pub custom: Vec<ObjectType>,
}

/// On which clusters an entity is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceLocator {
    /// On all.
    MultiTenant,
    /// On the one that its annotation names; on all without one.
    SingleTenant,
    /// On those that it depends on.
    CatalogRelation,
}

#[derive(Debug, Clone)]
pub struct Cluster {
    pub name: String,
    pub title: Option<String>,
    pub from: ClusterFrom,
    /// Its own `customResources`, which stand for the general ones.
    pub custom: Option<Vec<ObjectType>>,
    pub dashboard: Option<Dashboard>,
}

/// Where the objects of a cluster are read.
#[derive(Debug, Clone)]
pub enum ClusterFrom {
    Api(ClusterApi),
    /// Files that `kubectl get -o json` wrote; their last parts may hold `*`.
    Snapshots(Vec<PathBuf>),
}

/// The API server of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterApi {
    pub url: url::Url,
    pub token: Option<Secret>,
    /// Certificates in PEM, which stand for the usual ones.
    pub ca: Option<Vec<u8>>,
    /// `skipTLSVerify`: any certificate will do.
    pub skips_verify: bool,
}

/// Where people look at a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dashboard {
    pub url: Option<String>,
    /// `standard`, `rancher`, `openshift`, `gke`, …
    pub app: Option<String>,
    pub parameters: Map<String, Json>,
}

/// What is needed for clusters that stand in the catalog.
#[derive(Debug, Clone, Default)]
pub struct Catalogued {
    /// The only API servers that are asked, each with its token.
    pub servers: Vec<ClusterApi>,
    /// An annotation may say that any certificate will do.
    pub may_skip_verify: bool,
}

/// One kind of objects: `apps`, `v1`, `deployments`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectType {
    /// Empty for the core group.
    pub group: String,
    pub version: String,
    pub plural: String,
    pub is_custom: bool,
}

impl Kubernetes {
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let apis = self.clusters.iter().filter_map(|cluster| match &cluster.from {
            ClusterFrom::Api(api) => Some(api),
            ClusterFrom::Snapshots(_) => None,
        });
        let servers = self.catalogued.iter().flat_map(|catalogued| &catalogued.servers);
        apis.chain(servers).filter_map(|api| api.token.as_ref()).map(Secret::reveal)
    }
}

/// What is listed where `objectTypes` says nothing, and what it may name besides.
const USUAL_TYPES: [(&str, &str, &str); 13] = [
    ("", "v1", "pods"),
    ("", "v1", "services"),
    ("", "v1", "configmaps"),
    ("", "v1", "limitranges"),
    ("", "v1", "resourcequotas"),
    ("apps", "v1", "deployments"),
    ("apps", "v1", "replicasets"),
    ("autoscaling", "v2", "horizontalpodautoscalers"),
    ("batch", "v1", "jobs"),
    ("batch", "v1", "cronjobs"),
    ("networking.k8s.io", "v1", "ingresses"),
    ("apps", "v1", "statefulsets"),
    ("apps", "v1", "daemonsets"),
];
const MORE_TYPES: [(&str, &str, &str); 2] = [("", "v1", "persistentvolumes"), ("", "v1", "persistentvolumeclaims")];

const CLUSTER: &str = "kubernetes.clusterLocatorMethods[].clusters[]";
const SERVER: &str = "callboard.kubernetes.servers[]";
/// Ways to log in that need no more than a token, or none.
const PROVIDERS: [&str; 2] = ["serviceAccount", "localKubectlProxy"];

impl Read {
    /// `None` where no cluster is named.
    pub(super) fn kubernetes(
        &mut self,
        section: Option<&Setting>,
        own: Option<&Setting>,
        bases: &Bases<'_>,
    ) -> Option<Kubernetes> {
        let own = own.and_then(|own| own.get("kubernetes"));
        let mut snapshots = self.snapshots(own, bases);
        let mut clusters: Vec<Cluster> = Vec::new();
        let mut catalogued = None;
        for method in self.list(section, "kubernetes", "clusterLocatorMethods") {
            const PATH: &str = "kubernetes.clusterLocatorMethods[]";
            let kind = self.text(Some(method), PATH, "type");
            match kind.as_deref() {
                Some("config") => {
                    for item in self.list(Some(method), PATH, "clusters") {
                        let cluster = self.cluster(item, &mut snapshots, bases);
                        self.add(&mut clusters, cluster, item);
                    }
                }
                Some("localKubectlProxy") => {
                    let url = url::Url::parse("http://127.0.0.1:8001").ok();
                    let from = url.map(|url| ClusterApi { url, token: None, ca: None, skips_verify: false });
                    let from = from.map(ClusterFrom::Api);
                    let name = "local".to_string();
                    let local = from.map(|from| Cluster { name, title: None, from, custom: None, dashboard: None });
                    self.add(&mut clusters, local, method);
                }
                Some("catalog") => {
                    let may_skip_verify = self.switch(Some(method), PATH, "dangerouslyAllowSkipTLSVerify", false);
                    catalogued = Some(Catalogued { servers: self.servers(own, bases), may_skip_verify });
                }
                other => self.findings.push(rules::config::cluster_method(method.place.clone(), other)),
            }
        }
        for (name, from, setting) in snapshots {
            let cluster = Cluster { name, title: None, from, custom: None, dashboard: None };
            self.add(&mut clusters, Some(cluster), setting);
        }
        let locator = self.locator(section);
        let types = self.types(section);
        let custom = self.custom(section, "kubernetes").unwrap_or_default();
        let is_named = !clusters.is_empty() || catalogued.is_some();
        is_named.then_some(Kubernetes { locator, clusters, catalogued, types, custom })
    }

    fn add(&mut self, clusters: &mut Vec<Cluster>, cluster: Option<Cluster>, setting: &Setting) {
        let Some(cluster) = cluster else { return };
        if clusters.iter().any(|known| known.name == cluster.name) {
            self.findings.push(rules::config::cluster_twice(setting.place.clone(), &cluster.name));
        } else {
            clusters.push(cluster);
        }
    }

    fn locator(&mut self, section: Option<&Setting>) -> ServiceLocator {
        const PATH: &str = "kubernetes.serviceLocatorMethod";
        let setting = section.and_then(|section| section.get("serviceLocatorMethod"));
        let found = self.text(setting, PATH, "type").unwrap_or_else(|| keys::SERVICE_LOCATORS[0].to_string());
        match keys::SERVICE_LOCATORS.iter().position(|word| *word == found) {
            Some(0) => ServiceLocator::MultiTenant,
            Some(1) => ServiceLocator::SingleTenant,
            Some(_) => ServiceLocator::CatalogRelation,
            None => {
                if let Some(setting) = setting.and_then(|setting| setting.get("type")) {
                    self.findings.push(rules::config::service_locator(setting.place.clone(), &found));
                }
                ServiceLocator::MultiTenant
            }
        }
    }

    /// Clusters whose objects lie in files, by name.
    fn snapshots<'a>(
        &mut self,
        own: Option<&'a Setting>,
        bases: &Bases<'_>,
    ) -> Vec<(String, ClusterFrom, &'a Setting)> {
        let mut found = Vec::new();
        for key in own.and_then(|own| own.get("snapshots")).map_or(&[][..], Setting::keys) {
            let path = format!("callboard.kubernetes.snapshots.{}", key.name);
            let items = match &key.setting.value {
                Value::List(items) => items.iter().collect(),
                _ => vec![&key.setting],
            };
            let mut files = Vec::new();
            for item in items {
                match &item.value {
                    Value::Text(file) => files.push(bases.of(item).join(file)),
                    _ => self.wrong(item, &path, "a path or a list of paths"),
                }
            }
            found.push((key.name.clone(), ClusterFrom::Snapshots(files), &key.setting));
        }
        found
    }

    fn cluster(
        &mut self,
        item: &Setting,
        snapshots: &mut Vec<(String, ClusterFrom, &Setting)>,
        bases: &Bases<'_>,
    ) -> Option<Cluster> {
        let Some(name) = self.text(Some(item), CLUSTER, "name") else {
            self.findings.push(rules::config::lacks(item.place.clone(), CLUSTER, "name"));
            return None;
        };
        let snapshot = snapshots.iter().position(|(of, ..)| *of == name).map(|at| snapshots.remove(at).1);
        let from = match snapshot {
            Some(from) => from,
            None => {
                let provider = self.text(Some(item), CLUSTER, "authProvider");
                let has_token = item.get("serviceAccountToken").is_some();
                if let Some(provider) = provider.filter(|word| !has_token && !PROVIDERS.contains(&word.as_str())) {
                    let place = item.get("authProvider").map_or(&item.place, |setting| &setting.place).clone();
                    self.findings.push(rules::config::cluster_provider(place, &name, &provider));
                    return None;
                }
                ClusterFrom::Api(self.api(item, CLUSTER, &name, "serviceAccountToken", bases)?)
            }
        };
        let parameters = match item.get("dashboardParameters").map(Setting::to_json) {
            Some(Json::Object(parameters)) => parameters,
            _ => Map::new(),
        };
        let url = self.text(Some(item), CLUSTER, "dashboardUrl");
        let dashboard = Dashboard { url, app: self.text(Some(item), CLUSTER, "dashboardApp"), parameters };
        Some(Cluster {
            name,
            title: self.text(Some(item), CLUSTER, "title"),
            from,
            custom: self.custom(Some(item), CLUSTER),
            dashboard: Some(dashboard).filter(|dashboard| *dashboard != Dashboard::default()),
        })
    }

    /// The API servers that the catalog may name.
    fn servers(&mut self, own: Option<&Setting>, bases: &Bases<'_>) -> Vec<ClusterApi> {
        let items = self.list(own, "callboard.kubernetes", "servers");
        items.iter().filter_map(|item| self.api(item, SERVER, "of the catalog", "token", bases)).collect()
    }

    fn api(&mut self, item: &Setting, path: &str, name: &str, token: &str, bases: &Bases<'_>) -> Option<ClusterApi> {
        if item.get("url").is_none() {
            self.findings.push(rules::config::lacks(item.place.clone(), path, "url"));
        }
        let url = self.web_address(Some(item), path, "url")?;
        let place = item.get("url").map_or(&item.place, |setting| &setting.place).clone();
        if url.scheme() != "https" && !is_this_machine(&url) {
            self.findings.push(rules::config::cluster_unencrypted(place, name));
            return None;
        }
        let token = self.text(Some(item), path, token).filter(|token| !token.is_empty()).map(Secret::new);
        let ca = match self.ca(item, path, bases) {
            Ok(ca) => ca,
            Err((key, why)) => {
                let place = item.get(key).map_or(&item.place, |setting| &setting.place).clone();
                self.findings.push(rules::config::cluster_ca(place, name, key, &why));
                return None;
            }
        };
        Some(ClusterApi { url, token, ca, skips_verify: self.switch(Some(item), path, "skipTLSVerify", false) })
    }

    /// The error is the key and what is wrong with it.
    fn ca(&mut self, item: &Setting, path: &str, bases: &Bases<'_>) -> Result<Option<Vec<u8>>, (&'static str, String)> {
        let given = |text: &String| !text.trim().is_empty();
        if let Some(file) = self.text(Some(item), path, "caFile").filter(given) {
            let base = item.get("caFile").map(|setting| bases.of(setting)).unwrap_or_default();
            let bytes = std::fs::read(base.join(&file)).map_err(|error| ("caFile", error.to_string()))?;
            return if is_pem(&bytes) { Ok(Some(bytes)) } else { Err(("caFile", NO_PEM.to_string())) };
        }
        let Some(data) = self.text(Some(item), path, "caData").filter(given) else { return Ok(None) };
        ca_of(&data).map(Some).ok_or(("caData", "it is no base64 of PEM".to_string()))
    }

    fn types(&mut self, section: Option<&Setting>) -> Vec<ObjectType> {
        let overrides = section.and_then(|section| section.get("apiVersionOverrides"));
        let mut of = |(group, version, plural): (&str, &str, &str)| {
            let other = self.text(overrides, "kubernetes.apiVersionOverrides", plural).filter(|text| is_part(text));
            let version = other.unwrap_or_else(|| version.to_string());
            ObjectType { group: group.to_string(), version, plural: plural.to_string(), is_custom: false }
        };
        let names = section.and_then(|section| section.get("objectTypes"));
        if names.is_none_or(|names| matches!(names.value, Value::Null)) {
            return USUAL_TYPES.into_iter().map(of).collect();
        }
        let known: Vec<ObjectType> = USUAL_TYPES.into_iter().chain(MORE_TYPES).map(&mut of).collect();
        let mut types = Vec::new();
        for item in self.list(section, "kubernetes", "objectTypes") {
            let Value::Text(word) = &item.value else {
                self.wrong(item, "kubernetes.objectTypes[]", "a string");
                continue;
            };
            match known.iter().find(|known| known.plural == *word) {
                Some(known) if !types.contains(known) => types.push(known.clone()),
                Some(_) => {}
                // Those have a section of their own.
                None if word == "customresources" => {}
                None if word == "secrets" => self.findings.push(rules::config::secrets_asked(item.place.clone())),
                None => {
                    let names: Vec<&str> = known.iter().map(|known| known.plural.as_str()).collect();
                    self.findings.push(rules::config::object_type(item.place.clone(), word, &names));
                }
            }
        }
        types
    }

    /// `customResources`; `None` where it is missing.
    fn custom(&mut self, section: Option<&Setting>, path: &str) -> Option<Vec<ObjectType>> {
        section?.get("customResources")?;
        let mut types = Vec::new();
        let path = &format!("{path}.customResources[]");
        for item in self.list(section, path.trim_end_matches(".customResources[]"), "customResources") {
            let mut part = |key: &str| {
                let text = self.text(Some(item), path, key);
                if text.is_none() {
                    self.findings.push(rules::config::lacks(item.place.clone(), path, key));
                }
                text
            };
            let (group, version, plural) = (part("group"), part("apiVersion"), part("plural"));
            let (Some(group), Some(version), Some(plural)) = (group, version, plural) else { continue };
            // With the group before it or without.
            let version = version.rsplit('/').next().unwrap_or_default().to_string();
            if plural == "secrets" {
                self.findings.push(rules::config::secrets_asked(item.place.clone()));
            } else if ![&group, &version, &plural].into_iter().all(|part| is_part(part)) {
                self.wrong(item, path, "a group, a version and a plural as the cluster has them");
            } else {
                types.push(ObjectType { group, version, plural, is_custom: true });
            }
        }
        Some(types)
    }
}

const NO_PEM: &str = "it holds no certificate in PEM";

/// Certificates in PEM, from the base64 that Backstage's `caData` and the annotation hold.
pub fn ca_of(data: &str) -> Option<Vec<u8>> {
    let packed: String = data.chars().filter(|c| !c.is_whitespace()).collect();
    BASE64_STANDARD.decode(packed).ok().filter(|bytes| is_pem(bytes))
}

fn is_pem(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("-----BEGIN CERTIFICATE-----")
}

/// What may stand between slashes of an API's path.
fn is_part(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(plain)
}
