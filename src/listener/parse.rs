//! One registration, from its text. Everything that is wrong with it is reported here, all at once.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::error::{ListenerError, Subject};
use super::list::RegisteredFilter;
use super::types::{AuthMethod, HttpMethod, ListenerId, TokenNeeded, TokenRole};
use super::{Listener, fields, uri};
use crate::dialect::Dialect;
use crate::dialect_filter::DialectFilter;
use crate::error::{ErrorCode, Problem};
use crate::filter::{Compiler, Filter};
use crate::limits::Limits;
use crate::syntax::parser::describe;
use crate::syntax::pointer::Place;
use crate::syntax::reader::{self, Json, Kind, Member, ReadError};
use crate::syntax::shallow;
use crate::syntax::span::{Span, shorten};

/// Of a registration, in bytes.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// Reads the registration that stands at the subject's range. `is_new` tells whether no other has the id.
pub(super) fn registration(
    text: &str,
    range: Range<usize>,
    subject: Subject,
    is_new: impl FnOnce(&ListenerId) -> bool,
) -> Result<Listener, ListenerError> {
    read(text, range, subject, is_new, Dialect::Mongo).map(|(listener, _)| listener)
}

/// Reads a registration whose filter follows the rules of a dialect. Unless that is MongoDB's, the filter comes
/// beside the listener, which lets everything of its class and user through.
pub(super) fn read(
    text: &str,
    range: Range<usize>,
    subject: Subject,
    is_new: impl FnOnce(&ListenerId) -> bool,
    dialect: Dialect,
) -> Result<(Listener, Option<DialectFilter>), ListenerError> {
    let mut reading = Reading::new(text, range, subject, dialect);
    let listener = reading.listener(is_new);
    let Reading { range, mut subject, filter, problems, mut secrets, .. } = reading;
    match listener {
        Some(listener) if problems.is_empty() => Ok((listener, filter)),
        _ => {
            subject.range = Some(range);
            secrets.sort_by_key(|secret| secret.start);
            Err(ListenerError::new(subject, problems, secrets))
        }
    }
}

/// Reads of the registration what its filter is about, but not the filter. What else is wrong with it does not
/// matter.
pub(super) fn registered_filter<'t>(
    text: &'t str,
    range: Range<usize>,
    subject: Subject,
    is_new: impl FnOnce(&ListenerId) -> bool,
) -> Result<RegisteredFilter<'t>, ListenerError> {
    let position = subject.position;
    let mut reading = Reading::new(text, range, subject, Dialect::Nextcloud);
    let class = reading.split().and_then(|()| {
        reading.check_names();
        reading.id(is_new);
        reading.class()
    });
    let field = reading.find(fields::EVENT_FILTER);
    if let Some(field) = &field {
        // That it is JSON.
        reading.json(field);
    }
    // They are not read, and so are hidden whole.
    let hidden = reading.fields.iter().filter(|field| field.is_secret() || field.name == fields::URI);
    let hidden: Vec<_> = hidden.map(|field| field.value.clone()).collect();
    let Reading { range, mut subject, problems, mut secrets, .. } = reading;
    match class.filter(|_| problems.is_empty()) {
        Some(class) => Ok(RegisteredFilter {
            id: subject.id,
            position,
            class: class.into(),
            text: field.as_ref().map_or("{}", |field| field.text),
            range: field.map(|field| field.value),
        }),
        None => {
            subject.range = Some(range);
            secrets.extend(hidden);
            secrets.sort_by_key(|secret| secret.start);
            Err(ListenerError::new(subject, problems, secrets))
        }
    }
}

pub(super) struct Reading<'t> {
    text: &'t str,
    /// Of the registration.
    pub(super) range: Range<usize>,
    subject: Subject,
    dialect: Dialect,
    /// In another dialect than MongoDB's.
    filter: Option<DialectFilter>,
    pub(super) problems: Vec<Problem>,
    pub(super) secrets: Vec<Range<usize>>,
    fields: Vec<Field<'t>>,
}

/// A field of the registration, unread.
#[derive(Clone)]
pub(super) struct Field<'t> {
    pub(super) name: Cow<'t, str>,
    key: Range<usize>,
    pub(super) value: Range<usize>,
    text: &'t str,
}

impl Field<'_> {
    fn is_secret(&self) -> bool {
        fields::is_secret(&self.name)
    }

    /// The place of a part of the value.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let within = span.range().unwrap_or(0..self.value.len());
        self.value.start + within.start..self.value.start + within.end
    }
}

impl<'t> Reading<'t> {
    fn new(text: &'t str, range: Range<usize>, subject: Subject, dialect: Dialect) -> Self {
        Self {
            text,
            range,
            subject,
            dialect,
            filter: None,
            problems: Vec::new(),
            secrets: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// `None` only where a problem is reported.
    fn listener(&mut self, is_new: impl FnOnce(&ListenerId) -> bool) -> Option<Listener> {
        self.split()?;
        self.check_names();
        let id = self.id(is_new);
        let http_method = self.word(fields::HTTP_METHOD, HttpMethod::ALL, |method| method.as_str());
        let uri = self.uri();
        let class = self.class();
        let user_id_filter = self.string(fields::USER_ID_FILTER).filter(|user| !user.is_empty());
        let event_filter = self.event_filter();
        let headers = self.headers();
        let auth_method = self
            .word(fields::AUTH_METHOD, AuthMethod::ALL, |method| method.as_str())
            .unwrap_or(AuthMethod::None);
        let auth_data = self.auth_data(auth_method);
        let token_needed = self.token_needed();
        let other_fields = self.other_fields();
        let (class, (filter_text, filter)) = (class?, event_filter?);
        let condition = self.condition(&class, user_id_filter.as_deref(), filter_text)?;
        Some(Listener {
            id,
            http_method,
            uri: uri.map(Into::into),
            event_filter: self.value(fields::EVENT_FILTER),
            filter,
            condition,
            class: class.into(),
            user_id_filter: user_id_filter.map(Into::into),
            headers,
            auth_method,
            auth_data,
            token_needed,
            other_fields,
        })
    }

    fn split(&mut self) -> Option<()> {
        let text = self.text.get(self.range.clone()).unwrap_or_default();
        if self.range.len() > MAX_BYTES {
            self.secrets.push(self.range.clone());
            let message = format!("the listener is longer than {MAX_BYTES} bytes");
            self.report(ErrorCode::LimitExceeded, &Place::Root, self.range.clone(), message);
            return None;
        }
        if !text.starts_with('{') {
            self.secrets.push(self.range.clone());
            let found = match text.as_bytes().first() {
                Some(b'[') => "an array",
                Some(b'"') => "a string",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                Some(b'-' | b'0'..=b'9') => "a number",
                Some(_) => "something that is not JSON",
                None => "nothing",
            };
            let message = format!("expected a listener (an object), found {found}");
            self.report(ErrorCode::InvalidListener, &Place::Root, self.range.clone(), message);
            return None;
        }
        let members = shallow::object(self.text, self.range.start).and_then(|(members, end)| {
            let at = shallow::skip_space(self.text, end);
            let is_all = end >= self.range.end || at >= self.text.len();
            if is_all {
                Ok(members)
            } else {
                Err(shallow::Fault { at, message: "expected the end of the listener" })
            }
        });
        match members {
            Ok(members) => {
                for (key, value) in members {
                    self.field(key, value);
                }
                Some(())
            }
            Err(fault) => {
                // What is a key and what a value cannot be told.
                let folded = text.to_ascii_lowercase();
                let first = ["auth", "header", "uri"].iter().filter_map(|mention| folded.find(mention)).min();
                self.secrets.extend(first.map(|first| self.range.start + first..self.range.end));
                let char = self.text.get(fault.at..).and_then(|rest| rest.chars().next());
                let range = fault.at..fault.at + char.map_or(0, char::len_utf8);
                self.report(ErrorCode::InvalidJson, &Place::Root, range, fault.message);
                None
            }
        }
    }

    fn field(&mut self, key: Range<usize>, value: Range<usize>) {
        let text = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        match reader::read(text(&key), &limits()) {
            Ok(Json { kind: Kind::String(name), .. }) => {
                let text = text(&value);
                self.fields.push(Field { name, key, value, text });
            }
            Ok(_) => {}
            Err(ReadError::Syntax { message, .. } | ReadError::Limit { message, .. }) => {
                // Which may be a secret.
                self.secrets.push(value);
                self.report(ErrorCode::InvalidJson, &Place::Root, key, message);
            }
        }
    }

    /// Names that are there twice, or in another spelling.
    fn check_names(&mut self) {
        let mut seen = std::collections::HashSet::with_capacity(self.fields.len());
        let is_new: Vec<bool> = self.fields.iter().map(|field| seen.insert(field.name.clone())).collect();
        for (field, is_new) in self.fields.clone().into_iter().zip(is_new) {
            let is_known = fields::ALL.contains(&&*field.name);
            if !(is_new && is_known) && field.is_secret() {
                self.secrets.push(field.value.clone());
            }
            if !is_new {
                let message = format!("duplicate field `{}`", shorten(&field.name));
                let place = Place::Root.key(&field.name);
                self.report(ErrorCode::DuplicateKey, &place, field.key, message);
            } else if !is_known
                && let Some(known) = fields::ALL.iter().find(|known| fields::sound_alike(&field.name, known))
            {
                let message = format!("unknown field `{}`", shorten(&field.name));
                let place = Place::Root.key(&field.name);
                let replacement = (!seen.contains(*known)).then(|| format!("\"{known}\""));
                let problem = self
                    .problem(ErrorCode::MisspelledField, &place, field.key, message)
                    .with_hint(Some(format!("did you mean `{known}`?")))
                    .with_replacement(replacement);
                self.problems.push(problem);
            }
        }
    }

    /// `None` also for null, as everywhere in a registration.
    pub(super) fn find(&self, name: &str) -> Option<Field<'t>> {
        self.fields.iter().find(|field| field.name == name).filter(|field| field.text != "null").cloned()
    }

    fn id(&mut self, is_new: impl FnOnce(&ListenerId) -> bool) -> Option<ListenerId> {
        let given = self.find(fields::ID);
        let id = match &given {
            None => ListenerId::from_position(self.subject.position?),
            Some(field) => {
                let json = self.json(field)?;
                match &json.kind {
                    Kind::Number(_) => ListenerId::from_number(field.text),
                    Kind::String(id) => ListenerId::from_string(id),
                    _ => {
                        self.expected(field, &json, "a number or a string");
                        return None;
                    }
                }
            }
        };
        self.subject.id = Some(id.clone());
        if !is_new(&id) {
            let message = format!("`{id}` is the id of an earlier listener");
            let (place, range) = match given {
                Some(field) => (Place::Root.key(fields::ID), field.value),
                None => (Place::Root, self.range.clone()),
            };
            let is_given = !matches!(place, Place::Root);
            let hint = "without an `id`, it is the position in the list, from 0";
            let problem = self
                .problem(ErrorCode::DuplicateId, &place, range, message)
                .with_hint((!is_given).then(|| hint.to_owned()));
            self.problems.push(problem);
        }
        Some(id)
    }

    fn uri(&mut self) -> Option<Cow<'t, str>> {
        let field = self.find(fields::URI)?;
        let uri = self.string(fields::URI)?;
        let Err(fault) = uri::check(&uri) else { return Some(uri) };
        if uri.contains('@') {
            self.secrets.push(field.value.clone());
        }
        let message = format!("`uri`: {}", fault.message);
        let problem = self
            .problem(ErrorCode::InvalidField, &Place::Root.key(fields::URI), field.value, message)
            .with_hint(fault.hint.map(str::to_owned));
        self.problems.push(problem);
        None
    }

    fn class(&mut self) -> Option<String> {
        let hint = Some("the class of the events that the listener gets".to_owned());
        let Some(field) = self.find(fields::EVENT) else {
            let problem = self
                .problem(ErrorCode::MissingField, &Place::Root, self.range.clone(), "`event` is missing")
                .with_hint(hint);
            self.problems.push(problem);
            return None;
        };
        let event = self.string(fields::EVENT)?;
        // As the registration API does.
        let class = event.trim_start_matches('\\');
        let message = if class.is_empty() {
            "`event` is empty"
        } else if class.contains(|char: char| char.is_whitespace() || char.is_control()) {
            "`event`: a space or a control character in the name of a class"
        } else {
            return Some(class.to_owned());
        };
        let problem = self
            .problem(ErrorCode::InvalidField, &Place::Root.key(fields::EVENT), field.value, message)
            .with_hint(hint);
        self.problems.push(problem);
        None
    }

    /// With its text.
    fn event_filter(&mut self) -> Option<(&'t str, Filter)> {
        let field = self.find(fields::EVENT_FILTER);
        let text = field.as_ref().map_or("{}", |field| field.text);
        let compiled = match self.dialect {
            Dialect::Mongo => Filter::compile(text).map(|filter| (text, filter)),
            Dialect::Nextcloud => {
                // A registration without a filter gets every event.
                let filter = Compiler::new().compile_registered(if text == "null" { "{}" } else { text });
                filter.and_then(|filter| {
                    self.filter = Some(filter);
                    Ok(("{}", Filter::compile("{}")?))
                })
            }
        };
        match compiled {
            Ok(compiled) => Some(compiled),
            Err(error) => {
                let pointer = format!("{}/{}", self.subject.pointer, fields::EVENT_FILTER);
                let start = field.map_or(self.range.start, |field| field.value.start);
                let inside = |problem: &Problem| problem.clone().inside(&pointer, start);
                self.problems.extend(error.problems().iter().map(inside));
                None
            }
        }
    }

    /// What lets an event through to the listener.
    fn condition(&mut self, class: &str, user: Option<&str>, filter: &str) -> Option<Filter> {
        let mut conditions = vec![json!({ "event.class": class }).to_string()];
        conditions.extend(user.map(|user| json!({ "user.uid": user }).to_string()));
        // `[]` is a filter, but no operand of `$and`.
        if filter.starts_with('{') {
            conditions.push(filter.to_owned());
        }
        let all = format!(r#"{{"$and": [{}]}}"#, conditions.join(", "));
        // The filter is within the limits; what is around it does not count.
        let limits = Limits {
            text_bytes: usize::MAX,
            nesting: usize::MAX,
            conditions: usize::MAX,
            ..Limits::default()
        };
        let compiled = Compiler::new().limits(limits).compile(&all);
        compiled
            .map_err(|error| {
                let message = error.first().message();
                self.report(ErrorCode::LimitExceeded, &Place::Root, self.range.clone(), message);
            })
            .ok()
    }

    fn token_needed(&mut self) -> TokenNeeded {
        let mut needed = TokenNeeded::default();
        let Some(field) = self.find(fields::TOKEN_NEEDED) else { return needed };
        let Some(json) = self.json(&field) else { return needed };
        let members = match &json.kind {
            Kind::Array(elements) if elements.is_empty() => return needed,
            Kind::Object(members) => members,
            _ => {
                self.expected(&field, &json, "an object with `user_ids` and `user_roles`");
                return needed;
            }
        };
        for member in members {
            match &*member.key {
                "user_ids" => self.list(&field, member, "the id of a user", |id| {
                    needed.user_ids.push(id.to_owned());
                    !id.is_empty()
                }),
                "user_roles" => self.list(&field, member, "`owner` or `trigger`", |name| {
                    let role = TokenRole::ALL.iter().find(|role| role.as_str() == name);
                    needed.user_roles.extend(role);
                    role.is_some()
                }),
                name => {
                    let message = format!("`tokenNeeded`: unknown field `{}`", shorten(name));
                    let place = Place::Root.key(fields::TOKEN_NEEDED);
                    let range = field.range(member.key_span);
                    let problem = self
                        .problem(ErrorCode::InvalidField, &place.key(name), range, message)
                        .with_hint(Some("there are `user_ids` and `user_roles`".to_owned()));
                    self.problems.push(problem);
                }
            }
        }
        needed
    }

    /// Strings; `take` tells whether one is right.
    fn list(
        &mut self,
        field: &Field<'t>,
        member: &Member<'t>,
        expected: &str,
        mut take: impl FnMut(&str) -> bool,
    ) {
        let place = Place::Root.key(&field.name);
        let place = place.key(&member.key);
        let elements = match &member.value.kind {
            Kind::Null => return,
            Kind::Array(elements) => elements,
            _ => {
                let found = member.value.type_name();
                let message =
                    format!("`{}`: expected an array as `{}`, found {found}", field.name, member.key);
                self.report(ErrorCode::InvalidField, &place, field.range(member.value.span), message);
                return;
            }
        };
        for (index, element) in elements.iter().enumerate() {
            let is_right = matches!(&element.kind, Kind::String(string) if take(string));
            if !is_right {
                let found = describe(element);
                let message =
                    format!("`{}`: expected {expected} in `{}`, found {found}", field.name, member.key);
                self.report(ErrorCode::InvalidField, &place.index(index), field.range(element.span), message);
            }
        }
    }

    fn other_fields(&mut self) -> Map<String, Value> {
        let mut others = Map::new();
        for field in self.fields.clone() {
            if fields::ALL.contains(&&*field.name) {
                continue;
            }
            if self.json(&field).is_some()
                && let Ok(value) = serde_json::from_str(field.text)
            {
                others.insert(field.name.into_owned(), value);
            }
        }
        others
    }

    /// The value of a field that was found to be right.
    fn value(&self, name: &str) -> Option<Value> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .and_then(|field| serde_json::from_str(field.text).ok())
    }

    fn string(&mut self, name: &str) -> Option<Cow<'t, str>> {
        let field = self.find(name)?;
        let json = self.json(&field)?;
        match json.kind {
            Kind::String(string) => Some(string),
            _ => {
                self.expected(&field, &json, "a string");
                None
            }
        }
    }

    /// One of a few words, in whatever case.
    fn word<T: Copy>(&mut self, name: &str, words: &[T], as_str: impl Fn(T) -> &'static str) -> Option<T> {
        let field = self.find(name)?;
        let found = self.string(name)?;
        let word = words.iter().copied().find(|&word| as_str(word).eq_ignore_ascii_case(&found));
        if word.is_none() {
            let known: Vec<String> = words.iter().map(|&word| format!("`{}`", as_str(word))).collect();
            let message =
                format!("`{name}`: expected one of {}, found `{}`", known.join(", "), shorten(&found));
            self.report(ErrorCode::InvalidField, &Place::Root.key(name), field.value, message);
        }
        word
    }

    pub(super) fn json(&mut self, field: &Field<'t>) -> Option<Json<'t>> {
        let error = match reader::read(field.text, &limits()) {
            Ok(json) => return Some(json),
            Err(error) => error,
        };
        if field.is_secret() {
            self.secrets.push(field.value.clone());
        }
        let place = Place::Root.key(&field.name);
        let name = shorten(&field.name);
        match error {
            // What is wrong with a string can be said without a word of it.
            ReadError::Syntax { span, message, .. } if field.text.starts_with('"') => {
                self.report(
                    ErrorCode::InvalidJson,
                    &place,
                    field.range(span),
                    format!("`{name}`: {message}"),
                );
            }
            ReadError::Syntax { .. } => {
                let message = format!("`{name}` is not JSON");
                self.report(ErrorCode::InvalidJson, &place, field.value.clone(), message);
            }
            ReadError::Limit { .. } => {
                let message = format!("`{name}` is nested too deep");
                self.report(ErrorCode::LimitExceeded, &place, field.value.clone(), message);
            }
        }
        None
    }

    pub(super) fn expected(&mut self, field: &Field<'t>, found: &Json<'_>, expected: &str) {
        let message = format!("`{}`: expected {expected}, found {}", field.name, found.type_name());
        self.report(ErrorCode::InvalidField, &Place::Root.key(&field.name), field.value.clone(), message);
    }

    pub(super) fn report(
        &mut self,
        code: ErrorCode,
        place: &Place<'_>,
        range: Range<usize>,
        message: impl Into<String>,
    ) {
        let problem = self.problem(code, place, range, message);
        self.problems.push(problem);
    }

    /// `place` is in the registration.
    pub(super) fn problem(
        &self,
        code: ErrorCode,
        place: &Place<'_>,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Problem {
        Problem::new(code, format!("{}{place}", self.subject.pointer), Some(range), message)
    }
}

/// A field that is no filter.
fn limits() -> Limits {
    // As deep as serde_json reads.
    Limits { text_bytes: MAX_BYTES, nesting: 127, ..Limits::default() }
}
