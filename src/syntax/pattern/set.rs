//! Sets of characters, and which characters differ only in case.

use std::sync::LazyLock;

use crate::case;
use crate::sort;

/// First and last.
type Range = (char, char);

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct CharSet {
    /// In order, with a gap after each.
    ranges: Vec<Range>,
}

/// The ASCII classes of `[[:name:]]`, and with them `\d`, `\s` and `\w`.
pub(super) fn posix(name: &str) -> Option<CharSet> {
    let ranges: &[Range] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7F')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(CharSet::new(ranges))
}

/// `\d`, `\h`, `\s`, `\v`, `\w`, and with a capital their complements.
pub(super) fn perl(letter: char) -> Option<CharSet> {
    let set = match letter.to_ascii_lowercase() {
        'd' => posix("digit")?,
        's' => posix("space")?,
        'w' => posix("word")?,
        'v' => vertical_space(),
        'h' => CharSet::new(&[
            ('\t', '\t'),
            (' ', ' '),
            ('\u{A0}', '\u{A0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{180E}', '\u{180E}'),
            ('\u{2000}', '\u{200A}'),
            ('\u{202F}', '\u{202F}'),
            ('\u{205F}', '\u{205F}'),
            ('\u{3000}', '\u{3000}'),
        ]),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { set.negated() } else { set })
}

/// `\v`: the characters that break lines.
pub(super) fn vertical_space() -> CharSet {
    CharSet::new(&[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')])
}

impl CharSet {
    pub(super) fn new(ranges: &[Range]) -> Self {
        let mut set = Self::default();
        set.extend(ranges.iter().copied());
        set
    }

    /// Every character.
    pub(super) fn all() -> Self {
        Self::default().negated()
    }

    /// Every character but `\n`.
    pub(super) fn not_newline() -> Self {
        Self::new(&[('\n', '\n')]).negated()
    }

    /// Adds what is in `other`.
    pub(super) fn union(&mut self, other: Self) {
        self.extend(other.ranges);
    }

    fn extend(&mut self, ranges: impl IntoIterator<Item = Range>) {
        self.ranges.extend(ranges);
        sort::by_key(&mut self.ranges, |range| *range);
        self.ranges.dedup_by(|next, kept| {
            let touches = after(kept.1).is_none_or(|after| next.0 <= after);
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
    }

    pub(super) fn negated(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = Some('\0');
        for &(first, last) in &self.ranges {
            ranges.extend(next.zip(before(first)).filter(|(next, before)| next <= before));
            next = after(last);
        }
        ranges.extend(next.map(|next| (next, char::MAX)));
        Self { ranges }
    }

    pub(super) fn contains(&self, c: char) -> bool {
        let beyond = self.ranges.partition_point(|&(first, _)| first <= c);
        beyond.checked_sub(1).and_then(|index| self.ranges.get(index)).is_some_and(|&(_, last)| c <= last)
    }

    pub(super) fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// The character, where the set has only one.
    pub(super) fn single(&self) -> Option<char> {
        match self.ranges.as_slice() {
            &[(first, last)] if first == last => Some(first),
            _ => None,
        }
    }

    /// Adds to each character those that equal it under simple case folding; only of ASCII if so asked.
    pub(super) fn ignore_case(&mut self, ascii: bool) {
        let mut more = Vec::new();
        for &(first, last) in &self.ranges {
            let start = PAIRS.partition_point(|&(c, _)| c < first);
            let is_asked = |(c, other): &&(char, char)| !ascii || c.is_ascii() && other.is_ascii();
            let pairs = PAIRS.iter().skip(start).take_while(|&&(c, _)| c <= last).filter(is_asked);
            // Most pairs lie within the range; looking elsewhere takes longer.
            let others = pairs.map(|&(_, other)| other).filter(|other| !(first..=last).contains(other));
            more.extend(others.filter(|other| !self.contains(*other)).map(|other| (other, other)));
        }
        self.extend(more);
    }
}

/// Each character that has others equal to it but for case, with each of those; in order. To make them for
/// each pattern of many classes takes too long.
static PAIRS: LazyLock<Box<[(char, char)]>> = LazyLock::new(|| {
    let mut pairs = Vec::new();
    for &(upper, lower) in &*case::PAIRS {
        pairs.extend([(upper, lower), (lower, upper)]);
    }
    for family in FAMILIES.split(' ') {
        for c in family.chars() {
            pairs.extend(family.chars().filter(|other| *other != c).map(|other| (c, other)));
        }
    }
    sort::by_key(&mut pairs, |pair| *pair);
    pairs.dedup();
    pairs.into()
});

/// The next character.
pub(super) fn after(c: char) -> Option<char> {
    (c..=char::MAX).nth(1)
}

/// The one before.
pub(super) fn before(c: char) -> Option<char> {
    ('\0'..=c).nth_back(1)
}

/// Equal but for case, where the lower-case and the upper-case form of one are not the whole family.
const FAMILIES: &str = "Kk\u{212A} Ss\u{17F} ßẞ Åå\u{212B} Ǆǅǆ Ǉǈǉ Ǌǋǌ Ǳǲǳ Ββϐ Εεϵ Θθϑϴ \u{345}Ιι\u{1FBE} Κκϰ \
    µΜμ Ππϖ Ρρϱ Σςσ Φφϕ \u{2126}Ωω Ввᲀ Ддᲁ Ооᲂ Ссᲃ Ттᲄᲅ Ъъᲆ Ѣѣᲇ Ṡṡẛ ᾀᾈ ᾁᾉ ᾂᾊ ᾃᾋ ᾄᾌ ᾅᾍ ᾆᾎ ᾇᾏ ᾐᾘ ᾑᾙ ᾒᾚ ᾓᾛ \
    ᾔᾜ ᾕᾝ ᾖᾞ ᾗᾟ ᾠᾨ ᾡᾩ ᾢᾪ ᾣᾫ ᾤᾬ ᾥᾭ ᾦᾮ ᾧᾯ ᾳᾼ ῃῌ ῳῼ ᲈꙊꙋ";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn chars(set: &CharSet) -> Vec<char> {
        set.ranges().iter().flat_map(|&(first, last)| first..=last).collect()
    }

    fn variants(c: char) -> Vec<char> {
        let mut set = CharSet::new(&[(c, c)]);
        set.ignore_case(false);
        chars(&set)
    }

    #[test]
    fn ranges_are_joined_and_negated() {
        let mut set = CharSet::new(&[('d', 'f'), ('a', 'b'), ('c', 'c'), ('e', 'z')]);
        assert_eq!(set, CharSet::new(&[('a', 'z')]));
        set.union(CharSet::new(&[('0', '9')]));
        assert!(set.contains('m') && set.contains('0') && !set.contains('A'));
        assert_eq!(set.negated().negated(), set);
        assert_eq!(CharSet::all().negated(), CharSet::default());
        assert_eq!(CharSet::new(&[('x', 'x')]).single(), Some('x'));
    }

    #[test]
    fn families_of_letters() {
        for (c, family) in [
            ('a', "Aa"),
            ('1', "1"),
            ('k', "Kk\u{212A}"),
            ('\u{17F}', "Ss\u{17F}"),
            ('т', "Ттᲄᲅ"),
            ('ς', "Σςσ"),
            ('μ', "µΜμ"),
            ('ẞ', "ßẞ"),
            ('i', "Ii"),
            ('İ', "İ"),
            ('ı', "ı"),
            ('ꭰ', "Ꭰꭰ"),
        ] {
            assert_eq!(variants(c), family.chars().collect::<Vec<_>>(), "{c}");
        }
    }

    fn one(mut chars: impl Iterator<Item = char>) -> Option<char> {
        chars.next().filter(|_| chars.next().is_none())
    }

    /// The lower-case form, where it is one character. The dotted and the dotless i are letters of their own.
    fn lower(c: char) -> char {
        match (c, one(c.to_lowercase())) {
            ('İ', _) | (_, None) => c,
            (_, Some(lower)) => lower,
        }
    }

    fn upper(c: char) -> char {
        match (c, one(c.to_uppercase())) {
            ('ı', _) | (_, None) => c,
            (_, Some(upper)) => upper,
        }
    }

    /// The tables are complete: a failure on a newer Rust means that its Unicode version has new letters.
    #[test]
    fn the_tables_follow_the_standard_library() {
        let mut families = BTreeMap::<char, Vec<char>>::new();
        for c in '\0'..=char::MAX {
            families.entry(lower(upper(c))).or_default().push(c);
        }
        for family in families.values().filter(|family| family.len() > 1) {
            for &c in family {
                assert_eq!(&variants(c), family, "{c}");
            }
        }
    }

    #[test]
    fn a_range_over_everything_stays_cheap() {
        let mut set = CharSet::new(&[('\u{80}', char::MAX)]);
        set.ignore_case(false);
        // K and s, whose signs are beyond ASCII.
        assert_eq!(chars(&set).first(), Some(&'K'));
        assert_eq!(set.ranges().len(), 5);
    }
}
