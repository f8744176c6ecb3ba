//! Whether an expression can hold at all: a search for a way that leads to no contradiction.
//!
//! A way takes one part of every *any*. On a way, a condition is a claim about what its path finds:
//! that some value passes a test; or, negated, that none does. Claims contradict each other if
//!
//! - of a positive claim and all negative ones at its path, no value is left;
//! - or of all claims at a path that finds exactly one thing, nothing is left;
//! - or something is found inside a value that has no inside.
//!
//! Two positive claims at a path do not contradict each other where an array can give each its own value.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::claim::{CONTAINER, Claim, meet};
use super::domain::Domain;
use super::reach::{Reach, Scope};
use crate::catalog::shape::Shape;
use crate::compiler;
use crate::path::Segment;
use crate::syntax::expr::{Condition, Expr, Join, Test};

/// How much work is left: about a tenth of a microsecond each.
#[derive(Debug)]
pub(crate) struct Fuel(Cell<usize>);

impl Fuel {
    pub(crate) fn new(units: usize) -> Self {
        Self(Cell::new(units))
    }

    fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    /// False where there is not enough left.
    pub(super) fn take(&self, units: usize) -> bool {
        let left = self.0.get().checked_sub(units);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// True where no event of the scope makes the expression true. `expr` is simplified.
pub(super) fn is_refuted(expr: &Expr, scope: Scope<'_>, fuel: &Fuel) -> bool {
    Search::new(scope, fuel).run(expr, 1, &mut |_| false)
}

/// Ways deeper than that are given up; it bounds the recursion.
const MAX_CHOICES: usize = 64;

/// A search at work: the claims on the way that it is on.
pub(super) struct Search<'e, 's> {
    scope: Scope<'s>,
    fuel: &'s Fuel,
    places: HashMap<&'e [Segment], Place<'e, 's>>,
    trail: Vec<Step<'e>>,
    /// How many more ways without a contradiction are looked for.
    open_left: usize,
}

/// What is claimed of what a path finds.
pub(super) struct Place<'e, 's> {
    pub(super) reach: Reach<'s>,
    pub(super) claims: Vec<Claim<'e>>,
    /// How many claims say that something is inside.
    inside: usize,
    /// Said to those around.
    is_there: bool,
}

/// What is undone when the search goes back.
#[derive(Clone, Copy)]
enum Step<'e> {
    Claim(&'e [Segment]),
    Inside(&'e [Segment]),
    IsThere(&'e [Segment]),
}

/// The parts of an *any* that are still open.
type Choice<'e> = Vec<&'e Expr>;

/// Shown the ways that are open; true where it has seen enough.
pub(super) type Visit<'v> = dyn FnMut(&Search<'_, '_>) -> bool + 'v;

impl<'e, 's> Search<'e, 's> {
    pub(super) fn new(scope: Scope<'s>, fuel: &'s Fuel) -> Self {
        Self { scope, fuel, places: HashMap::new(), trail: Vec::new(), open_left: 0 }
    }

    /// True where every way leads to a contradiction. Up to `most_open` ways that do not are shown to
    /// `visit`, until it returns true.
    pub(super) fn run(&mut self, expr: &'e Expr, most_open: usize, visit: &mut Visit<'_>) -> bool {
        self.open_left = most_open;
        self.is_contradiction(expr, &[], 0, visit)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = (&'e [Segment], &Place<'e, 's>)> {
        self.places.iter().map(|(path, place)| (*path, place))
    }

    /// What is claimed of the root itself.
    pub(super) fn at_root(&self) -> Option<&Place<'e, 's>> {
        self.places.get([].as_slice())
    }

    fn is_contradiction(
        &mut self,
        expr: &'e Expr,
        choices: &[Choice<'e>],
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> bool {
        let start = self.trail.len();
        let mut choices = choices.to_vec();
        let refuted = !self.assume(expr, &mut choices) || self.every_way_fails(choices, depth, visit);
        self.go_back(start);
        refuted
    }

    fn every_way_fails(&mut self, choices: Vec<Choice<'e>>, depth: usize, visit: &mut Visit<'_>) -> bool {
        // What fails at once is left out; where nothing remains of a choice, all ways have failed.
        let mut open = Vec::with_capacity(choices.len());
        for mut choice in choices {
            choice.retain(|part| self.is_possible(part));
            if choice.is_empty() {
                return true;
            }
            open.push(choice);
        }
        if depth >= MAX_CHOICES || !self.fuel.take(1) {
            self.open_left = 0;
            return false;
        }
        let fewest = open.iter().enumerate().min_by_key(|(_, choice)| choice.len()).map(|(index, _)| index);
        let Some(fewest) = fewest else {
            self.open_left = if visit(self) { 0 } else { self.open_left.saturating_sub(1) };
            return false;
        };
        let choice = open.swap_remove(fewest);
        let mut every = true;
        for part in choice {
            every &= self.is_contradiction(part, &open, depth + 1, visit);
            if !every && self.open_left == 0 {
                break;
            }
        }
        every
    }

    fn is_possible(&mut self, part: &'e Expr) -> bool {
        let start = self.trail.len();
        let is_possible = self.assume(part, &mut Vec::new());
        self.go_back(start);
        is_possible
    }

    /// Goes on with what the expression claims; false where that is a contradiction. The choices that it
    /// leaves are added.
    fn assume(&mut self, expr: &'e Expr, choices: &mut Vec<Choice<'e>>) -> bool {
        let mut touched = Vec::new();
        self.add(expr, choices, &mut touched);
        let mut waiting: HashSet<&[Segment]> = touched.iter().copied().collect();
        let mut next = 0;
        while let Some(path) = touched.get(next).copied() {
            next += 1;
            if waiting.remove(path)
                && !self.is_consistent(path, &mut |around| {
                    waiting.insert(around);
                    touched.push(around);
                })
            {
                return false;
            }
        }
        true
    }

    /// Recursion is bounded by the nesting of the filter.
    fn add(&mut self, expr: &'e Expr, choices: &mut Vec<Choice<'e>>, touched: &mut Vec<&'e [Segment]>) {
        match expr {
            Expr::Condition(condition) => self.claim(condition, true, touched),
            Expr::Not(inner) => {
                // Of a simplified expression it is one; anything else would be left open.
                if let Expr::Condition(condition) = &**inner {
                    self.claim(condition, false, touched);
                }
            }
            Expr::Group(Join::All, parts) => parts.iter().for_each(|part| self.add(part, choices, touched)),
            Expr::Group(Join::Any, parts) => choices.push(parts.iter().collect()),
        }
    }

    fn claim(&mut self, condition: &'e Condition, passes: bool, touched: &mut Vec<&'e [Segment]>) {
        let path = condition.path.segments();
        if self.fuel.is_spent() || !self.fuel.take(Claim::cost(&condition.test)) {
            return;
        }
        let mut claim = Claim::new(&condition.test, passes);
        let fuel = self.fuel;
        let place = self.place(path);
        if let (Test::Element(_, body), true) = (&condition.test, passes)
            && place.reach.arrays.iter().all(|array| has_no_element(array, body, fuel))
        {
            (claim.domain, claim.weight) = (Domain::none(), 1);
        }
        let is_strict = claim.is_strict();
        place.claims.push(claim);
        self.trail.push(Step::Claim(path));
        touched.push(path);
        if is_strict {
            self.is_inside_of(path, &mut |around| touched.push(around));
        }
    }

    /// Something is found at the path, so all that it leads through has an inside.
    fn is_inside_of(&mut self, path: &'e [Segment], touch: &mut dyn FnMut(&'e [Segment])) {
        for length in 1..path.len() {
            let Some(around) = path.get(..length) else { continue };
            self.place(around).inside += 1;
            self.trail.push(Step::Inside(around));
            touch(around);
        }
    }

    fn place(&mut self, path: &'e [Segment]) -> &mut Place<'e, 's> {
        let scope = self.scope;
        self.places.entry(path).or_insert_with(|| Place {
            reach: Reach::of(scope, path),
            claims: Vec::new(),
            inside: 0,
            is_there: false,
        })
    }

    fn go_back(&mut self, start: usize) {
        for step in self.trail.drain(start.min(self.trail.len())..).rev() {
            let (Step::Claim(path) | Step::Inside(path) | Step::IsThere(path)) = step;
            let Some(place) = self.places.get_mut(path) else { continue };
            match step {
                Step::Claim(_) => drop(place.claims.pop()),
                Step::Inside(_) => place.inside -= 1,
                Step::IsThere(_) => place.is_there = false,
            }
        }
    }

    /// Whether all that is claimed at a path can be true; also where there is no time to find out.
    fn is_consistent(&mut self, path: &'e [Segment], touch: &mut dyn FnMut(&'e [Segment])) -> bool {
        let Some(place) = self.places.get(path) else { return true };
        if !self.fuel.take(1) {
            return true;
        }
        if !place.reach.is_single {
            return place.can_be_several(self.fuel);
        }
        let domain = place.domain(self.fuel);
        if domain.is_empty() {
            return false;
        }
        if !domain.missing && !place.is_there {
            if let Some(place) = self.places.get_mut(path) {
                place.is_there = true;
            }
            self.trail.push(Step::IsThere(path));
            self.is_inside_of(path, touch);
        }
        true
    }
}

impl<'e> Place<'e, '_> {
    /// What can be found of which all claims are true, where that is one thing.
    pub(super) fn domain(&self, fuel: &Fuel) -> Domain {
        let inside = (self.inside > 0).then(|| Claim::new(&CONTAINER, true));
        let claims: Vec<&Claim<'_>> = self.claims.iter().chain(&inside).collect();
        meet(&self.reach.domain, &claims, fuel, &mut |first, second| covers(first, second, fuel))
    }

    /// What can be found of which this claim is true, and none of the negative ones is violated.
    pub(super) fn domain_of(&self, claim: &Claim<'e>, fuel: &Fuel) -> Domain {
        // What asks for whole arrays does not see an array in an array, which others do.
        let sees = |other: &&Claim<'_>| !other.takes_arrays_whole() || claim.takes_arrays_whole();
        let negative = self.claims.iter().filter(|other| !other.passes).filter(sees);
        let claims: Vec<&Claim<'_>> = std::iter::once(claim).chain(negative).collect();
        meet(&self.reach.domain, &claims, fuel, &mut |first, second| covers(first, second, fuel))
    }

    /// Whether for each positive claim there can be something of which it is true.
    fn can_be_several(&self, fuel: &Fuel) -> bool {
        let inside = (self.inside > 0).then(|| Claim::new(&CONTAINER, true));
        let negative = self.claims.iter().filter(|claim| !claim.passes).count();
        let positive = self.claims.iter().chain(&inside).filter(|claim| claim.passes);
        for claim in positive {
            if !fuel.take(1 + negative) {
                return true;
            }
            if self.domain_of(claim, fuel).is_empty() {
                return false;
            }
        }
        true
    }
}

/// No element of the array makes the expression true.
fn has_no_element(array: &Shape, body: &Expr, fuel: &Fuel) -> bool {
    let Some(element) = array.elements.shape() else { return true };
    is_refuted(body, Scope { shape: element, no_arrays_but: None }, fuel)
}

/// Whether every element that the first test wants is one that the second wants.
fn covers(first: &Test, second: &Test, fuel: &Fuel) -> bool {
    let (Test::Element(form, body), Test::Element(other_form, other)) = (first, second) else { return false };
    if form != other_form || !fuel.take(10 * (cost(body) + cost(other))) {
        return false;
    }
    let both = Expr::Group(Join::All, vec![(**body).clone(), (**other).clone().not()]);
    is_refuted(&compiler::simplify(both), Scope::ANYTHING, fuel)
}

/// What it takes to reason about it, or to run it on a small value. Recursion is bounded by the nesting of
/// the filter.
fn cost(expr: &Expr) -> usize {
    match expr {
        Expr::Condition(condition) => test_cost(&condition.test),
        Expr::Not(inner) => cost(inner),
        Expr::Group(_, parts) => parts.iter().map(cost).sum(),
    }
}

pub(super) fn test_cost(test: &Test) -> usize {
    match test {
        Test::Element(_, body) => 1 + cost(body),
        test => Claim::cost(test),
    }
}
