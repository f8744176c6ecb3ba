//! A text in which some parts are exchanged, and places in it led back to the text as it was.

use std::ops::Range;

use zeroize::Zeroizing;

/// Exchanges of parts that do not overlap.
#[derive(Default)]
pub(crate) struct Edits(Vec<(Range<usize>, Zeroizing<String>)>);

impl Edits {
    pub(crate) fn replace(&mut self, range: Range<usize>, with: impl Into<Zeroizing<String>>) {
        let at = self.0.partition_point(|(earlier, _)| earlier.start < range.start);
        self.0.insert(at, (range, with.into()));
    }

    /// The text with its parts exchanged. It may hold secrets.
    pub(crate) fn apply(&self, text: &str) -> Zeroizing<String> {
        let added = self.0.iter().map(|(_, with)| with.len()).sum::<usize>();
        // Of the right size: what grows leaves copies behind.
        let mut edited = Zeroizing::new(String::with_capacity(text.len() + added));
        let mut at = 0;
        for (range, with) in &self.0 {
            edited.push_str(text.get(at..range.start).unwrap_or_default());
            edited.push_str(with);
            at = range.end;
        }
        edited.push_str(text.get(at..).unwrap_or_default());
        edited
    }

    /// Where a part of the edited text stood. What lies within an exchanged part is the whole of it.
    pub(crate) fn original(&self, range: Range<usize>) -> Range<usize> {
        self.original_of(range.start, |edit| edit.start)..self.original_of(range.end, |edit| edit.end)
    }

    fn original_of(&self, position: usize, within: impl Fn(&Range<usize>) -> usize) -> usize {
        // What the edits before it have added, and taken away.
        let (mut added, mut removed) = (0, 0);
        for (range, with) in &self.0 {
            let start = range.start + added - removed;
            if position <= start {
                break;
            }
            if position < start + with.len() {
                return within(range);
            }
            added += with.len();
            removed += range.len();
        }
        position + removed - added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let mut edits = Edits::default();
        edits.replace(8..10, "".to_owned());
        edits.replace(2..4, "xyz".to_owned());
        assert_eq!(*edits.apply("0123456789ab"), "01xyz4567ab");
        for (edited, original) in [
            (0..2, 0..2),
            (2..5, 2..4),
            (3..4, 2..4),
            (4..7, 2..6),
            (1..4, 1..4),
            (5..9, 4..8),
            (9..11, 8..12),
            (10..11, 11..12),
        ] {
            assert_eq!(edits.original(edited.clone()), original, "{edited:?}");
        }
    }
}
