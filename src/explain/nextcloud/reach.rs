//! Where the walk of the Nextcloud dialect along a path ends, and at which places of the event.

use serde_json::Value;

use crate::event::Constant;
use crate::explain::reach::{Gap, MAX_GAPS, MAX_VALUES, MIN_VISITS, Place, Reach, Reached, Step};
use crate::path::{Path, Segment};
use crate::program::Program;
use crate::verdict::Thrown;
use crate::vm::nextcloud::{self, End, Walker};
use crate::vm::php;

/// The ends of a walk, up to the one that decides.
pub(super) struct Ends<'e> {
    /// What is listed: the first of the ends, and the one that decides.
    pub(super) reach: Reach<'e>,
    /// All that were looked at.
    pub(super) count: usize,
    pub(super) first: Option<Found<'e>>,
    /// The end that passes, or throws.
    pub(super) decider: Option<Found<'e>>,
    /// The first list that was gone through.
    pub(super) list: Option<Place<'e>>,
    /// An element of a list that is a scalar, at which PHP throws.
    pub(super) scalar: Option<Place<'e>>,
}

/// An end.
#[derive(Clone)]
pub(super) enum Found<'e> {
    Value(Place<'e>),
    Missing(Gap<'e>),
    /// A string in the middle of the path.
    Text(Gap<'e>),
}

impl<'e> Ends<'e> {
    /// Walks to the ends of an instruction whose verdict is known. `visits_left` is taken from.
    pub(super) fn of(
        program: &Program,
        index: usize,
        path: &Path,
        verdict: &Result<bool, Thrown>,
        event: &'e Value,
        visits_left: &mut usize,
    ) -> Self {
        let segments = path.segments();
        let mut collector = Collector {
            program,
            index,
            path: segments,
            event,
            elements: Vec::new(),
            is_settled: *verdict == Ok(false),
            most_visits: MIN_VISITS.max(*visits_left),
            ends: Self {
                reach: Reach::default(),
                count: 0,
                first: None,
                decider: None,
                list: None,
                scalar: None,
            },
        };
        let result = nextcloud::walk(event, segments, &mut collector);
        if result.is_err() && collector.ends.decider.is_none() {
            // The walk itself has thrown, at the element that it entered last.
            collector.ends.scalar = collector.elements.last().map(|(_, left)| collector.place(*left));
        }
        *visits_left = visits_left.saturating_sub(collector.ends.count);
        collector.ends
    }

    /// Leaves out the places whose keys are neither the filter's nor indexes.
    pub(super) fn mask(&mut self, path: &Path) {
        self.reach.values.retain(|value| is_named(&value.place, path));
        self.reach.gaps.retain(|gap| is_named(&gap.at, path));
    }
}

/// Whether the filter names all keys on the way.
fn is_named(place: &Place<'_>, path: &Path) -> bool {
    place.trail.iter().all(|step| match step {
        Step::Index(_) => true,
        Step::Key(key) => path.segments().iter().any(|segment| segment.name() == *key),
    })
}

struct Collector<'p, 'e> {
    program: &'p Program,
    index: usize,
    path: &'p [Segment],
    event: &'e Value,
    /// The lists that the walk is in: the position of the element, and how many segments are left there.
    elements: Vec<(usize, usize)>,
    /// Nothing decides.
    is_settled: bool,
    most_visits: usize,
    ends: Ends<'e>,
}

impl<'e> Collector<'_, 'e> {
    /// Where the walk is, with so many segments left.
    fn place(&self, left: usize) -> Place<'e> {
        let mut place = Place::root(self.event);
        let mut at = self.path.len();
        for (position, left) in &self.elements {
            place = self.along(place, at, *left);
            at = *left;
            place = element(place, *position);
        }
        self.along(place, at, left)
    }

    fn along(&self, mut place: Place<'e>, from: usize, to: usize) -> Place<'e> {
        let length = self.path.len();
        let segments = self.path.get(length.saturating_sub(from)..length.saturating_sub(to));
        for segment in segments.unwrap_or_default() {
            let step = match place.value {
                Value::Object(object) => {
                    object.get_key_value(segment.name()).map(|(key, value)| (Step::Key(key.as_str()), value))
                }
                Value::Array(array) => segment.index().and_then(|index| {
                    let value = array.get(index)?;
                    Some((Step::Index(index), value))
                }),
                _ => None,
            };
            let Some((step, value)) = step else { break };
            place.trail.push(step);
            place.value = value;
        }
        place
    }

    fn found(&self, end: End<&'e Value>, left: usize) -> Found<'e> {
        let at = self.place(left);
        match end {
            End::Value(_) => Found::Value(at),
            End::Missing => Found::Missing(Gap { at, left }),
            End::Text => Found::Text(Gap { at, left }),
        }
    }
}

/// The element at a position of a list, which may be an object.
fn element<'e>(place: Place<'e>, position: usize) -> Place<'e> {
    let step = match place.value {
        Value::Array(array) => array.get(position).map(|value| (Step::Index(position), value)),
        Value::Object(object) => {
            object.iter().nth(position).map(|(key, value)| (Step::Key(key.as_str()), value))
        }
        _ => None,
    };
    let Some((step, value)) = step else { return place };
    Place { value, trail: place.trail.into_iter().chain([step]).collect() }
}

impl<'e> Walker<'e, &'e Value> for Collector<'_, 'e> {
    fn end(&mut self, end: End<&'e Value>, left: usize) -> Result<bool, Thrown> {
        if self.is_settled && self.ends.count >= self.most_visits {
            self.ends.reach.is_partial = true;
            return Ok(true);
        }
        self.ends.count += 1;
        let result = nextcloud::end(self.program, self.index, end);
        let decides = result != Ok(false);
        let reach = &mut self.ends.reach;
        let is_listed = match end {
            End::Value(_) => {
                reach.count += 1;
                reach.values.len() < MAX_VALUES
            }
            End::Missing | End::Text => {
                reach.gap_count += 1;
                reach.gaps.len() < MAX_GAPS
            }
        };
        if !is_listed && !decides && self.ends.first.is_some() {
            return result;
        }
        let found = self.found(end, left);
        match &found {
            Found::Value(place) => {
                self.ends.reach.values.push(Reached { place: place.clone(), passes: result == Ok(true) });
            }
            Found::Missing(gap) | Found::Text(gap) => self.ends.reach.gaps.push(gap.clone()),
        }
        if decides {
            self.ends.decider = Some(found.clone());
        }
        self.ends.first.get_or_insert(found);
        result
    }

    fn enter(&mut self, position: usize, left: usize) {
        if self.ends.list.is_none() {
            self.ends.list = Some(self.place(left));
        }
        self.elements.push((position, left));
    }

    fn leave(&mut self) {
        self.elements.pop();
    }
}

/// The first element of an array that is loosely equal to a value, with its place.
pub(super) fn loosely_equal<'e>(array: &Place<'e>, value: &Constant) -> Option<Place<'e>> {
    let position = php::elements(array.value).position(|element| php::equal(value, element))?;
    Some(element(array.clone(), position))
}
