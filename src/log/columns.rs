//! The columns of a log.

use std::collections::HashMap;

use super::column::Column;
use super::store::Store;
use crate::event::json::{self, EventScratch, Scratch};
use crate::event::trie::{Trie, Wanted};
use crate::path::Path;

/// Columns by path. Where there is no room for another, those that were not used for longest go.
#[derive(Debug, Default)]
pub(super) struct Columns {
    by_path: HashMap<Path, Column>,
    /// The number of the last use.
    uses: u64,
    /// For arrays on the way, which are read once more.
    scratch: EventScratch,
}

/// After so many events it is asked whether the columns still fit.
const STEP: usize = 1024;

impl Columns {
    /// Has all these columns ready, with all events in them, where that takes no more than `max` bytes;
    /// whether it has.
    pub(super) fn prepare(
        &mut self,
        needs: &HashMap<Path, Wanted>,
        store: &Store,
        scratch: &mut Scratch,
        max: usize,
    ) -> bool {
        self.uses += 1;
        for (path, wanted) in needs {
            let column = self.by_path.entry(path.clone()).or_insert_with(|| Column::new(path, *wanted));
            if column.wanted < *wanted {
                *column = Column::new(path, *wanted);
            }
            column.last_use = self.uses;
        }
        if self.complete(store, scratch, max).is_some() {
            return true;
        }
        self.by_path.retain(|path, _| !needs.contains_key(path));
        false
    }

    /// Reads what the columns in use do not have yet, all of them in one pass.
    fn complete(&mut self, store: &Store, scratch: &mut Scratch, max: usize) -> Option<()> {
        let mut trie = Trie::default();
        let mut next = store.len();
        for (path, column) in &self.by_path {
            if column.last_use == self.uses && column.len() < store.len() {
                trie.add(path, column.wanted);
                next = next.min(column.len());
            }
        }
        while next < store.len() {
            let end = store.len().min(next + STEP);
            for index in next..end {
                let event = store.get(index)?;
                // It has been read before.
                let tape = json::read(event, &trie, &mut scratch.event).ok()?;
                for column in self.by_path.values_mut() {
                    if column.last_use == self.uses && column.len() == index {
                        column.push(event, &tape, &mut self.scratch)?;
                    }
                }
            }
            next = end;
            self.shrink_to(max)?;
        }
        Some(())
    }

    /// Drops columns that are not in use until the others take no more than `max` bytes. `None` where they
    /// still do.
    fn shrink_to(&mut self, max: usize) -> Option<()> {
        while self.bytes() > max {
            let unused = self.by_path.iter().filter(|(_, column)| column.last_use < self.uses);
            let path = unused.min_by_key(|(_, column)| column.last_use)?.0.clone();
            self.by_path.remove(&path);
        }
        Some(())
    }

    /// Drops all.
    pub(super) fn clear(&mut self) {
        self.by_path.clear();
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Column> {
        self.by_path.get(path)
    }

    pub(super) fn bytes(&self) -> usize {
        self.by_path.values().map(Column::bytes).sum()
    }
}
