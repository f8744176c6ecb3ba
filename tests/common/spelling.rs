//! The many spellings of one JSON value: white space, escapes, repeated keys; and texts that are
//! nearly JSON.

use proptest::prelude::*;
use serde_json::Value;

/// Draws small numbers from a list that proptest can shrink.
struct Draw {
    numbers: std::vec::IntoIter<u8>,
}

impl Draw {
    fn one_in(&mut self, n: u8) -> bool {
        self.numbers.next().unwrap_or(u8::MAX).is_multiple_of(n)
    }
}

/// A text of the value.
pub(crate) fn any_spelling(value: Value) -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u8>(), 0..400).prop_map(move |numbers| {
        let mut text = String::new();
        let mut draw = Draw { numbers: numbers.into_iter() };
        space(&mut text, &mut draw);
        write(&value, &mut text, &mut draw);
        space(&mut text, &mut draw);
        text
    })
}

/// A text of the value with a few bytes changed.
pub(crate) fn any_text(value: Value) -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::sample::select(b"{}[]:,\"\\u0dD8-+.eE19tn /\x00\x1f\x80\xc3\xff".to_vec());
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3, bytes), 0..4);
    (any_spelling(value), edits).prop_map(|(text, edits)| {
        let mut text = text.into_bytes();
        for (place, edit, byte) in edits {
            let place = place.index(text.len() + 1);
            match edit {
                0 => text.insert(place, byte),
                1 if place < text.len() => text[place] = byte,
                _ => text.truncate(place.max(1)),
            }
        }
        text
    })
}

fn write(value: &Value, text: &mut String, draw: &mut Draw) {
    match value {
        Value::String(string) => write_string(string, text, draw),
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                space(text, draw);
                write(element, text, draw);
                space(text, draw);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            let mut is_first = true;
            for (key, value) in members {
                // A key may stand before with another value, and that one does not count.
                let earlier = draw.one_in(12).then_some(Value::from(1));
                let nested = draw.one_in(12).then(|| serde_json::json!({"a": [0], "b": {"a": 1}}));
                for value in earlier.iter().chain(&nested).chain([value]) {
                    text.push_str(if is_first { "" } else { "," });
                    is_first = false;
                    space(text, draw);
                    write_string(key, text, draw);
                    space(text, draw);
                    text.push(':');
                    space(text, draw);
                    write(value, text, draw);
                    space(text, draw);
                }
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn write_string(string: &str, text: &mut String, draw: &mut Draw) {
    text.push('"');
    for char in string.chars() {
        if draw.one_in(8) || char.is_control() || matches!(char, '"' | '\\') {
            for unit in char.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else if char == '/' && draw.one_in(2) {
            text.push_str("\\/");
        } else {
            text.push(char);
        }
    }
    text.push('"');
}

fn space(text: &mut String, draw: &mut Draw) {
    while draw.one_in(10) {
        text.push([' ', '\n', '\t', '\r'][usize::from(draw.one_in(2)) + 2 * usize::from(draw.one_in(2))]);
    }
}
