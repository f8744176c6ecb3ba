//! Filters without a key, which are tried on each event.

use std::sync::Arc;

use super::guard::{Candidate, Slot};
use super::proof::{self, Proof};
use super::shared::{TestId, Verdicts};
use crate::program::Program;

/// By a test that many of them begin with. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Residue(Arc<Vec<Arc<Group>>>);

#[derive(Debug, Clone)]
struct Group {
    rejection: Option<Rejection>,
    /// Ascending by slot.
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    candidate: Candidate,
    /// Another one.
    rejection: Option<Rejection>,
}

/// A test that rejects at once where it has this verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rejection {
    test: TestId,
    verdict: bool,
}

impl Rejection {
    /// Whether it rejects the event with this number, if that is known.
    #[inline]
    fn is_met(self, verdicts: &Verdicts, event: u32) -> Option<bool> {
        verdicts.known(self.test, event).map(|verdict| verdict == self.verdict)
    }
}

/// What rejects a program at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rejections {
    first: Option<Rejection>,
    second: Option<Rejection>,
    /// What is known where it is not rejected.
    pub(super) proof: Proof,
}

impl Rejections {
    /// Of the tests that come first and that the guard says nothing about.
    pub(super) fn of(program: &Program, tests: &[TestId], guarded: Proof) -> Self {
        let mut rejections = proof::demanded(program).filter_map(|(index, _, verdict)| {
            let test = *tests.get(index).filter(|_| !guarded.has(index))?;
            Some((Rejection { test, verdict: !verdict }, Proof::of(index, verdict)))
        });
        let (first, second) = (rejections.next(), rejections.next());
        let proofs = [first, second].into_iter().flatten().map(|(_, proof)| proof);
        Self {
            first: first.map(|(rejection, _)| rejection),
            second: second.map(|(rejection, _)| rejection),
            proof: proofs.fold(Proof::default(), Proof::and),
        }
    }
}

impl Residue {
    pub(super) fn insert(&mut self, rejections: Rejections, candidate: Candidate) {
        let groups = Arc::make_mut(&mut self.0);
        let Rejections { first: rejection, second, .. } = rejections;
        let at = groups.binary_search_by_key(&rejection, |group| group.rejection).unwrap_or_else(|at| {
            groups.insert(at, Arc::new(Group { rejection, members: Vec::new() }));
            at
        });
        let Some(group) = groups.get_mut(at) else { return };
        let members = &mut Arc::make_mut(group).members;
        if let Err(at) = members.binary_search_by_key(&candidate.slot, |member| member.candidate.slot) {
            members.insert(at, Member { candidate, rejection: second });
        }
    }

    pub(super) fn remove(&mut self, rejections: Rejections, slot: Slot) {
        let groups = Arc::make_mut(&mut self.0);
        let place = groups.binary_search_by_key(&rejections.first, |group| group.rejection);
        let Some((place, group)) = place.ok().and_then(|place| Some((place, groups.get_mut(place)?))) else {
            return;
        };
        let members = &mut Arc::make_mut(group).members;
        if let Ok(at) = members.binary_search_by_key(&slot, |member| member.candidate.slot) {
            members.remove(at);
        }
        if members.is_empty() {
            groups.remove(place);
        }
    }

    /// Calls `try_it` with the filters that have to be tried on the event with this number, and whether
    /// it is known of all their [`Rejections`] that they do not reject it.
    pub(super) fn each(
        &self,
        event: u32,
        verdicts: &mut Verdicts,
        mut try_it: impl FnMut(&Candidate, bool, &mut Verdicts),
    ) {
        for group in self.0.iter() {
            for Member { candidate, rejection } in &group.members {
                let is_met = |rejection: Option<Rejection>| {
                    rejection.map_or(Some(false), |rejection| rejection.is_met(verdicts, event))
                };
                match (is_met(group.rejection), is_met(*rejection)) {
                    (Some(true), _) => break,
                    (_, Some(true)) => {}
                    (first, second) => try_it(candidate, first.is_some() && second.is_some(), verdicts),
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let groups = self.0.iter();
        groups.map(|group| size_of::<Group>() + group.members.capacity() * size_of::<Member>()).sum()
    }
}
