//! The listeners of a file.

use anyhow::{Result, bail};
use hooksieve::{Dialect, DialectListener, FilterSet, Listener, ListenerError, ListenerId};

use crate::diagnostics::{self, Finding, Place, Source};
use crate::stream::Input;
use crate::text_file;

/// More than a million registrations have, so that a wrong file name cannot fill the memory.
const MAX_BYTES: u64 = 1 << 30;

/// Where so many bytes stand before a registration in its line, as in a file of one line, it is shown
/// without them.
const MAX_INDENT: usize = 200;

pub(crate) struct Listeners {
    pub(crate) filters: Filters,
    /// By position; `None` for some that were refused.
    pub(crate) ids: Vec<Option<ListenerId>>,
    pub(crate) refused: usize,
}

/// What lets events through, by the positions in the list.
pub(crate) enum Filters {
    Set(Box<FilterSet<usize>>),
    /// To be asked one by one.
    InTurn(Vec<(usize, DialectListener)>),
}

impl Listeners {
    /// Reads a list of registrations. What is wrong with any is shown on standard error, and the
    /// listener left out.
    pub(crate) fn read(input: &Input, dialect: Dialect) -> Result<Self> {
        let text = text_file::read(input, "list of listeners", MAX_BYTES)?;
        let list = List { input, lines: Lines::new(&text), ids: Vec::new(), refused: 0 };
        match dialect {
            Dialect::Nextcloud => {
                let mut filters = Vec::new();
                let keep = |position, listener: DialectListener| {
                    let id = listener.id().cloned();
                    filters.push((position, listener));
                    id
                };
                let (ids, refused) = list.read(DialectListener::list_from_json(&text, dialect), keep)?;
                Ok(Self { filters: Filters::InTurn(filters), ids, refused })
            }
            _ => {
                let mut set = FilterSet::new();
                let keep = |position, listener: Listener| {
                    let id = listener.id().cloned();
                    set.insert(position, listener.into_condition());
                    id
                };
                let (ids, refused) = list.read(Listener::list_from_json(&text), keep)?;
                Ok(Self { filters: Filters::Set(Box::new(set)), ids, refused })
            }
        }
    }
}

/// A list that is being read.
struct List<'a> {
    input: &'a Input,
    lines: Lines<'a>,
    ids: Vec<Option<ListenerId>>,
    refused: usize,
}

impl List<'_> {
    /// Hands on each listener with its position; gives the ids, and how many were refused.
    fn read<L>(
        mut self,
        list: Result<impl Iterator<Item = Result<L, ListenerError>>, ListenerError>,
        mut keep: impl FnMut(usize, L) -> Option<ListenerId>,
    ) -> Result<(Vec<Option<ListenerId>>, usize)> {
        let Self { input, lines, .. } = &mut self;
        let list = match list {
            Ok(list) => list,
            Err(error) => bail!(no_list(&error, lines, input)),
        };
        let name = input.to_string();
        for (position, listener) in list.enumerate() {
            self.ids.push(match listener {
                Ok(listener) => keep(position, listener),
                Err(error) => {
                    print(&error, &mut self.lines, &name);
                    self.refused += 1;
                    error.id().cloned()
                }
            });
        }
        Ok((self.ids, self.refused))
    }
}

/// Why a text is no list of registrations, with the place in the file.
pub(crate) fn no_list(error: &ListenerError, lines: &mut Lines<'_>, input: &Input) -> String {
    let Some(problem) = error.problems().first() else { return format!("{input}: {error}") };
    lines.advance(problem.range().map_or(0, |range| range.start));
    let column = lines.offset - lines.start + 1;
    format!("{input}:{}:{column}: {}", lines.number, problem.message())
}

/// Shows what is wrong with a registration, with the places in the file.
pub(crate) fn print(error: &ListenerError, lines: &mut Lines<'_>, name: &str) {
    let whose = match (error.id(), error.position()) {
        (Some(id), _) => format!("in the listener with the id `{id}`"),
        (None, position) => format!("in the listener at position {}", position.unwrap_or_default()),
    };
    let range = error.range().unwrap_or_default();
    lines.advance(range.start);
    let indent = range.start - lines.start;
    let text = hide(lines.text.get(range.clone()).unwrap_or_default(), range.start, error.secrets());
    let (source_name, first_line, start, text) = if indent <= MAX_INDENT {
        // Other listeners may stand before it, with their secrets.
        let before = lines.text.get(lines.start..range.start).unwrap_or_default();
        (name.to_owned(), lines.number, lines.start, blank(before) + &text)
    } else {
        (format!("{name}#{}", error.pointer()), 1, range.start, text)
    };
    let source = Source { name: &source_name, text: &text, first_line, note: Some(&whose) };
    let findings = error.problems().iter().map(|problem| {
        let mut finding = Finding::from_problem(problem, start);
        let wrong = problem.range().and_then(|range| lines.text.get(range)).unwrap_or_default();
        if let Place::Range(range) = &mut finding.place
            && wrong.starts_with(['[', '{'])
        {
            // Of an array or an object, where it begins.
            range.end = range.start + 1;
        }
        finding
    });
    diagnostics::print_findings(&source, findings);
}

/// Stars in place of what may be secret in a text that begins at `start` of the file.
fn hide(text: &str, start: usize, secrets: &[std::ops::Range<usize>]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut secrets = secrets.iter().peekable();
    for (at, char) in text.char_indices() {
        let at = at + start;
        while secrets.next_if(|secret| secret.end <= at).is_some() {}
        let is_secret = secrets.peek().is_some_and(|secret| secret.start <= at);
        if is_secret && !char.is_whitespace() {
            // As long as what it stands for.
            (0..char.len_utf8()).for_each(|_| shown.push('*'));
        } else {
            shown.push(char);
        }
    }
    shown
}

/// Spaces as long as a text of one line.
fn blank(text: &str) -> String {
    text.chars()
        .flat_map(|char| std::iter::repeat_n(if char == '\t' { '\t' } else { ' ' }, char.len_utf8()))
        .collect()
}

/// The line that is read in a text, which only goes on.
pub(crate) struct Lines<'a> {
    text: &'a str,
    /// From 1.
    number: usize,
    /// Where the line begins.
    start: usize,
    /// So far.
    offset: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, number: 1, start: 0, offset: 0 }
    }

    fn advance(&mut self, offset: usize) {
        let passed = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        for newline in memchr::memchr_iter(b'\n', passed) {
            self.number += 1;
            self.start = self.offset + newline + 1;
        }
        self.offset = offset;
    }
}
