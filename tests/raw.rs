//! Raw events: the verdict of the parsed event, for every text; and an error for every text that
//! serde_json refuses.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/spelling.rs"]
mod spelling;
#[path = "common/strategies.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod strategies;

use hooksieve::{Filter, Scratch};
use proptest::prelude::*;
use serde_json::Value;
use spelling::{any_spelling, any_text};

/// The verdict on the text, which is that on the parsed event.
#[track_caller]
fn check(filter: &Filter, text: &[u8], scratch: &mut Scratch) {
    let parsed = serde_json::from_slice::<Value>(text);
    let raw = filter.matches_json(text, scratch);
    // Without SIMD tokens are found in another way, and from the second text on they are kept in another way; with the
    // same outcome.
    let mut portable = Scratch::portable();
    for again in [
        filter.matches_json(text, scratch),
        filter.matches_json(text, &mut portable),
        filter.matches_json(text, &mut portable),
    ] {
        assert_eq!(raw, again, "{}", text.escape_ascii());
    }
    match (&parsed, raw) {
        (Ok(event), Ok(verdict)) => {
            assert_eq!(
                verdict,
                filter.matches(event),
                "{} on {}",
                filter.program(),
                String::from_utf8_lossy(text)
            );
        }
        (Err(_), Err(error)) => assert!(error.offset() <= text.len()),
        (parsed, raw) => panic!("{:?}: parsed {parsed:?}, raw {raw:?}", String::from_utf8_lossy(text)),
    }
}

fn filter(text: &str) -> Filter {
    Filter::compile(text).unwrap()
}

#[test]
fn errors_are_where_the_text_stops_being_json() {
    let filter = filter(r#"{"a.b":1}"#);
    for (text, expected) in [
        ("", "expected a value at byte 0"),
        ("  ", "expected a value at byte 2"),
        ("{", "expected a key in double quotes at byte 1"),
        (r#"{"a":1"#, "expected `,` or `}` at byte 6"),
        (r#"{"a":1,}"#, "expected a key in double quotes at byte 7"),
        (r#"{"a" 1}"#, "expected `:` after a key at byte 5"),
        (r#"{"a":}"#, "expected a value at byte 5"),
        (r#"{"a":1}}"#, "expected the end of the event at byte 7"),
        (r#"{"a":1} x"#, "expected the end of the event at byte 8"),
        (r#"{"a":[1,]}"#, "expected a value at byte 8"),
        (r#"{"a":[1}"#, "expected `,` or `]` at byte 7"),
        (r#"{"x":[1}"#, "expected `,` or `]` at byte 7"),
        (r#"{"x":{"y":tru}}"#, "expected a value at byte 10"),
        (r#"{"x":01}"#, "expected the end of the value at byte 6"),
        (r#"{"x":1.}"#, "an invalid number at byte 7"),
        (r#"{"x":-}"#, "an invalid number at byte 6"),
        (r#"{"x":1e999}"#, "a number beyond the range of doubles at byte 5"),
        (r#"{"x":1 2}"#, "expected the end of the value at byte 6"),
        (r#"{"x" "y":1}"#, "expected `:` after a key at byte 5"),
        (r#"{"a":1]"#, "expected `,` or `}` at byte 6"),
        (r#"nullnull"#, "expected a value at byte 0"),
        (r#"[1:2]"#, "expected the end of the value at byte 2"),
        (r#"["a""b"]"#, "expected `,` or `]` at byte 4"),
        (r#"["a" "b"]"#, "expected `,` or `]` at byte 5"),
        (r#"["a"x"]"#, "expected `,` or `]` at byte 4"),
        (r#"{"a""b":1}"#, "expected `:` after a key at byte 4"),
        (r#"{"x":"y":1}"#, "expected `,` or `}` at byte 8"),
        // The first one counts, whoever finds it.
        (r#"{"x":tru,"y":"\q"}"#, "expected a value at byte 5"),
        (r#"{"x":true,"y":"\q"}"#, "no such escape in JSON at byte 15"),
        (r#"{"x":"\q","y":tru}"#, "no such escape in JSON at byte 6"),
        (r#"["a"x"\q"]"#, "expected `,` or `]` at byte 4"),
        (r#"["a"b]"#, "expected `,` or `]` at byte 4"),
        (r#"[tru\q]"#, "a backslash outside of a string at byte 4"),
        (r#"[1,"a"#, "a string without its closing quote at byte 5"),
    ] {
        let error = filter.matches_json_once(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
}

#[test]
fn what_serde_json_refuses_is_refused() {
    let filters =
        [filter("{}"), filter(r#"{"a":1}"#), filter(r#"{"a.0.b":{"c":1}}"#), filter(r#"{"x":{"$size":1}}"#)];
    let mut scratch = Scratch::new();
    let deep = |depth: usize, open: &str, close: &str| open.repeat(depth) + "1" + &close.repeat(depth);
    let mut texts: Vec<Vec<u8>> = [
        r#""\ud800""#,
        r#""\ud800\u0041""#,
        r#""\udc00""#,
        r#""\ud83d\ude00""#,
        r#""\u00zz""#,
        r#""\x""#,
        "\"\u{1}\"",
        "\"a",
        "\"\\\"",
        r#""\\""#,
        "-0",
        "- 1",
        "+1",
        ".5",
        "1.e1",
        "1e",
        "1e+",
        "0e0",
        "1E-5",
        "1e400",
        "-1e400",
        "1e-999",
        "NaN",
        "Infinity",
        "tru",
        "truee",
        "\u{feff}{}",
        "{\u{a0}}",
        "[1\u{c}]",
        "{}{}",
        "[]]",
        "{,}",
        "[,]",
        "[1,,2]",
        r#"{"a":1,,"b":2}"#,
        r#"{"a":1 "b":2}"#,
        r#"{a:1}"#,
        r#"{"a":'b'}"#,
        r#"{1:2}"#,
        r#"{"a":{}:1}"#,
        ":",
        ",",
        "}",
        "]",
        "[}",
        "{]",
        "[[1],{\"x\":[]}]",
        "\0",
        "{}\0",
        "123456789012345678901234567890",
        "0.1234567890123456789012345678901234567890",
        r#"{"a":1}//"#,
        r#"[1 , 2	,
 3]"#,
        r#"{ "a" : [ ] , "b" : { } }"#,
        "[ ]",
        "{ }",
        "[\n]",
        r#"{"a":1,"a":2,"a":1}"#,
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    for depth in 125..=130 {
        texts.push(deep(depth, "[", "]").into_bytes());
        texts.push(deep(depth, r#"{"x":"#, "}").into_bytes());
        texts.push(deep(depth, r#"{"a":"#, "}").into_bytes());
        texts.push(format!(r#"{{"q":{}}}"#, deep(depth, "[", "]")).into_bytes());
        texts.push(format!(r#"{{"a":{}}}"#, deep(depth, "[", "]")).into_bytes());
    }
    texts.push(b"\"\xff\"".to_vec());
    texts.push(b"{\"\xc3\":1}".to_vec());
    texts.push(b"\xc3".to_vec());
    for text in &texts {
        for filter in &filters {
            check(filter, text, &mut scratch);
        }
        // Behind the last value that is needed, too.
        let behind = [br#"{"a":1,"z":"#.as_slice(), text, b"}"].concat();
        for filter in &filters {
            check(filter, &behind, &mut scratch);
        }
    }
}

#[test]
fn the_last_of_equal_keys_counts() {
    let mut scratch = Scratch::new();
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1},"a":{"c":1}}"#,
        r#"{"a":{"b":1},"a":5}"#,
        r#"{"a":5,"a":{"b":1}}"#,
        r#"{"a":{"b":1,"b":2,"c":3,"b":4},"x":1}"#,
        r#"{"a":{"b":4,"c":3}}"#,
        r#"{"a":[{"b":1},{"b":2,"b":1}],"a":[{"b":2}]}"#,
        r#"{"\u0061":1,"a":2,"\u0061":3}"#,
        r#"{"a":{"c":0,"b":1,"c":{"b":[1,2]},"b":2,"c":3}}"#,
    ] {
        for query in [
            r#"{"a":1}"#,
            r#"{"a":2}"#,
            r#"{"a":3}"#,
            r#"{"a.b":1}"#,
            r#"{"a.b":4}"#,
            r#"{"a.b":{"$exists":false}}"#,
            r#"{"a":{"b":4,"c":3}}"#,
            r#"{"a":{"c":3,"b":2}}"#,
            r#"{"a":{"$gt":{"b":3}}}"#,
            r#"{"a":[{"b":2}]}"#,
            r#"{"a":5}"#,
            r#"{"a.0.b":2}"#,
            r#"{"a.1.b":1}"#,
            r#"{"a":{"$elemMatch":{"b":1}}}"#,
            r#"{"$or":[{"a":{"b":4,"c":3}},{"a.b":1},{"a":5}]}"#,
            r#"{"$or":[{"a":{"$elemMatch":{"b":1}}},{"a.b":{"$gte":2}}]}"#,
            r#"{"a":{"$ne":null},"a.b":{"$exists":false},"a.c":3}"#,
        ] {
            check(&filter(query), text.as_bytes(), &mut scratch);
        }
    }
}

/// Up to 16 KiB the text and its tokens lie in memory of a fixed size; from there on they are read in another way.
#[test]
fn long_events_are_read_as_short_ones_are() {
    let event = r#"{"a":[1,{"b":"x\ty"}],"c":{"d":"e","f":"g" ,"h":-12},"z":1234567890123}"#;
    let filters = [filter(r#"{"a.b":"x\ty","c.h":-12}"#), filter(r#"{"c":{"d":"e","f":"g","h":-12}}"#)];
    let mut scratch = Scratch::new();
    for length in (0..=200).map(|more| (1 << 14) - 100 + more) {
        let blank = " ".repeat(length - event.len());
        for text in [format!("{blank}{event}"), format!("{event}{blank}")] {
            for filter in &filters {
                assert_eq!(filter.matches_json(text.as_bytes(), &mut scratch), Ok(true));
                let half = text.get(..text.len() - event.len() / 2).unwrap();
                check(filter, half.as_bytes(), &mut scratch);
            }
        }
        let string = format!(r#"{{"x":"{blank}","c":{event}}}"#);
        check(&filter(r#"{"c.c.h":{"$lt":0}}"#), string.as_bytes(), &mut scratch);
        check(&filters[0], format!("{blank}{event}]").as_bytes(), &mut scratch);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_is_that_of_the_parsed_event((query, text) in strategies::pair().prop_flat_map(|(query, event)| (Just(query), any_spelling(event)))) {
        let filter = Filter::from_value(&query).unwrap();
        check(&filter, text.as_bytes(), &mut Scratch::new());
    }

    #[test]
    fn any_text_has_the_fate_that_serde_json_gives_it((query, text) in strategies::pair().prop_flat_map(|(query, event)| (Just(query), any_text(event)))) {
        let filter = Filter::from_value(&query).unwrap();
        check(&filter, &text, &mut Scratch::new());
    }
}
