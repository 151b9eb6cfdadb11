// What is left to do after the files are made: steps that need a forge or a server, as commands, links and words. The
// command line says the same (src/scaffolder/next_steps.rs).
"use strict";
(() => {
  const textOf = (input, key) => (Object.hasOwn(input, key) && typeof input[key] === "string" ? input[key] : "");
  const valueOf = (input, key) => (Object.hasOwn(input, key) ? input[key] : undefined);
  const textsOf = (input, key) => { const all = valueOf(input, key); return (Array.isArray(all) ? all : []).filter((item) => typeof item === "string"); };
  const line = (text) => text.replace(/[\u0000-\u001f\u007f]/g, " ");
  const ticked = (text) => line(text).replaceAll("`", "'");
  const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const encoded = (text) => encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const slashed = (text) => text.split("/").map(encoded).join("/");
  const say = (blocks, text) => blocks.push({ kind: "text", text });
  const run = (blocks, lines) => blocks.push({ kind: "command", text: lines.join("\n") });
  const link = (blocks, text, url) => blocks.push({ kind: "link", text, url });

  /** A word of a POSIX shell. */
  const word = (text) => (/^[A-Za-z0-9_./:@=,+][-A-Za-z0-9_./:@=,+]*$/.test(text) ? text
    : `'${text.split("\n").map(line).join("\n").replaceAll("'", "'\\''")}'`);
  const command = (...words) => words.map((text) => (/^-[-A-Za-z]*$/.test(text) ? text : word(text))).join(" ");

  /** What `repoUrl` names: `host?owner=o&repo=r`. */
  function repository(written, hosts) {
    const url = written.startsWith("https://") ? written.slice(8) : written;
    const at = url.indexOf("?");
    if (at < 0) return undefined;
    const host = url.slice(0, at).replace(/\/+$/, "");
    if (!/^[A-Za-z0-9.:-]+$/.test(host)) return undefined;
    const query = new URLSearchParams(url.slice(at + 1));
    const part = (...keys) => {
      const key = keys.find((one) => query.has(one));
      return key === undefined ? "" : line(query.get(key).replace(/^\/+|\/+$/g, ""));
    };
    const forge = Object.hasOwn(hosts, host) ? hosts[host] : "";
    const owner = forge === "azure" ? part("organization", "owner") : forge === "bitbucketCloud" ? part("workspace", "owner")
      : part("owner", "workspace", "project");
    const [project, name] = [part("project"), part("repo")];
    if (name === "") return undefined;
    const address = forge === "azure" ? `https://${host}/${slashed(owner)}/${slashed(project)}/_git/${slashed(name)}`
      : forge === "gerrit" ? `https://${host}/${slashed(name)}` : `https://${host}/${slashed(owner)}/${slashed(name)}`;
    const contents = (branch) => ({
      gitlab: `${address}/-/blob/${encoded(branch)}`,
      gitea: `${address}/src/branch/${encoded(branch)}/`,
      bitbucketCloud: `${address}/src/${encoded(branch)}`,
      azure: address,
      gerrit: `https://${host}/plugins/gitiles/${name}/+/refs/heads/${encoded(branch)}`,
    }[forge] ?? `${address}/blob/${encoded(branch)}`);
    return {
      forge, host, owner, project, name, contents,
      remote: forge === "azure" || forge === "gerrit" ? address : `${address}.git`,
      slug: `${owner}/${name}`,
      full: host === "github.com" ? `${owner}/${name}` : `${host}/${owner}/${name}`,
    };
  }

  const isOf = (repo, forge) => repo.forge === "" || repo.forge === forge;
  const inner = (path) => { const rest = path.replace(/^(?:\.\/)+/, "").replace(/^\/+|\/+$/g, ""); return rest === "." ? "" : rest; };
  /** Lines that run where the files to publish are: all of them, or those of a folder. */
  const there = (input, lines) => {
    const path = inner(textOf(input, "sourcePath"));
    return path === "" ? lines : [command("cd", path), ...lines, "cd -"];
  };
  const branch = (input) => textOf(input, "defaultBranch") || "master";
  const firstCommit = (input) => [
    command("git", "init", "--initial-branch", branch(input)),
    "git add --all",
    command("git", "commit", "--message", textOf(input, "gitCommitMessage") || "Initial commit"),
  ];
  const push = (repo, input) => [
    command("git", "remote", "add", "origin", repo.remote),
    command("git", "push", "--set-upstream", "origin", branch(input)),
  ];
  const visibility = (input) => (["public", "internal"].includes(textOf(input, "repoVisibility")) ? input.repoVisibility : "private");

  function github(blocks, repo, action, input) {
    const lines = action === "github:repo:create" ? [] : firstCommit(input);
    if (action === "github:repo:push") return run(blocks, there(input, [...lines, ...push(repo, input)]));
    const words = ["gh", "repo", "create", repo.full, `--${visibility(input)}`];
    for (const key of ["description", "homepage"]) {
      if (textOf(input, key) !== "") words.push(`--${key}`, textOf(input, key));
    }
    if (action === "publish:github") words.push("--source", ".", "--push");
    lines.push(command(...words));
    const topics = textsOf(input, "topics");
    if (topics.length > 0) lines.push(command("gh", "repo", "edit", repo.full, "--add-topic", topics.join(",")));
    say(blocks, "With the GitHub CLI, in the folder of these files:");
    run(blocks, there(input, lines));
    const pairs = [["owner", repo.owner], ["name", repo.name], ["description", textOf(input, "description")], ["visibility", visibility(input)]];
    say(blocks, "Or make the repository in the browser:");
    link(blocks, `New repository on ${repo.host}`, `https://${repo.host}/new?${new URLSearchParams(pairs.filter(([, value]) => value !== ""))}`);
    if (action === "publish:github") {
      say(blocks, "and push to it:");
      run(blocks, there(input, [...firstCommit(input), ...push(repo, input)]));
    }
  }
  function gitlab(blocks, repo, input) {
    const words = ["glab", "repo", "create", repo.slug, `--${visibility(input)}`];
    const settings = valueOf(input, "settings");
    const usual = settings !== null && typeof settings === "object" ? textOf(settings, "description") : "";
    const description = textOf(input, "description") || usual;
    if (description !== "") words.push("--description", description);
    const host = repo.host === "gitlab.com" ? [] : [command("export", `GITLAB_HOST=${repo.host}`)];
    say(blocks, "With the GitLab CLI, in the folder of these files:");
    run(blocks, there(input, [...host, command(...words), ...firstCommit(input), ...push(repo, input)]));
    say(blocks, "Without it, leave out `glab`: GitLab makes a private project of what is pushed to it. Or make it in the browser first:");
    link(blocks, `New project on ${repo.host}`, `https://${repo.host}/projects/new#blank_project`);
  }
  /** Forges without a command line that everybody has. */
  function publish(blocks, repo, input) {
    say(blocks, `Make the repository \`${repo.slug.replace(/^\/+/, "").replaceAll("`", "'")}\`, then push to it from the folder of these files:`);
    const page = repo.forge === "azure" ? `https://${repo.host}/${encoded(repo.owner)}/${encoded(repo.project)}/_settings/repositories`
      : ["gitea", "bitbucketCloud"].includes(repo.forge) ? `https://${repo.host}/repo/create` : "";
    if (page !== "") link(blocks, `New repository on ${repo.host}`, page);
    run(blocks, there(input, [...firstCommit(input), ...push(repo, input)]));
  }
  /** What is common to pull and merge requests: the files on a branch of a clone. */
  function onABranch(blocks, clone, repo, source, input, asked) {
    const name = textOf(input, "branchName") || "from-template";
    const into = textOf(input, "targetPath") || ".";
    const path = inner(source);
    say(blocks, "In the folder of these files:");
    run(blocks, [
      clone, command("cd", repo.name), command("git", "switch", "--create", name), ...(into === "." ? [] : [command("mkdir", "-p", into)]),
      `tar --create --directory ${word(path === "" ? ".." : `../${path}`)} --exclude ${word(`./${repo.name}`)} --exclude NEXT-STEPS.md --exclude .callboard-answers.yaml . | tar --extract --directory ${word(into)}`,
      "git add --all", command("git", "commit", "--message", textOf(input, "commitMessage") || textOf(input, "title")),
      command("git", "push", "--set-upstream", "origin", name), asked,
    ]);
  }
  function pullRequest(blocks, repo, input) {
    const words = ["gh", "pr", "create", "--title", textOf(input, "title"), "--body", textOf(input, "description")];
    if (textOf(input, "targetBranchName") !== "") words.push("--base", textOf(input, "targetBranchName"));
    if (valueOf(input, "draft") === true) words.push("--draft");
    onABranch(blocks, command("gh", "repo", "clone", repo.full), repo, textOf(input, "sourcePath"), input, command(...words));
  }
  function mergeRequest(blocks, repo, input) {
    const words = ["glab", "mr", "create", "--title", textOf(input, "title"), "--description", textOf(input, "description")];
    if (textOf(input, "targetBranchName") !== "") words.push("--target-branch", textOf(input, "targetBranchName"));
    // Backstage takes the files from the folder that they go to, where nobody says otherwise.
    const source = textOf(input, Object.hasOwn(input, "sourcePath") ? "sourcePath" : "targetPath");
    onABranch(blocks, command("git", "clone", repo.remote), repo, source, input, command(...words));
  }
  /** Actions on a repository that the GitHub CLI does in a line or two. */
  const onIt = (repo, words, ...rest) => command("gh", ...words, "--repo", repo.full, ...rest);
  const api = (repo, method, path, ...fields) => command("gh", "api", ...(repo.host === "github.com" ? [] : ["--hostname", repo.host]),
    "--method", method, `repos/${repo.slug}/${path}`, ...fields.flatMap((field) => ["--raw-field", field]));
  const GITHUB = new Map(Object.entries({
    "github:actions:dispatch"(repo, input) {
      const inputs = valueOf(input, "workflowInputs");
      const fields = inputs !== null && typeof inputs === "object" && !Array.isArray(inputs) ? Object.entries(inputs) : [];
      return [onIt(repo, ["workflow", "run", textOf(input, "workflowId")], "--ref", textOf(input, "branchOrTagName"),
        ...fields.flatMap(([key, value]) => ["--raw-field", `${key}=${shown(value)}`]))];
    },
    "github:issues:create": (repo, input) =>
      [onIt(repo, ["issue", "create"], "--title", textOf(input, "title"), "--body", textOf(input, "body"))],
    "github:issues:label"(repo, input) {
      const number = valueOf(input, "number");
      return [onIt(repo, ["issue", "edit", number === undefined ? "" : shown(number)], "--add-label", textsOf(input, "labels").join(","))];
    },
    "github:environment:create": (repo, input) => [api(repo, "PUT", `environments/${encoded(textOf(input, "name"))}`)],
    "github:pages:enable": (repo, input) => [api(repo, "POST", "pages", `source[branch]=${textOf(input, "sourceBranch")}`)],
    "github:webhook": (repo, input) => [api(repo, "POST", "hooks", "name=web", `config[url]=${textOf(input, "webhookUrl")}`)],
    "github:autolinks:create": (repo, input) =>
      [api(repo, "POST", "autolinks", `key_prefix=${textOf(input, "keyPrefix")}`, `url_template=${textOf(input, "urlTemplate")}`)],
    "github:deployKey:create": (repo, input) => [
      command("ssh-keygen", "-t", "ed25519", "-N", "", "-f", "deploy-key"),
      onIt(repo, ["repo", "deploy-key", "add", "deploy-key.pub"], "--title", textOf(input, "deployKeyName")),
    ],
  }));
  function register(blocks, output, input, yaml) {
    const contents = textOf(input, "repoContentsUrl");
    const path = (textOf(input, "catalogInfoPath") || "catalog-info.yaml").replace(/^\/+/, "");
    const url = textOf(input, "catalogInfoUrl") || (contents === "" ? "" : `${contents.replace(/\/+$/, "")}/${path}`);
    say(blocks, "A portal that scans the organisation finds the descriptor with its next build. One that reads a list needs a line in its `app-config.yaml`:");
    blocks.push({ kind: "yaml", text: yaml({ catalog: { locations: [{ type: "url", target: url }] } }) });
    output.catalogInfoUrl = url;
  }
  /** Files that only a network has. */
  function fetch(blocks, input, yaml) {
    say(blocks, `Fetch these files into \`${ticked(textOf(input, "targetPath") || "./")}\`; they are not in the portal:`);
    const url = textOf(input, "url");
    let address;
    try { address = new URL(url); } catch { /* none */ }
    if (address && /^https?:$/.test(address.protocol)) link(blocks, line(url), address.href);
    else say(blocks, `\`${ticked(url)}\``);
    const values = valueOf(input, "values");
    if (values === null || typeof values !== "object" || Array.isArray(values)) return;
    say(blocks, "and fill in these values:");
    blocks.push({ kind: "yaml", text: yaml(values) });
  }
  function unknown(blocks, action, input, yaml) {
    say(blocks, `\`${ticked(action)}\` runs only on a server. This is what it would have been given:`);
    blocks.push({ kind: "yaml", text: yaml(input) });
  }

  /** What to do in place of an action, and what later steps see of it. */
  globalThis.callboard.nextStep = (action, title, input, bundle, yaml) => {
    const repo = repository(textOf(input, "repoUrl"), bundle.hosts);
    const [blocks, output] = [[], Object.create(null)];
    if (repo && (action.startsWith("publish:") || action === "github:repo:create")) {
      output.remoteUrl = repo.remote;
      output.repoContentsUrl = repo.contents(branch(input));
    }
    if (repo && isOf(repo, "github") && ["publish:github", "github:repo:create", "github:repo:push"].includes(action)) github(blocks, repo, action, input);
    else if (repo && isOf(repo, "gitlab") && action === "publish:gitlab") gitlab(blocks, repo, input);
    else if (repo && action === "publish:github:pull-request") pullRequest(blocks, repo, input);
    else if (repo && action === "publish:gitlab:merge-request") mergeRequest(blocks, repo, input);
    else if (repo && action.startsWith("publish:")) publish(blocks, repo, input);
    else if (repo && GITHUB.has(action)) {
      say(blocks, "With the GitHub CLI:");
      run(blocks, GITHUB.get(action)(repo, input));
    } else if (action.startsWith("fetch:")) fetch(blocks, input, yaml);
    else if (action === "catalog:register") register(blocks, output, input, yaml);
    else if (action === "notification:send") say(blocks, `Tell those who should know: ${textOf(input, "title") || "it is done."}`);
    else unknown(blocks, action, input, yaml);
    return { step: { title: line(title), action: line(action), blocks }, output };
  };

  /** A code block whose fence is longer than any in the text. */
  function fenced(language, text) {
    let fence = "```";
    while (text.includes(fence)) fence += "`";
    return `\n${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}\n`;
  }
  /** All of them as Markdown. */
  globalThis.callboard.nextSteps = (bundle, steps) => steps.reduce((out, step, at) => {
    const title = step.title.replace(/[\\`*_[\]<>#]/g, "\\$&");
    const blocks = step.blocks.map(({ kind, text, url }) => {
      if (kind === "text") return `\n${text}\n`;
      return kind === "link" ? `\n[${text}](<${url}>)\n` : fenced(kind === "yaml" ? "yaml" : "sh", text);
    });
    return `${out}\n## ${at + 1}. ${title}\n\nAction: \`${step.action.replaceAll("`", "'")}\`\n${blocks.join("")}`;
  }, `# Next steps\n\nThese files were made from \`${bundle.reference}\`. What follows needs a forge or a server, so it is left to you.\n`);
})();
