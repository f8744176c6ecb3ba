//! Snapshots of programs: what the compiler makes of a filter, read as a listing.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

use hooksieve::Filter;
use insta::assert_snapshot;

#[track_caller]
fn listing(filter: &str) -> String {
    Filter::compile(filter).unwrap().program().to_string()
}

#[test]
fn conditions_are_chained() {
    assert_snapshot!(listing(r#"{"user.uid":"bob","event.tableId":42,"time":{"$lt":1711971024}}"#), @r#"
    0  equal  event.tableId  42          true → 1      false → reject
    1  equal  user.uid       "bob"       true → 2      false → reject
    2  less   time           1711971024  true → match  false → reject
    "#);
}

#[test]
fn any_goes_to_match_at_the_first() {
    assert_snapshot!(listing(r#"{"$or":[{"a":{"$gt":1}},{"b":{"$exists":true}},{"c":"x"}]}"#), @r#"
    0  exists   b       true → match  false → 1
    1  greater  a  1    true → match  false → 2
    2  equal    c  "x"  true → match  false → reject
    "#);
}

#[test]
fn negation_swaps_the_targets() {
    assert_snapshot!(listing(r#"{"$nor":[{"a":1},{"b":{"$in":[1,2,3]}}]}"#), @"
    0  in     b  [1, 2, 3]  true → reject  false → 1
    1  equal  a  1          true → reject  false → match
    ");
    assert_snapshot!(listing(r#"{"a":{"$not":{"$gt":5,"$lt":9}}}"#), @"
    0  greater  a  5  true → 1       false → match
    1  less     a  9  true → reject  false → match
    ");
    assert_snapshot!(listing(r#"{"a":{"$ne":1,"$nin":[2,3],"$exists":true}}"#), @"
    0  exists  a             true → 1       false → reject
    1  in      a  [1, 2, 3]  true → reject  false → match
    ");
}

#[test]
fn groups_share_their_targets() {
    assert_snapshot!(listing(r#"{"$or":[{"a":1,"b":2},{"c":3,"d":4}],"e":5}"#), @"
    0  equal  e  5  true → 1      false → reject
    1  equal  a  1  true → 2      false → 3
    2  equal  b  2  true → match  false → 3
    3  equal  c  3  true → 4      false → reject
    4  equal  d  4  true → match  false → reject
    ");
}

#[test]
fn bodies_are_indented() {
    assert_snapshot!(
        listing(r#"{"items":{"$elemMatch":{"price":{"$gt":10},"tags":{"$elemMatch":{"$ne":"sold","$type":"string"}}}},"a":1}"#),
        @r#"
    0  equal          a          1       true → 1       false → reject
    1  any-document   items      2..5    true → match   false → reject
    2    any-element  tags       3..4    true → 5       false → reject
    3      type       (element)  string  true → 4       false → reject
    4      equal      (element)  "sold"  true → reject  false → match
    5    greater      price      10      true → match   false → reject
    "#
    );
    assert_snapshot!(listing(r#"{"items":{"$elemMatch":{}}}"#), @"0  any-document  items  any  true → match  false → reject");
}

#[test]
fn every_operand_is_shown() {
    assert_snapshot!(
        listing(
            r#"{"a":{"$gte":1.0,"$lte":{"x":[true,null]},"$size":2,"$mod":[4,-1],"$regex":"a.b/c","$options":"is",
                "$startsWith":"\"q\"","$endsWith":"\n","$type":["int","string"],"$all":["é"]},
                "":1,"a b":1,"a\\.b.c":1,"long":"0123456789012345678901234567890123456789012345678901234567890123456789"}"#
        ),
        @r#"
     0  size              a       2                                                              true → 1      false → reject
     1  equal             ""      1                                                              true → 2      false → reject
     2  equal             "a b"   1                                                              true → 3      false → reject
     3  equal             a       "é"                                                            true → 4      false → reject
     4  equal             long    "01234567890123456789012345678901234567890123456789012345678…  true → 5      false → reject
     5  starts-with       a       "\"q\""                                                        true → 6      false → reject
     6  ends-with         a       "\n"                                                           true → 7      false → reject
     7  remainder         a       -1 modulo 4                                                    true → 8      false → reject
     8  equal             a\.b.c  1                                                              true → 9      false → reject
     9  greater-or-equal  a       1.0                                                            true → 10     false → reject
    10  less-or-equal     a       {"x": [true, null]}                                            true → 11     false → reject
    11  type              a       string or int                                                  true → 12     false → reject
    12  pattern           a       /a.b/c/is                                                      true → match  false → reject
    "#
    );
}

#[test]
fn nothing_in_a_filter_writes_to_the_terminal() {
    let filter = r#"{"a\u001b[2Jb\u009b\nc": 1, "$or": [{"\u202eb c": "\u001b\n"}, {"d": {"$regex": "\n+\u001b\u202e"}}]}"#;
    assert_snapshot!(listing(filter), @r#"
    0  equal    "a\u{1b}[2Jb\u{9b}\nc"  1                    true → 1      false → reject
    1  equal    "\u{202e}b c"           "\u001b\n"           true → match  false → 2
    2  pattern  d                       /\n+\u{1b}\u{202e}/  true → match  false → reject
    "#);
}

#[test]
fn constants_fold() {
    for filter in ["{}", "[]", "null", r#"{"a":{"$nin":[]}}"#, r#"{"$or":[{"a":1},{}]}"#] {
        assert_eq!(listing(filter), "match\n", "{filter}");
    }
    for filter in
        [r#"{"a":{"$in":[]}}"#, r#"{"a":{"$all":[]},"b":1}"#, r#"{"$nor":[{}]}"#, r#"{"a":{"$lt":null}}"#]
    {
        assert_eq!(listing(filter), "reject\n", "{filter}");
    }
}

#[test]
fn cheap_and_selective_tests_go_first() {
    assert_snapshot!(
        listing(r#"{"a":{"$regex":"x+y"},"b":{"$exists":true},"c.d":{"$lt":5},"e":7,"f.g":{"$ne":1}}"#),
        @"
    0  equal    e    7      true → 1       false → reject
    1  exists   b           true → 2       false → reject
    2  less     c.d  5      true → 3       false → reject
    3  pattern  a    /x+y/  true → 4       false → reject
    4  equal    f.g  1      true → reject  false → match
    "
    );
}

#[test]
fn each_instruction_knows_its_text() {
    let text = r#"{"a": 1, "b": {"$gt": 2, "$ne": 3}}"#;
    let filter = Filter::compile(text).unwrap();
    let mut sources: Vec<_> = (0..filter.program().len())
        .filter_map(|index| filter.program().source_range(index))
        .map(|range| &text[range])
        .collect();
    sources.sort_unstable();
    assert_eq!(sources, [r#""$gt": 2"#, r#""$ne": 3"#, r#""a": 1"#]);
    assert_eq!(filter.program().source_range(3), None);
}

#[test]
fn paths_are_listed_once() {
    let filter = Filter::compile(r#"{"a.b":1,"$or":[{"c":2},{"a.b":{"$elemMatch":{"$gt":1}}}]}"#).unwrap();
    let mut paths: Vec<_> = filter.program().paths().collect();
    paths.sort_unstable();
    assert_eq!(paths, ["a.b", "c"]);
}

#[test]
fn bytes_are_refused_with_a_reason() {
    use hooksieve::{Program, ProgramError};

    let bytes = Filter::compile(r#"{"a":1}"#).unwrap().program().to_bytes();
    assert_eq!(Program::from_bytes(b"{}").unwrap_err(), ProgramError::NotAProgram);
    assert_eq!(Program::from_bytes(&bytes[..bytes.len() - 1]).unwrap_err(), ProgramError::Truncated);
    let longer: Vec<_> = bytes.iter().copied().chain([0]).collect();
    assert_eq!(
        Program::from_bytes(&longer).unwrap_err().to_string(),
        "found superfluous bytes before byte 22"
    );
    let mut newer = bytes.clone();
    newer[9] = 9;
    assert_eq!(Program::from_bytes(&newer).unwrap_err(), ProgramError::UnknownVersion(9));
}

/// Behind the magic, the version and the dialect.
fn load(parts: &[u8]) -> Result<hooksieve::Program, hooksieve::ProgramError> {
    hooksieve::Program::from_bytes(&[b"hooksieve\x01\x00", parts].concat())
}

/// Of fewer than 2^14, in two bytes.
fn count(count: usize) -> [u8; 2] {
    assert!((1 << 7..1 << 14).contains(&count));
    [(count % 128) as u8 | 128, (count / 128) as u8]
}

#[test]
fn hostile_bytes_are_refused() {
    use hooksieve::{Program, ProgramError};

    assert_eq!(Program::from_bytes(&vec![0; 17 << 20]).unwrap_err(), ProgramError::TooLong(17 << 20));

    // Paths, constants, lists; then patterns, each of them allowed.
    let pattern = [&[0, 17][..], b"(?:a?){1000}[b-c]"].concat();
    let error = load(&[&[0, 0, 0][..], &count(10_000), &pattern.repeat(10_000)].concat()).unwrap_err();
    assert!(matches!(error, ProgramError::Malformed { what: "patterns that are too large", .. }), "{error}");

    // A list that many instructions go through: `in`, the path, the list, match or the next.
    let list: Vec<u8> = (0..63).flat_map(|int| [3, int * 2]).collect();
    let mut shared = [&[1, 1, 1, b'a', 0, 1, 63][..], &list, &[0], &count(1000)].concat();
    for next in 1..=1000_usize {
        shared.extend([5, 0, 0, 0]);
        match next + 2 {
            1002 => shared.push(1),
            next if next < 128 => shared.push(next as u8),
            next => shared.extend(count(next)),
        }
    }
    shared.extend([2, 1, 0, 0, 0]);
    let error = load(&shared).unwrap_err();
    assert_eq!(error.to_string(), "instruction 1: an operand of another instruction");

    let unused = load(&[0, 1, 0, 0, 0, 0, 0, 0]).unwrap_err();
    assert_eq!(unused.to_string(), "a constant that no instruction uses");
    let twice = load(&[2, 1, 1, b'a', 1, 1, b'a', 0, 0, 0, 0, 0, 0]).unwrap_err();
    assert!(matches!(twice, ProgramError::Malformed { what: "a path that is there twice", .. }), "{twice}");
    let spans = load(&[0, 0, 0, 0, 0, 0, 1, 0, 0, 0]).unwrap_err();
    assert!(matches!(spans, ProgramError::Malformed { what: "spans of no instruction", .. }), "{spans}");
    assert_eq!(load(&[0, 0, 0, 0, 0, 0, 0]).unwrap().to_string(), "match\n");
}
