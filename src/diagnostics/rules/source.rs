//! Rules about finding and reading repositories.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity, count};

/// The rules of this file.
pub const RULES: &[&Rule] = &[
    NOTHING_FOUND,
    LOCATION_MISSING,
    LOCATION_REFUSED,
    UNREADABLE,
    UNREACHABLE,
    STALE,
    STALE_LONG,
    GONE,
    INCOMPLETE,
    MOVED,
    EMPTY,
    NO_HISTORY,
    NOT_COMMITTED,
    UNCOMMITTED,
    INVALID_ENCODING,
    ISSUES_UNREAD,
    ISSUES_CUT,
    BUNDLE_REFUSED,
    BUNDLE_DAMAGED,
    BUNDLE_CUT,
    KUBERNETES_UNREACHABLE,
    KUBERNETES_UNREAD,
    KUBERNETES_CUT,
    KUBERNETES_ANNOTATION,
];

const NOTHING_FOUND: &Rule = &Rule {
    name: "no-repositories",
    severity: Severity::Warning,
    summary: "A folder that was to be scanned holds no repository.",
    why: "The portal lacks everything that was expected there; often the path is wrong or a checkout did not happen.",
};
const LOCATION_MISSING: &Rule = &Rule {
    name: "location-target-missing",
    severity: Severity::Error,
    summary: "A location points at a file that does not exist.",
    why: "The entities of that file are missing, and refs to them lead nowhere.",
};
const LOCATION_REFUSED: &Rule = &Rule {
    name: "location-refused",
    severity: Severity::Error,
    summary: "A location points where a repository may not lead: outside itself or to a host that nobody configured.",
    why: "What it names is left out. Otherwise whoever can write to one repository could pull files from anywhere \
          into the portal.",
};
const UNREADABLE: &Rule = &Rule {
    name: "file-unreadable",
    severity: Severity::Error,
    summary: "A file or repository cannot be read.",
    why: "Whatever it describes is missing from the portal, and refs to it lead nowhere.",
};
const UNREACHABLE: &Rule = &Rule {
    name: "repository-unreachable",
    severity: Severity::Error,
    summary: "A repository cannot be fetched and was never fetched before.",
    why: "Its entities and documentation are missing, and refs from other repositories to them lead nowhere.",
};
const STALE: &Rule = &Rule {
    name: "repository-stale",
    severity: Severity::Warning,
    summary: "A repository cannot be fetched; its last good state is shown.",
    why: "What changed there since is not in the portal, and stays out until the repository can be fetched again.",
};
const STALE_LONG: &Rule = &Rule {
    name: "repository-stale-long",
    severity: Severity::Error,
    summary: "The state of a repository was not confirmed for longer than `--max-stale` allows.",
    why: "Nobody knows whether what the portal says of it still holds, and its readers take it for true.",
};
const GONE: &Rule = &Rule {
    name: "repository-gone",
    severity: Severity::Warning,
    summary: "A repository is no longer in the list of its organisation.",
    why: "It is shown for the last time or not at all any more, and refs to its entities lead nowhere.",
};
const INCOMPLETE: &Rule = &Rule {
    name: "source-incomplete",
    severity: Severity::Warning,
    summary: "A source could not list all of its repositories.",
    why: "New repositories may be missing. Nothing that is missing from the list counts as gone.",
};
const MOVED: &Rule = &Rule {
    name: "repository-moved",
    severity: Severity::Info,
    summary: "A repository has another name or address now.",
    why: "Its forge still leads from the old one to the new one, but only until somebody takes the old name again.",
};
const EMPTY: &Rule = &Rule {
    name: "repository-empty",
    severity: Severity::Warning,
    summary: "A repository has no commit or no file.",
    why: "There is nothing to show. Somebody named this repository, so somebody expects to find it.",
};
const NO_HISTORY: &Rule = &Rule {
    name: "history-unknown",
    severity: Severity::Warning,
    summary: "Git cannot tell when the files of a repository changed.",
    why: "Pages cannot say when and by whom something was changed, so readers cannot tell fresh text from old.",
};
const NOT_COMMITTED: &Rule = &Rule {
    name: "not-committed",
    severity: Severity::Error,
    summary: "A file lies in the work tree but is not part of the commit that is read.",
    why: "The portal shows what is committed, so this file is missing from it, as it is for everybody but you.",
};

const UNCOMMITTED: &Rule = &Rule {
    name: "uncommitted-changes",
    severity: Severity::Warning,
    summary: "A work tree holds changes that are not part of the commit that is read.",
    why: "The portal shows the last commit. Whoever looks for the change just made does not find it.",
};

const INVALID_ENCODING: &Rule = &Rule {
    name: "invalid-encoding",
    severity: Severity::Warning,
    summary: "A descriptor holds bytes that are not UTF-8; they were replaced.",
    why: "Names and texts with these bytes show a replacement character instead of what was written.",
};

const ISSUES_UNREAD: &Rule = &Rule {
    name: "issues-unread",
    severity: Severity::Warning,
    summary: "The open issues of a repository cannot be read.",
    why: "Readers do not see what others reported about a page, or see what was known at an earlier build.",
};
const ISSUES_CUT: &Rule = &Rule {
    name: "issues-cut",
    severity: Severity::Info,
    summary: "A repository has more open issues than are shown.",
    why: "Only the newest stand on pages. The others are found on the forge, which pages lead to.",
};

const KUBERNETES_UNREACHABLE: &Rule = &Rule {
    name: "kubernetes-unreachable",
    severity: Severity::Warning,
    summary: "A cluster cannot be read.",
    why: "Readers see what ran there at an earlier build, or nothing, while something else may run or fail there now.",
};
const KUBERNETES_UNREAD: &Rule = &Rule {
    name: "kubernetes-unread",
    severity: Severity::Warning,
    summary: "A cluster does not list a type of objects.",
    why: "Entities look as if they had none of these objects, and what fails there is not seen.",
};
const KUBERNETES_CUT: &Rule = &Rule {
    name: "kubernetes-cut",
    severity: Severity::Warning,
    summary: "A cluster has more than is read of it.",
    why: "Some entities lack objects that they have, and what fails among them is not seen.",
};
const KUBERNETES_ANNOTATION: &Rule = &Rule {
    name: "kubernetes-annotation",
    severity: Severity::Warning,
    summary: "An annotation about Kubernetes cannot be followed.",
    why: "The entity shows nothing of what runs, or the cluster that it describes is not asked.",
};

const BUNDLE_REFUSED: &Rule = &Rule {
    name: "bundle-refused",
    severity: Severity::Error,
    summary: "A bundle may not speak for the repository that it says it is, or its place names none.",
    why: "Nothing of it is used. Otherwise whoever can write one bundle could replace the pages of any repository.",
};
const BUNDLE_DAMAGED: &Rule = &Rule {
    name: "bundle-damaged",
    severity: Severity::Error,
    summary: "A bundle cannot be read: it is incomplete, of another version, too large, or no bundle at all.",
    why: "Nothing of it is used. What was fetched of it before is shown instead, where there is such a state.",
};
const BUNDLE_CUT: &Rule = &Rule {
    name: "bundle-cut",
    severity: Severity::Warning,
    summary: "A bundle lacks files because it would get too large.",
    why: "The portal lists these files and cannot show them: pages, pictures or definitions are missing.",
};

/// What follows of a fault of a bundle.
fn shown_instead(has_earlier: bool) -> &'static str {
    if has_earlier { ", its last good state is shown" } else { "" }
}

pub fn bundle_damaged(place: Place, bundle: &str, cause: &str, has_earlier: bool) -> Finding {
    let message = format!("the bundle `{bundle}` is not used{}: {cause}", shown_instead(has_earlier));
    Finding::new(BUNDLE_DAMAGED, place, message)
        .hint("Write it anew with `callboard bundle`, and look at how it gets to this place.")
}

pub fn bundle_foreign(place: Place, bundle: &str, said: &str, repository: &str, has_earlier: bool) -> Finding {
    let instead = shown_instead(has_earlier);
    let message =
        format!("the bundle `{bundle}` is not used{instead}: it speaks for `{said}`, this place is for `{repository}`");
    Finding::new(BUNDLE_REFUSED, place, message)
        .hint("Put it into the place of its repository, or correct `repository` here or in the command that writes it.")
}

pub fn bundle_of_unknown_host(place: Place, bundle: &str, host: &str) -> Finding {
    Finding::new(BUNDLE_REFUSED, place, format!("the bundle `{bundle}` is not used: `{host}` is not configured"))
        .hint(format!("Name `{host}` under `integrations` if its repositories may be shown."))
}

pub fn bundle_misplaced(place: Place, bundle: &str) -> Finding {
    Finding::new(BUNDLE_REFUSED, place, format!("the bundle `{bundle}` is not used: its path names no repository"))
        .hint("Below the folder, bundles lie at `<host>/<org>/<name>.callboard`.")
}

pub fn bundle_given_twice(place: Place, bundle: &str, id: &str) -> Finding {
    Finding::new(BUNDLE_REFUSED, place, format!("the bundle `{bundle}` is not used: another one speaks for `{id}`"))
        .hint("Name each repository once.")
}

pub fn too_many_bundles(place: Place, folder: &str, most: usize) -> Finding {
    Finding::new(BUNDLE_REFUSED, place, format!("`{folder}` holds more bundles than the limit, which is {most}"))
        .hint("Spread them over several folders.")
}

pub fn bundle_cut(place: Place, size: u64, most: usize, room: u64) -> Finding {
    let message = format!(
        "`{}` is left out of the bundle: it has {size} bytes, and a bundle holds at most {most} files of together {room} bytes",
        place.path
    );
    Finding::new(BUNDLE_CUT, place, message)
        .hint("Let the docs hold less, or smaller files; no option raises the limit.")
}

pub fn no_bundles(place: Place, folder: &str) -> Finding {
    Finding::new(NOTHING_FOUND, place, format!("no bundle was found in `{folder}`"))
        .hint("Bundles lie at `<host>/<org>/<name>.callboard` below it.")
}

pub fn issues_unread(repository: &str, cause: &str, has_earlier: bool) -> Finding {
    let shown = if has_earlier { ", those of an earlier build are shown" } else { "" };
    Finding::new(ISSUES_UNREAD, None, format!("the issues of `{repository}` cannot be read{shown}: {cause}"))
}

pub fn issues_cut(repository: &str, most: usize) -> Finding {
    Finding::new(ISSUES_CUT, None, format!("`{repository}` has more than {most} open issues with these labels"))
        .hint("Name fewer labels in `callboard.feedback.labels`.")
        .of_limit(true)
}

pub fn cluster_unread(cluster: &str, cause: &str, has_earlier: bool) -> Finding {
    let shown = if has_earlier { ", what ran at an earlier build is shown" } else { "" };
    Finding::new(KUBERNETES_UNREACHABLE, None, format!("the cluster `{cluster}` cannot be read{shown}: {cause}"))
}

/// Without a cause, the cluster has no such type.
pub fn cluster_part_unread(cluster: &str, what: &str, cause: Option<&str>, is_custom: bool) -> Finding {
    let finding = |why: &str| {
        Finding::new(KUBERNETES_UNREAD, None, format!("the cluster `{cluster}` does not list `{what}`: {why}"))
    };
    match cause {
        Some(cause) => finding(cause)
            .hint(format!("Let the service account `list` them, or leave `{what}` out of `kubernetes.objectTypes`.")),
        None if is_custom => finding("it has no such type (status 404)")
            .hint("Name custom resources with the clusters that have them, at `clusters[].customResources`."),
        None => finding("it has no such type (status 404)")
            .hint(format!("Old clusters have another version: `kubernetes.apiVersionOverrides: {{ {what}: … }}`.")),
    }
}

pub fn cluster_cut(cluster: &str, what: &str, most: usize) -> Finding {
    Finding::new(KUBERNETES_CUT, None, format!("the cluster `{cluster}` has more than {most} {what} to read"))
        .hint("Name fewer types in `kubernetes.objectTypes`, or namespaces in `backstage.io/kubernetes-namespace`.")
        .of_limit(true)
}

pub fn kubernetes_annotation(place: Option<Place>, reference: &str, annotation: &str, why: &str) -> Finding {
    Finding::new(KUBERNETES_ANNOTATION, place, format!("`{annotation}` of `{reference}` cannot be followed: {why}"))
}

/// The server stands in the catalog only.
pub fn cluster_not_listed(place: Option<Place>, cluster: &str, server: &str) -> Finding {
    Finding::new(
        KUBERNETES_ANNOTATION,
        place,
        format!("the API server `{server}` of the cluster `{cluster}` is not among those that may be asked"),
    )
    .hint("Name it with its token in `callboard.kubernetes.servers`.")
}

pub fn invalid_encoding(place: Place) -> Finding {
    Finding::new(INVALID_ENCODING, place, "this line holds bytes that are not UTF-8").hint("Save the file as UTF-8.")
}

pub fn uncommitted(place: Place, id: &str, files: usize) -> Finding {
    Finding::new(
        UNCOMMITTED,
        place,
        format!("{} of `{id}` changed since its last commit, which is what is read", count(files, "file")),
    )
    .hint("Commit the changes, or read work trees as they are with `--working-tree`.")
}

pub fn no_such_folder(place: Option<Place>, folder: &str) -> Finding {
    Finding::new(LOCATION_MISSING, place, format!("there is no folder `{folder}`"))
}

pub fn nothing_found(place: Option<Place>, folder: &str) -> Finding {
    Finding::new(NOTHING_FOUND, place, format!("no repository was found in `{folder}`"))
        .hint("A repository is a git repository, or a folder that holds a `catalog-info.yaml` or an `mkdocs.yml`.")
}

pub fn no_such_file(place: Place, target: &str) -> Finding {
    Finding::new(LOCATION_MISSING, place, format!("no file matches `{target}`"))
        .hint("Paths start from the folder of the configuration file, then from its `packages/backend`.")
}

pub fn target_missing(place: Place, path: &str, near: &[&str]) -> Finding {
    Finding::new(LOCATION_MISSING, place, format!("the repository has no file `{path}`"))
        .hint_if(did_you_mean(path, near.iter().copied()))
        .hint("Add the file, correct the target, or set `presence: optional`.")
}

pub fn not_committed(place: Place, path: &str) -> Finding {
    Finding::new(NOT_COMMITTED, place, format!("`{path}` is not committed"))
        .hint("Commit it, or read work trees as they are with `--working-tree`.")
}

pub fn leaves_repository(place: Place, target: &str) -> Finding {
    Finding::new(LOCATION_REFUSED, place, format!("`{target}` leaves the repository"))
        .hint("Point at a file of the same repository, or write its full web address.")
}

pub fn not_a_url(place: Place, target: &str) -> Finding {
    Finding::new(LOCATION_REFUSED, place, format!("`{target}` is not a web address"))
}

pub fn not_fetched(place: Place, target: &str, host: &str, known: bool) -> Finding {
    let finding = Finding::new(LOCATION_REFUSED, place, format!("`{target}` is not read"));
    if known {
        return finding
            .hint("Write the address of a file as the forge shows it, such as `…/blob/main/catalog-info.yaml`.");
    }
    if host.is_empty() {
        return finding.hint("Point at a file of the same repository, or at a web address.");
    }
    finding.hint(format!("`{host}` is not configured; name it under `integrations` if its repositories may be read."))
}

pub fn location_type(place: Place, of_type: &str) -> Finding {
    Finding::new(LOCATION_REFUSED, place, format!("a Location of type `{of_type}` is not followed"))
        .hint("Use `url`, or leave `type` out.")
}

pub fn bad_glob(place: Place, pattern: &str) -> Finding {
    Finding::new(LOCATION_MISSING, place, format!("`{pattern}` is not a pattern"))
}

pub fn too_deep(place: Place, limit: usize) -> Finding {
    Finding::new(LOCATION_REFUSED, place, format!("Locations lead to one another more than {limit} deep"))
        .of_limit(true)
}

pub fn unreadable(place: Place, cause: &str) -> Finding {
    let message = format!("`{}` cannot be read: {cause}", place.path);
    Finding::new(UNREADABLE, place, message)
}

pub fn git_unreadable(place: Place, id: &str, cause: &str) -> Finding {
    Finding::new(UNREADABLE, place, format!("the repository `{id}` cannot be opened: {cause}"))
}

pub fn no_history(place: Place, id: &str, cause: &str) -> Finding {
    Finding::new(NO_HISTORY, place, format!("the history of `{id}` cannot be read: {cause}"))
        .hint("Install the `git` program to have dates and authors on pages.")
}

pub fn unreachable(place: Place, url: &str, cause: &str) -> Finding {
    Finding::new(UNREACHABLE, place, format!("`{url}` cannot be fetched: {cause}"))
}

pub fn renamed(place: Place, old: &str, new: &str) -> Finding {
    Finding::new(MOVED, place, format!("`{old}` is called `{new}` now"))
        .hint("What names it by its old address should name the new one.")
}

pub fn moved(place: Place, old: &str, new: &str) -> Finding {
    Finding::new(MOVED, place, format!("`{old}` is at `{new}` now"))
        .hint("Name the new address in the configuration, or in the Location that leads there.")
}

pub fn stale(place: Place, url: &str, cause: &str) -> Finding {
    Finding::new(STALE, place, format!("`{url}` cannot be fetched, its last good state is shown: {cause}"))
}

pub fn stale_long(place: Place, id: &str, days: u32, cause: &str) -> Finding {
    let message = format!("`{id}` is shown as it was more than {} ago: {cause}", count(days as usize, "day"));
    Finding::new(STALE_LONG, place, message)
        .hint("Make it reachable again, take it out of the sources, or raise `--max-stale`.")
}

pub fn gone(place: Place, id: &str, cause: &str) -> Finding {
    Finding::new(GONE, place, format!("`{id}` is no longer listed: {cause}"))
        .hint("Nothing is to do if it was deleted or moved; otherwise see whether the token may still read it.")
}

pub fn incomplete(place: Place, source: &str, cause: &str) -> Finding {
    Finding::new(INCOMPLETE, place, format!("`{source}` could not list all repositories: {cause}"))
        .hint("Repositories that the list lacks are shown as they were; the next build asks again.")
}

pub fn empty(place: Place, id: &str) -> Finding {
    Finding::new(EMPTY, place, format!("the repository `{id}` is empty"))
}
