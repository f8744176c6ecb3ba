//! Steps through the tokens that the scanner has found.

/// The positions of tokens, one after the other.
pub(super) trait Tokens: Copy {
    /// The next position, which stays the next; the end of the text after the last.
    fn peek(&mut self) -> usize;

    /// Passes over the position that [`peek`](Self::peek) has shown.
    fn pass(&mut self);

    #[inline(always)]
    fn next(&mut self) -> usize {
        let position = self.peek();
        self.pass();
        position
    }
}

/// As the bits of the scanner's bitmap.
#[derive(Clone, Copy)]
pub(super) struct Bits<'i> {
    /// The words that follow.
    words: &'i [u64],
    /// What is left of the word at hand, and the position of its first bit.
    word: u64,
    base: usize,
    /// The length of the text.
    end: usize,
}

impl<'i> Bits<'i> {
    pub(super) fn new(words: &'i [u64], end: usize) -> Self {
        let (word, words) = words.split_first().unwrap_or((&0, &[]));
        Self { word: *word, words, base: 0, end }
    }
}

impl Tokens for Bits<'_> {
    #[inline(always)]
    fn peek(&mut self) -> usize {
        while self.word == 0 {
            match self.words.split_first() {
                Some((word, words)) => {
                    (self.word, self.words) = (*word, words);
                    self.base += 64;
                }
                None => return self.end,
            }
        }
        self.base + self.word.trailing_zeros() as usize
    }

    #[inline(always)]
    fn pass(&mut self) {
        self.word &= self.word.wrapping_sub(1);
    }
}

/// As the list that some scanners make of them.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Listed<'i> {
    /// The tokens that follow.
    positions: &'i [u16],
    /// The length of the text.
    end: usize,
}

#[cfg(target_arch = "x86_64")]
impl<'i> Listed<'i> {
    pub(super) fn new(positions: &'i [u16], end: usize) -> Self {
        Self { positions, end }
    }
}

#[cfg(target_arch = "x86_64")]
impl Tokens for Listed<'_> {
    #[inline(always)]
    fn peek(&mut self) -> usize {
        self.positions.first().map_or(self.end, |position| usize::from(*position))
    }

    #[inline(always)]
    fn pass(&mut self) {
        if let [_, rest @ ..] = self.positions {
            self.positions = rest;
        }
    }
}

/// Whether any bit from `start` up to, not including, `end` is set.
#[inline(always)]
pub(super) fn any_set(bitmap: &[u64], start: usize, end: usize) -> bool {
    if start >= end {
        return false;
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    let word = |index: usize| bitmap.get(index).copied().unwrap_or_default();
    let from_start = !0 << (start % 64);
    let to_end = !0 >> (63 - (end - 1) % 64);
    if first == last {
        return word(first) & from_start & to_end != 0;
    }
    word(first) & from_start != 0
        || word(last) & to_end != 0
        || bitmap.get(first + 1..last).is_some_and(|words| words.iter().any(|word| *word != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_in_order_and_end_at_the_end() {
        let words = [0b101, 0, 1 << 63];
        let mut tokens = Bits::new(&words, 200);
        assert_eq!(tokens.peek(), 0);
        let positions: Vec<_> = (0..5).map(|_| tokens.next()).collect();
        assert_eq!(positions, [0, 2, 191, 200, 200]);
    }

    #[test]
    fn ranges_of_bits() {
        let mut bitmap = [0; 4];
        bitmap[1] = 1 << 6;
        for (start, end, expected) in [
            (0, 256, true),
            (70, 71, true),
            (71, 256, false),
            (0, 70, false),
            (70, 70, false),
            (64, 128, true),
        ] {
            assert_eq!(any_set(&bitmap, start, end), expected, "{start}..{end}");
        }
    }
}
