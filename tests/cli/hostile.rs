//! Events that are made to do harm, for every command that reads some: a clear error or the right
//! answer, soon, and the lines before and after are answered.

use std::fmt::Write as _;

use crate::{Folder, Run};

const EVENT: &str = r#"{"event": {"class": "A"}, "a": 1}"#;

/// The hostile line between two good ones, through `match` and `route`.
fn between_good_lines(line: &[u8]) -> [Run; 2] {
    let mut events = format!("{EVENT}\n").into_bytes();
    events.extend_from_slice(line);
    write_good_line(&mut events);
    let folder = Folder::new()
        .with("events", events)
        .with("listeners.json", r#"[{"id": "x", "event": "A", "eventFilter": {"a": 1}}]"#);
    [
        folder.run(&["match", r#"{"event.class": "A", "a": 1}"#, "events"]),
        folder.run(&["route", "listeners.json", "events"]),
    ]
}

fn write_good_line(events: &mut Vec<u8>) {
    events.extend_from_slice(format!("\n{EVENT}\n").as_bytes());
}

/// It is no event, and that is said in one short line.
fn assert_reported(line: &[u8]) {
    let [matched, routed] = between_good_lines(line);
    assert_eq!((matched.exit, matched.stdout()), (2, format!("{EVENT}\n{EVENT}\n").as_str()));
    assert_eq!((routed.exit, routed.stdout()), (2, "1\tx\n3\tx\n"));
    assert_eq!(matched.stderr, routed.stderr);
    let lines: Vec<&str> = matched.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", matched.stderr);
    assert!(lines[0].starts_with("events:2:") && lines[0].contains(": not JSON: "), "{}", lines[0]);
    assert!(lines[0].len() < 120, "{}", lines[0]);
    assert_eq!(lines[1], "1 line was not JSON");
}

/// It is an event, and `selected` or not.
fn assert_answered(line: &str, selected: bool) {
    let [matched, routed] = between_good_lines(line.as_bytes());
    let middle = if selected { format!("{line}\n") } else { String::new() };
    assert!(matched.stdout() == format!("{EVENT}\n{middle}{EVENT}\n"));
    assert_eq!(routed.stdout(), if selected { "1\tx\n2\tx\n3\tx\n" } else { "1\tx\n3\tx\n" });
    assert_eq!((matched.exit, matched.stderr.as_str()), (0, ""));
    assert_eq!((routed.exit, routed.stderr.as_str()), (0, ""));
}

#[test]
fn brackets_without_end() {
    assert_reported(&vec![b'['; 10 << 20]);
    assert_reported(r#"{"a":"#.repeat(2 << 20).as_bytes());
    assert_reported(format!(r#"{{"event": {{"class": "A"}}, "a": {}"#, "[".repeat(10 << 20)).as_bytes());
    let closed = [vec![b'['; 5 << 20], vec![b']'; 5 << 20]].concat();
    assert_reported(&closed);
}

#[test]
fn a_very_long_string() {
    let long = "x".repeat(50 << 20);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "b": "{long}", "a": 1}}"#), true);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "a": "{long}"}}"#), false);
    assert_answered(&format!(r#"{{"event": {{"class": "A{long}"}}, "a": 1}}"#), false);
    assert_reported(format!(r#"{{"event": {{"class": "A"}}, "a": "{long}"#).as_bytes());
    let escaped = r"\u0041".repeat(4 << 20);
    assert_answered(&format!(r#"{{"event": {{"class": "{escaped}"}}, "{escaped}": 1, "a": 1}}"#), false);
}

#[test]
fn a_million_duplicate_keys() {
    for last in [1, 2] {
        let mut line = String::from(r#"{"event": {"class": "A"}"#);
        for n in 2..1_000_000 {
            write!(line, r#","a":{n}"#).unwrap();
        }
        write!(line, r#","a":{last}}}"#).unwrap();
        assert_answered(&line, last == 1);

        let line = format!(
            r#"{{{}"event":{{"class":"A"}},"a":{last}}}"#,
            r#""event":{"class":"B"},"#.repeat(1_000_000)
        );
        assert_answered(&line, last == 1);
    }
}

#[test]
fn a_million_elements() {
    let elements = "0,".repeat(1_000_000);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "a": [{elements}1]}}"#), true);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "a": [{elements}0]}}"#), false);
    assert_answered(&format!(r#"{{"event": [{}{{"class": "A"}}], "a": 1}}"#, "{},".repeat(1_000_000)), true);
    assert_reported(format!(r#"{{"a": [{elements}]}}"#).as_bytes());
}

#[test]
fn long_numbers() {
    let digits = "1".repeat(1 << 20);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "a": 0.{digits}}}"#), false);
    assert_answered(&format!(r#"{{"event": {{"class": "A"}}, "a": 1.{}}}"#, "0".repeat(1 << 20)), true);
    assert_reported(format!(r#"{{"a": {digits}}}"#).as_bytes());
    assert_reported(format!(r#"{{"a": 1e{digits}}}"#).as_bytes());
}

#[test]
fn bytes_that_are_no_text() {
    assert_reported(&[0]);
    assert_reported(&vec![0; 1 << 20]);
    assert_reported(b"{\"event\": {\"class\": \"A\"}, \"a\": 1}\0");
    assert_reported(b"{\"event\": {\"class\": \"A\"}, \"a\0\": 1}");
    assert_reported(b"{\"event\": {\"class\": \"A\"}, \"a\":\0 1}");
    assert_reported(&vec![0xff; 1 << 20]);
    assert_reported(&[br#"{"a": ""#.as_slice(), &[0x80; 1 << 20], br#""}"#].concat());
    assert_reported(b"\xef\xbb\xbf{}");
    // A key with an escaped NUL is a key like any other.
    assert_answered(r#"{"event": {"class": "A"}, "a\u0000": 1}"#, false);
}

#[test]
fn hostile_listeners() {
    let folder = Folder::new().with("events", EVENT);
    let long = "x".repeat(2 << 20);
    for listeners in [
        "[".repeat(10 << 20),
        r#"{"ocs":"#.repeat(1 << 20),
        format!(r#"[{{"id": {}1{}}}]"#, "[".repeat(1 << 20), "]".repeat(1 << 20)),
        format!(
            r#"[{{"event": "A", "eventFilter": {}{}}}]"#,
            r#"{"a":"#.repeat(1 << 20),
            "}".repeat(1 << 20)
        ),
        format!(r#"[{{"id": ["{long}"], "event": "A"}}]"#),
        format!(r#"[{{"event": "A", "eventFilter": {{"{long}": 1}}}}]"#),
        format!("[{}]", vec!["5"; 2000].join(",")),
        format!(r#"[{}]"#, vec![r#"{"id":1,"event":5}"#; 2000].join(",")),
    ] {
        let folder = Folder::new().with("events", EVENT).with("listeners.json", &listeners);
        let run = folder.run(&["route", "--strict", "listeners.json", "events"]);
        assert_eq!((run.exit, run.stdout()), (2, ""));
    }
    // Long, but nothing is wrong with it.
    let long = "x".repeat(1_000_000);
    let listeners =
        format!(r#"[{{"id": "y", "event": "{long}"}}, {{"id": "x", "event": "A", "appId": "{long}"}}]"#);
    let run = folder.with("listeners.json", listeners).run(&["route", "listeners.json", "events"]);
    assert_eq!((run.exit, run.stdout(), run.stderr.as_str()), (0, "1\tx\n", ""));
}
