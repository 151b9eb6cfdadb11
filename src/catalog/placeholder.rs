//! `$text`, `$json` and `$yaml`: values that stand in other files of the same repository.

use super::accept::Context;
use crate::diagnostics::{Finding, rules};
use crate::yaml::{self, Node, Span, Value};

/// Replaces every placeholder below `node`. What was included is not looked through again; all of it stands where its
/// placeholder does. Returns those places.
pub(super) fn resolve(node: &mut Node, context: &Context<'_>) -> Result<Vec<Span>, Finding> {
    let mut included = Vec::new();
    replace(node, context, &mut included)?;
    Ok(included)
}

fn replace(node: &mut Node, context: &Context<'_>, included: &mut Vec<Span>) -> Result<(), Finding> {
    if let Some(filled) = fill(node, context)? {
        node.value = filled;
        place(node, node.span);
        included.push(node.span);
        return Ok(());
    }
    match &mut node.value {
        Value::List(items) => items.iter_mut().try_for_each(|item| replace(item, context, included)),
        // Backstage leaves a mapping with any other `$` key alone, and all that is below it.
        Value::Map(entries) if entries.iter().any(|entry| entry.key.starts_with('$')) => Ok(()),
        Value::Map(entries) => entries.iter_mut().try_for_each(|entry| replace(&mut entry.value, context, included)),
        _ => Ok(()),
    }
}

/// Lines and columns of another file mean nothing in the descriptor.
fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.key_span = span;
            place(&mut entry.value, span);
        }),
        _ => {}
    }
}

/// The value of a mapping whose only key is a placeholder; `None` for anything else.
fn fill(node: &Node, context: &Context<'_>) -> Result<Option<Value>, Finding> {
    let [entry] = node.entries() else { return Ok(None) };
    if !matches!(entry.key.as_str(), "$text" | "$json" | "$yaml") {
        return Ok(None);
    }
    let span = entry.value.span;
    let place = context.file.at(span.line, span.column, span.length);
    let fail = |why: &str| rules::catalog::placeholder(place.clone(), &entry.key, why);
    let Some(target) = entry.value.text() else {
        return Err(fail(&format!("its value should be a path, but is {}", entry.value.describe())));
    };
    let text = (context.read)(target).map_err(|why| fail(&why))?;
    let value = match entry.key.as_str() {
        "$text" => Value::Text(text),
        "$json" => {
            let json =
                serde_json::from_str(&text).map_err(|error| fail(&format!("`{target}` is not JSON: {error}")))?;
            Node::from_json(&json, span).value
        }
        _ => match yaml::parse(&text).as_slice() {
            [document] => match &document.result {
                Ok(node) => node.value.clone(),
                Err(fault) => return Err(fail(&format!("`{target}` line {}: {}", fault.span.line, fault.message))),
            },
            documents => {
                let found = crate::diagnostics::count(documents.len(), "document");
                return Err(fail(&format!("`{target}` should hold one YAML document, but holds {found}")));
            }
        },
    };
    Ok(Some(value))
}
