//! What a set is made of.

use std::fmt;

use super::keys::{self, Condition};
use super::{Name, Snapshot};
use crate::program::Program;

/// What the filters of a set are filed under, and what that takes.
///
/// A filter with several keys counts under the kind of the first. `Display` prints one line for each
/// number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetStats {
    /// All filters.
    pub filters: usize,
    /// Looked up by a value: equality and `$in`.
    pub by_value: usize,
    /// Looked up by the start or the end of a string.
    pub by_affix: usize,
    /// Looked up by a bound or an interval.
    pub by_range: usize,
    /// Tried on each event in which the field, or an array or an object there, exists.
    pub by_presence: usize,
    /// Tried on each event in which the field is missing or null.
    pub by_absence: usize,
    /// Tried on no event: they match none.
    pub never: usize,
    /// Tried on each event, as they match all.
    pub residue_always: usize,
    /// Tried on each event, as a negation asks for nothing that could be looked up.
    pub residue_negation: usize,
    /// Tried on each event, as they have too many alternatives to be looked up.
    pub residue_alternatives: usize,
    /// Keys of all filters.
    pub keys: usize,
    /// Memory of the set, its filters included, in bytes; an estimate.
    pub bytes: usize,
}

impl SetStats {
    /// The filters that are tried on each event.
    #[must_use]
    pub fn residue(&self) -> usize {
        self.residue_always + self.residue_negation + self.residue_alternatives
    }
}

impl fmt::Display for SetStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("filters", self.filters),
            ("  looked up by a value", self.by_value),
            ("  looked up by a prefix or suffix", self.by_affix),
            ("  looked up by a range", self.by_range),
            ("  tried where a field is there", self.by_presence),
            ("  tried where a field is missing or null", self.by_absence),
            ("  never tried: match nothing", self.never),
            ("  always tried: match everything", self.residue_always),
            ("  always tried: only negations", self.residue_negation),
            ("  always tried: too many alternatives", self.residue_alternatives),
            ("keys", self.keys),
            ("bytes, about", self.bytes),
        ];
        for (name, number) in rows {
            writeln!(f, "{name:<42} {number:>10}")?;
        }
        Ok(())
    }
}

pub(super) fn of<Id>(view: &Snapshot<Id>) -> SetStats {
    let mut stats = SetStats { filters: view.length, ..SetStats::default() };
    for filed in view.all() {
        let program = filed.filter.program();
        stats.bytes += size_of_val(filed)
            + size_of::<Option<Name<Id>>>()
            + size_of_val(&*filed.tests)
            + program_bytes(program)
            + filed.filter.source().map_or(0, str::len);
        let Some(choice) = &filed.keys else {
            *residue_kind(&mut stats, program) += 1;
            continue;
        };
        let keys = keys::keys(program, choice);
        stats.keys += keys.len();
        stats.bytes += choice.bytes();
        *match keys.first().map(|key| key.condition) {
            Some(Condition::Equal(_)) => &mut stats.by_value,
            Some(Condition::Prefix(_) | Condition::Suffix(_)) => &mut stats.by_affix,
            Some(Condition::Numbers(_) | Condition::Strings(_)) => &mut stats.by_range,
            Some(Condition::Present | Condition::Array | Condition::Object) => &mut stats.by_presence,
            Some(Condition::Null | Condition::Missing | Condition::NoNumber) => &mut stats.by_absence,
            None => &mut stats.never,
        } += 1;
    }
    stats.bytes += view.trie.bytes() + view.index.bytes() + view.residue.bytes();
    stats
}

/// Why a program has no keys.
fn residue_kind<'s>(stats: &'s mut SetStats, program: &Program) -> &'s mut usize {
    if program.is_empty() {
        &mut stats.residue_always
    } else if keys::has_any(program) {
        &mut stats.residue_alternatives
    } else {
        &mut stats.residue_negation
    }
}

/// What a program takes, without its code, which is shared.
fn program_bytes(program: &Program) -> usize {
    let operands = program.constants.iter().chain(program.lists.iter().flatten());
    let texts: usize = operands.map(crate::event::Constant::bytes).sum();
    size_of::<Program>() + size_of_val(&*program.lists) + program.spans.bytes() + texts
}
