//! Which object belongs to which: pods to their workload, jobs to their cron job.

use super::value::{items, word};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Owners of owners that are followed: a pod, its replica set, its deployment, and what made that.
const DEEPEST: usize = 5;
/// Whatever made these is not what people call the owner of a pod.
const ENDS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

/// Objects of one entity on one cluster.
pub(super) struct Tree<'a> {
    objects: Vec<&'a Json>,
    by_uid: BTreeMap<&'a str, &'a Json>,
    by_name: BTreeMap<(&'a str, &'a str, &'a str), &'a Json>,
    /// What belongs to an object directly or through others, by kind, namespace and name.
    below: BTreeMap<(String, String, String), Vec<&'a Json>>,
}

/// Kind, namespace and name.
pub(super) fn name_of(object: &Json) -> (String, String, String) {
    let of = &object["metadata"];
    (word(&object["kind"]), word(&of["namespace"]), word(&of["name"]))
}

impl<'a> Tree<'a> {
    pub(super) fn of(objects: &'a [Json]) -> Tree<'a> {
        let mut tree = Tree {
            objects: objects.iter().collect(),
            by_uid: BTreeMap::new(),
            by_name: BTreeMap::new(),
            below: BTreeMap::new(),
        };
        tree.objects.sort_by_cached_key(|object| name_of(object));
        for object in objects {
            let of = &object["metadata"];
            if let Some(uid) = of["uid"].as_str() {
                tree.by_uid.insert(uid, object);
            }
            let text = |value: &'a Json| value.as_str().unwrap_or_default();
            tree.by_name.insert((text(&object["kind"]), text(&of["namespace"]), text(&of["name"])), object);
        }
        let mut below: BTreeMap<(String, String, String), Vec<&Json>> = BTreeMap::new();
        for object in &tree.objects {
            if let Some(owner) = tree.owner(object) {
                below.entry(name_of(owner)).or_default().push(object);
            }
        }
        tree.below = below;
        tree
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// By kind, namespace and name.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Json> {
        self.objects.iter().copied()
    }

    pub(super) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'a Json> {
        self.all().filter(move |object| object["kind"] == kind)
    }

    /// What an object belongs to in the end; `None` where it stands for itself.
    pub(super) fn owner(&self, object: &Json) -> Option<&'a Json> {
        let mut found: Option<&'a Json> = None;
        for _ in 0..DEEPEST {
            let of = found.unwrap_or(object);
            match self.parent(of) {
                Some(parent) if !std::ptr::eq(parent, of) => found = Some(parent),
                _ => break,
            }
            if found.is_some_and(|owner| ENDS.iter().any(|kind| owner["kind"] == *kind)) {
                break;
            }
        }
        found
    }

    fn parent(&self, object: &Json) -> Option<&'a Json> {
        let owners = items(&object["metadata"]["ownerReferences"]);
        let owner = owners.iter().find(|owner| owner["controller"] == true).or(owners.first())?;
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        let (kind, name) = (owner["kind"].as_str()?, owner["name"].as_str()?);
        let by_uid = owner["uid"].as_str().and_then(|uid| self.by_uid.get(uid));
        if let Some(known) = by_uid.or_else(|| self.by_name.get(&(kind, namespace, name))) {
            return Some(known);
        }
        // Its replica set may lack the label; a deployment gives it its own name and the hash of its template.
        let hash = object["metadata"]["labels"]["pod-template-hash"].as_str()?;
        let deployment = name.strip_suffix(hash)?.strip_suffix('-').filter(|_| kind == "ReplicaSet")?;
        self.by_name.get(&("Deployment", namespace, deployment)).copied()
    }

    /// Everything of a kind that belongs to an object, by name.
    pub(super) fn below(&self, object: &Json, kind: &'static str) -> impl Iterator<Item = &'a Json> {
        let below = self.below.get(&name_of(object)).map_or(&[][..], Vec::as_slice);
        below.iter().copied().filter(move |object| object["kind"] == kind)
    }

    /// The newest job of a cron job.
    pub(super) fn newest_below(&self, object: &Json) -> Option<&'a Json> {
        self.below(object, "Job").max_by_key(|job| job["metadata"]["creationTimestamp"].as_str())
    }
}
