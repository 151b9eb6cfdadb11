//! One pod: how it is, in the words of `kubectl get pods`.

use super::value::{cores, count, items, quantity, word};
use serde_json::{Value as Json, json};

/// What happens to pods that wait for something ordinary.
const UNDER_WAY: [&str; 5] = ["Pending", "ContainerCreating", "PodInitializing", "Terminating", "SchedulingGated"];

/// The word that `kubectl` shows under STATUS.
pub(super) fn status(pod: &Json) -> String {
    let of = &pod["status"];
    let phase = word(&of["phase"]);
    let mut reason =
        [&of["reason"], &of["phase"]].into_iter().map(word).find(|text| !text.is_empty()).unwrap_or_default();
    if let Some(gated) = super::value::condition(pod, "PodScheduled").filter(|one| one["reason"] == "SchedulingGated") {
        reason = word(&gated["reason"]);
    }
    if let Some(init) = init_status(pod) {
        reason = init;
    } else {
        let mut is_running = false;
        for container in items(&of["containerStatuses"]).iter().rev() {
            let state = &container["state"];
            if !word(&state["waiting"]["reason"]).is_empty() {
                reason = word(&state["waiting"]["reason"]);
            } else if let Some(ended) = ended(&state["terminated"]) {
                reason = ended;
            } else if state["running"].is_object() && container["ready"] == true {
                is_running = true;
            }
        }
        // One of several containers is done, the others go on.
        if reason == "Completed" && is_running {
            let is_ready = super::value::is(super::value::condition(pod, "Ready"), "True");
            reason = if is_ready { "Running" } else { "NotReady" }.to_string();
        }
    }
    if pod["metadata"]["deletionTimestamp"].is_string() {
        if of["reason"] == "NodeLost" {
            return "Unknown".to_string();
        }
        if !matches!(phase.as_str(), "Succeeded" | "Failed") {
            return "Terminating".to_string();
        }
    }
    reason
}

/// What holds up the containers that run before the others; `None` once they are done.
fn init_status(pod: &Json) -> Option<String> {
    let wanted = items(&pod["spec"]["initContainers"]);
    let goes_on = |name: &Json| wanted.iter().any(|one| one["name"] == *name && one["restartPolicy"] == "Always");
    for (number, container) in items(&pod["status"]["initContainerStatuses"]).iter().enumerate() {
        let state = &container["state"];
        if state["terminated"].is_object() && count(&state["terminated"]["exitCode"]) == 0 {
            continue;
        }
        if goes_on(&container["name"]) && container["started"] == true {
            continue;
        }
        if let Some(ended) = ended(&state["terminated"]) {
            return Some(format!("Init:{ended}"));
        }
        let waits = word(&state["waiting"]["reason"]);
        if !waits.is_empty() && waits != "PodInitializing" {
            return Some(format!("Init:{waits}"));
        }
        return Some(format!("Init:{number}/{}", wanted.len()));
    }
    None
}

fn ended(terminated: &Json) -> Option<String> {
    terminated.as_object()?;
    let reason = word(&terminated["reason"]);
    if !reason.is_empty() {
        return Some(reason);
    }
    let signal = count(&terminated["signal"]);
    Some(if signal > 0 {
        format!("Signal:{signal}")
    } else {
        format!("ExitCode:{}", terminated["exitCode"].as_i64().unwrap_or_default())
    })
}

/// Containers that are ready, and all that should be.
pub(super) fn ready(pod: &Json) -> (usize, usize) {
    let ready = items(&pod["status"]["containerStatuses"]).iter().filter(|one| one["ready"] == true).count();
    (ready, items(&pod["spec"]["containers"]).len())
}

/// Whether it does what it is for, or has done it.
pub(super) fn is_well(pod: &Json) -> bool {
    let (ready, all) = ready(pod);
    pod["status"]["phase"] == "Succeeded" || pod["status"]["phase"] == "Running" && ready == all
}

/// `good`, `busy`, `off` or `bad`.
pub(super) fn tone(pod: &Json, status: &str) -> &'static str {
    match status {
        "Completed" | "Succeeded" => "off",
        "Running" if is_well(pod) => "good",
        "Running" | "NotReady" => "warn",
        _ if UNDER_WAY.contains(&status) => "busy",
        // `Init:0/2`
        _ if status.starts_with("Init:") && status.as_bytes().get(5).is_some_and(u8::is_ascii_digit) => "busy",
        _ => "bad",
    }
}

/// What a page shows of it.
pub(super) fn view(pod: &Json, link: Option<String>) -> Json {
    let status = status(pod);
    let (ready, all) = ready(pod);
    let containers: Vec<Json> =
        items(&pod["spec"]["containers"]).iter().take(20).map(|one| container(one, pod)).collect();
    let all_of = |kind: &str| {
        let of = |name: &str| -> f64 {
            let containers = items(&pod["spec"]["containers"]).iter();
            containers.filter_map(|one| quantity(&one["resources"][kind][name])).sum()
        };
        resources(of("cpu"), of("memory"))
    };
    let statuses = || items(&pod["status"]["containerStatuses"]).iter();
    let ended = statuses().filter_map(|one| one["lastState"]["terminated"]["finishedAt"].as_str()).max();
    json!({
        "name": word(&pod["metadata"]["name"]),
        "namespace": word(&pod["metadata"]["namespace"]),
        "link": link,
        "phase": word(&pod["status"]["phase"]),
        "tone": tone(pod, &status),
        "status": status,
        "ready": ready,
        "wanted": all,
        "restarts": statuses().map(|one| count(&one["restartCount"])).sum::<u64>(),
        "restarted": ended.map(|time| super::value::line(time, 40)),
        "created": word(&pod["metadata"]["creationTimestamp"]),
        "node": word(&pod["spec"]["nodeName"]),
        "requests": all_of("requests"),
        "limits": all_of("limits"),
        "containers": containers,
    })
}

fn container(container: &Json, pod: &Json) -> Json {
    let of_this = |one: &&Json| one["name"] == container["name"];
    let status = items(&pod["status"]["containerStatuses"]).iter().find(of_this).unwrap_or(&Json::Null);
    let of = |kind: &str| {
        let amount = |name: &str| quantity(&container["resources"][kind][name]).unwrap_or_default();
        resources(amount("cpu"), amount("memory"))
    };
    json!({
        "name": word(&container["name"]),
        "image": word(&container["image"]),
        "ready": status["ready"] == true,
        "restarts": count(&status["restartCount"]),
        "requests": of("requests"),
        "limits": of("limits"),
    })
}

/// `null` where nothing is said.
fn resources(cpu: f64, memory: f64) -> Json {
    let cpu = (cpu > 0.0).then(|| cores(cpu));
    let memory = (memory > 0.0).then_some(memory.round() as u64);
    if cpu.is_none() && memory.is_none() { Json::Null } else { json!({ "cpu": cpu, "memory": memory }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_word_of_kubectl() {
        let running = json!({ "name": "a", "ready": true, "state": { "running": {} } });
        let cases = [
            (json!({ "status": { "phase": "Running", "containerStatuses": [running] } }), "Running"),
            (json!({ "status": { "phase": "Pending" } }), "Pending"),
            (json!({ "status": { "phase": "Failed", "reason": "Evicted" } }), "Evicted"),
            (
                json!({ "status": { "phase": "Running", "containerStatuses": [
                    { "state": { "waiting": { "reason": "CrashLoopBackOff" } } }, running,
                ] } }),
                "CrashLoopBackOff",
            ),
            (
                json!({ "status": { "phase": "Failed", "containerStatuses": [{ "state": { "terminated": { "exitCode": 3 } } }] } }),
                "ExitCode:3",
            ),
            (
                json!({ "status": { "phase": "Failed", "containerStatuses": [{ "state": { "terminated": { "signal": 9 } } }] } }),
                "Signal:9",
            ),
            (
                json!({ "status": { "phase": "Running", "containerStatuses": [
                    { "state": { "terminated": { "reason": "Completed", "exitCode": 0 } } }, running,
                ] } }),
                "NotReady",
            ),
            (
                json!({ "spec": { "initContainers": [{ "name": "i" }, { "name": "j" }] }, "status": { "phase": "Pending",
                    "initContainerStatuses": [{ "name": "i", "state": { "terminated": { "exitCode": 0 } } }, { "name": "j", "state": { "running": {} } }],
                    "containerStatuses": [{ "state": { "waiting": { "reason": "PodInitializing" } } }] } }),
                "Init:1/2",
            ),
            (
                json!({ "spec": { "initContainers": [{ "name": "i" }] }, "status": { "phase": "Pending",
                    "initContainerStatuses": [{ "name": "i", "state": { "waiting": { "reason": "CrashLoopBackOff" } } }] } }),
                "Init:CrashLoopBackOff",
            ),
            (
                json!({ "spec": { "initContainers": [{ "name": "proxy", "restartPolicy": "Always" }] }, "status": { "phase": "Running",
                    "initContainerStatuses": [{ "name": "proxy", "started": true, "state": { "running": {} } }],
                    "containerStatuses": [running] } }),
                "Running",
            ),
            (json!({ "metadata": { "deletionTimestamp": "x" }, "status": { "phase": "Running" } }), "Terminating"),
            (
                json!({ "status": { "phase": "Pending", "conditions": [{ "type": "PodScheduled", "reason": "SchedulingGated" }] } }),
                "SchedulingGated",
            ),
            (json!({}), ""),
        ];
        for (pod, expected) in cases {
            assert_eq!(status(&pod), expected, "{pod}");
        }
    }
}
