//! JSON one level deep: where the entries of an array or an object stand, not what is in them. So one
//! that is wrong does not hide the others, however it is nested.

use std::ops::Range;

use crate::bytes::is_space;

/// Where and why a text is not JSON; names what was expected, but nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) message: &'static str,
}

/// The extents of keys and values.
pub(crate) type Members = Vec<(Range<usize>, Range<usize>)>;

/// The extents of the elements of an array, which begins at `at`; and where it ends.
pub(crate) fn array(text: &str, at: usize) -> Result<(Vec<Range<usize>>, usize), Fault> {
    let mut scanner = Scanner { text: text.as_bytes(), at };
    let mut elements = Vec::new();
    scanner.entries(b']', |scanner| {
        let start = scanner.at;
        let element = scanner.value().map_err(|fault| {
            // A quote too few is noticed only far behind it; in an object, where the next key should be.
            let is_object = text.as_bytes().get(start) == Some(&b'{');
            let inner = if is_object { object(text, start).err() } else { None };
            inner.filter(|inner| inner.at < fault.at).unwrap_or(fault)
        });
        elements.push(element?);
        Ok(())
    })?;
    Ok((elements, scanner.at))
}

/// The extents of keys and values of an object, which begins at `at`; and where it ends.
pub(crate) fn object(text: &str, at: usize) -> Result<(Members, usize), Fault> {
    let mut scanner = Scanner { text: text.as_bytes(), at };
    let mut members = Vec::new();
    scanner.entries(b'}', |scanner| {
        if scanner.peek() != Some(b'"') {
            return Err(scanner.fault("expected a key in double quotes"));
        }
        let key = scanner.value()?;
        scanner.skip_space();
        if !scanner.take(b':') {
            return Err(scanner.fault("expected `:` after the key"));
        }
        scanner.skip_space();
        members.push((key, scanner.value()?));
        Ok(())
    })?;
    Ok((members, scanner.at))
}

/// The first byte from `at` on that is not space.
pub(crate) fn skip_space(text: &str, at: usize) -> usize {
    let mut scanner = Scanner { text: text.as_bytes(), at };
    scanner.skip_space();
    scanner.at
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    /// From the opening bracket to behind the closing one.
    fn entries(
        &mut self,
        close: u8,
        mut entry: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.at += 1;
        self.skip_space();
        if self.take(close) {
            return Ok(());
        }
        loop {
            entry(self)?;
            self.skip_space();
            if self.take(close) {
                return Ok(());
            }
            let comma = self.at;
            if !self.take(b',') {
                return Err(self.fault(match close {
                    b']' => "expected `,` or `]`",
                    _ => "expected `,` or `}`",
                }));
            }
            self.skip_space();
            if self.peek() == Some(close) {
                return Err(Fault { at: comma, message: "a comma with nothing after it" });
            }
        }
    }

    /// Brackets need to balance, not to match.
    fn value(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string()?,
            Some(b'[' | b'{') => self.brackets()?,
            _ => {
                let is_part = |byte: &&u8| !b",:]}[{\" \t\r\n".contains(byte);
                let rest = self.text.get(start..).unwrap_or_default();
                self.at += rest.iter().take_while(is_part).count();
                if self.at == start {
                    return Err(self.fault("expected a value"));
                }
            }
        }
        Ok(start..self.at)
    }

    fn brackets(&mut self) -> Result<(), Fault> {
        let open = self.at;
        let mut depth = 0usize;
        loop {
            match self.peek() {
                None => return Err(Fault { at: open, message: "a bracket that is not closed" }),
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'[' | b'{') => depth += 1,
                Some(b']' | b'}') => depth -= 1,
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        let open = self.at;
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(Fault { at: open, message: "a string without its closing quote" });
            };
            self.at += found + 1;
            if rest.get(found) == Some(&b'"') {
                return Ok(());
            }
            // What is escaped ends no string.
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn fault(&self, message: &'static str) -> Fault {
        Fault { at: self.at, message }
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn entries_and_their_extents() {
        let text = r#" [1, {"a": "]\"é\\"}, [[]] ,"x" ]y"#;
        let (elements, end) = array(text, skip_space(text, 0)).unwrap();
        let elements: Vec<&str> = elements.into_iter().map(|element| &text[element]).collect();
        assert_eq!(elements, ["1", r#"{"a": "]\"é\\"}"#, "[[]]", r#""x""#]);
        assert_eq!(&text[end..], "y");

        let text = r#"{"a" : [1, 2], "b":nul}"#;
        let (members, _) = object(text, 0).unwrap();
        let members: Vec<_> = members.into_iter().map(|(key, value)| (&text[key], &text[value])).collect();
        assert_eq!(members, [(r#""a""#, "[1, 2]"), (r#""b""#, "nul")]);

        assert_eq!(array("[ ]", 0), Ok((Vec::new(), 3)));
        assert_eq!(object("{ }", 0), Ok((Vec::new(), 3)));
    }

    #[test]
    fn faults_and_where_they_are() {
        for (text, at, message) in [
            ("[", 1, "expected a value"),
            ("[1", 2, "expected `,` or `]`"),
            ("[1 2]", 3, "expected `,` or `]`"),
            ("[1,]", 2, "a comma with nothing after it"),
            ("[,1]", 1, "expected a value"),
            ("[1, {\"a\": []", 4, "a bracket that is not closed"),
            ("[{}}", 3, "expected `,` or `]`"),
            (r#"["a\"]"#, 1, "a string without its closing quote"),
            (r#"["a\"#, 1, "a string without its closing quote"),
            (r#"[{"a": "b}, {"a": "c"}]"#, 14, "expected `,` or `}`"),
        ] {
            assert_eq!(array(text, 0), Err(Fault { at, message }), "{text}");
        }
        for (text, at, message) in [
            ("{a: 1}", 1, "expected a key in double quotes"),
            (r#"{"a" 1}"#, 5, "expected `:` after the key"),
            (r#"{"a": }"#, 6, "expected a value"),
            (r#"{"a": 1 "b"}"#, 8, "expected `,` or `}`"),
            (r#"{"a": 1,}"#, 7, "a comma with nothing after it"),
        ] {
            assert_eq!(object(text, 0), Err(Fault { at, message }), "{text}");
        }
    }
}
