//! Filters for the events of a class: conditions at its paths, and others, with values from its events, so
//! that they often hold.
#![allow(dead_code, reason = "each test that uses this needs a part of it")]

use hooksieve::EventClass;
use serde_json::{Map, Value, json};

/// With lists of objects, fields that are objects or strings, and elements of several types.
pub(crate) const CLASS: &str = r#"{"classes": [{
    "name": "A\\B", "system": "nextcloud", "fields": {
        "labels": {"items": {"fields": {"title": "string", "id": "int", "size": "number|null"}}},
        "owner": {"type": "string|object", "fields": {"uid": "string", "age": {"type": "int", "optional": true}}},
        "done": "bool",
        "names": {"type": "array", "items": "string"},
        "ids": {"type": "array|null", "items": "int|bool|null"},
        "mixed": {"type": "array|string", "items": "any"},
        "size": "number",
        "state": {"values": ["open", "1", null]}
    }
}]}"#;

/// Numbers by chance, the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// Where conditions are put, and with which values.
pub(crate) struct Ground {
    paths: Vec<String>,
    values: Vec<Value>,
}

impl Ground {
    pub(crate) fn of_class(class: &EventClass) -> Self {
        let mut paths: Vec<String> = class
            .fields()
            .flat_map(|field| {
                let path = field.path().to_owned();
                let more = [format!("{path}.x"), format!("{path}.0"), "group".to_owned()];
                // Documented ones mostly.
                [path.clone(), path.clone(), path.clone(), path].into_iter().chain(more)
            })
            .map(|path| path.replace('*', "1"))
            .collect();
        if class.system() == "nextcloud" {
            paths.extend(["user.uid", "time", "event.class"].map(str::to_owned));
        }
        let events: Vec<Value> = (0..12).map(|seed| class.generate(seed)).collect();
        let mut values = Vec::new();
        for event in &events {
            leaves(event, &mut values);
        }
        Self { paths, values }
    }

    /// A few paths that lead through objects to scalars.
    pub(crate) fn plain() -> Self {
        let paths = ["a", "b", "c.d", "c.e"].map(str::to_owned).to_vec();
        let values = plain_values();
        Self { paths, values }
    }

    fn value(&self, dice: &mut Dice) -> Value {
        if dice.one_in(3) {
            return dice.choose(&odd_values()).clone();
        }
        dice.choose(&self.values).clone()
    }

    fn list(&self, dice: &mut Dice) -> Value {
        let operators = |value: &Value| {
            value.as_object().is_some_and(|object| object.keys().any(|key| key.starts_with('$')))
        };
        (0..dice.roll(4)).map(|_| self.value(dice)).filter(|value| !operators(value)).collect()
    }

    /// What a field has as its value: a value, or operators. Those of one dialect alone are among them.
    fn condition(&self, dice: &mut Dice, depth: usize) -> Value {
        if dice.one_in(3) {
            return self.value(dice);
        }
        let mut operators = Map::new();
        for _ in 0..1 + dice.roll(5) / 4 {
            let value = self.value(dice);
            let text = value.as_str().unwrap_or("/bob/files/").to_owned();
            let (name, operand) = match dice.roll(26) {
                0 | 1 => ("$eq", value),
                2 | 3 => ("$e", value),
                4..=6 => ("$ne", value),
                7 => ("$gt", value),
                8 => ("$gte", value),
                9 => ("$lt", value),
                10 => ("$lte", value),
                11..=14 => ("$in", self.list(dice)),
                15 | 16 => ("$nin", self.list(dice)),
                17 => ("$all", self.list(dice)),
                18 | 19 => {
                    ("$exists", dice.choose(&[json!(true), json!(false), json!(0), json!("")]).clone())
                }
                20 => ("$mod", dice.choose(&[json!([3, 1]), json!([2, 0]), json!([2, 1.0])]).clone()),
                21 => ("$startsWith", text.into()),
                22 => ("$regex", "^/bob".into()),
                23 => ("$size", json!(dice.roll(3))),
                _ if depth > 0 => ("$not", self.condition(dice, depth - 1)),
                _ => ("$exists", json!(true)),
            };
            operators.insert(name.to_owned(), operand);
        }
        operators.into()
    }

    pub(crate) fn filter(&self, dice: &mut Dice, depth: usize) -> Value {
        let mut filter = Map::new();
        for _ in 0..1 + dice.roll(4) / 3 {
            let name = match dice.roll(8) {
                0 if depth > 0 => "$and",
                1 if depth > 0 => "$or",
                2 if depth > 0 => "$nor",
                _ => {
                    filter.insert(dice.choose(&self.paths).clone(), self.condition(dice, 1));
                    continue;
                }
            };
            let branches: Vec<Value> = (0..1 + dice.roll(3)).map(|_| self.filter(dice, depth - 1)).collect();
            filter.insert(name.to_owned(), branches.into());
        }
        if dice.one_in(40) {
            filter.insert("$comment".to_owned(), json!("why"));
        }
        filter.into()
    }
}

fn leaves(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| leaves(value, found)),
        Value::Array(elements) => elements.iter().for_each(|value| leaves(value, found)),
        scalar => found.push(scalar.clone()),
    }
}

fn plain_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(0),
        json!(1),
        json!(23),
        json!(-7),
        json!(0.5),
        json!(1e300),
        json!(""),
        json!("0"),
        json!("23"),
        json!("1.0"),
        json!("bob"),
        json!("/bob/files/a.pdf"),
        json!("/bob/files"),
        json!("/pdf$/i"),
        json!("Zoë"),
        json!(" 23"),
    ]
}

fn odd_values() -> Vec<Value> {
    let mut values = plain_values();
    values.extend([
        json!(true),
        json!(false),
        json!(1.0),
        json!(23.0),
        json!(9_007_199_254_740_993_i64),
        json!([]),
        json!({}),
        json!([1, "2"]),
        json!({"x": 1}),
        json!("/[/"),
        json!("/admin/files/Documents"),
        json!("I"),
        json!("/"),
    ]);
    values
}

/// An event in which the plain paths lead where nothing is unexpected.
pub(crate) fn plain_event(dice: &mut Dice) -> Value {
    let mut event = Map::new();
    for name in ["a", "b", "c"] {
        if dice.one_in(5) {
            continue;
        }
        let value = if name == "c" {
            let mut inside = Map::new();
            for name in ["d", "e"] {
                if !dice.one_in(4) {
                    inside.insert(name.to_owned(), dice.choose(&plain_values()).clone());
                }
            }
            inside.into()
        } else {
            dice.choose(&plain_values()).clone()
        };
        event.insert(name.to_owned(), value);
    }
    event.into()
}
