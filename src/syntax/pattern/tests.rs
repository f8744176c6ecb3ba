//! The verdicts and the refusals are those of PCRE2, but for the refusals that are `Unsupported`.

use super::PatternErrorKind::{Invalid, TooLarge, Unsupported};
use super::*;

const MOST: usize = crate::Limits::MAX_PATTERN_STATES;

fn pattern(source: &str, options: &str) -> Pattern {
    let flags = Flags::parse(options).unwrap();
    Pattern::new(source, flags, MOST).unwrap_or_else(|error| panic!("{source}: {error:?}"))
}

/// Rows of pattern, options, texts that match, texts that do not.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

#[track_caller]
fn check(rows: &[Row]) {
    for (source, options, matching, others) in rows {
        let pattern = pattern(source, options);
        for text in *matching {
            assert!(pattern.is_match(text), "/{source}/{options} should match {text:?}");
        }
        for text in *others {
            assert!(!pattern.is_match(text), "/{source}/{options} should not match {text:?}");
        }
    }
}

#[test]
fn everyday_patterns() {
    check(&[
        ("", "", &["", "a"], &[]),
        ("b", "", &["abc"], &["B", ""]),
        ("a.c", "", &["abc", "xaécx"], &["a\nc", "ac"]),
        ("a.c", "s", &["a\nc"], &[]),
        (r"^\/", "", &["/a"], &["a/"]),
        ("[a|b].*", "", &["a", "|"], &["c"]),
        (r"^a\x00b", "", &["a\0b"], &["ab", "xa\0b"]),
        (r"\.(jpe?g|png)$", "i", &["x.JPG", "x.png\n"], &["x.png ", "png"]),
        ("^(?:al(?:ice|ex))$", "", &["alice", "alex"], &["alicex", "xalex"]),
        (r"^\d{4}-\d{2}$", "", &["2024-01"], &["2024-1", "02024-01", "٢٠٢٤-٠١"]),
        ("a{2,3}?b", "", &["aab", "aaaab"], &["ab"]),
        ("^(a|b)*?c", "", &["c", "abac"], &["abdc"]),
        ("x*|y", "", &["", "z"], &[]),
    ]);
}

/// Text without which there is no match is looked for first.
#[test]
fn parts() {
    check(&[
        ("ab.*cd", "", &["abcd", "xabxcdx", "cdabcd"], &["cdab", "abc", "a"]),
        ("aba.?aba", "", &["abaaba", "xabaxaba"], &["ababa", "aba"]),
        ("a(?:b|c)d", "", &["abd", "acd"], &["ad", "da"]),
        ("a(?:bc*)d", "", &["abd", "abccd"], &["acd", "dab"]),
        ("ab?c", "", &["ac", "abc"], &["ca", "b"]),
        (r"^ab\bcd|ef", "", &["ef"], &["abcd"]),
        ("a+b", "", &["aab"], &["ba"]),
        ("A.B", "i", &["a-b"], &["b-a"]),
    ]);
    let node = parser::parse(r"^ab.*(?:cd)e\d(?:f[gh])$", Flags::NONE).unwrap();
    assert_eq!(*super::parts(&node), ["ab", "cde", "f"]);
}

#[test]
fn texts_before_the_end() {
    check(&[
        (
            r"\.pdf$",
            "",
            &["a.pdf", ".pdf\n", "a.pdf\nb.pdf"],
            &["a.pdf\n\n", "a.pdfs", "apdf", "a.pdf\nb", ""],
        ),
        ("a\n$", "", &["a\n", "a\n\n", "b\na\n"], &["a", "a\nb"]),
        ("(?:$)", "", &["", "a", "\n"], &[]),
        ("a$", "m", &["a\nb", "a"], &["ab"]),
        (r"a\z", "", &["a"], &["a\n"]),
    ]);
}

#[test]
fn braces_that_are_no_quantifier() {
    check(&[
        ("a{", "", &["a{"], &["a"]),
        ("a{}", "", &["a{}"], &["a"]),
        ("a{,}", "", &["a{,}"], &["a"]),
        ("a{x}", "", &["a{x}"], &["a"]),
        ("a{1", "", &["a{1"], &["a"]),
        ("}]", "", &["}]"], &["]"]),
        ("^a{0}b{1}$", "", &["b"], &["ab"]),
    ]);
}

#[test]
fn escapes() {
    check(&[
        (r"^\t\n\r\f\a\e\0$", "", &["\t\n\r\x0C\x07\x1B\0"], &[]),
        (r"^\x41\x{1F600}\x4\x$", "", &["A😀\x04\0"], &[]),
        (r"^\101\012\0013\o{101}$", "", &["A\n\x013A"], &[]),
        (r"^\11\377\400$", "", &["\tÿĀ"], &[]),
        (r"^\cA\c[\cz\N{U+41}$", "", &["\x01\x1B\x1AA"], &[]),
        (r"^\Qa.b*\E+$", "", &["a.b**"], &["axb"]),
        (r"\Q[a", "", &["[a"], &["a"]),
        (r"^\.\-\_\é\ $", "", &[".-_é "], &[]),
        (r"^\d\D\w\W\s\S$", "", &["1é_é\x0Bé"], &["1é_é\u{A0}é"]),
        (r"^\h\H\v\V$", "", &["\u{A0}a\u{2028}a"], &["\na\na"]),
        (r"^\N+$", "s", &["ab"], &["a\nb"]),
        (r"^a\Kb", "", &["ab"], &["b"]),
        (r"\Gb", "", &["b"], &["ab"]),
        (r"\bfoo\b", "", &["a foo.", "éfoo"], &["foo1"]),
        (r"\Bfoo", "", &["afoo"], &["a foo", "éfoo"]),
        (r"[[:<:]]b[[:>:]]", "", &["a b c"], &["ab", "bc"]),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("^[]a]+$", "", &["]a"], &["b"]),
        ("^[^]a]$", "", &["b", "\n"], &["]", "a"]),
        ("^[[a&&b~~]+$", "", &["[a&b~"], &["-"]),
        ("^[+--]$", "", &["+", ",", "-"], &["."]),
        ("^[a-c-e]$", "", &["b", "-", "e"], &["d"]),
        ("^[-a]+[a-]+$", "", &["-aa-"], &["b"]),
        (r"^[\w-]+$", "", &["a-1_"], &["."]),
        (r"^[\b\]\\\-]+$", "", &["\x08]\\-"], &["b"]),
        (r"^[a\Q-]\E]+$", "", &["a-]"], &["b"]),
        (r"^[\E^a]$", "", &["b"], &["a"]),
        (r"^[\8\101]$", "", &["8", "A"], &["1"]),
        ("^[[:alpha:][:digit:]_]+$", "", &["aZ9_"], &["é", "-"]),
        ("^[[:^alpha:]]$", "", &["é", "1", "т"], &["a"]),
        (r"^[\D]$", "", &["é", "т"], &["1"]),
        (r"[^\s\S]", "", &[], &["", "a", "\n"]),
        (r"^[\s\S]$", "", &["\n", "😀"], &[""]),
        ("^[à-ÿ]$", "", &["é"], &["É", "a"]),
        (r"^[\x{D7FF}-\x{E000}]$", "", &["\u{D7FF}", "\u{E000}"], &["a"]),
        ("[:a]", "", &[":", "a"], &["b"]),
    ]);
}

#[test]
fn ignoring_case() {
    check(&[
        ("тест", "i", &["Тест", "ТЕСТ"], &["тес"]),
        ("k", "i", &["K", "\u{212A}"], &["c"]),
        ("s", "i", &["ſ"], &[]),
        ("ς", "i", &["Σ", "σ"], &[]),
        ("µ", "i", &["μ", "Μ"], &["m"]),
        ("ß", "i", &["ẞ"], &["ss"]),
        ("å", "i", &["Å", "\u{212B}"], &["a"]),
        ("i", "i", &["I"], &["ı", "İ"]),
        ("^[а-я]+$", "i", &["ТЕСТ"], &["Ё"]),
        ("[^k]", "i", &["a"], &["K", "\u{212A}"]),
        ("^[a-z]$", "i", &["K", "ſ", "\u{212A}"], &["é"]),
        // What is no letter of the pattern's own has no case.
        ("[[:upper:]]", "i", &["a"], &["\u{212A}"]),
        ("[[:^lower:]]", "i", &["1"], &["A"]),
        (r"\w", "i", &["a"], &["\u{212A}"]),
        (r"\x{e9}\351", "i", &["éÉ"], &[]),
    ]);
}

#[test]
fn inline_options_and_comments() {
    check(&[
        ("a(?i)b|c", "", &["aB", "C"], &["Ab"]),
        ("(a(?i)b)c", "", &["aBc"], &["aBC"]),
        ("(?i:a)b", "", &["Ab"], &["AB"]),
        ("(?-i)a", "i", &["a"], &["A"]),
        ("(?i-i)a(?U)(?)", "", &["a"], &["A"]),
        ("(?^)a.", "is", &["ab"], &["Ab", "a\n"]),
        ("(?^i:a)", "", &["A"], &[]),
        ("(?s).(?-s).", "", &["\na"], &["\n\n"]),
        ("a b", "x", &["ab"], &["a b"]),
        ("a # b\n c", "x", &["ac"], &[]),
        (r"a\ b[ #]", "x", &["a b ", "a b#"], &["ab#"]),
        ("a +", "x", &["aa"], &["b"]),
        ("^(?xx)[ a ]$", "", &["a"], &[" "]),
        ("^a(?#b)c*$", "", &["acc"], &["ab"]),
        ("(?<x>a)(?P<y>b)(?'z'c)", "", &["abc"], &[]),
    ]);
}

#[test]
fn the_end() {
    check(&[
        ("a$", "", &["a", "a\n"], &["a\n\n", "a\nb", "a\r\n"]),
        ("^$", "", &["", "\n"], &["\n\n", "a"]),
        (r"a\Z", "m", &["a", "a\n"], &["a\nb"]),
        (r"a\z", "", &["a"], &["a\n"]),
        ("a$", "m", &["a\nb", "a\n\n"], &["ab"]),
        ("(?:a|b$)?c*$", "", &["", "x"], &[]),
        (r"a$\s*", "", &["a", "a\n"], &["a\n\n"]),
        ("^(?:$|a)+b?$", "", &["", "aa", "aab\n"], &["b"]),
        // What follows cannot begin at the end, nor at a line break.
        ("(a$|b)c", "", &["bc"], &["a", "ac", "a\n"]),
        ("cost $5", "", &[], &["cost $5", "cost "]),
    ]);
}

#[test]
fn the_start_of_a_line() {
    check(&[
        ("^b", "im", &["a\nB"], &["ab"]),
        // Not after the line break that ends the text.
        ("^$", "m", &["", "\n", "a\n\nb", "a\n\n"], &["a", "a\n"]),
        (r"^\s*$", "m", &["", " \n", "a\n \nb", "a\n "], &["a", "a\n", "ab\n"]),
        (r"a\n^", "m", &["a\nb", "a\n\n"], &["a\n"]),
        (r"a\n^b?c?", "m", &["a\nb", "a\nc", "a\nx"], &["a\n"]),
        (r"a\n^(?:b*|\Bc)+", "m", &["a\nb", "a\n."], &["a\n"]),
        ("^.*b$|^c", "m", &["a\nb", "c\na", "a\nc"], &["ac"]),
    ]);
}

#[test]
fn line_breaks() {
    check(&[
        (r"^a\Rb", "", &["a\nb", "a\r\nb", "a\rb", "a\u{2028}b"], &["ab", "a\n\nb"]),
        (r"a\R+", "", &["a\r\n", "a\r"], &["a"]),
    ]);
}

#[test]
fn refusals() {
    let deep = "(".repeat(51) + &")".repeat(51);
    for (source, kind, range, message) in [
        ("(", Invalid, 0..1, "unclosed group"),
        ("(a(?i:b", Invalid, 2..3, "unclosed group"),
        ("a)", Invalid, 1..2, "`)` without `(`"),
        ("a[b", Invalid, 1..2, "unclosed class"),
        ("[]", Invalid, 0..1, "unclosed class"),
        ("a(?#b", Invalid, 1..4, "unclosed comment"),
        ("*a", Invalid, 0..1, "nothing to repeat before `*`"),
        ("é|{2}", Invalid, 3..6, "nothing to repeat before `{2}`"),
        ("^*", Invalid, 1..2, "nothing to repeat before `*`"),
        ("a**", Invalid, 2..3, "nothing to repeat before `*`"),
        ("a{2}{3}", Invalid, 4..7, "nothing to repeat before `{3}`"),
        ("a{3,2}", Invalid, 1..6, "the counts of `{3,2}` are out of order"),
        ("a{65536}", Invalid, 1..8, "a repetition of more than 65535 times"),
        (r"a\", Invalid, 1..2, r"`\` at the end of the pattern"),
        (r"a\y", Invalid, 1..3, r"unknown escape `\y`"),
        (r"[\i]", Invalid, 1..3, r"unknown escape `\i`"),
        (r"[\B]", Invalid, 1..3, r"`\B` has no meaning in a class"),
        (r"\x{D800}", Invalid, 0..8, "no Unicode character has the number `D800`"),
        (r"\x{4", Invalid, 0..4, "expected digits of base 16 and `}`"),
        (r"\cé", Invalid, 0..4, r"`\c` without a printable ASCII character after it"),
        ("[b-a]", Invalid, 3..4, "range `b-a` is out of order"),
        (r"[\w-.]", Invalid, 1..3, r"a range from or to a whole class; write the `-` first or last, or `\-`"),
        ("[[:foo:]]", Invalid, 1..8, "unknown class `[:foo:]`"),
        ("[:alpha:]", Invalid, 0..9, "`[:name:]` outside of a class; write `[[:name:]]`"),
        ("(?q)", Invalid, 2..3, "expected an inline option of `imsx`, found `q`"),
        ("(?<a>)(?<a>)", Invalid, 9..10, "two groups are named `a`"),
        ("(?<1>)", Invalid, 0..4, "expected the name of a group, of ASCII letters, digits and `_`, and `>`"),
        ("a(?=b)", Unsupported, 1..4, "look-ahead `(?=` cannot be matched in linear time"),
        ("(?<!a)b", Unsupported, 0..4, "negative look-behind `(?<!` cannot be matched in linear time"),
        ("(?>a)", Unsupported, 0..3, "atomic group `(?>` cannot be matched in linear time"),
        ("a(?R)?", Unsupported, 1..4, "recursion `(?R` cannot be matched in linear time"),
        ("(a)(?-1)", Unsupported, 3..5, "recursion `(?` cannot be matched in linear time"),
        ("(*UTF)a", Unsupported, 0..2, "verb `(*` is not supported"),
        ("a++", Unsupported, 1..3, "possessive quantifier `++` cannot be matched in linear time"),
        (r"(a)\1", Unsupported, 3..5, r"back-reference `\1` cannot be matched in linear time"),
        (r"(?<n>a)\k<n>", Unsupported, 7..9, r"back-reference `\k` cannot be matched in linear time"),
        (r"\p{Lu}", Unsupported, 0..2, r"Unicode property `\p` is not supported"),
        (r"\X", Unsupported, 0..2, r"grapheme cluster `\X` is not supported"),
        (
            "a{,3}",
            Unsupported,
            1..5,
            r"`{,3}` is a repetition or plain text, depending on the version of PCRE2; write `{0,3}` or `\{,3}`",
        ),
        (
            r"a$\n",
            Unsupported,
            1..2,
            r"`$` (or `\Z`) before something that could match a final `\n` is not supported; a dollar sign is written `\$`",
        ),
        (
            r"\R\n",
            Unsupported,
            0..2,
            r"`\R` before something that could match `\n` is not supported; write `(?:\r\n|\n|\r)`",
        ),
        (
            "(?m)(^|,)$",
            Unsupported,
            5..6,
            "`^` with the option `m` before something that can be empty is not supported",
        ),
        ("(a{1000}){1000}", TooLarge, 0..15, "a pattern of 1001001 states, 32768 are allowed"),
        (deep.as_str(), Unsupported, 50..51, "groups are nested more than 50 deep"),
    ] {
        let error = Pattern::new(source, Flags::default(), MOST).map(|_| source).unwrap_err();
        assert_eq!(error, PatternError { kind, range, message: message.to_owned() }, "{source}");
    }
}

#[test]
fn limits() {
    let source = "(?:".repeat(50) + "a" + &")+?".repeat(50);
    assert!(pattern(&source, "i").is_match("aa"));
    assert!(pattern(".{0,1000}x", "").is_match("x"));
    // Once is enough for what consumes nothing.
    assert!(pattern(r"(?:(?:\b){60000}|){60000}", "").is_match("a"));
    let long = "#".repeat(MAX_BYTES + 1);
    let error = Pattern::new(&long, Flags::EXTENDED, MOST).map(drop).unwrap_err();
    assert_eq!((error.kind, error.range), (TooLarge, 0..long.len()));
}

#[test]
fn states() {
    for (source, states) in
        [("abc", 0), ("^abc", 0), ("a.c", 5), ("[a-cx]{100}", 301), ("(?:a?){1000}b", 3002)]
    {
        assert_eq!(pattern(source, "").states(), states, "{source}");
        let too_few = Pattern::new(source, Flags::default(), states.saturating_sub(1));
        assert_eq!(too_few.is_err(), states > 0, "{source}");
    }
    // What is allowed can be searched for.
    for source in [
        r"(?:a?){10900}b",
        r"\W{4000}",
        "[ac-z]{10000}",
        r"(?:\Rx){2900}",
        r"(?:a|b){8000}",
        r"(?:\bx){6000}",
    ] {
        let pattern = pattern(source, "");
        assert!(pattern.states() > MOST / 2, "{source}");
        assert!(!pattern.is_match("xa"), "{source}");
    }
}

/// The automaton is made once, and the memory of a search is each thread's own.
#[test]
fn threads_search_for_one_pattern() {
    for source in ["^[a-f]+$", "(?:[a-f]{10}){30}$"] {
        let pattern = pattern(source, "");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for length in 290..310 {
                        assert_eq!(
                            pattern.is_match(&"f".repeat(length)),
                            length >= 300 || source.starts_with('^')
                        );
                        assert!(!pattern.is_match(&"g".repeat(length)));
                    }
                });
            }
        });
    }
}

#[test]
fn literals() {
    let contains = |text: &str| Some(Literal::Contains(text.to_owned()));
    let starts_with = |text: &str| Some(Literal::StartsWith(text.to_owned()));
    for (source, options, literal) in [
        ("", "", contains("")),
        ("abc", "", contains("abc")),
        (r"a\.b\Q.*\E[.](?:\/)", "", contains("a.b.*./")),
        ("1-2", "i", contains("1-2")),
        ("a b", "x", contains("ab")),
        ("^abc", "", starts_with("abc")),
        (r"\Aa{1}", "m", starts_with("a")),
        ("^", "", starts_with("")),
        ("^abc", "m", None),
        ("abc", "i", None),
        ("abc$", "", None),
        ("a^b", "", None),
        ("a|b", "", None),
        ("(a|b)c", "", None),
        ("a?", "", None),
    ] {
        assert_eq!(pattern(source, options).literal(), literal, "{source}");
    }
}

#[test]
fn flags() {
    let flags = Flags::parse("xsxu").unwrap();
    assert_eq!(flags.to_string(), "sx");
    assert_eq!(Flags::from_bits(flags.bits(), Dialect::Mongo), Some(flags));
    assert_eq!(Flags::from_bits(16, Dialect::Mongo), None);
    assert_eq!(Flags::parse("imz"), Err('z'));
    assert_eq!(Flags::default().to_string(), "");
}

#[test]
fn a_pattern_is_its_source_and_its_flags() {
    assert_eq!(pattern("a", "i"), pattern("a", "i"));
    assert_ne!(pattern("a", "i"), pattern("a", ""));
    assert_ne!(pattern("a", ""), pattern("(a)", ""));
    assert_eq!((pattern("a", "i").source(), pattern("a", "i").flags().bits()), ("a", 1));
}
