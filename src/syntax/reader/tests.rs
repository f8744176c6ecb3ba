//! Unit tests of the reader.

use super::*;

fn message(text: &str) -> String {
    match read(text, &Limits::default()).unwrap_err() {
        ReadError::Syntax { span, message, .. } => format!("{}..{} {message}", span.start, span.end),
        ReadError::Limit { message, .. } => message,
    }
}

#[test]
fn values_and_their_places() {
    let json = read(r#" {"a\u00e9": [1, "x"]} "#, &Limits::default()).unwrap();
    let Kind::Object(members) = &json.kind else { panic!("{json:?}") };
    assert_eq!(json.span, Span::new(1, 22));
    assert_eq!(members[0].key, "aé");
    assert_eq!(members[0].key_span, Span::new(2, 11));
    assert_eq!(members[0].value.span, Span::new(13, 21));
}

#[test]
fn agrees_with_serde_json_on_good_texts() {
    for text in [
        "null",
        "[]",
        "{}",
        "[true, false]",
        "-0",
        "0.5e-3",
        "12e2",
        "123456789012345678901",
        r#""\ud83d\ude00\/\b""#,
        r#"{"a":{"b":[{"c":null}]}}"#,
        "\u{feff}1",
    ] {
        let ours = read(text, &Limits::default()).unwrap().to_constant().to_string();
        let theirs: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        let theirs = from_value(&theirs, &Limits::default()).unwrap().to_constant().to_string();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn mistakes_are_found_where_they_are() {
    for (text, expected) in [
        ("", "0..0 expected a JSON object, found nothing"),
        ("{", "1..1 expected a key in double quotes, found the end of the filter"),
        ("{'a': 1}", "1..2 expected a key in double quotes, found `'`"),
        ("{a: 1}", "1..2 expected a key in double quotes, found `a`"),
        (r#"{"a" 1}"#, "5..6 expected `:` after the key, found `1`"),
        (r#"{"a": 1,}"#, "7..8 a comma with nothing after it"),
        (r#"{"a": 1} x"#, "9..10 expected the end of the filter, found `x`"),
        (r#"{"a": nul}"#, "6..9 expected a value, found `nul`"),
        (r#"{"a": ISODate("2024")}"#, "6..13 JSON has no `ISODate(…)`"),
        (r#"{"a": /x\/y/i}"#, "6..13 JSON has no patterns between slashes"),
        ("{\"a\": \"x\ny\"}", "8..8 a control character in a string"),
        ("{\"a\": \"x\ty\"}", "8..9 a control character in a string"),
        (r#"{"a": "x}"#, "6..9 a string without its closing quote"),
        (r#"{"a": "\q"}"#, "7..9 no such escape in JSON"),
        (r#"{"a": "\ud800"}"#, "7..13 half of a surrogate pair"),
        (r#"{"a": 01}"#, "7..8 a number cannot start with `0`"),
        (r#"{"a": 1.}"#, "8..9 expected a digit, found `}`"),
        (r#"{"a": 1e999}"#, "6..11 a number beyond the range of doubles"),
        ("[1 2]", "3..4 expected `,` or `]`, found `2`"),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
}

#[test]
fn limits_hold_for_text_and_values() {
    let limits = Limits { nesting: 2, text_bytes: 10, ..Limits::default() };
    assert!(read("[[1]]", &limits).is_ok());
    assert!(matches!(read("[[[1]]]", &limits), Err(ReadError::Limit { .. })));
    assert!(matches!(read("[1,2,3,4,5]", &limits), Err(ReadError::Limit { .. })));
    let value = serde_json::json!([[[1]]]);
    assert!(matches!(from_value(&value, &limits), Err(ReadError::Limit { .. })));
    for (text, fits) in [
        (r#"{"123":1}"#, true),
        (r#"{"123":"4"}"#, false),
        ("[1,2,3,4]", true),
        ("[1,2,3,4,5]", false),
        ("[true,1,1]", true),
        ("[null,null]", false),
        ("[[],[],[]]", true),
        ("[{},{},[],1]", false),
    ] {
        assert_eq!(read(text, &limits).is_ok(), fits, "{text}");
        let value = serde_json::from_str(text).unwrap();
        assert_eq!(from_value(&value, &limits).is_ok(), fits, "{text} as a value");
    }
}
