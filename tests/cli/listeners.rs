//! The registrations that `hooksieve route` reads.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Folder;
use crate::route::{A, A2, B, route};

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
    1 | ...                   {"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
      |                                                               ^^^^^^
      |
      = note: in the listener with the id `7`
    help: did you mean `$eq`?
      |
    1 -                                      {"id":7,"event":"A","eventFilter":{"a":{"$eqs":1}}}
    1 +                                      {"id":7,"event":"A","eventFilter":{"a":{"$eq":1}}}
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
    error[invalid-field]: `event`: expected a string, found a number
     --> listeners.json:5:14
      |
    5 |     "event": 5,
      |              ^
      |
      = note: in the listener with the id `"bad"`

    error[invalid-field]: `userIdFilter`: expected a string, found an array
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
    error[missing-field]: `event` is missing
     --> listeners.json:5:3
    error[missing-field]: `event` is missing
     --> listeners.json:6:3
    error[invalid-field]: `event` is empty
     --> listeners.json:7:22
    error[invalid-field]: `event` is empty
     --> listeners.json:8:22
    error[invalid-json]: `event`: half of a surrogate pair
     --> listeners.json:9:23
    error[invalid-field]: `id`: expected a number or a string, found an array
      --> listeners.json:10:10
    error[invalid-filter]: expected an object, found the number `5`
      --> listeners.json:10:44
    error[invalid-field]: `id`: expected a number or a string, found a boolean
      --> listeners.json:11:10
    error[duplicate-key]: duplicate field `id`
      --> listeners.json:12:14
    error[invalid-filter]: expected an object, found the string "{}"
      --> listeners.json:13:43
    error[invalid-field]: `userIdFilter`: expected a string, found a number
      --> listeners.json:14:44
    "#);
    assert_eq!(lines.last(), Some(&"error: listeners refused: 13 of 14"));
    for position in [0, 1, 2, 8, 9] {
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
    error[duplicate-id]: `2` is the id of an earlier listener
     --> listeners.json:4:3
      |
    4 |   {"event": "A"}
      |   ^
      |
      = note: in the listener with the id `2`
      = help: without an `id`, it is the position in the list, from 0

    error[invalid-field]: `event`: expected a string, found a number
     --> listeners.json:5:24
      |
    5 |   {"id": "x", "event": 5}
      |                        ^
      |
      = note: in the listener with the id `"x"`

    error[duplicate-id]: `"x"` is the id of an earlier listener
     --> listeners.json:6:10
      |
    6 |   {"id": "\u0078", "event": "A"}
      |          ^^^^^^^^
      |
      = note: in the listener with the id `"x"`

    error[duplicate-id]: `2` is the id of an earlier listener
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
    let expected_at_start = "1:1: EXPECTED";
    for (text, message) in [
        ("", "1:1: expected a list of listeners, found nothing"),
        ("[\n  {\"event\": \"A\"},\n]", "2:17: a comma with nothing after it"),
        ("<?xml version=\"1.0\"?>", expected_at_start),
        ("[] []", "1:4: expected the end of the list"),
        ("[{\"event\": \"A\"}, {\"event\": \"B}, {\"event\": \"C\"}]", "1:35: expected `,` or `}`"),
        ("[{\"event\": \"A\"} {\"event\": \"B\"}]", "1:17: expected `,` or `]`"),
        ("[{\"event\": \"A\"}", "1:16: expected `,` or `]`"),
        ("\"A\"", expected_at_start),
        ("{}", expected_at_start),
        (r#"{"event": "A"}"#, expected_at_start),
        (r#"{"ocs": []}"#, "1:9: EXPECTED"),
        (r#"{"ocs": {"data": {}}}"#, "1:18: EXPECTED"),
        (r#"{"ocs": {"meta": {}}}"#, expected_at_start),
        (r#"{"ocs": {"meta": no, "data": []}}"#, "1:18: expected a value"),
    ] {
        let run = route(text, &[], A);
        let message = message.replace("EXPECTED", expected);
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
fn secrets_do_not_reach_the_terminal() {
    let listeners = r#"[{"id": 1, "event": "A", "headers": {"X-Key": "secret"}}, {"id": 2, "event": 5, "headers": {"X-Key": "secret"}},
  {"id": 3, "event": "A", "uri": "https://secret@example.org", "authMethod": "header", "authData": "secret"},
  {
    "id": 4,
    "event": "A",
    "authMethod": "header", "authData": {"Authorization": "Bearer secret", "X Y": ["secret"]}
  },
  {"id": 5, "event": "A", "authData": {"X": "secret},
  {"id": 6, "event": "A", "authData": {"X": secret"}}
]"#;
    let run = route(listeners, &[], A);
    assert_eq!((run.exit, run.stdout()), (2, "1\t1\n"));
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    insta::assert_snapshot!(run.stderr);
}
