//! What a path can find in an event of a shape: the walk of [`vm::walk`](crate::vm::walk), on all
//! events at once.

use super::domain::Domain;
use crate::catalog::shape::{self, Inside, Shape};
use crate::path::{Path, Segment};
use crate::sort;
use crate::syntax::expr::TypeSet;
use crate::vm::compare;

/// What is known of the events, and what is assumed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) shape: &'s Shape,
    /// With this, a value of which nothing is known is no array, but for what these paths lead to or
    /// through.
    pub(crate) no_arrays_but: Option<&'s [Path]>,
}

impl Scope<'_> {
    /// Of which nothing is known.
    pub(crate) const ANYTHING: Self = Scope { shape: &shape::ANY, no_arrays_but: None };
}

/// Everything that a path can find.
#[derive(Debug, Clone)]
pub(super) struct Reach<'s> {
    pub(super) domain: Domain,
    /// It finds exactly one thing, be it that nothing is there. Otherwise it may also find none at all.
    pub(super) is_single: bool,
    /// The arrays that it can end at.
    pub(super) arrays: Vec<&'s Shape>,
}

impl<'s> Reach<'s> {
    pub(super) fn of(scope: Scope<'s>, path: &[Segment]) -> Self {
        let declared = scope.no_arrays_but.unwrap_or_default();
        let is_declared = declared.iter().any(|declared| path.starts_with(declared.segments()));
        let mut walk = Walk {
            keeps_arrays: scope.no_arrays_but.is_none() || is_declared,
            reach: Self { domain: Domain::none(), is_single: true, arrays: Vec::new() },
        };
        walk.root(scope.shape, path);
        walk.reach
    }
}

struct Walk<'s> {
    keeps_arrays: bool,
    reach: Reach<'s>,
}

/// Recursion is bounded by the segments of the path; and where the way forks at an index, by how many
/// of them are allowed.
impl<'s> Walk<'s> {
    /// The root itself is not expanded; as the root of a path, an array is a document.
    fn root(&mut self, shape: &'s Shape, path: &[Segment]) {
        let Some((first, rest)) = path.split_first() else {
            return self.found(shape);
        };
        self.members(shape, path);
        if shape.types.contains(TypeSet::ARRAY) {
            self.missing();
            if let (Some(_), Some(element)) = (first.index(), shape.elements.shape()) {
                self.value(element, rest);
            }
        }
    }

    /// What the path so far has led to.
    fn value(&mut self, shape: &'s Shape, rest: &[Segment]) {
        let is_array = self.can_be_array(shape);
        if rest.is_empty() {
            self.found(shape);
            if is_array {
                self.reach.is_single = false;
                if let Some(element) = shape.elements.shape() {
                    self.found(element);
                }
            }
            return;
        }
        if shape.is_any() {
            self.anything(is_array);
            return;
        }
        self.members(shape, rest);
        if is_array {
            self.reach.is_single = false;
            self.elements(&shape.elements, rest);
        }
    }

    /// Where it is no array.
    fn members(&mut self, shape: &'s Shape, path: &[Segment]) {
        let Some((next, rest)) = path.split_first() else { return };
        if shape.types.intersects(Self::SCALARS) {
            self.missing();
        }
        if !shape.types.contains(TypeSet::OBJECT) {
            return;
        }
        match (shape.member(next.name()), shape.others.shape()) {
            (Some(member), _) => {
                if member.is_optional {
                    self.missing();
                }
                self.value(&member.shape, rest);
            }
            (None, Some(other)) => {
                self.missing();
                self.value(other, rest);
            }
            (None, None) => self.missing(),
        }
    }

    /// An array in the middle: its objects, and the element that the next segment spells the index of.
    fn elements(&mut self, inside: &'s Inside, path: &[Segment]) {
        let (Some(shape), Some((next, rest))) = (inside.shape(), path.split_first()) else { return };
        if shape.is_any() {
            self.anything(true);
            return;
        }
        if shape.types.contains(TypeSet::OBJECT) {
            self.members(shape, path);
        }
        if next.index().is_some() {
            if rest.is_empty() {
                self.found(shape);
            } else {
                self.members(shape, rest);
                if shape.types.contains(TypeSet::ARRAY) {
                    self.elements(&shape.elements, rest);
                }
            }
        }
    }

    const SCALARS: TypeSet = TypeSet::NUMBER.or(TypeSet::STRING).or(TypeSet::BOOL).or(TypeSet::NULL);

    fn can_be_array(&self, shape: &Shape) -> bool {
        shape.types.contains(TypeSet::ARRAY) && (self.keeps_arrays || !shape.is_any())
    }

    fn found(&mut self, shape: &'s Shape) {
        let mut domain = Domain::of_types(shape.types);
        if let Some(values) = &shape.values {
            let mut values: Vec<_> = values.iter().collect();
            sort::by(&mut values, |a, b| compare::order(*a, *b));
            domain.narrow(&Domain::of_constants(values));
        }
        if self.can_be_array(shape) {
            self.reach.arrays.push(shape);
        } else {
            domain = domain.without_arrays();
        }
        self.reach.domain = self.reach.domain.unite(&domain);
    }

    fn missing(&mut self) {
        self.reach.domain.missing = true;
    }

    fn anything(&mut self, is_array: bool) {
        self.missing();
        self.found(&shape::ANY);
        if is_array {
            self.reach.is_single = false;
        }
    }
}
