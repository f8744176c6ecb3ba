//! From the dialect of Nextcloud to the default one: the filter that keeps its meaning.

mod formula;
mod leaf;
mod pattern;

use std::ops::Range;

use serde_json::Value;

use crate::catalog::EventClass;
use crate::catalog::shape::Shape;
use crate::dialect::Dialect;
use crate::dialect_filter::DialectFilter;
use crate::error::ErrorCode;
use crate::filter::{Compiler, Filter};
use crate::limits::Limits;
use crate::lint::{LintCode, lint_portability};
use crate::path::Path;
use crate::portability::Reach;
use crate::syntax::nextcloud::{self, Kind, Logical, Part};
use crate::syntax::reader;
use crate::verdict::Verdict;
use formula::Formula;
use leaf::{Claim, Meaning, Remark, Translator};

/// Beyond so many parts side by side, what throws is not taken apart any more.
const MAX_PARTS: usize = 64;

/// The filter of the default dialect that lets the same events through as a filter that is written for
/// Nextcloud's own evaluator ([`Dialect::Nextcloud`]) does there; where it throws, it lets none through.
///
/// With the class of the events, most filters are translated by rule, which is a proof: for every event of
/// the class. Otherwise the nearest filter is given, which is to be checked on events
/// ([`Migration::agrees`]). `{}`, `[]` and `null` are every event.
///
/// ```
/// use hooksieve::{Catalog, migrate};
///
/// let class = Catalog::builtin().find("NodeWrittenEvent");
/// let migration = migrate(r#"{"event.node.path": "/^\\/bob\\/.*\\.pdf$/i"}"#, class);
/// assert!(migration.is_proved());
/// assert_eq!(
///     migration.filter().and_then(|filter| filter.source()),
///     Some(r#"{"event.node.path": {"$regex": "^/bob/.*\\.pdf$", "$options": "i"}}"#),
/// );
///
/// let migration = migrate(r#"{"user.uid": {"$eq": "bob"}}"#, class);
/// assert!(migration.filter().is_none());
/// assert_eq!(migration.notes()[0].message(), "Nextcloud throws whenever it gets here: Exception: Operator $eq is unknown");
/// assert_eq!(migration.suggestion(), Some(r#"{"user.uid": "bob"}"#));
/// ```
#[must_use]
pub fn migrate(filter: &str, class: Option<&EventClass>) -> Migration {
    // In a registration, that is no filter.
    let text = if filter.trim() == "null" { "{}" } else { filter };
    let nextcloud = match Compiler::new().dialect(Dialect::Nextcloud).compile(text) {
        Ok(nextcloud) => nextcloud,
        Err(error) => {
            let mut migration = Migration::none();
            for problem in error.problems() {
                migration.notes.push(MigrationNote {
                    kind: MigrationNoteKind::Trouble,
                    pointer: problem.pointer().to_owned(),
                    range: problem.range(),
                    message: problem.message().to_owned(),
                });
            }
            if error.problems().iter().all(|problem| problem.code() == ErrorCode::Throws) {
                migration.suggestion = suggestion(text, class);
            }
            return migration;
        }
    };
    let json = reader::read(text, &Limits::NONE);
    let Some(root) = json.ok().and_then(|json| nextcloud::outline(&json, true)) else {
        return Migration::none();
    };
    let mut paths = Vec::new();
    collect_paths(&root, &mut paths);
    let shape = class.filter(|class| class.has_envelope_of(paths)).map(EventClass::shape);

    let mut writer = Writer { shape, notes: Vec::new() };
    let meaning = writer.part(&root);
    let Claim { formula, is_proved } = &meaning.holds;
    let mut migration = Migration { nextcloud: Some(nextcloud), notes: writer.notes, ..Migration::none() };
    let never = *formula == Formula::NEVER;
    if never {
        migration.suggestion = suggestion(text, class);
    }
    if meaning.holds.is_never() && meaning.fails.is_some() {
        return migration;
    }
    match Filter::compile(&formula.to_filter()) {
        Ok(filter) => {
            migration.is_proved = *is_proved;
            migration.filter = Some(filter);
        }
        Err(error) => migration.notes.push(MigrationNote {
            kind: MigrationNoteKind::Doubt,
            pointer: String::new(),
            range: None,
            message: format!(
                "the default dialect refuses what would say the same: {}",
                error.first().message()
            ),
        }),
    }
    if migration.is_proved {
        // Of what is never reached.
        migration.notes.retain(|note| note.kind != MigrationNoteKind::Doubt);
    }
    migration
}

fn collect_paths<'p>(part: &'p Part, paths: &mut Vec<&'p Path>) {
    if let Kind::Condition(leaf) = &part.kind {
        paths.push(&leaf.condition.path);
    }
    part.parts().iter().for_each(|part| collect_paths(part, paths));
}

/// What was probably meant, by the rules of the default dialect; and the same in both, where that can be said.
fn suggestion(text: &str, class: Option<&EventClass>) -> Option<String> {
    const MOST_CHANGES: usize = 100;
    let mut text = text.to_owned();
    for _ in 0..MOST_CHANGES {
        let filter = Filter::compile(&text).ok()?;
        let lints = lint_portability(&filter, class);
        let is_wrong = |code| {
            matches!(
                code,
                LintCode::ThrowsInNextcloud | LintCode::PatternInNextcloud | LintCode::NullInNextcloud
            )
        };
        let mut wrong = lints.iter().filter(|lint| is_wrong(lint.code()));
        let Some(replacement) = wrong.find_map(|lint| lint.suggestion()?.replacement()) else { break };
        text.replace_range(replacement.range.clone(), &replacement.text);
    }
    Filter::compile(&text).ok().map(|_| text)
}

/// What becomes of a filter that is written for Nextcloud: see [`migrate`].
#[derive(Debug, Clone)]
pub struct Migration {
    nextcloud: Option<DialectFilter>,
    filter: Option<Filter>,
    is_proved: bool,
    notes: Vec<MigrationNote>,
    suggestion: Option<String>,
}

impl Migration {
    fn none() -> Self {
        Self { nextcloud: None, filter: None, is_proved: false, notes: Vec::new(), suggestion: None }
    }

    /// The filter in the default dialect. `None` where it would let no event through, because Nextcloud throws;
    /// or where the default dialect cannot say it.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Whether it lets the same events through, for certain: every event of the class that was named.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.is_proved
    }

    /// What there is to know, in the order of the text.
    #[must_use]
    pub fn notes(&self) -> &[MigrationNote] {
        &self.notes
    }

    /// What was probably meant, where nothing gets through: a filter of the default dialect. It lets events
    /// through that do not get through today.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// Whether both filters let the event through, or neither does; `None` where there is no filter.
    ///
    /// ```
    /// use hooksieve::migrate;
    /// use serde_json::json;
    ///
    /// let migration = migrate(r#"{"event.rowId": {"$in": ["23"]}}"#, None);
    /// assert!(!migration.is_proved());
    /// assert_eq!(migration.agrees(&json!({"event": {"rowId": 23}})), Some(true));
    /// assert_eq!(migration.agrees(&json!({"event": {"rowId": "23.0"}})), Some(false));
    /// ```
    #[must_use]
    pub fn agrees(&self, event: &Value) -> Option<bool> {
        let (old, new) = (self.nextcloud.as_ref()?, self.filter.as_ref()?);
        Some((old.verdict(event) == Verdict::Matches) == new.matches(event))
    }
}

/// What there is to know of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationNote {
    kind: MigrationNoteKind,
    pointer: String,
    range: Option<Range<usize>>,
    message: String,
}

/// What a [`MigrationNote`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MigrationNoteKind {
    /// Why something is written in another way.
    Rule,
    /// Why it is not certain to be the same.
    Doubt,
    /// It throws, or never holds.
    Trouble,
}

impl MigrationNoteKind {
    /// `rule`, `doubt` or `trouble`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Doubt => "doubt",
            Self::Trouble => "trouble",
        }
    }
}

impl MigrationNote {
    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> MigrationNoteKind {
        self.kind
    }

    /// The place in the old filter, as a JSON Pointer.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The same, in bytes of its text.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }

    /// In plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

struct Writer<'a> {
    /// What is known of the events.
    shape: Option<&'a Shape>,
    notes: Vec<MigrationNote>,
}

impl Writer<'_> {
    /// Recursion is bounded by the nesting of the filter.
    fn part(&mut self, part: &Part) -> Meaning {
        match &part.kind {
            Kind::All(parts) | Kind::Field(_, parts) | Kind::Logical(Logical::And, parts) => {
                let meanings = self.until(parts, |meaning| meaning.holds.is_never());
                conjunction(&meanings)
            }
            Kind::Logical(Logical::Or, parts) => self.disjunction(parts),
            Kind::Logical(Logical::Nor, parts) => negation(&self.disjunction(parts)),
            Kind::Not(_, parts) => {
                let meanings = self.until(parts, |meaning| meaning.holds.is_never());
                negation(&conjunction(&meanings))
            }
            Kind::Condition(leaf) => {
                let reach = self.shape.map(|shape| Reach::of_names(shape, &leaf.condition.path));
                let mut translator = Translator::new(leaf, reach);
                let meaning = translator.meaning();
                for remark in translator.remarks {
                    self.note(part, remark);
                }
                meaning
            }
            Kind::Raise(reason) => {
                self.note(part, Remark::Trouble(format!("Nextcloud throws whenever it gets here: {reason}")));
                Meaning { holds: Claim::NEVER, fails: Some(Claim::NEVER) }
            }
            Kind::Unknown(operator, first) => {
                let message = format!("`{operator}` is no operator for Nextcloud, and never holds");
                self.note(part, Remark::Trouble(message));
                let fails = first.as_deref().and_then(|first| {
                    let first = self.part(first);
                    first.fails.is_some().then(|| any(&[first.holds.clone(), first.fails()]))
                });
                Meaning { holds: Claim::NEVER, fails }
            }
        }
    }

    /// The parts that PHP gets to.
    fn until(&mut self, parts: &[Part], is_last: impl Fn(&Meaning) -> bool) -> Vec<Meaning> {
        let mut meanings = Vec::new();
        for part in parts {
            let meaning = self.part(part);
            let is_end = is_last(&meaning);
            meanings.push(meaning);
            if is_end {
                break;
            }
        }
        meanings
    }

    /// As a conjunction, with true and false swapped.
    fn disjunction(&mut self, parts: &[Part]) -> Meaning {
        let meanings = self.until(parts, |meaning| meaning.fails().is_never());
        let negated: Vec<Meaning> = meanings.iter().map(negation).collect();
        negation(&conjunction(&negated))
    }

    fn note(&mut self, part: &Part, remark: Remark) {
        let (kind, message) = match remark {
            Remark::Rule(message) => (MigrationNoteKind::Rule, message),
            Remark::Doubt(message) => (MigrationNoteKind::Doubt, message),
            Remark::Trouble(message) => (MigrationNoteKind::Trouble, message),
        };
        let (pointer, range) = (part.pointer.to_string(), part.span.range());
        self.notes.push(MigrationNote { kind, pointer, range, message });
    }
}

fn negation(meaning: &Meaning) -> Meaning {
    Meaning { holds: meaning.fails(), fails: meaning.fails.as_ref().map(|_| meaning.holds.clone()) }
}

/// Holds where all parts do. It fails where one does, and none before it throws: those before it hold then. Of
/// a part that never throws this need not be said, for where that does not hold, it is the one that fails.
fn conjunction(parts: &[Meaning]) -> Meaning {
    let holds = all(&parts.iter().map(|part| part.holds.clone()).collect::<Vec<_>>());
    if parts.iter().all(|part| part.fails.is_none()) {
        return Meaning { holds, fails: None };
    }
    if parts.len() > MAX_PARTS {
        let guess = Claim { is_proved: false, ..holds.clone().not() };
        return Meaning { holds, fails: Some(guess) };
    }
    let mut guards: Vec<Claim> = Vec::new();
    let mut fails = Vec::new();
    for part in parts {
        let here: Vec<Claim> = guards.iter().cloned().chain([part.fails()]).collect();
        fails.push(all(&here));
        if part.fails.is_some() {
            guards.push(part.holds.clone());
        }
    }
    Meaning { holds, fails: Some(any(&fails)) }
}

fn all(claims: &[Claim]) -> Claim {
    if claims.iter().any(Claim::is_never) {
        return Claim::NEVER;
    }
    let is_proved = claims.iter().all(|claim| claim.is_proved);
    Claim { formula: Formula::all(claims.iter().map(|claim| claim.formula.clone())), is_proved }
}

fn any(claims: &[Claim]) -> Claim {
    let is_always = |claim: &Claim| claim.is_proved && claim.formula == Formula::ALWAYS;
    if claims.iter().any(is_always) {
        return Claim::proved(Formula::ALWAYS);
    }
    let is_proved = claims.iter().all(|claim| claim.is_proved);
    Claim { formula: Formula::any(claims.iter().map(|claim| claim.formula.clone())), is_proved }
}
