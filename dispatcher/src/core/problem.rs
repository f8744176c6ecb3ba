//! What is wrong with a registration, all of it.

use std::fmt;
use std::ops::Range;

use hooksieve::Problem;

use super::json::Json;

/// Why a registration is refused: everything that is wrong with it, in the order of the text. `Display` prints a
/// line for each.
///
/// Beyond 100, a last one says that there are more. The values of headers, of `authData` and of signatures'
/// secrets never stand in it.
///
/// ```
/// use hooksieve_dispatcher::core::Registration;
///
/// let error = Registration::from_json(r#"{"event": "A", "delivery": {"rety": "nextcloud"}}"#).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`httpMethod` is missing (bytes 0..49); what a delivery does, mostly `POST`\n\
///      `uri` is missing (bytes 0..49); where the events are sent\n\
///      `delivery`: unknown field `rety` at `/delivery/rety` (bytes 28..34); did you mean `retry`?",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationError {
    /// At least one.
    pub problems: Vec<RegistrationProblem>,
}

/// One thing that is wrong with a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationProblem {
    /// A stable word: one of [`hooksieve::ErrorCode`], `unknown-field` or `address-refused`.
    pub code: &'static str,
    /// A JSON Pointer into the registration.
    pub pointer: String,
    /// The bytes of the text.
    pub range: Option<Range<usize>>,
    /// In plain words.
    pub message: String,
    /// What was probably meant.
    pub hint: Option<String>,
}

impl std::error::Error for RegistrationError {}

impl RegistrationError {
    /// Deliveries to the URI of a registration, whose text this is, are refused: something that only who delivers can
    /// tell.
    #[must_use]
    pub fn address_refused(text: &str, message: String) -> Self {
        let uri = Json::read(text).and_then(|json| json.members()).and_then(|members| {
            // The last one counts, as everywhere.
            members.iter().rev().find(|member| member.name == "uri").map(|member| member.value.range())
        });
        let problem = RegistrationProblem {
            code: "address-refused",
            pointer: "/uri".to_owned(),
            range: uri,
            message,
            hint: None,
        };
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for RegistrationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.pointer.is_empty() {
            write!(f, " at `{}`", self.pointer)?;
        }
        if let Some(range) = &self.range {
            write!(f, " (bytes {}..{})", range.start, range.end)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl From<&Problem> for RegistrationProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code().as_str(),
            pointer: problem.pointer().to_owned(),
            range: problem.range(),
            message: problem.message().to_owned(),
            hint: problem.hint().map(str::to_owned),
        }
    }
}

/// The problems that were found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<RegistrationProblem>);

/// As many as the engine shows.
const MAX_PROBLEMS: usize = 100;

/// There is no such field. The engine keeps fields that it does not know, and has no code for them.
pub(super) const UNKNOWN_FIELD: &str = "unknown-field";

impl Problems {
    pub(super) fn report(
        &mut self,
        code: &'static str,
        pointer: &str,
        range: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let pointer = pointer.to_owned();
        self.push(RegistrationProblem { code, pointer, range: Some(range), message: message.into(), hint });
    }

    pub(super) fn push(&mut self, problem: RegistrationProblem) {
        self.0.push(problem);
    }

    /// Whether there is one at this very place.
    pub(super) fn is_at(&self, pointer: &str) -> bool {
        self.0.iter().any(|problem| problem.pointer == pointer)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// There is at least one.
    pub(super) fn into_error(self, text_length: usize) -> RegistrationError {
        let Self(mut problems) = self;
        problems.sort_by_key(|problem| problem.range.as_ref().map_or(0, |range| range.start));
        if problems.len() > MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS);
            problems.push(RegistrationProblem {
                code: hooksieve::ErrorCode::LimitExceeded.as_str(),
                pointer: String::new(),
                range: Some(text_length..text_length),
                message: "more problems are not shown".to_owned(),
                hint: None,
            });
        }
        RegistrationError { problems }
    }
}

/// A member of an object, as a JSON Pointer (RFC 6901).
pub(super) fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The start of the user's text, for a message.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.split_at(end).0),
        None => text.to_owned(),
    }
}

/// "did you mean …?", where one of the known words is but a slip away.
pub(super) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(word, known).map(|known| format!("did you mean `{known}`?"))
}

/// The known word that is but a slip away: in case, `-` and `_` aside.
pub(super) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    const LONGEST: usize = 40;
    if word.len() > LONGEST {
        return None;
    }
    let fold = |word: &str| word.replace(['-', '_'], "").to_ascii_lowercase();
    let folded = fold(word);
    known
        .into_iter()
        .map(|known| (strsim::osa_distance(&folded, &fold(known)), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 6)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
