//! What is left to do after the files are made: steps that need a forge or a server, as commands, links and words.
//!
//! The browser says the same (`scaffold.js`).

use super::bundle::Bundle;
use super::yaml_text;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use url::form_urlencoded::{Serializer, parse};

/// The file that holds them.
pub const FILE: &str = "NEXT-STEPS.md";

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextStep {
    pub title: String,
    /// The action that Backstage would run.
    pub action: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    Text {
        text: String,
    },
    /// Lines for a shell.
    Command {
        text: String,
    },
    Link {
        text: String,
        url: String,
    },
    /// YAML to read or to copy.
    Yaml {
        text: String,
    },
}

/// A step and what later steps see of it.
pub(super) struct Next {
    pub(super) step: NextStep,
    pub(super) output: Map<String, Json>,
}

type Input = Map<String, Json>;

/// What to do in place of an action.
pub(super) fn of(action: &str, title: &str, input: &Input, bundle: &Bundle) -> Next {
    let repo = Target::of(text(input, "repoUrl"), bundle);
    let mut blocks = Vec::new();
    let mut output = Map::new();
    if let Some(repo) = &repo
        && (action.starts_with("publish:") || action == "github:repo:create")
    {
        output.insert("remoteUrl".into(), repo.remote().into());
        output.insert("repoContentsUrl".into(), repo.contents(branch(input)).into());
    }
    match (action, &repo) {
        ("publish:github" | "github:repo:create" | "github:repo:push", Some(repo)) if repo.is_of("github") => {
            github(&mut blocks, repo, action, input)
        }
        ("publish:gitlab", Some(repo)) if repo.is_of("gitlab") => gitlab(&mut blocks, repo, input),
        ("publish:github:pull-request", Some(repo)) => pull_request(&mut blocks, repo, input),
        ("publish:gitlab:merge-request", Some(repo)) => merge_request(&mut blocks, repo, input),
        (action, Some(repo)) if action.starts_with("publish:") => publish(&mut blocks, repo, input),
        (action, Some(repo)) if action.starts_with("github:") => {
            if !github_api(&mut blocks, repo, action, input) {
                unknown(&mut blocks, action, input);
            }
        }
        (action, _) if action.starts_with("fetch:") => fetch(&mut blocks, input),
        ("catalog:register", _) => register(&mut blocks, &mut output, input),
        ("notification:send", _) => {
            let title = text(input, "title");
            say(
                &mut blocks,
                format!("Tell those who should know: {}", if title.is_empty() { "it is done." } else { title }),
            );
        }
        _ => unknown(&mut blocks, action, input),
    }
    Next { step: NextStep { title: line(title), action: line(action), blocks }, output }
}

/// All of them as Markdown.
pub fn markdown(bundle: &Bundle, steps: &[NextStep]) -> String {
    let mut out = format!(
        "# Next steps\n\nThese files were made from `{}`. What follows needs a forge or a server, so it is left to you.\n",
        bundle.reference
    );
    for (at, step) in steps.iter().enumerate() {
        let title: String = step.title.chars().fold(String::new(), |mut title, c| {
            if "\\`*_[]<>#".contains(c) {
                title.push('\\');
            }
            title.push(c);
            title
        });
        out.push_str(&format!("\n## {}. {title}\n\nAction: `{}`\n", at + 1, step.action.replace('`', "'")));
        for block in &step.blocks {
            match block {
                Block::Text { text } => out.push_str(&format!("\n{text}\n")),
                Block::Command { text } => out.push_str(&fenced("sh", text)),
                Block::Yaml { text } => out.push_str(&fenced("yaml", text)),
                Block::Link { text, url } => out.push_str(&format!("\n[{text}](<{url}>)\n")),
            }
        }
    }
    out
}

/// A code block whose fence is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_string();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("\n{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

fn text<'a>(input: &'a Input, key: &str) -> &'a str {
    input.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn texts<'a>(input: &'a Input, key: &str) -> Vec<&'a str> {
    input.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// One line without control characters.
fn line(text: &str) -> String {
    text.chars().map(|c| if c < ' ' || c == '\u{7f}' { ' ' } else { c }).collect()
}

fn say(blocks: &mut Vec<Block>, text: impl Into<String>) {
    blocks.push(Block::Text { text: text.into() });
}

fn run(blocks: &mut Vec<Block>, lines: &[String]) {
    blocks.push(Block::Command { text: lines.join("\n") });
}

/// A word of a POSIX shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@=,+".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') {
        true => text.to_string(),
        false => {
            let lines: Vec<String> = text.split('\n').map(line).collect();
            format!("'{}'", lines.join("\n").replace('\'', "'\\''"))
        }
    }
}

fn command(words: &[&str]) -> String {
    let is_option =
        |text: &&&str| text.starts_with('-') && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphabetic());
    let words = words.iter().map(|text| if is_option(&text) { (*text).to_string() } else { word(text) });
    words.collect::<Vec<_>>().join(" ")
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(key, value);
    }
    query.finish()
}

/// What `repoUrl` names: `host?owner=o&repo=r`.
struct Target {
    forge: String,
    host: String,
    owner: String,
    project: String,
    name: String,
}

impl Target {
    fn of(url: &str, bundle: &Bundle) -> Option<Target> {
        let url = url.strip_prefix("https://").unwrap_or(url);
        let (host, rest) = url.split_once('?')?;
        let host = host.trim_end_matches('/');
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return None;
        }
        let part = |wanted: &[&str]| {
            let found = wanted.iter().find_map(|wanted| parse(rest.as_bytes()).find(|(key, _)| key == wanted));
            found.map(|(_, value)| line(value.trim_matches('/'))).unwrap_or_default()
        };
        let forge = bundle.hosts.get(host).cloned().unwrap_or_default();
        let owner = match forge.as_str() {
            "azure" => part(&["organization", "owner"]),
            "bitbucketCloud" => part(&["workspace", "owner"]),
            _ => part(&["owner", "workspace", "project"]),
        };
        let target =
            Target { host: host.to_string(), owner, project: part(&["project"]), name: part(&["repo"]), forge };
        (!target.name.is_empty()).then_some(target)
    }

    /// `https://host/owner/name`
    fn address(&self) -> String {
        let encode = |text: &str| text.split('/').map(encoded).collect::<Vec<_>>().join("/");
        let (host, owner, name) = (&self.host, encode(&self.owner), encode(&self.name));
        match self.forge.as_str() {
            "azure" => format!("https://{host}/{owner}/{}/_git/{name}", encode(&self.project)),
            "gerrit" => format!("https://{host}/{name}"),
            _ => format!("https://{host}/{owner}/{name}"),
        }
    }

    fn remote(&self) -> String {
        match self.forge.as_str() {
            "azure" | "gerrit" => self.address(),
            _ => format!("{}.git", self.address()),
        }
    }

    /// Where the files of a branch are read.
    fn contents(&self, branch: &str) -> String {
        let (address, branch) = (self.address(), encoded(branch));
        match self.forge.as_str() {
            "gitlab" => format!("{address}/-/blob/{branch}"),
            "gitea" => format!("{address}/src/branch/{branch}/"),
            "bitbucketCloud" => format!("{address}/src/{branch}"),
            "azure" => address,
            "gerrit" => format!("https://{}/plugins/gitiles/{}/+/refs/heads/{branch}", self.host, self.name),
            _ => format!("{address}/blob/{branch}"),
        }
    }

    fn slug(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The host is such a forge, as far as anybody knows.
    fn is_of(&self, forge: &str) -> bool {
        self.forge.is_empty() || self.forge == forge
    }

    /// As the GitHub CLI names it.
    fn full(&self) -> String {
        match self.host.as_str() {
            "github.com" => self.slug(),
            host => format!("{host}/{}", self.slug()),
        }
    }
}

/// A part of an address.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn branch(input: &Input) -> &str {
    let branch = text(input, "defaultBranch");
    if branch.is_empty() { "master" } else { branch }
}

/// Lines that run where the files to publish are: all of them, or those of a folder.
fn there(input: &Input, lines: Vec<String>) -> Vec<String> {
    let path = text(input, "sourcePath").trim_start_matches("./").trim_matches('/');
    match path {
        "" | "." => lines,
        path => [vec![command(&["cd", path])], lines, vec!["cd -".to_string()]].concat(),
    }
}

/// The files as the first commit of a repository.
fn first_commit(input: &Input) -> Vec<String> {
    let message = text(input, "gitCommitMessage");
    vec![
        command(&["git", "init", "--initial-branch", branch(input)]),
        "git add --all".to_string(),
        command(&["git", "commit", "--message", if message.is_empty() { "Initial commit" } else { message }]),
    ]
}

fn push(repo: &Target, input: &Input) -> Vec<String> {
    vec![
        command(&["git", "remote", "add", "origin", &repo.remote()]),
        command(&["git", "push", "--set-upstream", "origin", branch(input)]),
    ]
}

fn visibility(input: &Input) -> &str {
    match text(input, "repoVisibility") {
        "public" => "public",
        "internal" => "internal",
        _ => "private",
    }
}

fn github(blocks: &mut Vec<Block>, repo: &Target, action: &str, input: &Input) {
    let slug = repo.full();
    let (description, homepage) = (text(input, "description"), text(input, "homepage"));
    let mut lines = if action == "github:repo:create" { Vec::new() } else { first_commit(input) };
    if action == "github:repo:push" {
        lines.extend(push(repo, input));
        return run(blocks, &there(input, lines));
    }
    let visibility = visibility(input);
    let flag = format!("--{visibility}");
    let mut words = vec!["gh", "repo", "create", &slug, &flag];
    for (option, value) in [("--description", description), ("--homepage", homepage)] {
        if !value.is_empty() {
            words.extend([option, value]);
        }
    }
    if action == "publish:github" {
        words.extend(["--source", ".", "--push"]);
    }
    lines.push(command(&words));
    let topics = texts(input, "topics");
    if !topics.is_empty() {
        lines.push(command(&["gh", "repo", "edit", &slug, "--add-topic", &topics.join(",")]));
    }
    say(blocks, "With the GitHub CLI, in the folder of these files:");
    run(blocks, &there(input, lines));
    let pairs = [
        ("owner", repo.owner.as_str()),
        ("name", &repo.name),
        ("description", description),
        ("visibility", visibility),
    ];
    say(blocks, "Or make the repository in the browser:");
    blocks.push(Block::Link {
        text: format!("New repository on {}", repo.host),
        url: format!("https://{}/new?{}", repo.host, query(&pairs)),
    });
    if action == "publish:github" {
        say(blocks, "and push to it:");
        run(blocks, &there(input, [first_commit(input), push(repo, input)].concat()));
    }
}

fn gitlab(blocks: &mut Vec<Block>, repo: &Target, input: &Input) {
    let flag = format!("--{}", visibility(input));
    let address = repo.slug();
    let mut words = vec!["glab", "repo", "create", &address, &flag];
    let description = match text(input, "description") {
        "" => input.get("settings").and_then(|settings| settings["description"].as_str()).unwrap_or_default(),
        description => description,
    };
    if !description.is_empty() {
        words.extend(["--description", description]);
    }
    let mut lines = Vec::new();
    if repo.host != "gitlab.com" {
        lines.push(command(&["export", &format!("GITLAB_HOST={}", repo.host)]));
    }
    lines.push(command(&words));
    lines.extend(first_commit(input));
    lines.extend(push(repo, input));
    say(blocks, "With the GitLab CLI, in the folder of these files:");
    run(blocks, &there(input, lines));
    say(
        blocks,
        "Without it, leave out `glab`: GitLab makes a private project of what is pushed to it. Or make it in the browser first:",
    );
    blocks.push(Block::Link {
        text: format!("New project on {}", repo.host),
        url: format!("https://{}/projects/new#blank_project", repo.host),
    });
}

/// Forges without a command line that everybody has.
fn publish(blocks: &mut Vec<Block>, repo: &Target, input: &Input) {
    let page = match repo.forge.as_str() {
        "gitea" | "bitbucketCloud" => Some(format!("https://{}/repo/create", repo.host)),
        "azure" => Some(format!(
            "https://{}/{}/{}/_settings/repositories",
            repo.host,
            encoded(&repo.owner),
            encoded(&repo.project)
        )),
        _ => None,
    };
    say(
        blocks,
        format!(
            "Make the repository `{}`, then push to it from the folder of these files:",
            repo.slug().trim_start_matches('/').replace('`', "'")
        ),
    );
    if let Some(url) = page {
        blocks.push(Block::Link { text: format!("New repository on {}", repo.host), url });
    }
    run(blocks, &there(input, [first_commit(input), push(repo, input)].concat()));
}

/// What is common to pull and merge requests: the files on a branch of a clone.
fn on_a_branch(blocks: &mut Vec<Block>, clone: String, (repo, source): (&Target, &str), input: &Input, asked: String) {
    let (name, title) = (text(input, "branchName"), text(input, "title"));
    let name = if name.is_empty() { "from-template" } else { name };
    let into = text(input, "targetPath");
    let message = text(input, "commitMessage");
    let message = if message.is_empty() { title } else { message };
    let folder = if into.is_empty() { ".".to_string() } else { into.to_string() };
    let from = match source.trim_start_matches("./").trim_matches('/') {
        "" | "." => "..".to_string(),
        path => format!("../{path}"),
    };
    say(blocks, "In the folder of these files:");
    let mut lines = vec![clone, command(&["cd", &repo.name]), command(&["git", "switch", "--create", name])];
    if folder != "." {
        lines.push(command(&["mkdir", "-p", &folder]));
    }
    lines.push(format!(
        "tar --create --directory {} --exclude {} --exclude NEXT-STEPS.md --exclude .callboard-answers.yaml . | tar --extract --directory {}",
        word(&from),
        word(&format!("./{}", repo.name)),
        word(&folder)
    ));
    lines.extend([
        "git add --all".to_string(),
        command(&["git", "commit", "--message", message]),
        command(&["git", "push", "--set-upstream", "origin", name]),
        asked,
    ]);
    run(blocks, &lines);
}

fn pull_request(blocks: &mut Vec<Block>, repo: &Target, input: &Input) {
    let (title, description) = (text(input, "title"), text(input, "description"));
    let mut words = vec!["gh", "pr", "create", "--title", title, "--body", description];
    if !text(input, "targetBranchName").is_empty() {
        words.extend(["--base", text(input, "targetBranchName")]);
    }
    if input.get("draft") == Some(&Json::Bool(true)) {
        words.push("--draft");
    }
    let slug = repo.full();
    let source = text(input, "sourcePath");
    on_a_branch(blocks, command(&["gh", "repo", "clone", &slug]), (repo, source), input, command(&words));
}

fn merge_request(blocks: &mut Vec<Block>, repo: &Target, input: &Input) {
    let (title, description) = (text(input, "title"), text(input, "description"));
    let mut words = vec!["glab", "mr", "create", "--title", title, "--description", description];
    if !text(input, "targetBranchName").is_empty() {
        words.extend(["--target-branch", text(input, "targetBranchName")]);
    }
    // Backstage takes the files from the folder that they go to, where nobody says otherwise.
    let source = if input.contains_key("sourcePath") { "sourcePath" } else { "targetPath" };
    let clone = command(&["git", "clone", &repo.remote()]);
    on_a_branch(blocks, clone, (repo, text(input, source)), input, command(&words));
}

/// Actions on a repository that the GitHub CLI does in a line or two. False for those it does not.
fn github_api(blocks: &mut Vec<Block>, repo: &Target, action: &str, input: &Input) -> bool {
    let slug = repo.full();
    let on_it = |words: &[&str], rest: &[&str]| command(&[&["gh"], words, &["--repo", &slug], rest].concat());
    let api = |method: &str, path: &str, fields: &[String]| {
        let path = format!("repos/{}/{path}", repo.slug());
        let mut words = vec!["gh", "api"];
        if repo.host != "github.com" {
            words.extend(["--hostname", &repo.host]);
        }
        words.extend(["--method", method, &path]);
        words.extend(fields.iter().flat_map(|field| ["--raw-field", field]));
        command(&words)
    };
    let field = |name: &str, key: &str| format!("{name}={}", text(input, key));
    let lines = match action {
        "github:actions:dispatch" => {
            let inputs = input.get("workflowInputs").and_then(Json::as_object).into_iter().flatten();
            let fields: Vec<String> = inputs.map(|(key, value)| format!("{key}={}", shown(value))).collect();
            let mut rest = vec!["--ref", text(input, "branchOrTagName")];
            rest.extend(fields.iter().flat_map(|field| ["--raw-field", field]));
            vec![on_it(&["workflow", "run", text(input, "workflowId")], &rest)]
        }
        "github:issues:create" => {
            let rest = ["--title", text(input, "title"), "--body", text(input, "body")];
            vec![on_it(&["issue", "create"], &rest)]
        }
        "github:issues:label" => {
            let number = input.get("number").map(shown).unwrap_or_default();
            vec![on_it(&["issue", "edit", &number], &["--add-label", &texts(input, "labels").join(",")])]
        }
        "github:environment:create" => {
            vec![api("PUT", &format!("environments/{}", encoded(text(input, "name"))), &[])]
        }
        "github:pages:enable" => vec![api("POST", "pages", &[field("source[branch]", "sourceBranch")])],
        "github:webhook" => vec![api("POST", "hooks", &["name=web".to_string(), field("config[url]", "webhookUrl")])],
        "github:autolinks:create" => {
            vec![api("POST", "autolinks", &[field("key_prefix", "keyPrefix"), field("url_template", "urlTemplate")])]
        }
        "github:deployKey:create" => vec![
            command(&["ssh-keygen", "-t", "ed25519", "-N", "", "-f", "deploy-key"]),
            on_it(&["repo", "deploy-key", "add", "deploy-key.pub"], &["--title", text(input, "deployKeyName")]),
        ],
        _ => return false,
    };
    say(blocks, "With the GitHub CLI:");
    run(blocks, &lines);
    true
}

fn register(blocks: &mut Vec<Block>, output: &mut Map<String, Json>, input: &Input) {
    let (contents, path) = (text(input, "repoContentsUrl"), text(input, "catalogInfoPath"));
    let url = match text(input, "catalogInfoUrl") {
        "" if contents.is_empty() => String::new(),
        "" => {
            let path = if path.is_empty() { "catalog-info.yaml" } else { path };
            format!("{}/{}", contents.trim_end_matches('/'), path.trim_start_matches('/'))
        }
        url => url.to_string(),
    };
    say(
        blocks,
        "A portal that scans the organisation finds the descriptor with its next build. One that reads a list needs a line in its \
         `app-config.yaml`:",
    );
    let location = serde_json::json!({ "catalog": { "locations": [{ "type": "url", "target": url }] } });
    blocks.push(Block::Yaml { text: yaml_text::write(&location) });
    output.insert("catalogInfoUrl".into(), url.into());
}

/// Files that only a network has.
fn fetch(blocks: &mut Vec<Block>, input: &Input) {
    let into = text(input, "targetPath");
    let into = if into.is_empty() { "./" } else { into };
    say(blocks, format!("Fetch these files into `{}`; they are not in the portal:", line(into).replace('`', "'")));
    let url = text(input, "url");
    match url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
        Some(address) => blocks.push(Block::Link { text: line(url), url: address.to_string() }),
        None => say(blocks, format!("`{}`", line(url).replace('`', "'"))),
    }
    if let Some(values @ Json::Object(_)) = input.get("values") {
        say(blocks, "and fill in these values:");
        blocks.push(Block::Yaml { text: yaml_text::write(values) });
    }
}

fn unknown(blocks: &mut Vec<Block>, action: &str, input: &Input) {
    say(
        blocks,
        format!("`{}` runs only on a server. This is what it would have been given:", line(action).replace('`', "'")),
    );
    blocks.push(Block::Yaml { text: yaml_text::write(&Json::Object(input.clone())) });
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_a_shell_stay_words() {
        assert_eq!(word("acme/shop"), "acme/shop");
        assert_eq!(word("it's; rm -rf ~"), "'it'\\''s; rm -rf ~'");
        assert_eq!(word("-x"), "'-x'");
        assert_eq!(word("a\nb\rc"), "'a\nb c'");
        assert_eq!(word(""), "''");
        assert_eq!(command(&["gh", "--title", "$(id)"]), "gh --title '$(id)'");
    }

    #[test]
    fn a_repository_is_made_and_pushed_to() {
        let bundle = Bundle { hosts: [("github.com".to_string(), "github".to_string())].into(), ..Bundle::default() };
        let input =
            json!({ "repoUrl": "github.com?owner=acme&repo=shop", "description": "Sells", "defaultBranch": "main" });
        let next = of("publish:github", "Publish", input.as_object().expect("a mapping"), &bundle);
        assert_eq!(next.output["remoteUrl"], "https://github.com/acme/shop.git");
        assert_eq!(next.output["repoContentsUrl"], "https://github.com/acme/shop/blob/main");
        let text = markdown(&bundle, &[next.step]);
        assert!(text.contains("gh repo create acme/shop --private --description Sells --source . --push"), "{text}");
        assert!(
            text.contains("](<https://github.com/new?owner=acme&name=shop&description=Sells&visibility=private>)"),
            "{text}"
        );
    }

    #[test]
    fn no_text_ends_a_fence() {
        assert!(fenced("sh", "a\n```\nb").starts_with("\n````sh\n"));
    }
}
