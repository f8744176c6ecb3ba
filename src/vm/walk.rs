//! The values that a path reaches.
//!
//! The rules are MongoDB's. An array in the middle of a path stands for each of its objects, and,
//! where the next segment spells an index, for the element there, too. An array at the end stands
//! for each of its elements and for itself. Where the way breaks off at an object or a scalar, the
//! field is *missing*, which is something to be found, too; an array in the middle yields nothing by
//! itself.

use crate::event::trie::NodeId;
use crate::event::{Array, LookUp, Node, Object, View};
use crate::path::Segment;

/// What is found at the end of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found<N> {
    Value(N),
    Missing(Gap<N>),
}

/// Where a way breaks off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gap<N> {
    /// The last value on it, which has no such field.
    pub(crate) at: N,
    /// So many segments of the path are left, the field's included.
    pub(crate) left: usize,
}

/// What is asked of it.
pub(crate) trait Leaf<'e, N: Node<'e>> {
    /// Whether an array at the end stands for itself only.
    fn takes_arrays_whole(&self) -> bool;
    fn passes(&mut self, found: Found<N>) -> bool;

    /// An array in the middle of the path, with so many segments to go. It may lead nowhere: then
    /// nothing is found in it, not even that something is missing.
    #[inline]
    fn goes_through(&mut self, _array: N, _left: usize) {}
}

/// Whether any value that the path reaches from `root` passes. The empty path reaches `root` itself,
/// and nothing inside it: that is the element of an `$elemMatch`.
///
/// Recursion is bounded by the segments of the path.
#[inline]
pub(crate) fn any<'e, N: Node<'e>>(root: N, path: &[Segment], leaf: &mut impl Leaf<'e, N>) -> bool {
    match (path.split_first(), root.view()) {
        (None, _) => leaf.passes(Found::Value(root)),
        // As the root of a path, an array is a document whose keys are the indexes.
        (Some((first, rest)), View::Array(array)) => match element(array, first) {
            Some(value) => any_in_value(value, rest, leaf),
            None => leaf.passes(Found::Missing(Gap { at: root, left: path.len() })),
        },
        (Some(_), _) => any_in_value(root, path, leaf),
    }
}

/// The same, where the path ends at a node of the trie that the event was read with: often what it leads to is
/// known. Then it is not told where the way to a missing field breaks off.
#[inline]
pub(crate) fn any_read<'e, N: Node<'e>>(
    root: N,
    node: NodeId,
    path: &[Segment],
    leaf: &mut impl Leaf<'e, N>,
) -> bool {
    match root.look_up(node) {
        LookUp::Value(value) => any_in_value(value, &[], leaf),
        LookUp::Missing => leaf.passes(Found::Missing(Gap { at: root, left: path.len() })),
        LookUp::Unknown => any(root, path, leaf),
    }
}

/// `value` is what the path so far has led to.
#[inline]
pub(crate) fn any_in_value<'e, N: Node<'e>>(
    mut value: N,
    mut rest: &[Segment],
    leaf: &mut impl Leaf<'e, N>,
) -> bool {
    while let Some((next, after)) = rest.split_first() {
        let missing = Found::Missing(Gap { at: value, left: rest.len() });
        match value.view() {
            View::Object(object) => match object.get(next) {
                Some(field) => (value, rest) = (field, after),
                None => return leaf.passes(missing),
            },
            View::Array(array) => return any_in_array(value, array, rest, leaf),
            _ => return leaf.passes(missing),
        }
    }
    let elements = if leaf.takes_arrays_whole() { None } else { value.array() };
    elements.is_some_and(|array| array.iter().any(|element| leaf.passes(Found::Value(element))))
        || leaf.passes(Found::Value(value))
}

/// What a path reaches where no array is on the way; `None` where there is one, and so could be more.
pub(crate) fn straight<'e, N: Node<'e>>(root: N, path: &[Segment]) -> Option<Found<N>> {
    let (mut value, mut rest) = (root, path);
    while let Some((next, after)) = rest.split_first() {
        let missing = Some(Found::Missing(Gap { at: value, left: rest.len() }));
        match value.view() {
            View::Object(object) => match object.get(next) {
                Some(field) => (value, rest) = (field, after),
                None => return missing,
            },
            View::Array(_) => return None,
            _ => return missing,
        }
    }
    Some(Found::Value(value))
}

/// An array in the middle: its objects, and the element that the first segment spells the index of.
/// What the index leads to is not expanded at the end of the path.
fn any_in_array<'e, N: Node<'e>>(
    value: N,
    array: N::Array,
    path: &[Segment],
    leaf: &mut impl Leaf<'e, N>,
) -> bool {
    let Some((next, rest)) = path.split_first() else { return false };
    leaf.goes_through(value, path.len());
    array.iter().any(|element| matches!(element.view(), View::Object(_)) && any_in_value(element, path, leaf))
        || element(array, next).is_some_and(|element| match element.view() {
            _ if rest.is_empty() => leaf.passes(Found::Value(element)),
            View::Object(_) => any_in_value(element, rest, leaf),
            View::Array(array) => any_in_array(element, array, rest, leaf),
            _ => false,
        })
}

/// The element whose index the segment spells.
fn element<'e, A: Array<'e>>(array: A, segment: &Segment) -> Option<A::Node> {
    array.get(segment.index()?)
}
