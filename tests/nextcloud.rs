//! The dialect of Nextcloud. The corpus was answered by the PHP class itself, on PHP 8.2; `"error"` is what
//! it threw, with the reason. The rows of `nextcloud-dense.ndjson` are random: single operators on values that
//! PHP converts, patterns, and whole filters.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use hooksieve::{Compiler, Dialect, DialectCompiler, ErrorCode, Filter, Limits, Program, Scratch, Verdict};
use serde_json::Value;
use serde_json::value::RawValue;

fn compiler() -> DialectCompiler {
    Compiler::new().dialect(Dialect::Nextcloud)
}

#[derive(serde::Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    filter: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    expected: Value,
    reason: Option<String>,
}

/// A line that is not JSON: it spells `Infinity`, and PHP refuses it, too.
const NO_ROWS: usize = 1;

/// The reason of three rows in which the filter is a scalar; the harness of the corpus gave it, not the
/// class.
const NO_FILTER: &str = "TypeError: filterMatch()";

#[test]
fn every_row_of_the_corpus() {
    let files = [
        include_str!("corpus/nextcloud-curated.ndjson"),
        include_str!("corpus/nextcloud-random.ndjson"),
        include_str!("corpus/nextcloud-dense.ndjson"),
    ];
    let mut scratch = Scratch::new();
    let (mut rows, mut unreadable, mut thrown, mut refused) = (0, 0, 0, 0);
    let mut failures = Vec::new();
    for line in files.iter().flat_map(|file| file.lines()) {
        let Ok(row) = serde_json::from_str::<Row<'_>>(line) else {
            unreadable += 1;
            continue;
        };
        rows += 1;
        let event: Value = serde_json::from_str(row.event.get()).unwrap();
        let expected = match &row.expected {
            Value::Bool(expected) => expected.to_string(),
            _ => row.reason.clone().unwrap(),
        };
        let found = match compiler().compile(row.filter.get()) {
            Ok(filter) => {
                let verdict = filter.verdict(&event);
                let raw = filter.verdict_json(row.event.get().as_bytes(), &mut scratch).unwrap();
                let loaded = Program::from_bytes(&filter.program().to_bytes()).unwrap();
                let loaded = hooksieve::DialectFilter::from(loaded).verdict(&event);
                assert_eq!((&raw, &loaded), (&verdict, &verdict), "{line}");
                match verdict {
                    Verdict::Matches => "true".to_owned(),
                    Verdict::DoesNotMatch => "false".to_owned(),
                    Verdict::Throws(reason) => {
                        thrown += 1;
                        reason.reason().to_owned()
                    }
                }
            }
            Err(error) => {
                refused += 1;
                let first = error.first();
                match first.code() {
                    ErrorCode::Throws => first
                        .message()
                        .strip_prefix("Nextcloud throws whatever the event: ")
                        .unwrap()
                        .to_owned(),
                    ErrorCode::InvalidFilter if expected.starts_with(NO_FILTER) => expected.clone(),
                    _ => error.to_string(),
                }
            }
        };
        if found != expected {
            failures.push(format!("expected {expected}, found {found}\n  {line}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {rows} failed:\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
    assert_eq!((rows, unreadable), (4549 + 4499, NO_ROWS));
    assert!(thrown > 200 && refused > 100, "{thrown} thrown, {refused} refused");
}

fn problems(filter: &str) -> Vec<(ErrorCode, String)> {
    let error = compiler().compile(filter).unwrap_err();
    error.problems().iter().map(|problem| (problem.code(), problem.to_string())).collect()
}

#[test]
fn what_throws_on_every_event_is_refused_with_a_hint() {
    let problems = problems(r#"{"user": {"$eq": "bob"}, "time": [1]}"#);
    assert_eq!(
        problems,
        [
            (
                ErrorCode::Throws,
                "Nextcloud throws whatever the event: Exception: Operator $eq is unknown at `/user/$eq` \
                 (bytes 10..22); write the value alone, or `$e`"
                    .to_owned()
            ),
            (
                ErrorCode::Throws,
                "Nextcloud throws whatever the event: Exception: Operator 0 is unknown at `/time/0` \
                 (bytes 34..35); an array or an object is read as operators; `$e` compares with it as a whole"
                    .to_owned()
            ),
        ]
    );
}

/// PCRE takes them, so what they would find is not known here.
#[test]
fn patterns_beyond_linear_time_are_refused() {
    for pattern in ["/a(?=b)/", r"/(a)\\1/", "/a++/", r"/\\pL/u", r"/\\w/u"] {
        let filter = format!(r#"{{"a": "{pattern}"}}"#);
        assert_eq!(problems(&filter)[0].0, ErrorCode::UnsupportedPattern, "{filter}");
    }
}

#[test]
fn limits_hold() {
    let limits = Limits {
        conditions: 2,
        in_operands: 2,
        pattern_bytes: 4,
        pattern_states: 50,
        path_segments: 2,
        ..Limits::default()
    };
    let compiler = compiler().limits(limits);
    for filter in [
        r#"{"a": 1, "b": {"$gt": 1, "$lt": 2}}"#,
        r#"{"a": {"$nin": [1, 2, 3]}}"#,
        r#"{"a": "/abcde/"}"#,
        r#"{"a": {"$e": "/a{9}/", "$ne": "/[ab]{99}/"}}"#,
        r#"{"a.b.c": 1}"#,
    ] {
        let error = compiler.compile(filter).unwrap_err();
        assert_eq!(error.first().code(), ErrorCode::LimitExceeded, "{filter}");
    }
}

#[test]
fn an_event_that_is_no_document_throws() {
    let filter = compiler().compile("{}").unwrap();
    let Verdict::Throws(thrown) = filter.verdict(&Value::from(5)) else { panic!() };
    assert!(
        thrown.reason().ends_with("Argument #2 ($document) must be of type array, int given"),
        "{thrown}"
    );
}

/// A filter of either dialect is what it says it is; and neither is taken for the other.
#[test]
fn dialects_do_not_mix() {
    let nextcloud = compiler().compile(r#"{"a": 1}"#).unwrap();
    let mongo = Compiler::new().dialect(Dialect::Mongo).compile(r#"{"a": 1}"#).unwrap();
    assert_eq!((nextcloud.dialect(), mongo.dialect()), (Dialect::Nextcloud, Dialect::Mongo));
    assert!(nextcloud.as_mongo().is_none() && mongo.as_mongo().is_some());

    let loaded = Program::from_bytes(&nextcloud.program().to_bytes()).unwrap();
    let error = Filter::try_from(loaded).unwrap_err();
    assert_eq!(error.to_string(), "a program of the dialect `nextcloud`, expected one of `mongo`");

    // The dialect is a byte behind the magic and the version; instructions are of one only.
    let mut bytes = mongo.program().to_bytes();
    bytes["hooksieve".len() + 1] = 1;
    let error = Program::from_bytes(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "instruction 0: an instruction of another dialect");
}

#[test]
fn the_listing_shows_what_php_does() {
    let filter =
        r#"{"a": 1, "b.c": {"$gt": 2, "$foo": 3}, "$or": [{"d": "/x/i"}, {"e": {"$in": 5}}, {"$and": 1}]}"#;
    assert_eq!(
        compiler().compile(filter).unwrap().program().to_string().lines().collect::<Vec<_>>(),
        [
            r#"0  php-equal    a    1                                                              true → 1      false → reject"#,
            r#"1  php-greater  b.c  2                                                              true → 2      false → reject"#,
            r#"2  php-throw    b.c  "Exception: Operator $foo is unknown"                          true → 3      false → reject"#,
            r#"3  php-match    d    /x/i                                                           true → match  false → 4"#,
            r#"4  php-throw    e    "Exception: $in requires array", false if missing              true → match  false → 5"#,
            r#"5  php-abort         "TypeError: OCA\\WebhookListeners\\Service\\PHPMongoQuery::_…  true → match  false → reject"#,
        ]
    );
}

/// Each operator of the table is one that the evaluator knows: it throws on none of the examples.
#[test]
fn the_table_of_operators() {
    let events = [
        serde_json::json!({}),
        serde_json::json!({"user": {"uid": "bob"}, "time": 5, "event": {"rowId": 20, "tagIds": [1, 2]}, "a": 1}),
    ];
    for operator in Dialect::Nextcloud.operators() {
        assert!(operator.example.contains(operator.name), "{operator:?}");
        let filter = compiler().compile(operator.example).unwrap();
        for event in &events {
            assert!(!matches!(filter.verdict(event), Verdict::Throws(_)), "{operator:?}");
        }
    }
}
