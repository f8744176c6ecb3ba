//! Engines that match an event against many filters.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use a_tree::{ATree, AttributeDefinition};
use hooksieve::{Filter, FilterSet, Scratch};
use quamina::{Quamina, QuaminaBuilder};
use serde_json::Value;

use crate::common::memory;
use crate::common::workload::{self, Event, Kind, Rule};

/// An engine with its filters, and the events as it wants them.
pub trait Engine {
    /// Appends the numbers of the filters that match.
    fn ids(&mut self, event: usize, ids: &mut Vec<usize>);
}

/// What building takes, and what is there then.
pub struct Built {
    pub engine: Box<dyn Engine>,
    pub time: Duration,
    pub bytes: usize,
}

/// Builds an engine for the first `count` filters of a workload, or says why it cannot be.
type Build = fn(Kind, usize, &[Event]) -> Result<Built, &'static str>;

/// An engine, where it stands in the tables.
pub struct Entry {
    pub name: &'static str,
    pub build: Build,
    /// Whether it can say what mixed filters say.
    pub mixed: bool,
}

/// Ours is the first.
pub const ENGINES: &[Entry] = &[
    Entry { name: "hooksieve", build: hooksieve, mixed: true },
    Entry { name: "quamina", build: quamina, mixed: false },
    Entry { name: "a-tree, parsed", build: a_tree, mixed: false },
    Entry { name: "one by one", build: one_by_one, mixed: true },
];

/// Nobody waits longer for a set of filters.
const PATIENCE: Duration = Duration::from_secs(60);
/// And nobody gives it more.
const ROOM: isize = 8 << 30;

/// Measures how an engine is built of its filters, one after the other.
struct Site {
    start: Instant,
    bytes: isize,
}

impl Site {
    fn open() -> Self {
        Self { bytes: memory::live(), start: Instant::now() }
    }

    /// Adds a filter, unless it is refused, panics, or all takes too long.
    fn add<E: Display>(&self, add: impl FnOnce() -> Result<(), E>) -> Result<(), &'static str> {
        if self.start.elapsed() > PATIENCE {
            return Err("takes over 60 s");
        }
        if memory::live() - self.bytes > ROOM {
            return Err("takes over 8 GB");
        }
        match catch_unwind(AssertUnwindSafe(add)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("refuses"),
            Err(_) => Err("panics"),
        }
    }

    /// What comes into being with the first event belongs to the building.
    fn finish<E: Engine + 'static>(&self, mut engine: E) -> Result<Built, &'static str> {
        if catch_unwind(AssertUnwindSafe(|| engine.ids(0, &mut Vec::new()))).is_err() {
            return Err("panics");
        }
        let (time, bytes) = (self.start.elapsed(), memory::live() - self.bytes);
        Ok(Built { engine: Box::new(engine), time, bytes: bytes.try_into().unwrap_or(0) })
    }
}

struct Hooksieve {
    set: FilterSet<usize>,
    scratch: Scratch,
    events: Texts,
}

fn hooksieve(kind: Kind, count: usize, events: &[Event]) -> Result<Built, &'static str> {
    let filters = workload::filters(kind, count);
    let events = Texts::of(events);
    let site = Site::open();
    let mut set = FilterSet::new();
    for (id, filter) in filters.iter().enumerate() {
        site.add(|| Filter::compile(filter).map(|filter| drop(set.insert(id, filter))))?;
    }
    site.finish(Hooksieve { set, scratch: Scratch::new(), events })
}

impl Engine for Hooksieve {
    fn ids(&mut self, event: usize, ids: &mut Vec<usize>) {
        let event = self.events.get(event);
        ids.extend(self.set.matches_json(event, &mut self.scratch).expect("the event is JSON"));
    }
}

struct QuaminaEngine {
    quamina: Quamina<usize>,
    events: Texts,
}

fn quamina(kind: Kind, count: usize, events: &[Event]) -> Result<Built, &'static str> {
    let patterns: Vec<String> = workload::rules(kind, count).map(|rule| pattern(&rule)).collect();
    let events = Texts::of(events);
    let site = Site::open();
    // By default, it refuses most of 100,000 patterns.
    let builder = QuaminaBuilder::new().with_arena_byte_budget(1 << 32);
    let mut quamina = builder.build().expect("the limits are valid");
    for (id, pattern) in patterns.iter().enumerate() {
        site.add(|| quamina.add_pattern(id, pattern))?;
    }
    site.finish(QuaminaEngine { quamina, events })
}

/// A rule as quamina spells it.
fn pattern(rule: &Rule) -> String {
    let mut event = Vec::new();
    if let Some(class) = rule.class {
        event.push(format!(r#""class":[{}]"#, Value::from(class)));
    }
    if let Some(table) = rule.table {
        event.push(format!(r#""tableId":[{table}]"#));
    }
    let mut pattern = format!(r#"{{"user":{{"uid":["{}"]}}"#, rule.uid);
    if !event.is_empty() {
        pattern += &format!(r#","event":{{{}}}"#, event.join(","));
    }
    if let Some(time) = &rule.time {
        pattern += &format!(r#","time":[{{"numeric":[">=",{},"<",{}]}}]"#, time.start, time.end);
    }
    pattern + "}"
}

impl Engine for QuaminaEngine {
    fn ids(&mut self, event: usize, ids: &mut Vec<usize>) {
        let event = self.events.get(event);
        ids.extend(self.quamina.matches_for_event(event).expect("the event is JSON"));
    }
}

/// Only searches: its events are made before.
struct ATreeEngine {
    tree: ATree<usize>,
    events: Vec<a_tree::Event>,
}

fn a_tree(kind: Kind, count: usize, events: &[Event]) -> Result<Built, &'static str> {
    let expressions: Vec<String> = workload::rules(kind, count).map(|rule| expression(&rule)).collect();
    let events = values(events);
    let site = Site::open();
    let mut tree = ATree::new(&[
        AttributeDefinition::string("uid"),
        AttributeDefinition::string("class"),
        AttributeDefinition::integer("table"),
        AttributeDefinition::integer("time"),
    ])
    .expect("the attributes are valid");
    for (id, expression) in expressions.iter().enumerate() {
        site.add(|| tree.insert(&id, expression))?;
    }
    let events = events.iter().map(|event| a_tree_event(&tree, event)).collect();
    site.finish(ATreeEngine { tree, events })
}

/// A rule as a-tree spells it, which has no way to write a backslash.
fn expression(rule: &Rule) -> String {
    let mut expression = format!(r#"uid = "{}""#, rule.uid);
    if let Some(class) = rule.class {
        expression += &format!(r#" and class = "{}""#, class.replace('\\', "/"));
    }
    if let Some(table) = rule.table {
        expression += &format!(" and table = {table}");
    }
    if let Some(time) = &rule.time {
        expression += &format!(" and time >= {} and time < {}", time.start, time.end);
    }
    expression
}

fn a_tree_event(tree: &ATree<usize>, event: &Value) -> a_tree::Event {
    let text = |value: &Value| value.as_str().expect("a string").replace('\\', "/");
    let mut builder = tree.make_event();
    builder.with_string("uid", &text(&event["user"]["uid"])).expect("an attribute");
    builder.with_string("class", &text(&event["event"]["class"])).expect("an attribute");
    if let Some(table) = event["event"]["tableId"].as_i64() {
        builder.with_integer("table", table).expect("an attribute");
    }
    builder.with_integer("time", event["time"].as_i64().expect("a number")).expect("an attribute");
    builder.build().expect("an event")
}

impl Engine for ATreeEngine {
    fn ids(&mut self, event: usize, ids: &mut Vec<usize>) {
        let report = self.tree.search(&self.events[event]).expect("an event");
        ids.extend(report.matches().iter().copied());
    }
}

/// What programs do that have no engine for sets.
struct OneByOne {
    filters: Vec<Filter>,
    events: Texts,
}

fn one_by_one(kind: Kind, count: usize, events: &[Event]) -> Result<Built, &'static str> {
    let texts_of_filters = workload::filters(kind, count);
    let events = Texts::of(events);
    let site = Site::open();
    let mut filters = Vec::new();
    for filter in &texts_of_filters {
        site.add(|| Filter::compile(filter).map(|filter| filters.push(filter)))?;
    }
    site.finish(OneByOne { filters, events })
}

impl Engine for OneByOne {
    fn ids(&mut self, event: usize, ids: &mut Vec<usize>) {
        let event = serde_json::from_slice(self.events.get(event)).expect("the event is JSON");
        ids.extend((0..).zip(&self.filters).filter(|(_, filter)| filter.matches(&event)).map(|(id, _)| id));
    }
}

fn values(events: &[Event]) -> Vec<Value> {
    events.iter().map(|event| serde_json::from_str(&event.json).expect("the event is JSON")).collect()
}

/// The texts of the events beside each other, as a file or a connection has them.
pub struct Texts {
    all: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Texts {
    pub fn of(events: &[Event]) -> Self {
        let mut texts = Self { all: String::new(), ends: Vec::new() };
        for event in events {
            texts.all += &event.json;
            texts.ends.push(texts.all.len());
        }
        texts
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, event: usize) -> &[u8] {
        let start = event.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all.as_bytes()[start..self.ends[event]]
    }
}
