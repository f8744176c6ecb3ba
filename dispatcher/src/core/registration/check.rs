//! What a registration has to be so that it can be delivered to, beyond what the engine asks for.

use std::ops::Range;

use hooksieve::{AuthData, ErrorCode, Headers};
use serde_json::Value;
use zeroize::Zeroizing;

use super::edits::Edits;
use super::{Registration, names};
use crate::core::DeliverySettings;
use crate::core::json::{Json, Member};
use crate::core::problem::{Problems, UNKNOWN_FIELD, member, nearest, shorten};
use crate::core::request::is_ours;
use crate::core::settings::{self, REDACTED};

/// What came of it.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) settings: DeliverySettings,
    /// What makes of the text one for the engine.
    pub(super) edits: Edits,
}

/// Fields that are known: those of the engine but `id`, to which too much is close.
const KNOWN: [&str; 10] = [
    names::HTTP_METHOD,
    names::URI,
    "event",
    "eventFilter",
    "userIdFilter",
    names::HEADERS,
    "authMethod",
    names::AUTH_DATA,
    names::TOKEN_NEEDED,
    names::DELIVERY,
];

/// Fields of `delivery`.
const INNER: [&str; 4] = ["body", "retry", "signatures", "timeout"];

pub(super) fn check(
    members: &[Member<'_>],
    whole: Range<usize>,
    earlier: Option<&Registration>,
    problems: &mut Problems,
) -> Checked {
    let mut checked = Checked::default();
    let find = |name: &str| members.iter().find(|member| member.name == name && !member.value.is_null());
    let needed = [
        (names::HTTP_METHOD, "what a delivery does, mostly `POST`"),
        (names::URI, "where the events are sent"),
    ];
    for (name, hint) in needed.into_iter().filter(|(name, _)| find(name).is_none()) {
        let code = ErrorCode::MissingField.as_str();
        problems.report(code, "", whole.clone(), format!("`{name}` is missing"), Some(hint.to_owned()));
    }
    for member in members {
        check_name(member, problems);
        match &*member.name {
            names::HEADERS => {
                let earlier = earlier.map(|earlier| earlier.listener.headers());
                check_headers(member, earlier, &mut checked.edits, problems);
            }
            names::AUTH_DATA => {
                let earlier = earlier.and_then(|earlier| match earlier.listener.auth_data() {
                    Some(AuthData::Headers(headers)) => Some(headers),
                    _ => None,
                });
                check_headers(member, earlier, &mut checked.edits, problems);
            }
            names::TOKEN_NEEDED => check_tokens(&member.value, problems),
            names::DELIVERY => checked.edits.replace(member.value.range(), "null".to_owned()),
            _ => {}
        }
    }
    if let Some(auth_data) = find(names::AUTH_DATA).filter(|auth_data| is_text(&auth_data.value)) {
        let message = "`authData` is encrypted: the headers are not known";
        let hint = "give the headers: `{\"Authorization\": …}`".to_owned();
        let code = ErrorCode::InvalidField.as_str();
        problems.report(code, "/authData", auth_data.value.range(), message, Some(hint));
    }
    if let Some(delivery) = find(names::DELIVERY) {
        let signers = earlier.map_or(&[][..], |earlier| &earlier.settings.signers);
        checked.settings = settings::read(names::DELIVERY, delivery.value, signers, problems);
    } else if let Some(earlier) = earlier {
        // Scripts for Nextcloud do not know the field: they shall not take signatures away.
        checked.settings = earlier.settings.clone();
    }
    checked
}

/// Fields that would not be heard. Other spellings of the engine's (`event_filter`) are its own to refuse.
fn check_name(field: &Member<'_>, problems: &mut Problems) {
    let name = &*field.name;
    if KNOWN.contains(&name) {
        return;
    }
    let hint = if INNER.contains(&name) {
        format!("it stands in `{}`", names::DELIVERY)
    } else if let Some(known) =
        nearest(name, KNOWN).filter(|known| *known == names::DELIVERY || !sounds_like(name, known))
    {
        format!("did you mean `{known}`?")
    } else {
        return;
    };
    let message = format!("unknown field `{}`", shorten(name));
    problems.report(UNKNOWN_FIELD, &member("", name), field.key.range(), message, Some(hint));
}

fn sounds_like(name: &str, known: &str) -> bool {
    name.replace(['-', '_'], "").eq_ignore_ascii_case(known)
}

/// Of `headers` or `authData`: names that are not theirs to set, and secrets that stay as they were.
fn check_headers(
    headers: &Member<'_>,
    earlier: Option<&Headers>,
    edits: &mut Edits,
    problems: &mut Problems,
) {
    let code = ErrorCode::InvalidField.as_str();
    let field = &headers.name;
    let pointer = member("", field);
    for header in headers.value.members().unwrap_or_default() {
        let (name, pointer) = (shorten(&header.name), member(&pointer, &header.name));
        if is_ours(&header.name) {
            let message = format!("`{field}`: `{name}` is not for a registration to set");
            problems.report(code, &pointer, header.key.range(), message, None);
        }
        if header.value.string().is_none_or(|value| value != REDACTED) {
            continue;
        }
        if let Some(secret) = earlier.and_then(|earlier| earlier.get(&header.name)) {
            let secret = Zeroizing::new(Value::from(secret.expose()).to_string());
            edits.replace(header.value.range(), secret);
        } else {
            let message = format!("`{field}`: there is no earlier value of `{name}` that could stay");
            let hint = Some("give the value as it is".to_owned());
            problems.report(code, &pointer, header.value.range(), message, hint);
        }
    }
}

fn check_tokens(tokens: &Json<'_>, problems: &mut Problems) {
    let members = tokens.members().unwrap_or_default();
    let is_given = |member: &Member<'_>| member.value.elements().is_some_and(|users| !users.is_empty());
    if members.iter().any(is_given) {
        let message = "`tokenNeeded`: no tokens are made here";
        let hint = "a receiver that acts for a user needs a token from elsewhere".to_owned();
        let code = ErrorCode::InvalidField.as_str();
        problems.report(code, "/tokenNeeded", tokens.range(), message, Some(hint));
    }
}

/// A string that is not empty.
fn is_text(json: &Json<'_>) -> bool {
    json.string().is_some_and(|text| !text.is_empty())
}
