//! A filter in a dialect that is chosen at run time.

use std::fmt;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::error::{CompileError, EventError};
use crate::event::json::{self, Scratch};
use crate::event::trie::Trie;
use crate::filter::{Compiler, Filter};
use crate::limits::Limits;
use crate::program::Program;
use crate::syntax::outline::Source;
use crate::syntax::{nextcloud, reader};
use crate::verdict::Verdict;
use crate::vm;

/// A compiled filter of any [`Dialect`]. It has a [`Verdict`] where a [`Filter`] has a `bool`: in the dialect
/// of Nextcloud an event can also make it throw.
///
/// ```
/// use hooksieve::{Compiler, Dialect, Verdict};
/// use serde_json::json;
///
/// let nextcloud = Compiler::new().dialect(Dialect::Nextcloud);
/// let filter = nextcloud.compile(r#"{"event.node.id": {"$in": ["23"]}, "user.uid": {"$eq": "bob"}}"#)?;
///
/// let event = |id: u64| json!({"event": {"node": {"id": id}}, "user": {"uid": "bob"}});
/// assert_eq!(filter.verdict(&event(24)), Verdict::DoesNotMatch);
/// let Verdict::Throws(thrown) = filter.verdict(&event(23)) else { panic!() };
/// assert_eq!(thrown.reason(), "Exception: Operator $eq is unknown");
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[derive(Clone)]
pub struct DialectFilter {
    /// Not given away unless it is MongoDB's.
    filter: Filter,
}

impl DialectFilter {
    /// What the filter says of the event.
    pub fn verdict(&self, event: &Value) -> Verdict {
        vm::verdict(self.program(), event)
    }

    /// What the filter says of a raw event; otherwise as [`Filter::matches_json`].
    ///
    /// # Errors
    ///
    /// [`EventError`], where `event` is not JSON.
    pub fn verdict_json(&self, event: &[u8], scratch: &mut Scratch) -> Result<Verdict, EventError> {
        let tape = json::read(event, self.trie(), &mut scratch.event)?;
        Ok(vm::verdict_read(self.program(), tape.root(), self.trie()))
    }

    /// Whose rules it follows.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.program().dialect()
    }

    /// The filter, if it follows the rules of [`Dialect::Mongo`].
    #[must_use]
    pub fn as_mongo(&self) -> Option<&Filter> {
        (self.dialect() == Dialect::Mongo).then_some(&self.filter)
    }

    /// As [`Filter::source`].
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.filter.source()
    }

    /// What it looks at.
    pub(crate) fn trie(&self) -> &Trie {
        self.filter.trie()
    }

    /// The filter of the Nextcloud dialect as it was written. `None` for a program that was loaded.
    pub(crate) fn nextcloud_outline(&self) -> Option<nextcloud::Part> {
        self.filter.nextcloud_outline()
    }

    /// What the filter was compiled to.
    #[must_use]
    pub fn program(&self) -> &Program {
        self.filter.program()
    }
}

impl From<Filter> for DialectFilter {
    fn from(filter: Filter) -> Self {
        Self { filter }
    }
}

/// A program that was loaded.
impl From<Program> for DialectFilter {
    fn from(program: Program) -> Self {
        Self { filter: Filter::new(program, None) }
    }
}

/// Shows the listing of the program.
impl fmt::Debug for DialectFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DialectFilter({:?}, {:?})", self.dialect(), self.program().to_string())
    }
}

/// Compiles filters in a [`Dialect`] that is chosen at run time: see [`Compiler::dialect`].
#[derive(Debug, Clone)]
pub struct DialectCompiler {
    pub(crate) compiler: Compiler,
    pub(crate) dialect: Dialect,
}

impl DialectCompiler {
    /// As [`Compiler::limits`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { compiler: self.compiler.limits(limits), ..self }
    }

    /// Compiles the text of a filter.
    ///
    /// In the dialect of Nextcloud hardly anything is wrong with a filter as such: what its evaluator does not
    /// know, it throws on once it gets there.
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the text. For Nextcloud: where it is not JSON, neither an
    /// object nor an array, beyond the limits, has a pattern that cannot be run in linear time, or throws on
    /// every event.
    pub fn compile(&self, text: &str) -> Result<DialectFilter, CompileError> {
        let json = reader::read(text, self.compiler.bounds());
        self.compile_source(Source::of_text(text), json)
    }

    /// Compiles a filter that is parsed already; otherwise as [`Filter::from_value`].
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the filter.
    pub fn compile_value(&self, filter: &Value) -> Result<DialectFilter, CompileError> {
        let json = reader::from_value(filter, self.compiler.bounds());
        self.compile_source(Source::of_value(filter), json)
    }

    fn compile_source(
        &self,
        source: Source,
        json: Result<reader::Json<'_>, reader::ReadError>,
    ) -> Result<DialectFilter, CompileError> {
        Ok(self.compiler.compile_source(source, json, self.dialect)?.into())
    }
}
