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

const A: &str = r#"{"event": {"class": "A", "n": 1}, "user": {"uid": "bob"}}"#;
const A2: &str = r#"{"event": {"class": "A", "n": 2}, "user": {"uid": "bob"}}"#;
const B: &str = r#"{"event": {"class": "B"}, "user": null}"#;
const C: &str = r#"{"event": {"class": "C"}, "user": {"uid": "bob"}}"#;

fn folder() -> Folder {
    Folder::new().with("listeners.json", LISTENERS)
}

/// What the listeners make of the events on standard input.
fn route(listeners: &str, args: &[&str], events: &str) -> Run {
    let args = [&["route", "listeners.json"], args].concat();
    Folder::new().with("listeners.json", listeners).run_with(&args, events)
}

/// The ids for each event; nothing may go wrong.
fn ids(listeners: &Value, events: &str) -> Vec<Value> {
    let run = route(&listeners.to_string(), &["--format=json"], events);
    assert_eq!(run.stderr, "");
    let lines = run.stdout().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let ids: Vec<Value> = lines.map(|line| line["ids"].clone()).collect();
    let any = ids.iter().any(|ids| ids != &json!([]));
    assert_eq!(run.exit, if any { 0 } else { 1 });
    ids
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
fn ids_keep_their_type_and_order() {
    let listeners = r#"[
        {"id": "10", "event": "A"}, {"id": 10, "event": "A"}, {"id": 9, "event": "A"}, {"event": "A"},
        {"id": -1.50e3, "event": "A"}, {"id": 12345678901234567890123, "event": "A"}, {"id": null, "event": "A"},
        {"id": "", "event": "A"}, {"id": "a b", "event": "A"}, {"id": "\u00e9\/\"", "event": "A"},
        {"id": "\n\u0000\u001b\u009b", "event": "A"}
    ]"#;
    let run = route(listeners, &["--format=json"], A);
    let ids = r#"["10",10,9,3,-1.50e3,12345678901234567890123,6,"","a b","é/\"","\n\u0000\u001b"#;
    assert_eq!(run.stdout(), format!("{{\"line\":1,\"ids\":{ids}\u{9b}\"]}}\n"));

    // What is not one word is quoted, and a terminal is left alone.
    let words = r#""10" 10 9 3 -1.50e3 12345678901234567890123 6 "" "a b" "é/\"" "\n\u0000\u001b"#;
    assert_eq!(route(listeners, &[], A).stdout(), format!("1\t{words}\u{fffd}\"\n"));
}

#[test]
fn the_class_is_the_same_but_for_backslashes_at_its_start() {
    let listeners = json!([
        {"event": "OCA\\Tables\\Event\\RowAddedEvent"},
        {"event": "\\OCA\\Tables\\Event\\RowAddedEvent"},
        {"event": "\\\\OCA\\Tables\\Event\\RowAddedEvent"},
        {"event": "OCA\\Tables\\Event"},
        {"event": "oca\\tables\\event\\rowaddedevent"},
        {"event": "RowAddedEvent"},
    ]);
    let event = |class: &str| json!({"event": {"class": class}}).to_string();
    assert_eq!(ids(&listeners, &event("OCA\\Tables\\Event\\RowAddedEvent")), [json!([0, 1, 2])]);
    assert_eq!(ids(&listeners, &event("OCA\\Tables\\Event\\RowUpdatedEvent")), [json!([])]);
    let odd =
        "{}\n[]\n5\n{\"event\": null}\n{\"event\": \"RowAddedEvent\"}\n{\"class\": \"RowAddedEvent\"}\n";
    assert_eq!(ids(&listeners, odd), vec![json!([]); 6]);
}

#[test]
fn a_user_is_asked_for_only_if_one_is_named() {
    let listeners = json!([
        {"event": "A"},
        {"event": "A", "userIdFilter": null},
        {"event": "A", "userIdFilter": ""},
        {"event": "A", "userIdFilter": "bob"},
        {"event": "A", "userIdFilter": "5"},
        {"event": "A", "userIdFilter": "$bob \" é"},
    ]);
    let event = |user: Value| json!({"event": {"class": "A"}, "user": user}).to_string();
    let events = [
        event(json!({"uid": "bob"})),
        event(json!({"uid": "Bob"})),
        event(json!({"uid": "5"})),
        event(json!({"uid": 5})),
        event(json!({"uid": "$bob \" é"})),
        event(json!(null)),
        r#"{"event": {"class": "A"}}"#.to_owned(),
    ];
    assert_eq!(
        ids(&listeners, &events.join("\n")),
        [
            json!([0, 1, 2, 3]),
            json!([0, 1, 2]),
            json!([0, 1, 2, 4]),
            json!([0, 1, 2]),
            json!([0, 1, 2, 5]),
            json!([0, 1, 2]),
            json!([0, 1, 2]),
        ]
    );
}

#[test]
fn filters_that_are_absent_or_empty_let_every_event_through() {
    let listeners = r#"[
        {"event": "A"}, {"event": "A", "eventFilter": null}, {"event": "A", "eventFilter": {}},
        {"event": "A", "eventFilter": []}, {"event": "A", "eventFilter": [ ]}, {"event": "A", "eventFilter": { }},
        {"event": "A", "eventFilter": {"$comment": "nothing"}}, {"event": "A", "eventFilter": {"no": 1}}
    ]"#;
    assert_eq!(route(listeners, &[], A).stdout(), "1\t0 1 2 3 4 5 6\n");
}

#[test]
fn a_filter_may_ask_for_what_the_registration_asks_for() {
    let listeners = json!([
        {"event": "A", "eventFilter": {"event.class": "B"}},
        {"event": "A", "eventFilter": {"event.class": "A", "user.uid": "bob"}, "userIdFilter": "bob"},
        {"event": "A", "eventFilter": {"$or": [{"user.uid": "eve"}, {"event.n": 1}]}, "userIdFilter": "bob"},
        {"event": "A", "eventFilter": {"$nor": [{"user.uid": "bob"}]}},
        {"event": "A", "eventFilter": {"user": {"uid": "bob"}}},
    ]);
    assert_eq!(ids(&listeners, A), [json!([1, 2, 4])]);
}

/// A filter as large as `check` lets through is not made too large by what is put around it.
#[test]
fn the_limits_are_those_of_the_filter() {
    let nested = format!("{}{{}}{}", r#"{"$and": ["#.repeat(31), "]}".repeat(31));
    let conditions: Vec<Value> = (0..4096).map(|n| json!({ "a": n })).collect();
    let long = json!({"$comment": "x".repeat(65_500)});
    let filters = [nested, json!({ "$nor": conditions }).to_string(), long.to_string()];
    let mut listeners = String::from("[");
    for filter in &filters {
        let check = Folder::new().with("filter.json", filter);
        assert_eq!(check.run(&["check", "@filter.json"]).exit, 0);
        let comma = if listeners.len() > 1 { "," } else { "" };
        write!(listeners, r#"{comma}{{"event": "A", "eventFilter": {filter}, "userIdFilter": "bob"}}"#)
            .unwrap();
    }
    listeners.push(']');
    let run = route(&listeners, &[], A);
    assert_eq!((run.exit, run.stdout(), run.stderr.as_str()), (0, "1\t0 1 2\n", ""));
}

#[test]
fn what_the_registration_api_answers() {
    let answer = json!({"ocs": {
        "meta": {"status": "ok", "statuscode": 200, "message": "OK"},
        "data": [
            {"id": 4, "appId": null, "userId": "admin", "httpMethod": "POST", "uri": "https://example.org", "event": "A",
             "eventFilter": [], "userIdFilter": "", "headers": null, "authMethod": "none", "authData": null},
            {"id": 7, "appId": null, "userId": "admin", "httpMethod": "POST", "uri": "https://example.org", "event": "A",
             "eventFilter": {"event.n": 2}, "userIdFilter": "bob", "headers": {"a": "b"}, "authMethod": "none"},
        ],
    }});
    assert_eq!(ids(&answer, &[A, A2, B].join("\n")), [json!([4]), json!([4, 7]), json!([])]);

    let line = json!({"ocs": {"data": [{"id": 4, "event": "A"}, {"id": 7, "event": "A", "eventFilter": {"a": {"$eqs": 1}}}]}});
    let far = json!({"ocs": {"meta": "x".repeat(300), "data": line["ocs"]["data"]}});
    insta::assert_snapshot!(route(&line.to_string(), &[], "").stderr, @r#"
    error[unknown-operator]: unknown operator `$eqs`
     --> listeners.json:1:78
      |
    1 | {"ocs":{"data":[{"id":4,"event":"A"},{"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
      |                                                                              ^^^^^^
      |
      = note: in the listener with the id `7`
    help: did you mean `$eq`?
      |
    1 - {"ocs":{"data":[{"id":4,"event":"A"},{"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
    1 + {"ocs":{"data":[{"id":4,"event":"A"},{"id":7,"event":"A","eventFilter":{"a":{"$eq":1}}}
      |

    error: listeners refused: 1 of 2
    "#);
    // Far to the right in a long line.
    insta::assert_snapshot!(route(&far.to_string(), &[], "").stderr, @r#"
    error[unknown-operator]: unknown operator `$eqs`
     --> listeners.json#/ocs/data/1:1:41
      |
    1 | {"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
      |                                         ^^^^^^
      |
      = note: in the listener with the id `7`
    help: did you mean `$eq`?
      |
    1 - {"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
    1 + {"id":7,"event":"A","eventFilter":{"a":{"$eq":1}}}
      |

    error: listeners refused: 1 of 2
    "#);
}

#[test]
fn bad_registrations_are_shown_and_left_out() {
    let listeners = r#"[
  {"id": "good", "event": "A"},
  {
    "id": "bad",
    "event": 5,
    "userIdFilter": ["bob"],
    "eventFilter": {
      "a": {"$in": 5},
      "b": {"$eqs": 1}
    }
  },
  {"event": "A"}
]
"#;
    let run = route(listeners, &[], A);
    assert_eq!((run.exit, run.stdout()), (2, "1\tgood 2\n"));
    insta::assert_snapshot!(run.stderr, @r#"
    error[invalid-listener]: `event`: expected a string, found a number
     --> listeners.json:5:14
      |
    5 |     "event": 5,
      |              ^
      |
      = note: in the listener with the id `"bad"`

    error[invalid-listener]: `userIdFilter`: expected a string, found an array
     --> listeners.json:6:21
      |
    6 |     "userIdFilter": ["bob"],
      |                     ^
      |
      = note: in the listener with the id `"bad"`

    error[invalid-operand]: `$in`: expected an array, found the number `5`
     --> listeners.json:8:20
      |
    8 |       "a": {"$in": 5},
      |                    ^
      |
      = note: in the listener with the id `"bad"`
      = help: put it into `[…]`, or use `$eq`

    error[unknown-operator]: unknown operator `$eqs`
     --> listeners.json:9:13
      |
    9 |       "b": {"$eqs": 1}
      |             ^^^^^^
      |
      = note: in the listener with the id `"bad"`
    help: did you mean `$eq`?
      |
    9 -       "b": {"$eqs": 1}
    9 +       "b": {"$eq": 1}
      |

    error: listeners refused: 1 of 3
    "#);
}

#[test]
fn everything_a_registration_may_have_wrong() {
    let listeners = r#"[
  5,
  ["A"],
  null,
  {},
  {"id": 4, "event": null},
  {"id": 5, "event": ""},
  {"id": 6, "event": "\\"},
  {"id": 7, "event": "\ud800"},
  {"id": [8], "event": "A", "eventFilter": 5},
  {"id": true, "event": "A"},
  {"id": 10, "id": 11, "event": "A"},
  {"id": 11, "event": "A", "eventFilter": "{}"},
  {"id": 12, "event": "A", "userIdFilter": 12},
  {"event": "A"}
]"#;
    let run = route(listeners, &[], A);
    assert_eq!((run.exit, run.stdout()), (2, "1\t13\n"));
    let lines: Vec<&str> = run.stderr.lines().collect();
    let reports = lines.windows(6).filter(|lines| lines[0].starts_with("error["));
    let reports: Vec<String> = reports
        .map(|lines| format!("{}\n{}\n", lines[0], lines.iter().find(|line| line.contains("-->")).unwrap()))
        .collect();
    insta::assert_snapshot!(reports.concat(), @r#"
    error[invalid-listener]: expected a listener (an object), found a number
     --> listeners.json:2:3
    error[invalid-listener]: expected a listener (an object), found an array
     --> listeners.json:3:3
    error[invalid-listener]: expected a listener (an object), found null
     --> listeners.json:4:3
    error[invalid-listener]: `event` is missing
     --> listeners.json:5:3
    error[invalid-listener]: `event` is missing
     --> listeners.json:6:3
    error[invalid-listener]: `event` is empty
     --> listeners.json:7:22
    error[invalid-listener]: `event` is empty
     --> listeners.json:8:22
    error[invalid-listener]: `event`: unexpected end of hex escape
     --> listeners.json:9:22
    error[invalid-listener]: `id`: expected a number or a string, found an array
      --> listeners.json:10:10
    error[invalid-filter]: expected an object, found the number `5`
      --> listeners.json:10:44
    error[invalid-listener]: `id`: expected a number or a string, found a boolean
      --> listeners.json:11:10
    error[invalid-listener]: duplicate field `id`
      --> listeners.json:12:3
    error[invalid-filter]: expected an object, found the string "{}"
      --> listeners.json:13:43
    error[invalid-listener]: `userIdFilter`: expected a string, found a number
      --> listeners.json:14:44
    "#);
    assert_eq!(lines.last(), Some(&"error: listeners refused: 13 of 14"));
    for position in [0, 1, 2, 8, 9, 10] {
        let note = format!("= note: in the listener at position {position}\n");
        assert!(run.stderr.contains(&note), "{position}: {}", run.stderr);
    }
}

#[test]
fn an_id_stands_for_one_listener() {
    let listeners = r#"[
  {"id": 2, "event": "A"},
  {"id": "2", "event": "A"},
  {"event": "A"},
  {"id": "x", "event": 5},
  {"id": "\u0078", "event": "A"},
  {"id": 2, "event": "B"}
]"#;
    let run = route(listeners, &[], A);
    assert_eq!((run.exit, run.stdout()), (2, "1\t2 \"2\"\n"));
    insta::assert_snapshot!(run.stderr, @r#"
    error[invalid-listener]: `2` is the id of an earlier listener
     --> listeners.json:4:3
      |
    4 |   {"event": "A"}
      |   ^
      |
      = note: in the listener with the id `2`
      = help: without an `id`, it is the position in the list, from 0

    error[invalid-listener]: `event`: expected a string, found a number
     --> listeners.json:5:24
      |
    5 |   {"id": "x", "event": 5}
      |                        ^
      |
      = note: in the listener with the id `"x"`

    error[invalid-listener]: `"x"` is the id of an earlier listener
     --> listeners.json:6:10
      |
    6 |   {"id": "\u0078", "event": "A"}
      |          ^^^^^^^^
      |
      = note: in the listener with the id `"x"`

    error[invalid-listener]: `2` is the id of an earlier listener
     --> listeners.json:7:10
      |
    7 |   {"id": 2, "event": "B"}
      |          ^
      |
      = note: in the listener with the id `2`

    error: listeners refused: 4 of 6
    "#);
}

#[test]
fn strict_reads_no_events() {
    let listeners = r#"[{"id": 1, "event": "A"}, {"id": 2}, {"id": 3}]"#;
    let run = route(listeners, &["--strict", "missing"], "");
    run.refused();
    assert_eq!(run.stderr.matches("`event` is missing").count(), 2, "{}", run.stderr);
    assert!(run.stderr.ends_with("\nerror: listeners refused: 2 of 3\n"), "{}", run.stderr);
}

#[test]
fn files_that_are_no_list_of_listeners() {
    let expected = "expected a list of listeners, or `{\"ocs\": {\"data\": […]}}`";
    for (text, message) in [
        ("", "1:1: not JSON: EOF while parsing a value".to_owned()),
        ("[\n  {\"event\": \"A\"},\n]", "3:1: not JSON: trailing comma".to_owned()),
        ("<?xml version=\"1.0\"?>", "1:1: not JSON: expected value".to_owned()),
        ("[] []", "1:4: not JSON: trailing characters".to_owned()),
        ("\"A\"", format!("1:3: {expected}")),
        ("{}", format!("1:2: {expected}")),
        (r#"{"event": "A"}"#, format!("1:14: {expected}")),
        (r#"{"ocs": {"data": {}}}"#, format!("1:17: {expected}")),
        (r#"{"ocs": {"meta": {}}}"#, format!("1:20: {expected}")),
    ] {
        let run = route(text, &[], A);
        assert_eq!(run.refused(), format!("error: listeners.json:{message}\n"), "{text}");
    }

    let folder = Folder::new().with("latin.json", b"[{\"event\": \"\xe9\"}]");
    let run = folder.run(&["route", "latin.json"]);
    assert_eq!(run.refused(), "error: `latin.json` is not UTF-8 text\n");
    let run = folder.run(&["route", "missing.json"]);
    insta::assert_snapshot!(run.refused(), @"error: cannot read the list of listeners `missing.json`: No such file or directory (os error 2)");
}

#[test]
fn a_byte_order_mark_does_not_move_the_place() {
    let listeners =
        "\u{feff}[{\"event\": 5},\r\n\t{\"event\": \"é\", \"eventFilter\": {\"日\": {\"$eqs\": 1}}}]\r\n";
    let run = route(listeners, &[], A);
    assert!(run.stderr.contains("--> listeners.json:1:12\n"), "{}", run.stderr);
    assert!(run.stderr.contains("--> listeners.json:2:39\n"), "{}", run.stderr);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let listeners = "[{\"id\": \"\u{7f}\u{9b}\\u001b[31m\", \"event\": \"\u{7f}\u{9b}\\u001b[31m\", \"eventFilter\": {\"\u{9b}\": {\"$\u{9b}\": 1}}}]";
    let run = route(listeners, &[], A);
    assert!(!run.stderr.contains(['\u{1b}', '\u{7f}', '\u{9b}']), "{}", run.stderr);
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
