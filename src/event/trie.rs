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
    /// Whether there are nodes below one that is wanted whole: these are not looked for by themselves.
    is_nested: bool,
}

/// A place in a [`Trie`].
pub(crate) type NodeId = u32;

#[derive(Debug, Clone, Default)]
struct Node {
    wanted: Wanted,
    children: Vec<(Segment, NodeId)>,
    /// For each of the children, how its name begins.
    starts: Vec<NameStart>,
    /// The same by name, once there are many.
    by_name: HashMap<Box<[u8]>, NodeId>,
    /// Whether a child could be the index of an array.
    has_indexes: bool,
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
        !self.is_nested
    }

    /// Adds a path; returns where it ends.
    pub(crate) fn add(&mut self, path: &Path, wanted: Wanted) -> NodeId {
        let mut end = Self::ROOT;
        for segment in path.segments() {
            self.is_nested |= self.wanted(end) == Wanted::Deep;
            end = self.child_or_new(end, segment);
        }
        if let Some(node) = self.nodes.get_mut(end as usize) {
            node.wanted = node.wanted.max(wanted);
            self.is_nested |= node.wanted == Wanted::Deep && !node.children.is_empty();
        }
        end
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
        // Each node takes memory, so there are never 2^32.
        let child = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
        self.nodes.push(Node::default());
        if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.children.push((segment.clone(), child));
            parent.starts.push(segment.start());
            parent.has_indexes |= segment.index().is_some();
            if parent.by_name.is_empty() && parent.children.len() > FEW {
                parent.by_name = parent
                    .children
                    .iter()
                    .map(|(segment, id)| (segment.name().as_bytes().into(), *id))
                    .collect();
            } else if !parent.by_name.is_empty() {
                parent.by_name.insert(segment.name().as_bytes().into(), child);
            }
        }
        child
    }

    #[inline(always)]
    pub(crate) fn child(&self, node: NodeId, name: &[u8]) -> Option<NodeId> {
        self.child_in(node, name, 0, name.len())
    }

    /// The child whose name are `length` bytes of a text.
    #[inline(always)]
    pub(crate) fn child_in(&self, node: NodeId, text: &[u8], start: usize, length: usize) -> Option<NodeId> {
        let node = self.nodes.get(node as usize)?;
        let name = || text.get(start..start + length);
        if node.by_name.is_empty() {
            let start = NameStart::of(text, start, length);
            for (known, (segment, child)) in node.starts.iter().zip(&node.children) {
                if *known == start && (start.is_whole() || Some(segment.name().as_bytes()) == name()) {
                    return Some(*child);
                }
            }
            None
        } else {
            node.by_name.get(name()?).copied()
        }
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
        self.nodes.get(node as usize).is_some_and(|node| node.has_indexes)
    }

    /// The number of nodes; ids are less.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl Default for Trie {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], ends: Vec::new(), is_nested: false }
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
