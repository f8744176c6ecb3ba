//! Filters without a key, which are tried on each event.

use std::sync::Arc;

use super::index::Slot;
use super::shared::{TestId, Verdicts};
use crate::program::{Program, Step, Target};

/// Ascending by slot. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Residue(Arc<Vec<Residual>>);

/// A filter, and the test that it begins with: many begin with the same one, and where its verdict is
/// known to reject, the filter need not be looked at.
#[derive(Debug, Clone, Copy)]
struct Residual {
    slot: Slot,
    rejection: Option<(TestId, bool)>,
}

impl Residue {
    pub(super) fn insert(&mut self, slot: Slot, program: &Program, tests: &[TestId]) {
        if let Err(at) = self.0.binary_search_by_key(&slot, |residual| residual.slot) {
            let rejection = tests.first().copied().zip(rejecting_verdict(program));
            Arc::make_mut(&mut self.0).insert(at, Residual { slot, rejection });
        }
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let Ok(at) = self.0.binary_search_by_key(&slot, |residual| residual.slot) {
            Arc::make_mut(&mut self.0).remove(at);
        }
    }

    /// Calls `try_it` with the filters that have to be tried on the event with this number.
    pub(super) fn each(
        &self,
        event: u32,
        verdicts: &mut Verdicts,
        mut try_it: impl FnMut(Slot, &mut Verdicts),
    ) {
        for residual in self.0.iter() {
            let is_rejected = residual
                .rejection
                .is_some_and(|(test, verdict)| verdicts.known(test, event) == Some(verdict));
            if !is_rejected {
                try_it(residual.slot, verdicts);
            }
        }
    }
}

/// The verdict of the first test that rejects at once.
fn rejecting_verdict(program: &Program) -> Option<bool> {
    let Step::Instruction(first) = program.code.entry.step() else { return None };
    let first = program.code.instructions.get(first)?;
    match (first.on_true, first.on_false) {
        (Target::REJECT, _) => Some(true),
        (_, Target::REJECT) => Some(false),
        _ => None,
    }
}
