//! What a path reaches in an event, and where: the walk of the virtual machine, on nodes that know
//! their place.

use std::cell::RefCell;
use std::fmt;

use serde_json::{Map, Value};

use crate::event::{Array, Node, Object, View};
use crate::path::{self, Path, Segment};
use crate::program::visible;
use crate::syntax::pointer;
use crate::vm::walk::{self, Found, Leaf};

/// A step from a value into it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'e> {
    Key(&'e str),
    Index(usize),
}

/// A value and the way to it from the event's root.
#[derive(Debug, Clone)]
pub(super) struct Place<'e> {
    pub(super) value: &'e Value,
    pub(super) trail: Vec<Step<'e>>,
}

/// What a path reaches.
#[derive(Debug, Default)]
pub(super) struct Reach<'e> {
    /// The first of the values; the one that decides is always among them.
    pub(super) values: Vec<Reached<'e>>,
    /// Of all values that were looked at.
    pub(super) count: usize,
    /// There were too many to look at all: only the verdict, and what decides it, are certain.
    pub(super) is_partial: bool,
    /// The last value, where it is an array that was taken apart: all values are its elements and it.
    pub(super) leaf_array: Option<Place<'e>>,
    /// The first of the places where a way breaks off.
    pub(super) gaps: Vec<Gap<'e>>,
    /// Of all these places.
    pub(super) gap_count: usize,
    /// The first array in the middle of the path, and the last.
    pub(super) through: Option<[Gap<'e>; 2]>,
}

/// A value that the path reaches.
#[derive(Debug)]
pub(super) struct Reached<'e> {
    pub(super) place: Place<'e>,
    /// Whether it alone makes the test true.
    pub(super) passes: bool,
}

/// A value on the way, and how many segments are left there.
#[derive(Debug, Clone)]
pub(super) struct Gap<'e> {
    pub(super) at: Place<'e>,
    pub(super) left: usize,
}

/// So many steps are taken in any case, once it is known what decides.
pub(super) const MIN_VISITS: usize = 1000;
/// So many values are listed.
pub(super) const MAX_VALUES: usize = 20;
/// So many places where a way breaks off.
pub(super) const MAX_GAPS: usize = 5;

impl<'e> Reach<'e> {
    /// Follows the path. `passes` is the test, of one value or of nothing; `any` is whether something
    /// passes. `visits_left` is taken from.
    pub(super) fn of(
        root: &Place<'e>,
        path: &Path,
        takes_arrays_whole: bool,
        any: bool,
        passes: impl Fn(Option<&Value>) -> bool,
        visits_left: &mut usize,
    ) -> Self {
        let tracer = Tracer { root, steps: RefCell::default() };
        let mut collector = Collector {
            tracer: &tracer,
            takes_arrays_whole,
            is_settled: !any,
            passes,
            visits: 0,
            most_visits: MIN_VISITS.max(*visits_left),
            reach: Self::default(),
            last: None,
        };
        walk::any(Traced { tracer: &tracer, value: root.value, from: None }, path.segments(), &mut collector);
        let Collector { mut reach, last, visits, .. } = collector;
        *visits_left = visits_left.saturating_sub(visits);
        let is_taken_apart = |place: &Place<'_>| {
            let elements = place.value.as_array().map(Vec::len);
            // The element of an `$elemMatch`, at the empty path, is not.
            !takes_arrays_whole
                && !path.segments().is_empty()
                && reach.gap_count == 0
                && elements.is_some_and(|elements| elements + 1 == reach.count)
        };
        reach.leaf_array = last.map(|last| tracer.place(last)).filter(is_taken_apart);
        reach
    }

    /// The first value that passes.
    pub(super) fn decider(&self) -> Option<&Reached<'e>> {
        self.values.iter().find(|value| value.passes)
    }
}

/// The containers that were looked into, each with the way to it.
struct Tracer<'r, 'e> {
    root: &'r Place<'e>,
    steps: RefCell<Vec<From<'e>>>,
}

/// A step from one of the containers; `None` stands for the root.
type From<'e> = Option<(usize, Step<'e>)>;

impl<'e> Tracer<'_, 'e> {
    /// Remembers the way to a container.
    fn enter(&self, from: From<'e>) -> usize {
        let mut steps = self.steps.borrow_mut();
        steps.push(from);
        steps.len() - 1
    }

    fn place(&self, node: Traced<'_, '_, 'e>) -> Place<'e> {
        let steps = self.steps.borrow();
        let mut inner = Vec::new();
        let mut from = node.from;
        while let Some((container, step)) = from {
            inner.push(step);
            from = steps.get(container).copied().flatten();
        }
        let trail = self.root.trail.iter().copied().chain(inner.into_iter().rev()).collect();
        Place { value: node.value, trail }
    }
}

/// A node of the event that knows where it is.
#[derive(Clone, Copy)]
struct Traced<'t, 'r, 'e> {
    tracer: &'t Tracer<'r, 'e>,
    value: &'e Value,
    from: From<'e>,
}

/// An array or object, entered.
#[derive(Clone, Copy)]
struct Entered<'t, 'r, 'e, T> {
    tracer: &'t Tracer<'r, 'e>,
    inside: T,
    container: usize,
}

impl<'t, 'r, 'e, T> Entered<'t, 'r, 'e, T> {
    fn child(&self, step: Step<'e>, value: &'e Value) -> Traced<'t, 'r, 'e> {
        Traced { tracer: self.tracer, value, from: Some((self.container, step)) }
    }
}

impl<'t, 'r: 't, 'e: 'r> Node<'t> for Traced<'t, 'r, 'e> {
    type Array = Entered<'t, 'r, 'e, &'e [Value]>;
    type Object = Entered<'t, 'r, 'e, &'e Map<String, Value>>;

    fn view(self) -> View<'t, Self::Array, Self::Object> {
        let tracer = self.tracer;
        match self.value {
            Value::Null => View::Null,
            Value::Bool(bool) => View::Bool(*bool),
            Value::Number(number) => View::Number(number.into()),
            Value::String(string) => View::String(string),
            Value::Array(inside) => {
                View::Array(Entered { tracer, inside, container: tracer.enter(self.from) })
            }
            Value::Object(inside) => {
                View::Object(Entered { tracer, inside, container: tracer.enter(self.from) })
            }
        }
    }
}

impl<'t, 'r: 't, 'e: 'r> Array<'t> for Entered<'t, 'r, 'e, &'e [Value]> {
    type Node = Traced<'t, 'r, 'e>;

    fn len(self) -> usize {
        self.inside.len()
    }

    fn get(self, index: usize) -> Option<Self::Node> {
        self.inside.get(index).map(|value| self.child(Step::Index(index), value))
    }

    fn iter(self) -> impl Iterator<Item = Self::Node> {
        self.inside.iter().enumerate().map(move |(index, value)| self.child(Step::Index(index), value))
    }
}

impl<'t, 'r: 't, 'e: 'r> Object<'t> for Entered<'t, 'r, 'e, &'e Map<String, Value>> {
    type Node = Traced<'t, 'r, 'e>;

    fn len(self) -> usize {
        self.inside.len()
    }

    fn get(self, segment: &Segment) -> Option<Self::Node> {
        let (key, value) = self.inside.get_key_value(segment.name())?;
        Some(self.child(Step::Key(key), value))
    }

    fn iter(self) -> impl Iterator<Item = (&'t str, Self::Node)> {
        self.inside.iter().map(move |(key, value)| (key.as_str(), self.child(Step::Key(key), value)))
    }
}

/// Takes all that is found, where that is not too much.
struct Collector<'t, 'r, 'e, F> {
    tracer: &'t Tracer<'r, 'e>,
    takes_arrays_whole: bool,
    /// What decides has been found, or nothing does.
    is_settled: bool,
    passes: F,
    visits: usize,
    most_visits: usize,
    reach: Reach<'e>,
    last: Option<Traced<'t, 'r, 'e>>,
}

impl<'t, 'r: 't, 'e: 'r, F: Fn(Option<&Value>) -> bool> Leaf<'t, Traced<'t, 'r, 'e>>
    for Collector<'t, 'r, 'e, F>
{
    fn takes_arrays_whole(&self) -> bool {
        self.takes_arrays_whole
    }

    fn passes(&mut self, found: Found<Traced<'t, 'r, 'e>>) -> bool {
        let reach = &mut self.reach;
        if self.is_settled && self.visits >= self.most_visits {
            reach.is_partial = true;
            return true;
        }
        self.visits += 1;
        match found {
            Found::Value(node) => {
                reach.count += 1;
                self.last = Some(node);
                let is_listed = reach.values.len() < MAX_VALUES;
                // The first that passes decides, however late it comes.
                if is_listed || !self.is_settled {
                    let passes = (self.passes)(Some(node.value));
                    self.is_settled |= passes;
                    if is_listed || passes {
                        reach.values.push(Reached { place: self.tracer.place(node), passes });
                    }
                }
            }
            Found::Missing(gap) => {
                reach.gap_count += 1;
                self.is_settled = self.is_settled || (self.passes)(None);
                if reach.gaps.len() < MAX_GAPS {
                    reach.gaps.push(Gap { at: self.tracer.place(gap.at), left: gap.left });
                }
            }
        }
        false
    }

    fn goes_through(&mut self, array: Traced<'t, 'r, 'e>, left: usize) {
        let last = Gap { at: self.tracer.place(array), left };
        match &mut self.reach.through {
            Some([_, known]) => *known = last,
            none => *none = Some([last.clone(), last]),
        }
    }
}

impl<'e> Place<'e> {
    pub(super) fn root(event: &'e Value) -> Self {
        Self { value: event, trail: Vec::new() }
    }

    pub(super) fn element(&self, index: usize, value: &'e Value) -> Self {
        Self { value, trail: self.trail.iter().copied().chain([Step::Index(index)]).collect() }
    }

    /// The last step, where it leads to an element.
    pub(super) fn index(&self) -> Option<usize> {
        match self.trail.last() {
            Some(Step::Index(index)) => Some(*index),
            _ => None,
        }
    }

    /// As a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        let mut text = String::new();
        for step in &self.trail {
            text.push('/');
            match step {
                Step::Key(key) => text.push_str(&pointer::escape(key)),
                Step::Index(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }

    /// As a path, in backticks; the root is "the event".
    pub(super) fn name(&self) -> String {
        self.name_of(&Path::default())
    }

    /// The name of what is at the path from here.
    pub(super) fn name_of(&self, path: &Path) -> String {
        let keys = path.segments().iter().map(|segment| Step::Key(segment.name()));
        let steps: Vec<Step<'_>> = self.trail.iter().copied().chain(keys).collect();
        if steps.is_empty() { "the event".to_owned() } else { format!("`{}`", Dotted(&steps)) }
    }
}

/// Steps as they are written in a path.
struct Dotted<'s>(&'s [Step<'s>]);

/// A longer path loses its middle.
const MAX_PATH_CHARS: usize = 100;

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (position, step) in self.0.iter().enumerate() {
            if position > 0 {
                text.push('.');
            }
            match step {
                Step::Key(key) => path::write_name(&mut text, key)?,
                Step::Index(index) => text.push_str(&index.to_string()),
            }
        }
        f.write_str(&without_middle(&visible(&text), MAX_PATH_CHARS))
    }
}

/// The beginning and the end of what is longer.
pub(super) fn without_middle(text: &str, most_chars: usize) -> String {
    let count = text.chars().count();
    if count <= most_chars {
        return text.to_owned();
    }
    let half = most_chars / 2;
    let start: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(count - half).collect();
    format!("{start}…{end}")
}
