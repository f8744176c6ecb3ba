//! PHP's patterns, `/…/i`, as `$regex` with `$options`.

use crate::syntax::nextcloud::{Delimited, delimited};
use crate::syntax::pattern::Flags;

/// A pattern of the default dialect.
pub(super) struct Regex {
    pub(super) source: String,
    pub(super) options: String,
    /// Why it may find something else; `None` where it finds the same.
    pub(super) doubt: Option<&'static str>,
}

/// `None` where the text is no pattern that PHP takes.
pub(super) fn regex(text: &str) -> Option<Regex> {
    let Some(Delimited::Pattern { source, flags }) = delimited(text) else { return None };
    // The slash needs no backslash any more.
    let mut plain = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(char) = chars.next() {
        match (char, chars.as_str().chars().next()) {
            ('\\', Some('/')) => {}
            ('\\', Some(next)) => {
                plain.extend(['\\', next]);
                chars.next();
            }
            _ => plain.push(char),
        }
    }
    let doubt = doubt(source, flags);
    let source = if flags.has(Flags::ANCHORED) { format!("\\A(?:{plain})") } else { plain };
    Some(Regex { source, options: flags.to_string(), doubt })
}

/// Where PHP reads a pattern in its own way: without its modifier `u` a character is a byte, and letters have
/// another case in ASCII only; with it, classes such as `\d` are those of Unicode.
fn doubt(source: &str, flags: Flags) -> Option<&'static str> {
    const BYTES: &str = "without the modifier `u`, PHP reads the text byte by byte";
    if flags.has(Flags::EXTENDED) {
        return Some("the modifier `x` is not looked into");
    }
    if flags.has(Flags::DOLLAR_END) && source.contains('$') {
        return Some("with the modifier `D`, `$` is the very end of the text");
    }
    let by_bytes = flags.has(Flags::BYTES);
    if source.contains("[:") || source.contains("(?") && source.replace("(?:", "").contains("(?") {
        return Some("it has groups or classes that are not looked into");
    }
    let mut scan = Scan { rest: source, runs: 0, counts: false };
    while let Some(char) = scan.next() {
        match char {
            '\\' => match scan.next() {
                Some('d' | 'w' | 's' | 'b' | 'B') if !by_bytes => {
                    return Some("with the modifier `u`, PHP's classes are those of Unicode");
                }
                Some('d' | 'w' | 's' | 'b' | 'A' | 'z' | 'Z' | 'n' | 'r' | 't' | 'f') => {}
                Some(escaped) if escaped.is_ascii_punctuation() => {}
                _ => return Some("it has escapes that are not looked into"),
            },
            '[' => {
                let is_negated = scan.rest.starts_with('^');
                if scan.class(by_bytes && flags.has(Flags::IGNORE_CASE)).is_none() {
                    return Some("it has classes that are not looked into");
                }
                if is_negated && by_bytes && !scan.is_run() {
                    return Some(BYTES);
                }
            }
            '.' if by_bytes && !scan.is_run() => return Some(BYTES),
            '{' => scan.counts = true,
            'k' | 'K' | 's' | 'S' if by_bytes && flags.has(Flags::IGNORE_CASE) => {
                return Some(
                    "without the modifier `u`, PHP knows the case of ASCII letters only: `ſ` is no `S`",
                );
            }
            char if by_bytes && !char.is_ascii() => return Some(BYTES),
            _ => {}
        }
    }
    // Several runs share out bytes as they share out characters only if none of them has a least length.
    let is_safe = scan.runs == 0 || scan.runs == 1 && !scan.counts;
    (!is_safe).then_some(BYTES)
}

struct Scan<'t> {
    rest: &'t str,
    /// Of one character at least.
    runs: usize,
    /// Whether a repetition is counted.
    counts: bool,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = self.rest.get(char.len_utf8()..)?;
        Some(char)
    }

    /// Whether what stands before is repeated, in a way that makes bytes and characters the same.
    fn is_run(&mut self) -> bool {
        let (least, rest) = match self.rest.split_at_checked(1) {
            Some(("*", rest)) => (0, rest),
            Some(("+", rest)) => (1, rest),
            _ => return false,
        };
        self.runs += least;
        // A possessive one gives nothing back.
        !rest.starts_with('+')
    }

    /// Passes a class; `None` where it has more than ASCII characters and ranges.
    fn class(&mut self, is_case_ascii: bool) -> Option<()> {
        let mut is_first = true;
        if self.rest.starts_with('^') {
            self.next();
        }
        loop {
            match self.next()? {
                ']' if !is_first => return Some(()),
                '\\' => {
                    self.next().filter(char::is_ascii_punctuation)?;
                }
                // A range may hold the letters whose other case is not in ASCII.
                '-' | 'k' | 'K' | 's' | 'S' if is_case_ascii => return None,
                char if char.is_ascii() => {}
                _ => return None,
            }
            is_first = false;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::regex;

    #[test]
    fn translated() {
        for (text, source, options) in [
            ("/pdf$/i", "pdf$", "i"),
            ("/^\\/bob\\/files\\/.*\\.(pdf|jpg)$/", "^/bob/files/.*\\.(pdf|jpg)$", ""),
            ("/^\\/[^\\/]+\\/files/", "^/[^/]+/files", ""),
            ("/a\\\\\\/b/", "a\\\\/b", ""),
            ("/é./iu", "é.", "i"),
            ("/x/A", "\\A(?:x)", ""),
        ] {
            let found = regex(text).unwrap();
            assert_eq!((&*found.source, &*found.options, found.doubt), (source, options, None), "{text}");
        }
    }

    #[test]
    fn in_doubt() {
        for text in [
            "/a.b/",
            "/^.{3}$/",
            "/é?/",
            "/xlsx/i",
            "/[a-z]/i",
            "/.+.+/",
            "/(.+){2}/",
            "/\\D/",
            "/[^a]b/",
            "/a$/D",
            "/\\d/u",
            "/a b/x",
            "/[[:alpha:]]/",
            "/(?i)a/",
            "/.++a/",
        ] {
            assert!(regex(text).unwrap().doubt.is_some(), "{text}");
        }
        assert!(regex("/admin/files/Documents").is_none() && regex("bob").is_none());
    }
}
