//! One filter in both dialects.

use std::io::{self, Write};

use hooksieve::{DialectFilter, EventError, ExplainOptions, Scratch, Verdict};
use serde::Serialize;

use super::Comparison;
use crate::output::Output;

pub(super) struct Dialects {
    pub(super) mongo: DialectFilter,
    pub(super) nextcloud: DialectFilter,
    pub(super) options: ExplainOptions,
}

/// An event on which the dialects disagree.
#[derive(Serialize)]
pub(super) struct Change {
    mongo: Side,
    nextcloud: Side,
}

/// What a dialect says.
#[derive(Serialize)]
struct Side {
    /// `None` where it throws.
    matches: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throws: Option<String>,
    reason: String,
    /// All of it in one line.
    #[serde(skip)]
    line: String,
}

impl Dialects {
    fn side(&self, filter: &DialectFilter, verdict: Verdict, event: &[u8]) -> Result<Side, EventError> {
        let explanation = filter.explain_json_with(event, self.options)?;
        let (matches, throws) = match verdict {
            Verdict::Matches => (Some(true), None),
            Verdict::DoesNotMatch => (Some(false), None),
            Verdict::Throws(thrown) => (None, Some(thrown.reason().to_owned())),
        };
        Ok(Side { matches, throws, reason: explanation.reason(), line: explanation.to_string() })
    }
}

impl Comparison for Dialects {
    type Numbers = Numbers;
    type Change = Change;

    fn change(&self, event: &[u8], scratch: &mut Scratch) -> Result<Option<Change>, EventError> {
        let mongo = self.mongo.verdict_json(event, scratch)?;
        let nextcloud = self.nextcloud.verdict_json(event, scratch)?;
        if mongo == nextcloud {
            return Ok(None);
        }
        Ok(Some(Change {
            mongo: self.side(&self.mongo, mongo, event)?,
            nextcloud: self.side(&self.nextcloud, nextcloud, event)?,
        }))
    }
}

impl super::Change for Change {
    fn write(&self, text: &mut Vec<u8>, place: &str) -> io::Result<()> {
        writeln!(text, "{place}: mongo: {}", self.mongo.line)?;
        writeln!(text, "{place}: nextcloud: {}", self.nextcloud.line)
    }
}

#[derive(Default, Serialize)]
pub(super) struct Numbers {
    events: u64,
    /// That only this dialect lets through, and the other one does not.
    mongo: u64,
    nextcloud: u64,
    throws: u64,
}

impl super::Numbers for Numbers {
    type Change = Change;

    fn count(&mut self, change: Option<&Change>) {
        self.events += 1;
        let Some(change) = change else { return };
        match change.nextcloud.matches {
            Some(true) => self.nextcloud += 1,
            Some(false) => self.mongo += 1,
            None => self.throws += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.mongo += other.mongo;
        self.nextcloud += other.nextcloud;
        self.throws += other.throws;
    }

    fn changes(&self) -> u64 {
        self.mongo + self.nextcloud + self.throws
    }

    fn write(&self, output: &mut Output) -> io::Result<()> {
        let Self { events, mongo, nextcloud, throws } = self;
        let same = events - mongo - nextcloud - throws;
        writeln!(
            output,
            "{events} events: {mongo} only in mongo, {nextcloud} only in nextcloud, {throws} thrown on, {same} the same"
        )
    }
}
