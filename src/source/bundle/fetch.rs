//! A bundle from a server, asked for again only where it changed.
//!
//! The operator named the address, so it may be one of a private network; nothing is sent there but the question. What
//! comes is limited in size and time, and no answer leads to another origin.

use super::MAX_ARCHIVE;
use crate::source::forge::{http_date, text};
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;
use tempfile::NamedTempFile;
use ureq::http::header;
use url::Url;

const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(300);
const MOST_REDIRECTS: usize = 3;

/// What came of a question.
pub(super) enum Answer {
    /// Nothing changed since the answer that had this mark.
    Same {
        time: Option<i64>,
    },
    New(Download),
}

pub(super) struct Download {
    pub(super) file: NamedTempFile,
    /// The mark of this answer: its `ETag`.
    pub(super) mark: Option<String>,
    /// When the server gave it, in seconds since 1970.
    pub(super) time: Option<i64>,
}

/// Why there is no answer.
pub(super) struct Failure {
    pub(super) reason: String,
    /// Other questions to this server would fare no better now.
    pub(super) is_of_host: bool,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Failure { reason, is_of_host: false }
    }
}

/// One for all bundles of a build.
pub(super) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
        .build();
    ureq::Agent::new_with_config(config)
}

/// Asks for the bundle at `url` and puts it into a file below `folder`. `known` is the mark of the one that is at hand.
/// `requests` counts what was asked.
pub(super) fn fetch(
    agent: &ureq::Agent,
    url: &Url,
    known: Option<&str>,
    folder: &Path,
    requests: &mut usize,
) -> Result<Answer, Failure> {
    let mut at = url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let mut request = agent.get(at.as_str());
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        *requests += 1;
        let mut response = request.call().map_err(|error| Failure { reason: words(&error), is_of_host: true })?;
        let time = text(response.headers(), header::DATE.as_str()).and_then(http_date);
        match response.status().as_u16() {
            200 => {
                let mark = text(response.headers(), header::ETAG.as_str()).map(str::to_string);
                let file = stored(response.body_mut().as_reader(), folder, MAX_ARCHIVE)?;
                return Ok(Answer::New(Download { file, mark, time }));
            }
            304 if known.is_some() => return Ok(Answer::Same { time }),
            status @ (301 | 302 | 303 | 307 | 308) => {
                let to = text(response.headers(), header::LOCATION.as_str()).and_then(|to| at.join(to).ok());
                at = match to {
                    Some(to) if to.origin() == url.origin() => to,
                    Some(_) => return Err("it redirects to another host, which is not followed".to_owned().into()),
                    None => return Err(format!("it redirects nowhere (status {status})").into()),
                };
            }
            status => {
                let reason = format!("the server does not give it (status {status})");
                return Err(Failure { reason, is_of_host: status == 429 });
            }
        }
    }
    Err(format!("it redirects more than {MOST_REDIRECTS} times").into())
}

/// The library's words hold no part of the address, which may be a secret, but for those of a broken connection.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "its address cannot be asked".to_owned(),
        error => error.to_string(),
    }
}

fn stored(body: impl Read, folder: &Path, most: u64) -> Result<NamedTempFile, String> {
    let unwritten = |error: std::io::Error| format!("the cache cannot be written: {error}");
    let mut file = NamedTempFile::new_in(folder).map_err(unwritten)?;
    let mut body = body.take(most + 1);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = body.read(&mut buffer).map_err(|error| format!("the answer broke off: {error}"))?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read]).map_err(unwritten)?;
    }
    if body.limit() == 0 {
        return Err(format!("it has more than {most} bytes, which is the limit"));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_an_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let stored = |size| stored(std::io::repeat(7).take(size), folder.path(), 100_000);
        assert_eq!(stored(100_000).expect("stored").path().metadata().expect("a file").len(), 100_000);
        assert_eq!(stored(u64::MAX).map(drop), Err("it has more than 100000 bytes, which is the limit".to_owned()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left");
    }
}
