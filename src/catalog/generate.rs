//! Made-up events: the same for the same seed, and over many seeds all that a class allows.

use serde_json::{Map, Value};

use super::shape::{Format, Inside, Shape};
use crate::event::Constant;
use crate::syntax::expr::TypeSet;

/// Arrays and objects inside each other where anything can be.
const MAX_FREE_NESTING: usize = 3;

pub(super) fn generate(shape: &Shape, seed: u64) -> Value {
    let mut dice = Dice(seed);
    let mut generator = Generator {
        // Events with all fields, with none that can be left out, and those between; plain ones, and
        // ones that nobody would think of.
        missing: dice.pick(&[0, 0, 1, 2, 4]),
        odd: dice.pick(&[0, 0, 1, 2, 4]),
        shuffled: dice.one_in(4),
        dice,
    };
    generator.value(shape, None, MAX_FREE_NESTING)
}

struct Generator {
    dice: Dice,
    /// So many of four optional fields are missing.
    missing: u64,
    /// So many of four values are unlike the sample.
    odd: u64,
    /// Whether the members of objects come in another order than the documented one.
    shuffled: bool,
}

const ODD_STRINGS: &[&str] = &[
    "",
    " ",
    "0",
    "1",
    "23",
    "-1",
    "1.5",
    "null",
    "true",
    "/",
    "/a/",
    "a",
    "A",
    "a.b",
    "$eq",
    "é",
    "e\u{301}",
    "日本",
    "😀",
    "\u{ffff}",
    "\0",
    "line\nbreak\r\n",
    "\"quoted\" \\ back",
    "/bob/files/../x",
    "/alice/files/Report.PDF",
    "2024-01-15T10:30:00+00:00",
    "1711971000",
];

const ODD_KEYS: &[&str] =
    &["", "0", "1", "00", "17", "-1", "a", "a.b", "$gt", "id", "é", "__proto__", "class"];

const EDGES: &[i64] = &[
    0,
    1,
    -1,
    2,
    23,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    i32::MIN as i64,
    i32::MIN as i64 - 1,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    i64::MAX,
    i64::MIN,
];

const DOUBLES: &[f64] = &[
    0.5,
    -0.5,
    1.0,
    -0.0,
    23.0,
    0.1,
    1e-300,
    1e300,
    -1e300,
    9_007_199_254_740_992.0,
    9_223_372_036_854_775_808.0,
];

impl Generator {
    /// Null of a shape that allows nothing. `sample` comes from the sample of what is around, and goes
    /// before the shape's own.
    fn value(&mut self, shape: &Shape, sample: Option<&Value>, free_nesting: usize) -> Value {
        if let Some(values) = &shape.values {
            return self.dice.choose(values).map_or(Value::Null, Constant::to_value);
        }
        let sample = sample.or(shape.sample.as_ref());
        // An object as it is documented is made up from its members, and so is an array.
        if let Some(scalar) = sample.filter(|sample| !sample.is_object() && !sample.is_array())
            && !self.is_odd()
        {
            return scalar.clone();
        }
        const KINDS: [TypeSet; 6] =
            [TypeSet::NULL, TypeSet::BOOL, TypeSet::NUMBER, TypeSet::STRING, TypeSet::ARRAY, TypeSet::OBJECT];
        let is_scalar = |kind: &TypeSet| !kind.intersects(TypeSet::ARRAY.or(TypeSet::OBJECT));
        let is_allowed = |kind: &TypeSet| {
            shape.types.intersects(*kind) && (!shape.is_any() || free_nesting > 0 || is_scalar(kind))
        };
        let kinds: Vec<TypeSet> = KINDS.into_iter().filter(is_allowed).collect();
        match self.dice.choose(&kinds).copied().unwrap_or(TypeSet::NULL) {
            TypeSet::BOOL => Value::Bool(self.dice.one_in(2)),
            TypeSet::NUMBER => self.number(shape, sample),
            TypeSet::STRING => Value::String(self.string(shape, sample)),
            TypeSet::ARRAY => self.array(shape, sample, free_nesting),
            TypeSet::OBJECT => self.object(shape, sample, free_nesting),
            _ => Value::Null,
        }
    }

    fn is_odd(&mut self) -> bool {
        self.dice.below(4) < self.odd
    }

    fn number(&mut self, shape: &Shape, sample: Option<&Value>) -> Value {
        let whole = shape.types.intersects(TypeSet::WHOLE);
        if !whole || (shape.types.contains(TypeSet::DOUBLE) && self.dice.one_in(2)) {
            return Value::from(self.dice.choose(DOUBLES).copied().unwrap_or_default());
        }
        let middle = sample.and_then(Value::as_i64).unwrap_or(match shape.format {
            Some(Format::UnixTime) => 1_711_971_000,
            _ => 10,
        });
        let spread = match shape.format {
            // Two months or so.
            Some(Format::UnixTime) => 5_000_000,
            _ => 20,
        };
        Value::from(match self.is_odd() {
            true => self.dice.choose(EDGES).copied().unwrap_or_default(),
            false => {
                middle.saturating_add_unsigned(self.dice.below(spread)).saturating_sub_unsigned(spread / 2)
            }
        })
    }

    fn string(&mut self, shape: &Shape, sample: Option<&Value>) -> String {
        let plain = match (sample.and_then(Value::as_str), shape.format) {
            (Some(sample), _) => sample.to_owned(),
            (None, Some(Format::IsoTime)) => {
                let (month, day) = (1 + self.dice.below(12), 1 + self.dice.below(28));
                format!("2024-{month:02}-{day:02}T10:30:00+00:00")
            }
            (None, _) => "text".to_owned(),
        };
        if !self.is_odd() {
            return match self.dice.below(4) {
                0 => plain.to_ascii_uppercase(),
                1 => format!("{plain}{}", self.dice.below(30)),
                2 => plain.chars().take(plain.chars().count() / 2).collect(),
                _ => plain,
            };
        }
        match self.dice.below(12) {
            0 => plain.repeat(20),
            1 => plain.chars().rev().collect(),
            _ => self.dice.choose(ODD_STRINGS).copied().unwrap_or_default().to_owned(),
        }
    }

    fn array(&mut self, shape: &Shape, sample: Option<&Value>, free_nesting: usize) -> Value {
        let Some(elements) = shape.elements.shape() else { return Value::Array(Vec::new()) };
        let sampled = sample.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let length = self.dice.pick(&[0, 1, 1, 2, 2, 3, 3, 12]);
        (0..length)
            .map(|_| match self.dice.choose(sampled) {
                Some(sampled) if !self.is_odd() => sampled.clone(),
                _ => self.value(elements, None, free_nesting.saturating_sub(1)),
            })
            .collect()
    }

    fn object(&mut self, shape: &Shape, sample: Option<&Value>, free_nesting: usize) -> Value {
        let none = Map::new();
        let sample = sample.and_then(Value::as_object).unwrap_or(&none);
        let mut members = Vec::new();
        for member in &shape.members {
            if !member.is_optional || self.dice.below(4) >= self.missing {
                members.push((
                    member.name.to_string(),
                    self.value(&member.shape, sample.get(&*member.name), free_nesting),
                ));
            }
        }
        if let Some(others) = shape.others.shape() {
            for (key, value) in sample.iter().filter(|(key, _)| shape.member(key).is_none()) {
                match self.dice.below(4) {
                    0 => {}
                    1 => {
                        members.push((key.clone(), self.value(others, None, free_nesting.saturating_sub(1))))
                    }
                    _ => members.push((key.clone(), value.clone())),
                }
            }
            let is_free = matches!(shape.others, Inside::Anything) && !shape.members.is_empty();
            let more = if is_free && !self.is_odd() { 0 } else { self.dice.below(3) };
            for _ in 0..more {
                let key = self.dice.choose(ODD_KEYS).copied().unwrap_or_default();
                // Fields with names have no numbers beside them.
                let is_named = key == "0" && !shape.members.is_empty();
                if shape.member(key).is_none() && !is_named {
                    members.push((key.to_owned(), self.value(others, None, free_nesting.saturating_sub(1))));
                }
            }
        }
        if self.shuffled {
            let turn = self.dice.below(members.len() as u64 + 1);
            members.rotate_left(usize::try_from(turn).unwrap_or_default());
        }
        Value::Object(members.into_iter().collect())
    }
}

/// Numbers by chance, always the same for a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 where the bound is.
    fn below(&mut self, bound: u64) -> u64 {
        self.roll().checked_rem(bound).unwrap_or_default()
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let index = self.below(from.len() as u64);
        from.get(usize::try_from(index).unwrap_or_default())
    }

    /// 0 from none.
    fn pick(&mut self, from: &[u64]) -> u64 {
        self.choose(from).copied().unwrap_or_default()
    }
}
