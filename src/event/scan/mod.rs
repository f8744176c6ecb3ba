//! The first pass over a raw JSON text: where its strings are, and its structure.
//!
//! The text is read in blocks of 64 bytes. A [`Backend`] says, a bit for each byte, which bytes of a
//! block are quotes, backslashes and so on; the rest is arithmetic on these bits, one code for all
//! backends: which quotes are escaped, what lies inside of strings, and whether it may stand there.
//! After this pass every string is known to be valid. What stands between them is left to the next.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod index;
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(test)]
mod tests;
mod unicode;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::hint;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use index::Window;
pub(crate) use index::{Index, position};
pub(crate) use unicode::code_unit;

/// Why a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScanError {
    /// The first byte that is wrong: of an escape its backslash, of what is not UTF-8 the start of the
    /// sequence, and of a string that is not closed the end of the text.
    pub(crate) offset: usize,
    pub(crate) problem: Problem,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    ControlCharacter,
    InvalidEscape,
    InvalidUnicodeEscape,
    LoneSurrogate,
    StrayBackslash,
    UnterminatedString,
    InvalidUtf8,
}

impl Problem {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::ControlCharacter => "a control character in a string",
            Self::InvalidEscape => "no such escape in JSON",
            Self::InvalidUnicodeEscape => "expected four hexadecimal digits after `\\u`",
            Self::LoneSurrogate => "half of a surrogate pair",
            Self::StrayBackslash => "a backslash outside of a string",
            Self::UnterminatedString => "a string without its closing quote",
            Self::InvalidUtf8 => "not UTF-8",
        }
    }
}

/// Finds the strings and the structure of `text`, and checks what is inside of the strings. All
/// backends give the same results.
///
/// Fails where a string breaks JSON's rules, at a backslash outside of strings, and where the text is
/// not UTF-8; the error is the first one in the order of the text. Allocates nothing where the index
/// has held a text of this length before.
pub(crate) fn scan(backend: Backend, text: &[u8], index: &mut Index) -> Result<(), ScanError> {
    match backend.0 {
        Instructions::Portable => portable::scan(text, index),
        #[cfg(target_arch = "x86_64")]
        Instructions::X86(extension) => extension.scan(text, index),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Instructions::Simd128 => simd128::scan(text, index),
    }
}

/// The instructions by which bytes are classified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backend(Instructions);

#[derive(Debug, Clone, Copy)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    X86(x86::Extension),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
}

/// The fastest one.
impl Default for Backend {
    fn default() -> Self {
        Self::best()
    }
}

impl Backend {
    /// Plain arithmetic on 64-bit words: runs everywhere.
    pub(crate) const PORTABLE: Self = Self(Instructions::Portable);

    /// The fastest one that runs here.
    #[inline]
    pub(crate) fn best() -> Self {
        Self::all().next().unwrap_or(Self::PORTABLE)
    }

    /// Those that run here, the fastest first.
    #[cfg(target_arch = "x86_64")]
    fn all() -> impl Iterator<Item = Self> {
        let extensions = x86::Extension::detect().map(|extension| Self(Instructions::X86(extension)));
        extensions.chain([Self::PORTABLE])
    }

    /// A module with instructions that the host lacks is not loaded at all: nothing is left to detect.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    fn all() -> impl Iterator<Item = Self> {
        [Self(Instructions::Simd128), Self::PORTABLE].into_iter()
    }

    #[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
    fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::PORTABLE)
    }
}

/// Bytes of a block; their bits fill a word.
pub(crate) const BLOCK: usize = 64;
type Block = [u8; BLOCK];

/// What the bytes of a block are.
struct Classes {
    quotes: u64,
    backslashes: u64,
    /// `{ } [ ] , :`
    operators: u64,
    /// Less than 0x20.
    controls: u64,
    non_ascii: u64,
}

impl Classes {
    /// Without so many bytes at the start.
    #[inline(always)]
    fn without(self, others: usize) -> Self {
        Self {
            quotes: self.quotes >> others,
            backslashes: self.backslashes >> others,
            operators: self.operators >> others,
            controls: self.controls >> others,
            non_ascii: self.non_ascii >> others,
        }
    }
}

/// What the escaped bytes of a block are, those that follow an escaping backslash.
struct Escaped {
    /// Bytes that may not be escaped.
    invalid: u64,
    /// The `u` of `\u`; those that are fine for certain may be left out.
    unicode: u64,
}

impl Escaped {
    #[inline(always)]
    fn without(self, others: usize) -> Self {
        Self { invalid: self.invalid >> others, unicode: self.unicode >> others }
    }
}

/// What a backend does. All of it is to be inlined into the backend's own function.
trait Kernel: Copy {
    fn classify(self, block: &Block) -> Classes;
    /// Looks at the bytes with a bit.
    fn classify_escaped(self, block: &Block, bytes: u64) -> Escaped;
    /// Each bit of the result is the parity of the bits up to it.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Lists the tokens of a block that lies at a position, from their bits. Behind the last comes what nobody looks
    /// at.
    #[inline(always)]
    fn list(self, tokens: u64, at: u32, list: &mut [u32; BLOCK]) {
        list_tokens(tokens, at, list);
    }

    #[inline(always)]
    fn scan(self, text: &[u8], index: &mut Index) -> Result<(), ScanError> {
        let (tokens, backslashes) = index.begin(text);
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        // Without adapters: where code is to be small, they are not inlined.
        let (mut tokens, mut backslashes) = (tokens.iter_mut(), backslashes.iter_mut());
        let mut position = Position::start(text);
        for block in blocks {
            let (Some(tokens), Some(backslashes)) = (tokens.next(), backslashes.next()) else { break };
            (*tokens, *backslashes) = self.step(block, 0, &mut position)?;
        }
        if !rest.is_empty()
            && let (Some(tokens), Some(backslashes)) = (tokens.next(), backslashes.next())
        {
            // Read so that it ends with the text: a copy takes longer.
            let mut copy = [b' '; BLOCK];
            let (block, others) = match text.last_chunk() {
                Some(block) => (block, BLOCK - rest.len()),
                None => {
                    copy.iter_mut().zip(rest).for_each(|(copy, byte)| *copy = *byte);
                    (&copy, 0)
                }
            };
            (*tokens, *backslashes) = self.step(block, others, &mut position)?;
        }
        position.finish()?;
        index.list(text, |tokens, at, list| self.list(tokens, at, list));
        Ok(())
    }

    /// The words of the index for the block at `position`, which lies behind so many other bytes.
    #[inline(always)]
    fn step(self, block: &Block, others: usize, position: &mut Position) -> Result<(u64, u64), ScanError> {
        let classes = self.classify(block).without(others);

        let escaped = position.escaped(classes.backslashes);
        let quotes = classes.quotes & !escaped;
        // With the quote that opens a string, without the one that closes it.
        let in_string = self.prefix_xor(quotes) ^ position.in_string;
        position.in_string = 0u64.wrapping_sub(in_string >> (BLOCK - 1));

        // What would be escaped behind the end of the text is missing.
        let missing = escaped & !(u64::MAX >> others);
        let escaped = self.classify_escaped(block, escaped << others).without(others);
        let stray = classes.backslashes & !in_string;
        let controls = classes.controls & in_string;
        let invalid = escaped.invalid | missing;
        if stray | controls | invalid | escaped.unicode | classes.non_ascii != 0 {
            // In the typical text few blocks have something; the others are to be fast.
            hint::cold_path();
            position.check(Findings {
                stray,
                controls,
                escaped: invalid,
                unicode: escaped.unicode,
                non_ascii: classes.non_ascii,
            })?;
        }
        position.at += BLOCK;
        let operators = classes.operators & !in_string;
        let behind_operators = operators << 1 | position.behind_operator;
        position.behind_operator = operators >> (BLOCK - 1);
        Ok((operators | (quotes & in_string & !behind_operators), classes.backslashes))
    }
}

/// See [`Kernel::list`]. Eight at a time, without a branch for each.
#[inline(always)]
fn list_tokens(mut tokens: u64, at: u32, list: &mut [u32; BLOCK]) {
    let (eights, _) = list.as_chunks_mut::<8>();
    for eight in eights {
        for position in eight {
            *position = at + tokens.trailing_zeros();
            tokens &= tokens.wrapping_sub(1);
        }
        if tokens == 0 {
            break;
        }
    }
}

/// How far a scan has come. What is not inlined gets a copy, so that this one can stay in registers.
#[derive(Clone, Copy)]
struct Position<'t> {
    text: &'t [u8],
    /// Where the next block begins.
    at: usize,
    /// 1 where the next block begins with an escaped byte.
    escaped: u64,
    /// All ones where the next block begins inside of a string.
    in_string: u64,
    /// 1 where the next block begins behind an operator outside of strings.
    behind_operator: u64,
    /// The `u` of the last second half of a surrogate pair whose first half has been checked.
    low_surrogate: usize,
    /// Where the first block with a byte that is not ASCII begins.
    non_ascii_start: usize,
    /// Where the last such block ends.
    non_ascii_end: usize,
}

/// What takes a closer look, in one block.
struct Findings {
    /// Backslashes outside of strings.
    stray: u64,
    /// Control characters inside of strings.
    controls: u64,
    /// Bytes that follow a backslash and may not.
    escaped: u64,
    /// The `u` of `\u` escapes that are not known to be fine.
    unicode: u64,
    non_ascii: u64,
}

impl Findings {
    #[inline(always)]
    fn mistakes(&self) -> bool {
        (self.stray | self.controls | self.escaped) != 0
    }
}

impl<'t> Position<'t> {
    fn start(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            escaped: 0,
            in_string: 0,
            behind_operator: 0,
            low_surrogate: 0,
            non_ascii_start: usize::MAX,
            non_ascii_end: 0,
        }
    }

    /// The bytes that follow an escaping backslash. In a run of backslashes every second one escapes.
    #[inline(always)]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        // simdjson's way: with the odd bits set, a subtraction at a run's start borrows through the run
        // and leaves the parity of each place in it.
        let starts = backslashes & !self.escaped;
        let parities = ((starts << 1) | ODD).wrapping_sub(starts) ^ ODD;
        let escaped = parities ^ (backslashes | self.escaped);
        self.escaped = (parities & backslashes) >> (BLOCK - 1);
        escaped
    }

    #[inline(always)]
    fn check(&mut self, findings: Findings) -> Result<(), ScanError> {
        if findings.non_ascii != 0 {
            self.non_ascii_start = self.non_ascii_start.min(self.at);
            self.non_ascii_end = self.at + BLOCK;
        }
        let unicode = unicode::check(self.text, self.at, findings.unicode, self.low_surrogate);
        match unicode {
            Ok(low) if !findings.mistakes() => {
                self.low_surrogate = low;
                Ok(())
            }
            _ => Err(self.first_error(findings, unicode.err())),
        }
    }

    #[inline(always)]
    fn finish(self) -> Result<(), ScanError> {
        let end = self.text.len();
        self.check_utf8(end)?;
        match (self.in_string, self.escaped) {
            (0, _) => Ok(()),
            (_, 0) => Err(ScanError { offset: end, problem: Problem::UnterminatedString }),
            // The text ends with a block, and that with a backslash.
            _ => Err(ScanError { offset: end - 1, problem: Problem::InvalidEscape }),
        }
    }

    /// The first mistake in the block, or an earlier one that is found only now: bytes that are not UTF-8.
    #[cold]
    #[inline(never)]
    fn first_error(self, findings: Findings, unicode: Option<ScanError>) -> ScanError {
        let first = |bits: u64| self.at + bits.trailing_zeros() as usize;
        // A backslash astray is no escape, whatever follows: of equal offsets the first of these counts.
        let stray = (findings.stray != 0)
            .then(|| ScanError { offset: first(findings.stray), problem: Problem::StrayBackslash });
        let escape = (findings.escaped != 0)
            .then(|| ScanError { offset: first(findings.escaped) - 1, problem: Problem::InvalidEscape });
        // Where there is none this lies behind the block, and is never the first.
        let control = ScanError { offset: first(findings.controls), problem: Problem::ControlCharacter };
        let error = [stray, escape, unicode]
            .into_iter()
            .flatten()
            .chain([control])
            .min_by_key(|error| error.offset)
            .unwrap_or(control);
        self.check_utf8(error.offset).err().unwrap_or(error)
    }

    /// Is the text up to `end` UTF-8? An ASCII byte or nothing stands there.
    #[inline(always)]
    fn check_utf8(self, end: usize) -> Result<(), ScanError> {
        let start = self.non_ascii_start;
        // `None` where all of it is ASCII. Both ends are the text's, or lie between ASCII and the rest.
        let Some(part) = self.text.get(start..self.non_ascii_end.min(end)) else { return Ok(()) };
        match str::from_utf8(part) {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(ScanError { offset: start + error.valid_up_to(), problem: Problem::InvalidUtf8 })
            }
        }
    }
}
