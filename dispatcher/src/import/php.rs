//! A reader of `config.php`: one array of plain values, as Nextcloud writes it. It is no interpreter: what would have to
//! be executed (variables, constants, functions, `.`) is an error.

use super::{ImportError, Position, Positions};

/// One entry of the array.
#[derive(Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) value: SettingValue,
    /// Of the key.
    pub(super) position: Option<Position>,
}

/// A value, as far as it matters.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SettingValue {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Or an integer beyond 64 bits.
    Float,
    String(String),
    /// What stands in it was read, and dropped.
    Array,
}

impl SettingValue {
    /// With an article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Float => "a number",
            Self::String(_) => "a string",
            Self::Array => "an array",
        }
    }
}

/// Arrays in arrays.
const MAX_DEPTH: usize = 64;

/// The entries of `$CONFIG` that have a string as their key, in their order.
pub(super) fn read(text: &str) -> Result<Vec<Setting>, ImportError> {
    let mut reader = Reader { text, at: 0 };
    reader.skip_while(|char| char.is_ascii_whitespace());
    if !reader.take_word("<?php") || !reader.rest().starts_with(|char: char| char.is_ascii_whitespace()) {
        return Err(reader.expected("`<?php`"));
    }
    reader.skip_space()?;
    if !reader.take("$CONFIG") {
        return Err(reader.expected("`$CONFIG`"));
    }
    reader.expect("=")?;
    reader.skip_space()?;
    let (mut settings, mut positions) = (Vec::new(), Positions::new(text));
    let mut entry = |start, key, value| {
        settings.push(Setting { key, value, position: Some(positions.of(start)) });
    };
    if !reader.array(0, &mut entry)? {
        return Err(reader.expected("`array(` or `[`"));
    }
    reader.expect(";")?;
    reader.skip_space()?;
    if reader.take("?>") {
        reader.skip_while(|char| char.is_ascii_whitespace());
    }
    match reader.rest() {
        "" => Ok(settings),
        _ => Err(reader.expected("the end: only `$CONFIG = array(…);` is read, and nothing executed")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn take(&mut self, expected: &str) -> bool {
        let is_there = self.rest().starts_with(expected);
        if is_there {
            self.at += expected.len();
        }
        is_there
    }

    /// In whatever case.
    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if is_there {
            self.at += word.len();
        }
        is_there
    }

    fn skip_while(&mut self, is_skipped: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|char| !is_skipped(char)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Whitespace and comments. A comment to the end of the line ends before `?>`, as in PHP.
    fn skip_space(&mut self) -> Result<(), ImportError> {
        loop {
            self.skip_while(|char| char.is_ascii_whitespace());
            let start = self.at;
            let rest = self.rest();
            if self.take("/*") {
                let end = self.rest().find("*/");
                let end = end.ok_or_else(|| self.error(start, "a comment without an end"))?;
                self.at += end + "*/".len();
            } else if rest.starts_with("//") || rest.starts_with('#') && !rest.starts_with("#[") {
                let line = rest.split(['\n', '\r']).next().unwrap_or_default();
                self.at += line.find("?>").unwrap_or(line.len());
            } else {
                return Ok(());
            }
        }
    }

    /// Behind whitespace.
    fn expect(&mut self, expected: &str) -> Result<(), ImportError> {
        self.skip_space()?;
        match self.take(expected) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{expected}`"))),
        }
    }

    /// An array, if there is one: its entries that have a string as their key, with the place of that.
    fn array(
        &mut self,
        depth: usize,
        entry: &mut dyn FnMut(usize, String, SettingValue),
    ) -> Result<bool, ImportError> {
        let start = self.at;
        let end = if self.take("[") {
            "]"
        } else if self.take_word("array") {
            self.expect("(")?;
            ")"
        } else {
            return Ok(false);
        };
        if depth == MAX_DEPTH {
            return Err(self.error(start, "arrays are nested too deep"));
        }
        loop {
            self.skip_space()?;
            if self.take(end) {
                return Ok(true);
            }
            let start = self.at;
            let first = self.value(depth)?;
            self.skip_space()?;
            if self.take("=>") {
                self.skip_space()?;
                let value = self.value(depth)?;
                match first {
                    SettingValue::String(key) => entry(start, key, value),
                    SettingValue::Integer(_) => {}
                    other => {
                        let message =
                            format!("expected a string or a number as the key, found {}", other.kind());
                        return Err(self.error(start, message));
                    }
                }
                self.skip_space()?;
            }
            if !self.take(",") && !self.rest().starts_with(end) {
                return Err(self.expected(&format!("`,` or `{end}`")));
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<SettingValue, ImportError> {
        match self.peek() {
            Some('\'') => self.single_quoted().map(SettingValue::String),
            Some('"') => self.double_quoted().map(SettingValue::String),
            Some('0'..='9' | '+' | '-' | '.') => self.number(),
            _ if self.array(depth + 1, &mut |_, _, _| {})? => Ok(SettingValue::Array),
            Some(char) if char.is_ascii_alphabetic() => self.word(),
            _ => Err(self.expected("a value")),
        }
    }

    /// `true`, `false` or `null`, in whatever case.
    fn word(&mut self) -> Result<SettingValue, ImportError> {
        let start = self.at;
        let word = self.skip_while(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '\\'));
        match word.to_ascii_lowercase().as_str() {
            "true" => Ok(SettingValue::Boolean(true)),
            "false" => Ok(SettingValue::Boolean(false)),
            "null" => Ok(SettingValue::Null),
            _ => {
                self.at = start;
                Err(self.expected("a value"))
            }
        }
    }

    fn number(&mut self) -> Result<SettingValue, ImportError> {
        let start = self.at;
        let is_negative = self.take("-");
        if !is_negative {
            self.take("+");
        }
        let is_decimal = !["0x", "0X", "0b", "0B"].iter().any(|prefix| self.rest().starts_with(prefix));
        let digits_start = self.at;
        while let Some(char) = self.peek() {
            let before = self.text.get(digits_start..self.at).unwrap_or_default();
            let is_exponent = is_decimal && before.ends_with(['e', 'E']) && matches!(char, '+' | '-');
            if !(char.is_ascii_alphanumeric() || matches!(char, '.' | '_') || is_exponent) {
                break;
            }
            self.at += char.len_utf8();
        }
        let digits = self.text.get(digits_start..self.at).unwrap_or_default();
        number(digits, is_negative).ok_or_else(|| self.error(start, "a number that cannot be read"))
    }

    /// `\\` and `\'` are the only escapes.
    fn single_quoted(&mut self) -> Result<String, ImportError> {
        let start = self.at;
        self.next();
        let mut string = String::new();
        loop {
            match self.next() {
                Some('\'') => return Ok(string),
                Some('\\') => match self.peek() {
                    Some(char @ ('\\' | '\'')) => {
                        self.next();
                        string.push(char);
                    }
                    _ => string.push('\\'),
                },
                Some(char) => string.push(char),
                None => return Err(self.error(start, "a string without an end")),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<String, ImportError> {
        let start = self.at;
        self.next();
        let mut bytes = Vec::new();
        loop {
            let at = self.at;
            match self.next() {
                Some('"') => break,
                Some('\\') => self.escape(&mut bytes)?,
                Some(char) => {
                    let next = self.peek();
                    let is_name = next.is_some_and(|next| next.is_alphabetic() || matches!(next, '_' | '{'));
                    if char == '$' && is_name || char == '{' && next == Some('$') {
                        return Err(self.error(at, "a variable in a string: nothing is executed"));
                    }
                    bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => return Err(self.error(start, "a string without an end")),
            }
        }
        String::from_utf8(bytes).map_err(|_| self.error(start, "a string that is not UTF-8"))
    }

    /// Behind the backslash. What is no escape is a backslash and what follows.
    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), ImportError> {
        let start = self.at.saturating_sub(1);
        let single = match self.peek() {
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('r') => b'\r',
            Some('v') => 0x0b,
            Some('e') => 0x1b,
            Some('f') => 0x0c,
            Some(char @ ('\\' | '$' | '"')) => char as u8,
            Some('0'..='7') => {
                let digits = self.digits(3, 8);
                // As PHP does it: `\400` is `\000`.
                bytes.push((digits & 0xff) as u8);
                return Ok(());
            }
            Some('x') if self.rest().chars().nth(1).is_some_and(|char| char.is_ascii_hexdigit()) => {
                self.next();
                bytes.push((self.digits(2, 16) & 0xff) as u8);
                return Ok(());
            }
            Some('u') if self.rest().starts_with("u{") => {
                self.take("u{");
                let digits = self.skip_while(|char| char.is_ascii_hexdigit());
                let char = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                let char = char.filter(|_| self.take("}"));
                let char = char.ok_or_else(|| self.error(start, "an escape that is no character"))?;
                bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => {
                bytes.push(b'\\');
                return Ok(());
            }
        };
        self.next();
        bytes.push(single);
        Ok(())
    }

    /// The value of at most so many digits.
    fn digits(&mut self, most: usize, base: u32) -> u32 {
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|char| char.to_digit(base)) else { break };
            self.next();
            value = value * base + digit;
        }
        value
    }

    fn error(&self, at: usize, message: impl Into<String>) -> ImportError {
        ImportError::new(self.text, at, message)
    }

    fn expected(&self, expected: &str) -> ImportError {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some('$') => "a variable".to_owned(),
            Some('\'' | '"') => "a string".to_owned(),
            Some('0'..='9') => "a number".to_owned(),
            Some(char) if char.is_ascii_punctuation() && char != '_' => format!("`{char}`"),
            // It may be a secret without quotes.
            Some(_) => "a name".to_owned(),
        };
        self.error(self.at, format!("expected {expected}, found {found}"))
    }
}

/// The value of a number without its sign. Beyond 64 bits it is no integer any more.
fn number(digits: &str, is_negative: bool) -> Option<SettingValue> {
    let is_separated = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if is_separated {
        return None;
    }
    let digits = digits.replace('_', "").to_ascii_lowercase();
    let (base, integer) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, digits.get(2..)?),
        [b'0', b'b', ..] => (2, digits.get(2..)?),
        [b'0', b'o', ..] => (8, digits.get(2..)?),
        [b'0', b'0'..=b'9', ..] if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            (8, digits.get(1..)?)
        }
        _ => (10, digits.as_str()),
    };
    if !integer.is_empty() && integer.chars().all(|digit| digit.is_digit(base)) {
        let sign = if is_negative { "-" } else { "" };
        let value = i64::from_str_radix(&format!("{sign}{integer}"), base);
        return Some(value.map_or(SettingValue::Float, SettingValue::Integer));
    }
    // Not `inf`, `nan` or `infinity`, which Rust would read.
    let is_float = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-'));
    (base == 10 && is_float && digits.parse::<f64>().is_ok()).then_some(SettingValue::Float)
}

#[cfg(test)]
mod tests;
