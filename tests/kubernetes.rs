//! Clusters: what is asked of an API server, what becomes of its faults, and what is kept and shown of its objects.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests look at the disk and listen")]

#[path = "support/cluster.rs"]
mod cluster;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use callboard::cache::Forgetful;
use callboard::config::{Config, Inputs, load};
use callboard::diagnostics::Finding;
use callboard::plugins;
use callboard::source::kubernetes::{Asked, Declared, Given, read};
use callboard::source::{CrawlOptions, Outside, Silence};
use cluster::{Cluster, Mood, TYPES};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const TOKEN: &str = "sesame-open-1234567890";
const EXAMPLE: &str = include_str!("../content-example/kubernetes/k8s-stage.json");
const SHAPES: &str = include_str!("vendor/kubernetes-openapi/objects.json");

/// The objects of the example's cluster.
fn objects() -> Vec<Json> {
    let list: Json = serde_json::from_str(EXAMPLE).expect("JSON");
    list["items"].as_array().expect("a list").clone()
}

/// A folder with a configuration, and a cache beside it.
struct Setting {
    folder: tempfile::TempDir,
}

impl Setting {
    fn new(config: &str) -> Setting {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("app-config.yaml"), config).expect("written");
        Setting { folder }
    }

    /// One cluster, with a token and its authority.
    fn of(cluster: &Cluster, more: &str) -> Setting {
        let ca = BASE64_STANDARD.encode(&cluster.ca);
        Setting::new(&format!(
            "catalog: {{ rules: [] }}\nkubernetes:\n  clusterLocatorMethods:\n    - type: config\n      clusters:\n        - name: prod\n          \
             url: {}\n          authProvider: serviceAccount\n          serviceAccountToken: {TOKEN}\n          caData: {ca}\n{more}",
            cluster.url()
        ))
    }

    fn config(&self) -> Config {
        let inputs = Inputs { dir: self.folder.path().to_path_buf(), ..Inputs::default() };
        let loaded = load(&inputs).expect("a configuration");
        let told: Vec<&str> = loaded.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(loaded.findings.is_empty(), "{told:?}");
        let text = std::fs::read_to_string(self.folder.path().join("app-config.yaml")).expect("a file");
        assert_eq!(
            text.contains(TOKEN),
            loaded.config.secrets().any(|secret| secret == TOKEN),
            "a secret of the portal"
        );
        loaded.config
    }

    fn read(&self, asked: &[Asked<'_>]) -> (Vec<Given>, Vec<String>) {
        self.read_as(asked, &[], false)
    }

    fn read_as(&self, asked: &[Asked<'_>], declared: &[Declared<'_>], offline: bool) -> (Vec<Given>, Vec<String>) {
        let config = self.config();
        let kubernetes = config.kubernetes.as_ref().expect("clusters");
        let (given, findings) = read(kubernetes, declared, asked, &options(&self.cache(), offline));
        for text in
            findings.iter().map(|finding| format!("{finding:?}")).chain(given.iter().map(|given| format!("{given:?}")))
        {
            assert!(!text.contains(TOKEN), "{text}");
        }
        assert!(!everything_below(self.folder.path(), "app-config.yaml").contains(TOKEN));
        (given, findings.iter().map(told).collect())
    }

    fn cache(&self) -> std::path::PathBuf {
        self.folder.path().join("cache")
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.rule.name, finding.message)
}

fn options(cache_dir: &Path, offline: bool) -> CrawlOptions<'_> {
    CrawlOptions {
        working_tree: false,
        offline: false,
        publishes: true,
        versions: false,
        outside: if offline { Outside::Cache } else { Outside::Servers },
        max_wait: Duration::from_secs(5),
        locked: None,
        listener: &Silence,
        goes_on: Arc::new(|| true),
        max_stale: 30,
        noted_as: None,
        cache_dir,
        cache: &Forgetful,
    }
}

/// The bytes of all files but one, as text.
fn everything_below(folder: &Path, but: &str) -> String {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let files = files.filter(|entry| entry.file_name().to_string_lossy() != but);
    files.map(|entry| String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a file")).into_owned()).collect()
}

fn by_id(id: &str) -> Asked<'_> {
    Asked { reference: "component:default/x", id: Some(id), ..Asked::default() }
}

/// Kinds and names of what was given of a cluster.
fn names(given: &Given, cluster: usize) -> Vec<String> {
    let objects = given.objects["clusters"][cluster]["objects"].as_array().cloned().unwrap_or_default();
    let name = |object: &Json| {
        format!("{} {}", object["kind"].as_str().unwrap_or("?"), object["metadata"]["name"].as_str().unwrap_or("?"))
    };
    let mut names: Vec<String> = objects.iter().map(name).collect();
    names.sort();
    names
}

#[test]
fn the_example_has_the_shapes_of_kubernetes() {
    let shapes: Json = serde_json::from_str(SHAPES).expect("JSON");
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    for object in objects() {
        let kind = object["kind"].as_str().expect("a kind").to_string();
        let Some(reference) = shapes["lists"][format!("{kind}List")].as_str() else {
            assert_eq!(kind, "Certificate");
            continue;
        };
        let schema = json!({ "$ref": reference, "$defs": shapes["$defs"] });
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let version = object["apiVersion"].clone();
        let list = json!({ "kind": format!("{kind}List"), "apiVersion": version, "metadata": { "continue": "x" }, "items": [object] });
        if let Some(error) = validator.iter_errors(&list).next() {
            panic!("{kind} {}: {error} at {}", list["items"][0]["metadata"]["name"], error.instance_path());
        }
        kinds.insert(kind);
    }
    let without = ["Secret", "LimitRange", "ResourceQuota", "Certificate"];
    let expected = TYPES.iter().map(|(kind, ..)| kind.to_string()).filter(|kind| !without.contains(&kind.as_str()));
    assert_eq!(kinds, expected.collect());
}

#[test]
fn a_cluster_is_asked_once_for_all_entities() {
    let mut all = objects();
    all.push(json!({ "kind": "Secret", "metadata": { "name": "s", "namespace": "ticketing", "labels": { "backstage.io/kubernetes-id": "storefront" } }, "data": { "a": "b" } }));
    let cluster = Cluster::with(all, Some(TOKEN));
    cluster.gives_pages_of(2);
    let setting = Setting::of(
        &cluster,
        "  customResources:\n    - { group: cert-manager.io, apiVersion: v1, plural: certificates }\n",
    );
    let asked = [by_id("storefront"), by_id("order-service"), by_id("nothing"), by_id("catalogue-service")];
    let (given, findings) = setting.read(&asked);
    assert!(findings.is_empty(), "{findings:?}");
    let expected = [
        "Deployment storefront",
        "HorizontalPodAutoscaler storefront",
        "Ingress storefront",
        "Pod storefront-6d5c8f7b9d-4bqtx",
        "Pod storefront-6d5c8f7b9d-9dl2m",
        "Pod storefront-6d5c8f7b9d-kx7wz",
        "Pod storefront-6d5c8f7b9d-pr6ns",
        "ReplicaSet storefront-6d5c8f7b9d",
        "Service storefront",
    ];
    assert_eq!(names(&given[0], 0), expected);
    assert!(names(&given[1], 0).contains(&"Certificate orders-tls".to_string()));
    assert_eq!(given[2].objects, json!({ "clusters": [] }));
    assert_eq!(given[0].as_of, Some(1_795_372_800), "the cluster's own clock");
    assert_eq!(given[0].stale, None);

    let questions = cluster.asked();
    assert!(questions.iter().all(|asked| asked.authorization.as_deref() == Some(&*format!("Bearer {TOKEN}"))));
    assert!(questions.iter().all(|asked| !asked.path.contains("secrets")));
    let first = questions.iter().filter(|asked| asked.parameter("continue").is_empty());
    let mut lists: Vec<String> =
        first.map(|asked| format!("{} {}", asked.path, asked.parameter("labelSelector"))).collect();
    assert_eq!(lists.len(), 13 + 1 + 3, "each type once, and events of three namespaces: {lists:?}");
    lists.dedup();
    assert_eq!(lists.len(), 17);
    assert!(questions.iter().filter(|asked| !asked.parameter("continue").is_empty()).count() > 3, "pages");
    assert!(questions.iter().all(|asked| asked.parameter("limit") == "500"));
}

#[test]
fn namespaces_and_selectors_are_asked_once_each() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    let setting = Setting::of(&cluster, "  objectTypes: [pods, deployments]\n");
    let selected = |selector, namespace| Asked {
        reference: "component:default/x",
        id: Some("ignored"),
        label_selector: Some(selector),
        namespace,
        ..Asked::default()
    };
    let asked = [
        Asked { namespace: Some("ticketing"), ..by_id("catalogue-service") },
        Asked { namespace: Some("shop-front"), ..by_id("catalogue-service") },
        selected("app.kubernetes.io/name=storefront", None),
        selected("app.kubernetes.io/name=storefront", Some("checkout")),
        selected("no selector (", None),
        Asked { namespace: Some("../secrets"), ..by_id("storefront") },
    ];
    let (given, findings) = setting.read(&asked);
    assert_eq!(names(&given[0], 0).len(), 3);
    assert!(names(&given[1], 0).is_empty(), "other namespaces are not looked at");
    assert_eq!(names(&given[2], 0).len(), 5);
    assert!(names(&given[3], 0).is_empty());
    assert_eq!(
        findings,
        [
            "kubernetes-annotation: `backstage.io/kubernetes-label-selector` of `component:default/x` cannot be followed: a bracket is not closed",
            "kubernetes-annotation: `backstage.io/kubernetes-namespace` of `component:default/x` cannot be followed: it is no name of a namespace",
        ]
    );
    let mut lists: Vec<String> =
        cluster.asked().iter().map(|asked| format!("{} {}", asked.path, asked.parameter("labelSelector"))).collect();
    lists.retain(|list| list.contains("pods"));
    lists.sort();
    assert_eq!(
        lists,
        [
            "/api/v1/namespaces/shop-front/pods backstage.io/kubernetes-id",
            "/api/v1/namespaces/ticketing/pods backstage.io/kubernetes-id",
            "/api/v1/pods app.kubernetes.io/name=storefront",
        ]
    );
}

#[test]
fn what_one_list_lacks_costs_that_list_alone() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    cluster.does("/configmaps", Mood::Fails(403, ""));
    cluster.does("/cronjobs", Mood::Fails(404, ""));
    let setting = Setting::of(&cluster, "");
    let (given, findings) = setting.read(&[by_id("catalogue-service")]);
    assert_eq!(
        findings,
        [
            "kubernetes-unread: the cluster `prod` does not list `configmaps`: the service account may not list them (status 403)",
            "kubernetes-unread: the cluster `prod` does not list `cronjobs`: it has no such type (status 404)",
        ]
    );
    let of = &given[0].objects["clusters"][0];
    assert_eq!(
        of["unread"],
        json!([{ "what": "configmaps", "reason": "the service account may not list them (status 403)" }])
    );
    assert!(names(&given[0], 0).contains(&"Deployment catalogue-service".to_string()));
    assert_eq!(given[0].stale, None);
}

#[test]
fn a_cluster_that_fails_shows_what_was_there() {
    let faults: [(&str, Mood, &str); 8] = [
        ("/pods", Mood::Fails(401, ""), "the token is not accepted (status 401)"),
        (
            "/pods",
            Mood::Fails(302, "Location: https://elsewhere.example/"),
            "it leads elsewhere, which is not followed (status 302)",
        ),
        ("/services", Mood::Fails(429, "Retry-After: 600"), "it takes no more questions for now (status 429)"),
        ("/services", Mood::BreaksOff, "its answer broke off"),
        ("/jobs", Mood::Says("<html>"), "its answer is no JSON"),
        ("/jobs", Mood::Says("[1]"), "its answer is no list of objects"),
        ("/pods", Mood::Says("{\"kind\":\"PodList\",\"items\":7}"), "its answer is no list of objects"),
        ("/pods", Mood::Expires(9), "a list grew too old twice while it was read (status 410)"),
    ];
    for (path, mood, expected) in faults {
        let cluster = Cluster::with(objects(), Some(TOKEN));
        let setting = Setting::of(&cluster, "");
        let asked = [by_id("storefront")];
        let (first, findings) = setting.read(&asked);
        assert!(findings.is_empty(), "{findings:?}");
        cluster.gives_pages_of(1);
        cluster.does(path, mood);
        let (second, findings) = setting.read(&asked);
        let start = format!(
            "kubernetes-unreachable: the cluster `prod` cannot be read, what ran at an earlier build is shown: {expected}"
        );
        assert!(findings.len() == 1 && findings[0].starts_with(&start), "{findings:?}");
        assert_eq!(names(&first[0], 0), names(&second[0], 0));
        assert!(second[0].stale.as_deref().is_some_and(|reason| reason.starts_with(&format!("prod: {expected}"))));
        let of = &second[0].objects["clusters"][0];
        assert_eq!((&of["as_of"], of["reason"].is_string()), (&json!("2026-11-22T18:40:00Z"), true));

        let fresh = Setting::of(&cluster, "");
        let (given, findings) = fresh.read(&asked);
        assert!(
            findings[0].starts_with(&format!("kubernetes-unreachable: the cluster `prod` cannot be read: {expected}")),
            "{findings:?}"
        );
        let of = &given[0].objects["clusters"][0];
        assert_eq!((&of["objects"], &of["as_of"]), (&json!([]), &Json::Null), "readers see that nothing is known");
        assert_eq!(plugins::kubernetes::view(&given[0].objects)["status"], "unknown");
    }
}

#[test]
fn a_list_that_grew_too_old_is_begun_again() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    cluster.gives_pages_of(3);
    cluster.does("/pods", Mood::Expires(1));
    let (given, findings) = Setting::of(&cluster, "").read(&[by_id("storefront")]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(names(&given[0], 0).iter().filter(|name| name.starts_with("Pod")).count(), 4, "none twice, none lost");
}

#[test]
fn a_cluster_that_says_nothing_is_not_waited_for() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    cluster.does("/pods", Mood::Silent(Duration::from_secs(1)));
    let (_, findings) = Setting::of(&cluster, "").read(&[by_id("storefront")]);
    assert!(findings[0].starts_with("kubernetes-unreachable"), "{findings:?}");
}

#[test]
fn who_a_cluster_is_decides_its_certificate() {
    let (cluster, other) = (Cluster::with(objects(), Some(TOKEN)), Cluster::with(objects(), Some(TOKEN)));
    let asked = [by_id("storefront")];
    let of = |ca: &str| {
        let text = format!(
            "catalog: {{ rules: [] }}\nkubernetes: {{ clusterLocatorMethods: [{{ type: config, clusters: [{{ name: prod, url: '{}', \
             serviceAccountToken: {TOKEN}{ca} }}] }}] }}\n",
            cluster.url()
        );
        let setting = Setting::new(&text);
        std::fs::write(setting.folder.path().join("ca.pem"), &cluster.ca).expect("written");
        setting.read(&asked).1
    };
    let wrong = format!(", caData: {}", BASE64_STANDARD.encode(&other.ca));
    for ca in [wrong.as_str(), ""] {
        let findings = of(ca);
        assert!(findings[0].contains("its certificate is not accepted"), "{findings:?}");
        assert!(cluster.asked().is_empty(), "the token was not sent");
    }
    assert!(of(", caFile: ca.pem").is_empty());
    assert!(of(", skipTLSVerify: true").is_empty());
}

#[test]
fn nothing_secret_is_kept() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    let setting = Setting::of(&cluster, "");
    let asked: Vec<Asked<'_>> =
        ["catalogue-service", "seat-map-service", "payment-service"].into_iter().map(by_id).collect();
    let (given, _) = setting.read(&asked);
    let hidden = ["whispered-from-the-box", "break-a-leg", "understudy", "last-applied-configuration", "managedFields"];
    let kept = everything_below(&setting.cache(), "");
    assert!(kept.contains("catalogue-settings") && kept.contains("secretKeyRef"), "the names are there");
    let shown: String = given.iter().map(|given| given.objects.to_string()).collect();
    for word in hidden {
        assert!(EXAMPLE.contains(word), "{word}");
        assert!(!kept.contains(word) && !shown.contains(word), "{word}");
    }
}

#[test]
fn offline_nobody_is_asked() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    let setting = Setting::of(&cluster, "");
    let asked = [by_id("storefront")];
    let (given, findings) = setting.read_as(&asked, &[], true);
    assert_eq!(
        findings,
        ["kubernetes-unreachable: the cluster `prod` cannot be read: no answer is kept, and this build asks nobody"]
    );
    assert!(given[0].stale.is_none() && cluster.asked().is_empty(), "nothing is old, it is unknown");
    let (online, _) = setting.read(&asked);
    cluster.asked();
    let (offline, findings) = setting.read_as(&asked, &[], true);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(online, offline);
    assert!(cluster.asked().is_empty());
}

#[test]
fn clusters_are_chosen_as_backstage_does() {
    let write = |setting: &Setting| {
        for name in ["a.json", "b.json"] {
            std::fs::write(setting.folder.path().join(name), EXAMPLE).expect("written");
        }
    };
    let clusters = |locator: &str, asked: Asked<'_>| -> Vec<String> {
        let setting = Setting::new(&format!(
            "catalog: {{ rules: [] }}\nkubernetes: {{ serviceLocatorMethod: {{ type: {locator} }} }}\n\
             callboard: {{ kubernetes: {{ snapshots: {{ a: ./a.json, b: ['./b*.json'] }} }} }}\n"
        ));
        write(&setting);
        let (given, findings) = setting.read(&[asked]);
        assert!(findings.is_empty(), "{findings:?}");
        let clusters = given[0].objects["clusters"].as_array().expect("a list").clone();
        clusters.iter().map(|cluster| cluster["name"].as_str().expect("a name").to_string()).collect()
    };
    let asked = || Asked {
        cluster: Some("b"),
        depends_on: vec!["resource:default/a", "component:default/b"],
        ..by_id("storefront")
    };
    assert_eq!(clusters("multiTenant", asked()), ["a", "b"]);
    assert_eq!(clusters("singleTenant", asked()), ["b"]);
    assert_eq!(clusters("singleTenant", by_id("storefront")), ["a", "b"]);
    assert_eq!(clusters("catalogRelation", asked()), ["a"]);
    assert!(clusters("catalogRelation", by_id("storefront")).is_empty());
}

#[test]
fn clusters_of_the_catalog_need_a_server_that_the_configuration_names() {
    let (cluster, other) = (Cluster::with(objects(), Some(TOKEN)), Cluster::with(objects(), Some(TOKEN)));
    let setting = Setting::new(&format!(
        "catalog: {{ rules: [] }}\nkubernetes: {{ clusterLocatorMethods: [{{ type: catalog }}] }}\n\
         callboard: {{ kubernetes: {{ servers: [{{ url: '{}', token: {TOKEN} }}] }} }}\n",
        cluster.url()
    ));
    let (url, elsewhere) = (cluster.url(), other.url());
    let (ca, others_ca) = (BASE64_STANDARD.encode(&cluster.ca), BASE64_STANDARD.encode(&other.ca));
    let declared = |name, url, ca| Declared {
        name,
        annotations: BTreeMap::from([
            ("kubernetes.io/api-server", url),
            ("kubernetes.io/api-server-certificate-authority", ca),
            ("kubernetes.io/auth-provider", "serviceAccount"),
            ("kubernetes.io/skip-tls-verify", "true"),
        ]),
        place: None,
    };
    let declared =
        [declared("ours", url.as_str(), ca.as_str()), declared("theirs", elsewhere.as_str(), others_ca.as_str())];
    let (given, findings) = setting.read_as(&[by_id("storefront")], &declared, false);
    assert_eq!(
        findings,
        [format!(
            "kubernetes-annotation: the API server `{elsewhere}` of the cluster `theirs` is not among those that may be asked"
        )]
    );
    assert_eq!(given[0].objects["clusters"].as_array().map(Vec::len), Some(1));
    assert!(!cluster.asked().is_empty() && other.asked().is_empty());
}

#[test]
fn snapshots_that_are_none_are_told() {
    for (text, expected) in [
        ("{", "EOF while parsing"),
        ("{\"a\": 1}", "it is no output of `kubectl get -o json`"),
        ("{\"kind\": \"List\", \"items\": 1}", "its list holds no objects"),
    ] {
        let setting =
            Setting::new("catalog: { rules: [] }\ncallboard: { kubernetes: { snapshots: { a: ./a.json } } }\n");
        let (_, findings) = setting.read(&[by_id("x")]);
        assert!(findings[0].contains("the snapshot `a.json` cannot be read"), "{findings:?}");
        std::fs::write(setting.folder.path().join("a.json"), text).expect("written");
        let (_, findings) = setting.read(&[by_id("x")]);
        assert!(findings[0].contains(expected), "{findings:?}");
    }
    // What several calls of kubectl wrote into one file.
    let setting = Setting::new("catalog: { rules: [] }\ncallboard: { kubernetes: { snapshots: { a: ./a.json } } }\n");
    let two: String = objects().iter().take(2).map(Json::to_string).collect::<Vec<_>>().join("\n");
    std::fs::write(setting.folder.path().join("a.json"), two).expect("written");
    assert_eq!(names(&setting.read(&[by_id("catalogue-service")]).0[0], 0).len(), 2);
}

/// What a page would show of a component of the example.
fn view(id: &str) -> Json {
    let setting =
        Setting::new("catalog: { rules: [] }\ncallboard: { kubernetes: { snapshots: { stage: ./stage.json } } }\n");
    std::fs::write(setting.folder.path().join("stage.json"), EXAMPLE).expect("written");
    let (given, findings) = setting.read(&[by_id(id)]);
    assert!(findings.is_empty(), "{findings:?}");
    plugins::kubernetes::view(&given[0].objects)
}

#[test]
fn problems_stand_on_top() {
    let told = |id: &str| -> Vec<String> {
        let view = view(id);
        let problems = view["problems"].as_array().expect("a list").clone();
        let text = |value: &Json| value.as_str().unwrap_or_default().to_string();
        let line = |one: &Json| {
            [&one["tone"], &one["key"], &one["kind"], &one["name"], &one["container"], &one["says"]].map(text).join("|")
        };
        problems.iter().map(line).collect()
    };
    assert!(told("catalogue-service").is_empty());
    assert_eq!(
        told("seat-map-service"),
        [
            "bad|oom_killed|Deployment|seat-map-service|seat-map|OOMKilled, exit code 137",
            "bad|crash_loop|Deployment|seat-map-service|seat-map|Error, exit code 1, panic: hall plan `opera-house/circle` has no rows",
        ]
    );
    assert_eq!(
        told("storefront"),
        [
            "warn|hpa_at_max|HorizontalPodAutoscaler|storefront||the desired replica count is more than the maximum replica count"
        ]
    );
    assert_eq!(
        told("payment-service"),
        [
            "bad|image_pull|Deployment|payment-service|payment|Back-off pulling image \"registry.curtaincall.example/payment-service:3.0.0-rc9\": ErrImagePull: not found",
            "bad|not_progressing|Deployment|payment-service||ReplicaSet \"payment-service-84c6f5d7bb\" has timed out progressing.",
            "warn|probes|Deployment|payment-service||Readiness probe failed: HTTP probe failed with statuscode: 503",
        ]
    );
    assert_eq!(
        told("order-service"),
        [
            "bad|unschedulable|StatefulSet|order-service||0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod.",
            "bad|job_failed|CronJob|order-export||Job has reached the specified backoff limit",
        ]
    );
}

#[test]
fn workloads_show_their_pods() {
    let seats = view("seat-map-service");
    let of = &seats["clusters"][0];
    assert_eq!((&seats["status"], &seats["failing"]), (&json!("failing"), &json!(1)), "one object with two problems");
    assert_eq!(of["counts"], json!({ "workloads": 1, "pods": 3, "ready": 1, "failing": 1 }));
    let workload = &of["workloads"][0];
    assert_eq!(
        (&workload["state"], &workload["tone"], &workload["ready"], &workload["desired"]),
        (&json!("failing"), &json!("bad"), &json!(1), &json!(3))
    );
    let statuses: Vec<&str> =
        workload["pods"].as_array().expect("pods").iter().filter_map(|pod| pod["status"].as_str()).collect();
    assert_eq!(statuses, ["CrashLoopBackOff", "CrashLoopBackOff", "Running"]);
    let pod = &workload["pods"][0];
    assert_eq!((&pod["restarts"], &pod["requests"]), (&json!(11), &json!({ "cpu": "100m", "memory": 134_217_728 })));
    assert_eq!(of["events"][0]["count"], 52);

    let shop = view("storefront");
    let of = &shop["clusters"][0];
    assert_eq!(of["ingresses"][0]["hosts"][0]["url"], "https://tickets.curtaincall.example/");
    assert_eq!(of["autoscalers"][0]["metrics"], json!([{ "name": "cpu", "now": "93 %", "target": "70 %" }]));
    assert_eq!(of["services"][0]["ports"], json!(["80 → http/TCP"]));
    assert_eq!(shop["status"], "running");

    let orders = view("order-service");
    let of = &orders["clusters"][0];
    let kinds: Vec<&str> =
        of["workloads"].as_array().expect("rows").iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["DaemonSet", "StatefulSet"]);
    assert_eq!(of["cron_jobs"][0]["jobs"][0]["state"], "failed");
    assert_eq!(of["custom"][0]["status"], "Ready");
    let yaml = of["yaml"].to_string();
    assert!(!yaml.contains("resourceVersion") && yaml.contains("orders-tls"));
    assert_eq!(view("nobody")["status"], "empty");
}

#[test]
fn no_object_is_too_odd_to_show() {
    let odd = [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([{}]), json!({ "kind": 1 })];
    for value in &odd {
        let fields = ["metadata", "spec", "status", "kind", "apiVersion", "type"];
        for object in objects() {
            for field in fields {
                let mut object = object.clone();
                object[field] = value.clone();
                let objects = json!({ "clusters": [{ "name": "a", "objects": [object.clone()], "events": [object] }] });
                plugins::kubernetes::view(&objects);
            }
            for of in ["spec", "status"] {
                let keys: Vec<String> =
                    object[of].as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
                for key in keys {
                    let mut object = object.clone();
                    object[of][key] = value.clone();
                    plugins::kubernetes::view(&json!({ "clusters": [{ "objects": [object] }] }));
                }
            }
        }
        plugins::kubernetes::view(&json!({ "clusters": [value] }));
        plugins::kubernetes::view(
            &json!({ "clusters": [{ "objects": [value], "dashboard": value, "unread": value }] }),
        );
    }
}

#[test]
fn pages_do_not_grow_with_the_cluster() {
    let deployment = objects().into_iter().find(|object| object["kind"] == "Deployment").expect("one");
    let pod = objects().into_iter().find(|object| object["kind"] == "Pod").expect("one");
    let many: Vec<Json> = (0..1_000)
        .map(|number| {
            let mut one = if number % 2 == 0 { deployment.clone() } else { pod.clone() };
            one["metadata"]["name"] = format!("x-{number}").into();
            one["metadata"]["uid"] = number.to_string().into();
            one["metadata"]["ownerReferences"] = Json::Null;
            one["status"]["reason"] = "x".repeat(5_000).into();
            one
        })
        .collect();
    let view = plugins::kubernetes::view(&json!({ "clusters": [{ "name": "a", "objects": many }] }));
    let of = &view["clusters"][0];
    assert_eq!((&of["more_workloads"], &of["more_pods"]), (&json!(450), &json!(480)));
    assert!(view.to_string().len() < 400_000, "{}", view.to_string().len());
}

/// Builds a portal with one component, and gives its tab and everything that was said.
fn built(setting: &Setting, arguments: &[&str]) -> (String, String) {
    let folder = setting.folder.path();
    let repo = folder.join("repos/storefront");
    std::fs::create_dir_all(&repo).expect("a folder");
    let descriptor = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: storefront\n  annotations:\n    \
                      backstage.io/kubernetes-id: seat-map-service\nspec: { type: website, lifecycle: production, owner: group:a }\n";
    std::fs::write(repo.join("catalog-info.yaml"), descriptor).expect("written");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_callboard"));
    command.arg("build").args(arguments).args(["--out", "public"]).current_dir(folder);
    command.env("CALLBOARD_CACHE_DIR", folder.join("cache")).env("HOME", folder).env_remove("BACKSTAGE_ENV");
    let output = command.output().expect("callboard runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(!said.contains(TOKEN) && !everything_below(&folder.join("public"), "").contains(TOKEN));
    let tab = folder.join("public/catalog/default/component/storefront/kubernetes/index.html");
    (std::fs::read_to_string(tab).expect("a tab"), said)
}

const REPOS: &str = "locations: [{ type: file, target: ./repos/*/catalog-info.yaml }]";

#[test]
fn a_portal_shows_what_runs_and_what_ran() {
    let cluster = Cluster::with(objects(), Some(TOKEN));
    let setting = Setting::of(&cluster, "");
    let config = std::fs::read_to_string(setting.folder.path().join("app-config.yaml")).expect("a file");
    let config = config.replace("{ rules: [] }", &format!("{{ rules: [{{ allow: [Component] }}], {REPOS} }}"));
    std::fs::write(setting.folder.path().join("app-config.yaml"), config).expect("written");
    let (tab, said) = built(&setting, &[]);
    assert!(!said.contains("kubernetes-"), "{said}");
    assert!(
        tab.contains("Out of memory") && tab.contains("CrashLoopBackOff") && tab.contains("kubectl logs --previous")
    );
    assert!(tab.contains("datetime=\"2026-11-22T18:40:00Z\""), "as of the cluster's clock");
    assert!(!tab.contains("understudy") && !tab.contains("break-a-leg"));

    cluster.does("/pods", Mood::Fails(401, ""));
    let (tab, said) = built(&setting, &[]);
    assert!(said.contains("kubernetes-unreachable"), "{said}");
    assert!(tab.contains("CrashLoopBackOff") && tab.contains("the token is not accepted (status 401)"));

    cluster.asked();
    let (tab, _) = built(&setting, &["--offline"]);
    assert!(tab.contains("CrashLoopBackOff") && cluster.asked().is_empty());
}

#[test]
fn a_cluster_that_was_never_read_is_unknown() {
    let setting = Setting::new(&format!(
        "catalog: {{ rules: [{{ allow: [Component] }}], {REPOS} }}\n\
         callboard: {{ kubernetes: {{ snapshots: {{ stage: ./missing.json }} }} }}\n"
    ));
    let (tab, said) = built(&setting, &[]);
    assert!(said.contains("kubernetes-unreachable"), "{said}");
    assert!(tab.contains("The cluster could not be read, and never was:"), "{tab}");
}

#[test]
fn without_clusters_the_tab_says_that_there_is_nothing() {
    let setting = Setting::new(&format!(
        "catalog: {{ rules: [{{ allow: [Component] }}], {REPOS} }}\ncallboard: {{ plugins: {{ kubernetes: {{}} }} }}\n"
    ));
    let (tab, said) = built(&setting, &[]);
    assert!(!said.contains("plugin-"), "{said}");
    assert!(tab.contains("No cluster has anything of it."), "{tab}");
}
