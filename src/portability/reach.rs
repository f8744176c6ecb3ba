//! What a path can lead to, and how each dialect gets there.

use crate::catalog::shape::{Inside, Shape};
use crate::event::Constant;
use crate::path::{Path, Segment};
use crate::syntax::expr::TypeSet;

/// What the end of a path can be.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// What can stand there.
    pub(crate) types: TypeSet,
    /// Where that is an array: what its elements can be.
    pub(crate) elements: TypeSet,
    /// All the values, where they are known.
    pub(crate) values: Option<Vec<Constant>>,
    /// Whether a double can be a whole number.
    pub(crate) has_whole_doubles: bool,
    pub(crate) can_be_missing: bool,
    /// Whether it leads through lists of objects, of which both dialects look at each.
    pub(crate) has_lists: bool,
    /// Whether there can be a text on the way, at which Nextcloud gives up.
    pub(crate) has_texts: bool,
    /// Why the dialects may find different things.
    pub(crate) odd: Option<Odd>,
}

/// Why two walks along a path may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    /// A dot or a backslash in the name of a field.
    Escape,
    /// A segment spells an index.
    Index,
    /// An object on the way may have the key `0`, so that it counts as a list.
    KeyZero,
    /// An array on the way may hold something else than objects.
    Elements,
}

impl Reach {
    const NOTHING: Self = Self {
        types: TypeSet::NONE,
        elements: TypeSet::NONE,
        values: None,
        has_whole_doubles: true,
        can_be_missing: false,
        has_lists: false,
        has_texts: false,
        odd: None,
    };

    /// In events of the shape, for a path that both dialects read alike.
    pub(crate) fn of(shape: &Shape, path: &Path) -> Self {
        Self { odd: escape(path), ..Self::NOTHING }.or_else(|| Self::of_names(shape, path))
    }

    /// In events of the shape, for a path of which both dialects see the same names.
    pub(crate) fn of_names(shape: &Shape, path: &Path) -> Self {
        let mut reach = Self::NOTHING;
        let mut values = Some(Vec::new());
        reach.walk(shape, path.segments(), &mut values);
        reach.values = values;
        reach
    }

    /// Where nothing is known of the events: the path leads through objects to a number, a string, null or
    /// nothing, and a number without a fraction is an integer.
    pub(crate) fn plain(path: &Path) -> Self {
        let is_index = path.segments().iter().any(|segment| segment.index().is_some());
        Self {
            types: TypeSet::NULL.or(TypeSet::NUMBER).or(TypeSet::STRING),
            has_whole_doubles: false,
            can_be_missing: true,
            odd: escape(path).or(is_index.then_some(Odd::Index)),
            ..Self::NOTHING
        }
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if self.odd.is_some() { self } else { other() }
    }

    /// Whether an array or an object can stand there.
    pub(crate) fn has_arrays(&self) -> bool {
        self.types.intersects(TypeSet::ARRAY.or(TypeSet::OBJECT))
    }

    /// Whether it can be null, which Nextcloud does not tell from a missing field.
    pub(crate) fn can_be_null(&self) -> bool {
        self.types.contains(TypeSet::NULL)
    }

    /// The types without null, and without what holds other values.
    pub(crate) fn scalars(&self) -> TypeSet {
        self.types.without(TypeSet::NULL.or(TypeSet::ARRAY).or(TypeSet::OBJECT))
    }

    /// Recursion is bounded: by the path, and between two of its segments by the shape. Once something is
    /// odd, nothing else matters.
    fn walk(&mut self, shape: &Shape, path: &[Segment], values: &mut Option<Vec<Constant>>) {
        let Some((next, rest)) = path.split_first() else { return self.end(shape, values) };
        if self.odd.is_some() {
            return;
        }
        self.can_be_missing |= shape.types != TypeSet::OBJECT;
        self.has_texts |= shape.types.contains(TypeSet::STRING);
        if shape.types.contains(TypeSet::OBJECT) {
            // Where fields have names, no other one is called `0`; elsewhere, keys are data.
            let is_zero = next.name() == "0" || shape.member("0").is_some();
            let is_map = shape.members.is_empty() && !matches!(shape.others, Inside::Nothing);
            match (shape.member(next.name()), shape.others.shape()) {
                _ if is_zero || is_map => self.odd = Some(Odd::KeyZero),
                (Some(member), _) => {
                    self.can_be_missing |= member.is_optional;
                    self.walk(&member.shape, rest, values);
                }
                (None, Some(other)) => {
                    self.can_be_missing = true;
                    self.walk(other, rest, values);
                }
                (None, None) => self.can_be_missing = true,
            }
        }
        if let (true, Some(elements)) = (shape.types.contains(TypeSet::ARRAY), shape.elements.shape()) {
            if next.index().is_some() {
                self.odd = Some(Odd::Index);
            } else if elements.types != TypeSet::OBJECT {
                self.odd = Some(Odd::Elements);
            } else {
                self.has_lists = true;
                self.walk(elements, path, values);
            }
        }
    }

    fn end(&mut self, shape: &Shape, values: &mut Option<Vec<Constant>>) {
        self.types = self.types.or(shape.types);
        if let (true, Some(elements)) = (shape.types.contains(TypeSet::ARRAY), shape.elements.shape()) {
            self.elements = self.elements.or(elements.types);
        }
        match (values.as_mut(), &shape.values) {
            (Some(values), Some(known)) => values.extend(known.iter().cloned()),
            _ => *values = None,
        }
    }
}

/// In the default dialect a backslash makes what follows it a part of the name.
fn escape(path: &Path) -> Option<Odd> {
    path.segments().iter().any(|segment| segment.name().contains(['.', '\\'])).then_some(Odd::Escape)
}
