//! What a forge holds, as a test describes it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rsa::KeyPair as RsaKeyPair;
use std::path::PathBuf;

/// An organisation of GitHub or Gitea, or a top group of GitLab, with everything below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organization {
    pub(crate) name: String,
    pub(crate) repos: Vec<Repo>,
    pub(crate) teams: Vec<Team>,
    pub(crate) users: Vec<User>,
    /// The only token that the API takes, beside those it gave to apps; everybody may ask where there is none.
    pub(crate) token: Option<String>,
    pub(crate) app: Option<App>,
    /// The folder of bare repositories that git is served from, by their paths.
    pub(crate) served: Option<PathBuf>,
    /// The only user and password that git is served to.
    pub(crate) login: Option<(String, String)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Repo {
    pub(crate) id: u64,
    /// `acme/shop`, on GitLab with as many groups as there are.
    pub(crate) path: String,
    pub(crate) default_branch: Option<String>,
    pub(crate) pushed: String,
    pub(crate) visibility: &'static str,
    pub(crate) topics: Vec<String>,
    pub(crate) is_archived: bool,
    pub(crate) is_fork: bool,
    pub(crate) is_empty: bool,
}

/// A team, or a group below the top group of GitLab.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: u64,
    /// Its slug; on GitLab the whole path, such as `acme/platform/core`.
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// The path of the team above.
    pub(crate) parent: Option<String>,
    /// Logins of those who are in it themselves.
    pub(crate) members: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) login: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) bio: Option<String>,
    pub(crate) is_active: bool,
}

/// The private key of [`App::new`], made for these tests.
pub(crate) const APP_KEY: &str = include_str!("app.pem");

/// A GitHub App with what it is installed on.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: u64,
    /// Its public key: PKCS#1 DER.
    pub(crate) key: Vec<u8>,
    /// Logins of owners by the number of the installation.
    pub(crate) installations: Vec<(u64, String)>,
    /// Whether they are suspended.
    pub(crate) is_suspended: bool,
    /// When the tokens that it gives end.
    pub(crate) tokens_end: String,
}

/// An open issue of a repository.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) labels: Vec<&'static str>,
    /// A pull request, which GitHub lists among the issues.
    pub(crate) is_pull: bool,
    /// One that GitLab shows to some only.
    pub(crate) is_confidential: bool,
}

impl Organization {
    pub(crate) fn new(name: &str) -> Organization {
        Organization { name: name.to_string(), ..Organization::default() }
    }

    pub(super) fn user(&self, login: &str) -> Option<&User> {
        self.users.iter().find(|user| user.login.eq_ignore_ascii_case(login))
    }

    pub(super) fn team(&self, path: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.path.eq_ignore_ascii_case(path))
    }

    /// Repositories whose path begins with that of `owner`.
    pub(super) fn repos_of(&self, owner: &str) -> std::vec::IntoIter<&Repo> {
        let is_below = |path: &str| path.get(..owner.len()).is_some_and(|start| start.eq_ignore_ascii_case(owner));
        let is_its = |repo: &&Repo| is_below(&repo.path) && repo.path[owner.len()..].starts_with('/');
        self.repos.iter().filter(is_its).collect::<Vec<_>>().into_iter()
    }
}

impl Repo {
    pub(crate) fn new(id: u64, path: &str) -> Repo {
        Repo {
            id,
            path: path.to_string(),
            default_branch: Some("main".to_string()),
            pushed: "2026-11-20T08:00:00Z".to_string(),
            visibility: "private",
            topics: Vec::new(),
            is_archived: false,
            is_fork: false,
            is_empty: false,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path of what it belongs to.
    pub(super) fn owner(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(owner, _)| owner)
    }
}

impl Team {
    pub(crate) fn new(id: u64, path: &str, members: &[&str]) -> Team {
        let name = path.rsplit('/').next().unwrap_or_default().to_string();
        let members = members.iter().map(|login| login.to_string()).collect();
        Team { id, path: path.to_string(), name, description: String::new(), parent: None, members }
    }
}

impl User {
    pub(crate) fn new(id: u64, login: &str) -> User {
        User { id, login: login.to_string(), name: None, email: None, bio: None, is_active: true }
    }
}

impl App {
    /// Installed for these owners as number 1 and so on.
    pub(crate) fn new(id: u64, owners: &[&str]) -> App {
        let der: String = APP_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
        let pair = BASE64_STANDARD.decode(der).ok().and_then(|der| RsaKeyPair::from_der(&der).ok());
        App {
            id,
            key: pair.expect("a key").public().as_ref().to_vec(),
            installations: (1..).zip(owners.iter().map(|owner| owner.to_string())).collect(),
            is_suspended: false,
            tokens_end: "2099-01-01T00:00:00Z".to_string(),
        }
    }
}

impl Issue {
    pub(crate) fn new(number: u64, title: &str, text: &str, labels: &[&'static str]) -> Issue {
        let (title, text) = (title.to_string(), text.to_string());
        Issue { number, title, text, labels: labels.to_vec(), is_pull: false, is_confidential: false }
    }
}
