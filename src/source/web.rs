//! Where people read a repository on the web, and which repository a web address means.

use crate::config::{Config, Forge, Integration};
use url::Url;

/// A repository's pages on its forge, at one branch or commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    pub forge: Forge,
    /// `https://host/org/name`, without a trailing slash and without credentials.
    pub base: String,
    /// Branch, tag or commit.
    pub reference: String,
}

/// The form with which people report an issue, its fields filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIssue {
    pub url: String,
    /// The parameter of the address that holds the text.
    pub body: &'static str,
}

/// The page on which people write a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub url: String,
    /// The forge takes the text from the address, and the text is short enough.
    pub is_filled: bool,
}

/// What an address of a file or folder on a forge means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebFile {
    pub(super) web: Web,
    pub(super) host: String,
    /// Path inside the repository; may hold wildcards.
    pub(super) path: String,
}

impl Web {
    /// The address of a file, at a line when `line` is not 0.
    pub fn file(&self, path: &str, line: u32) -> String {
        let address = self.address("blob", path);
        match line {
            0 => address,
            line => format!("{address}#{}{line}", if self.forge == Forge::Bitbucket { "lines-" } else { "L" }),
        }
    }

    /// The address of a folder, with a trailing slash.
    pub fn folder(&self, path: &str) -> String {
        let address = self.address("tree", path);
        if address.ends_with('/') { address } else { format!("{address}/") }
    }

    /// Where a file can be edited; nowhere at a commit, only on a branch.
    pub fn edit(&self, path: &str) -> Option<String> {
        if self.is_at_commit() {
            return None;
        }
        Some(match self.forge {
            Forge::Gitea => format!("{}/_edit/{}/{}", self.base, self.reference, encode(path)),
            Forge::Bitbucket => format!("{}?mode=edit", self.address("blob", path)),
            _ => self.address("edit", path),
        })
    }

    /// The path that an address of a file or folder of this very repository means. At a commit any branch will do, since
    /// its name is not known.
    pub fn path_of(&self, address: &str) -> Option<String> {
        let rest = self.view_of(address)?;
        match rest.strip_prefix(self.reference.as_str()) {
            Some(inside) if inside.is_empty() || inside.starts_with('/') => percent_decode(inside.trim_matches('/')),
            _ if self.is_at_commit() => self.path_on_any_branch(address),
            _ => None,
        }
    }

    /// The same for an address on another branch: where nothing else can be read, the files at hand are nearer than none.
    /// A branch with `/` in its name is not told from a folder.
    pub fn path_on_any_branch(&self, address: &str) -> Option<String> {
        let inside = self.view_of(address)?.split_once('/').map_or("", |(_, inside)| inside);
        percent_decode(inside.trim_matches('/'))
    }

    /// Branch and path of an address of this repository.
    fn view_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix(self.base.as_str())?.strip_prefix('/')?;
        let rest = rest.strip_prefix("-/").unwrap_or(rest);
        let views = ["blob", "tree", "raw", "edit", "src"];
        let (_, rest) = rest.split_once('/').filter(|(view, _)| views.contains(view))?;
        Some(rest.strip_prefix("branch/").unwrap_or(rest))
    }

    fn is_at_commit(&self) -> bool {
        self.reference.len() >= 40 && self.reference.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    pub fn commit(&self, id: &str) -> String {
        match self.forge {
            Forge::GitHub | Forge::Gitea => format!("{}/commit/{id}", self.base),
            Forge::GitLab => format!("{}/-/commit/{id}", self.base),
            Forge::Bitbucket => format!("{}/commits/{id}", self.base),
        }
    }

    /// The form for a new issue about this repository.
    pub fn new_issue(&self, title: &str, text: &str) -> NewIssue {
        let (page, title_field, body) = match self.forge {
            Forge::GitHub | Forge::Gitea => ("issues/new", "title", "body"),
            Forge::GitLab => ("-/issues/new", "issue[title]", "issue[description]"),
            Forge::Bitbucket => ("issues/new", "title", "content"),
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair(title_field, title).append_pair(body, text);
        NewIssue { url: format!("{}/{page}?{}", self.base, query.finish()), body }
    }

    /// Where people read an issue.
    pub(super) fn issue(&self, number: u64) -> String {
        match self.forge {
            Forge::GitLab => format!("{}/-/issues/{number}", self.base),
            _ => format!("{}/issues/{number}", self.base),
        }
    }

    /// The forge's list of open issues, of these labels where its address can say so.
    pub fn open_issues(&self, labels: &[String]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let page = match self.forge {
            Forge::GitHub => {
                let quoted: Vec<String> =
                    labels.iter().map(|label| format!("\"{}\"", label.replace('"', ""))).collect();
                query.append_pair("q", &format!("is:issue is:open label:{}", quoted.join(",")));
                "issues"
            }
            Forge::GitLab => {
                query.append_pair("state", "opened");
                if let [label] = labels {
                    query.append_pair("label_name[]", label);
                }
                "-/issues"
            }
            Forge::Gitea | Forge::Bitbucket => {
                query.append_pair("state", "open");
                "issues"
            }
        };
        format!("{}/{page}?{}", self.base, query.finish())
    }

    /// The parts of the repository's name on that forge: organisation and name, or groups and name. `None` for
    /// repositories that are elsewhere.
    pub(super) fn project_at(&self, integration: &Integration) -> Option<Vec<String>> {
        let path = self.base.strip_prefix(&integration.base())?.strip_prefix('/')?;
        path.split('/').map(percent_decode).collect()
    }

    /// The forge's page for a new file at the root, with its name filled in; nowhere at a commit, only on a branch.
    pub fn new_file(&self, name: &str, text: &str) -> Option<NewFile> {
        /// Forges and proxies refuse addresses of more than about 8,000 bytes.
        const LONGEST: usize = 7_000;
        if self.is_at_commit() {
            return None;
        }
        let (page, field) = match self.forge {
            Forge::GitHub => ("new", "filename"),
            Forge::GitLab => ("-/new", "file_name"),
            Forge::Gitea => ("_new", "filename"),
            Forge::Bitbucket => return None,
        };
        let page = format!("{}/{page}/{}", self.base, encode(&self.reference));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let named = format!("{page}?{}", query.append_pair(field, name).append_pair("value", text).finish());
        let is_filled = self.forge == Forge::GitHub && named.len() <= LONGEST;
        let url = if is_filled { named } else { format!("{page}?{field}={}", encode(name)) };
        Some(NewFile { url, is_filled })
    }

    /// What people call the forge.
    pub fn forge_name(&self) -> &'static str {
        match self.forge {
            Forge::GitHub => "GitHub",
            Forge::GitLab => "GitLab",
            Forge::Gitea => "Gitea",
            Forge::Bitbucket => "Bitbucket",
        }
    }

    fn address(&self, view: &str, path: &str) -> String {
        let Web { forge, base, reference } = self;
        let path = encode(path);
        match forge {
            Forge::GitHub => format!("{base}/{view}/{reference}/{path}"),
            Forge::GitLab => format!("{base}/-/{view}/{reference}/{path}"),
            Forge::Gitea if self.is_at_commit() => format!("{base}/src/commit/{reference}/{path}"),
            Forge::Gitea => format!("{base}/src/branch/{reference}/{path}"),
            Forge::Bitbucket => format!("{base}/src/{reference}/{path}"),
        }
    }

    /// The repository at a web address, such as `repo_url` of an mkdocs.yml names it; `None` for hosts nobody configured.
    pub fn of_address(address: &str, config: &Config) -> Option<Web> {
        let url = Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let integration = config.integration(&host_of(&url)?)?;
        let parts = below(integration, url.path()).split('/').filter(|part| !part.is_empty()).map(percent_decode);
        let parts: Vec<String> = parts.collect::<Option<_>>()?;
        // Only GitLab has groups in groups; behind them, `-` begins what is no name any more.
        let end = match integration.forge {
            Forge::GitLab => parts.iter().position(|part| part == "-").unwrap_or(parts.len()),
            _ => 2,
        };
        let project = parts.get(..end).filter(|project| project.len() > 1)?.join("/");
        let base = format!("{}/{}", integration.base(), encode(project.trim_end_matches(".git")));
        Some(Web { forge: integration.forge, base, reference: "HEAD".to_string() })
    }

    /// The web pages of a repository that is cloned from `remote`; `None` for hosts nobody configured.
    pub(super) fn of_remote(remote: &str, reference: &str, config: &Config) -> Option<Web> {
        let (host, path) = split_remote(remote)?;
        let integration = config.integration(&host)?;
        let path = below(integration, &path).trim_matches('/').trim_end_matches(".git");
        let base = format!("{}/{}", integration.base(), encode(path));
        Some(Web { forge: integration.forge, base, reference: reference.to_string() })
    }
}

/// A path on the host of a forge, below the forge.
fn below<'a>(integration: &Integration, path: &'a str) -> &'a str {
    let prefix = integration.base.as_ref().map_or("", |base| base.path().trim_end_matches('/'));
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path)
}

/// The host of an address, with the port where it is not that of its scheme: as integrations name hosts.
pub(super) fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    // Of ssh addresses the port says nothing about the forge.
    let port = url.port().filter(|_| matches!(url.scheme(), "http" | "https"));
    Some(port.map_or_else(|| host.to_string(), |port| format!("{host}:{port}")))
}

/// Host and path of a clone address in any of git's forms.
pub(super) fn split_remote(remote: &str) -> Option<(String, String)> {
    if let Ok(url) = Url::parse(remote)
        && let Some(host) = host_of(&url)
    {
        return Some((host, url.path().to_string()));
    }
    let (user_host, path) = remote.split_once(':')?;
    let host = user_host.rsplit('@').next()?;
    (!host.is_empty() && !host.contains('/')).then(|| (host.to_string(), path.to_string()))
}

/// Reads an address such as `https://github.com/acme/shop/blob/main/catalog-info.yaml`. `None` when the host is not
/// configured or the address is not a file of a repository.
pub(super) fn parse_file(address: &Url, config: &Config) -> Option<WebFile> {
    let host = host_of(address)?;
    let integration = config.integration(&host)?;
    let parts = below(integration, address.path()).split('/').filter(|part| !part.is_empty()).map(percent_decode);
    let parts: Vec<String> = parts.collect::<Option<_>>()?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (project, reference, path) = match integration.forge {
        Forge::GitHub => match parts.as_slice() {
            [org, name, "blob" | "tree" | "raw" | "edit", reference, path @ ..] => {
                (vec![*org, *name], *reference, path)
            }
            _ => return None,
        },
        Forge::GitLab => {
            let view = parts.iter().position(|part| matches!(*part, "blob" | "tree" | "raw"))?;
            let end = if view > 0 && parts[view - 1] == "-" { view - 1 } else { view };
            (parts[..end].to_vec(), *parts.get(view + 1)?, parts.get(view + 2..)?)
        }
        Forge::Gitea => match parts.as_slice() {
            [org, name, "src", "branch" | "commit" | "tag", reference, path @ ..] => {
                (vec![*org, *name], *reference, path)
            }
            _ => return None,
        },
        Forge::Bitbucket => match parts.as_slice() {
            [org, name, "src", reference, path @ ..] => (vec![*org, *name], *reference, path),
            _ => return None,
        },
    };
    let base = format!("{}/{}", integration.base(), encode(&project.join("/")));
    let web = Web { forge: integration.forge, base, reference: reference.to_string() };
    Some(WebFile { web, host, path: path.join("/") })
}

/// A path with everything encoded that an address may not hold.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digit = |byte: &u8| (*byte as char).to_digit(16);
                bytes.push((digit(high)? * 16 + digit(low)?) as u8);
                rest = tail;
            }
            (byte, tail) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clone_addresses_of_every_form_name_host_and_path() {
        for remote in [
            "https://user:secret@github.com/acme/shop.git",
            "git@github.com:acme/shop.git",
            "ssh://git@github.com/acme/shop.git",
        ] {
            let (host, path) = split_remote(remote).expect("a remote");
            assert_eq!((host.as_str(), path.trim_start_matches('/')), ("github.com", "acme/shop.git"));
        }
        assert_eq!(split_remote("../elsewhere"), None);
    }

    #[test]
    fn addresses_of_the_same_repository_are_known() {
        let at =
            |reference: &str| Web { forge: Forge::GitHub, base: "https://h/o/r".into(), reference: reference.into() };
        let main = at("main");
        assert_eq!(main.path_of("https://h/o/r/blob/main/a/b.yaml").as_deref(), Some("a/b.yaml"));
        assert_eq!(main.path_of("https://h/o/r/tree/main").as_deref(), Some(""));
        assert_eq!(main.path_of("https://h/o/r/blob/mainline/a.yaml"), None);
        assert_eq!(main.path_on_any_branch("https://h/o/r/blob/mainline/a.yaml").as_deref(), Some("a.yaml"));
        assert_eq!(main.path_of("https://h/o/other/blob/main/a.yaml"), None);
        let commit = at(&"a".repeat(40));
        assert_eq!(commit.path_of("https://h/o/r/blob/main/a.yaml").as_deref(), Some("a.yaml"));
        assert_eq!(commit.edit("a.yaml"), None);
    }

    #[test]
    fn addresses_of_files_follow_the_forge() {
        let web = |forge| Web { forge, base: "https://h/o/r".into(), reference: "main".into() };
        assert_eq!(web(Forge::GitHub).file("a b.md", 3), "https://h/o/r/blob/main/a%20b.md#L3");
        assert_eq!(web(Forge::GitLab).edit("a.md").as_deref(), Some("https://h/o/r/-/edit/main/a.md"));
        assert_eq!(web(Forge::Gitea).file("a.md", 0), "https://h/o/r/src/branch/main/a.md");
    }

    #[test]
    fn issues_are_reported_where_the_forge_has_them() {
        let web = |forge| Web { forge, base: "https://h/o/r".into(), reference: "main".into() };
        let address = |forge| web(forge).new_issue("Docs: A & b", "one\ntwo").url;
        assert_eq!(address(Forge::GitHub), "https://h/o/r/issues/new?title=Docs%3A+A+%26+b&body=one%0Atwo");
        assert_eq!(
            address(Forge::GitLab),
            "https://h/o/r/-/issues/new?issue%5Btitle%5D=Docs%3A+A+%26+b&issue%5Bdescription%5D=one%0Atwo"
        );
    }

    #[test]
    fn lists_of_issues_follow_the_forge() {
        let web = |forge| Web { forge, base: "https://h/o/r".into(), reference: "main".into() };
        let list = |forge, labels: &[&str]| {
            web(forge).open_issues(&labels.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let both = "https://h/o/r/issues?q=is%3Aissue+is%3Aopen+label%3A%22docs%22%2C%22to+do%22";
        assert_eq!(list(Forge::GitHub, &["docs", "to do"]), both);
        assert_eq!(list(Forge::GitLab, &["docs"]), "https://h/o/r/-/issues?state=opened&label_name%5B%5D=docs");
        assert_eq!(list(Forge::GitLab, &["docs", "x"]), "https://h/o/r/-/issues?state=opened");
        assert_eq!(list(Forge::Gitea, &["docs"]), "https://h/o/r/issues?state=open");
        assert_eq!(web(Forge::GitLab).issue(7), "https://h/o/r/-/issues/7");
        let at = |base: &str| {
            let (forge, host, base) = (Forge::Gitea, "h".to_string(), Url::parse(base).ok());
            web(Forge::Gitea).project_at(&Integration { forge, host, token: None, api: None, base, apps: Vec::new() })
        };
        assert_eq!(at("https://h"), Some(vec!["o".to_string(), "r".to_string()]));
        assert_eq!(at("https://h/o/"), Some(vec!["r".to_string()]));
        assert_eq!(at("https://h/"), Some(vec!["o".to_string(), "r".to_string()]));
        assert_eq!((at("https://hh/"), at("http://h/"), at("https://h/other")), (None, None, None));
    }

    #[test]
    fn new_files_are_filled_in_where_the_forge_takes_their_text() {
        let web = |forge| Web { forge, base: "https://h/o/r".into(), reference: "main".into() };
        let page = |forge, text: &str| web(forge).new_file("a.yaml", text).map(|file| (file.url, file.is_filled));
        let filled = "https://h/o/r/new/main?filename=a.yaml&value=a%3A+b%0A".to_string();
        assert_eq!(page(Forge::GitHub, "a: b\n"), Some((filled, true)));
        let long = "x".repeat(10_000);
        assert_eq!(page(Forge::GitHub, &long), Some(("https://h/o/r/new/main?filename=a.yaml".to_string(), false)));
        let named = "https://h/o/r/-/new/main?file_name=a.yaml".to_string();
        assert_eq!(page(Forge::GitLab, "a: b\n"), Some((named, false)));
        let at_commit = Web { reference: "a".repeat(40), ..web(Forge::GitHub) };
        assert_eq!(at_commit.new_file("a.yaml", ""), None);
    }
}
