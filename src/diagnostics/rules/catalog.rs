//! Rules about descriptors and entities.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[
    YAML_SYNTAX,
    YAML_WARNING,
    NOT_AN_ENTITY,
    MISSING_FIELD,
    WRONG_TYPE,
    FORMAT,
    UNKNOWN_KEY,
    UNKNOWN_KIND,
    API_VERSION,
    SPEC,
    BAD_REF,
    PLACEHOLDER,
    DUPLICATE,
    KIND_NOT_ALLOWED,
    DANGLING,
    DEPRECATED_IN_USE,
];

const YAML_SYNTAX: &Rule =
    &Rule { name: "yaml-syntax", severity: Severity::Error, summary: "A document of a descriptor is not valid YAML." };
const YAML_WARNING: &Rule = &Rule {
    name: "yaml-warning",
    severity: Severity::Warning,
    summary: "YAML reads something in a descriptor otherwise than its author probably meant.",
};
const NOT_AN_ENTITY: &Rule =
    &Rule { name: "not-an-entity", severity: Severity::Error, summary: "A document of a descriptor is not a mapping." };
const MISSING_FIELD: &Rule = &Rule {
    name: "missing-field",
    severity: Severity::Error,
    summary: "An entity lacks a field that its kind requires.",
};
const WRONG_TYPE: &Rule = &Rule {
    name: "wrong-type",
    severity: Severity::Error,
    summary: "A field holds another type of value than its kind allows. Empty (null) is not the same as absent.",
};
const FORMAT: &Rule = &Rule {
    name: "invalid-format",
    severity: Severity::Error,
    summary: "A name, tag, label or address is not written as Backstage requires.",
};
const UNKNOWN_KEY: &Rule = &Rule {
    name: "unknown-root-key",
    severity: Severity::Error,
    summary: "An entity has a key beside `apiVersion`, `kind`, `metadata` and `spec`.",
};
const UNKNOWN_KIND: &Rule = &Rule {
    name: "unknown-kind",
    severity: Severity::Error,
    summary: "An entity is of a kind that the portal does not know.",
};
const API_VERSION: &Rule = &Rule {
    name: "unknown-api-version",
    severity: Severity::Error,
    summary: "A kind does not exist in the `apiVersion` an entity names.",
};
const SPEC: &Rule = &Rule {
    name: "invalid-spec",
    severity: Severity::Error,
    summary: "The `spec` of an entity does not follow its kind's schema.",
};
const BAD_REF: &Rule = &Rule {
    name: "invalid-ref",
    severity: Severity::Error,
    summary: "An entity ref does not follow `[kind:][namespace/]name`.",
};
const PLACEHOLDER: &Rule = &Rule {
    name: "placeholder",
    severity: Severity::Error,
    summary: "`$text`, `$json` or `$yaml` names a file that cannot be used.",
};
const DUPLICATE: &Rule = &Rule {
    name: "duplicate-entity",
    severity: Severity::Error,
    summary: "Two entities have the same ref; one of them is left out.",
};
const KIND_NOT_ALLOWED: &Rule = &Rule {
    name: "kind-not-allowed",
    severity: Severity::Error,
    summary: "An entity is of a kind that `catalog.rules` do not let in from where it comes.",
};
const DANGLING: &Rule = &Rule {
    name: "dangling-ref",
    severity: Severity::Warning,
    summary: "A ref names an entity that is not in the catalog.",
};
const DEPRECATED_IN_USE: &Rule = &Rule {
    name: "deprecated-in-use",
    severity: Severity::Warning,
    summary: "Something that is not deprecated itself uses something deprecated.",
};

pub fn yaml_syntax(place: Place, message: &str, hint: Option<String>) -> Finding {
    Finding::new(YAML_SYNTAX, place, format!("this document is not valid YAML: {message}")).hint_if(hint)
}

pub fn yaml_warning(place: Place, message: &str, hint: Option<String>) -> Finding {
    Finding::new(YAML_WARNING, place, message).hint_if(hint)
}

pub fn not_a_mapping(place: Place, found: &str) -> Finding {
    Finding::new(NOT_AN_ENTITY, place, format!("an entity should be a mapping, but this document is {found}"))
}

pub fn missing<'a>(place: Place, field: &str, key: &str, near: impl Iterator<Item = &'a str>) -> Finding {
    Finding::new(MISSING_FIELD, place, format!("`{field}` is missing")).hint_if(
        crate::diagnostics::suggestion::nearest(key, near)
            .map(|found| format!("There is a key `{found}`: did you mean `{key}`?")),
    )
}

pub fn empty(place: Place, field: &str) -> Finding {
    Finding::new(WRONG_TYPE, place, format!("`{field}` should not be empty"))
}

pub fn wrong_type(place: Place, field: &str, expected: &str, found: &str) -> Finding {
    let finding = Finding::new(WRONG_TYPE, place, format!("`{field}` should be {expected}, but is {found}"));
    if found.starts_with("empty") {
        return finding.hint("Leave the key out when it has no value.");
    }
    finding
}

pub fn required_but_null(place: Place, field: &str) -> Finding {
    Finding::new(WRONG_TYPE, place, format!("`{field}` is required, but is empty (null)")).hint("Write its value.")
}

pub fn format(place: Place, field: &str, text: &str, rule: &str, guess: Option<String>) -> Finding {
    Finding::new(FORMAT, place, format!("`{text}` is not a valid `{field}`"))
        .label(format!("should be {rule}"))
        .hint_if(guess.map(|guess| format!("Write `{guess}` instead.")))
}

pub fn differs_in_case(place: Place, key: &str) -> Finding {
    Finding::new(FORMAT, place, format!("`{key}` differs from another key in case only"))
}

pub fn unknown_root_key(place: Place, key: &str, known: &[&str]) -> Finding {
    Finding::new(UNKNOWN_KEY, place, format!("an entity has no key `{key}`"))
        .hint_if(did_you_mean(key, known.iter().copied()))
        .hint("Only `apiVersion`, `kind`, `metadata` and `spec` may stand at the root; put your own keys below `metadata`.")
}

pub fn unknown_kind(place: Place, kind: &str, is_kind: bool, known: &[&str]) -> Finding {
    let message = if is_kind { format!("there is no kind `{kind}`") } else { format!("`{kind}` is not a kind") };
    Finding::new(UNKNOWN_KIND, place, message).hint_if(did_you_mean(kind, known.iter().copied()))
}

pub fn api_version(place: Place, kind: &str, found: &str, known: &[&str]) -> Finding {
    let known: Vec<String> = known.iter().map(|version| format!("`{version}`")).collect();
    Finding::new(API_VERSION, place, format!("`{found}` has no kind `{kind}`"))
        .hint(format!("Use {}.", known.join(" or ")))
}

pub fn spec(place: Place, message: &str) -> Finding {
    Finding::new(SPEC, place, message)
}

pub fn bad_ref(place: Place, field: &str, text: &str, why: &str) -> Finding {
    Finding::new(BAD_REF, place, format!("`{text}` in `spec.{field}` is not an entity ref: {why}"))
}

pub fn placeholder(place: Place, key: &str, why: &str) -> Finding {
    Finding::new(PLACEHOLDER, place, format!("`{key}` cannot be filled: {why}"))
}

pub fn duplicate(place: Place, reference: &str, winner: &Place) -> Finding {
    Finding::new(DUPLICATE, place, format!("`{reference}` is left out: another entity has the same ref"))
        .hint(format!("The one in the catalog stands at {}; give one of them another name.", winner.display()))
        .about(reference)
}

pub fn kind_not_allowed(place: Place, kind: &str, reference: &str) -> Finding {
    Finding::new(KIND_NOT_ALLOWED, place, format!("the kind `{kind}` is not let in from here"))
        .hint(format!("Add `{kind}` to `catalog.rules` or to the `rules` of its location."))
        .about(reference)
}

pub fn people_from_elsewhere(place: Place, kind: &str, reference: &str) -> Finding {
    Finding::new(
        KIND_NOT_ALLOWED,
        place,
        format!("a `{kind}` may not come from a repository that only a Location names"),
    )
    .hint("Name this file in `catalog.locations` of the portal's configuration.")
    .about(reference)
}

pub fn dangling(place: Place, from: &str, field: &str, target: &str, guess: Option<&str>) -> Finding {
    Finding::new(DANGLING, place, format!("`{target}` in `spec.{field}` is not in the catalog"))
        .hint_if(guess.map(|guess| format!("Did you mean `{guess}`?")))
        .about(from)
}

pub fn deprecated_in_use(place: Place, from: &str, field: &str, target: &str, successor: Option<&str>) -> Finding {
    Finding::new(DEPRECATED_IN_USE, place, format!("`{target}` in `spec.{field}` is deprecated"))
        .hint_if(successor.map(|successor| format!("Its successor is `{successor}`.")))
        .about(from)
}
