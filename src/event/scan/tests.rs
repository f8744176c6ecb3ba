#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Backend, Index, Problem, ScanError, scan};

/// The set bits of both bitmaps, or the error.
type Found = Result<(Vec<usize>, Vec<usize>), ScanError>;

fn found(backend: Backend, text: &[u8]) -> Found {
    let mut index = Index::default();
    let first = found_in(&mut index, backend, text);
    // What other texts have left behind must not matter; and from the second text on, short ones are copied.
    scan(backend, &[b'['; 600], &mut index).unwrap();
    scan(backend, &[b"\"", "\\\\".repeat(300).as_bytes(), b"\""].concat(), &mut index).unwrap();
    assert_eq!(found_in(&mut index, backend, text), first);
    first
}

fn found_in(index: &mut Index, backend: Backend, text: &[u8]) -> Found {
    scan(backend, text, index)?;
    assert_eq!(index.backslashes().len(), text.len().div_ceil(64));
    let listed = index.window().map_or(index.tokens(), |window| {
        assert_eq!(window.text[..text.len() + 8], [text, &[0; 8]].concat());
        &window.tokens
    });
    let count = listed.iter().position(|position| *position as usize == text.len()).unwrap();
    let tokens = listed[..count].iter().map(|position| *position as usize).collect();
    Ok((tokens, places(index.backslashes())))
}

fn places(bitmap: &[u64]) -> Vec<usize> {
    let bit = |place: &usize| bitmap[place / 64] >> (place % 64) & 1 == 1;
    (0..bitmap.len() * 64).filter(bit).collect()
}

/// The rules once more, byte by byte.
fn expected(text: &[u8]) -> Found {
    let found = strings_and_tokens(text);
    let end = found.as_ref().err().map_or(text.len(), |error| error.offset);
    match str::from_utf8(&text[..end]) {
        Ok(_) => found,
        Err(error) => Err(ScanError { offset: error.valid_up_to(), problem: Problem::InvalidUtf8 }),
    }
}

fn strings_and_tokens(text: &[u8]) -> Found {
    let (mut tokens, mut backslashes) = (vec![], vec![]);
    let (mut at, mut in_string) = (0, false);
    while at < text.len() {
        let error = |problem| Err(ScanError { offset: at, problem });
        let mut length = 1;
        match (text[at], in_string) {
            (b'"', _) => {
                in_string = !in_string;
                let follows_a_token = at > 0 && tokens.last() == Some(&(at - 1));
                if in_string && !follows_a_token {
                    tokens.push(at);
                }
            }
            (b'{' | b'}' | b'[' | b']' | b',' | b':', false) => tokens.push(at),
            (b'\\', false) => return error(Problem::StrayBackslash),
            (..0x20, true) => return error(Problem::ControlCharacter),
            (b'\\', true) => {
                match escape_length(&text[at..]) {
                    Ok(found) => length = found,
                    Err(problem) => return error(problem),
                }
                backslashes.extend((at..at + length).filter(|place| text[*place] == b'\\'));
            }
            _ => {}
        }
        at += length;
    }
    if in_string {
        return Err(ScanError { offset: at, problem: Problem::UnterminatedString });
    }
    Ok((tokens, backslashes))
}

/// Of the escape at the start of the text; a surrogate pair is one.
fn escape_length(text: &[u8]) -> Result<usize, Problem> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match (unit(0), unit(6)) {
            (None, _) => Err(Problem::InvalidUnicodeEscape),
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => Ok(12),
            (Some(0xD800..=0xDFFF), _) => Err(Problem::LoneSurrogate),
            _ => Ok(6),
        },
        _ => Err(Problem::InvalidEscape),
    }
}

/// All backends find the same in `text`, and what is expected.
fn check(text: &[u8]) -> Found {
    let expected = expected(text);
    for backend in Backend::all() {
        assert_eq!(found(backend, text), expected, "{backend:?}: {}", text.escape_ascii());
    }
    expected
}

/// `text` at each place of a block, and with its end at each.
fn shifted(text: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let shifts = if cfg!(miri) { 63..65 } else { 0..130 };
    shifts.map(move |shift| (shift, [&vec![b' '; shift], text].concat()))
}

#[test]
fn finds_tokens_and_backslashes() {
    // Below each text a `^` for a token, and a `/` for a backslash.
    let rows = [
        ["", ""],
        ["null", "    "],
        [r#"{"a": [1, true]}"#, r#"^   ^ ^ ^     ^^"#],
        [r#"[{},[],""]"#, r#"^^^^^^^  ^"#],
        [r#""{}[]:,""#, r#"^       "#],
        [r#"["\"", "a\\", "\\\""]"#, r#"^ /  ^ ^ // ^ ^///  ^"#],
        [r#"{"path": "\/a\/b.pdf","":""}"#, r#"^      ^ ^/  /       ^  ^  ^"#],
        [r#""OCP\\Files\u00e9\ud83d\ude00\n""#, r#"^   //     /     /     /     /  "#],
        ["\"\u{7f}é\u{1f418}\", é", "^        ^   "],
        ["\u{1a}\u{c}\n\t\r [", "      ^"],
        ["ě, \u{fa}\u{fb}\u{fd}", "  ^       "],
    ];
    for [text, picture] in rows {
        let picture: Vec<u8> = picture.bytes().collect();
        let marked = |mark| (0..picture.len()).filter(|at| picture[*at] == mark).collect::<Vec<_>>();
        assert_eq!(check(text.as_bytes()), Ok((marked(b'^'), marked(b'/'))), "{text}");
        for (_, text) in shifted(text.as_bytes()) {
            assert!(check(&text).is_ok());
        }
    }
}

#[test]
fn reports_the_first_problem() {
    use Problem::*;
    let rows: [(&[u8], usize, Problem); 32] = [
        (b"\"a\x00\"", 2, ControlCharacter),
        (b"\"a\x1f\"", 2, ControlCharacter),
        (b"[\"a\nb\"]", 3, ControlCharacter),
        (br#""ab\q""#, 3, InvalidEscape),
        (br#""ab\U0041""#, 3, InvalidEscape),
        (br#""\'""#, 1, InvalidEscape),
        (b"\"\\\x00\"", 1, InvalidEscape),
        (b"\"\\\x01\"", 1, InvalidEscape),
        (b"\"\\\n\"", 1, InvalidEscape),
        (b"\"\\\xc3\xa9\"", 1, InvalidEscape),
        (br#""\"#, 1, InvalidEscape),
        (br#""\\\"#, 3, InvalidEscape),
        (br#""\u12""#, 1, InvalidUnicodeEscape),
        (br#""\u12g4""#, 1, InvalidUnicodeEscape),
        (br#""\u+123""#, 1, InvalidUnicodeEscape),
        (br#""\u12"#, 1, InvalidUnicodeEscape),
        (br#""\u"#, 1, InvalidUnicodeEscape),
        (br#""a\ud83d""#, 2, LoneSurrogate),
        (br#""a\ud83d\n""#, 2, LoneSurrogate),
        (br#""a\uDBFF\ud83d\ude00""#, 2, LoneSurrogate),
        (br#""a\ud83d\u0041""#, 2, LoneSurrogate),
        (br#""a\ud83d\u00""#, 2, LoneSurrogate),
        (br#""a\ude00""#, 2, LoneSurrogate),
        (br#""\ud83d\ude00\ude00""#, 13, LoneSurrogate),
        (br#"[\"]"#, 1, StrayBackslash),
        (br#""a"\q"#, 3, StrayBackslash),
        (br#""abc"#, 4, UnterminatedString),
        (br#""\""#, 3, UnterminatedString),
        (b"\"\xff\\q", 1, InvalidUtf8),
        (b"[\xc3]", 1, InvalidUtf8),
        (b"\"\xe2\x82\"\\", 1, InvalidUtf8),
        (b"\"\xc3\xa9\x01\xff\"", 3, ControlCharacter),
    ];
    for (text, offset, problem) in rows {
        assert_eq!(check(text), Err(ScanError { offset, problem }), "{}", text.escape_ascii());
        for (shift, text) in shifted(text) {
            assert_eq!(check(&text), Err(ScanError { offset: shift + offset, problem }));
        }
        // Whatever follows, up to and beyond the end of the block.
        for more in ["\\", "\"", "\n", "\\u", "é"] {
            if problem != UnterminatedString && offset + 1 < text.len() {
                for (shift, text) in shifted(text) {
                    let text = [&text, more.repeat(40).as_bytes()].concat();
                    assert_eq!(check(&text).map_err(|error| error.offset), Err(shift + offset));
                }
            }
        }
    }
}

#[test]
fn keeps_its_memory() {
    let mut index = Index::default();
    for _ in 0..2 {
        scan(Backend::best(), &[b'['; 20_000], &mut index).unwrap();
        scan(Backend::best(), &[b'['; 1000], &mut index).unwrap();
    }
    let memory = |index: &Index| {
        let window = index.window().map(|window| &raw const *window);
        (index.tokens().as_ptr(), index.backslashes().as_ptr(), window)
    };
    let before = memory(&index);
    for length in [0, 1, 64, 65, 999, 1000] {
        scan(Backend::best(), &vec![b'['; length], &mut index).unwrap();
        assert_eq!(memory(&index), before);
    }
}

#[test]
fn lists_the_tokens_of_texts_of_any_length() {
    let lengths = [0, 1, 63, 64, 65, 4000, 16_319, 16_320, 16_383, 16_384, 16_385, 70_000];
    for length in lengths.into_iter().take(if cfg!(miri) { 5 } else { 12 }) {
        let mut brackets = b"[".repeat(length);
        assert!(check(&brackets).is_ok());
        brackets.iter_mut().step_by(3).for_each(|byte| *byte = b' ');
        assert!(check(&brackets).is_ok());
    }
}

/// Pieces of JSON, right and wrong, such that blocks end within each of them.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "\"", "{", "}", "[", "]", ":", ",", " ", "12", "abcdefgh", "\\\\", "\\/", "\\\"", "\\n", "\\u00e9",
            "\\ud83d\\ude00", "é", "\u{1f418}",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(Just(b'\\'), 0..70),
        1 => prop::sample::select(vec!["\\", "\\u", "\\u12", "\\ud83d", "\\ude00", "\\q", "\n", "\0"])
            .prop_map(|piece| piece.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

/// Only what is right in a string.
fn content() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "{",
        ",",
        "\\\\",
        "\\/",
        "\\\"",
        "\\t",
        "\\u00e9",
        "\\ud83d\\ude00",
        "é",
        "\u{1f418}",
    ]);
    vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

fn accepts(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text).is_ok()
}

/// Is `content` between quotes one string, for both?
fn check_string(content: &[u8]) {
    let text = [b"\"", content, b"\""].concat();
    // Where it ends before, another one begins.
    let one_string = check(&text).is_ok_and(|(tokens, _)| tokens == [0]);
    assert_eq!(one_string, accepts(&text), "{}", text.escape_ascii());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 1000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn backends_agree_on_bytes(text in vec(any::<u8>(), 0..300)) {
        let _ = check(&text);
    }

    #[test]
    fn backends_agree_on_pieces(text in pieces()) {
        let _ = check(&text);
    }

    #[test]
    fn accepts_all_that_serde_json_accepts(text in pieces()) {
        prop_assert!(!accepts(&text) || check(&text).is_ok());
    }

    #[test]
    fn strings_are_serde_jsons(content in content(), mistakes in pieces(), at in any::<prop::sample::Index>()) {
        check_string(content.as_bytes());
        check_string(&mistakes);
        let at = at.index(content.len() + 1);
        check_string(&[&content.as_bytes()[..at], &mistakes, &content.as_bytes()[at..]].concat());
    }

    /// One changed byte in a long string.
    #[test]
    fn one_byte_more_is_serde_jsons(content in content(), byte: u8, at in any::<prop::sample::Index>()) {
        let mut content = content.into_bytes();
        content.insert(at.index(content.len() + 1), byte);
        check_string(&content);
    }
}
