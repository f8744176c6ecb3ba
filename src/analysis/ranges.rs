//! Sets of numbers and of strings, exactly: as ranges of their order.
//!
//! Integers, doubles and strings have one thing in common that makes this simple: each has a next one.
//! So every bound can be written as "from here on", included, or "up to here", excluded.

use std::cmp::Ordering;

/// Values in an order in which each but the last has a next one.
pub(super) trait Ordered: Clone + Ord {
    /// The first of all.
    fn first() -> Self;
    /// The one behind it; `None` for the last of all.
    fn next(&self) -> Option<Self>;
    /// What it takes to copy it, in about the time that a number takes.
    fn size(&self) -> usize {
        1
    }
}

impl Ordered for i64 {
    fn first() -> Self {
        Self::MIN
    }

    fn next(&self) -> Option<Self> {
        self.checked_add(1)
    }
}

/// A double that is a number; zero has no sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Double(f64);

impl Double {
    pub(super) fn new(double: f64) -> Self {
        // Adding zero makes -0.0 the same as 0.0.
        Self(double + 0.0)
    }

    pub(super) fn get(self) -> f64 {
        self.0
    }
}

impl Ord for Double {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Double {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Double {}

/// The infinities are among them, for what lies beyond the doubles in a parsed event.
impl Ordered for Double {
    fn first() -> Self {
        Self(f64::NEG_INFINITY)
    }

    fn next(&self) -> Option<Self> {
        (self.0 < f64::INFINITY).then(|| Self::new(self.0.next_up()))
    }
}

/// A string, by its bytes; or a place between strings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text(Vec<u8>);

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// `None` where it is none, but only a bound.
    pub(super) fn get(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// What stands behind all strings with this beginning; `None` where nothing does.
    fn behind(prefix: &str) -> Option<Self> {
        let mut bytes = prefix.as_bytes().to_vec();
        let last = bytes.last_mut()?;
        // No byte of a string is 0xff.
        *last = last.saturating_add(1);
        Some(Self(bytes))
    }
}

impl Ordered for Text {
    fn first() -> Self {
        Self(Vec::new())
    }

    fn next(&self) -> Option<Self> {
        let mut bytes = self.0.clone();
        bytes.push(0);
        Some(Self(bytes))
    }

    fn size(&self) -> usize {
        4 + self.0.len() / 8
    }
}

/// A set, as ranges that ascend and neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges<T>(Vec<Range<T>>);

/// From `start`, included, to `end`, excluded; or to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range<T> {
    start: T,
    end: Option<T>,
}

impl<T: Ordered> Ranges<T> {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn all() -> Self {
        Self::from_bound(Some(T::first()))
    }

    /// All from `start` on.
    pub(super) fn from_bound(start: Option<T>) -> Self {
        Self(start.map(|start| Range { start, end: None }).into_iter().collect())
    }

    /// All from `start` on and before `end`.
    pub(super) fn between(start: T, end: Option<T>) -> Self {
        let is_empty = end.as_ref().is_some_and(|end| *end <= start);
        Self(if is_empty { Vec::new() } else { vec![Range { start, end }] })
    }

    /// These, which ascend.
    pub(super) fn points(points: impl IntoIterator<Item = T>) -> Self {
        let mut ranges: Vec<Range<T>> = Vec::new();
        for point in points {
            let end = point.next();
            match ranges.last_mut() {
                Some(last) if last.end.as_ref().is_none_or(|end| *end > point) => {}
                Some(last) if last.end.as_ref() == Some(&point) => last.end = end,
                _ => ranges.push(Range { start: point, end }),
            }
        }
        Self(ranges)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_all(&self) -> bool {
        matches!(self.0.as_slice(), [Range { start, end: None }] if *start == T::first())
    }

    /// What it takes to copy it, in about the time that a number takes.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|range| range.start.size() + range.end.as_ref().map_or(0, T::size)).sum()
    }

    /// Keeps what is in the other set, too.
    pub(super) fn narrow(&mut self, other: &Self) {
        if !self.is_empty() && !other.is_all() {
            *self = self.intersect(other);
        }
    }

    pub(super) fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.0.len() + 1);
        let mut start = Some(T::first());
        for range in &self.0 {
            if let Some(start) = start.take_if(|start| *start < range.start) {
                ranges.push(Range { start, end: Some(range.start.clone()) });
            }
            start.clone_from(&range.end);
        }
        ranges.extend(start.map(|start| Range { start, end: None }));
        Self(ranges)
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let start = (&a.start).max(&b.start);
            let ends_first = match (&a.end, &b.end) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            let end = if ends_first.is_le() { &a.end } else { &b.end };
            if end.as_ref().is_none_or(|end| start < end) {
                ranges.push(Range { start: start.clone(), end: end.clone() });
            }
            if ends_first.is_le() {
                left.next();
            }
            if ends_first.is_ge() {
                right.next();
            }
        }
        Self(ranges)
    }

    /// De Morgan: a ∪ b = ¬(¬a ∩ ¬b).
    pub(super) fn unite(&self, other: &Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other.clone(),
            _ => self.complement().intersect(&other.complement()).complement(),
        }
    }

    /// Its values, if there are `most` at most; `None` where there are more.
    pub(super) fn listed(&self, most: usize) -> Option<Vec<T>> {
        let mut values = Vec::new();
        for range in &self.0 {
            let mut next = Some(range.start.clone());
            while let Some(value) = next {
                if range.end.as_ref().is_some_and(|end| value >= *end) {
                    break;
                }
                if values.len() == most {
                    return None;
                }
                next = value.next();
                values.push(value);
            }
        }
        Some(values)
    }
}

impl Ranges<Text> {
    /// All strings that start with it.
    pub(super) fn prefixed(prefix: &str) -> Self {
        Self::between(Text::new(prefix), Text::behind(prefix))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn next_ones() {
        assert_eq!(i64::MAX.next(), None);
        assert_eq!(Double::new(-5e-324).next(), Some(Double::new(0.0)));
        assert_eq!(Double::new(-0.0).next(), Some(Double::new(5e-324)));
        assert_eq!(Double::new(f64::MAX).next(), Some(Double::new(f64::INFINITY)));
        assert_eq!(Double::new(f64::INFINITY).next(), None);
        assert_eq!(Text::new("a").next(), Some(Text::new("a\0")));
    }

    #[test]
    fn sets_are_sets() {
        let sets = [
            Ranges::none(),
            Ranges::all(),
            Ranges::points([i64::MIN, -1, 0, 1, 1, 5, i64::MAX]),
            Ranges::between(-3, Some(4)),
            Ranges::from_bound(Some(2)),
            Ranges::between(i64::MIN, Some(-1)),
        ];
        let values = [i64::MIN, i64::MIN + 1, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, i64::MAX - 1, i64::MAX];
        let has = |set: &Ranges<i64>, value: i64| !set.intersect(&Ranges::points([value])).is_empty();
        for a in &sets {
            for value in values {
                assert_ne!(has(&a.complement(), value), has(a, value), "¬{a:?} at {value}");
            }
            assert_eq!(a.complement().complement(), *a);
            for b in &sets {
                for value in values {
                    assert_eq!(has(&a.intersect(b), value), has(a, value) && has(b, value), "{a:?} ∩ {b:?}");
                    assert_eq!(has(&a.unite(b), value), has(a, value) || has(b, value), "{a:?} ∪ {b:?}");
                }
            }
        }
        assert_eq!(Ranges::points([1, 2, 3]), Ranges::between(1, Some(4)));
        assert_eq!(Ranges::points([1, 2, 7]).listed(3), Some(vec![1, 2, 7]));
        assert_eq!(Ranges::<i64>::all().listed(3), None);
    }

    #[test]
    fn prefixes_are_ranges() {
        let has = |set: &Ranges<Text>, text| !set.intersect(&Ranges::points([Text::new(text)])).is_empty();
        let prefixed = Ranges::prefixed("aé");
        for (text, expected) in
            [("aé", true), ("aéz", true), ("aé\u{10ffff}", true), ("a", false), ("aê", false)]
        {
            assert_eq!(has(&prefixed, text), expected, "{text}");
        }
        assert_eq!(Ranges::prefixed(""), Ranges::all());
    }
}
