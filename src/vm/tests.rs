//! The machine, on programs written by hand.

use serde_json::{Value, json};

use crate::program::Op;
use crate::program::assemble::{Assembler, MATCH, REJECT};
use crate::syntax::expr::TypeSet;
use crate::{Filter, FilterSet, Scratch, vm};

/// One test that leads to the exits of its verdict.
fn one(op: Op, path: &str, operand: u32) -> Assembler {
    Assembler::default().op(op, path, operand, MATCH, REJECT)
}

fn verdicts(program: Assembler, events: &[Value]) -> Vec<bool> {
    let program = program.program();
    events.iter().map(|event| vm::matches(&program, event)).collect()
}

#[test]
fn an_empty_program_goes_to_its_exit() {
    assert_eq!(verdicts(Assembler::default(), &[json!({})]), [true]);
}

#[test]
fn targets_are_followed() {
    // a = 1 ? (b = 2 ? match : reject) : (c = 3 ? reject : match)
    let program = Assembler::default()
        .test(Op::Equal, "a", json!(1), 1, 2)
        .test(Op::Equal, "b", json!(2), MATCH, REJECT)
        .test(Op::Equal, "c", json!(3), REJECT, MATCH);
    let events =
        [json!({"a": 1, "b": 2}), json!({"a": 1, "b": 3}), json!({"a": 2, "c": 3}), json!({"a": 2, "c": 4})];
    assert_eq!(verdicts(program, &events), [true, false, false, true]);
}

#[test]
fn null_takes_missing_fields_in_equal_and_in() {
    let events = [json!({}), json!({"a": null}), json!({"a": 0})];
    let equal = Assembler::default().test(Op::Equal, "a", json!(null), MATCH, REJECT);
    assert_eq!(verdicts(equal, &events), [true, true, false]);
    let listed = one(Op::In, "a", 0).list(&[json!(null), json!(1)]);
    assert_eq!(verdicts(listed, &events), [true, true, false]);
}

#[test]
fn order_stays_within_the_class() {
    let events = [
        json!({"a": 4}),
        json!({"a": 5.0}),
        json!({"a": 6}),
        json!({"a": "6"}),
        json!({"a": null}),
        json!({}),
    ];
    for (op, expected) in [
        (Op::Less, [true, false, false, false, false, false]),
        (Op::LessOrEqual, [true, true, false, false, false, false]),
        (Op::Greater, [false, false, true, false, false, false]),
        (Op::GreaterOrEqual, [false, true, true, false, false, false]),
    ] {
        let program = Assembler::default().test(op, "a", json!(5), MATCH, REJECT);
        assert_eq!(verdicts(program, &events), expected, "{op:?}");
    }
}

#[test]
fn lists_are_searched() {
    let list = [json!(1), json!(3), json!("a"), json!("b"), json!({"x": 1}), json!([1]), json!(true)];
    let events: Vec<_> =
        [json!(1.0), json!(2), json!("b"), json!("c"), json!({"x": 1}), json!([1]), json!(false)]
            .into_iter()
            .map(|value| json!({"a": value}))
            .collect();
    assert_eq!(
        verdicts(one(Op::In, "a", 0).list(&list), &events),
        [true, false, true, false, true, true, false]
    );
}

#[test]
fn types_follow_the_spelling() {
    let numbers: Value = serde_json::from_str("[1, 2147483648, 1.0, 1e3, 9223372036854775808]").unwrap();
    let events: Vec<_> = numbers.as_array().unwrap().iter().map(|number| json!({"a": number})).collect();
    for (types, expected) in [
        (TypeSet::INT, [true, false, false, false, false]),
        (TypeSet::LONG, [false, true, false, false, false]),
        (TypeSet::DOUBLE, [false, false, true, true, true]),
        (TypeSet::NUMBER, [true; 5]),
    ] {
        assert_eq!(verdicts(one(Op::Type, "a", types.bits().into()), &events), expected);
    }
}

#[test]
fn exists_takes_null() {
    assert_eq!(verdicts(one(Op::Exists, "a", 0), &[json!({"a": null}), json!({})]), [true, false]);
}

#[test]
fn sizes_are_of_the_array_itself() {
    let events = [json!({"a": [1, 2]}), json!({"a": [[1, 2]]}), json!({"a": "xy"})];
    assert_eq!(verdicts(one(Op::Size, "a", 2), &events), [true, false, false]);
}

#[test]
fn remainders_truncate_and_keep_the_sign_of_the_dividend() {
    let events: Vec<_> = [json!(-7), json!(5), json!(-7.9), json!(-1), json!(1e300), json!("-7")]
        .into_iter()
        .map(|value| json!({"a": value}))
        .collect();
    let program = one(Op::Remainder, "a", 0).constants(&[json!(3), json!(-1)]);
    assert_eq!(verdicts(program, &events), [true, false, true, true, false, false]);
    // The one division that overflows.
    let program = one(Op::Remainder, "a", 0).constants(&[json!(-1), json!(0)]);
    assert_eq!(verdicts(program, &[json!({"a": i64::MIN})]), [true]);
}

#[test]
fn strings_are_looked_into() {
    let events = [json!({"a": "abc"}), json!({"a": ["x", "abd"]}), json!({"a": "xabcx"}), json!({"a": 1})];
    let program = |op| Assembler::default().test(op, "a", json!("ab"), MATCH, REJECT);
    assert_eq!(verdicts(program(Op::StartsWith), &events), [true, true, false, false]);
    assert_eq!(verdicts(program(Op::Contains), &events), [true, true, true, false]);
    assert_eq!(verdicts(program(Op::EndsWith), &[json!({"a": "xab"}), json!({"a": "abx"})]), [true, false]);
}

#[test]
fn a_body_runs_for_each_element() {
    // $elemMatch: {$gt: 1, $ne: 3}
    let program = one(Op::AnyElement, "a", 3).test(Op::Greater, "(element)", json!(1), 2, REJECT).test(
        Op::Equal,
        "(element)",
        json!(3),
        REJECT,
        MATCH,
    );
    let events =
        [json!({"a": [1, 3]}), json!({"a": [3, 2]}), json!({"a": [[2]]}), json!({"a": 2}), json!({"a": []})];
    assert_eq!(verdicts(program, &events), [false, true, false, false, false]);
}

#[test]
fn documents_are_objects_or_arrays() {
    let program = one(Op::AnyDocument, "a", 2).test(Op::Equal, "0", json!(1), MATCH, REJECT);
    let events = [json!({"a": [{"0": 1}]}), json!({"a": [[1]]}), json!({"a": [1]}), json!({"a": {"0": 1}})];
    assert_eq!(verdicts(program, &events), [true, true, false, false]);
    // An empty body takes any document.
    let events = [json!({"a": [{}]}), json!({"a": [[]]}), json!({"a": [1]}), json!({"a": []})];
    assert_eq!(verdicts(one(Op::AnyDocument, "a", 1), &events), [true, true, false, false]);
}

#[test]
fn after_a_body_the_program_goes_on() {
    let program = Assembler::default()
        .op(Op::AnyDocument, "a", 2, 2, REJECT)
        .test(Op::Equal, "b", json!(1), MATCH, REJECT)
        .test(Op::Equal, "c", json!(2), MATCH, REJECT);
    let events = [
        json!({"a": [{"b": 1}], "c": 2}),
        json!({"a": [{"b": 1}], "c": 3}),
        json!({"a": [{"b": 2}], "c": 2}),
    ];
    assert_eq!(verdicts(program, &events), [true, false, false]);
}

/// A row: a path, values of `a` where it reaches a 1, and values where it does not.
#[test]
fn paths_reach_into_arrays() {
    for (path, matching, others) in [
        ("a", &["[1,2]"][..], &["[[1]]", "{}"][..]),
        ("a.b", &[r#"[{"b":1},5]"#, r#"[{"b":[1,2]}]"#, r#"{"b":1}"#], &[r#"[[{"b":1}]]"#, "1"]),
        ("a.0", &["[1,2]", r#"{"0":1}"#, r#"[{"0":1}]"#], &["[[1,2]]", "[2,1]"]),
        ("a.0.0", &["[[1,2]]", r#"[{"0":1}]"#, r#"{"0":[1]}"#], &["[1]", "[[[1]]]"]),
        ("a.00", &[], &["[1]"]),
    ] {
        let program = Assembler::default().test(Op::Equal, path, json!(1), MATCH, REJECT).program();
        for (texts, expected) in [(matching, true), (others, false)] {
            for text in texts {
                let event = json!({"a": serde_json::from_str::<Value>(text).unwrap()});
                assert_eq!(vm::matches(&program, &event), expected, "{path}: {text}");
            }
        }
    }
}

#[test]
fn an_array_in_the_middle_yields_nothing_by_itself() {
    let program = Assembler::default().test(Op::Equal, "a.b", json!(null), MATCH, REJECT).program();
    for (text, expected) in [
        (r"{}", true),
        (r#"{"a":null}"#, true),
        (r#"{"a":5}"#, true),
        (r#"{"a":[{}]}"#, true),
        (r#"{"a":[{"b":1},{"c":2}]}"#, true),
        (r#"{"a":[]}"#, false),
        (r#"{"a":[1,2]}"#, false),
        (r#"{"a":[{"b":1},5]}"#, false),
    ] {
        let event: Value = serde_json::from_str(text).unwrap();
        assert_eq!(vm::matches(&program, &event), expected, "{text}");
    }
}

#[test]
fn the_empty_path_is_the_event_however_it_is_read() {
    let object = u32::from(TypeSet::OBJECT.bits());
    for program in [
        one(Op::Exists, "(element)", 0),
        one(Op::Type, "(element)", object),
        one(Op::Type, "(element)", object).op(Op::Exists, "a", 0, MATCH, REJECT),
        Assembler::default().test(Op::Equal, "(element)", json!({"a": 1}), MATCH, REJECT),
        Assembler::default().test(Op::Equal, "(element)", json!(5), MATCH, REJECT),
    ] {
        let filter = Filter::try_from(program.program()).unwrap();
        let mut set = FilterSet::new();
        set.insert((), filter.clone());
        let mut scratch = Scratch::new();
        for event in [json!({}), json!({"a": 1}), json!({"b": {"a": 1}}), json!([{"a": 1}, 5]), json!(5)] {
            let verdict = filter.matches(&event);
            let text = event.to_string();
            assert_eq!(filter.matches_json(text.as_bytes(), &mut scratch), Ok(verdict), "{text}");
            assert_eq!(set.matches(&event, &mut scratch).len(), usize::from(verdict), "{text}");
            let matching = set.matches_json(text.as_bytes(), &mut scratch).unwrap().len();
            assert_eq!(matching, usize::from(verdict), "{text}");
        }
    }
}
