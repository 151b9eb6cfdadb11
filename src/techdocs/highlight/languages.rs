//! The names that people give to languages.

use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Names of the set's syntaxes and file endings that differ from what people write.
const ALIASES: &[(&str, &str)] = &[
    ("bat", "Batch File"),
    ("c#", "cs"),
    ("console", "bash"),
    ("csharp", "cs"),
    ("docker", "Dockerfile"),
    ("elisp", "el"),
    ("golang", "go"),
    ("gql", "graphql"),
    ("hcl", "tf"),
    ("http", "HTTP Request and Response"),
    ("javascript", "js"),
    ("json5", "js"),
    ("jsonc", "json"),
    ("jsx", "tsx"),
    ("kt", "Kotlin"),
    ("markdown", "md"),
    ("mjs", "js"),
    ("node", "js"),
    ("objc", "m"),
    ("protobuf", "proto"),
    ("ps1", "PowerShell"),
    ("pwsh", "PowerShell"),
    ("py3", "py"),
    ("python3", "py"),
    ("sh-session", "bash"),
    ("shell", "bash"),
    ("shell-session", "bash"),
    ("terminal", "bash"),
    ("terraform", "tf"),
    ("tf", "tf"),
    ("typescript", "ts"),
    ("vue", "html"),
    ("yml", "yaml"),
    ("zsh", "bash"),
];

/// Whether a block is meant to have no colours.
pub(super) fn is_plain(language: &str) -> bool {
    matches!(language, "" | "text" | "txt" | "plain" | "plaintext" | "none" | "output" | "mermaid" | "ascii")
}

/// The syntax for a language's name, in lower case.
pub(super) fn find<'s>(syntaxes: &'s SyntaxSet, language: &str) -> Option<&'s SyntaxReference> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == language).map_or(language, |(_, name)| name);
    syntaxes.find_syntax_by_token(name)
}
