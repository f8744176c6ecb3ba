//! `hooksieve route`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::{Folder, Run, run_with};

/// One listener for the class `A`, one for `B`, one for what bob does in `A`.
const LISTENERS: &str = r#"[
    {"id": 1, "event": "A"},
    {"id": 2, "event": "B"},
    {"id": 3, "event": "A", "eventFilter": {"event.n": {"$gt": 1}}, "userIdFilter": "bob"}
]"#;

pub(crate) const A: &str = r#"{"event": {"class": "A", "n": 1}, "user": {"uid": "bob"}}"#;
pub(crate) const A2: &str = r#"{"event": {"class": "A", "n": 2}, "user": {"uid": "bob"}}"#;
pub(crate) const B: &str = r#"{"event": {"class": "B"}, "user": null}"#;
const C: &str = r#"{"event": {"class": "C"}, "user": {"uid": "bob"}}"#;

fn folder() -> Folder {
    Folder::new().with("listeners.json", LISTENERS)
}

/// What the listeners make of the events on standard input.
pub(crate) fn route(listeners: &str, args: &[&str], events: &str) -> Run {
    let args = [&["route", "listeners.json"], args].concat();
    Folder::new().with("listeners.json", listeners).run_with(&args, events)
}

#[test]
fn exit_codes() {
    let folder = folder()
        .with("a", A)
        .with("c", C)
        .with("bad", format!("{A}\nno\n"))
        .with("empty", "")
        .with("none.json", "[]")
        .with("some.json", r#"[{"event": "A"}, {"event": 5}]"#);
    for (exit, args) in [
        (0, &["listeners.json", "a"][..]),
        (0, &["listeners.json", "c", "a"]),
        (1, &["listeners.json", "c"]),
        (1, &["listeners.json", "empty"]),
        (1, &["listeners.json"]),
        (1, &["none.json", "a"]),
        (0, &["--strict", "listeners.json", "a"]),
        (1, &["--format=json", "listeners.json", "c"]),
        (2, &["listeners.json", "bad"]),
        (2, &["listeners.json", "a", "missing"]),
        (2, &["listeners.json", "."]),
        (2, &["some.json", "a"]),
        (2, &["some.json", "c"]),
        (2, &["--strict", "some.json", "a"]),
        (2, &["missing.json", "a"]),
        (2, &["empty", "a"]),
        (2, &["a", "a"]),
        (2, &[".", "a"]),
    ] {
        let args = [&["route"], args].concat();
        assert_eq!(folder.run(&args).exit, exit, "{args:?}");
    }
}

#[test]
fn text_has_a_line_for_each_event_that_goes_anywhere() {
    let events = [A, "", C, A2, B, C].join("\n");
    let run = route(LISTENERS, &[], &events);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout(), "1\t1\n4\t1 3\n5\t2\n");
}

#[test]
fn json_has_a_line_for_each_event() {
    let events = [A, "", C, A2, B, C].join("\r\n");
    let run = route(LISTENERS, &["--format", "json"], &events);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout(), @r#"
    {"line":1,"ids":[1]}
    {"line":3,"ids":[]}
    {"line":4,"ids":[1,3]}
    {"line":5,"ids":[2]}
    {"line":6,"ids":[]}
    "#);
}

#[test]
fn several_files_are_named() {
    let folder = folder().with("x", format!("{C}\n{A}\n")).with("a \"b\"", A2).with("empty", "");
    let files = ["x", "empty", "a \"b\"", "missing", "-"];
    let run = folder.run_with(&[&["route", "listeners.json"], &files[..]].concat(), B);
    assert_eq!(run.stdout(), "x:2\t1\na \"b\":1\t1 3\n<stdin>:1\t2\n");
    assert_eq!(run.exit, 2);
    assert_eq!(run.stderr, "error: cannot read `missing`: No such file or directory (os error 2)\n");

    let run = folder.run_with(&[&["route", "--format=json", "listeners.json"], &files[..]].concat(), B);
    insta::assert_snapshot!(run.stdout(), @r#"
    {"file":"x","line":1,"ids":[]}
    {"file":"x","line":2,"ids":[1]}
    {"file":"a \"b\"","line":1,"ids":[1,3]}
    {"file":"<stdin>","line":1,"ids":[2]}
    "#);
}

#[test]
fn either_may_come_from_standard_input() {
    let folder = folder().with("a", A);
    assert_eq!(folder.run_with(&["route", "-", "a"], LISTENERS).stdout(), "1\t1\n");
    assert_eq!(folder.run_with(&["route", "listeners.json", "-"], A).stdout(), "1\t1\n");
    for args in [&["route", "-"][..], &["route", "-", "-"], &["route", "-", "a", "-"]] {
        let run = folder.run_with(args, LISTENERS);
        assert_eq!(
            run.refused(),
            "error: the listeners and the events cannot both be read from standard input\n"
        );
    }
}

#[test]
fn lines_that_are_not_json_are_reported_and_counted() {
    let events = format!("{A}\nsecret\n\n{{\"secret\": \n{A2}\n{B}{B}\n");
    for (format, stdout) in
        [("text", "1\t1\n5\t1 3\n"), ("json", "{\"line\":1,\"ids\":[1]}\n{\"line\":5,\"ids\":[1,3]}\n")]
    {
        let run = route(LISTENERS, &["--format", format], &events);
        assert_eq!((run.exit, run.stdout()), (2, stdout));
        insta::allow_duplicates!(insta::assert_snapshot!(run.stderr, @"
        <stdin>:2:1: not JSON: expected a value
        <stdin>:4:12: not JSON: expected a value
        <stdin>:6:40: not JSON: expected the end of the event
        3 lines were not JSON
        "));
        assert!(!run.stderr.contains("secret"), "an event's content is private");
    }
    let run = route(LISTENERS, &["--max-errors=1"], &"no\n".repeat(1000));
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
    assert!(run.stderr.ends_with("\n1000 lines were not JSON\n"), "{}", run.stderr);
}

#[test]
fn stats_are_told_on_standard_error() {
    let run = route(LISTENERS, &["--stats"], &[A, C, "no", A2, B].join("\n"));
    assert_eq!((run.exit, run.stdout()), (2, "1\t1\n4\t1 3\n5\t2\n"));
    let number = |name: &str| {
        let row = run.stderr.lines().find_map(|line| line.strip_prefix(name));
        row.unwrap_or_else(|| panic!("{name}: {}", run.stderr)).trim().parse::<u64>().unwrap()
    };
    assert_eq!(number("filters "), 3);
    assert_eq!(number("events "), 4);
    assert_eq!(number("deliveries "), 4);
    assert!(number("events per second ") > 0);
    assert_eq!(route(LISTENERS, &["--stats"], "").exit, 1);
}

#[test]
fn order_is_kept_over_many_blocks() {
    const LINES: u64 = 100_000;
    let mut events = String::new();
    let mut expected = String::new();
    for n in 1..=LINES {
        let user = ["bob", "eve"][(n % 2) as usize];
        writeln!(events, r#"{{"event": {{"class": "A", "n": {n}}}, "user": {{"uid": "{user}"}}}}"#).unwrap();
        let ids = match n {
            1 => "1",
            _ if user == "bob" => "1 3",
            _ => "1",
        };
        writeln!(expected, "{n}\t{ids}").unwrap();
    }
    let folder = folder().with("x", &events);
    for threads in ["1", "3"] {
        let run = folder.run(&["route", "--threads", threads, "listeners.json", "x"]);
        assert!(run.stdout() == expected, "in another order with {threads} threads");
    }
    assert!(route(LISTENERS, &[], &events).stdout() == expected, "in another order from a pipe");
}

/// Each event goes to all of very many listeners: the output is far larger than the input.
#[test]
fn many_deliveries() {
    const LISTENERS: usize = 5000;
    const EVENTS: usize = 2000;
    let listeners = vec![json!({"event": "A"}); LISTENERS];
    let event = json!({"event": {"class": "A"}, "pad": "x".repeat(1000)});
    let events = format!("{event}\n").repeat(EVENTS);
    let run = route(&Value::from(listeners).to_string(), &["--stats", "--threads=3"], &events);
    assert_eq!(run.exit, 0);
    let ids: Vec<String> = (0..LISTENERS).map(|id| id.to_string()).collect();
    let ids = ids.join(" ");
    let mut lines = 0;
    for (line, number) in run.stdout().lines().zip(1..) {
        assert!(line == format!("{number}\t{ids}"));
        lines += 1;
    }
    assert_eq!(lines, EVENTS);
    let stats: Vec<&str> = run.stderr.split_whitespace().collect();
    assert!(stats.windows(2).any(|words| words == ["deliveries", "10000000"]), "{}", run.stderr);
}

#[test]
fn a_slow_pipe_is_answered_at_once() {
    let folder = folder();
    let mut child = folder.command(&["route", "listeners.json"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in [2, 4] {
        // The last line is not complete, and does not hold back those before it.
        write!(stdin, "{C}\n{A}\n{{\"event\"").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{}\t1\n", number + number / 4));
        stdin.write_all(b": 1}\n").unwrap();
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = folder().with("x", format!("{A}\n").repeat(200_000));
    let mut child = folder.command(&["route", "listeners.json", "x"]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "1\t1\n");
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn the_example() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let file = |name: &str| examples.join(name).to_str().unwrap().to_owned();
    let run = run_with(&["route", "--strict", &file("listeners.json"), &file("events.ndjson")], "");
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));

    let mut deliveries: BTreeMap<&str, usize> = BTreeMap::new();
    for id in run.stdout().lines().flat_map(|line| line.split_once('\t').unwrap().1.split(' ')) {
        *deliveries.entry(id).or_default() += 1;
    }
    let listeners: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(file("listeners.json")).unwrap()).unwrap();
    assert_eq!(deliveries.len(), listeners.len(), "a listener gets nothing: {deliveries:?}");
    assert_eq!(deliveries["9"], 79, "every file that was written");
}
