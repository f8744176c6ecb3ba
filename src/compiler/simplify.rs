//! Algebra on what a filter says. Each rewrite names the law that it uses.
//!
//! The laws come in pairs that differ in true and false, all and any; so each is written once, for a
//! [`Join`]. "Neutral" is the value that changes nothing in a group (true in an *all*), "absorbing"
//! the one that decides it (false in an *all*).

use std::collections::{HashMap, HashSet};

use crate::event::Constant;
use crate::path::Path;
use crate::syntax::expr::{Condition, ElementForm, Expr, Join, Test};
use crate::syntax::pattern::Literal;
use crate::syntax::span::Span;

/// An expression with the same verdict on every event: no constants but as a whole, no group in a
/// group of its kind, no group of one part, `Not` only around conditions.
pub(crate) fn simplify(expr: Expr) -> Expr {
    match expr {
        Expr::Condition(condition) => simplify_condition(condition),
        Expr::Not(inner) => negate(simplify(*inner)),
        Expr::Group(join, parts) => simplify_group(join, parts.into_iter().map(simplify).collect()),
    }
}

/// Double negation: ¬¬a = a. De Morgan: ¬(a ∧ b) = ¬a ∨ ¬b, ¬(a ∨ b) = ¬a ∧ ¬b.
fn negate(expr: Expr) -> Expr {
    match expr {
        Expr::Condition(_) => expr.not(),
        Expr::Not(inner) => *inner,
        Expr::Group(join, parts) => Expr::Group(join.dual(), parts.into_iter().map(negate).collect()),
    }
}

fn simplify_group(join: Join, parts: Vec<Expr>) -> Expr {
    let parts = flatten(join, parts);
    let absorbing = Expr::Group(join.dual(), Vec::new());
    // Annihilation: a ∧ false = false, a ∨ true = true.
    if parts.contains(&absorbing) {
        return absorbing;
    }
    let parts = if parts.len() > 1 { merge_equalities(join, parts) } else { parts };
    let parts = match remove_repeated(parts) {
        Some(parts) => absorb(join, parts),
        None => return absorbing,
    };
    let mut parts = parts.into_iter();
    match (parts.next(), parts.len()) {
        // A group of one is its part.
        (Some(only), 0) => only,
        (first, _) => Expr::Group(join, first.into_iter().chain(parts).collect()),
    }
}

/// Associativity: a ∧ (b ∧ c) = a ∧ b ∧ c. As the neutral value is the empty group, this is
/// a ∧ true = a, too.
fn flatten(join: Join, parts: Vec<Expr>) -> Vec<Expr> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Group(inner, parts) if inner == join => flat.extend(parts),
            part => flat.push(part),
        }
    }
    flat
}

/// Idempotence: a ∧ a = a. Contradiction and excluded middle, a ∧ ¬a = false and a ∨ ¬a = true: then
/// the group is its absorbing value, and there are no parts.
#[allow(
    clippy::mutable_key_type,
    reason = "a pattern is compared by its text, not by the automaton that is made of it"
)]
fn remove_repeated(parts: Vec<Expr>) -> Option<Vec<Expr>> {
    let mut seen = HashSet::with_capacity(parts.len());
    let is_new: Vec<bool> = parts.iter().map(|part| seen.insert(part)).collect();
    let is_contradicted = |part: &Expr| matches!(part, Expr::Not(inner) if seen.contains(&**inner));
    if parts.iter().any(is_contradicted) {
        return None;
    }
    Some(parts.into_iter().zip(is_new).filter_map(|(part, is_new)| is_new.then_some(part)).collect())
}

/// Absorption: a ∧ (a ∨ b) = a.
#[allow(
    clippy::mutable_key_type,
    reason = "a pattern is compared by its text, not by the automaton that is made of it"
)]
fn absorb(join: Join, parts: Vec<Expr>) -> Vec<Expr> {
    if !parts.iter().any(|part| matches!(part, Expr::Group(..))) {
        return parts;
    }
    let whole: HashSet<&Expr> = parts.iter().collect();
    let is_absorbed = |part: &Expr| match part {
        Expr::Group(inner, parts) => *inner == join.dual() && parts.iter().any(|part| whole.contains(part)),
        _ => false,
    };
    let stays: Vec<bool> = parts.iter().map(|part| !is_absorbed(part)).collect();
    parts.into_iter().zip(stays).filter_map(|(part, stays)| stays.then_some(part)).collect()
}

/// ∃ distributes over ∨: "some value is x" or "some value is y" = "some value is x or y". So in an
/// *any*, equalities at one path are one `$in`; with De Morgan, in an *all* their negations are.
fn merge_equalities(join: Join, parts: Vec<Expr>) -> Vec<Expr> {
    let mut others = Vec::with_capacity(parts.len());
    let mut equalities: Vec<(Path, Vec<Constant>, Span)> = Vec::new();
    let mut at_path: HashMap<Path, usize> = HashMap::new();
    for part in parts {
        let (path, operands, span) = match equality(join, part) {
            Ok(equality) => equality,
            Err(part) => {
                others.push(part);
                continue;
            }
        };
        match at_path.get(&path).and_then(|index| equalities.get_mut(*index)) {
            Some((_, all, whole)) => {
                all.extend(operands);
                *whole = whole.to(span);
            }
            None => {
                at_path.insert(path.clone(), equalities.len());
                equalities.push((path, operands, span));
            }
        }
    }
    let merged = equalities.into_iter().map(|(path, operands, span)| {
        let equality = simplify_condition(Condition { path, test: Test::is_in(operands), span });
        match join {
            Join::Any => equality,
            Join::All => negate(equality),
        }
    });
    others.into_iter().chain(merged).collect()
}

/// Path, operands and place, where the part is an equality that can be merged: in an *all*, the
/// negation of one.
fn equality(join: Join, part: Expr) -> Result<(Path, Vec<Constant>, Span), Expr> {
    match (join, part) {
        (Join::Any, Expr::Condition(Condition { path, test: Test::Equal(operand), span })) => {
            Ok((path, vec![operand], span))
        }
        (Join::Any, Expr::Condition(Condition { path, test: Test::In(operands), span })) => {
            Ok((path, operands, span))
        }
        (Join::All, Expr::Not(inner)) => equality(Join::Any, *inner).map_err(Expr::not),
        (_, part) => Err(part),
    }
}

fn simplify_condition(condition: Condition) -> Expr {
    let Condition { path, test, span } = condition;
    let test = match test {
        // Any of nothing is false; a group of one is its part.
        Test::In(list) if list.is_empty() => return Expr::NEVER,
        Test::In(list) if list.len() == 1 => list.into_iter().next().map_or(Test::Exists, Test::Equal),
        // No value has none of the types of JSON.
        Test::Type(types) if types.is_empty() => return Expr::NEVER,
        // A pattern without metacharacters is found where its text is.
        Test::Pattern(pattern) => match pattern.literal() {
            Some(Literal::StartsWith(text)) => Test::StartsWith(text.into()),
            Some(Literal::Contains(text)) => Test::Contains(text.into()),
            None => Test::Pattern(pattern),
        },
        Test::Element(form, body) => return simplify_element(path, form, simplify(*body), span),
        test => test,
    };
    Expr::Condition(Condition { path, test, span })
}

/// No element makes false true: ∃x. false = false.
fn simplify_element(path: Path, form: ElementForm, body: Expr, span: Span) -> Expr {
    if body == Expr::NEVER {
        return Expr::NEVER;
    }
    Expr::Condition(Condition { path, test: Test::Element(form, Box::new(body)), span })
}

#[cfg(test)]
mod tests;
