//! Bounds on what is compiled.

/// How large a filter may be. Each bound has its own message; all have the code
/// [`LimitExceeded`](crate::ErrorCode::LimitExceeded).
///
/// ```
/// use hooksieve::{Compiler, ErrorCode, Limits};
///
/// let compiler = Compiler::new().limits(Limits { conditions: 2, ..Limits::default() });
/// assert!(compiler.compile(r#"{"a": 1, "b": 2}"#).is_ok());
///
/// let error = compiler.compile(r#"{"a": 1, "b": 2, "c": 3}"#).unwrap_err();
/// assert_eq!(error.first().code(), ErrorCode::LimitExceeded);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The filter's text, in bytes (65,536; more than 4 MiB count as 4 MiB). Of a filter that is given as a value: of
    /// its compact text, where a number counts as one byte and a character of a string as itself.
    pub text_bytes: usize,
    /// Arrays and objects inside each other (64; more than 128 count as 128).
    pub nesting: usize,
    /// Conditions, those inside `$elemMatch` and each entry of `$all` included (4,096; more than
    /// 16,384 count as 16,384).
    pub conditions: usize,
    /// Operands of one `$in`, `$nin` or `$all` (10,000).
    pub in_operands: usize,
    /// A `$regex`, in bytes (1,000).
    pub pattern_bytes: usize,
    /// States of all patterns of a filter together (8,192; more than 32,768 count as 32,768): about one
    /// for each character and for each range of a class, as often as a repetition such as `{100}` says.
    /// None for a pattern that is plain text, also behind a `^`. For a character of text a search visits
    /// each of them at most once or twice, in about 3 ns; of few of them a table is made, and it takes one step.
    pub pattern_states: usize,
    /// Segments of a path (128: no event that is read from text is nested deeper).
    pub path_segments: usize,
    /// Segments of a path that could be an index, those of the `$elemMatch`es around it included (8;
    /// more than 16 count as 16). Each of them may be a key as well as an index, so the ways through
    /// an event can double with each.
    pub path_indexes: usize,
}

impl Limits {
    pub(crate) const MAX_TEXT_BYTES: usize = 4 << 20;
    /// Of what is loaded: more than what any text is compiled to, which has at most 9 bytes (a double)
    /// for 3 of the text (`-0,`), and less than 32 for a condition.
    pub(crate) const MAX_PROGRAM_BYTES: usize = 16 << 20;
    pub(crate) const MAX_NESTING: usize = 128;
    pub(crate) const MAX_CONDITIONS: usize = 16_384;
    pub(crate) const MAX_PATTERN_STATES: usize = 32_768;
    pub(crate) const MAX_PATH_SEGMENTS: usize = 128;
    pub(crate) const MAX_PATH_INDEXES: usize = 16;

    /// For what has been found to be within its limits before.
    pub(crate) const NONE: Self = Self {
        text_bytes: usize::MAX,
        nesting: usize::MAX,
        conditions: usize::MAX - 1,
        in_operands: usize::MAX,
        pattern_bytes: usize::MAX,
        pattern_states: usize::MAX,
        path_segments: usize::MAX,
        path_indexes: usize::MAX,
    };

    /// With the bounds that keep a program's own bounds.
    pub(crate) fn clamped(self) -> Self {
        Self {
            text_bytes: self.text_bytes.min(Self::MAX_TEXT_BYTES),
            nesting: self.nesting.min(Self::MAX_NESTING),
            conditions: self.conditions.min(Self::MAX_CONDITIONS),
            pattern_states: self.pattern_states.min(Self::MAX_PATTERN_STATES),
            path_segments: self.path_segments.min(Self::MAX_PATH_SEGMENTS),
            path_indexes: self.path_indexes.min(Self::MAX_PATH_INDEXES),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 64 * 1024,
            nesting: 64,
            conditions: 4096,
            in_operands: 10_000,
            pattern_bytes: 1000,
            pattern_states: 8192,
            path_segments: 128,
            path_indexes: 8,
        }
    }
}
