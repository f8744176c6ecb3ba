//! The registrations of a text, one after the other.

use std::collections::HashSet;
use std::iter::{Enumerate, FusedIterator};
use std::ops::Range;
use std::vec;

use super::error::{ListenerError, Subject};
use super::types::ListenerId;
use super::{Listener, parse};
use crate::dialect::Dialect;
use crate::dialect_filter::DialectFilter;
use crate::error::{ErrorCode, Problem};
use crate::event::json::{self, Scratch};
use crate::event::trie::Trie;
use crate::syntax::shallow::{self, Fault, Members};

/// The registrations of a list, each read when it comes: from [`Listener::list_from_json`].
#[derive(Debug)]
pub struct Listeners<'t> {
    text: &'t str,
    /// Of the list.
    pointer: &'static str,
    entries: Enumerate<vec::IntoIter<Range<usize>>>,
    ids: HashSet<ListenerId>,
}

impl Iterator for Listeners<'_> {
    type Item = Result<Listener, ListenerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read(Dialect::Mongo).map(|registration| registration.map(|(listener, _)| listener))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

/// A listener, and its filter where that is not one of MongoDB's.
type Registration = (Listener, Option<DialectFilter>);

impl<'t> Listeners<'t> {
    /// The next one, with a filter that follows the rules of a dialect.
    pub(super) fn read(&mut self, dialect: Dialect) -> Option<Result<Registration, ListenerError>> {
        let (range, subject) = self.next_place()?;
        let is_new = |id: &ListenerId| self.ids.insert(id.clone());
        Some(parse::read(self.text, range, subject, is_new, dialect))
    }

    /// The filter of the next one.
    fn read_filter(&mut self) -> Option<Result<RegisteredFilter<'t>, ListenerError>> {
        let (range, subject) = self.next_place()?;
        let is_new = |id: &ListenerId| self.ids.insert(id.clone());
        Some(parse::registered_filter(self.text, range, subject, is_new))
    }

    fn next_place(&mut self) -> Option<(Range<usize>, Subject)> {
        let (position, range) = self.entries.next()?;
        let pointer = format!("{}/{position}", self.pointer);
        Some((range, Subject { position: Some(position), pointer, ..Subject::default() }))
    }
}

impl ExactSizeIterator for Listeners<'_> {}
impl FusedIterator for Listeners<'_> {}

/// The filters of a list of registrations, of whatever dialect: from [`Listener::filters_from_json`].
#[derive(Debug)]
pub struct RegisteredFilters<'t>(Listeners<'t>);

impl<'t> RegisteredFilters<'t> {
    pub(super) fn new(list: Listeners<'t>) -> Self {
        Self(list)
    }
}

impl<'t> Iterator for RegisteredFilters<'t> {
    type Item = Result<RegisteredFilter<'t>, ListenerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.read_filter()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for RegisteredFilters<'_> {}
impl FusedIterator for RegisteredFilters<'_> {}

/// The filter of a registration, as its text has it.
#[derive(Debug, Clone)]
pub struct RegisteredFilter<'t> {
    pub(super) id: Option<ListenerId>,
    pub(super) position: Option<usize>,
    pub(super) class: Box<str>,
    pub(super) text: &'t str,
    pub(super) range: Option<Range<usize>>,
}

impl<'t> RegisteredFilter<'t> {
    /// What the listener is called by: its position in the list if it has no id.
    #[must_use]
    pub fn id(&self) -> Option<&ListenerId> {
        self.id.as_ref()
    }

    /// Where in the list the registration stands, from 0.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.position
    }

    /// The class of the events, without a backslash in front.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The text of the filter, which is JSON, but need not be a filter; `{}` where there is none.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The bytes of the filter in the text of the list; `None` where there is none, or null.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }
}

/// Finds where each registration stands.
pub(super) fn read(text: &str) -> Result<Listeners<'_>, ListenerError> {
    let start = shallow::skip_space(text, start(text));
    let list = List { text, start };
    let (pointer, (entries, end)) = match text.as_bytes().get(start) {
        Some(b'[') => ("", list.array(start)?),
        Some(b'{') => {
            let (answer, end) = list.object(start)?;
            let ocs = list.member(&answer, "ocs")?;
            let data = list.object(ocs.start).and_then(|(ocs, _)| list.member(&ocs, "data"))?;
            ("/ocs/data", (list.array(data.start)?.0, end))
        }
        Some(_) => return Err(list.no_list(start..text.trim_end().len())),
        None => {
            return Err(
                list.fault(Fault { at: start, message: "expected a list of listeners, found nothing" })
            );
        }
    };
    let end = shallow::skip_space(text, end);
    if end < text.len() {
        return Err(list.fault(Fault { at: end, message: "expected the end of the list" }));
    }
    Ok(Listeners { text, pointer, entries: entries.into_iter().enumerate(), ids: HashSet::new() })
}

/// Behind a byte order mark.
pub(super) fn start(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

struct List<'t> {
    text: &'t str,
    start: usize,
}

impl List<'_> {
    fn array(&self, at: usize) -> Result<(Vec<Range<usize>>, usize), ListenerError> {
        match self.text.as_bytes().get(at) {
            Some(b'[') => shallow::array(self.text, at).map_err(|fault| self.fault(fault)),
            _ => Err(self.no_list(at..at + 1)),
        }
    }

    fn object(&self, at: usize) -> Result<(Members, usize), ListenerError> {
        match self.text.as_bytes().get(at) {
            Some(b'{') => shallow::object(self.text, at).map_err(|fault| self.fault(fault)),
            _ => Err(self.no_list(at..at + 1)),
        }
    }

    /// The value of a member; the others must be JSON.
    fn member(&self, members: &Members, name: &str) -> Result<Range<usize>, ListenerError> {
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        let mut found = None;
        for (key, value) in members {
            if text(key).trim_matches('"') == name {
                found = Some(value.clone());
            } else if let Some(fault) = first_fault(text(value)) {
                return Err(self.fault(Fault { at: value.start + fault.at, ..fault }));
            }
        }
        found.ok_or_else(|| self.no_list(self.start..self.start + 1))
    }

    fn fault(&self, fault: Fault) -> ListenerError {
        let char = self.text.get(fault.at..).and_then(|rest| rest.chars().next());
        let range = fault.at..fault.at + char.map_or(0, char::len_utf8);
        self.error(ErrorCode::InvalidJson, range, fault.message)
    }

    fn no_list(&self, range: Range<usize>) -> ListenerError {
        let message = r#"expected a list of listeners, or `{"ocs": {"data": […]}}`"#;
        self.error(ErrorCode::InvalidListener, range, message)
    }

    /// There may be secrets anywhere.
    fn error(&self, code: ErrorCode, range: Range<usize>, message: &str) -> ListenerError {
        let all = 0..self.text.len();
        let subject = Subject { range: Some(all.clone()), ..Subject::default() };
        ListenerError::new(subject, vec![Problem::new(code, String::new(), Some(range), message)], vec![all])
    }
}

/// Where a text stops being JSON.
fn first_fault(text: &str) -> Option<Fault> {
    let error = json::read(text.as_bytes(), &Trie::default(), &mut Scratch::new().event).err()?;
    Some(Fault { at: error.offset(), message: error.message() })
}
