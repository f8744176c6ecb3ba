//! The paths that the filters of a set look at, and how many of them do.

use std::sync::Arc;

use super::place::Change;
use crate::event::trie::{self, NodeId, Trie, Wanted};
use crate::program::Program;

/// By node of the trie.
#[derive(Debug, Default)]
pub(super) struct PathUses(Vec<Uses>);

/// How many need so much at a path.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    shallow: u32,
    deep: u32,
}

impl Uses {
    fn change(&mut self, wanted: Wanted, change: Change) {
        match wanted {
            Wanted::No => {}
            Wanted::Shallow => change.apply(&mut self.shallow),
            Wanted::Deep => change.apply(&mut self.deep),
        }
    }

    fn wanted(self) -> Wanted {
        match self {
            Self { deep: 1.., .. } => Wanted::Deep,
            Self { shallow: 1.., .. } => Wanted::Shallow,
            _ => Wanted::No,
        }
    }
}

impl PathUses {
    /// Adds to the trie what the program looks at.
    pub(super) fn add(&mut self, program: &Program, trie: &mut Arc<Trie>) {
        for (path, wanted) in trie::needs(program) {
            let node = match trie.find(path) {
                Some((node, known)) if known >= wanted => node,
                _ => Arc::make_mut(trie).add(path, wanted),
            };
            if self.0.len() <= node as usize {
                self.0.resize(node as usize + 1, Uses::default());
            }
            self.change(node, wanted, Change::Add);
        }
    }

    /// Takes out of the trie what only this program has looked at, and calls `gone` with the nodes that no path leads to
    /// any more: their numbers will be given to others.
    pub(super) fn remove(&mut self, program: &Program, trie: &mut Arc<Trie>, mut gone: impl FnMut(NodeId)) {
        for (path, wanted) in trie::needs(program) {
            let Some((node, known)) = trie.find(path) else { continue };
            let left = self.change(node, wanted, Change::Remove);
            if left < known {
                Arc::make_mut(trie).reduce(path, left, &mut gone);
            }
        }
    }

    /// Returns how much is needed there now.
    fn change(&mut self, node: NodeId, wanted: Wanted, change: Change) -> Wanted {
        self.0.get_mut(node as usize).map_or(Wanted::No, |uses| {
            uses.change(wanted, change);
            uses.wanted()
        })
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Uses>()
    }
}
