//! Many events, to be matched again and again.

mod column;
mod columns;
mod fields;
pub(crate) mod lines;
mod matching;
mod store;
mod values;

use std::collections::HashMap;

pub use self::fields::FieldSummary;
pub use self::matching::{EventBits, EventVerdicts};
use crate::dialect_filter::DialectFilter;
use crate::error::EventError;
use crate::event::json::{self, Scratch};
use crate::event::trie::{self, Trie, Wanted};
use crate::filter::Filter;
use crate::path::Path;
use crate::syntax::shallow;
use columns::Columns;
use store::Store;

/// Many events in memory, for a filter that changes: what it looks at is read once.
///
/// What the events have at a path is kept as a *column* after its first use, in which what is the same
/// for many events is there once. The next filter on these paths does not read the events again.
///
/// ```
/// use hooksieve::{EventLog, Filter};
///
/// let mut log = EventLog::new();
/// log.append(b"{\"user\": {\"uid\": \"bob\"}}\n{\"user\": {\"uid\": \"eve\"}}\nno event\n")?;
/// log.end()?;
/// assert_eq!((log.len(), log.bad_line_count()), (2, 1));
///
/// for (filter, expected) in [(r#"{"user.uid": "bob"}"#, [0]), (r#"{"user.uid": "eve"}"#, [1])] {
///     let matches = log.matches(&Filter::compile(filter)?);
///     assert_eq!(matches.iter().collect::<Vec<_>>(), expected);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventLog {
    store: Store,
    columns: Columns,
    max_bytes: usize,
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
    /// The line that comes next, from 1.
    next_line: u32,
    bad_lines: Vec<BadLine>,
    bad_line_count: usize,
    scratch: Scratch,
    /// Reading with it keeps nothing.
    nothing: Trie,
}

/// A line that is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine {
    /// From 1.
    pub line: u32,
    /// What is wrong; its offset is in the line.
    pub error: EventError,
}

/// The events take more memory than they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the events take more memory than they may")]
pub struct LogFull;

/// Why an event was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// It is not JSON.
    #[error(transparent)]
    Event(#[from] EventError),
    /// There is no room.
    #[error(transparent)]
    Full(#[from] LogFull),
}

/// What a log takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMemory {
    /// The texts of the events.
    pub events: usize,
    /// What is kept of them at the paths of filters.
    pub columns: usize,
    /// What both together may take.
    pub max: usize,
}

/// So many bad lines are kept; the others are counted.
const MAX_BAD_LINES: usize = 1000;

impl EventLog {
    /// An empty one, which may take 1 GiB.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_bytes(1 << 30)
    }

    /// An empty one that may take so many bytes.
    ///
    /// Columns give way to events, and older columns to younger ones. Where a filter's own columns do not
    /// fit, it reads the events instead.
    #[must_use]
    pub fn with_max_bytes(max_bytes: usize) -> Self {
        Self {
            store: Store::default(),
            columns: Columns::default(),
            max_bytes,
            pending: Vec::new(),
            next_line: 1,
            bad_lines: Vec::new(),
            bad_line_count: 0,
            scratch: Scratch::new(),
            nothing: Trie::default(),
        }
    }

    /// Adds events, one to a line. Empty lines are skipped, and lines that are no events are listed; a byte order
    /// mark at the start of the first line is no part of it. A last line that is not ended waits for the next piece, or
    /// for [`end`](Self::end).
    ///
    /// # Errors
    ///
    /// [`LogFull`], where there is no room for a line; it and what comes after it is lost.
    pub fn append(&mut self, ndjson: &[u8]) -> Result<(), LogFull> {
        let mut rest = ndjson;
        while let Some(line) = lines::next(&mut rest) {
            if self.pending.is_empty() {
                self.add_line(line)?;
            } else {
                self.pending.extend_from_slice(line);
                self.end()?;
            }
        }
        if self.pending.len() + rest.len() > self.max_bytes {
            return Err(LogFull);
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// There are no more pieces: what waits is a line.
    ///
    /// # Errors
    ///
    /// [`LogFull`], where there is no room for it.
    pub fn end(&mut self) -> Result<(), LogFull> {
        let mut line = std::mem::take(&mut self.pending);
        let added = if line.is_empty() { Ok(()) } else { self.add_line(&line) };
        line.clear();
        self.pending = line;
        added
    }

    fn add_line(&mut self, line: &[u8]) -> Result<(), LogFull> {
        let number = self.next_line;
        self.next_line = number.saturating_add(1);
        let line = if number == 1 { lines::without_mark(line) } else { line };
        if lines::is_blank(line) {
            return Ok(());
        }
        match self.add(line, number) {
            Ok(_) => Ok(()),
            Err(PushError::Full(full)) => Err(full),
            Err(PushError::Event(error)) => {
                self.bad_line_count += 1;
                if self.bad_lines.len() < MAX_BAD_LINES {
                    self.bad_lines.push(BadLine { line: number, error });
                }
                Ok(())
            }
        }
    }

    fn add(&mut self, event: &[u8], line: u32) -> Result<usize, PushError> {
        json::read(event, &self.nothing, &mut self.scratch.event)?;
        if self.store.push(event, line, self.max_bytes - self.columns.bytes().min(self.max_bytes)).is_ok() {
            return Ok(self.store.len() - 1);
        }
        self.columns.clear();
        Ok(self.store.push(event, line, self.max_bytes)?)
    }

    /// Adds an event, as a line of its own; returns its index.
    ///
    /// # Errors
    ///
    /// [`PushError`], where it is not JSON, or there is no room.
    pub fn push(&mut self, event: &[u8]) -> Result<usize, PushError> {
        let line = self.next_line;
        let index = self.add(event, line)?;
        self.next_line = line.saturating_add(1);
        Ok(index)
    }

    /// Adds the events of a document: each element of an array is one, anything else is the only one.
    ///
    /// # Errors
    ///
    /// [`PushError`], where it is not JSON, or there is no room for all of them.
    pub fn push_document(&mut self, document: &[u8]) -> Result<(), PushError> {
        json::read(document, &self.nothing, &mut self.scratch.event)?;
        // Which it has checked to be UTF-8.
        let text = std::str::from_utf8(document).unwrap_or_default();
        let start = shallow::skip_space(text, 0);
        if text.as_bytes().get(start) != Some(&b'[') {
            self.push(document)?;
            return Ok(());
        }
        let (elements, _) = shallow::array(text, start).unwrap_or_default();
        for element in elements {
            self.push(document.get(element).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether there is no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of an event; indexes are from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.store.get(index)
    }

    /// The line that an event stood on, from 1.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<u32> {
        self.store.line(index)
    }

    /// The first 1,000 lines that are no events.
    #[must_use]
    pub fn bad_lines(&self) -> &[BadLine] {
        &self.bad_lines
    }

    /// How many lines are no events.
    #[must_use]
    pub fn bad_line_count(&self) -> usize {
        self.bad_line_count
    }

    /// Which events match: the verdicts of [`Filter::matches_json`].
    pub fn matches(&mut self, filter: &Filter) -> EventBits {
        let mut needs: HashMap<Path, Wanted> = HashMap::new();
        for (path, wanted) in trie::needs(filter.program()) {
            let needed = needs.entry(path.clone()).or_default();
            *needed = wanted.max(*needed);
        }
        if self.prepare(&needs) {
            matching::by_columns(filter, &self.columns, self.store.len())
        } else {
            matching::by_text(filter, &self.store, &mut self.scratch)
        }
    }

    /// What a filter of any dialect says of the events. In MongoDB's this is as fast as
    /// [`matches`](Self::matches); others read the events again.
    ///
    /// ```
    /// use hooksieve::{Compiler, Dialect, EventLog};
    ///
    /// let mut log = EventLog::new();
    /// log.append(b"{\"a\": 1}\n{\"a\": 2}\n")?;
    /// let filter = Compiler::new().dialect(Dialect::Nextcloud).compile(r#"{"a": 1, "b": {"$eq": 1}}"#)?;
    /// let verdicts = log.verdicts(&filter);
    /// assert_eq!(verdicts.matching().count(), 0);
    /// assert_eq!(verdicts.throwing().iter().collect::<Vec<_>>(), [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verdicts(&mut self, filter: &DialectFilter) -> EventVerdicts {
        match filter.as_mongo() {
            Some(filter) => self.matches(filter).into(),
            None => matching::verdicts(filter, &self.store, &mut self.scratch),
        }
    }

    /// Has the columns ready; `false` where there is no room for them.
    fn prepare(&mut self, needs: &HashMap<Path, Wanted>) -> bool {
        let room = self.max_bytes.saturating_sub(self.store.bytes());
        self.columns.prepare(needs, &self.store, &mut self.scratch, room)
    }

    /// What it takes.
    #[must_use]
    pub fn memory(&self) -> LogMemory {
        LogMemory { events: self.store.bytes(), columns: self.columns.bytes(), max: self.max_bytes }
    }
}

impl Default for EventLog {
    fn default() -> Self {
        Self::new()
    }
}
