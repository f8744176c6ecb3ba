//! Strings that PHP takes for patterns: `/pattern/modifiers`.

use crate::syntax::pattern::Flags;

/// What such a string is to PCRE.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delimited<'t> {
    /// Not a pattern after all, which PHP only warns of: nothing matches.
    Never,
    /// The source stands behind the first character of the text.
    Pattern { source: &'t str, flags: Flags },
    /// A modifier that is not supported here.
    Unsupported(&'static str),
}

/// `None` where the text is an ordinary string. A pattern is whatever has a slash at the start and another
/// one behind which only letters stand; what is between is on one line.
pub(crate) fn parse(text: &str) -> Option<Delimited<'_>> {
    let inside = text.strip_prefix('/')?;
    // PCRE's `$` looks past a final line break.
    let inside = inside.strip_suffix('\n').unwrap_or(inside);
    let (body, letters) = inside.rsplit_once('/')?;
    if body.contains('\n') || !letters.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return None;
    }
    // The class puts the two together again, and PHP looks for the end of the pattern by itself.
    let end = end_of_pattern(inside);
    let split = end.and_then(|end| inside.get(..end).zip(inside.get(end + 1..)));
    Some(split.map_or(Delimited::Never, |(source, modifiers)| pattern(source, modifiers)))
}

/// What PHP takes for the modifiers of such a string, all that follows the slash that ends the pattern, where
/// it does not know them.
pub(crate) fn unknown_modifiers(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('/')?;
    let modifiers = inside.get(end_of_pattern(inside)? + 1..)?;
    (pattern("", modifiers) == Delimited::Never).then_some(modifiers)
}

/// The first slash that no backslash precedes.
fn end_of_pattern(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'/' => return Some(at),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

fn pattern<'t>(source: &'t str, modifiers: &str) -> Delimited<'t> {
    let mut flags = Flags::BYTES;
    for modifier in modifiers.chars() {
        flags = match modifier {
            'i' => flags.with(Flags::IGNORE_CASE),
            'm' => flags.with(Flags::MULTI_LINE),
            's' => flags.with(Flags::DOT_ALL),
            'x' => flags.with(Flags::EXTENDED),
            'A' => flags.with(Flags::ANCHORED),
            'D' => flags.with(Flags::DOLLAR_END),
            'u' => flags.without(Flags::BYTES).with(Flags::UNICODE_CLASSES),
            // They change which match is found, or how fast, or what groups are called, or nothing.
            'S' | 'U' | 'X' | 'n' => flags,
            'J' => return Delimited::Unsupported("the modifier `J` is not supported"),
            _ => return Delimited::Never,
        };
    }
    Delimited::Pattern { source, flags }
}
