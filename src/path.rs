//! Dotted paths: `user.uid`, `event.values.3`, `labels.a\.b`.

use std::fmt;
use std::sync::Arc;

use crate::bytes;

/// Where a condition looks: keys, or indexes into arrays, from the event's root downwards.
///
/// The empty path is the element that `$elemMatch` looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Path {
    /// Shared, so that many programs can look at one path.
    segments: Arc<[Segment]>,
}

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Segment {
    name: Box<str>,
    /// To be compared first.
    start: NameStart,
    /// The index that `name` spells; [`NOT_AN_INDEX`] where it spells none.
    index: u32,
}

const NOT_AN_INDEX: u32 = u32::MAX;

/// A backslash at this byte of a path escapes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StrayBackslash;

impl Path {
    /// Splits at the dots that no backslash escapes. `""` is the key `""`; so is what follows a
    /// trailing dot.
    pub(crate) fn parse(text: &str) -> Result<Self, StrayBackslash> {
        if !text.contains('\\') {
            return Ok(Self::from_names(text.split('.')));
        }
        let mut names = vec![String::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let literal = match char {
                '.' => {
                    names.push(String::new());
                    continue;
                }
                '\\' => match chars.next() {
                    Some(escaped @ ('.' | '\\')) => escaped,
                    _ => return Err(StrayBackslash),
                },
                char => char,
            };
            if let Some(name) = names.last_mut() {
                name.push(literal);
            }
        }
        Ok(Self::from_names(names))
    }

    pub(crate) fn from_names(names: impl IntoIterator<Item: Into<Box<str>>>) -> Self {
        Self { segments: names.into_iter().map(Segment::new).collect() }
    }

    /// A part of another path.
    pub(crate) fn of(segments: &[Segment]) -> Self {
        Self { segments: segments.into() }
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many segments may be indexes.
    pub(crate) fn indexes(&self) -> usize {
        self.segments.iter().filter(|segment| segment.index().is_some()).count()
    }
}

impl Segment {
    fn new(name: impl Into<Box<str>>) -> Self {
        let name = name.into();
        let index = parse_index(&name).unwrap_or(NOT_AN_INDEX);
        Self { start: NameStart::in_text(name.as_bytes(), 0, name.len()), name, index }
    }

    /// The key.
    #[inline(always)]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How the key begins.
    #[inline(always)]
    pub(crate) fn start(&self) -> NameStart {
        self.start
    }

    /// The index into an array that the key spells. `00`, `-1` and `+1` spell none.
    #[inline(always)]
    pub(crate) fn index(&self) -> Option<usize> {
        (self.index != NOT_AN_INDEX).then_some(self.index as usize)
    }
}

/// The length of a name, and its first bytes: most names differ in them, and most are no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NameStart {
    bytes: u64,
    length: usize,
}

impl NameStart {
    /// Of the name that are `length` bytes of a text.
    #[inline(always)]
    pub(crate) fn in_text(text: &[u8], start: usize, length: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        Self::of(u64::from_le_bytes(bytes::first(rest)), length)
    }

    /// Of a name of this length, from its first eight bytes with the first in the lowest bits, whatever follows it.
    #[inline(always)]
    pub(crate) fn of(bytes: u64, length: usize) -> Self {
        let beyond = size_of::<u64>().saturating_sub(length);
        Self { bytes: if length == 0 { 0 } else { bytes << (8 * beyond) }, length }
    }

    /// Whether there is nothing more to the name.
    #[inline(always)]
    pub(crate) fn is_whole(self) -> bool {
        self.length <= size_of::<u64>()
    }
}

fn parse_index(name: &str) -> Option<u32> {
    let canonical = name == "0" || (!name.starts_with(['0', '+']));
    name.parse().ok().filter(|&index| canonical && index != NOT_AN_INDEX)
}

/// As it is written in a filter, dots and backslashes in a key escaped.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            write_name(f, &segment.name)?;
        }
        Ok(())
    }
}

/// A key as a segment of a path.
pub(crate) fn write_name(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    for char in name.chars() {
        if matches!(char, '.' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(char)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        Path::parse(text).unwrap().segments().iter().map(|segment| segment.name().to_owned()).collect()
    }

    #[test]
    fn dots_split_and_backslashes_escape() {
        assert_eq!(names("user.uid"), ["user", "uid"]);
        assert_eq!(names(r"a\.b.c"), ["a.b", "c"]);
        assert_eq!(names(r"a\\.b"), [r"a\", "b"]);
        assert_eq!(names(""), [""]);
        assert_eq!(names("a..b."), ["a", "", "b", ""]);
        assert_eq!(Path::parse(r"a\b"), Err(StrayBackslash));
        assert_eq!(Path::parse(r"a\"), Err(StrayBackslash));
    }

    #[test]
    fn only_plain_decimals_are_indexes() {
        let indexes = |text| Path::parse(text).unwrap().segments()[0].index();
        assert_eq!(indexes("0"), Some(0));
        assert_eq!(indexes("17"), Some(17));
        for other in ["00", "01", "-1", "+1", "1e0", "", "x", "4294967295", "99999999999"] {
            assert_eq!(indexes(other), None, "{other}");
        }
    }

    #[test]
    fn prints_as_it_is_written() {
        for text in ["user.uid", r"a\.b.c", r"a\\", "", "a..b"] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
    }
}
