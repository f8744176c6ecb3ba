//! A list of registrations of Nextcloud's `webhook_listeners`, whose filters are written for its own evaluator.

use std::ops::Range;

use hooksieve::{
    AuthMethod, Catalog, Filter, Listener, ListenerError, ListenerId, Problem, RegisteredFilter, migrate,
};
use serde_json::{Value, json};

use super::plan::{self, Entry, Imported, Outcome, Plan};
use super::{ImportError, Positions};
use crate::core::Edits;

/// What filters are compared on that cannot be proved to be the same.
const MADE_UP_EVENTS: u64 = 1_000;

const RETRY_NOTE: &str = "tried again after 5xx, or no answer, as OpenRegister documents it; Nextcloud itself makes one attempt, `\"retry\": \"nextcloud\"`";

pub(super) fn plan(text: &str, catalog: &Catalog) -> Result<Plan, ImportError> {
    let no_list = |error: ListenerError| {
        let problem = error.problems().first();
        let start = problem.and_then(Problem::range).map_or(0, |range| range.start);
        ImportError::new(text, start, problem.map_or("the text is no list", Problem::message))
    };
    let filters = Listener::filters_from_json(text).map_err(no_list)?;
    let translations: Vec<Option<Translation>> =
        filters.map(|filter| Some(Translation::new(&filter.ok()?, catalog))).collect();
    let mut edits = Edits::default();
    for translation in translations.iter().flatten() {
        if let Some(range) = &translation.range {
            edits.replace(range.clone(), translation.text.clone());
        }
    }
    let edited = edits.apply(text);
    let listeners = Listener::list_from_json(&edited).map_err(no_list)?;
    let mut positions = Positions::new(text);
    let mut position = |range: Range<usize>| positions.of(edits.original(range).start);
    let entries = listeners.zip(translations).map(|(listener, translation)| match listener {
        Ok(listener) => {
            let unread = || Err(vec!["the filter cannot be read".to_owned()]);
            let verdict = translation.map_or_else(unread, |translation| translation.verdict);
            let from = listener.id().map(ListenerId::to_string).unwrap_or_default();
            Entry { from, position: None, outcome: outcome(&listener, verdict) }
        }
        Err(error) => {
            let mut reasons =
                translation.and_then(|translation| translation.verdict.err()).unwrap_or_default();
            reasons.extend(error.problems().iter().map(|problem| {
                plan::reason(
                    problem.message(),
                    problem.pointer(),
                    problem.range().map(&mut position),
                    problem.hint(),
                )
            }));
            let id = error.id().map(ListenerId::to_string);
            Entry {
                from: id.or(error.position().map(|position| position.to_string())).unwrap_or_default(),
                position: error.range().map(&mut position),
                outcome: Outcome::Refused { reasons },
            }
        }
    });
    Ok(Plan { entries: entries.collect() })
}

/// What becomes of a listener, from what becomes of its filter.
fn outcome(listener: &Listener, verdict: Result<Vec<String>, Vec<String>>) -> Outcome {
    let (mut notes, mut reasons) = match verdict {
        Ok(notes) => (notes, Vec::new()),
        Err(reasons) => (Vec::new(), reasons),
    };
    let mut registration = listener.to_value_with_secrets();
    if let Some(fields) = registration.as_object_mut() {
        // Who registered it, and its number, are things of that server.
        fields.shift_remove("id");
        for name in listener.other_fields().keys() {
            fields.shift_remove(name);
            notes.push(format!("`{name}` is not taken over"));
        }
        if listener.auth_method() == AuthMethod::None && fields.shift_remove("authData").is_some() {
            notes.push("`authData` is not taken over, for `authMethod` is `none`".to_owned());
        }
        fields.insert("delivery".to_owned(), json!({ "body": "nextcloud", "retry": "openregister" }));
    }
    notes.push(RETRY_NOTE.to_owned());
    match Imported::new(&registration, notes) {
        Ok(imported) if reasons.is_empty() => Outcome::Imported(imported),
        Ok(_) => Outcome::Refused { reasons },
        Err(others) => {
            reasons.extend(others);
            Outcome::Refused { reasons }
        }
    }
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
