//! Why an event does, or does not, match a filter.

mod describe;
mod display;
mod json;
mod listing;
mod nextcloud;
mod reach;
mod tree;
mod words;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::dialect_filter::DialectFilter;
use crate::error::EventError;
use crate::event;
use crate::filter::Filter;
use crate::verdict::{Thrown, Verdict};
use describe::Excerpt;

/// Why an event does, or does not, match a filter: the tree of the filter as it was written, every part
/// with its verdict and a sentence.
///
/// It is complete: what the verdict does not depend on is explained, too. `{}` prints the verdict and
/// the main reason on one line, `{:#}` the whole tree with ✓ and ✗, and [`to_json`](Self::to_json) gives
/// all of it to programs.
///
/// ```
/// use hooksieve::Filter;
/// use serde_json::json;
///
/// let filter = Filter::compile(r#"{"user.uid": "bob", "event.node.id": "23"}"#)?;
/// let explanation = filter.explain(&json!({
///     "event": {"node": {"id": 23, "path": "/bob/files/a.pdf"}},
///     "user": {"uid": "bob"},
/// }));
///
/// assert!(!explanation.matches());
/// assert_eq!(
///     explanation.to_string(),
///     "does not match: `event.node.id` is the number 23, the filter wants the string \"23\"",
/// );
/// assert_eq!(
///     format!("{explanation:#}"),
///     "✗ does not match: 1 of 2 conditions holds\n\
///     \x20 ✓ `user.uid` is \"bob\"\n\
///     \x20 ✗ `event.node.id` is the number 23, the filter wants the string \"23\"\n",
/// );
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
///
/// # Bounds
///
/// Of each condition 20 values of the event are listed (and the one that decides), of a value
/// 200 characters. Elements that an `$elemMatch` looks at are explained one by one as long as that comes
/// to no more than 2,000 parts; the others are counted. All values and pointers that are listed
/// come to no more than 4 MiB. What remains is in proportion to the filter. Beyond 20 million values,
/// those that do not decide are not counted to the end.
///
/// # A program that was loaded
///
/// It holds no text, so its tests are explained instead, in the order of the listing
/// ([`NodeKind::Test`]). They have no pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    root: ExplanationNode,
}

/// A part of a filter, or an element of the event that it was applied to, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationNode {
    kind: NodeKind,
    pointer: Arc<str>,
    range: Option<Range<usize>>,
    /// False where it throws.
    verdict: bool,
    throws: Option<Thrown>,
    is_reached: bool,
    sentence: String,
    condition: Option<Box<Condition>>,
    /// The element, for [`NodeKind::Element`].
    element: Option<String>,
    parts: Vec<ExplanationNode>,
    /// Parts that are not shown.
    more_parts: usize,
}

/// What there is to a path and its operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Condition {
    path: String,
    operator: Cow<'static, str>,
    /// The value stands alone, without its operator.
    is_literal: bool,
    operand: Option<Excerpt>,
    operand_range: Option<Range<usize>>,
    /// Of `$regex`.
    options: Option<Box<str>>,
    values: Vec<ReachedValue>,
    more_values: usize,
    missing: Vec<MissingField>,
    more_missing: usize,
}

/// What a part of an [`Explanation`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// A filter as a whole, or a branch of `$and`, `$or` or `$nor`: holds where all parts do.
    All,
    /// `$and`: holds where all branches do.
    And,
    /// `$or`: holds where any branch does.
    Or,
    /// `$nor`: holds where no branch does.
    Nor,
    /// A path with its operators: holds where all of them do.
    Field,
    /// `$not`: holds where its operators do not all hold.
    Not,
    /// `$all`: holds where all entries do, and there are some.
    AllOf,
    /// `$elemMatch`; the parts are the elements that it looked at.
    ElemMatch,
    /// An element of the event: holds where all parts do. Their paths start there.
    Element,
    /// One operator at one path, or a value to be equal to.
    Condition,
    /// `$comment`: always holds.
    Comment,
    /// In the dialect of Nextcloud, a logical operator that it does not know, with a list: never holds, but
    /// the first entry of the list is looked at.
    Unknown,
    /// In the dialect of Nextcloud, what its evaluator cannot read: throws, whatever the event.
    Invalid,
    /// A program without the text of its filter; the parts are its tests, whether the verdict depends
    /// on them or not.
    Program,
    /// A test of a program.
    Test,
}

/// A value of the event that a path has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedValue {
    pointer: String,
    type_name: &'static str,
    /// `None` where values are masked.
    excerpt: Option<Excerpt>,
    passes: bool,
}

/// Where a path broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingField {
    pointer: String,
    type_name: &'static str,
    segment: String,
    suggestion: Option<String>,
}

/// How an explanation is made.
///
/// ```
/// use hooksieve::{ExplainOptions, Filter};
/// use serde_json::json;
///
/// let filter = Filter::compile(r#"{"user.uid": "bob"}"#)?;
/// let options = ExplainOptions::new().mask_values(true);
/// assert_eq!(
///     filter.explain_with(&json!({"user": {"uid": "alice"}}), options).to_string(),
///     "does not match: `user.uid` is another string, the filter wants \"bob\"",
/// );
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExplainOptions {
    masks: bool,
}

impl ExplainOptions {
    /// Values are shown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the event's values are left out, for logs. What the filter itself says is still shown,
    /// and so are verdicts, types, numbers of elements and fields, and the places of values, which
    /// consist of the filter's own paths and of indexes: no key of the event that the filter does not
    /// name, and no guess at one.
    #[must_use]
    pub fn mask_values(mut self, masks: bool) -> Self {
        self.masks = masks;
        self
    }
}

impl Filter {
    /// Explains the verdict on an event. Takes much longer than [`matches`](Self::matches): it is for
    /// people.
    #[must_use]
    pub fn explain(&self, event: &Value) -> Explanation {
        self.explain_with(event, ExplainOptions::default())
    }

    /// As [`explain`](Self::explain), with options.
    #[must_use]
    pub fn explain_with(&self, event: &Value, options: ExplainOptions) -> Explanation {
        let root = match self.outline() {
            Some(outline) => tree::explain(&outline, event, options.masks),
            None => listing::explain(self.program(), event, options.masks),
        };
        Explanation { root }
    }

    /// Explains the verdict on a raw event: that of [`matches_json`](Self::matches_json).
    ///
    /// # Errors
    ///
    /// [`EventError`], where `matches_json` fails.
    pub fn explain_json(&self, event: &[u8]) -> Result<Explanation, EventError> {
        self.explain_json_with(event, ExplainOptions::default())
    }

    /// As [`explain_json`](Self::explain_json), with options.
    ///
    /// # Errors
    ///
    /// [`EventError`], where `matches_json` fails.
    pub fn explain_json_with(
        &self,
        event: &[u8],
        options: ExplainOptions,
    ) -> Result<Explanation, EventError> {
        Ok(self.explain_with(&event::json::value(event)?, options))
    }
}

impl DialectFilter {
    /// Explains the verdict on an event: in the dialect of Nextcloud with the rules of that dialect, and with
    /// what its evaluator does not get to.
    ///
    /// ```
    /// use hooksieve::{Compiler, Dialect};
    /// use serde_json::json;
    ///
    /// let filter = Compiler::new().dialect(Dialect::Nextcloud).compile(r#"{"event.node.id": {"$in": ["23"]}}"#)?;
    /// assert_eq!(
    ///     filter.explain(&json!({"event": {"node": {"id": 23}}})).to_string(),
    ///     "matches: `event.node.id` is the number 23; in this dialect `in_array` compares loosely, so the \
    ///      string \"23\" equals it",
    /// );
    /// # Ok::<(), hooksieve::CompileError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, event: &Value) -> Explanation {
        self.explain_with(event, ExplainOptions::default())
    }

    /// As [`explain`](Self::explain), with options.
    #[must_use]
    pub fn explain_with(&self, event: &Value, options: ExplainOptions) -> Explanation {
        if let Some(filter) = self.as_mongo() {
            return filter.explain_with(event, options);
        }
        let root = match self.nextcloud_outline() {
            Some(outline) => nextcloud::explain(&outline, event, options.masks),
            None => nextcloud::explain_program(self.program(), event, options.masks),
        };
        Explanation { root }
    }

    /// Explains the verdict on a raw event.
    ///
    /// # Errors
    ///
    /// [`EventError`], where [`verdict_json`](Self::verdict_json) fails.
    pub fn explain_json(&self, event: &[u8]) -> Result<Explanation, EventError> {
        self.explain_json_with(event, ExplainOptions::default())
    }

    /// As [`explain_json`](Self::explain_json), with options.
    ///
    /// # Errors
    ///
    /// [`EventError`], where [`verdict_json`](Self::verdict_json) fails.
    pub fn explain_json_with(
        &self,
        event: &[u8],
        options: ExplainOptions,
    ) -> Result<Explanation, EventError> {
        Ok(self.explain_with(&event::json::value(event)?, options))
    }
}

impl Explanation {
    /// Whether the filter lets the event through: as [`Filter::matches`]; false where it throws.
    #[must_use]
    pub fn matches(&self) -> bool {
        self.root.verdict
    }

    /// The verdict: that of [`DialectFilter::verdict`].
    pub fn verdict(&self) -> Verdict {
        self.root.outcome().into()
    }

    /// The filter as a whole.
    #[must_use]
    pub fn root(&self) -> &ExplanationNode {
        &self.root
    }

    /// The main reason for the verdict: the sentences of the conditions that decide it, at most three
    /// of them.
    #[must_use]
    pub fn reason(&self) -> String {
        display::reason(&self.root)
    }

    /// All of it as JSON, for programs; see `docs/explain.md`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json::explanation(self)
    }
}

impl ExplanationNode {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        self.kind
    }

    /// The part's place in the filter, as a JSON Pointer (RFC 6901); empty for the filter as a whole. An
    /// [`Element`](NodeKind::Element) has that of its `$elemMatch`.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The bytes of the filter's [`source`](Filter::source) that it comes from, with the key. `None`
    /// where the filter was not given as text.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }

    /// Whether it holds: the verdict of the part as a filter of its own, on the event, or, within an
    /// `$elemMatch`, on the element. False where it [`throws`](Self::throws).
    #[must_use]
    pub fn verdict(&self) -> bool {
        self.verdict
    }

    /// What PHP throws at this part, alone, if it does: in the dialect of Nextcloud only.
    #[must_use]
    pub fn throws(&self) -> Option<&Thrown> {
        self.throws.as_ref()
    }

    /// Whether the evaluator gets to this part. Nextcloud's stops where the verdict is certain, and at what
    /// throws; in MongoDB's dialect, where nothing throws, it makes no difference, and every part counts as reached.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.is_reached
    }

    fn outcome(&self) -> Result<bool, Thrown> {
        self.throws.clone().map_or(Ok(self.verdict), Err)
    }

    /// Why, in plain words: one line, no full stop.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// The path, as it is written in the filter; a long one without its middle. `None` where there is
    /// none.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.condition.as_deref().map(|condition| &*condition.path)
    }

    /// The operator, `$eq` for a value that stands alone, in the dialect of Nextcloud `$e`, and there also what
    /// stands in the place of one; of a [`Test`](NodeKind::Test) its name in the listing. `None` for what has
    /// none.
    #[must_use]
    pub fn operator(&self) -> Option<&str> {
        match self.kind {
            NodeKind::And => Some("$and"),
            NodeKind::Or => Some("$or"),
            NodeKind::Nor => Some("$nor"),
            NodeKind::Not => Some("$not"),
            NodeKind::Field => None,
            _ => self.condition.as_deref().map(|condition| &*condition.operator),
        }
    }

    /// Whether a value stands alone under its path, without `$eq`.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.condition.as_deref().is_some_and(|condition| condition.is_literal)
    }

    /// The operand as JSON; of a long one the beginning.
    #[must_use]
    pub fn operand(&self) -> Option<&str> {
        self.condition.as_deref()?.operand.as_ref().map(|operand| &*operand.text)
    }

    /// The bytes of the operand in the filter's [`source`](Filter::source).
    #[must_use]
    pub fn operand_range(&self) -> Option<Range<usize>> {
        self.condition.as_deref()?.operand_range.clone()
    }

    /// The `$options` beside `$regex`.
    #[must_use]
    pub fn options(&self) -> Option<&str> {
        self.condition.as_deref()?.options.as_deref()
    }

    /// The values of the event that the path has reached, in the order in which they are tried. An array at its end
    /// stands for each of its elements, and for itself; in the dialect of Nextcloud for itself only, and the
    /// values end with the one that decides.
    #[must_use]
    pub fn values(&self) -> &[ReachedValue] {
        self.condition.as_deref().map_or(&[], |condition| &condition.values)
    }

    /// How many values there are beside [`values`](Self::values).
    #[must_use]
    pub fn more_values(&self) -> usize {
        self.condition.as_deref().map_or(0, |condition| condition.more_values)
    }

    /// Where the path broke off: 5 places at most. In the dialect of Nextcloud null is a missing field, too.
    #[must_use]
    pub fn missing(&self) -> &[MissingField] {
        self.condition.as_deref().map_or(&[], |condition| &condition.missing)
    }

    /// How many such places there are beside [`missing`](Self::missing).
    #[must_use]
    pub fn more_missing(&self) -> usize {
        self.condition.as_deref().map_or(0, |condition| condition.more_missing)
    }

    /// The place in the event of an [`Element`](NodeKind::Element), as a JSON Pointer.
    #[must_use]
    pub fn element(&self) -> Option<&str> {
        self.element.as_deref()
    }

    /// What it is made of, in the order of the filter; of an [`ElemMatch`](NodeKind::ElemMatch) the
    /// elements of the event.
    #[must_use]
    pub fn parts(&self) -> &[ExplanationNode] {
        &self.parts
    }

    /// How many elements there are beside [`parts`](Self::parts).
    #[must_use]
    pub fn more_parts(&self) -> usize {
        self.more_parts
    }
}

impl ReachedValue {
    /// Its place in the event, as a JSON Pointer.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Its type, as `$type` knows it: `int`, `string`, …
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The value as JSON, at most 200 characters of it and then `…`. `None` where values are masked.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.excerpt.as_ref().map(|excerpt| &*excerpt.text)
    }

    /// Whether it alone passes the test. `$ne`, `$nin` and `$exists: false` hold where no value passes
    /// the test that they negate; but in the dialect of Nextcloud they are asked of each value, and this is the
    /// answer.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.passes
    }
}

impl MissingField {
    /// The place in the event, as a JSON Pointer, of the value that has no such field.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The type of that value, as `$type` knows it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The segment of the path that it does not have.
    #[must_use]
    pub fn segment(&self) -> &str {
        &self.segment
    }

    /// A key that it has and that was probably meant, as it is written in a path. `None` where values
    /// are masked.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}
