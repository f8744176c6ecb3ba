//! Which values of an event are needed: the paths of a program, or of many, merged.

use std::collections::HashMap;

use crate::dialect::Dialect;
use crate::event::Constant;
use crate::path::{NameStart, Path, Segment};
use crate::program::{Instruction, Op, Operand, Program};

/// Keys lead from node to node; the root is the event itself.
#[derive(Debug, Clone)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    /// For each path of the program that it is of, where that ends.
    ends: Vec<NodeId>,
    /// How many nodes are children of one that is wanted whole: these are not looked for by themselves.
    nested: usize,
    /// Nodes that no path leads to.
    free: Vec<NodeId>,
}

/// A place in a [`Trie`].
pub(crate) type NodeId = u32;

#[derive(Debug, Clone, Default)]
struct Node {
    wanted: Wanted,
    children: Vec<(Segment, NodeId)>,
    /// For each of the children, how its name begins.
    starts: Vec<NameStart>,
    /// The places of the same by name, once there are many.
    by_name: HashMap<Box<[u8]>, usize>,
    /// How many children could be the index of an array.
    indexes: u32,
    /// What their names begin with.
    first_bytes: FirstBytes,
}

/// The bytes that the text of some keys can begin with, and perhaps others: a bit each, by their lower six bits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FirstBytes(u64);

impl FirstBytes {
    /// Of a name, which may be written with an escape; before an empty one comes the quote behind it.
    fn of(name: &[u8]) -> Self {
        let first = name.first().copied().unwrap_or(b'"');
        Self(1 << (first % 64) | 1 << (b'\\' % 64))
    }

    #[inline(always)]
    pub(crate) fn have(self, byte: u8) -> bool {
        self.0 >> (byte % 64) & 1 == 1
    }
}

/// How much of a value is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Wanted {
    /// Only what its children want.
    #[default]
    No,
    /// A scalar, or the scalars in an array; of other arrays and objects, that they are there.
    Shallow,
    /// All of it.
    Deep,
}

/// Up to here comparing the names one by one is faster than hashing.
const FEW: usize = 8;

impl Trie {
    pub(crate) const ROOT: NodeId = 0;

    /// What a program looks at.
    pub(crate) fn of(program: &Program) -> Self {
        let mut trie = Self::default();
        match program.dialect() {
            Dialect::Mongo => needs(program).for_each(|(path, wanted)| {
                trie.add(path, wanted);
            }),
            // Its paths go through lists at any depth.
            Dialect::Nextcloud => {
                trie.add(&Path::default(), Wanted::Deep);
            }
        }
        let end = |path: &Path| trie.find(path).map_or(NodeId::MAX, |(node, _)| node);
        trie.ends = program.code.paths.iter().map(end).collect();
        trie
    }

    /// Where a path of the program ends, by its number there. Only for what starts at the root.
    #[inline(always)]
    pub(crate) fn end(&self, path: u16) -> NodeId {
        self.ends.get(usize::from(path)).copied().unwrap_or(NodeId::MAX)
    }

    /// Whether each of its nodes is looked for by itself.
    #[inline(always)]
    pub(crate) fn is_straight(&self) -> bool {
        self.nested == 0
    }

    /// Adds a path; returns where it ends.
    pub(crate) fn add(&mut self, path: &Path, wanted: Wanted) -> NodeId {
        let mut end = Self::ROOT;
        for segment in path.segments() {
            end = self.child_or_new(end, segment);
        }
        self.want(end, self.wanted(end).max(wanted));
        end
    }

    /// At the end of a path only so much is needed any more. Calls `gone` with the nodes that then are needed for
    /// nothing, and are no longer there.
    pub(crate) fn reduce(&mut self, path: &Path, wanted: Wanted, mut gone: impl FnMut(NodeId)) {
        let (mut end, mut way) = (Self::ROOT, Vec::new());
        for segment in path.segments() {
            let Some(child) = self.child(end, segment.name().as_bytes()) else { return };
            way.push((end, segment, child));
            end = child;
        }
        self.want(end, wanted);
        for (parent, segment, node) in way.into_iter().rev() {
            if self.wanted(node) != Wanted::No || !self.children(node).is_empty() {
                break;
            }
            self.remove_child(parent, segment, node);
            gone(node);
        }
    }

    fn want(&mut self, node: NodeId, wanted: Wanted) {
        let Some(node) = self.nodes.get_mut(node as usize) else { return };
        match (node.wanted, wanted) {
            (Wanted::Deep, Wanted::Deep) => {}
            (Wanted::Deep, _) => self.nested -= node.children.len(),
            (_, Wanted::Deep) => self.nested += node.children.len(),
            _ => {}
        }
        node.wanted = wanted;
    }

    /// Where a path ends, if it was added, and what is wanted there.
    pub(crate) fn find(&self, path: &Path) -> Option<(NodeId, Wanted)> {
        let end = path
            .segments()
            .iter()
            .try_fold(Self::ROOT, |node, segment| self.child(node, segment.name().as_bytes()))?;
        Some((end, self.wanted(end)))
    }

    fn child_or_new(&mut self, parent: NodeId, segment: &Segment) -> NodeId {
        if let Some(child) = self.child(parent, segment.name().as_bytes()) {
            return child;
        }
        let child = self.free.pop().unwrap_or_else(|| {
            self.nodes.push(Node::default());
            // Each node takes memory, so there are never 2^32.
            NodeId::try_from(self.nodes.len() - 1).unwrap_or(NodeId::MAX)
        });
        if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.add(segment, child);
            self.nested += usize::from(parent.wanted == Wanted::Deep);
        }
        child
    }

    /// The child has no children.
    fn remove_child(&mut self, parent: NodeId, segment: &Segment, child: NodeId) {
        if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.remove(segment, child);
            self.nested -= usize::from(parent.wanted == Wanted::Deep);
        }
        if let Some(child) = self.nodes.get_mut(child as usize) {
            *child = Node::default();
        }
        self.free.push(child);
    }

    #[inline(always)]
    pub(crate) fn child(&self, node: NodeId, name: &[u8]) -> Option<NodeId> {
        self.child_named(node, NameStart::in_text(name, 0, name.len()), || Some(name))
    }

    /// The child whose name begins so, and is what `name` returns.
    #[inline(always)]
    pub(crate) fn child_named<'n>(
        &self,
        node: NodeId,
        start: NameStart,
        name: impl Fn() -> Option<&'n [u8]>,
    ) -> Option<NodeId> {
        let node = self.nodes.get(node as usize)?;
        if node.by_name.is_empty() {
            for (known, (segment, child)) in node.starts.iter().zip(&node.children) {
                if *known == start && (start.is_whole() || Some(segment.name().as_bytes()) == name()) {
                    return Some(*child);
                }
            }
            None
        } else {
            let place = node.by_name.get(name()?)?;
            node.children.get(*place).map(|(_, child)| *child)
        }
    }

    /// What the keys begin with that are children.
    #[inline(always)]
    pub(crate) fn first_bytes(&self, node: NodeId) -> FirstBytes {
        self.nodes.get(node as usize).map_or_else(FirstBytes::default, |node| node.first_bytes)
    }

    pub(crate) fn children(&self, node: NodeId) -> &[(Segment, NodeId)] {
        self.nodes.get(node as usize).map_or(&[], |node| &node.children)
    }

    #[inline(always)]
    pub(crate) fn wanted(&self, node: NodeId) -> Wanted {
        self.nodes.get(node as usize).map_or(Wanted::No, |node| node.wanted)
    }

    #[inline(always)]
    pub(crate) fn has_indexes(&self, node: NodeId) -> bool {
        self.nodes.get(node as usize).is_some_and(|node| node.indexes > 0)
    }

    /// The number of nodes, those that are free included; ids are less.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Their memory.
    pub(crate) fn bytes(&self) -> usize {
        let child = size_of::<(Segment, NodeId)>() + size_of::<NameStart>();
        let by_name = size_of::<(Box<[u8]>, usize)>() + 1;
        let node = |node: &Node| {
            let names: usize = node.children.iter().map(|(segment, _)| segment.name().len()).sum();
            let tables = node.children.capacity() * child + node.by_name.capacity() * by_name;
            // A name of many stands in both.
            names * (1 + usize::from(!node.by_name.is_empty())) + tables
        };
        let nodes: usize = self.nodes.iter().map(node).sum();
        nodes + self.nodes.capacity() * size_of::<Node>() + self.free.capacity() * size_of::<NodeId>()
    }
}

impl Node {
    fn add(&mut self, segment: &Segment, child: NodeId) {
        self.children.push((segment.clone(), child));
        self.starts.push(segment.start());
        self.indexes += u32::from(segment.index().is_some());
        self.first_bytes.0 |= FirstBytes::of(segment.name().as_bytes()).0;
        let place = self.children.len() - 1;
        if self.by_name.is_empty() && place == FEW {
            let names = self.children.iter().map(|(segment, _)| segment.name().as_bytes().into());
            self.by_name = names.zip(0..).collect();
        } else if !self.by_name.is_empty() {
            self.by_name.insert(segment.name().as_bytes().into(), place);
        }
    }

    fn remove(&mut self, segment: &Segment, child: NodeId) {
        let place = match self.by_name.remove(segment.name().as_bytes()) {
            Some(place) => Some(place),
            None => self.children.iter().position(|(_, id)| *id == child),
        };
        let Some(place) = place.filter(|place| *place < self.children.len()) else { return };
        self.children.swap_remove(place);
        self.starts.swap_remove(place);
        self.indexes -= u32::from(segment.index().is_some());
        if self.by_name.is_empty() {
            let of = |(segment, _): &(Segment, NodeId)| FirstBytes::of(segment.name().as_bytes()).0;
            self.first_bytes.0 = self.children.iter().map(of).fold(0, |all, one| all | one);
        }
        if let Some((moved, _)) = self.children.get(place)
            && let Some(known) = self.by_name.get_mut(moved.name().as_bytes())
        {
            *known = place;
        }
    }
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], ends: Vec::new(), nested: 0, free: Vec::new() }
    }
}

/// The paths that a program looks at from the root of an event, and how much it needs there. Paths in
/// the body of an `$elemMatch` start at an element: the array is needed whole.
pub(crate) fn needs(program: &Program) -> impl Iterator<Item = (&Path, Wanted)> {
    let mut body_end = 0;
    program.code.instructions.iter().enumerate().filter_map(move |(index, instruction)| {
        if index < body_end {
            return None;
        }
        if instruction.op.operand() == Operand::Body {
            body_end = instruction.operand as usize;
        }
        Some((program.code.paths.get(usize::from(instruction.path))?, wanted_by(program, instruction)))
    })
}

fn wanted_by(program: &Program, instruction: &Instruction) -> Wanted {
    let is_container = |constant: &Constant| matches!(constant, Constant::Array(_) | Constant::Object(_));
    let deep = match instruction.op {
        Op::AnyElement | Op::AnyDocument => true,
        Op::In => program.list(instruction.operand).iter().any(is_container),
        op if op.operand() == Operand::Constant => is_container(program.constant(instruction.operand)),
        _ => false,
    };
    if deep { Wanted::Deep } else { Wanted::Shallow }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Below `m` are more than are looked for one by one.
    const PATHS: &[&str] = &[
        "a", "a.b", "a.b.c", "a.0", "b", "c.0.a", "c", "m.0", "m.b", "m.c", "m.d", "m.e", "m.f", "m.g",
        "m.h", "m.i", "m.k", "m.l", "m.1",
    ];

    fn path() -> impl Strategy<Value = &'static str> {
        prop::sample::select(PATHS)
    }

    fn wanted() -> impl Strategy<Value = Wanted> {
        prop::sample::select(vec![Wanted::No, Wanted::Shallow, Wanted::Deep])
    }

    proptest! {
        /// After whatever came and went, a trie is as one that has had nothing else.
        #[test]
        fn what_is_gone_leaves_nothing_behind(changes in prop::collection::vec((path(), wanted()), 0..80)) {
            let (mut trie, mut left) = (Trie::default(), BTreeMap::new());
            for (text, wanted) in changes {
                let path = Path::parse(text).unwrap();
                left.insert(text, wanted);
                trie.add(&path, wanted);
                trie.reduce(&path, wanted, |_| {});
            }
            left.retain(|_, wanted| *wanted != Wanted::No);
            let mut fresh = Trie::default();
            for (text, wanted) in &left {
                fresh.add(&Path::parse(text).unwrap(), *wanted);
            }
            prop_assert_eq!(trie.len() - trie.free.len(), fresh.len());
            prop_assert_eq!(trie.is_straight(), fresh.is_straight());
            for text in PATHS {
                let path = Path::parse(text).unwrap();
                let found = |trie: &Trie| trie.find(&path).map(|(node, wanted)| (wanted, trie.has_indexes(node)));
                prop_assert_eq!(found(&trie), found(&fresh), "{}", text);
            }
        }
    }
}
