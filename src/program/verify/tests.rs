use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::program::Code;
use crate::program::assemble::{Assembler, MATCH, REJECT};

fn refusal(program: Assembler) -> Option<(usize, &'static str)> {
    match verify(&program.program()) {
        Ok(()) => None,
        Err(ProgramError::Unsafe { instruction, what }) => Some((instruction, what)),
        Err(other) => panic!("{other}"),
    }
}

fn code(program: &mut Program) -> &mut Code {
    Arc::make_mut(&mut program.code)
}

fn equal(on_true: usize, on_false: usize) -> Assembler {
    Assembler::default().test(Op::Equal, "a", json!(1), on_true, on_false)
}

#[test]
fn targets_are_ahead_and_in_range() {
    assert_eq!(refusal(equal(MATCH, REJECT)), None);
    assert_eq!(refusal(equal(0, REJECT)), Some((0, "a target that is not ahead")));
    assert_eq!(refusal(equal(MATCH, 1)), Some((0, "a target outside of its block")));
    let backwards = equal(1, REJECT).test(Op::Equal, "b", json!(1), MATCH, 0);
    assert_eq!(refusal(backwards), Some((1, "a target that is not ahead")));
}

#[test]
fn bodies_keep_to_themselves() {
    let body = |end, inner, outer| {
        Assembler::default()
            .op(Op::AnyDocument, "a", end, outer, REJECT)
            .test(Op::Equal, "b", json!(1), inner, REJECT)
            .test(Op::Equal, "c", json!(1), MATCH, REJECT)
    };
    assert_eq!(refusal(body(2, MATCH, 2)), None);
    assert_eq!(refusal(body(3, 2, MATCH)), None);
    assert_eq!(refusal(body(2, 2, MATCH)), Some((1, "a target outside of its block")), "out of the body");
    assert_eq!(refusal(body(2, MATCH, 1)), Some((0, "a target outside of its block")), "into the body");
    assert_eq!(refusal(body(4, MATCH, 2)), Some((0, "a body outside of its block")));
    assert_eq!(refusal(body(0, MATCH, 2)), Some((0, "a body outside of its block")));
}

#[test]
fn bodies_are_nested_to_a_depth() {
    let nested = |depth: usize| {
        (0..depth).fold(Assembler::default(), |program, _| {
            program.op(Op::AnyElement, "a", u32::try_from(depth).unwrap(), MATCH, REJECT)
        })
    };
    assert_eq!(refusal(nested(Limits::MAX_NESTING)), None);
    assert!(refusal(nested(Limits::MAX_NESTING + 2)).is_some());
}

#[test]
fn indexes_add_up_over_bodies() {
    let nested = |inner| {
        Assembler::default().op(Op::AnyDocument, "0.0.0.0.0.0.0.0", 2, MATCH, REJECT).op(
            Op::Exists,
            inner,
            0,
            MATCH,
            REJECT,
        )
    };
    assert_eq!(refusal(nested("0.0.0.0.0.0.0.0")), None);
    assert_eq!(refusal(nested("0.0.0.0.0.0.0.0.0")), Some((1, "too many indexes in paths")));
}

#[test]
fn operands_fit() {
    let one = |op, operand| Assembler::default().op(op, "a", operand, MATCH, REJECT);
    let unfit = Some((0, "an operand that does not fit"));
    assert_eq!(refusal(one(Op::Equal, 0)), unfit, "no such constant");
    assert_eq!(refusal(one(Op::Exists, 1)), unfit, "an operand too many");
    assert_eq!(refusal(one(Op::Pattern, 0)), unfit, "no such pattern");
    assert_eq!(refusal(one(Op::Type, 1 << 15)), unfit, "no such type");
    assert_eq!(refusal(one(Op::StartsWith, 0).constants(&[json!(1)])), unfit, "not a string");
    assert_eq!(refusal(one(Op::Less, 0).constants(&[json!(null)])), unfit, "the order of null");
    assert_eq!(refusal(one(Op::Remainder, 0).constants(&[json!(0), json!(1)])), unfit, "divisor 0");
    assert_eq!(refusal(one(Op::Remainder, 0).constants(&[json!(2)])), unfit, "no remainder");
    assert_eq!(refusal(one(Op::In, 0).list(&[json!(2), json!(1)])), unfit, "out of order");
    assert_eq!(refusal(one(Op::In, 0).list(&[json!(1), json!(1.0)])), unfit, "repeated");
    assert_eq!(refusal(one(Op::In, 0).list(&[json!(1), json!("a")])), None);
}

#[test]
fn the_entry_is_the_first_instruction() {
    let mut program = equal(1, REJECT).test(Op::Equal, "b", json!(1), MATCH, REJECT).program();
    code(&mut program).entry = Target::instruction(1).unwrap();
    assert!(verify(&program).is_err());
    code(&mut program).entry = Target::MATCH;
    assert!(verify(&program).is_err());
}

#[test]
fn operands_are_not_shared() {
    let two = |op| Assembler::default().op(op, "a", 0, 1, REJECT).op(op, "b", 0, MATCH, REJECT);
    let shared = Some((1, "an operand of another instruction"));
    assert_eq!(refusal(two(Op::Equal).constants(&[json!(1)])), shared);
    assert_eq!(refusal(two(Op::In).list(&[json!(1)])), shared);
    assert_eq!(refusal(two(Op::Remainder).constants(&[json!(2), json!(1)])), shared);
    assert_eq!(refusal(two(Op::Exists)), None);
}

#[test]
fn every_entry_is_used() {
    let verified = |program: Assembler| verify(&program.program());
    assert_eq!(verified(equal(MATCH, REJECT).constants(&[json!(2)])), Err(ProgramError::Unused("constant")));
    assert_eq!(verified(equal(MATCH, REJECT).list(&[json!(2)])), Err(ProgramError::Unused("list")));
    let mut program = equal(MATCH, REJECT).program();
    code(&mut program).paths = [Path::default(), Path::default()].into();
    assert_eq!(verify(&program), Err(ProgramError::Unused("path")));
}

#[test]
fn instructions_are_as_many_as_conditions() {
    let exists = |count: usize| {
        let mut program = (1..count)
            .fold(Assembler::default(), |program, next| program.op(Op::Exists, "a", 0, next, REJECT));
        program = program.op(Op::Exists, "a", 0, MATCH, REJECT);
        refusal(program)
    };
    assert_eq!(exists(Limits::MAX_CONDITIONS), None);
    assert_eq!(exists(Limits::MAX_CONDITIONS + 1), Some((Limits::MAX_CONDITIONS, "too many instructions")));
}
