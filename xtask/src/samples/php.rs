//! JSON as PHP's `json_encode` spells it, since that is what arrives at a webhook.

use std::io;

use serde_json::ser::Formatter;

/// Compact JSON in one of PHP's spellings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PhpFormatter {
    /// `JSON_UNESCAPED_SLASHES`: `/` instead of `\/`.
    pub(super) plain_slashes: bool,
    /// `JSON_UNESCAPED_UNICODE`: UTF-8 instead of `\uXXXX`.
    pub(super) plain_unicode: bool,
}

impl Formatter for PhpFormatter {
    // Quotes, backslashes and control characters never get here: serde_json escapes them as PHP does.
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        for character in fragment.chars() {
            // The two line separators stay escaped even so, for the sake of old JavaScript.
            let line_separator = matches!(character, '\u{2028}' | '\u{2029}');
            if character == '/' && !self.plain_slashes {
                writer.write_all(br"\/")?;
            } else if character.is_ascii() || (self.plain_unicode && !line_separator) {
                writer.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::PhpFormatter;

    fn encode(value: &Value, formatter: PhpFormatter) -> String {
        let mut bytes = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_default_is_ascii() {
        let value = json!({"path": "/a/Größe \"x\" 🎉\r\n\u{1}\u{7f}", "n": [1, 2.5, null, {}]});
        assert_eq!(
            encode(&value, PhpFormatter::default()),
            "{\"path\":\"\\/a\\/Gr\\u00f6\\u00dfe \\\"x\\\" \\ud83c\\udf89\\r\\n\\u0001\u{7f}\",\"n\":[1,2.5,null,{}]}"
        );
    }

    #[test]
    fn the_flags_leave_slashes_and_unicode() {
        let flags = PhpFormatter { plain_slashes: true, plain_unicode: true };
        assert_eq!(encode(&json!("/Größe\u{2028}"), flags), r#""/Größe\u2028""#);
    }
}
