//! What is wrong with the objects of one cluster: each with the object, what the cluster says of it, and the key of the
//! text that tells what it means.

use super::pod;
use super::tree::{Tree, name_of};
use super::value::{condition, count, is, items, message, word};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What a page tells at most.
pub(super) const MOST: usize = 50;
/// Pods of which a problem gives the names.
const MOST_NAMES: usize = 5;

/// Kinds of problems, the most telling first. Their texts are `k8s_problem.<key>` and `k8s_means.<key>`.
pub(super) const KEYS: [&str; 18] = [
    "oom_killed",
    "crash_loop",
    "image_pull",
    "config",
    "volume",
    "unschedulable",
    "evicted",
    "failed",
    "probes",
    "not_ready",
    "replica_failure",
    "not_progressing",
    "unavailable",
    "too_few",
    "job_failed",
    "hpa_at_max",
    "hpa_blind",
    "custom",
];

/// One problem. Those that many pods of a workload have are told once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    key: &'static str,
    /// It fails now; else it failed before or may fail soon.
    fails: bool,
    namespace: String,
    kind: String,
    name: String,
    container: String,
    pods: Vec<String>,
    count: usize,
    /// What the cluster says.
    says: String,
    /// When it was last seen.
    at: String,
}

impl Problem {
    fn of(object: &Json, key: &'static str, fails: bool) -> Problem {
        let (kind, namespace, name) = name_of(object);
        let (container, pods, says, at) = Default::default();
        Problem { key, fails, namespace, kind, name, container, pods, count: 0, says, at }
    }

    fn says(mut self, says: String) -> Problem {
        self.says = says;
        self
    }

    pub(super) fn fails(&self) -> bool {
        self.fails
    }

    /// The object that it is told of: kind, namespace and name.
    pub(super) fn object(&self) -> (&str, &str, &str) {
        (&self.kind, &self.namespace, &self.name)
    }

    pub(super) fn view(&self, cluster: &str, link: Option<String>) -> Json {
        json!({
            "key": self.key,
            "tone": if self.fails { "bad" } else { "warn" },
            "cluster": cluster,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "link": link,
            "container": self.container,
            "pods": self.pods,
            "count": self.count,
            "says": self.says,
            "at": self.at,
        })
    }

    fn order(&self) -> (bool, usize, &str, &str, &str) {
        let rank = KEYS.iter().position(|key| *key == self.key).unwrap_or(KEYS.len());
        (!self.fails, rank, &self.namespace, &self.name, &self.container)
    }
}

/// Everything that is wrong, what fails now first.
pub(super) fn problems(tree: &Tree<'_>, events: &[Json]) -> Vec<Problem> {
    let mut found = Found::default();
    for object in tree.all() {
        match object["kind"].as_str().unwrap_or_default() {
            "Pod" => of_pod(object, tree, events, &mut found),
            "HorizontalPodAutoscaler" => of_autoscaler(object, &mut found),
            "Job" => of_job(object, tree, &mut found),
            "ReplicaSet" | "Service" | "Ingress" | "ConfigMap" | "CronJob" | "LimitRange" | "ResourceQuota" => {}
            "Deployment" | "StatefulSet" | "DaemonSet" => {}
            _ => of_other(object, &mut found),
        }
    }
    let blamed: Vec<Problem> = found.0.values().cloned().collect();
    for object in tree.all() {
        let is_blamed = || {
            let (kind, namespace, name) = name_of(object);
            blamed.iter().any(|one| one.fails && one.object() == (&*kind, &*namespace, &*name))
        };
        match object["kind"].as_str().unwrap_or_default() {
            "Deployment" => of_deployment(object, &is_blamed, &mut found),
            "StatefulSet" => {
                let (ready, wanted) = (count(&object["status"]["readyReplicas"]), wanted(object));
                if ready < wanted && !is_blamed() {
                    found.add(Problem::of(object, "too_few", false).says(format!("{ready}/{wanted}")));
                }
            }
            "DaemonSet" => {
                let of = &object["status"];
                let (ready, wanted) = (count(&of["numberReady"]), count(&of["desiredNumberScheduled"]));
                if ready < wanted && !is_blamed() {
                    found.add(Problem::of(object, "too_few", false).says(format!("{ready}/{wanted}")));
                }
            }
            _ => {}
        }
    }
    let mut problems: Vec<Problem> = found.0.into_values().collect();
    problems.sort_by(|a, b| a.order().cmp(&b.order()));
    problems
}

/// How many pods a workload is to have.
pub(super) fn wanted(object: &Json) -> u64 {
    object["spec"]["replicas"].as_u64().unwrap_or(1)
}

/// Problems by what they are told of.
#[derive(Default)]
struct Found(BTreeMap<(String, String, String, &'static str, String), Problem>);

impl Found {
    fn add(&mut self, problem: Problem) {
        let key = (
            problem.kind.clone(),
            problem.namespace.clone(),
            problem.name.clone(),
            problem.key,
            problem.container.clone(),
        );
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, problem);
            }
            Some(known) => {
                known.count += problem.count;
                known.fails |= problem.fails;
                let room = MOST_NAMES.saturating_sub(known.pods.len());
                known.pods.extend(problem.pods.into_iter().take(room));
                if known.at < problem.at {
                    known.at = problem.at;
                }
                if known.says.is_empty() {
                    known.says = problem.says;
                }
            }
        }
    }
}

fn of_pod(object: &Json, tree: &Tree<'_>, events: &[Json], found: &mut Found) {
    let owner = tree.owner(object);
    // What a job makes of its pods stands in its conditions, and the next pod may do better.
    let is_of_job = owner.is_some_and(|owner| owner["kind"] == "Job");
    let told_of = owner.unwrap_or(object);
    let own_name = word(&object["metadata"]["name"]);
    let tell = |key, fails, container: &Json, says: String, at: &Json| Problem {
        container: word(container),
        pods: vec![own_name.clone()],
        count: 1,
        says,
        at: word(at),
        ..Problem::of(told_of, key, fails)
    };
    let none = &Json::Null;
    let status = &object["status"];
    let statuses = items(&status["initContainerStatuses"]).iter().chain(items(&status["containerStatuses"]));
    let mut is_told = false;
    for one in statuses {
        let (waiting, last) = (&one["state"]["waiting"], &one["lastState"]["terminated"]);
        let ended = Some(&one["state"]["terminated"]).filter(|state| state.is_object()).unwrap_or(last);
        let is_down = one["ready"] != true;
        let mut is_killed = false;
        if ended["reason"] == "OOMKilled" {
            let says = how_it_ended(ended).unwrap_or_default();
            found.add(tell("oom_killed", is_down, &one["name"], says, &ended["finishedAt"]));
            (is_killed, is_told) = (true, is_told || is_down);
        }
        let key = match waiting["reason"].as_str().unwrap_or_default() {
            "CrashLoopBackOff" if is_killed => continue,
            "CrashLoopBackOff" => "crash_loop",
            "ImagePullBackOff"
            | "ErrImagePull"
            | "ErrImageNeverPull"
            | "InvalidImageName"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => "image_pull",
            "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "PreCreateHookError"
            | "PreStartHookError"
            | "PostStartHookError" => "config",
            _ => continue,
        };
        let says = match key {
            "crash_loop" => how_it_ended(last).unwrap_or_else(|| message(&waiting["message"])),
            _ => message(&waiting["message"]),
        };
        found.add(tell(key, true, &one["name"], says, &last["finishedAt"]));
        is_told = true;
    }
    if let Some(one) = condition(object, "PodScheduled").filter(|one| one["reason"] == "Unschedulable") {
        found.add(tell("unschedulable", true, none, message(&one["message"]), &one["lastTransitionTime"]));
        is_told = true;
    }
    let is_failed = status["phase"] == "Failed";
    if is_failed && !is_of_job {
        let key = if status["reason"] == "Evicted" { "evicted" } else { "failed" };
        let says = [&status["message"], &status["reason"]].into_iter().map(message).find(|text| !text.is_empty());
        found.add(tell(key, false, none, says.unwrap_or_else(|| pod::status(object)), none));
        is_told = true;
    }
    let is_well = pod::is_well(object);
    let mut is_probed = false;
    for event in events.iter().filter(|event| event["involvedObject"]["uid"] == object["metadata"]["uid"]) {
        let at = [&event["lastTimestamp"], &event["series"]["lastObservedTime"], &event["eventTime"]];
        let at = at.into_iter().find(|time| time.is_string()).unwrap_or(none);
        match event["reason"].as_str().unwrap_or_default() {
            // Whoever crashes answers no probes either.
            "Unhealthy" if !is_told => {
                found.add(tell("probes", !is_well, none, message(&event["message"]), at));
                is_probed = true;
            }
            "FailedMount" | "FailedAttachVolume" if status["phase"] == "Pending" && !is_told => {
                found.add(tell("volume", true, none, message(&event["message"]), at));
                is_probed = true;
            }
            _ => {}
        }
    }
    let is_going = object["metadata"]["deletionTimestamp"].is_string();
    if !is_well && !is_told && !is_probed && !is_going && status["phase"] == "Running" {
        let says = condition(object, "Ready").map(|one| message(&one["message"])).unwrap_or_default();
        let at = condition(object, "Ready").map_or(none, |one| &one["lastTransitionTime"]);
        found.add(tell("not_ready", false, none, says, at));
    }
}

/// `Error, exit code 137`
fn how_it_ended(terminated: &Json) -> Option<String> {
    terminated.as_object()?;
    let (reason, said) = (word(&terminated["reason"]), message(&terminated["message"]));
    let code = terminated["exitCode"].as_i64().map(|code| format!("exit code {code}"));
    let parts: Vec<String> =
        [Some(reason), code, Some(said)].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    Some(parts.join(", "))
}

fn of_deployment(object: &Json, is_blamed: &dyn Fn() -> bool, found: &mut Found) {
    let says = |one: &Json| message(&one["message"]);
    let failure = condition(object, "ReplicaFailure").filter(|one| one["status"] == "True");
    let stuck = condition(object, "Progressing").filter(|one| one["status"] == "False");
    let unavailable = condition(object, "Available").filter(|one| one["status"] == "False");
    let conditions = [("replica_failure", failure), ("not_progressing", stuck)];
    let mut is_told = false;
    for (key, one) in conditions {
        if let Some(one) = one {
            let at = word(&one["lastUpdateTime"]);
            found.add(Problem { at, ..Problem::of(object, key, true).says(says(one)) });
            is_told = true;
        }
    }
    if let Some(one) = unavailable.filter(|_| !is_told && !is_blamed() && wanted(object) > 0) {
        let at = word(&one["lastTransitionTime"]);
        found.add(Problem { at, ..Problem::of(object, "unavailable", true).says(says(one)) });
    }
}

fn of_autoscaler(object: &Json, found: &mut Found) {
    let (now, most) = (count(&object["status"]["currentReplicas"]), count(&object["spec"]["maxReplicas"]));
    let least = object["spec"]["minReplicas"].as_u64().unwrap_or(1);
    let limited = condition(object, "ScalingLimited");
    let is_limited = limited.is_none_or(|one| one["status"] == "True" && one["reason"] == "TooManyReplicas");
    if most > least && now >= most && is_limited {
        let says = limited.map(|one| message(&one["message"])).unwrap_or_default();
        let says = if says.is_empty() { format!("{now}/{most}") } else { says };
        found.add(Problem::of(object, "hpa_at_max", false).says(says));
    }
    if let Some(one) = condition(object, "ScalingActive").filter(|one| one["status"] == "False") {
        // It was switched off by somebody who scaled to nothing.
        if one["reason"] != "ScalingDisabled" {
            found.add(Problem::of(object, "hpa_blind", true).says(message(&one["message"])));
        }
    }
}

/// Of a cron job, only its newest job counts.
fn of_job(object: &Json, tree: &Tree<'_>, found: &mut Found) {
    let Some(failed) = condition(object, "Failed").filter(|one| one["status"] == "True") else { return };
    let owner = tree.owner(object);
    if owner.is_some_and(|owner| tree.newest_below(owner).is_some_and(|newest| newest != object)) {
        return;
    }
    let says = message(&failed["message"]);
    let at = word(&failed["lastTransitionTime"]);
    found.add(Problem { at, ..Problem::of(owner.unwrap_or(object), "job_failed", true).says(says) });
}

/// Custom resources say how they are by conditions that most of them share.
fn of_other(object: &Json, found: &mut Found) {
    let failing = ["Ready", "Available", "Healthy"].into_iter().filter_map(|name| condition(object, name));
    let failing = failing.into_iter().find(|one| is(Some(one), "False"));
    let degraded = condition(object, "Degraded").filter(|one| is(Some(one), "True"));
    let health = [&object["status"]["health"]["status"], &object["status"]["phase"]];
    let health = health.into_iter().find(|word| matches!(word.as_str(), Some("Degraded" | "Failed" | "Error")));
    if let Some(one) = failing.or(degraded) {
        let at = word(&one["lastTransitionTime"]);
        found.add(Problem { at, ..Problem::of(object, "custom", true).says(message(&one["message"])) });
    } else if let Some(health) = health {
        let says = message(&object["status"]["message"]);
        let says = if says.is_empty() { word(health) } else { says };
        found.add(Problem::of(object, "custom", true).says(says));
    }
}
