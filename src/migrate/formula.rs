//! What a filter of the default dialect says, before it is written down.

use std::mem;

use crate::event::Constant;
use crate::path::Path;

/// A filter, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// Operators at a path, all of which must hold.
    At(Path, Vec<(&'static str, Constant)>),
}

impl Formula {
    /// Every event.
    pub(super) const ALWAYS: Self = Self::All(Vec::new());
    /// No event.
    pub(super) const NEVER: Self = Self::Any(Vec::new());

    pub(super) fn at(path: &Path, operator: &'static str, operand: Constant) -> Self {
        Self::At(path.clone(), vec![(operator, operand)])
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::All(parts) => all.extend(parts),
                part if part == Self::NEVER => return Self::NEVER,
                part => all.push(part),
            }
        }
        single(all, Self::All)
    }

    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Self::Any(parts) => any.extend(parts),
                part if part == Self::ALWAYS => return Self::ALWAYS,
                part => any.push(part),
            }
        }
        single(any, Self::Any)
    }

    /// Each of these negates its condition as a whole, as `$nor` does.
    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            formula if formula == Self::ALWAYS => Self::NEVER,
            formula if formula == Self::NEVER => Self::ALWAYS,
            Self::At(path, mut operators) => {
                let negated = match operators.as_mut_slice() {
                    [(operator, operand)] => opposite(operator, operand),
                    _ => None,
                };
                match negated {
                    Some(negated) => Self::At(path, vec![negated]),
                    None => Self::Not(Box::new(Self::At(path, operators))),
                }
            }
            formula => Self::Not(Box::new(formula)),
        }
    }

    /// As the text of a filter.
    pub(super) fn to_filter(&self) -> String {
        self.to_object().to_string()
    }

    fn to_object(&self) -> Constant {
        Constant::Object(self.members().into())
    }

    /// Recursion is bounded by the nesting of the filter that it is made of.
    fn members(&self) -> Vec<(Box<str>, Constant)> {
        let list = |operator: &str, parts: &[Self]| {
            let branches = parts.iter().map(Self::to_object).collect();
            vec![(operator.into(), Constant::Array(branches))]
        };
        match self {
            Self::All(parts) => conjunction(parts),
            // Nothing is any of no filters, but the list must not be empty.
            Self::Any(parts) if parts.is_empty() => list("$nor", &[Self::ALWAYS]),
            Self::Any(parts) => list("$or", parts),
            Self::Not(inner) => match &**inner {
                Self::Any(parts) => list("$nor", parts),
                Self::At(path, operators) => {
                    let negated = Constant::Object([("$not".into(), object(operators))].into());
                    vec![(path.to_string().into(), negated)]
                }
                inner => list("$nor", std::slice::from_ref(inner)),
            },
            Self::At(path, operators) => {
                let value = match operators.as_slice() {
                    // An array or an object could be taken for operators.
                    [("$eq", value)] if !matches!(value, Constant::Array(_) | Constant::Object(_)) => {
                        value.clone()
                    }
                    operators => object(operators),
                };
                vec![(path.to_string().into(), value)]
            }
        }
    }
}

fn object(operators: &[(&'static str, Constant)]) -> Constant {
    Constant::Object(operators.iter().map(|(name, operand)| ((*name).into(), operand.clone())).collect())
}

/// The parts side by side, as far as no two have a key in common. Operators at one path go into one object.
fn conjunction(parts: &[Formula]) -> Vec<(Box<str>, Constant)> {
    let mut merged: Vec<Formula> = Vec::with_capacity(parts.len());
    for part in parts {
        let operators = |formula: &Formula| match formula {
            Formula::At(path, operators) => Some((path.clone(), operators.clone())),
            Formula::Not(inner) => match &**inner {
                Formula::At(path, operators) => Some((path.clone(), vec![("$not", object(operators))])),
                _ => None,
            },
            _ => None,
        };
        if let Some((path, more)) = operators(part)
            && let Some((earlier, mut all)) = merged.iter_mut().find_map(|earlier| {
                let (other, all) = operators(earlier)?;
                let is_free = more.iter().all(|(name, _)| all.iter().all(|(other, _)| other != name));
                (other == path && is_free).then_some((earlier, all))
            })
        {
            all.extend(more);
            *earlier = Formula::At(path, all);
        } else {
            merged.push(part.clone());
        }
    }
    let mut members: Vec<(Box<str>, Constant)> = Vec::new();
    for part in &merged {
        let more = part.members();
        let is_free = more.iter().all(|(key, _)| members.iter().all(|(other, _)| other != key));
        if !is_free {
            return vec![("$and".into(), Constant::Array(merged.iter().map(Formula::to_object).collect()))];
        }
        members.extend(more);
    }
    members
}

fn single(mut parts: Vec<Formula>, group: impl FnOnce(Vec<Formula>) -> Formula) -> Formula {
    match parts.as_mut_slice() {
        [part] => mem::replace(part, Formula::ALWAYS),
        _ => group(parts),
    }
}

/// The operator that holds wherever this one does not, a missing field included.
fn opposite(operator: &str, operand: &mut Constant) -> Option<(&'static str, Constant)> {
    let name = match operator {
        "$eq" => "$ne",
        "$ne" => "$eq",
        "$in" => "$nin",
        "$nin" => "$in",
        "$exists" => {
            let is_there = matches!(operand, Constant::Bool(true));
            return Some(("$exists", Constant::Bool(!is_there)));
        }
        _ => return None,
    };
    Some((name, mem::replace(operand, Constant::Null)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(path: &str, operator: &'static str, operand: i64) -> Formula {
        Formula::at(&Path::parse(path).unwrap(), operator, operand.into())
    }

    #[test]
    fn written_down() {
        let (a, b) = (at("a", "$eq", 1), at("b", "$gt", 2));
        for (formula, text) in [
            (Formula::ALWAYS, "{}"),
            (Formula::NEVER, r#"{"$nor": [{}]}"#),
            (Formula::all([a.clone(), b.clone(), Formula::ALWAYS]), r#"{"a": 1, "b": {"$gt": 2}}"#),
            (Formula::all([a.clone(), Formula::NEVER]), r#"{"$nor": [{}]}"#),
            (
                Formula::any([a.clone(), b.clone(), Formula::NEVER]),
                r#"{"$or": [{"a": 1}, {"b": {"$gt": 2}}]}"#,
            ),
            (Formula::any([a.clone(), b.clone()]).not(), r#"{"$nor": [{"a": 1}, {"b": {"$gt": 2}}]}"#),
            (Formula::all([a.clone(), b.clone()]).not(), r#"{"$nor": [{"a": 1, "b": {"$gt": 2}}]}"#),
            (a.clone().not(), r#"{"a": {"$ne": 1}}"#),
            (a.clone().not().not(), r#"{"a": 1}"#),
            (b.clone().not(), r#"{"b": {"$not": {"$gt": 2}}}"#),
            (Formula::all([a.clone(), at("a", "$gt", 0)]), r#"{"a": {"$eq": 1, "$gt": 0}}"#),
            (
                Formula::all([b.clone(), at("b", "$gt", 3)]),
                r#"{"$and": [{"b": {"$gt": 2}}, {"b": {"$gt": 3}}]}"#,
            ),
            (Formula::all([b.clone(), b.clone().not()]), r#"{"b": {"$gt": 2, "$not": {"$gt": 2}}}"#),
            (Formula::all([b.not(), at("b", "$lt", 9)]), r#"{"b": {"$not": {"$gt": 2}, "$lt": 9}}"#),
        ] {
            assert_eq!(formula.to_filter(), text);
        }
    }
}
