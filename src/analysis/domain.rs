//! What one value can be: a set of values, never too small.

use std::cmp::Ordering;

use super::ranges::{Double, Ordered, Ranges, Text};
use crate::event::{Constant, Number};
use crate::sort;
use crate::syntax::expr::{Comparison, Test, TypeSet};
use crate::vm::compare;

/// A set of what a path can find: that nothing is there, and values. Scalars are told apart exactly;
/// objects and arrays are either listed, or all of them are in.
///
/// A set stands for what is possible, and may say too much. So nothing may be concluded from what is in
/// it, and everything from what is not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Domain {
    pub(super) missing: bool,
    pub(super) null: bool,
    /// Whether `false` is in it, and `true`.
    pub(super) bools: [bool; 2],
    /// Numbers that are integers to the engine: by their spelling, not by their value.
    pub(super) ints: Ranges<i64>,
    pub(super) doubles: Ranges<Double>,
    pub(super) strings: Ranges<Text>,
    pub(super) objects: Wholes,
    pub(super) arrays: Wholes,
}

/// Objects, or arrays.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wholes {
    /// These; in the order of all values.
    Listed(Vec<Constant>),
    All,
}

impl Wholes {
    pub(super) const NONE: Self = Self::Listed(Vec::new());

    fn of(is_there: bool) -> Self {
        if is_there { Self::All } else { Self::NONE }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    fn narrow(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Self::All) => {}
            (Self::All, listed) => *self = listed.clone(),
            (Self::Listed(a), Self::Listed(b)) => {
                a.retain(|a| b.binary_search_by(|b| compare::order(b, a)).is_ok());
            }
        }
    }

    fn unite(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Listed(a), Self::Listed(b)) => {
                let mut all = [a.as_slice(), b].concat();
                sort::by(&mut all, |a, b| compare::order(a, b));
                all.dedup();
                Self::Listed(all)
            }
        }
    }

    fn retain(&mut self, holds: impl FnMut(&Constant) -> bool) {
        if let Self::Listed(constants) = self {
            constants.retain(holds);
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Listed(list) => list.iter().map(size).sum(),
            Self::All => 0,
        }
    }
}

/// What it takes to copy or to compare a constant, in about the time that a number takes. Recursion is
/// bounded by the nesting of the filter.
pub(super) fn size(constant: &Constant) -> usize {
    match constant {
        Constant::Null | Constant::Bool(_) | Constant::Number(_) => 1,
        Constant::String(string) => 4 + string.len() / 8,
        Constant::Array(elements) => 4 + elements.iter().map(size).sum::<usize>(),
        Constant::Object(members) => {
            4 + members.iter().map(|(key, value)| 4 + key.len() / 8 + size(value)).sum::<usize>()
        }
    }
}

/// Up to so many numbers or strings are tried one by one.
const FEW: usize = 16;

impl Domain {
    pub(super) const INT_RANGE: [i64; 2] = [i32::MIN as i64, i32::MAX as i64];

    /// The values of these types, and nothing missing.
    pub(super) fn of_types(types: TypeSet) -> Self {
        let [least, most] = Self::INT_RANGE;
        let int = Ranges::between(least, most.checked_add(1));
        let ints = match (types.contains(TypeSet::INT), types.contains(TypeSet::LONG)) {
            (true, true) => Ranges::all(),
            (true, false) => int,
            (false, true) => int.complement(),
            (false, false) => Ranges::none(),
        };
        Self {
            missing: false,
            null: types.contains(TypeSet::NULL),
            bools: [types.contains(TypeSet::BOOL); 2],
            ints,
            doubles: if types.contains(TypeSet::DOUBLE) { Ranges::all() } else { Ranges::none() },
            strings: if types.contains(TypeSet::STRING) { Ranges::all() } else { Ranges::none() },
            objects: Wholes::of(types.contains(TypeSet::OBJECT)),
            arrays: Wholes::of(types.contains(TypeSet::ARRAY)),
        }
    }

    pub(super) fn all() -> Self {
        Self { missing: true, ..Self::of_types(TypeSet::ANY) }
    }

    pub(super) fn none() -> Self {
        Self::of_types(TypeSet::NONE)
    }

    /// The types of its values.
    pub(super) fn types(&self) -> TypeSet {
        let [least, most] = Self::INT_RANGE;
        let int = Ranges::between(least, most.checked_add(1));
        let parts = [
            (TypeSet::NULL, self.null),
            (TypeSet::BOOL, self.bools != [false; 2]),
            (TypeSet::INT, !self.ints.intersect(&int).is_empty()),
            (TypeSet::LONG, !self.ints.intersect(&int.complement()).is_empty()),
            (TypeSet::DOUBLE, !self.doubles.is_empty()),
            (TypeSet::STRING, !self.strings.is_empty()),
            (TypeSet::OBJECT, !self.objects.is_empty()),
            (TypeSet::ARRAY, !self.arrays.is_empty()),
        ];
        let is_in = parts.into_iter().filter(|(_, is_in)| *is_in);
        is_in.fold(TypeSet::NONE, |types, (part, _)| types.or(part))
    }

    /// The values that equal one of them; where null is among them, nothing, too. They ascend.
    pub(super) fn of_constants<'c>(constants: impl IntoIterator<Item = &'c Constant> + Clone) -> Self {
        let numbers = || {
            constants.clone().into_iter().filter_map(|constant| match constant {
                Constant::Number(number) => Some(*number),
                _ => None,
            })
        };
        let strings = constants.clone().into_iter().filter_map(|constant| match constant {
            Constant::String(string) => Some(Text::new(string)),
            _ => None,
        });
        let mut domain = Self {
            ints: Ranges::points(numbers().filter_map(Number::whole)),
            doubles: Ranges::points(numbers().filter_map(equal_double)),
            strings: Ranges::points(strings),
            ..Self::none()
        };
        let [mut objects, mut arrays] = [const { Vec::new() }; 2];
        for constant in constants {
            match constant {
                Constant::Null => (domain.missing, domain.null) = (true, true),
                Constant::Bool(bool) => {
                    let [no, yes] = &mut domain.bools;
                    *(if *bool { yes } else { no }) = true;
                }
                Constant::Object(_) => objects.push(constant.clone()),
                Constant::Array(_) => arrays.push(constant.clone()),
                Constant::Number(_) | Constant::String(_) => {}
            }
        }
        (domain.objects, domain.arrays) = (Wholes::Listed(objects), Wholes::Listed(arrays));
        domain
    }

    /// All that passes the test, or does not pass it; and whether the set is exact.
    pub(super) fn of_test(test: &Test, passes: bool) -> (Self, bool) {
        let (passing, is_exact) = match test {
            Test::Equal(constant) => (Self::of_constants([constant]), true),
            Test::In(list) => (Self::of_constants(list), true),
            Test::Compare(comparison, constant) => {
                (Self::of_comparison(*comparison, constant), !is_whole(constant))
            }
            Test::Exists => (Self { missing: false, ..Self::all() }, true),
            Test::Type(types) => (Self::of_types(*types), true),
            Test::StartsWith(prefix) => (Self::of_strings(Ranges::prefixed(prefix)), true),
            Test::EndsWith(_) | Test::Contains(_) | Test::Pattern(_) => {
                (Self::of_strings(Ranges::all()), false)
            }
            // A remainder is nearer to zero than its divisor.
            Test::Remainder { divisor, remainder } if divisor.unsigned_abs() <= remainder.unsigned_abs() => {
                (Self::none(), true)
            }
            Test::Remainder { .. } => (Self::of_types(TypeSet::NUMBER), false),
            Test::Size(_) | Test::Element(..) => (Self::of_types(TypeSet::ARRAY), false),
        };
        match (passes, is_exact) {
            (true, _) => (passing, is_exact),
            (false, true) => passing.complement(),
            // The complement of a set that is too large would be too small.
            (false, false) => (Self::all(), false),
        }
    }

    fn of_strings(strings: Ranges<Text>) -> Self {
        Self { strings, ..Self::none() }
    }

    fn of_comparison(comparison: Comparison, constant: &Constant) -> Self {
        // All from here on: less is what is not greater or equal.
        let (is_strict, is_above) = match comparison {
            Comparison::Greater => (true, true),
            Comparison::GreaterOrEqual => (false, true),
            Comparison::Less => (false, false),
            Comparison::LessOrEqual => (true, false),
        };
        match constant {
            Constant::Number(number) => Self {
                ints: side(Ranges::from_bound(first_int(*number, is_strict)), is_above),
                doubles: side(Ranges::from_bound(first_double(*number, is_strict)), is_above),
                ..Self::none()
            },
            Constant::String(string) => {
                let text = Text::new(string);
                let start = if is_strict { text.next() } else { Some(text) };
                Self::of_strings(side(Ranges::from_bound(start), is_above))
            }
            Constant::Bool(bool) => {
                let is_on_side = |value: bool| match comparison {
                    Comparison::Greater => value & !bool,
                    Comparison::GreaterOrEqual => value | !bool,
                    Comparison::Less => !value & bool,
                    Comparison::LessOrEqual => !value | bool,
                };
                Self { bools: [false, true].map(is_on_side), ..Self::none() }
            }
            Constant::Object(_) => Self::of_types(TypeSet::OBJECT),
            Constant::Array(_) => Self::of_types(TypeSet::ARRAY),
            Constant::Null => Self::none(),
        }
    }

    /// What is not in it. Of listed objects and arrays there are always others; so the result is exact
    /// where the set has none of these in part.
    fn complement(&self) -> (Self, bool) {
        let others = |wholes: &Wholes| Wholes::of(*wholes != Wholes::All);
        let in_part = |wholes: &Wholes| matches!(wholes, Wholes::Listed(list) if !list.is_empty());
        let complement = Self {
            missing: !self.missing,
            null: !self.null,
            bools: self.bools.map(|is_in| !is_in),
            ints: self.ints.complement(),
            doubles: self.doubles.complement(),
            strings: self.strings.complement(),
            objects: others(&self.objects),
            arrays: others(&self.arrays),
        };
        (complement, !in_part(&self.objects) && !in_part(&self.arrays))
    }

    /// Keeps what is in the other set, too.
    pub(super) fn narrow(&mut self, other: &Self) {
        self.missing &= other.missing;
        self.null &= other.null;
        for (is_in, is_in_other) in self.bools.iter_mut().zip(other.bools) {
            *is_in &= is_in_other;
        }
        self.ints.narrow(&other.ints);
        self.doubles.narrow(&other.doubles);
        self.strings.narrow(&other.strings);
        self.objects.narrow(&other.objects);
        self.arrays.narrow(&other.arrays);
    }

    pub(super) fn unite(&self, other: &Self) -> Self {
        let ([no, yes], [other_no, other_yes]) = (self.bools, other.bools);
        Self {
            missing: self.missing || other.missing,
            null: self.null || other.null,
            bools: [no || other_no, yes || other_yes],
            ints: self.ints.unite(&other.ints),
            doubles: self.doubles.unite(&other.doubles),
            strings: self.strings.unite(&other.strings),
            objects: self.objects.unite(&other.objects),
            arrays: self.arrays.unite(&other.arrays),
        }
    }

    pub(super) fn without_arrays(self) -> Self {
        Self { arrays: Wholes::NONE, ..self }
    }

    /// Whether the value is in it.
    pub(super) fn has(&self, value: &Constant) -> bool {
        let mut value = Self { missing: false, ..Self::of_constants([value]) };
        value.narrow(self);
        !value.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.missing
            && !self.null
            && self.bools == [false; 2]
            && self.ints.is_empty()
            && self.doubles.is_empty()
            && self.strings.is_empty()
            && self.objects.is_empty()
            && self.arrays.is_empty()
    }

    /// Takes out values for which `holds` is false; only where there are few, so that each can be tried.
    pub(super) fn retain(&mut self, mut holds: impl FnMut(&Constant) -> bool) {
        if let Some(ints) = self.ints.listed(FEW) {
            self.ints =
                Ranges::points(ints.into_iter().filter(|int| holds(&Constant::Number(Number::Int(*int)))));
        }
        if let Some(doubles) = self.doubles.listed(FEW) {
            let holds = |double: &Double| holds(&Constant::Number(Number::Double(double.get())));
            self.doubles = Ranges::points(doubles.into_iter().filter(holds));
        }
        if let Some(strings) = self.strings.listed(FEW) {
            // What is no string, but a bound, is no value.
            let holds = |text: &Text| text.get().is_some_and(|text| holds(&Constant::String(text.into())));
            self.strings = Ranges::points(strings.into_iter().filter(holds));
        }
        self.objects.retain(&mut holds);
        self.arrays.retain(&mut holds);
    }

    /// What it takes to copy or to compare it, in units of [`Fuel`](super::search::Fuel).
    pub(super) fn weight(&self) -> usize {
        let ranges = self.ints.size() + self.doubles.size() + self.strings.size();
        1 + (ranges + self.objects.size() + self.arrays.size()) / 8
    }

    /// The same for trying the values that [`retain`](Self::retain) tries.
    pub(super) fn weight_of_few(&self) -> usize {
        let strings = self.strings.listed(FEW).map_or(0, |_| self.strings.size());
        2 * FEW + strings + self.objects.size() + self.arrays.size()
    }
}

fn is_whole(constant: &Constant) -> bool {
    matches!(constant, Constant::Object(_) | Constant::Array(_))
}

fn side<T: Ordered>(above: Ranges<T>, is_above: bool) -> Ranges<T> {
    if is_above { above } else { above.complement() }
}

fn order(a: Number, b: Number) -> Ordering {
    compare::order(&Constant::Number(a), &Constant::Number(b))
}

/// The double that equals the number exactly.
fn equal_double(number: Number) -> Option<Double> {
    let nearest = number.to_double();
    order(Number::Double(nearest), number).is_eq().then(|| Double::new(nearest))
}

/// The first double that is greater, or not less.
fn first_double(bound: Number, is_strict: bool) -> Option<Double> {
    // The next double after the nearest is greater, and nothing that is greater lies between.
    let nearest = Double::new(bound.to_double());
    match order(Number::Double(nearest.get()), bound) {
        Ordering::Greater => Some(nearest),
        Ordering::Equal if !is_strict => Some(nearest),
        _ => nearest.next(),
    }
}

/// The first integer that is greater, or not less.
fn first_int(bound: Number, is_strict: bool) -> Option<i64> {
    // Cut off towards zero: on the other side of it there is the one above.
    let Some(whole) = bound.truncate() else {
        return (bound.to_double() < 0.0).then(i64::first);
    };
    match order(Number::Int(whole), bound) {
        Ordering::Greater => Some(whole),
        Ordering::Equal if !is_strict => Some(whole),
        _ => whole.next(),
    }
}
