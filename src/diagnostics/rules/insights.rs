//! Rules about the catalog as a whole.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity, count};

/// The rules of this file.
pub const RULES: &[&Rule] = &[
    DANGLING,
    NOT_CHECKED,
    WRONG_KIND,
    UNKNOWN_OWNER,
    MISSING_OWNER,
    EMPTY_OWNER,
    CYCLE,
    ORPHAN,
    DEPRECATED_IN_USE,
    EXPERIMENTAL,
    UNKNOWN_LIFECYCLE,
    UNKNOWN_SUCCESSOR,
    CODEOWNERS,
];

const DANGLING: &Rule = &Rule {
    name: "dangling-ref",
    severity: Severity::Warning,
    summary: "A ref names an entity that is not in the catalog.",
    why: "Readers reach a dead end, and owners cannot be told when it changes.",
};
const NOT_CHECKED: &Rule = &Rule {
    name: "ref-not-checked",
    severity: Severity::Info,
    summary: "Refs lead to entities outside of what was checked.",
    why: "Whether they lead anywhere shows only when the whole portal is built.",
};
const WRONG_KIND: &Rule = &Rule {
    name: "wrong-kind-ref",
    severity: Severity::Warning,
    summary: "A ref leads to an entity of a kind that its field is not meant for.",
    why: "The relation is drawn all the same, and says something that is not so: a component as an owner reaches nobody.",
};
const UNKNOWN_OWNER: &Rule = &Rule {
    name: "unknown-owner",
    severity: Severity::Warning,
    summary: "`spec.owner` names a group or user that is not in the catalog.",
    why: "Nobody is there to ask, to page or to tell about a change.",
};
const MISSING_OWNER: &Rule = &Rule {
    name: "missing-owner",
    severity: Severity::Warning,
    summary: "An entity has no owner, though its kind may have one.",
    why: "Nobody is there to ask, to page or to tell about a change.",
};
const EMPTY_OWNER: &Rule = &Rule {
    name: "empty-owner",
    severity: Severity::Warning,
    summary: "A group that owns something has no members, nor have its subgroups.",
    why: "The owner is a name only: nobody is reached through it.",
};
const CYCLE: &Rule = &Rule {
    name: "relation-cycle",
    severity: Severity::Warning,
    summary: "Entities are part of, children of or dependent on themselves through others.",
    why: "A circle has no top: trees cannot show it, and nothing in it can be built, moved or switched off first.",
};
const ORPHAN: &Rule = &Rule {
    name: "orphan-entity",
    severity: Severity::Info,
    summary: "An entity that nothing leads to and that leads to nothing.",
    why: "Readers come across it by search alone, and nobody will notice when it is out of date.",
};
const DEPRECATED_IN_USE: &Rule = &Rule {
    name: "deprecated-in-use",
    severity: Severity::Warning,
    summary: "Something that is not deprecated itself uses something deprecated.",
    why: "It will go away, and whoever still depends on it breaks then. Its owner has to know whom to wait for.",
};
const EXPERIMENTAL: &Rule = &Rule {
    name: "experimental-in-production",
    severity: Severity::Warning,
    summary: "Something in production depends on something experimental.",
    why: "An experiment may change or end any day, and takes what is in production with it.",
};
const UNKNOWN_LIFECYCLE: &Rule = &Rule {
    name: "unknown-lifecycle",
    severity: Severity::Warning,
    summary: "A lifecycle that is none of Backstage's and none that the configuration names.",
    why: "Filters, boards and checks by lifecycle pass the entity over.",
};
const UNKNOWN_SUCCESSOR: &Rule = &Rule {
    name: "unknown-successor",
    severity: Severity::Warning,
    summary: "`callboard.dev/replaced-by` names nothing in the catalog.",
    why: "Whoever uses the deprecated thing is sent nowhere.",
};
const CODEOWNERS: &Rule = &Rule {
    name: "codeowners-conflict",
    severity: Severity::Warning,
    summary: "`spec.owner` and CODEOWNERS name different owners.",
    why: "Reviews go to one team and pages to another, until somebody finds out in an incident.",
};

/// A ref that somebody holds in a field, as every rule about refs names it.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    pub place: Place,
    /// The ref of the entity that holds it.
    pub from: &'a str,
    pub field: &'a str,
    /// Canonical.
    pub target: &'a str,
}

/// `left_out` is where a document with this ref was refused.
pub fn dangling(held: Held<'_>, left_out: Option<&Place>, guess: Option<&str>) -> Finding {
    let Held { place, from, field, target } = held;
    Finding::new(DANGLING, place, format!("`{target}` in `spec.{field}` is not in the catalog"))
        .hint_if(left_out.map(was_left_out))
        .hint_if(guess.map(|guess| format!("Did you mean `{guess}`?")))
        .about(from)
}

fn was_left_out(place: &Place) -> String {
    format!("It was left out because of its errors; mend them at {}.", place.display())
}

pub fn unknown_owner(held: Held<'_>, left_out: Option<&Place>, guess: Option<&str>) -> Finding {
    let Held { place, from, target, .. } = held;
    let finding = Finding::new(UNKNOWN_OWNER, place, format!("the owner `{target}` is not in the catalog")).about(from);
    match (left_out, guess) {
        (Some(place), _) => finding.hint(was_left_out(place)),
        (None, Some(guess)) => finding.hint(format!("Did you mean `{guess}`?")),
        (None, None) => finding.hint("Name a group or user of the catalog, or add this one to it."),
    }
}

/// `refs` are refs to `targets` distinct entities that nothing here knows.
pub fn not_checked(refs: usize, targets: usize, examples: &[&str]) -> Finding {
    let named: Vec<String> = examples.iter().map(|reference| format!("`{reference}`")).collect();
    Finding::new(NOT_CHECKED, None, "what leads to entities outside of these repositories was not checked")
        .hint(format!(
            "That is {} to {}: {}{}.",
            count(refs, "ref"),
            count(targets, "entity"),
            named.join(", "),
            if targets > examples.len() { ", …" } else { "" }
        ))
        .hint("Name a built portal with `--portal DIR|URL` to check them too.")
}

pub fn wrong_kind(held: Held<'_>, kind: &str, expected: &[&str]) -> Finding {
    let Held { place, from, field, target } = held;
    let expected: Vec<String> = expected.iter().map(|kind| format!("`{kind}`")).collect();
    Finding::new(WRONG_KIND, place, format!("`spec.{field}` leads to a `{kind}`, `{target}`"))
        .hint(format!("It is meant for {}.", expected.join(" or ")))
        .about(from)
}

pub fn missing_owner(place: Place, reference: &str) -> Finding {
    Finding::new(MISSING_OWNER, place, format!("`{reference}` has no owner"))
        .hint("Add `owner` to its `spec`: the group or user that is responsible for it.")
        .about(reference)
}

pub fn empty_owner(place: Place, group: &str, owned: usize, examples: &[&str]) -> Finding {
    let named: Vec<String> = examples.iter().map(|reference| format!("`{reference}`")).collect();
    let more = if owned > examples.len() { ", …" } else { "" };
    Finding::new(
        EMPTY_OWNER,
        place,
        format!("`{group}` owns {}, but nobody is in it: {}{more}", count(owned, "entity"), named.join(", ")),
    )
    .hint("Add members to the group or to one of its subgroups, or name another owner.")
    .about(group)
}

/// `circle` begins and ends with the same ref.
pub fn cycle(place: Place, what: &str, circle: &[&str]) -> Finding {
    const MOST: usize = 8;
    let names: Vec<String> = circle.iter().take(MOST).map(|reference| format!("`{reference}`")).collect();
    let rest = match circle.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" → … {} more", rest),
    };
    Finding::new(CYCLE, place, format!("a circle of {what}: {}{rest}", names.join(" → ")))
        .hint("Take one of these relations out.")
        .about(circle.first().copied().unwrap_or_default())
}

pub fn orphan(place: Place, reference: &str) -> Finding {
    Finding::new(ORPHAN, place, format!("`{reference}` has no relation to anything in the catalog")).about(reference)
}

pub fn deprecated_in_use(held: Held<'_>, successor: Option<&str>) -> Finding {
    let (used, _) = told_use(&held);
    Finding::new(DEPRECATED_IN_USE, held.place, format!("{used} is deprecated"))
        .hint_if(successor.map(|successor| format!("Its successor is `{successor}`.")))
        .about(held.from)
}

pub fn experimental_in_production(held: Held<'_>) -> Finding {
    let (used, user) = told_use(&held);
    let message = format!("{used} is experimental, and {user} is in production");
    Finding::new(EXPERIMENTAL, held.place, message).about(held.from)
}

/// What is used and who uses it, in the words of the descriptor that says so: the user's, or that of what is used.
fn told_use(held: &Held<'_>) -> (String, String) {
    let Held { from, field, target, .. } = held;
    match *field {
        "dependencyOf" => (format!("`{from}` in `spec.{field}` uses `{target}`, which"), format!("`{from}`")),
        _ => (format!("`{target}` in `spec.{field}`"), "this".to_string()),
    }
}

pub fn unknown_lifecycle<'a>(
    place: Place,
    from: &str,
    found: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Finding {
    let list: Vec<String> = known.clone().map(|word| format!("`{word}`")).collect();
    Finding::new(UNKNOWN_LIFECYCLE, place, format!("`{found}` is no lifecycle that is known here"))
        .hint_if(did_you_mean(found, known))
        .hint(format!("Known are {}; more are named in `callboard.lifecycles`.", list.join(", ")))
        .about(from)
}

pub fn unknown_successor(place: Place, from: &str, key: &str, text: &str, why: &str) -> Finding {
    Finding::new(UNKNOWN_SUCCESSOR, place, format!("`{text}` in `{key}` {why}"))
        .hint("Write the ref of an entity, such as `component:default/orders`.")
        .about(from)
}

pub fn codeowners_conflict(held: Held<'_>, owners: &str, source: &Place) -> Finding {
    let Held { place, from, target, .. } = held;
    Finding::new(CODEOWNERS, place, format!("the owner is `{target}`, but CODEOWNERS says {owners}"))
        .hint(format!("It stands at {}. Let both name the same.", source.display()))
        .about(from)
}
