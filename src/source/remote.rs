//! Remote git servers: the `git` program fetches one branch into a bare repository of the cache.
//!
//! A failed fetch moves no reference, so the last good state stays and is used.

use super::versions::Listed;
use super::web;
use crate::config::{Config, Forge};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The reference of the cache's repositories that holds what was fetched last.
pub(super) const FETCHED: &str = "refs/callboard/fetched";

/// What came of a fetch.
pub(super) struct Fetched {
    /// The bare repository in the cache.
    pub(super) path: PathBuf,
    /// Why the last good state is shown instead of the newest one.
    pub(super) stale: Option<String>,
}

/// Brings `branch` (the default branch when `None`) of `url` into the cache. The error says why there is nothing, not
/// even from an earlier time.
pub(super) fn fetch(
    url: &str,
    branch: Option<&str>,
    cache: &Path,
    offline: bool,
    config: &Config,
) -> Result<Fetched, String> {
    allowed(url, config)?;
    let path = folder(url, branch, cache);
    let known = || path.join("callboard-fetched").is_file();
    if offline {
        return if known() {
            Ok(Fetched { path, stale: None })
        } else {
            Err("it was never fetched and this build is offline".into())
        };
    }
    match update(url, branch, &path, config) {
        Ok(()) => Ok(Fetched { path, stale: None }),
        Err(reason) if known() => Ok(Fetched { path, stale: Some(reason) }),
        Err(reason) => Err(reason),
    }
}

/// Only https and ssh, unless the operator listed more.
fn allowed(url: &str, config: &Config) -> Result<(), String> {
    let scheme = match url.split_once("://") {
        Some((scheme, _)) => scheme.to_ascii_lowercase(),
        None if web::split_remote(url).is_some() => "ssh".to_string(),
        None => "file".to_string(),
    };
    let listed = config.git_protocols.iter().any(|protocol| protocol.eq_ignore_ascii_case(&scheme));
    if matches!(scheme.as_str(), "https" | "ssh") || listed {
        return Ok(());
    }
    Err(format!("`{scheme}` addresses are not fetched unless `callboard.gitProtocols` lists `{scheme}`"))
}

fn folder(url: &str, branch: Option<&str>, cache: &Path) -> PathBuf {
    let key = blake3::hash(format!("{url}\n{}", branch.unwrap_or_default()).as_bytes()).to_hex();
    let name: String = url
        .rsplit(['/', ':'])
        .next()
        .unwrap_or_default()
        .trim_end_matches(".git")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(40)
        .collect();
    cache.join("git").join(format!("{name}-{}.git", &key.as_str()[..16]))
}

/// Where the cache's repositories keep versions, in one folder, since names that were pushed at different times may be
/// folders to each other.
const VERSIONS: &str = "refs/callboard/versions/";

/// A reference to the default branch of a repository with versions, by its name there.
const MAIN: &str = "refs/callboard/main";

/// Output of a listing that is read, in bytes: some hundred thousand refs.
const MOST_LISTED: u64 = 32 << 20;

/// Tags and branches of `url`, and its default branch.
pub(super) fn list(url: &str, config: &Config) -> Result<(Vec<Listed>, Option<String>), String> {
    allowed(url, config)?;
    let mut command = git(config, url);
    command.args(["ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*", "refs/tags/*"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the `git` program cannot be run: {error}"))?;
    let mut text = Vec::new();
    let read = child.stdout.take().map(|stdout| stdout.take(MOST_LISTED + 1).read_to_end(&mut text));
    if text.len() as u64 > MOST_LISTED {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    read.transpose().map_err(|error| error.to_string())?;
    if text.len() as u64 > MOST_LISTED {
        return Err("it has too many tags and branches".to_owned());
    }
    if !status.success() {
        return Err("its tags and branches cannot be listed".to_owned());
    }
    let text = String::from_utf8_lossy(&text);
    let mut main = None;
    let mut listed = Vec::new();
    for (what, name) in text.lines().filter_map(|line| line.split_once('\t')) {
        match what.strip_prefix("ref: ") {
            Some(target) if name == "HEAD" => main = Listed::of(target).map(|listed| listed.name),
            Some(_) => {}
            None if git2::Reference::is_valid_name(name) => listed.extend(Listed::of(name)),
            None => {}
        }
    }
    Ok((listed, main))
}

/// Brings refs of `url` into the cache's repository at `path`, and gives up those that nobody wants any more. `main` is
/// its default branch, whose name is kept.
pub(super) fn fetch_refs(
    url: &str,
    wanted: &[&Listed],
    main: Option<&str>,
    path: &Path,
    config: &Config,
) -> Result<(), String> {
    let lock = std::fs::File::create(path.join("callboard-lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !wanted.is_empty() {
        let refs = wanted.iter().map(|listed| format!("+{}:{}", listed.full(), kept_as(listed)));
        run(fetching(&mut git(config, url), url, path).args(refs))?;
    }
    let words = |error: git2::Error| error.message().to_string();
    let kept: BTreeSet<String> = wanted.iter().map(|listed| kept_as(listed)).collect();
    let repository = git2::Repository::open_bare(path).map_err(words)?;
    for reference in repository.references_glob(&format!("{VERSIONS}*")).map_err(words)? {
        let mut reference = reference.map_err(words)?;
        if reference.name().is_ok_and(|name| !kept.contains(name)) {
            reference.delete().map_err(words)?;
        }
    }
    if let Some(main) = main {
        repository.reference_symbolic(MAIN, &format!("refs/heads/{main}"), true, "").map_err(words)?;
    }
    Ok(())
}

/// What an earlier run fetched, and the default branch.
pub(super) fn fetched_refs(repository: &git2::Repository) -> Result<(Vec<Listed>, Option<String>), String> {
    let words = |error: git2::Error| error.message().to_string();
    let mut references = repository.references_glob(&format!("{VERSIONS}*")).map_err(words)?;
    let full = |name: &str| Some(name.strip_prefix(VERSIONS)?.replace("%2F", "/").replace("%25", "%"));
    let listed = references.names().filter_map(|name| Listed::of(&full(name.ok()?)?)).collect();
    Ok((listed, super::versions::branch_behind(repository, MAIN)))
}

/// The reference that holds a fetched version.
pub(super) fn kept_as(listed: &Listed) -> String {
    format!("{VERSIONS}{}", listed.full().replace('%', "%25").replace('/', "%2F"))
}

fn update(url: &str, branch: Option<&str>, path: &Path, config: &Config) -> Result<(), String> {
    std::fs::create_dir_all(path).map_err(|error| format!("the cache cannot be written: {error}"))?;
    let lock = std::fs::File::create(path.join("callboard-lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !path.join("HEAD").is_file() {
        run(git(config, url).args(["init", "--quiet", "--bare", "--"]).arg(path))?;
    }
    let wanted = branch.map_or_else(|| "HEAD".to_string(), |branch| branch.to_string());
    run(fetching(&mut git(config, url), url, path).arg(format!("+{wanted}:{FETCHED}")))?;
    std::fs::write(path.join("callboard-fetched"), b"").map_err(|error| error.to_string())
}

/// A fetch from `url`; the refs are still to be named.
fn fetching<'a>(command: &'a mut Command, url: &str, path: &Path) -> &'a mut Command {
    command
        .arg("-C")
        .arg(path)
        .args(["fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules", "--no-auto-gc"])
        .args(["--no-write-fetch-head", "--filter=blob:limit=10m", "--", url])
}

/// The `git` program as the user set it up (credential helpers, ssh), with everything overridden that a server or a
/// repository could use to run something here.
fn git(config: &Config, url: &str) -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_SSH_VARIANT", "ssh")
        .env_remove("GIT_DIR")
        .stdin(Stdio::null())
        .arg("--no-pager");
    let mut set = |key: &str, value: &str| {
        command.arg("-c").arg(format!("{key}={value}"));
    };
    set("core.hooksPath", "/dev/null");
    set("core.fsmonitor", "false");
    set("transfer.fsckObjects", "true");
    set("http.followRedirects", "initial");
    set("http.lowSpeedLimit", "1000");
    set("http.lowSpeedTime", "30");
    set("protocol.allow", "never");
    for protocol in ["https", "ssh"].into_iter().chain(config.git_protocols.iter().map(String::as_str)) {
        set(&format!("protocol.{protocol}.allow"), "always");
    }
    authorize(&mut command, config, url);
    command
}

/// Hands the host's token to git through its environment, bound to that host.
fn authorize(command: &mut Command, config: &Config, url: &str) {
    let Some((host, _)) = web::split_remote(url).filter(|_| url.starts_with("https://")) else { return };
    let Some(integration) = config.integration(&host) else { return };
    let Some(token) = &integration.token else { return };
    let user = match integration.forge {
        Forge::GitHub => "x-access-token",
        Forge::GitLab => "oauth2",
        Forge::Gitea | Forge::Bitbucket => "x-token-auth",
    };
    let header = format!("Authorization: Basic {}", base64(format!("{user}:{}", token.reveal()).as_bytes()));
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", format!("http.https://{host}/.extraHeader"))
        .env("GIT_CONFIG_VALUE_0", header);
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("the `git` program cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let said = text.lines().rfind(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    Err(said.or_else(|| text.lines().last()).unwrap_or("git failed without a word").to_string())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * at)) as usize & 63] as char;
            out.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_pads_as_the_standard_says() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }
}
