//! A list of registrations of Nextcloud's `webhook_listeners`, whose filters are written for its own evaluator.

use std::ops::Range;

use hooksieve::{
    AuthData, AuthMethod, Catalog, Filter, Listener, ListenerError, ListenerId, Problem, RegisteredFilter,
    migrate,
};
use serde_json::{Value, json};

use super::plan::{Entry, Imported, Outcome, Plan};
use super::{ImportError, Position};

/// What filters are compared on that cannot be proved to be the same.
const MADE_UP_EVENTS: u64 = 1_000;

const RETRY_NOTE: &str = "tried again after 5xx, or no answer, as OpenRegister documents it; Nextcloud itself makes one attempt, `\"retry\": \"nextcloud\"`";

/// What a registration has in the list of one server, and is another's on the next.
const NOT_TAKEN_OVER: [&str; 1] = ["id"];

pub(super) fn plan(text: &str, catalog: &Catalog) -> Result<Plan, ImportError> {
    let no_list = |error: ListenerError| {
        let problem = error.problems().first();
        let start = problem.and_then(Problem::range).map_or(0, |range| range.start);
        ImportError::new(text, start, problem.map_or("the text is no list", Problem::message))
    };
    let filters = Listener::filters_from_json(text).map_err(no_list)?;
    let translations: Vec<Option<Translation>> =
        filters.map(|filter| Some(Translation::new(&filter.ok()?, catalog))).collect();
    let exchanged = Exchanged::new(text, translations.iter().flatten());
    let listeners = Listener::list_from_json(&exchanged.text).map_err(no_list)?;
    let entries = listeners.zip(&translations).map(|(listener, translation)| {
        let refused = translation.as_ref().and_then(|translation| translation.verdict.as_ref().err());
        let mut reasons = refused.cloned().unwrap_or_default();
        match (listener, translation) {
            (Ok(listener), Some(Translation { verdict: Ok(notes), .. })) => Entry {
                from: listener.id().map(ListenerId::to_string).unwrap_or_default(),
                position: None,
                outcome: registration(&listener, notes.clone()),
            },
            (Ok(listener), _) => {
                reasons.extend(no_registration(&listener));
                let from = listener.id().map(ListenerId::to_string).unwrap_or_default();
                Entry { from, position: None, outcome: Outcome::Refused { reasons } }
            }
            (Err(error), _) => {
                reasons.extend(error.problems().iter().map(|problem| exchanged.reason(problem, text)));
                let position = error.position().map(|position| position.to_string());
                Entry {
                    from: error.id().map(ListenerId::to_string).or(position).unwrap_or_default(),
                    position: error.range().map(|range| Position::of(text, exchanged.original(range.start))),
                    outcome: Outcome::Refused { reasons },
                }
            }
        }
    });
    Ok(Plan { entries: entries.collect() })
}

/// The registration of a listener whose filter is translated.
fn registration(listener: &Listener, mut notes: Vec<String>) -> Outcome {
    let reasons = no_registration(listener);
    if !reasons.is_empty() {
        return Outcome::Refused { reasons };
    }
    let mut registration = listener.to_value_with_secrets();
    let fields = registration.as_object_mut();
    if let Some(fields) = fields {
        for name in listener.other_fields().keys() {
            fields.shift_remove(name);
            notes.push(format!("`{name}` is not taken over"));
        }
        for name in NOT_TAKEN_OVER {
            fields.shift_remove(name);
        }
        if let Some(AuthData::Encrypted(_)) = listener.auth_data() {
            fields.shift_remove("authData");
            notes.push("`authData` is not taken over, for `authMethod` is `none`".to_owned());
        }
        fields.insert("delivery".to_owned(), json!({ "body": "nextcloud", "retry": "openregister" }));
    }
    notes.push(RETRY_NOTE.to_owned());
    match Imported::new(registration, notes) {
        Ok(imported) => Outcome::Imported(imported),
        Err(reasons) => Outcome::Refused { reasons },
    }
}

/// Why a listener cannot be taken over, its filter aside.
fn no_registration(listener: &Listener) -> Vec<String> {
    let mut reasons = Vec::new();
    let is_encrypted = matches!(listener.auth_data(), Some(AuthData::Encrypted(_)));
    if listener.auth_method() == AuthMethod::Header && is_encrypted {
        reasons.push(
            "`authData` is encrypted, and only that server can read it; register the listener anew, with its headers"
                .to_owned(),
        );
    } else if let Err(error) = listener.delivery() {
        reasons.extend(error.problems().iter().map(|problem| problem.message().to_owned()));
    }
    if !listener.token_needed().is_empty() {
        reasons.push(
            "`tokenNeeded` asks for tokens to act for users, which only that server can make".to_owned(),
        );
    }
    reasons
}

/// What becomes of a filter.
struct Translation {
    /// Of the old filter; `None`, where there is none.
    range: Option<Range<usize>>,
    /// The new filter; every event, where there is no new filter.
    text: String,
    /// What there is to know, or why there is no new filter.
    verdict: Result<Vec<String>, Vec<String>>,
}

impl Translation {
    fn new(filter: &RegisteredFilter<'_>, catalog: &Catalog) -> Self {
        let translation =
            |text: &str, verdict| Self { range: filter.range(), text: text.to_owned(), verdict };
        let class = catalog.get(filter.class());
        let migration = migrate(filter.text(), class);
        let mut notes: Vec<String> = migration.notes().iter().map(|note| note.message().to_owned()).collect();
        let Some(new) = migration.filter().and_then(Filter::source) else {
            if let Some(suggestion) = migration.suggestion() {
                notes.push(format!(
                    "no event gets through the filter today; probably meant: `{}`",
                    compact(suggestion)
                ));
            }
            if notes.is_empty() {
                notes.push("the filter cannot be translated".to_owned());
            }
            return translation("{}", Err(notes));
        };
        let what = match compact(filter.text()) == compact(new) {
            true if new == "{}" => return translation(new, Ok(notes)),
            true => "the filter stays as it is".to_owned(),
            false => format!("the filter is written anew: `{new}`"),
        };
        let agree = |class: &hooksieve::EventClass| {
            let agrees = |seed: &u64| migration.agrees(&class.generate(*seed)) == Some(true);
            (0..MADE_UP_EVENTS).filter(agrees).count() as u64
        };
        let proof = match class {
            _ if migration.is_proved() => "lets the same events through, for certain".to_owned(),
            None => {
                "whether it lets the same events through is not checked, for the class is not known; `hooksieve migrate` compares them on events"
                    .to_owned()
            }
            Some(class) => match agree(class) {
                MADE_UP_EVENTS => format!("lets the same of {MADE_UP_EVENTS} made-up events through"),
                same => {
                    let others = MADE_UP_EVENTS - same;
                    notes.insert(0, format!("the nearest filter decides otherwise on {others} of {MADE_UP_EVENTS} made-up events: `{new}`"));
                    return translation("{}", Err(notes));
                }
            },
        };
        notes.insert(0, format!("{what}; {proof}"));
        translation(new, Ok(notes))
    }
}

/// JSON in its shortest form; no filter at all is `{}`.
fn compact(json: &str) -> String {
    match serde_json::from_str::<Value>(json) {
        Ok(Value::Null) => "{}".to_owned(),
        Ok(Value::Array(values)) if values.is_empty() => "{}".to_owned(),
        Ok(value) => value.to_string(),
        Err(_) => json.to_owned(),
    }
}

/// The text of a list with new filters, and the way back to the places of the old ones.
struct Exchanged {
    text: String,
    /// Of each filter, the old and the new place, in order.
    places: Vec<(Range<usize>, Range<usize>)>,
}

impl Exchanged {
    fn new<'t>(text: &str, translations: impl Iterator<Item = &'t Translation>) -> Self {
        let mut exchanged = Self { text: String::with_capacity(text.len()), places: Vec::new() };
        let mut done = 0;
        for translation in translations {
            let Some(old) = &translation.range else { continue };
            exchanged.text += text.get(done..old.start).unwrap_or_default();
            let start = exchanged.text.len();
            exchanged.text += &translation.text;
            exchanged.places.push((old.clone(), start..exchanged.text.len()));
            done = old.end;
        }
        exchanged.text += text.get(done..).unwrap_or_default();
        exchanged
    }

    /// From a byte of the new text to the byte of the old one; in a filter, to its start.
    fn original(&self, offset: usize) -> usize {
        match self.places.iter().rev().find(|(_, new)| new.start <= offset) {
            None => offset,
            Some((old, new)) if offset < new.end => old.start,
            Some((old, new)) => old.end + (offset - new.end),
        }
    }

    /// A problem, with its place in the old text.
    fn reason(&self, problem: &Problem, text: &str) -> String {
        let mut reason = format!("{} at `{}`", problem.message(), problem.pointer());
        if let Some(range) = problem.range() {
            reason += &format!(" ({})", Position::of(text, self.original(range.start)));
        }
        if let Some(hint) = problem.hint() {
            reason += &format!("; {hint}");
        }
        reason
    }
}
