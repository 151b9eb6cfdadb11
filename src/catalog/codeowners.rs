//! Owners by CODEOWNERS: what a descriptor without `spec.owner` gets, where the configuration wants that.

use super::accept::Context;
use super::kinds::Kind;
use crate::diagnostics::{Finding, Place, rules};
use crate::yaml::{Entry, Node, Value};

/// The line of a CODEOWNERS file that covers a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CodeOwner {
    /// As written: `@org/team`, `@user` or a mail address; never empty.
    pub owners: Vec<String>,
    pub path: String,
    pub line: u32,
}

impl CodeOwner {
    /// The owners as refs without namespace: a team is a group, a person a user.
    pub fn refs(&self) -> impl Iterator<Item = String> + '_ {
        self.owners.iter().map(|owner| as_ref(owner))
    }
}

/// `@org/team` is the group `team`, `@user` a user, of a mail address the part before the `@`.
fn as_ref(owner: &str) -> String {
    let name = owner.trim_start_matches('@');
    match (owner.starts_with('@'), name.rsplit_once('/')) {
        (true, Some((_, team))) => format!("group:{team}"),
        (true, None) => format!("user:{name}"),
        (false, _) => format!("user:{}", name.split('@').next().unwrap_or(name)),
    }
}

/// Writes the first owner into a `spec` that names none, and says so.
pub(super) fn infer(node: &mut Node, kind: &Kind, context: &Context<'_>) -> Option<Finding> {
    let codeowner = context.codeowner.filter(|_| kind.has_owner())?;
    let Value::Map(root) = &mut node.value else { return None };
    let spec = root.iter_mut().find(|entry| entry.key == "spec")?;
    let span = spec.key_span;
    let Value::Map(fields) = &mut spec.value.value else { return None };
    if fields.iter().any(|entry| entry.key == "owner") {
        return None;
    }
    let owner = codeowner.refs().next()?;
    let place = context.file.at(span.line, span.column, span.length);
    let source = Place::file(context.file.repo.clone(), codeowner.path.as_str()).at(codeowner.line, 1, 0);
    let finding = rules::catalog::owner_inferred(place, &owner, &codeowner.owners[0], &source);
    fields.push(Entry { key: "owner".to_string(), key_span: span, value: Node::new(Value::Text(owner), span) });
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_become_refs() {
        for (owner, expected) in
            [("@acme/team-a", "group:team-a"), ("@jo", "user:jo"), ("jo@example.com", "user:jo"), ("@a/b/c", "group:c")]
        {
            assert_eq!(as_ref(owner), expected);
        }
    }
}
