//! API: a boundary between components, with its definition.

use super::Shape::{FilledList, Map, Text};
use super::{CORE, Field, Kind, OWNERS, Variant, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};
use crate::catalog::well_known::LIFECYCLES;

const TYPE: Field =
    required("type", Text, "What language its definition is in: openapi, asyncapi, graphql, grpc or another.")
        .such_as(&["openapi", "asyncapi", "graphql", "grpc"]);
const LIFECYCLE: Field =
    required("lifecycle", Text, "The state it is in, such as experimental or production.").such_as(&LIFECYCLES);
const OWNER: Field = required("owner", Text, "The group or user that is responsible for it.");
const SYSTEM: Field = optional("system", Text, "The system it belongs to.");

pub(super) const KIND: Kind = Kind {
    name: "API",
    plural: "APIs",
    id: "api",
    glyph: "api",
    about: "A boundary between components, with its definition.",
    api_versions: CORE,
    fields: &[
        TYPE,
        LIFECYCLE,
        OWNER,
        required("definition", Text, "The definition itself; `$text: ./openapi.yaml` takes it from a file."),
        SYSTEM,
    ],
    relations: &[relation("owner", OWNERS, OwnedBy), relation("system", &["System"], PartOf)],
    variants: &[],
    schema: None,
};

/// With the type `mcp-server`, which Backstage's `ai-model` module adds.
pub(super) const WITH_MCP_SERVERS: Kind = Kind {
    variants: &[Variant {
        of_type: "mcp-server",
        fields: &[
            TYPE,
            LIFECYCLE,
            OWNER,
            required(
                "remotes",
                FilledList(&Map(&[
                    required("type", Text, "Its transport: streamable-http, sse, stdio or another.").such_as(&[
                        "streamable-http",
                        "sse",
                        "stdio",
                    ]),
                    required("url", Text, "Its address, or the command of a stdio server."),
                ])),
                "Where the server is reached.",
            ),
            SYSTEM,
        ],
        relations: KIND.relations,
    }],
    ..KIND
};
