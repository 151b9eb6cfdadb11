//! AiResource: what AI coding tools read, such as skills and rules. Known to Backstage through its `ai-model` module.

use super::Shape::{ShortText, Text};
use super::{Field, Kind, OWNERS, RelationField, TEXTS, Variant, optional, relation, required};
use crate::catalog::relation::RelationType::{DependsOn, HasPart, OwnedBy, PartOf};
use crate::catalog::well_known::LIFECYCLES;

const TYPE: Field = required("type", Text, "What sort of resource it is: skill, rule, plugin, marketplace or another.")
    .such_as(&["skill", "rule", "plugin", "marketplace"]);
const LIFECYCLE: Field =
    required("lifecycle", Text, "The state it is in, such as experimental or production.").such_as(&LIFECYCLES);
const OWNER: Field = required("owner", Text, "The group or user that is responsible for it.");
const SYSTEM: Field = optional("system", Text, "The system it belongs to.");
const DISCIPLINES: Field = optional("disciplines", TEXTS, "Fields of work it is for.");
const VERSION: Field = optional("version", Text, "Its version.");

const OWNED: RelationField = relation("owner", OWNERS, OwnedBy);
const PART: RelationField = relation("system", &["System"], PartOf);

pub(super) const KIND: Kind = Kind {
    name: "AiResource",
    plural: "AI resources",
    id: "airesource",
    glyph: "other",
    about: "What AI coding tools read, such as a skill or a rule.",
    api_versions: &["backstage.io/v1alpha1"],
    fields: &[TYPE, LIFECYCLE, OWNER, SYSTEM],
    relations: &[OWNED, PART],
    variants: &[
        Variant {
            of_type: "skill",
            fields: &[
                TYPE,
                LIFECYCLE,
                OWNER,
                SYSTEM,
                DISCIPLINES,
                optional("categories", TEXTS, "Categories it is listed under."),
                optional("agents", TEXTS, "Agents it was made for."),
                optional("dependsOn", TEXTS, "Other AI resources it needs."),
                optional("allowedTools", Text, "Tools it may use, separated by spaces."),
                optional("license", Text, "Its licence."),
                optional("compatibility", ShortText(500), "What it needs to run."),
            ],
            relations: &[OWNED, PART, relation("dependsOn", &["AiResource"], DependsOn)],
        },
        Variant {
            of_type: "rule",
            fields: &[
                TYPE,
                LIFECYCLE,
                OWNER,
                SYSTEM,
                DISCIPLINES,
                required("category", Text, "What the rule is about, such as security or style."),
                required("rationale", Text, "Why the rule exists."),
            ],
            relations: &[OWNED, PART],
        },
        Variant {
            of_type: "plugin",
            fields: &[TYPE, LIFECYCLE, OWNER, SYSTEM, required("skills", TEXTS, "The skills it is made of."), VERSION],
            relations: &[OWNED, PART, relation("skills", &["AiResource"], HasPart)],
        },
        Variant {
            of_type: "marketplace",
            fields: &[TYPE, LIFECYCLE, OWNER, SYSTEM, required("plugins", TEXTS, "The plugins it offers."), VERSION],
            relations: &[OWNED, PART, relation("plugins", &["AiResource"], HasPart)],
        },
    ],
    schema: None,
};
