//! Where values come from: the one view of JSON that the engine evaluates on.
//!
//! Everything above this module is generic over [`Node`], so that parsed values, raw text and the
//! operands of a filter share one walk, one comparison and one virtual machine.

mod constant;
pub(crate) mod json;
mod number;
pub(crate) mod scan;
pub(crate) mod tape;
pub(crate) mod tapes;
pub(crate) mod trie;
mod value;

pub(crate) use constant::{Constant, Layout, json_text, write_json};
pub(crate) use number::Number;
pub(crate) use value::to_value;

use crate::path::Segment;
use trie::NodeId;

/// A borrowed JSON value; as cheap to copy as a reference.
pub(crate) trait Node<'e>: Copy {
    /// The elements of an array.
    type Array: Array<'e, Node = Self>;
    /// The members of an object.
    type Object: Object<'e, Node = Self>;

    /// The value, one level deep.
    fn view(self) -> View<'e, Self::Array, Self::Object>;

    /// The elements, where it is an array: less work than to look at all of it.
    #[inline(always)]
    fn array(self) -> Option<Self::Array> {
        match self.view() {
            View::Array(array) => Some(array),
            _ => None,
        }
    }

    /// What the path to a node of the trie leads to, where this is the event that was read with it.
    #[inline(always)]
    fn look_up(self, _node: NodeId) -> LookUp<Self> {
        LookUp::Unknown
    }

    /// The string, where it is one, as bytes: less work than to show that these are UTF-8.
    #[inline(always)]
    fn string(self) -> Option<&'e [u8]> {
        match self.view() {
            View::String(string) => Some(string.as_bytes()),
            _ => None,
        }
    }
}

/// What is known of a path without going there.
#[derive(Clone, Copy)]
pub(crate) enum LookUp<N> {
    /// It leads here, and nowhere else.
    Value(N),
    /// Its field is missing.
    Missing,
    Unknown,
}

/// What a [`Node`] is.
#[derive(Clone, Copy)]
pub(crate) enum View<'e, A, O> {
    Null,
    Bool(bool),
    Number(Number),
    String(&'e str),
    Array(A),
    Object(O),
}

/// The elements of an array.
pub(crate) trait Array<'e>: Copy {
    type Node: Node<'e>;

    fn len(self) -> usize;
    fn get(self, index: usize) -> Option<Self::Node>;
    fn iter(self) -> impl Iterator<Item = Self::Node>;
}

/// The members of an object, in the order of the document.
pub(crate) trait Object<'e>: Copy {
    type Node: Node<'e>;

    fn len(self) -> usize;
    fn get(self, segment: &Segment) -> Option<Self::Node>;
    fn iter(self) -> impl Iterator<Item = (&'e str, Self::Node)>;
}
