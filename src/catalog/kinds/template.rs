//! Template: a form and the steps that turn its answers into a project.

use super::Shape::{AnyText, List, Map, MapOfTexts, OneOrMore, Text, TextOrBool};
use super::{Field, Kind, OWNERS, Shape, optional, relation, required};
use crate::catalog::relation::RelationType::OwnedBy;
use crate::catalog::well_known::LIFECYCLES;

const PERMISSIONS: Field = optional(
    "backstage:permissions",
    Map(&[optional("tags", List(&AnyText), "Tags that a permission policy may ask for.")]),
    "Who may see it.",
);

const DECORATORS: Shape =
    List(&Map(&[optional("id", AnyText, "The decorator's id."), optional("input", Map(&[]), "What it is given.")]));

const STEPS: Shape = List(&Map(&[
    required("action", AnyText, "The action to run, such as `fetch:template`."),
    optional("id", AnyText, "The name by which later steps refer to its output."),
    optional("name", AnyText, "The name to show."),
    optional("input", Map(&[]), "What the action is given."),
    optional("if", TextOrBool, "The step is skipped when this is false."),
    PERMISSIONS,
]));

const LINKS: Shape = List(&Map(&[
    optional("url", Text, "Where it leads."),
    optional("entityRef", Text, "The entity it leads to."),
    optional("title", Text, "Its words."),
    optional("icon", Text, "Its icon."),
    optional("if", TextOrBool, "The link is left out when this is false."),
]));

const TEXT_BLOCKS: Shape = List(&Map(&[
    optional("title", Text, "Its heading."),
    optional("icon", Text, "Its icon."),
    optional("content", AnyText, "Markdown."),
    optional("if", TextOrBool, "The text is left out when this is false."),
]));

const BUTTONS: Shape = Map(&[
    optional("backButtonText", AnyText, "The button that leads one page back."),
    optional("createButtonText", AnyText, "The button that starts."),
    optional("reviewButtonText", AnyText, "The button that leads to the review."),
]);

pub(super) const KIND: Kind = Kind {
    name: "Template",
    plural: "Templates",
    id: "template",
    glyph: "template",
    about: "A form, and the steps that turn its answers into a project.",
    api_versions: &["scaffolder.backstage.io/v1beta3"],
    fields: &[
        required("type", Text, "What sort of component it makes.").such_as(&["service", "website", "library"]),
        required("steps", STEPS, "What is done with the answers, in order."),
        optional("owner", Text, "The group or user that is responsible for it."),
        optional("lifecycle", Text, "The state it is in, such as experimental or production.").such_as(&LIFECYCLES),
        optional("parameters", OneOrMore(&Map(&[PERMISSIONS])), "The form: one page, or a list of pages."),
        optional(
            "output",
            MapOfTexts(&[
                optional("links", LINKS, "Links to what was made."),
                optional("text", TEXT_BLOCKS, "Markdown about what was made."),
            ]),
            "What is shown at the end.",
        ),
        optional("secrets", Map(&[optional("schema", Map(&[]), "A JSON Schema.")]), "Secrets that a task is given."),
        optional(
            "presentation",
            Map(&[optional("buttonLabels", BUTTONS, "The words of the form's buttons.")]),
            "How the form is shown.",
        ),
        optional("formDecorators", DECORATORS, "What runs before the answers are handed over."),
        optional("EXPERIMENTAL_formDecorators", DECORATORS, "The former name of `formDecorators`."),
        optional(
            "EXPERIMENTAL_recovery",
            Map(&[optional("EXPERIMENTAL_strategy", AnyText, "none or startOver.")]),
            "What happens to a task that was interrupted.",
        ),
    ],
    relations: &[relation("owner", OWNERS, OwnedBy)],
    variants: &[],
    schema: None,
};
