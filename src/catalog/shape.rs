//! What a value can be.

use serde_json::Value;

use super::types;
use crate::event::Constant;
use crate::syntax::expr::TypeSet;

/// All that a value can be, as far as it is known: a value outside of this does not occur.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) types: TypeSet,
    /// Where it is an object: its known members, in the order of the documentation.
    pub(crate) members: Vec<Member>,
    /// Where it is an object: what is under all other keys.
    pub(crate) others: Inside,
    /// Where it is an array: what its elements are.
    pub(crate) elements: Inside,
    /// All the values that it can have, scalars, where they are known. Null is among them if it is
    /// among the types.
    pub(crate) values: Option<Vec<Constant>>,
    /// What its numbers or strings stand for.
    pub(crate) format: Option<Format>,
    /// Likely values are like this one. It is of the shape.
    pub(crate) sample: Option<Value>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    pub(crate) shape: Shape,
    /// Missing in some events.
    pub(crate) is_optional: bool,
    /// For people.
    pub(crate) note: Option<Box<str>>,
}

/// What is inside an array or an object.
#[derive(Debug, Clone)]
pub(crate) enum Inside {
    /// It is empty; or it has no more members than those that are known.
    Nothing,
    Anything,
    Each(Box<Shape>),
}

/// What a number or a string stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The whole number counts seconds since 1970.
    UnixTime,
    /// The string is a date with a time, like `2024-01-15T10:30:00+00:00`.
    IsoTime,
    /// The string is the name of the event's class.
    ClassName,
}

/// [`Shape::ANY`], for as long as a reference to it may be needed.
pub(crate) static ANY: Shape = Shape::ANY;

impl Shape {
    /// Anything at all.
    pub(crate) const ANY: Self = Self {
        types: TypeSet::ANY,
        members: Vec::new(),
        others: Inside::Anything,
        elements: Inside::Anything,
        values: None,
        format: None,
        sample: None,
    };

    /// Nothing at all, to begin with.
    pub(super) const NOTHING: Self = Self {
        types: TypeSet::NONE,
        members: Vec::new(),
        others: Inside::Nothing,
        elements: Inside::Nothing,
        values: None,
        format: None,
        sample: None,
    };

    /// True where nothing is known of the value.
    pub(crate) fn is_any(&self) -> bool {
        self.types == TypeSet::ANY
            && self.members.is_empty()
            && matches!((&self.others, &self.elements), (Inside::Anything, Inside::Anything))
            && self.values.is_none()
    }

    /// `a string or null`
    pub(crate) fn types_in_words(&self) -> String {
        types::in_words(self.types)
    }

    /// The known member with this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| &*member.name == name)
    }

    /// The shape at the end of a chain of known members.
    pub(super) fn at_mut(&mut self, names: &[Box<str>]) -> Option<&mut Self> {
        names.iter().try_fold(self, |shape, name| {
            shape.members.iter_mut().find(|member| member.name == *name).map(|member| &mut member.shape)
        })
    }

    /// Makes the name of the class the one value of whatever holds it.
    pub(super) fn set_class_name(&mut self, name: &str) {
        if self.format == Some(Format::ClassName) {
            let null = self.types.contains(TypeSet::NULL).then_some(Constant::Null);
            self.values = Some([Constant::String(name.into())].into_iter().chain(null).collect());
        }
        for member in &mut self.members {
            member.shape.set_class_name(name);
        }
        for inside in [&mut self.others, &mut self.elements] {
            if let Inside::Each(shape) = inside {
                shape.set_class_name(name);
            }
        }
    }

    /// A plain value of the shape: the sample where there is one, and objects without what is optional
    /// and has no sample.
    pub(super) fn to_sample(&self) -> Value {
        if let Some(sample) = &self.sample {
            return sample.clone();
        }
        if let Some(first) = self.values.as_ref().and_then(|values| values.first()) {
            return first.to_value();
        }
        let is = |types| self.types.intersects(types);
        if is(TypeSet::OBJECT) {
            let shown = |member: &&Member| !member.is_optional || member.shape.sample.is_some();
            let members = self.members.iter().filter(shown);
            members.map(|member| (member.name.to_string(), member.shape.to_sample())).collect()
        } else if is(TypeSet::STRING) {
            Value::from(if self.format == Some(Format::IsoTime) {
                "2024-04-01T11:30:00+00:00"
            } else {
                "text"
            })
        } else if is(TypeSet::WHOLE) {
            Value::from(if self.format == Some(Format::UnixTime) { 1_711_971_000 } else { 1 })
        } else if is(TypeSet::BOOL) {
            Value::Bool(false)
        } else if is(TypeSet::ARRAY) {
            Value::Array(Vec::new())
        } else {
            Value::Null
        }
    }
}

impl Inside {
    /// The shape of each value inside; `None` where there is none.
    pub(crate) fn shape(&self) -> Option<&Shape> {
        match self {
            Self::Nothing => None,
            Self::Anything => Some(&ANY),
            Self::Each(shape) => Some(shape),
        }
    }
}
