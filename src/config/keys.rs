//! The keys of a configuration: one table for the reader, which names keys that nobody reads, and for the JSON Schema.

use Shape::{
    Anything, Backstage, Check, Count, Days, Filled, Frequency, JsonSchema, KindName, List, Name, Named, OneOf,
    OneOrList, OneOrNamed, Ours, Relation, Severities, Switch, Synonyms, Text, TextOr, WebAddress,
};

/// A key that is read.
#[derive(Debug)]
pub struct KnownKey {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// What it decides, in one or two sentences.
    pub about: &'static str,
}

/// What a key holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Text,
    /// A string, or a number that stands for one.
    Name,
    /// `true` or `false`.
    Switch,
    /// An http or https address.
    WebAddress,
    OneOf(&'static [&'static str]),
    /// The name of a kind.
    KindName,
    /// The name of a relation: a built-in one or another.
    Relation,
    /// What the scorecard can ask: one of [`CHECKS`], or a plugin's as `NAME/KEY`.
    Check,
    /// A mapping of rules to severities.
    Severities,
    /// A mapping of words to a word or several.
    Synonyms,
    /// A number of days, or `off`.
    Days,
    /// A number from 1 to this one.
    Count(u32),
    /// A JSON Schema.
    JsonSchema,
    /// A mapping with Backstage's keys. Others are allowed and have no effect.
    Backstage(&'static [KnownKey]),
    /// A mapping with keys of our own. Others are an error.
    Ours(&'static [KnownKey]),
    List(&'static Shape),
    /// A list with at least one item.
    Filled(&'static Shape),
    /// A string, or the other shape.
    TextOr(&'static Shape),
    /// Names, each with a mapping of Backstage's keys.
    Named(&'static [KnownKey]),
    /// A mapping with Backstage's keys, or several by name.
    OneOrNamed(&'static [KnownKey]),
    /// A mapping with Backstage's keys, or a list of them.
    OneOrList(&'static [KnownKey]),
    /// Whatever the key takes is said elsewhere; this is what it is called.
    Anything(&'static str),
    /// A duration, the line of a crontab, or `{ trigger: manual }`.
    Frequency,
}

/// Every key that is read.
pub const KEYS: &[KnownKey] = &[
    key("app", Backstage(APP), "What the portal is called and where it is published."),
    key(
        "organization",
        Backstage(&[key("name", Text, "Your company. Part of the portal's name where `app.title` is missing.")]),
        "Whose portal it is.",
    ),
    key("catalog", Backstage(CATALOG), "Where entities are read, and which kinds are let in."),
    key("integrations", Backstage(INTEGRATIONS), "Hosts with git repositories, and how to log in there."),
    key("kubernetes", Backstage(KUBERNETES), "Clusters whose objects are shown with entities."),
    key("callboard", Ours(CALLBOARD), "What only callboard reads; Backstage ignores it."),
];

const APP: &[KnownKey] = &[
    key("title", Text, "The name of the portal, in the header and in page titles."),
    key("baseUrl", WebAddress, "Where readers find the portal. Needed for absolute links only."),
];

const CATALOG: &[KnownKey] = &[
    key("locations", List(&Backstage(LOCATION)), "Where entities are read, in order."),
    key(
        "rules",
        List(&Backstage(RULE)),
        "Which kinds are let in. Without rules these are Component, API and Location, as in Backstage.",
    ),
    key("providers", Backstage(PROVIDERS), "Organisations and groups whose repositories, teams and users are read."),
];

/// What lists repositories or people, by forge.
pub(super) const PROVIDERS: &[KnownKey] = &[
    key("github", OneOrNamed(GITHUB), "Organisations of GitHub: one, or several by a name of yours."),
    key("gitlab", Named(GITLAB), "Groups of GitLab, by a name of yours."),
    key("gitea", OneOrNamed(GITEA), "Organisations of Gitea and Forgejo: one, or several by a name of yours."),
    key("githubOrg", OneOrList(GITHUB_ORG), "Organisations of GitHub whose teams and users become Groups and Users."),
];

const PROVIDER_HOST: &str = "The host, as `integrations` name it.";
const DESCRIPTORS: &str = "Where descriptors are in a repository; `catalog-info.yaml` where it is missing. `*` stands for anything in one folder \
     name, `**` for any number of folders.";
const SCHEDULED: KnownKey =
    key("schedule", Backstage(SCHEDULE), "How often it is to be read, shown as the line of a crontab.");

const GITHUB: &[KnownKey] = &[
    key("host", Text, PROVIDER_HOST),
    key("organization", Text, "The organisation or user whose repositories are read. Either this or `app`."),
    key("app", Name, "The id of a GitHub App: what it is installed for is read."),
    key("catalogPath", Text, DESCRIPTORS),
    key("filters", Backstage(FILTERS), "Which of the repositories are read."),
    key("validateLocationsExist", Switch, "Has no effect: files that are not there are passed over in any case."),
    SCHEDULED,
];

const GITEA: &[KnownKey] = &[
    needed("host", Text, PROVIDER_HOST),
    needed("organization", Text, "The organisation or user whose repositories are read."),
    key("branch", Text, "The branch to read; the default branch where it is missing."),
    key("catalogPath", Text, DESCRIPTORS),
    key("filters", Backstage(FILTERS), "Which of the repositories are read."),
    SCHEDULED,
];

const FILTERS: &[KnownKey] = &[
    key("branch", Text, "The branch to read; the default branch where it is missing."),
    key("repository", Text, "A regular expression for the whole name of a repository."),
    key("topic", Backstage(TOPICS), "What a repository is tagged with."),
    key(
        "visibility",
        List(&OneOf(&["private", "internal", "public"])),
        "Who may see a repository; all where it is missing.",
    ),
    key("allowForks", Switch, "Whether forks are read; `true` where it is missing."),
    key("allowArchived", Switch, "Whether archived repositories are read; `false` where it is missing."),
];

const TOPICS: &[KnownKey] = &[
    key("include", List(&Text), "A repository needs one of these."),
    key("exclude", List(&Text), "A repository with one of these is left out."),
];

const GITLAB: &[KnownKey] = &[
    needed("host", Text, PROVIDER_HOST),
    key("group", Text, "The path of the group that is read, with those below; the whole host where it is missing."),
    key("branch", Text, "The branch to read; the default branch where it is missing."),
    key(
        "fallbackBranch",
        Text,
        "The branch to read of projects without a default branch; `master` where it is missing.",
    ),
    key("entityFilename", Text, DESCRIPTORS),
    key("projectPattern", Text, "A regular expression that is looked for in the path of a project."),
    key("excludeRepos", List(&Text), "Paths of projects that are left out."),
    key("topics", List(&Text), "A project needs all of these."),
    key("skipForkedRepos", Switch, "Whether forks are left out; `false` where it is missing."),
    key("includeArchivedRepos", Switch, "Whether archived projects are read; `false` where it is missing."),
    key("membership", Switch, "Whether only projects are read that the owner of the token is a member of."),
    key("orgEnabled", Switch, "Whether groups and their members become Groups and Users; `false` where it is missing."),
    key("userPattern", TextOr(&List(&Text)), "Regular expressions of which one is found in the name of a user."),
    key("groupPattern", TextOr(&List(&Text)), "Regular expressions of which one is found in the path of a group."),
    key(
        "relations",
        List(&OneOf(&["DIRECT", "INHERITED", "DESCENDANTS", "SHARED_FROM_GROUPS"])),
        "Memberships that count beside direct ones.",
    ),
    key("restrictUsersToGroup", Switch, "Whether only direct members of the group become Users."),
    key("includeUsersWithoutSeat", Switch, "Whether users without a paid seat become Users."),
    SCHEDULED,
];

const GITHUB_ORG: &[KnownKey] = &[
    key("id", Text, "A name of yours; `default` where it is missing."),
    key("githubUrl", WebAddress, "Where the forge is; `https://github.com` where it is missing."),
    key("orgs", List(&Text), "The organisations; all that the token sees where it is missing."),
    SCHEDULED,
];

const SCHEDULE: &[KnownKey] = &[
    key("frequency", Frequency, "How often: `{ minutes: 30 }`, `PT30M`, or `{ cron: '0 * * * *' }`."),
    key("timeout", Frequency, "Has no effect here."),
    key("initialDelay", Frequency, "Has no effect here."),
    key("scope", Text, "Has no effect here."),
];

const LOCATION: &[KnownKey] = &[
    needed("type", OneOf(&["file", "url"]), "`file` for files on this machine, `url` for files on a forge."),
    needed(
        "target",
        Text,
        "The descriptor: a path that starts from the folder of this file, or an address. `*` stands for anything in one \
         folder name, `**` for any number of folders.",
    ),
    key("rules", List(&Backstage(RULE)), "Kinds that are let in from this location beside those of `catalog.rules`."),
];

const RULE: &[KnownKey] = &[
    key("allow", List(&TextOr(&Backstage(ALLOWED))), "Kinds that are let in."),
    key("locations", List(&Backstage(RULE_LOCATION)), "The only locations that this rule is for."),
];

const ALLOWED: &[KnownKey] = &[
    needed("kind", KindName, "A kind that is let in."),
    key("spec.type", Text, "The only type of that kind that is let in."),
];

const RULE_LOCATION: &[KnownKey] = &[
    key("type", OneOf(&["file", "url"]), "The type of the location."),
    key("exact", Text, "The target of the location, letter for letter."),
    key("pattern", Text, "A pattern for the target of the location, with `*` and `**`."),
];

const HOST: &str = "The host, such as `git.example.com`.";
const TOKEN: &str = "A token for reading, sent to this host only. Take it from the environment: `${NAME}`.";

const API: &str = "Where its REST API is, if not where the forge has it by default. The token is sent there too.";

/// A forge that has a public host.
const PUBLIC: Shape =
    List(&Backstage(&[key("host", Text, HOST), key("token", Text, TOKEN), key("apiBaseUrl", WebAddress, API)]));
const GITHUB_HOST: Shape = List(&Backstage(&[
    key("host", Text, HOST),
    key("token", Text, TOKEN),
    key("apiBaseUrl", WebAddress, API),
    key("apps", List(&Backstage(APP_OF_GITHUB)), "GitHub Apps. They come before `token`, where they are installed."),
]));
const APP_OF_GITHUB: &[KnownKey] = &[
    needed("appId", Name, "The number of the app."),
    needed("privateKey", Text, "Its private key, as PEM. Take it from a file: `$file: app.pem`."),
    key("clientId", Text, "Has no effect: nobody signs in to a portal that is built."),
    key("clientSecret", Text, "Has no effect: nobody signs in to a portal that is built."),
    key("webhookSecret", Text, "Has no effect: a portal that is built hears no webhooks."),
    key(
        "allowedInstallationOwners",
        List(&Text),
        "The only organisations and users that it logs in for; all that installed it where it is missing.",
    ),
    key("publicAccess", Switch, "Whether it also reads what is public of owners that have not installed it."),
];

/// GitLab: public, and run by many for themselves.
const BOTH: Shape = List(&Backstage(&[
    key("host", Text, HOST),
    key("token", Text, TOKEN),
    key("apiBaseUrl", WebAddress, API),
    key("baseUrl", WebAddress, BASE),
]));
/// A forge that everyone runs for themselves.
const OWN: Shape =
    List(&Backstage(&[needed("host", Text, HOST), key("token", Text, TOKEN), key("baseUrl", WebAddress, BASE)]));
const BASE: &str = "Where the forge itself is, if not at `https://` and its host. Its REST API is below.";

const INTEGRATIONS: &[KnownKey] = &[
    key("github", GITHUB_HOST, "GitHub and GitHub Enterprise. github.com is known without an entry."),
    key("gitlab", BOTH, "GitLab. gitlab.com is known without an entry."),
    key("gitea", OWN, "Gitea and Forgejo."),
    key("bitbucketCloud", PUBLIC, "Bitbucket. bitbucket.org is known without an entry."),
];

const KUBERNETES: &[KnownKey] = &[
    key(
        "serviceLocatorMethod",
        Backstage(&[key(
            "type",
            OneOf(&SERVICE_LOCATORS),
            "`multiTenant`: on all clusters; `singleTenant`: on the one that an annotation names; `catalogRelation`: on those that it depends on.",
        )]),
        "On which clusters an entity is looked for.",
    ),
    key("clusterLocatorMethods", List(&Backstage(CLUSTER_METHOD)), "Which clusters there are."),
    key(
        "objectTypes",
        List(&Text),
        "What is listed, such as `pods` and `deployments`; what Backstage lists where it is missing. Secrets are never read.",
    ),
    key("customResources", List(&Backstage(CUSTOM_RESOURCE)), "Custom resources that are listed besides."),
    key("apiVersionOverrides", Backstage(&[]), "Versions of the API for old clusters: `cronjobs: v1beta1`."),
];

/// On which clusters an entity is looked for.
pub(super) const SERVICE_LOCATORS: [&str; 3] = ["multiTenant", "singleTenant", "catalogRelation"];

const CLUSTER_METHOD: &[KnownKey] = &[
    needed(
        "type",
        OneOf(&["config", "catalog", "localKubectlProxy"]),
        "`config`: those below; `catalog`: Resources of type `kubernetes-cluster`; `localKubectlProxy`: what `kubectl proxy` \
         leads to.",
    ),
    key("clusters", List(&Backstage(CLUSTER)), "The clusters, for `config`."),
    key(
        "dangerouslyAllowSkipTLSVerify",
        Switch,
        "For `catalog`: whether an annotation may say that any certificate will do; `false` where it is missing.",
    ),
];

const CLUSTER: &[KnownKey] = &[
    needed("name", Text, "What annotations and relations call it."),
    key("title", Text, "What readers see; the name where it is missing."),
    needed("url", WebAddress, "The address of its API server. It is https, but for servers on this machine."),
    key("authProvider", Text, "How to log in. A build takes `serviceAccount`; others need a person or a cloud."),
    key(
        "serviceAccountToken",
        Text,
        "The token of a service account that may list, sent to this address only. Take it from the environment: `${NAME}`.",
    ),
    key("skipTLSVerify", Switch, "Whether any certificate will do; `false` where it is missing."),
    key("skipMetricsLookup", Switch, "Has no effect: metrics are not read."),
    key("caData", Text, "The certificates that its own has to come from: PEM in base64, as kubeconfig has it."),
    key("caFile", Text, "The same as a file of PEM, relative to this file."),
    key(
        "customResources",
        List(&Backstage(CUSTOM_RESOURCE)),
        "Custom resources of this cluster, in place of the general ones.",
    ),
    key("dashboardUrl", Text, "Where people look at the cluster."),
    key("dashboardApp", Text, "What they use there: `standard`, `rancher`, `openshift` or `gke`."),
    key("dashboardParameters", Backstage(&[]), "What addresses of `gke` hold: `projectId`, `region`, `clusterName`."),
];

const CUSTOM_RESOURCE: &[KnownKey] = &[
    needed("group", Text, "Its group, such as `argoproj.io`."),
    needed("apiVersion", Text, "Its version, such as `v1alpha1`."),
    needed("plural", Text, "Its plural, such as `rollouts`."),
];

const OWN_KUBERNETES: &[KnownKey] = &[
    key(
        "snapshots",
        Synonyms,
        "By the name of a cluster, a file that `kubectl get -o json` wrote, read in place of its API, or a list of them; `*` \
         stands for anything in a name. Relative to this file.",
    ),
    key(
        "servers",
        List(&Ours(SERVER)),
        "API servers that clusters in the catalog may name. No other is asked, and each token goes to its own only.",
    ),
];

const SERVER: &[KnownKey] = &[
    needed("url", WebAddress, "The address of the API server. It is https, but for servers on this machine."),
    key("token", Text, "The token of a service account that may list. Take it from the environment: `${NAME}`."),
    key("caData", Text, "The certificates that its own has to come from, in place of those of the annotation."),
    key("caFile", Text, "The same as a file of PEM, relative to this file."),
    key("skipTLSVerify", Switch, "Whether any certificate will do; `false` where it is missing."),
];

const CALLBOARD: &[KnownKey] = &[
    key("theme", Text, "A folder with templates and assets that replace those of the built-in theme, file by file."),
    key("logo", Text, "A picture that stands before the portal's name: svg, png, webp, jpg or ico."),
    key("favicon", Text, "The picture of the browser's tab, if it is not the built-in one."),
    key(
        "language",
        Text,
        "The language of the portal's own words: `en` or `de`, or one that the theme has texts in; `en` where it is missing.",
    ),
    key("sources", Ours(SOURCES), "Repositories that are scanned for descriptors, beside `catalog.locations`."),
    key("techdocs", Ours(TECHDOCS), "What is shown as documentation."),
    key(
        "plugins",
        Anything("plugins by name"),
        "Plugins: `true`, `false` or their settings, by name. Built-in ones are on where they are named here.",
    ),
    key("connect", List(&Text), "Origins that pages may talk to."),
    key("imageHosts", List(&Text), "Origins that images may come from."),
    key("gitProtocols", List(&Text), "Protocols of git beyond https and ssh."),
    key("rules", Severities, "Severities of rules, by name; `off` switches a rule off."),
    key("kinds", List(&Ours(KIND)), "Kinds beyond the built-in ones."),
    key("lifecycles", List(&Text), "Lifecycles beyond `experimental`, `production` and `deprecated`."),
    key("docs", Ours(DOCS), "What is made of documentation."),
    key(
        "codeowners",
        OneOf(&["off", "check", "infer"]),
        "What is made of CODEOWNERS files: `check` compares them with `spec.owner`, `infer` also fills in a missing owner.",
    ),
    key("diagrams", Ours(DIAGRAMS), "Programs that draw diagrams of documentation. Mermaid needs none."),
    key("offline", Ours(OFFLINE), "Reading without a network."),
    key("search", Ours(SEARCH), "How search reads words, and what is made of searches."),
    key(
        "usage",
        Text,
        "A file that tells how often pages are read: a table `path,views,date`, or the combined log of a web server.",
    ),
    key(
        "scorecard",
        List(&Ours(LEVEL)),
        "What is asked of entities, level by level, the lowest first. An empty list is no scorecard.",
    ),
    key(
        "history",
        Text,
        "The portal's own `health/history.json` from the last build, for the trend on the health page. It may be missing.",
    ),
    key("feedback", Ours(FEEDBACK), "What readers reported, shown on the pages that it is about."),
    key("beacon", Ours(BEACON), "A counter of your own that is told of each page view. Nothing is told without it."),
    key("kubernetes", Ours(OWN_KUBERNETES), "What Backstage's `kubernetes` lacks for a portal that is built."),
];

const LEVEL: &[KnownKey] = &[
    needed("level", Text, "What it is called."),
    needed("checks", List(&Check), "What an entity has to pass for it, beside the levels before."),
];

/// What the scorecard can ask beside the checks of plugins.
pub const CHECKS: [&str; 10] = [
    "owner",
    "description",
    "lifecycle",
    "docs",
    "definition",
    "no-errors",
    "no-deprecated",
    "no-experiments",
    "fresh-docs",
    "no-findings",
];

const FEEDBACK: &[KnownKey] = &[key(
    "labels",
    List(&Text),
    "Open issues with any of these labels are read from the forges and shown on the pages that they name.",
)];

const BEACON: &[KnownKey] = &[
    needed("counter", OneOf(&COUNTERS), "The program that counts."),
    needed("url", WebAddress, "Where that program is."),
    key(
        "site",
        Name,
        "What the portal is called there: the id of the site in Matomo, of the website in Umami, the domain in Plausible.",
    ),
];

/// Programs that count page views.
pub(super) const COUNTERS: [&str; 4] = ["goatcounter", "matomo", "plausible", "umami"];

const OFFLINE: &[KnownKey] = &[key(
    "serviceWorker",
    Switch,
    "Whether browsers keep what was read for reading without a network; `true` where it is missing.",
)];

const SEARCH: &[KnownKey] = &[
    key(
        "language",
        OneOf(&LANGUAGES),
        "The language most of the portal is written in, for endings and stop words; that of `callboard.language` where it is \
         missing.",
    ),
    key(
        "noResults",
        WebAddress,
        "Where browsers send searches that found nothing. Where it is missing, nothing is sent.",
    ),
    key(
        "synonyms",
        Synonyms,
        "What words mean beside themselves: `k8s: kubernetes`. One word each, or a list of them.",
    ),
];

/// Languages whose endings search knows.
pub const LANGUAGES: [&str; 18] = [
    "arabic",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hungarian",
    "italian",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
];

/// Their tags, in the same order.
pub(super) const TAGS: [&str; 18] =
    ["ar", "da", "nl", "en", "fi", "fr", "de", "el", "hu", "it", "no", "pt", "ro", "ru", "es", "sv", "ta", "tr"];

const DIAGRAMS: &[KnownKey] = &[
    key("plantuml", Filled(&Text), "The program that draws PlantUML, with its arguments: `[plantuml, -tsvg, -pipe]`."),
    key("graphviz", Filled(&Text), "The program that draws Graphviz, with its arguments: `[dot, -Tsvg]`."),
    key("d2", Filled(&Text), "The program that draws D2, with its arguments: `[d2, -, -]`."),
];

const DOCS: &[KnownKey] = &[key(
    "staleAfter",
    Days,
    "By how many days the code of an entity may be newer than a page of its docs before the page says so; 180 where it is \
     missing, `off` for never.",
)];

const SOURCES: &[KnownKey] = &[
    key("filesystem", List(&Text), "Folders, relative to this file."),
    key("git", List(&TextOr(&Ours(GIT_SOURCE))), "Git repositories anywhere, by their address."),
    key("bundles", List(&Ours(BUNDLES)), "Bundles that repositories made of themselves with `callboard bundle`."),
];

const BUNDLES: &[KnownKey] = &[
    key(
        "folder",
        Text,
        "A folder, relative to this file. What lies at `<host>/<org>/<name>.callboard` below it speaks for that repository.",
    ),
    key("file", Text, "One bundle, relative to this file."),
    key("url", WebAddress, "The address of one bundle. It is https, but for servers on this machine."),
    key("repository", WebAddress, "The only repository that the file or the address may speak for."),
];

const TECHDOCS: &[KnownKey] = &[
    key(
        "readme",
        Switch,
        "Whether an entity without docs of its own shows the README beside its descriptor; `true` where it is missing.",
    ),
    key(
        "versions",
        List(&Ours(VERSIONS)),
        "Documentation with versions, where no annotation `callboard.dev/docs-versions` says so. The first row that fits \
         counts.",
    ),
    key("mostVersions", Count(100), "How many versions one documentation has at most; 10 where it is missing."),
];

const VERSIONS: &[KnownKey] = &[
    needed("of", Text, "A repository by its id, or an entity by its ref; `*` stands for anything."),
    needed("refs", List(&Text), "Tags and branches that are versions: `v*`. `*` stands for anything."),
];

const GIT_SOURCE: &[KnownKey] = &[
    needed("url", Text, "The address that `git clone` takes."),
    key("branch", Text, "The branch to read; the default branch where it is missing."),
];

const KIND: &[KnownKey] = &[
    needed("kind", Text, "The kind as entities write it."),
    key("plural", Text, "What a list of them is called; the kind with an `s` where it is missing."),
    key("description", Text, "What it is, in one sentence."),
    needed("apiVersions", Filled(&Text), "Versions that entities of this kind may have, such as `example.com/v1`."),
    key("schema", JsonSchema, "The JSON Schema of `spec`."),
    key("relations", List(&Ours(RELATION)), "Fields of `spec` that hold refs."),
];

const RELATION: &[KnownKey] = &[
    needed("field", Text, "The field below `spec`: one ref, or a list of them."),
    key("kinds", List(&KindName), "Kinds that the field is meant for. A ref that names no kind means the first."),
    needed("relation", Relation, "A built-in relation, or a name of your own."),
    key("opposite", Text, "The relation seen from the other side; for a name of your own."),
];

pub(super) const fn key(name: &'static str, shape: Shape, about: &'static str) -> KnownKey {
    KnownKey { name, shape, required: false, about }
}

pub(super) const fn needed(name: &'static str, shape: Shape, about: &'static str) -> KnownKey {
    KnownKey { name, shape, required: true, about }
}
