//! One filter and another.

use std::io::{self, Write};

use hooksieve::{EventError, ExplainOptions, Filter, Scratch};
use serde::Serialize;

use super::Comparison;
use crate::output::Output;

pub(super) struct Filters {
    pub(super) old: Filter,
    pub(super) new: Filter,
    pub(super) options: ExplainOptions,
}

/// An event whose verdict changes.
#[derive(Serialize)]
pub(super) struct Change {
    old: bool,
    new: bool,
    reason: String,
}

impl Comparison for Filters {
    type Numbers = Numbers;
    type Change = Change;

    fn change(&self, event: &[u8], scratch: &mut Scratch) -> Result<Option<Change>, EventError> {
        let old = self.old.matches_json(event, scratch)?;
        let new = self.new.matches_json(event, scratch)?;
        if old == new {
            return Ok(None);
        }
        let rejecting = if new { &self.old } else { &self.new };
        let reason = rejecting.explain_json_with(event, self.options)?.reason();
        Ok(Some(Change { old, new, reason }))
    }
}

impl super::Change for Change {
    fn write(&self, text: &mut Vec<u8>, place: &str) -> io::Result<()> {
        let change = if self.new { "no match → match; old" } else { "match → no match; new" };
        writeln!(text, "{place}: {change}: {}", self.reason)
    }
}

#[derive(Default, Serialize)]
pub(super) struct Numbers {
    events: u64,
    /// That match the new filter only.
    gained: u64,
    /// That match the old filter only.
    lost: u64,
}

impl super::Numbers for Numbers {
    type Change = Change;

    fn count(&mut self, change: Option<&Change>) {
        self.events += 1;
        self.gained += u64::from(change.is_some_and(|change| change.new));
        self.lost += u64::from(change.is_some_and(|change| change.old));
    }

    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.gained += other.gained;
        self.lost += other.lost;
    }

    fn changes(&self) -> u64 {
        self.gained + self.lost
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let Self { events, gained, lost } = self;
        let unchanged = events - gained - lost;
        writeln!(output, "{events} events: {gained} gained, {lost} lost, {unchanged} unchanged")
    }
}
