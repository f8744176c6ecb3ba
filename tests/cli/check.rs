//! `hooksieve check`, and how a refused filter is shown.

use serde_json::{Value, json};

use crate::{Folder, run, run_with};

#[test]
fn a_good_filter_gets_a_line() {
    let folder = Folder::new().with("filter.json", "\u{feff}{\"a\": 1}\r\n");
    let run = folder.run_with(&["check", "@filter.json", "{}", "@-"], "[]");
    assert_eq!(run.stdout(), "filter.json: ok\n<filter>: ok\n<stdin>: ok\n");
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
}

#[test]
fn every_problem_is_shown_with_its_place() {
    insta::assert_snapshot!(run(&["check", r#"{"a": {"$eqs": 1}, "b": {"$in": 5}, "c": {"$size": -1}}"#]).refused(), @r#"
    error[unknown-operator]: unknown operator `$eqs`
     --> <filter>:1:8
      |
    1 | {"a": {"$eqs": 1}, "b": {"$in": 5}, "c": {"$size": -1}}
      |        ^^^^^^
      |
    help: did you mean `$eq`?
      |
    1 - {"a": {"$eqs": 1}, "b": {"$in": 5}, "c": {"$size": -1}}
    1 + {"a": {"$eq": 1}, "b": {"$in": 5}, "c": {"$size": -1}}
      |

    error[invalid-operand]: `$in`: expected an array, found the number `5`
     --> <filter>:1:33
      |
    1 | {"a": {"$eqs": 1}, "b": {"$in": 5}, "c": {"$size": -1}}
      |                                 ^
      |
      = help: put it into `[…]`, or use `$eq`

    error[invalid-operand]: `$size`: expected a whole number (0 or more), found the number `-1`
     --> <filter>:1:52
      |
    1 | {"a": {"$eqs": 1}, "b": {"$in": 5}, "c": {"$size": -1}}
      |                                                    ^^
    "#);
}

#[test]
fn a_filter_of_several_lines() {
    let folder = Folder::new().with(
        "filter.json",
        "\u{feff}{\r\n\t\"é\": {\"$gt\": 1},\r\n\t\"日本\": {\"$exist\": true}\r\n}\r\n",
    );
    insta::assert_snapshot!(folder.run(&["check", "@filter.json"]).refused(), @r#"
    error[unknown-operator]: unknown operator `$exist`
     --> filter.json:3:9
      |
    3 |     "日本": {"$exist": true}
      |              ^^^^^^^^
      |
    help: did you mean `$exists`?
      |
    3 |     "日本": {"$exists": true}
      |                     +
    "#);
}

#[test]
fn the_excerpt_of_a_long_line_is_short() {
    let padding = r#"{"a": 1}, "#.repeat(2000);
    let filter = format!(r#"{{"$or": [{padding}{{"b": {{"$eqs": 2}}}}, {padding}{{}}]}}"#);
    let run = run(&["check", &filter]);
    let stderr = run.refused();
    assert!(stderr.contains(r#"{"b": {"$eqs": 2}}"#), "{stderr}");
    assert!(stderr.contains("did you mean `$eq`?"), "{stderr}");
    assert!(stderr.lines().all(|line| line.chars().count() <= 160), "{stderr}");
}

#[test]
fn files_without_a_filter() {
    let folder =
        Folder::new().with("empty.json", "").with("blank.json", "\n\n").with("latin.json", b"{\"\xe9\": 1}");
    let run = folder.run(&["check", "@missing.json", "@empty.json", "@blank.json", "@latin.json", "@."]);
    insta::assert_snapshot!(run.refused(), @"
    error: cannot read the filter `missing.json`: No such file or directory (os error 2)
    error[invalid-json]: expected a JSON object, found nothing
     --> empty.json:1:1
      |
    1 |
      | ^
      |
      = help: `{}` lets every event through

    error[invalid-json]: expected a JSON object, found nothing
     --> blank.json:2:2
      |
    2 |
      | ^
      |
      = help: `{}` lets every event through

    error: `latin.json` is not UTF-8 text
    error: cannot read the filter `.`: Is a directory (os error 21)
    ");
}

#[test]
fn a_file_too_large_for_a_filter() {
    let folder = Folder::new().with("x", " ".repeat(100_000)).with("y", vec![b' '; 17 << 20]);
    insta::assert_snapshot!(folder.run(&["check", "@x"]).refused().lines().next().unwrap(), @"error[limit-exceeded]: the filter is longer than 65536 bytes");
    insta::assert_snapshot!(folder.run(&["check", "@y"]).refused(), @"error: `y` is too large for a filter: more than 16 MiB");
}

#[test]
fn good_and_bad_together() {
    let run = run(&["check", "{}", "{", "{}"]);
    assert_eq!((run.exit, run.stdout()), (2, "<filter>: ok\n<filter>: ok\n"));
}

#[test]
fn json() {
    let folder = Folder::new().with("filter.json", r#"{"a": {"$eqs": 1}}"#);
    let run = folder.run(&["check", "--format", "json", "{}", "@filter.json", "@missing.json"]);
    assert_eq!((run.exit, run.stderr.as_str()), (2, ""));
    let lines: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            json!({"filter": "<filter>", "ok": true, "problems": [], "lints": []}),
            json!({"filter": "filter.json", "ok": false, "problems": [{
                "code": "unknown-operator",
                "pointer": "/a/$eqs",
                "range": {"start": 7, "end": 13},
                "message": "unknown operator `$eqs`",
                "hint": "did you mean `$eq`?",
                "replacement": {"range": {"start": 7, "end": 13}, "text": "\"$eq\""},
            }]}),
            json!({"filter": "missing.json", "ok": false, "problems": [{
                "code": "unreadable",
                "pointer": "",
                "range": null,
                "message": "cannot read the filter `missing.json`: No such file or directory (os error 2)",
            }]}),
        ]
    );
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let run = run(&["check", "{\"\u{1b}[31m\": {\"$\\u001b[31m\": 1}, \"b\u{7f}\": {\"$x\u{9b}\": 1}}"]);
    assert!(!run.refused().contains(['\u{1b}', '\u{7f}', '\u{9b}']), "{}", run.stderr);
}

#[test]
fn any_text_gets_an_answer() {
    let deep = "[".repeat(50_000);
    let long = format!("{{\"{}\": 1}}", "é".repeat(40_000));
    let odd = [
        "",
        " ",
        "\n",
        "\r",
        "\t{",
        "{",
        "}",
        "{\"",
        "\"",
        "\"\\",
        "{\"a\": \"\\ud83d\"}",
        "{\"a\": 1e400}",
        "nul",
        "NaN",
        "-",
        "@@",
        "{\"é\u{301}👩‍👩‍👧\": {\"$👩‍👩‍👧\": 1}}",
        "{\"\u{202e}\": {\"$\u{202e}\": 1}}",
        "{\r\"a\"\r:\r{\"$x\r",
        "{\"a\": {\"$in\": [\n1,\n2,\n}}",
        "\u{feff}{}",
        "{}\u{feff}",
        "{}{}",
        "\u{0}",
        "{\"\u{0}\": {\"$\u{0}\": 1}}",
        "{\"a\":{\"$regex\":\"[\u{10ffff}\"}}",
        "\u{2028}{\u{2028}}",
        &deep,
        &long,
    ];
    for text in odd {
        // What cannot be an argument can stand in a file.
        let folder = Folder::new().with("filter", text);
        for command in ["check", "disasm"] {
            let run = folder.run(&[command, "@filter"]);
            assert!([0, 2].contains(&run.exit), "{command} {text:?}: {run:?}");
            assert_eq!(run.exit == 0, run.stderr.is_empty(), "{command} {text:?}: {run:?}");
        }
        let json = folder.run(&["check", "--format=json", "@filter"]);
        let json: Value = serde_json::from_str(json.stdout()).unwrap();
        assert_eq!(json["ok"], json["problems"] == json!([]));
        let matched = run_with(&["match", "{}"], text);
        assert!([0, 1, 2].contains(&matched.exit), "match {text:?}: {matched:?}");
    }
}
