//! What becomes of what was found.

use std::fmt;

use serde_json::Value;
use url::Url;

use super::Position;
use crate::core::Registration;
use crate::visible::Visible;

/// What becomes of each key or registration, in the order of the text. Neither `Display` nor [`to_json`](Self::to_json)
/// nor `Debug` shows secrets.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// For each, what becomes of it.
    pub entries: Vec<Entry>,
}

/// What becomes of a key or a registration.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, or the id of the registration as JSON.
    pub from: String,
    /// Where it stands, where that is known.
    pub position: Option<Position>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A registration.
    Imported(Imported),
    /// No registration of its own, and nothing is lost by that.
    Noted {
        /// What there is to know about it.
        notes: Vec<String>,
    },
    /// Nothing.
    Refused {
        /// Why; at least one.
        reasons: Vec<String>,
    },
}

/// A registration that [`Registration::from_json`] accepts.
#[derive(Clone)]
pub struct Imported {
    registration: Value,
    /// The same without secrets.
    shown: Value,
    notes: Vec<String>,
}

impl Imported {
    /// Checks a registration whole.
    pub(super) fn new(registration: &Value, notes: Vec<String>) -> Result<Self, Vec<String>> {
        match Registration::from_json(&registration.to_string()) {
            Ok(checked) => {
                let (registration, shown) = (checked.to_value_with_secrets(), checked.to_value());
                Ok(Self { registration, shown, notes })
            }
            Err(error) => {
                let problems = error.problems.iter();
                // Places in a text that nobody has seen are left out.
                Err(problems
                    .map(|problem| reason(&problem.message, &problem.pointer, None, problem.hint.as_deref()))
                    .collect())
            }
        }
    }

    /// The registration, with its secrets: to be registered, not to be shown.
    #[must_use]
    pub fn registration(&self) -> &Value {
        &self.registration
    }

    /// What there is to know about it, in plain words.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Shows no secrets.
impl fmt::Debug for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imported").field("registration", &self.shown).field("notes", &self.notes).finish()
    }
}

impl Plan {
    /// The registrations that are to be made.
    pub fn imported(&self) -> impl Iterator<Item = (&Entry, &Imported)> {
        self.entries.iter().filter_map(|entry| match &entry.outcome {
            Outcome::Imported(imported) => Some((entry, imported)),
            _ => None,
        })
    }

    /// Whether something is refused.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        self.count("refused") > 0
    }

    /// As JSON, for programs: `[{"from", "line", "column", "result", "registration" | "notes" | "reasons", …}]`, where `result`
    /// is `imported`, `noted` or `refused`. Secrets are `[redacted]`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.entries.iter().map(Entry::to_json).collect()
    }

    fn count(&self, word: &str) -> usize {
        self.entries.iter().filter(|entry| entry.outcome.word() == word).count()
    }
}

/// For people: for each entry a line, and lines with what there is to know, indented; at the end, how many there are.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.entries {
            writeln!(f, "{entry}")?;
        }
        let counts = ["imported", "noted", "refused"].map(|word| format!("{} {word}", self.count(word)));
        f.write_str(&counts.join(", "))
    }
}

impl Entry {
    fn to_json(&self) -> Value {
        let mut fields = vec![("from", Value::from(&*self.from)), ("result", self.outcome.word().into())];
        if let Some(Position { line, column }) = self.position {
            fields.extend([("line", line.into()), ("column", column.into())]);
        }
        fields.extend(match &self.outcome {
            Outcome::Imported(imported) => {
                vec![("registration", imported.shown.clone()), ("notes", imported.notes.clone().into())]
            }
            Outcome::Noted { notes } => vec![("notes", notes.clone().into())],
            Outcome::Refused { reasons } => vec![("reasons", reasons.clone().into())],
        });
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Visible(&self.from))?;
        if let Some(position) = self.position {
            write!(f, " ({position})")?;
        }
        write!(f, ": {}", self.outcome.word())?;
        let lines = match &self.outcome {
            Outcome::Imported(imported) => {
                let field = |name| imported.shown.get(name).and_then(Value::as_str).unwrap_or_default();
                // The rest of a URI is often a secret.
                let origin = Url::parse(field("uri")).map(|url| url.origin().ascii_serialization());
                let class = Visible(field("event"));
                write!(f, ": {class}, {} to {}", field("httpMethod"), origin.unwrap_or_default())?;
                &imported.notes
            }
            Outcome::Noted { notes } => notes,
            Outcome::Refused { reasons } => reasons,
        };
        lines.iter().try_for_each(|line| write!(f, "\n  {}", Visible(line)))
    }
}

impl From<Result<Imported, Vec<String>>> for Outcome {
    fn from(result: Result<Imported, Vec<String>>) -> Self {
        match result {
            Ok(imported) => Self::Imported(imported),
            Err(reasons) => Self::Refused { reasons },
        }
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Imported(_) => "imported",
            Self::Noted { .. } => "noted",
            Self::Refused { .. } => "refused",
        }
    }
}

/// A problem as a sentence.
pub(super) fn reason(message: &str, pointer: &str, position: Option<Position>, hint: Option<&str>) -> String {
    let mut reason = message.to_owned();
    if !pointer.is_empty() {
        reason += &format!(" at `{pointer}`");
    }
    if let Some(position) = position {
        reason += &format!(" ({position})");
    }
    if let Some(hint) = hint {
        reason += &format!("; {hint}");
    }
    reason
}
