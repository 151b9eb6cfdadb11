//! Repositories that have another address now. Git follows no redirects here: those within a host are followed by hand, so
//! that nothing is told to another one.

use super::program::Server;
use std::time::Duration;
use ureq::http::header;
use url::Url;

const MOST_REDIRECTS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks with `ask`, and once more where the server says that the repository is now. The server that answered comes with
/// the answer.
pub(super) fn followed<T>(server: &Server, ask: impl Fn(&Server) -> Result<T, String>) -> Result<(Server, T), String> {
    match ask(server) {
        Ok(answer) => Ok((server.clone(), answer)),
        Err(reason) if is_redirect(&reason) => {
            let moved = server.at(&target(server)?);
            ask(&moved).map(|answer| (moved, answer))
        }
        Err(reason) => Err(reason),
    }
}

fn is_redirect(reason: &str) -> bool {
    ["301", "302", "307", "308"].iter().any(|status| reason.ends_with(&format!("returned error: {status}")))
}

/// Where the server leads to, on the same origin.
fn target(server: &Server) -> Result<String, String> {
    const QUESTION: &str = "/info/refs";
    let asked = format!("{}{QUESTION}?service=git-upload-pack", server.url().trim_end_matches('/'));
    let first = Url::parse(&asked).map_err(|error| error.to_string())?;
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let mut url = first.clone();
    for _ in 0..MOST_REDIRECTS {
        let mut request = agent.get(url.as_str());
        if let Some(header) = server.authorization(url.as_str()) {
            request = request.header(header::AUTHORIZATION, header);
        }
        let response = request.call().map_err(|error| error.to_string())?;
        if !response.status().is_redirection() {
            break;
        }
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let next = location.and_then(|location| url.join(location).ok()).ok_or("it redirects nowhere")?;
        if next.origin() != first.origin() {
            let host = next.host_str().unwrap_or_default();
            return Err(format!("it redirects to another host, `{host}`, which is not followed"));
        }
        url = next;
    }
    url.set_query(None);
    let path = url.path().strip_suffix(QUESTION).ok_or("it redirects to what is no repository")?.to_string();
    url.set_path(&path);
    if url.as_str() == server.url() { Err("it redirects to itself".to_string()) } else { Ok(url.to_string()) }
}
