//! Chance that falls the same way on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Any other value gives another thousand events.
const SEED: [u8; 32] = *b"hooksieve: a year of real events";

/// The chances of one event.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Every event draws from a stream of its own, so that a change to one family of events leaves
    /// the others as they were.
    pub(super) fn for_event(index: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(SEED);
        generator.set_stream(index);
        Self(generator)
    }

    /// A number below `bound`. The bias of the multiplication is far below what a sample shows.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let product = u64::from(self.0.next_u32()) * u64::from(bound);
        (product >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, percentage: u32) -> bool {
        self.below(100) < percentage
    }

    /// One of the items, each as likely as the next.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(items.len() as u32) as usize;
        #[allow(
            clippy::indexing_slicing,
            reason = "below its length; the tables are constants with something in them"
        )]
        &items[index]
    }

    /// One of the items, as likely as its weight says.
    pub(super) fn pick_weighted<'a, T>(&mut self, items: &'a [(u32, T)]) -> &'a T {
        let mut roll = self.below(items.iter().map(|(weight, _)| weight).sum());
        let index = items
            .iter()
            .take_while(|(weight, _)| {
                let further = roll >= *weight;
                roll = roll.saturating_sub(*weight);
                further
            })
            .count();
        #[allow(
            clippy::indexing_slicing,
            reason = "the roll is below the sum of the weights; the tables are constants with something in them"
        )]
        &items[index].1
    }

    /// A word of `length` characters of `alphabet`.
    pub(super) fn word(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(*self.pick(alphabet))).collect()
    }

    /// `length` lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, length: usize) -> String {
        self.word(b"0123456789abcdef", length)
    }

    /// `length` letters and digits, as in the token of a link.
    pub(super) fn token(&mut self, length: usize) -> String {
        self.word(b"23456789ABCDEFGHJKLMNPQRSTWXYZabcdefgijkmnopqrstwxyz", length)
    }

    /// A random UUID (version 4).
    pub(super) fn uuid(&mut self) -> String {
        format!(
            "{}-{}-4{}-{}{}-{}",
            self.hex(8),
            self.hex(4),
            self.hex(3),
            self.word(b"89ab", 1),
            self.hex(3),
            self.hex(12)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn streams_are_reproducible_and_differ() {
        let draw = |index| {
            let mut dice = Dice::for_event(index);
            [(); 8].map(|()| dice.below(1_000))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn weights_are_kept() {
        let table = [(1, 'a'), (0, 'b'), (3, 'c')];
        let mut dice = Dice::for_event(0);
        let drawn: Vec<char> = (0..4_000).map(|_| *dice.pick_weighted(&table)).collect();
        let count = |wanted| drawn.iter().filter(|item| **item == wanted).count();
        assert_eq!(count('b'), 0);
        assert!((900..1_100).contains(&count('a')), "{}", count('a'));
    }

    #[test]
    fn bounds_are_included() {
        let mut dice = Dice::for_event(0);
        let drawn: Vec<u32> = (0..200).map(|_| dice.between(3, 5)).collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&5));
    }
}
