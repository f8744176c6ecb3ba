//! The headers of a registration, those in `authData` included. None of their values stands in a message.

use super::fields;
use super::parse::{Field, Reading};
use super::secret::{AuthData, Headers, Secret};
use super::types::AuthMethod;
use crate::error::ErrorCode;
use crate::syntax::pointer::Place;
use crate::syntax::reader::{Json, Kind, Member};
use crate::syntax::span::shorten;

/// Of headers, in `headers` as in `authData`: as many as common servers take.
const MAX_HEADERS: usize = 100;

impl<'t> Reading<'t> {
    pub(super) fn headers(&mut self) -> Headers {
        let Some(field) = self.find(fields::HEADERS) else { return Headers::default() };
        let Some(json) = self.json(&field) else { return Headers::default() };
        self.header_fields(&field, &json, "an object of strings")
    }

    pub(super) fn auth_data(&mut self, method: AuthMethod) -> Option<AuthData> {
        let is_needed = method == AuthMethod::Header;
        let Some(field) = self.find(fields::AUTH_DATA) else {
            if is_needed {
                let hint = "`authMethod` is `header`: `authData` holds the headers";
                let problem = self
                    .problem(
                        ErrorCode::MissingField,
                        &Place::Root,
                        self.range.clone(),
                        "`authData` is missing",
                    )
                    .with_hint(Some(hint.to_owned()));
                self.problems.push(problem);
            }
            return None;
        };
        let json = self.json(&field)?;
        let problems = self.problems.len();
        if let Kind::String(text) = &json.kind
            && !text.is_empty()
        {
            self.secrets.push(field.value);
            return Some(AuthData::Encrypted(Secret::new(&**text)));
        }
        let headers = self.header_fields(&field, &json, "an object of headers");
        if headers.is_empty() {
            if is_needed && self.problems.len() == problems {
                let message = "`authData`: expected at least one header, found none";
                let place = Place::Root.key(fields::AUTH_DATA);
                self.report(ErrorCode::InvalidField, &place, field.value, message);
            }
            return None;
        }
        Some(AuthData::Headers(headers))
    }

    /// An object of headers, or the empty array that stands for none where arrays are maps.
    fn header_fields(&mut self, field: &Field<'t>, json: &Json<'t>, expected: &str) -> Headers {
        let mut headers = Headers::default();
        match &json.kind {
            Kind::Array(elements) if elements.is_empty() => {}
            Kind::Object(members) if members.len() > MAX_HEADERS => {
                self.secrets.push(field.value.clone());
                let message =
                    format!("`{}`: {} headers, {MAX_HEADERS} are allowed", field.name, members.len());
                let place = Place::Root.key(&field.name);
                self.report(ErrorCode::LimitExceeded, &place, field.value.clone(), message);
            }
            Kind::Object(members) => {
                for member in members {
                    self.header(field, member, &mut headers);
                }
            }
            _ => {
                self.secrets.push(field.value.clone());
                self.expected(field, json, expected);
            }
        }
        headers
    }

    fn header(&mut self, field: &Field<'t>, member: &Member<'t>, headers: &mut Headers) {
        let (name, place) = (&*member.key, Place::Root.key(&field.name));
        let (key_range, value_range) = (field.range(member.key_span), field.range(member.value.span));
        self.secrets.push(value_range.clone());
        if !is_token(name) {
            // What is no name may be a secret, too.
            self.secrets.push(key_range.clone());
            let message = format!("`{}`: a name that no header can have", field.name);
            let problem = self
                .problem(ErrorCode::InvalidField, &place, key_range, message)
                .with_hint(Some("names are of letters, digits and `-`".to_owned()));
            self.problems.push(problem);
            return;
        }
        let place = place.key(name);
        let short = shorten(name);
        if headers.get(name).is_some() {
            let message = format!("`{}`: the header `{short}` is there twice", field.name);
            self.report(ErrorCode::DuplicateKey, &place, key_range, message);
            return;
        }
        match &member.value.kind {
            Kind::String(value) if value.contains(|char: char| char.is_ascii_control() && char != '\t') => {
                let message = format!("`{}`: a control character in the value of `{short}`", field.name);
                self.report(ErrorCode::InvalidField, &place, value_range, message);
            }
            Kind::String(value) => headers.push(name, value),
            _ => {
                let found = member.value.type_name();
                let message =
                    format!("`{}`: expected a string as the value of `{short}`, found {found}", field.name);
                self.report(ErrorCode::InvalidField, &place, value_range, message);
            }
        }
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
