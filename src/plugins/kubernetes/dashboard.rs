//! Where people look at an object: addresses of dashboards, as Backstage writes them.

use super::tree::name_of;
use serde_json::Value as Json;
use url::Url;

/// Where an object is shown; where none is, the cluster. `None` where the configuration names no dashboard.
pub(super) fn link(dashboard: &Json, object: Option<&Json>) -> Option<String> {
    let (kind, namespace, name) = object.map(name_of).unwrap_or_default();
    let kind = kind.to_lowercase();
    let kind = kind.as_str();
    let app = dashboard["app"].as_str().unwrap_or("standard");
    if app == "gke" {
        return gke(&dashboard["parameters"], kind, &namespace, &name);
    }
    let mut url = Url::parse(dashboard["url"].as_str()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    if object.is_none() || namespace.is_empty() {
        return Some(url.to_string());
    }
    match app {
        "standard" => {
            let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let path = match kind {
                "deployment" | "pod" | "ingress" | "service" | "statefulset" | "daemonset" | "job" | "cronjob" => {
                    format!("/{kind}/{}/{}", part(&namespace), part(&name))
                }
                _ => "/workloads".to_string(),
            };
            url.set_fragment(Some(&format!("{path}?namespace={}", part(&namespace))));
        }
        "rancher" => {
            let part = match kind {
                "deployment" | "statefulset" | "daemonset" => format!("apps.{kind}"),
                "ingress" => "networking.k8s.io.ingress".to_string(),
                "horizontalpodautoscaler" => format!("autoscaling.{kind}"),
                "job" | "cronjob" => format!("batch.{kind}"),
                "pod" | "service" => kind.to_string(),
                _ => "workload".to_string(),
            };
            let mut parts = url.path_segments_mut().ok()?;
            parts.pop_if_empty().extend(["explorer", &part]);
            if part != "workload" {
                parts.extend([&namespace, &name]);
            }
        }
        "openshift" => {
            let part = match kind {
                "deployment"
                | "service"
                | "pod"
                | "statefulset"
                | "daemonset"
                | "job"
                | "cronjob"
                | "horizontalpodautoscaler" => format!("{kind}s"),
                "ingress" => "ingresses".to_string(),
                _ => String::new(),
            };
            let mut parts = url.path_segments_mut().ok()?;
            parts.pop_if_empty().extend(["k8s", "cluster", "projects", &namespace]);
            if !part.is_empty() {
                parts.pop().pop().pop().extend(["ns", &namespace, &part, &name]);
            }
        }
        _ => {}
    }
    Some(url.to_string())
}

fn gke(parameters: &Json, kind: &str, namespace: &str, name: &str) -> Option<String> {
    let of = |key: &str| parameters[key].as_str().filter(|text| !text.is_empty());
    let (project, region, cluster) = (of("projectId")?, of("region")?, of("clusterName")?);
    let mut url = Url::parse("https://console.cloud.google.com/").ok()?;
    let kind = match kind {
        "deployment" | "statefulset" | "daemonset" | "pod" | "ingress" | "service" | "job" | "cronjob" => kind,
        "horizontalpodautoscaler" => "deployment",
        _ => "",
    };
    let mut parts = url.path_segments_mut().ok()?;
    parts.pop_if_empty().push("kubernetes");
    if kind.is_empty() || namespace.is_empty() {
        parts.extend(["clusters", "details", region, cluster, "details"]);
    } else {
        parts.extend([kind, region, cluster, namespace, name, "details"]);
    }
    drop(parts);
    url.query_pairs_mut().append_pair("project", project);
    Some(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_dashboard_has_its_addresses() {
        let pod = json!({ "kind": "Pod", "metadata": { "namespace": "shop", "name": "web-1" } });
        let thing = json!({ "kind": "Thing", "metadata": { "namespace": "shop", "name": "x" } });
        let parameters = json!({ "projectId": "p", "region": "eu", "clusterName": "c" });
        let of = |app: &str, object| {
            let board = json!({ "url": "https://board.example/a", "app": app, "parameters": parameters });
            link(&board, object).expect("an address")
        };
        assert_eq!(of("standard", Some(&pod)), "https://board.example/a#/pod/shop/web-1?namespace=shop");
        assert_eq!(of("rancher", Some(&pod)), "https://board.example/a/explorer/pod/shop/web-1");
        assert_eq!(of("rancher", Some(&thing)), "https://board.example/a/explorer/workload");
        assert_eq!(of("openshift", Some(&pod)), "https://board.example/a/k8s/ns/shop/pods/web-1");
        assert_eq!(of("openshift", Some(&thing)), "https://board.example/a/k8s/cluster/projects/shop");
        assert_eq!(
            of("gke", Some(&pod)),
            "https://console.cloud.google.com/kubernetes/pod/eu/c/shop/web-1/details?project=p"
        );
        assert_eq!(of("eks", Some(&pod)), "https://board.example/a");
        assert_eq!(of("standard", None), "https://board.example/a");
        assert_eq!(link(&json!({ "url": "javascript:alert(1)" }), Some(&pod)), None);
    }
}
