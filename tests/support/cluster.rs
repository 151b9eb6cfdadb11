//! An API server of Kubernetes on the loopback interface: TLS with a certificate of its own authority, lists with selectors,
//! namespaces and pages. It keeps what it was asked, and fails as it is told to.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server does with a question.
#[derive(Debug, Clone)]
pub(crate) enum Mood {
    /// A status and a header.
    Fails(u16, &'static str),
    /// The place in a list is too old, so many times.
    Expires(usize),
    /// The body ends before its announced length.
    BreaksOff,
    /// Another body than the one that was asked for.
    Says(&'static str),
    /// Nothing comes, for so long.
    Silent(Duration),
}

/// A question that was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `/api/v1/pods`
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
}

impl Asked {
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

pub(crate) struct Cluster {
    address: SocketAddr,
    /// Its authority, as PEM.
    pub(crate) ca: String,
    state: Arc<Mutex<State>>,
    is_over: Arc<AtomicBool>,
}

struct State {
    objects: Vec<Json>,
    /// By a part of the path.
    moods: Vec<(&'static str, Mood)>,
    asked: Vec<Asked>,
    /// Objects of one page.
    page: usize,
    token: Option<String>,
}

/// Plurals and kinds with the path of their group.
pub(crate) const TYPES: [(&str, &str, &str); 16] = [
    ("Pod", "/api/v1", "pods"),
    ("Service", "/api/v1", "services"),
    ("ConfigMap", "/api/v1", "configmaps"),
    ("Secret", "/api/v1", "secrets"),
    ("LimitRange", "/api/v1", "limitranges"),
    ("ResourceQuota", "/api/v1", "resourcequotas"),
    ("Event", "/api/v1", "events"),
    ("Deployment", "/apis/apps/v1", "deployments"),
    ("ReplicaSet", "/apis/apps/v1", "replicasets"),
    ("StatefulSet", "/apis/apps/v1", "statefulsets"),
    ("DaemonSet", "/apis/apps/v1", "daemonsets"),
    ("HorizontalPodAutoscaler", "/apis/autoscaling/v2", "horizontalpodautoscalers"),
    ("Job", "/apis/batch/v1", "jobs"),
    ("CronJob", "/apis/batch/v1", "cronjobs"),
    ("Ingress", "/apis/networking.k8s.io/v1", "ingresses"),
    ("Certificate", "/apis/cert-manager.io/v1", "certificates"),
];

impl Cluster {
    /// A server with these objects, which wants this token.
    pub(crate) fn with(objects: Vec<Json>, token: Option<&str>) -> Cluster {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = authority.self_signed(&authority_key).expect("a certificate").pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let names = vec!["127.0.0.1".to_string()];
        let leaf = CertificateParams::new(names).expect("parameters").signed_by(&key, &issuer).expect("a certificate");
        let chain = vec![CertificateDer::from(leaf.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let tls = Arc::new(tls.with_no_client_auth().with_single_cert(chain, key).expect("a certificate"));

        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let token = token.map(str::to_string);
        let state = State { objects, moods: Vec::new(), asked: Vec::new(), page: usize::MAX, token };
        let (state, is_over) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let (of_thread, over) = (state.clone(), is_over.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (state, tls) = (of_thread.clone(), tls.clone());
                std::thread::spawn(move || serve(stream, tls, &state));
            }
        });
        Cluster { address, ca, state, is_over }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Does this from now on with questions whose path holds `path`.
    pub(crate) fn does(&self, path: &'static str, mood: Mood) {
        self.state.lock().expect("a state").moods.push((path, mood));
    }

    pub(crate) fn gives_pages_of(&self, page: usize) {
        self.state.lock().expect("a state").page = page;
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().expect("a state").asked)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, tls: Arc<ServerConfig>, state: &Mutex<State>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Ok(connection) = ServerConnection::new(tls) else { return };
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(asked) = question(&mut stream) {
        let mut state = state.lock().expect("a state");
        state.asked.push(asked.clone());
        let (status, header, body) = answer(&mut state, &asked);
        let mood = mood(&mut state, &asked);
        drop(state);
        let (status, header, body) = match &mood {
            Some(Mood::Fails(status, header)) => (*status, *header, json!({ "kind": "Status" }).to_string()),
            Some(Mood::Says(body)) => (200, "", body.to_string()),
            Some(Mood::Silent(time)) => {
                std::thread::sleep(*time);
                return;
            }
            _ => (status, header, body),
        };
        let (length, body) = match mood {
            Some(Mood::BreaksOff) => (body.len(), &body[..body.len() / 2]),
            _ => (body.len(), body.as_str()),
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nDate: Sun, 22 Nov 2026 18:40:00 GMT\r\n{header}{}Content-Length: {length}\r\n\r\n",
            if header.is_empty() { "" } else { "\r\n" },
        );
        let out = stream.get_mut();
        let is_sent =
            out.write_all(head.as_bytes()).is_ok() && out.write_all(body.as_bytes()).is_ok() && out.flush().is_ok();
        if !is_sent || matches!(mood, Some(Mood::BreaksOff)) {
            out.conn.send_close_notify();
            let _ = out.flush();
            return;
        }
    }
}

fn question(stream: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    stream.by_ref().take(16 << 10).read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_string();
    let mut authorization = None;
    loop {
        let mut line = String::new();
        stream.by_ref().take(16 << 10).read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                authorization = Some(value.to_string())
            }
            Some(_) => {}
            None => break,
        }
    }
    let url = url::Url::parse("https://x").ok()?.join(&target).ok()?;
    let query = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    Some(Asked { path: url.path().to_string(), query, authorization })
}

/// What it does with this question, where that is not what it does with others.
fn mood(state: &mut State, asked: &Asked) -> Option<Mood> {
    let is_going_on = !asked.parameter("continue").is_empty();
    let at = state.moods.iter().position(|(path, _)| asked.path.contains(path))?;
    match &mut state.moods[at].1 {
        Mood::Expires(left) if is_going_on && *left > 0 => {
            *left -= 1;
            Some(Mood::Fails(410, ""))
        }
        Mood::Expires(_) => None,
        other => Some(other.clone()),
    }
}

fn answer(state: &mut State, asked: &Asked) -> (u16, &'static str, String) {
    let status = |code: u16, reason: &str| {
        let body = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason, "code": code,
        });
        (code, "", body.to_string())
    };
    let wanted = state.token.as_ref().map(|token| format!("Bearer {token}"));
    if wanted.is_some() && asked.authorization != wanted {
        return status(401, "Unauthorized");
    }
    let known = TYPES.iter().find(|(_, group, plural)| {
        asked.path.starts_with(&format!("{group}/")) && asked.path.ends_with(&format!("/{plural}"))
    });
    let Some((kind, group, _)) = known else { return status(404, "NotFound") };
    let namespace = asked.path.split_once("/namespaces/").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    let selector = asked.parameter("labelSelector");
    let fits = |object: &Json| {
        let labels = &object["metadata"]["labels"];
        let is_chosen = match selector.split_once('=') {
            None if selector.is_empty() => true,
            None => labels[selector].is_string(),
            Some((label, value)) => labels[label] == value,
        };
        let field = asked.parameter("fieldSelector");
        let is_of_type = field.strip_prefix("type=").is_none_or(|wanted| object["type"] == wanted);
        object["kind"] == *kind
            && namespace.is_none_or(|name| object["metadata"]["namespace"] == name)
            && is_chosen
            && is_of_type
    };
    let found: Vec<&Json> = state.objects.iter().filter(|object| fits(object)).collect();
    let begin: usize = asked.parameter("continue").parse().unwrap_or(0);
    let limit = asked.parameter("limit").parse().unwrap_or(usize::MAX).min(state.page);
    // Items leave out what the list says for all.
    let item = |object: &&Json| {
        let mut item = (*object).clone();
        let fields = item.as_object_mut().expect("an object");
        fields.remove("kind");
        fields.remove("apiVersion");
        item
    };
    let items: Vec<Json> = found.iter().skip(begin).take(limit).map(item).collect();
    let end = begin + items.len();
    let mut metadata = json!({ "resourceVersion": "1" });
    if end < found.len() {
        metadata["continue"] = end.to_string().into();
        metadata["remainingItemCount"] = (found.len() - end).into();
    }
    let version = group.trim_start_matches("/apis/").trim_start_matches("/api/");
    let body = json!({ "kind": format!("{kind}List"), "apiVersion": version, "metadata": metadata, "items": items });
    (200, "", body.to_string())
}
