//! Rules about `app-config.yaml`.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[
    SYNTAX,
    WRONG_SHAPE,
    UNKNOWN_KEY,
    UNUSED_KEY,
    MISSPELT_KEY,
    TRANSFORM,
    FILE_UNREADABLE,
    DEFAULT_KINDS,
    BASE_URL,
    LOCATION,
    KIND,
    UNKNOWN_RULE,
    UNKNOWN_KIND,
    PROVIDER,
    KUBERNETES,
];

const SYNTAX: &Rule = &Rule {
    name: "config-syntax",
    severity: Severity::Error,
    summary: "The configuration is not valid YAML.",
    why: "Nothing of the file can be read, so nothing is built.",
};
const WRONG_SHAPE: &Rule = &Rule {
    name: "config-wrong-shape",
    severity: Severity::Error,
    summary: "A configuration value has another type than the key takes.",
    why: "Half of a setting would make another portal than was meant, so nothing is built.",
};
const UNKNOWN_KEY: &Rule = &Rule {
    name: "config-unknown-key",
    severity: Severity::Error,
    summary: "A key under `callboard:` that does not exist.",
    why: "Whatever the key was meant to change would stay as it is, so nothing is built.",
};
const UNUSED_KEY: &Rule = &Rule {
    name: "config-unused-key",
    severity: Severity::Info,
    summary: "A key of Backstage that a static portal has no use for.",
    why: "The key may stay, so that one file serves Backstage and callboard; changing it changes nothing here.",
};
const MISSPELT_KEY: &Rule = &Rule {
    name: "config-misspelt-key",
    severity: Severity::Warning,
    summary: "A key that nobody reads, spelt almost like one that is read.",
    why: "The setting it was meant for keeps its default, as if nobody had written anything.",
};
const TRANSFORM: &Rule = &Rule {
    name: "config-transform",
    severity: Severity::Error,
    summary: "`$env`, `$file` or `$include` is not written as Backstage reads it.",
    why: "The value behind it, often a token or an address, is missing, so nothing is built.",
};
const FILE_UNREADABLE: &Rule = &Rule {
    name: "config-file-unreadable",
    severity: Severity::Error,
    summary: "A file that the configuration names cannot be read.",
    why: "Everything that file was to contribute is missing, so nothing is built.",
};
const DEFAULT_KINDS: &Rule = &Rule {
    name: "config-default-kinds",
    severity: Severity::Info,
    summary: "Without `catalog.rules`, Backstage lets in Component, API and Location only.",
    why: "Groups, users, systems and templates stay out, so owners have no page and refs to them lead nowhere.",
};
const BASE_URL: &Rule = &Rule {
    name: "config-base-url",
    severity: Severity::Error,
    summary: "`app.baseUrl` is not an http or https address.",
    why: "The page for missing addresses takes the path of its links from here; without it they start at the root \
          of the host.",
};
const LOCATION: &Rule = &Rule {
    name: "config-location",
    severity: Severity::Error,
    summary: "An entry of `catalog.locations` cannot be used.",
    why: "Everything that this location was to bring would be missing, so nothing is built.",
};

const KIND: &Rule = &Rule {
    name: "config-kind",
    severity: Severity::Error,
    summary: "An entry of `callboard.kinds` cannot be used.",
    why: "Entities of this kind would be left out as unknown, so nothing is built.",
};
const UNKNOWN_RULE: &Rule = &Rule {
    name: "config-unknown-rule",
    severity: Severity::Error,
    summary: "`callboard.rules` names a rule or a severity that does not exist.",
    why: "The severity that was meant would have no effect, and a build might pass or fail unexpectedly; so nothing is built.",
};
const UNKNOWN_KIND: &Rule = &Rule {
    name: "config-unknown-kind",
    severity: Severity::Warning,
    summary: "`catalog.rules` let in a kind that does not exist.",
    why: "Entities of the kind that was meant are kept out.",
};
const PROVIDER: &Rule = &Rule {
    name: "config-provider",
    severity: Severity::Error,
    summary: "An entry of `catalog.providers` cannot be used.",
    why: "Every repository or person that it was to list would be missing, so nothing is built.",
};

const KUBERNETES: &Rule = &Rule {
    name: "config-kubernetes",
    severity: Severity::Warning,
    summary: "A part of `kubernetes` cannot be used by a build.",
    why: "The cluster or the objects that it was to bring are missing, and entities look as if nothing of them ran there.",
};

const SNAPSHOT: &str = "Or let a job write what it lists to a file, and name that in `callboard.kubernetes.snapshots`.";

pub fn cluster_method(place: Place, found: Option<&str>) -> Finding {
    let message = match found {
        Some(found) => format!("a build cannot find clusters by `{found}`"),
        None => "a method of finding clusters needs a `type`".to_string(),
    };
    Finding::new(KUBERNETES, place, message)
        .hint("List them: `type: config` with `clusters`, each with the token of a service account.")
        .hint(SNAPSHOT)
}

pub fn cluster_provider(place: Place, name: &str, provider: &str) -> Finding {
    Finding::new(KUBERNETES, place, format!("a build cannot log in to the cluster `{name}` by `{provider}`"))
        .hint("Use `authProvider: serviceAccount` with a `serviceAccountToken`.")
        .hint(SNAPSHOT)
}

pub fn cluster_unencrypted(place: Place, name: &str) -> Finding {
    Finding::new(KUBERNETES, place, format!("the cluster `{name}` would be asked without encryption"))
        .hint("Only servers on this machine may have an http address.")
}

pub fn cluster_ca(place: Place, name: &str, key: &str, why: &str) -> Finding {
    Finding::new(KUBERNETES, place, format!("`{key}` of the cluster `{name}` cannot be used: {why}"))
        .hint("`caData` is what kubeconfig has at `certificate-authority-data`; `caFile` names a file of PEM.")
}

pub fn cluster_twice(place: Place, name: &str) -> Finding {
    Finding::new(KUBERNETES, place, format!("there are two clusters `{name}`; the first one counts"))
}

pub fn service_locator(place: Place, found: &str) -> Finding {
    Finding::new(
        KUBERNETES,
        place,
        format!("there is no service locator `{found}`; entities are looked for on all clusters"),
    )
    .hint("Use `multiTenant`, `singleTenant` or `catalogRelation`.")
}

pub fn object_type(place: Place, found: &str, known: &[&str]) -> Finding {
    Finding::new(KUBERNETES, place, format!("`{found}` is no type of objects that is known here"))
        .hint_if(did_you_mean(found, known.iter().copied()))
        .hint("Others are named under `customResources`, with group and version.")
}

pub fn secrets_asked(place: Place) -> Finding {
    Finding::new(KUBERNETES, place, "secrets are never read")
        .hint("Leave this out; the service account need not see them.")
}

pub fn provider_host(place: Place, host: &str, forge: &str) -> Finding {
    Finding::new(PROVIDER, place, format!("`{host}` is not among the hosts under `integrations.{forge}`"))
        .hint(format!("Add `integrations: {{ {forge}: [{{ host: {host}, token: ${{NAME}} }}] }}`."))
}

pub fn provider_owner(place: Place, path: &str, needs: &[&str], has_both: bool) -> Finding {
    let what = if has_both { "has more than one of" } else { "lacks" };
    let keys: Vec<String> = needs.iter().map(|key| format!("`{key}`")).collect();
    let finding = Finding::new(PROVIDER, place, format!("`{path}` {what} {}", keys.join(" and ")));
    if needs.len() > 1 {
        finding.hint("Give one of them: `organization`, or the id of a GitHub `app`.")
    } else {
        finding
    }
}

pub fn provider_wildcard(place: Place, path: &str, descriptors: &str) -> Finding {
    let message = format!("`{path}` has `validateLocationsExist` together with the pattern `{descriptors}`");
    Finding::new(PROVIDER, place, message)
        .hint("Leave `validateLocationsExist` out: files that are not there are passed over in any case.")
}

pub fn provider_branch(place: Place, branch: &str) -> Finding {
    Finding::new(PROVIDER, place, format!("the branch `{branch}` holds a `/`, which Backstage does not take here"))
}

pub fn provider_pattern(place: Place, path: &str, pattern: &str, cause: &str) -> Finding {
    Finding::new(PROVIDER, place, format!("`{path}` is no regular expression: `{pattern}`")).hint(format!("{cause}."))
}

pub fn provider_twice(place: Place, id: &str) -> Finding {
    Finding::new(PROVIDER, place, format!("there are two providers `{id}`")).hint("Give each an `id` of its own.")
}

pub fn bad_kind(place: Place, name: &str, why: &str) -> Finding {
    Finding::new(KIND, place, format!("the kind `{name}` cannot be used: {why}"))
}

pub fn unknown_rule<'a>(place: Place, name: &str, known: impl Iterator<Item = &'a str>) -> Finding {
    Finding::new(UNKNOWN_RULE, place, format!("there is no rule `{name}`"))
        .hint_if(did_you_mean(name, known))
        .hint("`callboard explain` lists all rules.")
}

/// `found` is a word in backticks, or what the value is.
pub fn unknown_severity(place: Place, rule: &str, found: &str) -> Finding {
    Finding::new(UNKNOWN_RULE, place, format!("{found} is no severity for `{rule}`"))
        .hint("Use `error`, `warning`, `info` or `off`.")
}

pub fn unknown_kind<'a>(place: Place, kind: &str, known: impl Iterator<Item = &'a str>) -> Finding {
    Finding::new(UNKNOWN_KIND, place, format!("there is no kind `{kind}` to let in"))
        .hint_if(did_you_mean(kind, known))
        .hint("A kind of your own is declared under `callboard.kinds`.")
}

pub fn syntax(place: Place, message: &str) -> Finding {
    Finding::new(SYNTAX, place, format!("the configuration is not valid YAML: {message}"))
}

pub fn wrong_shape(place: Place, name: &str, expected: &str, found: &str) -> Finding {
    Finding::new(WRONG_SHAPE, place, format!("`{name}` should be {expected}, but is {found}"))
}

/// An entry of a list without one of the keys it needs.
pub fn lacks(place: Place, name: &str, key: &str) -> Finding {
    Finding::new(WRONG_SHAPE, place, format!("`{name}` lacks `{key}`"))
}

/// What the scorecard asks and nobody can answer.
pub fn unknown_check(place: Place, word: &str, built_in: &[&str], of_plugins: &[String]) -> Finding {
    let known = || built_in.iter().copied().chain(of_plugins.iter().map(String::as_str));
    let finding = Finding::new(WRONG_SHAPE, place, format!("there is no check `{word}`"))
        .hint_if(did_you_mean(word, known()))
        .hint(format!("Known checks: {}.", list(&known().collect::<Vec<_>>())));
    match word.split_once('/') {
        Some((plugin, _)) if !of_plugins.iter().any(|check| check.starts_with(&format!("{plugin}/"))) => {
            finding.hint(format!("No plugin `{plugin}` with checks is on."))
        }
        _ => finding,
    }
}

pub fn unknown_key(place: Place, section: &str, key: &str, known: &[&str]) -> Finding {
    Finding::new(UNKNOWN_KEY, place, format!("`{section}` has no key `{key}`"))
        .label("not a key of callboard")
        .hint_if(did_you_mean(key, known.iter().copied()))
        .hint(format!("Known keys: {}.", list(known)))
}

/// A key that nobody reads: one of Backstage's, or one of ours with a slip in it.
pub fn unused_key<'a>(place: Place, path: &str, key: &str, used: impl Iterator<Item = &'a str>) -> Finding {
    if let Some(guess) = did_you_mean(key, used) {
        return Finding::new(MISSPELT_KEY, place, format!("`{path}` is not read")).hint(guess);
    }
    Finding::new(UNUSED_KEY, place, format!("`{path}` is not used by a static portal"))
}

pub fn transform_with_siblings(place: Place, key: &str) -> Finding {
    Finding::new(TRANSFORM, place, format!("`{key}` must be the only key of its mapping"))
}

pub fn transform_argument(place: Place, key: &str) -> Finding {
    Finding::new(TRANSFORM, place, format!("`{key}` takes a string that is defined"))
}

pub fn file_unreadable(place: Place, file: &str, cause: &str) -> Finding {
    Finding::new(FILE_UNREADABLE, place, format!("`{file}` cannot be read: {cause}"))
        .hint("Paths start from the folder of the file that names them.")
}

pub fn include_path_missing(place: Place, file: &str, path: &str) -> Finding {
    Finding::new(FILE_UNREADABLE, place, format!("`{file}` has nothing at `{path}`"))
}

pub fn default_kinds(place: Place, kinds: &[&str]) -> Finding {
    Finding::new(DEFAULT_KINDS, place, format!("only {} are let in, as in Backstage", list(kinds))).hint(
        "For all kinds add `catalog: { rules: [{ allow: [Component, API, Resource, System, Domain, Group, User, Location, Template] }] }`.",
    )
}

pub fn bad_base_url(place: Option<Place>, text: &str) -> Finding {
    Finding::new(BASE_URL, place, format!("`app.baseUrl` is `{text}`, which is not an http or https address"))
        .hint("Write the address readers will use, such as `https://portal.example.com/`.")
}

pub fn location_type(place: Place, found: Option<&str>) -> Finding {
    let message = match found {
        Some(found) => format!("a location of type `{found}` cannot be read"),
        None => "a location needs a `type`".to_string(),
    };
    Finding::new(LOCATION, place, message).hint("Use `file` for a path, `url` for a file of a git repository.")
}

pub fn location_target(place: Place) -> Finding {
    Finding::new(LOCATION, place, "a location needs a `target`")
        .hint("Name one or more descriptors, such as `./repos/*/catalog-info.yaml`.")
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
