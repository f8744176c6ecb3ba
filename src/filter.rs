//! The front door.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::analysis::{self, Implication};
use crate::compiler;
use crate::dialect::Dialect;
use crate::dialect_filter::{DialectCompiler, DialectFilter};
use crate::error::{CompileError, EventError};
use crate::event::json::{self, Scratch};
use crate::event::trie::Trie;
use crate::limits::Limits;
use crate::program::{Code, Program, ProgramError};
use crate::syntax::nextcloud::Throwing;
use crate::syntax::outline::{Outline, Source};
use crate::syntax::{nextcloud, parser, reader};
use crate::vm;

/// A compiled filter. Cheap to clone and to share between threads.
///
/// ```
/// use hooksieve::Filter;
/// use serde_json::json;
///
/// let filter = Filter::compile(r#"{"user.uid": "bob", "time": {"$lt": 1711971024}}"#)?;
///
/// assert!(filter.matches(&json!({"user": {"uid": "bob"}, "time": 1700000000})));
/// assert!(!filter.matches(&json!({"user": {"uid": "eve"}, "time": 1700000000})));
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[derive(Clone)]
pub struct Filter {
    inner: Arc<Inner>,
}

struct Inner {
    program: Program,
    /// What it looks at; made when the first raw event comes.
    trie: OnceLock<Box<Trie>>,
    /// `None` for a program that was loaded.
    source: Option<Source>,
}

impl Filter {
    pub(crate) fn new(program: Program, source: Option<Source>) -> Self {
        Self { inner: Arc::new(Inner { program, trie: OnceLock::new(), source }) }
    }

    /// Compiles the text of a filter, in the default dialect and within the default [`Limits`].
    ///
    /// `{}`, `[]` and `null` match every event.
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the text. A filter that compiles cannot fail later.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        Compiler::new().compile(text)
    }

    /// Compiles a filter that is parsed already. Its errors have no byte ranges; and a key that the
    /// text named twice is not noticed, for the parser has dropped one of the two.
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the filter.
    pub fn from_value(filter: &Value) -> Result<Self, CompileError> {
        Compiler::new().compile_value(filter)
    }

    /// Whether the filter lets the event through. Cannot fail, and allocates nothing but, for
    /// `$regex`, what the search needs.
    ///
    /// An event that is not an object has no fields; the elements of an array are reached by their
    /// indexes.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        vm::matches(self.program(), event)
    }

    /// Whether the filter lets a raw event through: one pass over its text, in which only what the
    /// filter looks at is parsed. The rest is checked all the same. The verdict is that of
    /// [`matches`](Self::matches) on the parsed event; of equal keys the last one counts.
    ///
    /// Allocates nothing once `scratch` is warm, but for `$regex` what the search needs.
    ///
    /// # Errors
    ///
    /// [`EventError`], where `event` is not one JSON document in UTF-8, anywhere; where it is nested
    /// deeper than 127 levels, has a number beyond the doubles, or is longer than 2 GiB. These are the
    /// texts that serde_json refuses.
    ///
    /// ```
    /// use hooksieve::{Filter, Scratch};
    ///
    /// let filter = Filter::compile(r#"{"user.uid": "bob"}"#)?;
    /// let mut scratch = Scratch::new();
    /// assert!(filter.matches_json(br#"{"user": {"uid": "bob"}}"#, &mut scratch)?);
    /// assert!(filter.matches_json(br#"{"user": {"uid": "bob"}"#, &mut scratch).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matches_json(&self, event: &[u8], scratch: &mut Scratch) -> Result<bool, EventError> {
        let tape = json::read(event, self.trie(), &mut scratch.event)?;
        Ok(vm::matches_read(self.program(), tape.root(), self.trie()))
    }

    /// As [`matches_json`](Self::matches_json), with working memory of its own: for now and then.
    ///
    /// # Errors
    ///
    /// [`EventError`], where `event` is not JSON.
    pub fn matches_json_once(&self, event: &[u8]) -> Result<bool, EventError> {
        self.matches_json(event, &mut Scratch::new())
    }

    /// What it looks at.
    pub(crate) fn trie(&self) -> &Trie {
        self.inner.trie.get_or_init(|| Trie::of(&self.inner.program).into())
    }

    /// Exchanges its code for equal code, unless it shares its program with another filter.
    pub(crate) fn share_code(&mut self, code: Arc<Code>) {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.program.code = code;
        }
    }

    /// The text that the filter was compiled from, as it was given; for a filter that was given as a value, the
    /// value's JSON. `None` for a program that was loaded: it holds no text.
    ///
    /// ```
    /// use hooksieve::{Filter, Program};
    ///
    /// let filter = Filter::compile(r#"{"user.uid":  "bob"}"#)?;
    /// assert_eq!(filter.source(), Some(r#"{"user.uid":  "bob"}"#));
    ///
    /// let loaded = Filter::try_from(Program::from_bytes(&filter.program().to_bytes())?)?;
    /// assert_eq!(loaded.source(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.inner.source.as_ref().map(Source::text)
    }

    /// The filter as it was written, part by part. `None` for a program that was loaded.
    pub(crate) fn outline(&self) -> Option<Outline> {
        self.inner.source.as_ref()?.outline()
    }

    /// The same, of the dialect of Nextcloud.
    pub(crate) fn nextcloud_outline(&self) -> Option<nextcloud::Part> {
        self.inner.source.as_ref()?.nextcloud_outline()
    }

    /// Whether `other` matches every event that this filter matches.
    ///
    /// A `Yes` is proven, and a `No` comes with an event that shows it. The time is bounded, to some
    /// milliseconds for large filters; then, and for loaded programs, whose text is gone, the answer is
    /// `Unknown`.
    ///
    /// ```
    /// use hooksieve::{Filter, Implication};
    ///
    /// let one = Filter::compile(r#"{"user.uid": "bob", "time": {"$gt": 1711971024}}"#)?;
    /// let all = Filter::compile(r#"{"user.uid": {"$in": ["bob", "alice"]}}"#)?;
    /// assert_eq!(one.implies(&all), Implication::Yes);
    ///
    /// let Implication::No(event) = all.implies(&one) else { panic!() };
    /// assert!(all.matches(&event) && !one.matches(&event));
    /// # Ok::<(), hooksieve::CompileError>(())
    /// ```
    #[must_use]
    pub fn implies(&self, other: &Self) -> Implication {
        analysis::implies(self, other)
    }

    /// Whether the two filters match the same events. A `No` comes with an event that one of them
    /// matches and the other does not. Otherwise as for [`implies`](Self::implies).
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> Implication {
        match (self.implies(other), other.implies(self)) {
            (Implication::No(event), _) | (_, Implication::No(event)) => Implication::No(event),
            (Implication::Yes, Implication::Yes) => Implication::Yes,
            _ => Implication::Unknown,
        }
    }

    /// What the filter was compiled to.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.inner.program
    }
}

/// A program that was loaded. Fails where it is of another dialect than [`Dialect::Mongo`]: that is for a
/// [`DialectFilter`](crate::DialectFilter).
impl TryFrom<Program> for Filter {
    type Error = ProgramError;

    fn try_from(program: Program) -> Result<Self, Self::Error> {
        match program.dialect() {
            Dialect::Mongo => Ok(Self::new(program, None)),
            other => Err(ProgramError::OtherDialect(other)),
        }
    }
}

impl FromStr for Filter {
    type Err = CompileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::compile(text)
    }
}

/// Shows the listing of the program.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({:?})", self.program().to_string())
    }
}

/// Compiles filters with other [`Limits`], or in another [`Dialect`].
///
/// ```
/// use hooksieve::{Compiler, Limits};
///
/// let compiler = Compiler::new().limits(Limits { nesting: 3, ..Limits::default() });
/// assert!(compiler.compile(r#"{"$or": [{"a": 1}]}"#).is_ok());
/// assert!(compiler.compile(r#"{"$or": [{"a": [1]}]}"#).is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Compiler {
    limits: Limits,
}

impl Compiler {
    /// With the default limits, for the default dialect.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bounds what is compiled.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits.clamped();
        self
    }

    /// Chooses the rules. What is compiled then is a [`DialectFilter`](crate::DialectFilter), whose verdict can be a third one.
    #[must_use]
    pub fn dialect(self, dialect: Dialect) -> DialectCompiler {
        DialectCompiler { compiler: self, dialect }
    }

    /// As [`Filter::compile`].
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the text.
    pub fn compile(&self, text: &str) -> Result<Filter, CompileError> {
        self.compile_source(Source::of_text(text), reader::read(text, &self.limits), Dialect::Mongo)
    }

    /// As [`Filter::from_value`].
    ///
    /// # Errors
    ///
    /// [`CompileError`], with every problem of the filter.
    pub fn compile_value(&self, filter: &Value) -> Result<Filter, CompileError> {
        let json = reader::from_value(filter, &self.limits);
        self.compile_source(Source::of_value(filter), json, Dialect::Mongo)
    }

    pub(crate) fn compile_source(
        &self,
        source: Source,
        json: Result<reader::Json<'_>, reader::ReadError>,
        dialect: Dialect,
    ) -> Result<Filter, CompileError> {
        let program = match dialect {
            Dialect::Mongo => compiler::compile(parser::parse(json, &self.limits)?),
            Dialect::Nextcloud => {
                compiler::compile_nextcloud(&nextcloud::parse(json, &self.limits, Throwing::Refused)?)
            }
        };
        Ok(Filter::new(program, Some(source)))
    }

    /// A filter of the dialect of Nextcloud that is registered already, be it that it throws on every event.
    pub(crate) fn compile_registered(&self, text: &str) -> Result<DialectFilter, CompileError> {
        let json = reader::read(text, &self.limits);
        let expr = nextcloud::parse(json, &self.limits, Throwing::Kept)?;
        Ok(Filter::new(compiler::compile_nextcloud(&expr), Some(Source::of_text(text))).into())
    }

    pub(crate) fn bounds(&self) -> &Limits {
        &self.limits
    }
}
