//! One filter on raw events: who parses, who only looks, and who checks what.

use std::borrow::Cow;
use std::hint::black_box;

use hooksieve::{Filter, Scratch};
use quamina::Quamina;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use simd_json::prelude::ValueAsScalar;
use sonic_rs::{JsonValueTrait, PointerTree};

use crate::common;
use crate::common::events::{self, FILTER};
use crate::rounds::{self, Contender};

/// A way to answer for one event; all of them are asked for [`FILTER`].
type Answer<'a> = Box<dyn FnMut(&str) -> bool + 'a>;

/// How much of the text is known to be JSON when there is an answer.
const WHOLE: &str = "whole";
const WALKED: &str = "what it walks";
const NOTHING: &str = "nothing";

pub fn print_tables() {
    for (title, events) in [
        ("Of these events, one in fifty matches.", events::ordinary()),
        ("For these events, every condition is true: nobody may stop early.", events::matching()),
    ] {
        let matching = verify(&events);
        let bytes: usize = events.iter().map(String::len).sum();
        println!(
            "{title} {} events, {matching} match, {} bytes on average.\n",
            events.len(),
            bytes / events.len()
        );
        println!("| engine | checks | time per event | : hooksieve | MB/s |");
        println!("|---|---|--:|--:|--:|");
        let mut engines = engines();
        let mut contenders: Vec<Contender<'_>> = engines
            .iter_mut()
            .map(|(_, _, answer)| {
                Contender::new(|| events.iter().filter(|event| answer(black_box(event))).count())
            })
            .collect();
        let times = rounds::measure(&mut contenders);
        drop(contenders);
        for ((name, checks, _), time) in engines.iter().zip(&times) {
            let ratio = time.median / times[0].median;
            let speed = bytes as f64 / time.median * 1e3;
            println!("| {name} | {checks} | {} | {ratio:.1} | {speed:.0} |", time.per(events.len()));
        }
        println!();
    }
}

/// Everybody who answers gives the same answer. How many events match.
fn verify(events: &[String]) -> usize {
    let mut engines = engines();
    let mut matching = 0;
    for event in events {
        let expected = by_hand(&serde_json::from_str(event).expect("the event is JSON"));
        matching += usize::from(expected);
        for (name, _, answer) in engines.iter_mut().filter(|(name, ..)| *name != CHECK_ONLY) {
            assert_eq!(answer(event), expected, "{name}: {event}");
        }
    }
    matching
}

/// Gives no answer: the least that a checking parser has to do.
const CHECK_ONLY: &str = "serde_json `IgnoredAny` (no answer, only the check)";

/// Ours is the first.
fn engines() -> Vec<(&'static str, &'static str, Answer<'static>)> {
    vec![
        ("hooksieve", WHOLE, hooksieve(Scratch::new())),
        ("hooksieve without SIMD", WHOLE, hooksieve(Scratch::portable())),
        (CHECK_ONLY, WHOLE, Box::new(|event| serde_json::from_slice::<IgnoredAny>(event.as_bytes()).is_ok())),
        ("serde_json, a struct of the three fields", WHOLE, Box::new(typed)),
        (
            "serde_json `Value`, closure by hand",
            WHOLE,
            Box::new(|event| serde_json::from_slice(event.as_bytes()).is_ok_and(|event| by_hand(&event))),
        ),
        ("simd-json tape", WHOLE, simd_json()),
        ("sonic-rs `get_many`", WALKED, sonic_get_many()),
        ("sonic-rs `get`, up to three times", WALKED, Box::new(sonic_get)),
        ("gjson `get`, up to three times", NOTHING, Box::new(gjson)),
        ("quamina, one pattern", WHOLE, quamina()),
    ]
}

fn by_hand(event: &Value) -> bool {
    let case = common::CASES.iter().find(|case| case.filter == FILTER).expect("written by hand");
    (case.by_hand)(event)
}

fn wanted(
    uid: Option<&str>,
    table: impl FnOnce() -> Option<i64>,
    time: impl FnOnce() -> Option<i64>,
) -> bool {
    uid == Some("bob") && table() == Some(42) && time().is_some_and(|time| time < 1_711_971_024)
}

fn hooksieve(mut scratch: Scratch) -> Answer<'static> {
    let filter = Filter::compile(FILTER).expect("the filter is valid");
    Box::new(move |event| filter.matches_json(event.as_bytes(), &mut scratch).expect("the event is JSON"))
}

#[derive(Deserialize)]
struct Envelope<'e> {
    #[serde(borrow)]
    user: User<'e>,
    event: Row,
    time: i64,
}

#[derive(Deserialize)]
struct User<'e> {
    #[serde(borrow)]
    uid: Cow<'e, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    table_id: Option<i64>,
}

fn typed(event: &str) -> bool {
    serde_json::from_slice::<Envelope<'_>>(event.as_bytes())
        .is_ok_and(|event| wanted(Some(&event.user.uid), || event.event.table_id, || Some(event.time)))
}

/// It parses in place, so the text is copied first.
fn simd_json() -> Answer<'static> {
    let mut text = Vec::new();
    let mut buffers = simd_json::Buffers::default();
    let mut kept = simd_json::Tape::null();
    Box::new(move |event| {
        text.clear();
        text.extend_from_slice(event.as_bytes());
        let mut tape = std::mem::replace(&mut kept, simd_json::Tape::null()).reset();
        simd_json::fill_tape(&mut text, &mut buffers, &mut tape).expect("the event is JSON");
        let event = tape.as_value();
        let user = event.get("user").and_then(|user| user.get("uid"));
        let matches = wanted(
            user.as_ref().and_then(|uid| uid.as_str()),
            || event.get("event")?.get("tableId")?.as_i64(),
            || event.get("time")?.as_i64(),
        );
        kept = tape.reset();
        matches
    })
}

fn sonic_get(event: &str) -> bool {
    let uid = sonic_rs::get(event, ["user", "uid"]).ok();
    wanted(
        uid.as_ref().and_then(JsonValueTrait::as_str),
        || sonic_rs::get(event, ["event", "tableId"]).ok()?.as_i64(),
        || sonic_rs::get(event, ["time"]).ok()?.as_i64(),
    )
}

fn sonic_get_many() -> Answer<'static> {
    let mut paths = PointerTree::new();
    paths.add_path(["user", "uid"]);
    paths.add_path(["event", "tableId"]);
    paths.add_path(["time"]);
    Box::new(move |event| {
        let values = sonic_rs::get_many(event, &paths).expect("the event is JSON");
        let [uid, table, time] = values.as_slice() else { return false };
        wanted(
            uid.as_ref().and_then(JsonValueTrait::as_str),
            || table.as_ref()?.as_i64(),
            || time.as_ref()?.as_i64(),
        )
    })
}

fn gjson(event: &str) -> bool {
    let number = |path| {
        let value = gjson::get(event, path);
        value.exists().then(|| value.i64())
    };
    wanted(Some(gjson::get(event, "user.uid").str()), || number("event.tableId"), || number("time"))
}

fn quamina() -> Answer<'static> {
    let mut quamina = Quamina::new();
    quamina
        .add_pattern(
            (),
            r#"{"user":{"uid":["bob"]},"event":{"tableId":[42]},"time":[{"numeric":["<",1711971024]}]}"#,
        )
        .expect("the pattern is valid");
    Box::new(move |event| quamina.has_matches(event.as_bytes()).expect("the event is JSON"))
}
