//! Rules about descriptors and entities.

use crate::diagnostics::suggestion::{did_you_mean, nearest};
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
    EMPTY_DESCRIPTOR,
    LOCATION_DROPPED,
    MISSPELT_FIELD,
    MISSPELT_ANNOTATION,
    DEPRECATED_ANNOTATION,
    INVALID_SUNSET,
    INVALID_DEFINITION,
    OWNER_INFERRED,
];

const YAML_SYNTAX: &Rule = &Rule {
    name: "yaml-syntax",
    severity: Severity::Error,
    summary: "A document of a descriptor is not valid YAML.",
    why: "The entity written here is missing from the portal, and refs to it lead nowhere.",
};
const YAML_WARNING: &Rule = &Rule {
    name: "yaml-warning",
    severity: Severity::Warning,
    summary: "YAML reads something in a descriptor otherwise than its author probably meant.",
    why: "The value that is shown is not the one that was written.",
};
const NOT_AN_ENTITY: &Rule = &Rule {
    name: "not-an-entity",
    severity: Severity::Error,
    summary: "A document of a descriptor is not a mapping.",
    why: "Whatever this document was to describe is missing from the portal.",
};
const MISSING_FIELD: &Rule = &Rule {
    name: "missing-field",
    severity: Severity::Error,
    summary: "An entity lacks a field that its kind requires.",
    why: "The whole entity is left out, and refs to it lead nowhere. Backstage refuses it for the same reason.",
};
const WRONG_TYPE: &Rule = &Rule {
    name: "wrong-type",
    severity: Severity::Error,
    summary: "A field holds another type of value than its kind allows. Empty (null) is not the same as absent.",
    why: "The whole entity is left out, even for one stray empty value. Backstage refuses it for the same reason.",
};
const FORMAT: &Rule = &Rule {
    name: "invalid-format",
    severity: Severity::Error,
    summary: "A name, tag, label or address is not written as Backstage requires.",
    why: "Names, tags and keys become parts of refs and addresses, so the whole entity is left out, as in Backstage.",
};
const UNKNOWN_KEY: &Rule = &Rule {
    name: "unknown-root-key",
    severity: Severity::Error,
    summary: "An entity has a key beside `apiVersion`, `kind`, `metadata` and `spec`.",
    why: "Such a key is most often a slip or one indented too little. Backstage refuses the entity, so it is left \
          out here as well.",
};
const UNKNOWN_KIND: &Rule = &Rule {
    name: "unknown-kind",
    severity: Severity::Error,
    summary: "An entity is of a kind that the portal does not know.",
    why: "Nothing tells which fields it should have or what its page should show, so the entity is left out.",
};
const API_VERSION: &Rule = &Rule {
    name: "unknown-api-version",
    severity: Severity::Error,
    summary: "A kind does not exist in the `apiVersion` an entity names.",
    why: "The version decides which fields are valid. Without a known one the entity cannot be checked and is left \
          out.",
};
const SPEC: &Rule = &Rule {
    name: "invalid-spec",
    severity: Severity::Error,
    summary: "The `spec` of an entity does not follow its kind's schema.",
    why: "The entity is left out, and refs to it lead nowhere. Backstage refuses it for the same reason.",
};
const BAD_REF: &Rule = &Rule {
    name: "invalid-ref",
    severity: Severity::Error,
    summary: "An entity ref does not follow `[kind:][namespace/]name`.",
    why: "A ref that cannot be read points at nothing. The entity that holds it is left out, as in Backstage.",
};
const PLACEHOLDER: &Rule = &Rule {
    name: "placeholder",
    severity: Severity::Error,
    summary: "`$text`, `$json` or `$yaml` names a file that cannot be used.",
    why: "The entity is left out rather than shown without its content, which is most often an API definition.",
};
const DUPLICATE: &Rule = &Rule {
    name: "duplicate-entity",
    severity: Severity::Error,
    summary: "Two entities have the same ref; one of them is left out.",
    why: "Refs lead to the other entity, and readers who look for this one find that instead.",
};
const KIND_NOT_ALLOWED: &Rule = &Rule {
    name: "kind-not-allowed",
    severity: Severity::Error,
    summary: "An entity is of a kind that `catalog.rules` do not let in from where it comes.",
    why: "The entity is left out. The rules keep repositories from declaring what is not theirs to say, such as \
          who belongs to a group.",
};
const EMPTY_DESCRIPTOR: &Rule = &Rule {
    name: "empty-descriptor",
    severity: Severity::Warning,
    summary: "A descriptor file holds no entity.",
    why: "Somebody meant to register something here, and nobody will find it.",
};
const LOCATION_DROPPED: &Rule = &Rule {
    name: "location-dropped",
    severity: Severity::Error,
    summary: "With `--compat backstage`: an entity is dropped because its location brings something faulty.",
    why: "Backstage stores nothing of a location until all of it can be read, so one slip hides its neighbours.",
};
const MISSPELT_FIELD: &Rule = &Rule {
    name: "misspelt-field",
    severity: Severity::Warning,
    summary: "A field that nothing reads, spelt almost like one that is read.",
    why: "What was written there has no effect: the relation or fact that its author meant is missing.",
};
const MISSPELT_ANNOTATION: &Rule = &Rule {
    name: "misspelt-annotation",
    severity: Severity::Warning,
    summary: "An annotation that nothing reads, spelt almost like a well-known one.",
    why: "The tool that looks for the annotation does not see it, so its tab or link is missing.",
};
const DEPRECATED_ANNOTATION: &Rule = &Rule {
    name: "deprecated-annotation",
    severity: Severity::Info,
    summary: "An annotation that Backstage and its plugins no longer read.",
    why: "The annotation has no effect any more. Whoever reads the file believes that it has.",
};
const INVALID_SUNSET: &Rule = &Rule {
    name: "invalid-sunset",
    severity: Severity::Warning,
    summary: "`callboard.dev/sunset-on` is not a date.",
    why: "Without a date nobody is told when the thing goes away.",
};
const INVALID_DEFINITION: &Rule = &Rule {
    name: "invalid-definition",
    severity: Severity::Warning,
    summary: "The definition of an API is not what its type says.",
    why: "Readers of the API see an error or nothing in place of its definition.",
};
const OWNER_INFERRED: &Rule = &Rule {
    name: "owner-inferred",
    severity: Severity::Info,
    summary: "An entity names no owner; the one in CODEOWNERS was taken.",
    why: "The owner is a guess that follows CODEOWNERS, and changes with it.",
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

/// A field of the kind's table that is not there.
pub fn missing_field<'a>(
    place: Place,
    path: &str,
    field: &str,
    about: &str,
    near: impl Iterator<Item = &'a str>,
) -> Finding {
    let finding = missing(place, path, field, near);
    if finding.hints.is_empty() { finding.hint(format!("Add `{field}`. {about}")) } else { finding }
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

/// The same for a value that nothing refers to, so that writing it otherwise is safe.
pub fn format_to_fix(place: Place, field: &str, text: &str, rule: &str, guess: Option<String>) -> Finding {
    let finding = format(place, field, text, rule, guess.clone());
    match guess {
        Some(guess) => finding.fix("Write it in a valid form.", quoted(&guess)),
        None => finding,
    }
}

/// A value that should be a string and only lacks its quotes. `raw` is the text as it stands.
pub fn unquoted(place: Place, field: &str, found: &str, raw: &str) -> Finding {
    Finding::new(WRONG_TYPE, place, format!("`{field}` should be a string, but is {found}"))
        .hint(format!("Put it in quotes: `\"{raw}\"`."))
        .fix("Put the value in quotes.", format!("\"{raw}\""))
}

/// A word as YAML takes it for a string.
fn quoted(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_word = plain && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if is_word && !matches!(text, "true" | "false" | "null") { text.to_string() } else { format!("\"{text}\"") }
}

pub fn differs_in_case(place: Place, key: &str) -> Finding {
    Finding::new(FORMAT, place, format!("`{key}` differs from another key in case only"))
}

pub fn unknown_root_key(place: Place, key: &str, known: &[&str]) -> Finding {
    Finding::new(UNKNOWN_KEY, place, format!("an entity has no key `{key}`"))
        .hint_if(did_you_mean(key, known.iter().copied()))
        .hint("Only `apiVersion`, `kind`, `metadata` and `spec` may stand at the root; put your own keys below `metadata`.")
}

pub fn unknown_kind<'a>(place: Place, kind: &str, is_kind: bool, known: impl Iterator<Item = &'a str>) -> Finding {
    let message = if is_kind { format!("there is no kind `{kind}`") } else { format!("`{kind}` is not a kind") };
    let finding = Finding::new(UNKNOWN_KIND, place, message);
    match nearest(kind, known) {
        Some(guess) if guess.eq_ignore_ascii_case(kind) => {
            finding.hint(format!("Write `{guess}`; case counts.")).fix("Write the kind as it is known.", guess)
        }
        Some(guess) => finding.hint(format!("Did you mean `{guess}`?")),
        None => finding.hint("A kind of your own is declared under `callboard.kinds` of the configuration."),
    }
}

pub fn api_version(place: Place, kind: &str, found: &str, known: &[&str]) -> Finding {
    let known: Vec<String> = known.iter().map(|version| format!("`{version}`")).collect();
    Finding::new(API_VERSION, place, format!("`{found}` has no kind `{kind}`"))
        .hint(format!("Use {}.", known.join(" or ")))
}

/// `path` is a path below the entity, or a JSON pointer below `spec`.
pub fn spec(place: Place, path: &str, message: &str) -> Finding {
    let part = |part: &str| match part.parse::<usize>() {
        Ok(at) => format!("[{at}]"),
        Err(_) => format!(".{}", part.replace("~1", "/").replace("~0", "~")),
    };
    let below = |pointer: &str| pointer.split('/').skip(1).map(part).collect::<String>();
    let field = if path.starts_with("spec") { path.to_string() } else { format!("spec{}", below(path)) };
    Finding::new(SPEC, place, format!("`{field}`: {message}"))
}

pub fn one_of(place: Place, path: &str, found: &str, words: &[&str]) -> Finding {
    let allowed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    Finding::new(SPEC, place, format!("`{path}` should be {}, but is `{found}`", allowed.join(" or ")))
        .hint_if(did_you_mean(found, words.iter().copied()))
}

pub fn empty_descriptor(place: Place) -> Finding {
    Finding::new(EMPTY_DESCRIPTOR, place, "this descriptor holds no entity")
        .hint("`callboard init` writes a first one from what a repository shows.")
}

pub fn location_dropped(place: Place, reference: &str, fault: &Place) -> Finding {
    Finding::new(LOCATION_DROPPED, place, format!("`{reference}` is dropped: its location brings something faulty"))
        .hint(format!(
            "The fault is at {}. Backstage stores nothing of a location until all of it can be read.",
            fault.display()
        ))
        .about(reference)
}

/// Said beside a fault that costs other entities nothing here, but would in Backstage.
pub fn kept_beside(kept: &[std::sync::Arc<str>]) -> String {
    let named: Vec<String> = kept.iter().take(3).map(|reference| format!("`{reference}`")).collect();
    let more = match kept.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (come, them) = if kept.len() == 1 { ("comes", "it") } else { ("come", "them") };
    let named = named.join(", ");
    format!("Backstage would also drop {named}{more}, which {come} from the same location; callboard keeps {them}.")
}

pub fn misspelt_field(place: Place, path: &str, key: &str, meant: &str) -> Finding {
    Finding::new(MISSPELT_FIELD, place, format!("nothing reads `{path}.{key}`"))
        .hint(format!("Did you mean `{meant}`?"))
}

/// The same where the value fits the field that was meant.
pub fn misspelt_field_to_fix(place: Place, path: &str, key: &str, meant: &str) -> Finding {
    misspelt_field(place, path, key, meant).fix("Write the field as it is known.", meant)
}

pub fn misspelt_annotation(place: Place, key: &str, meant: &str) -> Finding {
    Finding::new(MISSPELT_ANNOTATION, place, format!("nothing reads the annotation `{key}`"))
        .hint(format!("Did you mean `{meant}`?"))
}

/// The same for the only key that means this annotation.
pub fn misspelt_annotation_to_fix(place: Place, key: &str, meant: &str) -> Finding {
    misspelt_annotation(place, key, meant).fix("Write the annotation as it is known.", meant)
}

pub fn deprecated_annotation(place: Place, key: &str, instead: &str) -> Finding {
    let instead = if instead.contains('`') { instead.to_string() } else { format!("`{instead}`") };
    Finding::new(DEPRECATED_ANNOTATION, place, format!("the annotation `{key}` is no longer read"))
        .hint(format!("Use {instead}."))
}

pub fn invalid_sunset(place: Place, key: &str, text: &str) -> Finding {
    Finding::new(INVALID_SUNSET, place, format!("`{text}` in `{key}` is not a date"))
        .hint("Write the day as `YYYY-MM-DD`, such as `2027-03-31`.")
}

pub fn invalid_definition(place: Place, of_type: &str, why: &str) -> Finding {
    Finding::new(INVALID_DEFINITION, place, format!("this is no `{of_type}` definition: {why}"))
}

pub fn owner_inferred(place: Place, owner: &str, written: &str, source: &Place) -> Finding {
    Finding::new(OWNER_INFERRED, place, format!("the owner `{owner}` was taken from `{written}` in CODEOWNERS"))
        .hint(format!("It stands at {}; write `owner: {owner}` to settle it.", source.display()))
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

pub fn duplicate_elsewhere(place: Place, reference: &str, repo: &str) -> Finding {
    Finding::new(DUPLICATE, place, format!("`{reference}` is taken: the portal has it from another repository"))
        .hint(format!("It comes from {repo}; give one of them another name."))
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
