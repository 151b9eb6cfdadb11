//! Where anchored values stand in the tree that is being built, and how often they may be repeated.
//!
//! Nothing is copied for an anchor: it is remembered as a way through the tree, and walked when an alias asks. What an
//! alias copies counts against limits. Backstage counts too, by another rule; what it refuses is refused here.

use super::{Node, Value};
use std::collections::HashMap;
use std::ops::Range;

const MAX_ALIASED_NODES: usize = 100_000;
const MAX_ALIASED_BYTES: usize = 16 << 20;
/// How often Backstage repeats a value: its uses times those of what it repeats itself.
const MAX_USES: u64 = 100;

/// Which collection a value stands in, and as which of its children.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) parent: Parent,
    pub(super) child: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    /// The document itself.
    Root,
    /// A collection, by the order in which they begin.
    Collection(u32),
    /// A key that was kept beside the tree, which holds its text only.
    Key,
}

/// Why an alias cannot be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The value contains the alias.
    Recursive,
    /// Backstage takes it for an attack.
    Excessive,
    /// Our own limits.
    TooLarge,
    TooDeep,
}

#[derive(Debug, Default)]
pub(super) struct Anchors {
    known: HashMap<usize, Anchor>,
    /// The anchor of every alias so far.
    aliases: Vec<usize>,
    /// Scalars so far.
    pub(super) scalars: usize,
    nodes: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Anchor {
    spot: Spot,
    /// What stood before it: aliases and scalars.
    began: (usize, usize),
    /// The aliases below it, and whether it has scalars of its own. `None` while it is open.
    below: Option<(Range<usize>, bool)>,
    uses: u64,
    weight: u64,
}

impl Anchors {
    /// An anchored value begins.
    pub(super) fn begin(&mut self, id: usize, spot: Spot) {
        let began = (self.aliases.len(), self.scalars);
        self.known.insert(id, Anchor { spot, began, below: None, uses: 1, weight: 0 });
    }

    /// An anchored value has ended, at a spot that may have become another.
    pub(super) fn end(&mut self, id: usize, spot: Spot) {
        let (aliases, scalars) = (self.aliases.len(), self.scalars);
        if let Some(anchor) = self.known.get_mut(&id) {
            anchor.spot = spot;
            anchor.below = Some((anchor.began.0..aliases, scalars > anchor.began.1));
        }
    }

    /// An alias: where its value stands.
    pub(super) fn uses(&mut self, id: usize) -> Result<Spot, Refusal> {
        let Some(anchor) = self.known.get(&id).filter(|anchor| anchor.below.is_some()) else {
            return Err(Refusal::Recursive);
        };
        let weight = if anchor.weight == 0 { self.weight(id) } else { anchor.weight };
        self.aliases.push(id);
        let Some(anchor) = self.known.get_mut(&id) else { return Err(Refusal::Recursive) };
        anchor.uses += 1;
        anchor.weight = weight;
        if anchor.uses * weight > MAX_USES { Err(Refusal::Excessive) } else { Ok(anchor.spot) }
    }

    /// 1 for a value with scalars, more for one that repeats others, 0 for empty ones.
    fn weight(&self, id: usize) -> u64 {
        let Some((aliases, scalars)) = self.known.get(&id).and_then(|anchor| anchor.below.clone()) else { return 0 };
        let repeated = self.aliases[aliases].iter().filter_map(|id| self.known.get(id));
        repeated.map(|anchor| anchor.uses * anchor.weight).max().unwrap_or(0).max(u64::from(scalars))
    }

    /// Copies the value of an alias that stands `depth` deep.
    pub(super) fn copy(&mut self, node: &Node, depth: usize) -> Result<Node, Refusal> {
        if depth > super::MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        self.nodes += 1;
        let value = match &node.value {
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.copy(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|entry| {
                        self.bytes += entry.key.len();
                        let value = self.copy(&entry.value, depth + 1)?;
                        Ok(super::Entry { key: entry.key.clone(), key_span: entry.key_span, value })
                    })
                    .collect::<Result<_, _>>()?,
            ),
            Value::Text(text) => {
                self.bytes += text.len();
                node.value.clone()
            }
            other => other.clone(),
        };
        if self.nodes > MAX_ALIASED_NODES || self.bytes > MAX_ALIASED_BYTES {
            return Err(Refusal::TooLarge);
        }
        Ok(Node::new(value, node.span))
    }
}
