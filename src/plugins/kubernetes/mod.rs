//! Objects of clusters as a page shows them: problems first, then what runs, cluster by cluster.
//!
//! In: what `source::kubernetes` gives of an entity. Out: one JSON value for the template. Pure, and on nobody's word: the
//! objects come from strangers, so everything is cut, counted and cleaned here.

mod dashboard;
mod pod;
mod problem;
mod tree;
mod value;

use dashboard::link;
use problem::{Problem, problems, wanted};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use tree::{Tree, name_of};
use value::{condition, count, is, items, line, message, word};

/// Rows of one list, pods of one workload, and jobs of one cron job.
const MOST_ROWS: usize = 50;
const MOST_PODS: usize = 20;
const MOST_JOBS: usize = 5;
const MOST_EVENTS: usize = 20;
/// Bytes of all objects that are shown whole, and of one.
const MOST_YAML: usize = 100 << 10;
const LONGEST_YAML: usize = 16 << 10;

/// Kinds with a place of their own, in the order of whole objects.
const KINDS: [&str; 13] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Service",
    "ConfigMap",
    "LimitRange",
    "ResourceQuota",
    "Pod",
    "ReplicaSet",
];

/// What a page shows: `{problems, more_problems, failing, status, counts, clusters}`.
///
/// `failing` counts objects, each of which may have several problems. `status` is `failing` where something fails now, `unknown` where a cluster was never read, `empty` where nothing is
/// there, else `running`. A problem names a `key` whose texts are `k8s_problem.<key>` and `k8s_means.<key>`. Each tone is
/// one of `good`, `warn`, `bad`, `busy` and `off`.
pub fn view(objects: &Json) -> Json {
    let mut found: Vec<(bool, Json)> = Vec::new();
    let mut clusters = Vec::new();
    let (mut workloads, mut pods, mut well, mut failing, mut is_unknown) = (0, 0, 0, 0, false);
    for cluster in items(&objects["clusters"]) {
        let tree = Tree::of(items(&cluster["objects"]));
        let of_cluster = problems(&tree, items(&cluster["events"]));
        let page = Page { cluster, tree: &tree };
        let shown = page.view(&of_cluster);
        workloads += count(&shown["counts"]["workloads"]);
        pods += count(&shown["counts"]["pods"]);
        well += count(&shown["counts"]["ready"]);
        failing += count(&shown["counts"]["failing"]);
        is_unknown |= cluster["reason"].is_string() && items(&cluster["objects"]).is_empty();
        let title = word(&cluster["title"]);
        found.extend(of_cluster.iter().map(|one| {
            let (kind, namespace, name) = one.object();
            let object = json!({ "kind": kind, "metadata": { "namespace": namespace, "name": name } });
            (one.fails(), one.view(&title, link(&cluster["dashboard"], Some(&object))))
        }));
        clusters.push(shown);
    }
    // Those of one cluster are in order already.
    found.sort_by_key(|(fails, _)| !fails);
    let more = found.len().saturating_sub(problem::MOST);
    let status = if failing > 0 {
        "failing"
    } else if is_unknown {
        "unknown"
    } else if pods + workloads == 0 && clusters.is_empty() {
        "empty"
    } else {
        "running"
    };
    json!({
        "problems": found.into_iter().take(problem::MOST).map(|(_, problem)| problem).collect::<Vec<_>>(),
        "more_problems": more,
        "failing": failing,
        "status": status,
        "counts": { "clusters": clusters.len(), "workloads": workloads, "pods": pods, "ready": well },
        "clusters": clusters,
    })
}

/// One cluster.
struct Page<'a> {
    cluster: &'a Json,
    tree: &'a Tree<'a>,
}

impl Page<'_> {
    fn view(&self, problems: &[Problem]) -> Json {
        let Page { cluster, tree } = self;
        let failing: BTreeSet<(&str, &str, &str)> =
            problems.iter().filter(|one| one.fails()).map(Problem::object).collect();
        let pods: Vec<&Json> = tree.of_kind("Pod").collect();
        let lasting = |pod: &&&Json| tree.owner(pod).is_none_or(|owner| owner["kind"] != "Job");
        let lasting: Vec<&&Json> = pods.iter().filter(lasting).collect();
        let workloads = self.workloads(&failing);
        let loose: Vec<&Json> = pods.iter().copied().filter(|pod| tree.owner(pod).is_none()).collect();
        let mut of = Map::new();
        for key in ["name", "title", "as_of"] {
            of.insert(key.to_string(), word(&cluster[key]).into());
        }
        of.insert("reason".into(), message(&cluster["reason"]).into());
        of.insert("link".into(), link(&cluster["dashboard"], None).into());
        of.insert("is_cut".into(), (cluster["is_cut"] == true).into());
        let unread = items(&cluster["unread"]).iter().take(MOST_ROWS);
        of.insert("unread".into(), unread.map(|one| Json::from(word(&one["what"]))).collect());
        let counts = json!({
            "workloads": workloads.len(),
            "pods": lasting.len(),
            "ready": lasting.iter().filter(|pod| pod::is_well(pod)).count(),
            "failing": failing.len(),
        });
        of.insert("counts".into(), counts);
        let is_known = !tree.is_empty();
        of.insert(
            "tone".into(),
            if !failing.is_empty() {
                "bad"
            } else if is_known {
                "good"
            } else {
                "off"
            }
            .into(),
        );
        for (key, rows) in [
            ("workloads", workloads),
            ("autoscalers", self.rows("HorizontalPodAutoscaler", autoscaler)),
            ("ingresses", self.rows("Ingress", ingress)),
            ("services", self.rows("Service", service)),
            ("cron_jobs", self.cron_jobs()),
            ("jobs", self.jobs(&|job| tree.owner(job).is_none_or(|owner| owner["kind"] != "CronJob"))),
            ("custom", self.custom(&failing)),
            ("others", self.others()),
        ] {
            of.insert(format!("more_{key}"), rows.len().saturating_sub(MOST_ROWS).into());
            of.insert(key.to_string(), rows.into_iter().take(MOST_ROWS).collect());
        }
        let (pods, more) = self.pods(loose);
        of.insert("pods".into(), pods);
        of.insert("more_pods".into(), more.into());
        of.insert("events".into(), self.events());
        let (yaml, more) = self.yaml();
        of.insert("yaml".into(), yaml);
        of.insert("more_yaml".into(), more.into());
        Json::Object(of)
    }

    fn link(&self, object: &Json) -> Json {
        link(&self.cluster["dashboard"], Some(object)).into()
    }

    /// Name, namespace and link of an object, with what else is said of it.
    fn row(&self, object: &Json, more: Json) -> Json {
        let (kind, namespace, name) = name_of(object);
        let mut row = Map::new();
        row.insert("kind".into(), kind.into());
        row.insert("namespace".into(), namespace.into());
        row.insert("name".into(), name.into());
        row.insert("link".into(), self.link(object));
        row.extend(more.as_object().cloned().unwrap_or_default());
        Json::Object(row)
    }

    fn rows(&self, kind: &'static str, more: impl Fn(&Json) -> Json) -> Vec<Json> {
        self.tree.of_kind(kind).map(|object| self.row(object, more(object))).collect()
    }

    /// The pods that fail first; how many are not shown.
    fn pods(&self, pods: Vec<&Json>) -> (Json, usize) {
        let mut pods = pods;
        pods.sort_by_cached_key(|pod| (pod::is_well(pod), word(&pod["metadata"]["name"])));
        let more = pods.len().saturating_sub(MOST_PODS);
        let shown = pods.into_iter().take(MOST_PODS);
        (shown.map(|pod| pod::view(pod, link(&self.cluster["dashboard"], Some(pod)))).collect(), more)
    }

    fn workloads(&self, failing: &BTreeSet<(&str, &str, &str)>) -> Vec<Json> {
        let has_pods = |object: &Json| self.tree.below(object, "Pod").next().is_some();
        let is_workload = |object: &&Json| match object["kind"].as_str().unwrap_or_default() {
            "Deployment" | "StatefulSet" | "DaemonSet" => true,
            "Pod" | "Job" | "CronJob" => false,
            "ReplicaSet" => self.tree.owner(object).is_none() && (wanted(object) > 0 || has_pods(object)),
            _ => has_pods(object),
        };
        self.tree.all().filter(is_workload).map(|object| self.workload(object, failing)).collect()
    }

    fn workload(&self, object: &Json, failing: &BTreeSet<(&str, &str, &str)>) -> Json {
        let of = &object["status"];
        let pods: Vec<&Json> = self.tree.below(object, "Pod").collect();
        let (desired, ready, updated) = match object["kind"].as_str().unwrap_or_default() {
            "DaemonSet" => {
                (count(&of["desiredNumberScheduled"]), count(&of["numberReady"]), count(&of["updatedNumberScheduled"]))
            }
            "ReplicaSet" => (wanted(object), count(&of["readyReplicas"]), wanted(object)),
            _ => (wanted(object), count(&of["readyReplicas"]), count(&of["updatedReplicas"])),
        };
        let (kind, namespace, name) = name_of(object);
        let fails = failing.contains(&(kind.as_str(), namespace.as_str(), name.as_str()));
        let (state, tone) = if fails {
            ("failing", "bad")
        } else if desired == 0 && pods.is_empty() {
            ("stopped", "off")
        } else if ready >= desired && updated >= desired {
            ("ready", "good")
        } else {
            ("changing", "busy")
        };
        let containers = items(&object["spec"]["template"]["spec"]["containers"]);
        let images: BTreeSet<String> = containers.iter().map(|one| word(&one["image"])).take(20).collect();
        let images: Vec<String> = images.into_iter().filter(|image| !image.is_empty()).collect();
        let (pods, more) = self.pods(pods);
        let more = json!({
            "state": state,
            "tone": tone,
            "desired": desired,
            "ready": ready,
            "updated": updated,
            "images": images,
            "created": word(&object["metadata"]["creationTimestamp"]),
            "pods": pods,
            "more_pods": more,
        });
        self.row(object, more)
    }

    fn cron_jobs(&self) -> Vec<Json> {
        self.rows("CronJob", |object| {
            let below = |job: &Json| self.tree.owner(job).is_some_and(|owner| owner == object);
            let mut jobs = self.jobs(&below);
            jobs.truncate(MOST_JOBS);
            json!({
                "schedule": word(&object["spec"]["schedule"]),
                "zone": word(&object["spec"]["timeZone"]),
                "is_suspended": object["spec"]["suspend"] == true,
                "active": items(&object["status"]["active"]).len(),
                "last": word(&object["status"]["lastScheduleTime"]),
                "last_success": word(&object["status"]["lastSuccessfulTime"]),
                "jobs": jobs,
            })
        })
    }

    /// The newest first.
    fn jobs(&self, which: &dyn Fn(&Json) -> bool) -> Vec<Json> {
        let mut jobs: Vec<&Json> = self.tree.of_kind("Job").filter(|job| which(job)).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job["metadata"]["creationTimestamp"].as_str()));
        jobs.into_iter().map(|job| self.row(job, self.job(job))).collect()
    }

    fn job(&self, object: &Json) -> Json {
        let of = &object["status"];
        let (state, tone) = if is(condition(object, "Failed"), "True") {
            ("failed", "bad")
        } else if is(condition(object, "Complete"), "True") {
            ("complete", "good")
        } else if object["spec"]["suspend"] == true {
            ("suspended", "off")
        } else {
            ("active", "busy")
        };
        let (pods, more) = self.pods(self.tree.below(object, "Pod").collect());
        json!({
            "state": state,
            "tone": tone,
            "succeeded": count(&of["succeeded"]),
            "wanted": object["spec"]["completions"].as_u64().unwrap_or(1),
            "failed": count(&of["failed"]),
            "started": word(&of["startTime"]),
            "finished": word(&of["completionTime"]),
            "pods": pods,
            "more_pods": more,
        })
    }

    /// Objects of kinds that are not the cluster's own, without those that stand among the workloads.
    fn custom(&self, failing: &BTreeSet<(&str, &str, &str)>) -> Vec<Json> {
        let is_custom = |object: &&Json| {
            let kind = object["kind"].as_str().unwrap_or_default();
            !KINDS.contains(&kind) && !is_core(object) && self.tree.below(object, "Pod").next().is_none()
        };
        let row = |object: &Json| {
            let (kind, namespace, name) = name_of(object);
            let fails = failing.contains(&(kind.as_str(), namespace.as_str(), name.as_str()));
            let of = &object["status"];
            let said = [&of["health"]["status"], &of["phase"], &of["state"]].into_iter().map(word);
            let said = said.into_iter().find(|text| !text.is_empty()).or_else(|| {
                let ready = ["Ready", "Available"].into_iter().find_map(|name| condition(object, name))?;
                Some(if ready["status"] == "True" { word(&ready["type"]) } else { word(&ready["reason"]) })
            });
            let tone = match said {
                _ if fails => "bad",
                Some(_) => "good",
                None => "off",
            };
            self.row(object, json!({ "status": said.unwrap_or_default(), "tone": tone }))
        };
        self.tree.all().filter(is_custom).map(row).collect()
    }

    /// What only stands there: configuration, limits, quotas, volumes.
    fn others(&self) -> Vec<Json> {
        let is_other = |object: &&Json| {
            let kind = object["kind"].as_str().unwrap_or_default();
            matches!(kind, "ConfigMap" | "LimitRange" | "ResourceQuota") || !KINDS.contains(&kind) && is_core(object)
        };
        let keys = |object: &Json| -> Vec<String> {
            let maps = ["data", "binaryData"].into_iter().filter_map(|key| object[key].as_object());
            maps.flat_map(Map::keys).take(MOST_ROWS).map(|key| line(key, 100)).collect()
        };
        self.tree.all().filter(is_other).map(|object| self.row(object, json!({ "keys": keys(object) }))).collect()
    }

    /// Warnings, the last first, those that say the same of one object once.
    fn events(&self) -> Json {
        let mut rows: Vec<(String, Json)> = Vec::new();
        for event in items(&self.cluster["events"]) {
            let of = &event["involvedObject"];
            let times = [
                &event["lastTimestamp"],
                &event["series"]["lastObservedTime"],
                &event["eventTime"],
                &event["firstTimestamp"],
            ];
            let at = times.into_iter().map(word).find(|text| !text.is_empty()).unwrap_or_default();
            let count = [&event["count"], &event["series"]["count"]].into_iter().map(count).max().unwrap_or(1).max(1);
            let row = json!({
                "reason": word(&event["reason"]),
                "message": message(&event["message"]),
                "count": count,
                "at": at,
                "kind": word(&of["kind"]),
                "namespace": word(&of["namespace"]),
                "name": word(&of["name"]),
            });
            rows.push((at, row));
        }
        rows.sort_by(|a, b| b.0.cmp(&a.0));
        rows.into_iter().take(MOST_EVENTS).map(|(_, row)| row).collect()
    }

    /// Whole objects, and how many are too many or too long.
    fn yaml(&self) -> (Json, usize) {
        let rank = |object: &Json| {
            let kind = object["kind"].as_str().unwrap_or_default();
            // Custom resources come before pods, which a workload may have many of.
            KINDS.iter().position(|known| *known == kind).map_or(10, |at| if at >= 11 { at } else { at.min(9) })
        };
        let mut objects: Vec<&Json> = self.tree.all().filter(|object| object["kind"] != "ReplicaSet").collect();
        objects.sort_by_key(|object| rank(object));
        let (mut shown, mut more, mut left) = (Vec::new(), 0, MOST_YAML);
        for object in objects {
            let size = size(object);
            if size > LONGEST_YAML.min(left) {
                more += 1;
                continue;
            }
            left -= size;
            let mut object = object.clone();
            if let Some(fields) = object.get_mut("metadata").and_then(Json::as_object_mut) {
                // They change without anything having changed for readers.
                for key in ["resourceVersion", "generation", "uid", "selfLink"] {
                    fields.remove(key);
                }
            }
            let (kind, namespace, name) = name_of(&object);
            shown.push(json!({ "kind": kind, "namespace": namespace, "name": name, "object": object }));
        }
        (Json::Array(shown), more)
    }
}

/// About the bytes of a value as text.
fn size(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len() + 3,
        Json::Array(items) => items.iter().map(|item| size(item) + 2).sum(),
        Json::Object(fields) => fields.iter().map(|(key, value)| key.len() + 3 + size(value)).sum(),
        _ => 5,
    }
}

/// Whether the cluster itself brings this kind: its group is one of Kubernetes.
fn is_core(object: &Json) -> bool {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    match version.split_once('/') {
        None => true,
        Some((group, _)) => !group.contains('.') || group.ends_with(".k8s.io") && group != "gateway.networking.k8s.io",
    }
}

fn autoscaler(object: &Json) -> Json {
    let (of, spec) = (&object["status"], &object["spec"]);
    let (now, most) = (count(&of["currentReplicas"]), count(&spec["maxReplicas"]));
    let metric = |metric: &Json| -> Option<Json> {
        let kind = metric["type"].as_str()?;
        let key = match kind {
            "Resource" => "resource",
            "ContainerResource" => "containerResource",
            "Pods" => "pods",
            "Object" => "object",
            "External" => "external",
            _ => return None,
        };
        let name_in = |metric: &Json| {
            let names = [&metric[key]["name"], &metric[key]["metric"]["name"]];
            names.into_iter().map(word).find(|text| !text.is_empty())
        };
        let amount = |of: &Json| match of["averageUtilization"].as_u64() {
            Some(percent) => format!("{percent} %"),
            None => {
                let values = [&of["averageValue"], &of["value"]];
                values.into_iter().map(word).find(|text| !text.is_empty()).unwrap_or_default()
            }
        };
        let name = name_in(metric)?;
        let is_same = |one: &&Json| one["type"] == kind && name_in(one).as_ref() == Some(&name);
        let current = items(&of["currentMetrics"]).iter().find(is_same);
        let now = current.map(|one| amount(&one[key]["current"])).unwrap_or_default();
        Some(json!({ "name": name, "now": now, "target": amount(&metric[key]["target"]) }))
    };
    let mut metrics: Vec<Json> = items(&spec["metrics"]).iter().take(10).filter_map(metric).collect();
    // The first version knows processors only.
    if let Some(target) = spec["targetCPUUtilizationPercentage"].as_u64() {
        let now = of["currentCPUUtilizationPercentage"].as_u64().map(|now| format!("{now} %")).unwrap_or_default();
        metrics.push(json!({ "name": "cpu", "now": now, "target": format!("{target} %") }));
    }
    json!({
        "target": { "kind": word(&spec["scaleTargetRef"]["kind"]), "name": word(&spec["scaleTargetRef"]["name"]) },
        "least": spec["minReplicas"].as_u64().unwrap_or(1),
        "most": most,
        "now": now,
        "wanted": count(&of["desiredReplicas"]),
        "tone": if now >= most { "warn" } else { "good" },
        "metrics": metrics,
    })
}

fn ingress(object: &Json) -> Json {
    let spec = &object["spec"];
    let tls: BTreeSet<&str> =
        items(&spec["tls"]).iter().flat_map(|one| items(&one["hosts"])).filter_map(Json::as_str).collect();
    let is_host = |host: &str| {
        host.len() <= 253 && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    let host = |rule: &Json| {
        let host = word(&rule["host"]);
        let paths = items(&rule["http"]["paths"]).iter().take(MOST_ROWS);
        let paths: Vec<Json> = paths
            .map(|one| json!({ "path": word(&one["path"]), "service": word(&one["backend"]["service"]["name"]) }))
            .collect();
        let scheme = if tls.contains(host.as_str()) { "https" } else { "http" };
        let first = paths
            .first()
            .and_then(|one| one["path"].as_str())
            .filter(|path| path.starts_with('/') && !path.contains(['(', '*', '$', '\\', '[']));
        let url = (!host.is_empty() && is_host(&host)).then(|| format!("{scheme}://{host}{}", first.unwrap_or("/")));
        json!({ "host": host, "url": url, "paths": paths })
    };
    json!({
        "class": word(&spec["ingressClassName"]),
        "hosts": items(&spec["rules"]).iter().take(MOST_ROWS).map(host).collect::<Vec<_>>(),
        "addresses": addresses(object),
    })
}

fn service(object: &Json) -> Json {
    let spec = &object["spec"];
    let port = |port: &Json| {
        let (number, to) = (count(&port["port"]), &port["targetPort"]);
        let to = to.as_u64().map_or_else(|| word(to), |number| number.to_string());
        let to = if to.is_empty() || to == number.to_string() { String::new() } else { format!(" → {to}") };
        let protocol = word(&port["protocol"]);
        format!("{number}{to}/{}", if protocol.is_empty() { "TCP" } else { &protocol })
    };
    let kind = word(&spec["type"]);
    json!({
        "type": if kind.is_empty() { "ClusterIP" } else { &kind },
        "ports": items(&spec["ports"]).iter().take(MOST_ROWS).map(port).collect::<Vec<_>>(),
        "is_headless": spec["clusterIP"] == "None",
        "external": word(&spec["externalName"]),
        "addresses": addresses(object),
    })
}

/// Where a load balancer listens.
fn addresses(object: &Json) -> Vec<String> {
    let entry = |one: &Json| [&one["hostname"], &one["ip"]].into_iter().map(word).find(|text| !text.is_empty());
    items(&object["status"]["loadBalancer"]["ingress"]).iter().filter_map(entry).take(10).collect()
}
