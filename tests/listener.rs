//! Registrations: what is read, what is refused, and what is never shown.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use hooksieve::{
    AuthData, AuthMethod, ErrorCode, Filter, FilterSet, HttpMethod, Listener, ListenerError, Scratch,
    TokenRole,
};
use problems::lines;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

#[path = "common/problems.rs"]
mod problems;

#[test]
fn every_field_is_read() {
    let text = r#"{
        "id": "x",
        "httpMethod": "put",
        "uri": "https://example.org/hook?token=123",
        "event": "\\\\OCA\\Tables\\Event\\RowAddedEvent",
        "eventFilter": {"event.n": {"$gt": 1}},
        "userIdFilter": "bob",
        "headers": {"X-A": "1", "x-b": ""},
        "authMethod": "header",
        "authData": {"Authorization": "Bearer 123", "X-B": "2"},
        "tokenNeeded": {"user_ids": ["eve"], "user_roles": ["owner", "trigger"]},
        "appId": null,
        "userId": "admin"
    }"#;
    let listener = Listener::from_json(text).unwrap();
    assert_eq!(listener.id().unwrap().as_json(), r#""x""#);
    assert_eq!(listener.http_method(), Some(HttpMethod::Put));
    assert_eq!(listener.uri(), Some("https://example.org/hook?token=123"));
    assert_eq!(listener.class(), r"OCA\Tables\Event\RowAddedEvent");
    assert!(listener.filter().matches(&json!({"event": {"n": 2}})));
    assert!(!listener.filter().matches(&json!({"event": {"n": 1}})));
    assert_eq!(listener.user_id_filter(), Some("bob"));
    assert_eq!(listener.headers().get("x-a").unwrap().expose(), "1");
    assert_eq!(listener.auth_method(), AuthMethod::Header);
    assert_eq!(listener.token_needed().user_ids(), ["eve"]);
    assert_eq!(listener.token_needed().user_roles(), [TokenRole::Owner, TokenRole::Trigger]);
    assert_eq!(listener.other_fields().keys().collect::<Vec<_>>(), ["appId", "userId"]);

    let delivery = listener.delivery().unwrap();
    assert_eq!((delivery.http_method().as_str(), delivery.uri()), ("PUT", listener.uri().unwrap()));
    let headers: Vec<_> = delivery.headers().map(|(name, value)| (name, value.expose())).collect();
    assert_eq!(headers, [("X-A", "1"), ("Authorization", "Bearer 123"), ("X-B", "2")]);
}

#[test]
fn only_the_class_must_be_there() {
    let nothing = json!({
        "id": null, "httpMethod": null, "uri": null, "eventFilter": null, "userIdFilter": null, "headers": null,
        "authMethod": null, "authData": null, "tokenNeeded": null,
    });
    let empty =
        json!({"eventFilter": [], "userIdFilter": "", "headers": [], "authData": [], "tokenNeeded": []});
    for rest in [json!({}), nothing, empty, json!({"eventFilter": {}, "headers": {}, "tokenNeeded": {}})] {
        let mut registration = rest.as_object().unwrap().clone();
        registration.insert("event".to_owned(), json!("A"));
        let listener = Listener::from_value(&registration.into()).unwrap();
        assert_eq!((listener.id(), listener.http_method(), listener.uri()), (None, None, None));
        assert_eq!((listener.user_id_filter(), listener.auth_method()), (None, AuthMethod::None));
        assert!(listener.headers().is_empty() && listener.auth_data().is_none());
        assert!(listener.token_needed().is_empty());
        assert!(listener.filter().matches(&json!({})));

        let error = listener.delivery().unwrap_err();
        assert_eq!(error.to_string(), "`httpMethod` is missing\n`uri` is missing");
    }
}

#[test]
fn auth_data_that_the_server_has_encrypted() {
    let text = r#"{"id": 5, "httpMethod": "POST", "uri": "http://a", "event": "A", "authMethod": "header", "authData": "2a4f|x"}"#;
    let listener = Listener::from_json(text).unwrap();
    let Some(AuthData::Encrypted(secret)) = listener.auth_data() else { panic!("{listener:?}") };
    assert_eq!(secret.expose(), "2a4f|x");
    let error = listener.delivery().unwrap_err();
    assert_eq!(
        error.to_string(),
        "listener `5`: `authData` is encrypted: the headers are not known at `/authData`"
    );
    // It is not needed here.
    let listener = Listener::from_json(&text.replace(r#""header""#, r#""none""#)).unwrap();
    assert_eq!(listener.delivery().unwrap().headers().count(), 0);
}

#[test]
fn what_is_wrong_is_told_all_at_once() {
    let registrations = [
        r#""#,
        r#"[]"#,
        r#"{"event": "A"} x"#,
        r#"{"event": "A",}"#,
        r#"{"event": "A" "uri": "https://a"}"#,
        r#"{"id": true, "event": 5, "userIdFilter": 6, "httpMethod": "TRACE", "authMethod": "headers"}"#,
        r#"{"event": "A B", "uri": "https://bob:pass@example.org"}"#,
        r#"{"event": "A", "uri": "ftp://example.org", "eventFilter": {"a": {"$in": 5}, "b": {"$eqs": 1}}}"#,
        r#"{"event": "A", "eventFilter": {"a": nul}, "tokenNeeded": 5}"#,
        r#"{"event": "A", "event_filter": {}, "URI": "https://a", "uri": "https://b"}"#,
        r#"{"event": "A", "event": "B", "id": 1, "id": 1, "x": 1, "x": 2, "event": "C"}"#,
        r#"{"event": "A", "headers": {"A": "1", "": "2", "B C": "3", "D": 4, "a": "5", "E": "6\r\nF: 7", "G": "\u0000"}}"#,
        r#"{"event": "A", "headers": "A: 1", "authMethod": "header"}"#,
        r#"{"event": "A", "headers": ["A: 1"], "authMethod": "header", "authData": {}}"#,
        r#"{"event": "A", "authData": {"A": ["1"], "é": "2"}, "authMethod": "header"}"#,
        r#"{"event": "A", "authData": {"A": Bearer}, "headers": {"A": 'b'}}"#,
        r#"{"event": "A", "authData": "", "tokenNeeded": {"user_ids": "bob", "user_roles": ["root", 5], "users": []}}"#,
        r#"{"event": "A", "tokenNeeded": {"user_ids": [5, ""], "user_roles": null}, "other": nul}"#,
    ];
    let mut report = String::new();
    for text in registrations {
        let error = Listener::from_json(text).expect_err(text);
        report += &format!("{text}\n  {}\n\n", lines(error.problems()).join("\n  "));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn places_are_those_of_the_text_that_was_read() {
    let list = r#" {"ocs": {"meta": {}, "data": [ {"event": "A"}, {"id": 4, "event": "A", "eventFilter": {"a": {"$eqs": 1}}} ]}}"#;
    for text in [list.to_owned(), format!("\u{feff}{list}")] {
        let error = Listener::list_from_json(&text).unwrap().find_map(Result::err).unwrap();
        assert_eq!((error.id().unwrap().as_json(), error.position()), ("4", Some(1)));
        assert_eq!(error.pointer(), "/ocs/data/1");
        assert!(text[error.range().unwrap()].starts_with(r#"{"id": 4,"#));
        let [problem] = error.problems() else { panic!("{error}") };
        assert_eq!(problem.pointer(), "/ocs/data/1/eventFilter/a/$eqs");
        assert_eq!(&text[problem.range().unwrap()], r#""$eqs""#);
        let replacement = problem.replacement().unwrap();
        assert_eq!((&text[replacement.range.clone()], &*replacement.text), (r#""$eqs""#, r#""$eq""#));
    }

    // A value has no places in a text.
    let error = Listener::from_value(&json!({"uri": "x", "eventFilter": {"a": {"$eqs": 1}}})).unwrap_err();
    assert_eq!((error.range(), error.secrets()), (None, &[][..]));
    assert!(
        error.problems().iter().all(|problem| problem.range().is_none() && problem.replacement().is_none())
    );
    assert_eq!(error.problems().len(), 3);
}

#[test]
fn one_that_is_not_even_json_is_refused_alone() {
    let text = r#"[{"event": "A"}, {"event": "B",}, {id: 5}, nul, {"event": "C", "x": [}}, {"event": "D"}]"#;
    let listeners: Vec<_> = Listener::list_from_json(text).unwrap().collect();
    let class = |listener: &Result<Listener, ListenerError>| Some(listener.as_ref().ok()?.class().to_owned());
    let classes: Vec<_> = listeners.iter().map(class).collect();
    assert_eq!(classes, [Some("A".to_owned()), None, None, None, None, Some("D".to_owned())]);
}

#[test]
fn problems_are_shown_up_to_a_number() {
    let headers: Vec<String> = (0..60).map(|number| format!(r#""h {number}": 1"#)).collect();
    let headers = format!("{{{}}}", headers.join(","));
    let text = format!(r#"{{"event": 5, "headers": {headers}, "authData": {headers}}}"#);
    let error = Listener::from_json(&text).unwrap_err();
    assert_eq!(error.problems().len(), 101);
    assert_eq!(error.problems().last().unwrap().code(), ErrorCode::LimitExceeded);
}

#[test]
fn sizes_are_bounded() {
    let many = |count: usize| {
        let headers: Vec<String> = (0..count).map(|number| format!(r#""h{number}": """#)).collect();
        Listener::from_json(&format!(r#"{{"event": "A", "headers": {{{}}}}}"#, headers.join(",")))
    };
    assert_eq!(many(100).unwrap().headers().iter().len(), 100);
    let long =
        |bytes: usize| Listener::from_json(&format!(r#"{{"event": "A", "x": "{}"}}"#, "y".repeat(bytes)));
    assert!(long((1 << 20) - 100).is_ok());
    let deep = |depth: usize| {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        Listener::from_json(&format!(r#"{{"event": "A", "x": {text}}}"#))
    };
    assert!(deep(100).is_ok());
    for error in [many(101), long(1 << 20), deep(1000), deep(100_000)] {
        let error = error.unwrap_err();
        assert_eq!(error.problems()[0].code(), ErrorCode::LimitExceeded, "{error}");
    }
    let mut value = json!(1);
    for _ in 0..1000 {
        value = json!([value]);
    }
    let error = Listener::from_value(&json!({"event": "A", "x": value})).unwrap_err();
    assert_eq!(error.problems()[0].code(), ErrorCode::LimitExceeded);
}

/// Everything that a registration can be printed as.
fn shown(result: &Result<Listener, ListenerError>) -> String {
    match result {
        Ok(listener) => {
            let delivery = listener.delivery();
            format!("{listener:?} {listener:#?} {} {delivery:?}", listener.to_value())
        }
        Err(error) => format!("{error:?} {error:#?} {error}"),
    }
}

#[test]
fn secrets_are_not_shown() {
    let secrets = ["hunter2", "Bearer", "letmein", "t0ken", "swordfish"];
    let good = r#"{
        "event": "A", "httpMethod": "POST", "uri": "https://example.org/hook?letmein",
        "headers": {"X-Key": "hunter2", "Cookie": "t0ken"},
        "authMethod": "header", "authData": {"Authorization": "Bearer swordfish"},
        "header": {"X": "hunter2"}, "auth-date": "swordfish"
    }"#;
    let listener = Listener::from_json(good).unwrap();
    assert!(listener.to_value_with_secrets().to_string().contains("Bearer swordfish"));
    let listener = format!("{listener:?} {:?} {:?}", listener.delivery().unwrap(), listener.auth_data());
    for secret in secrets {
        assert!(!listener.contains(secret), "{listener}");
    }
    assert!(listener.contains("Authorization") && listener.contains("https://example.org"));

    let mut bad = vec![good.replace("\"A\"", "5")];
    for data in [
        r#""swordfish""#,
        r#"swordfish"#,
        r#"["Authorization: Bearer swordfish"]"#,
        r#"{"Authorization: Bearer swordfish"}"#,
        r#"{"Bearer swordfish": 5}"#,
        r#"{"Authorization": Bearer}"#,
        r#"{"Authorization": {"Bearer": "swordfish"}}"#,
        r#"{"Authorization": "Bearer \ud800 swordfish"}"#,
        r#"{"Authorization": "Bearer\nswordfish"}"#,
        r#"{"A": "hunter2", "a": "swordfish"}"#,
    ] {
        for name in ["headers", "authData", "auth_data", "Headers"] {
            bad.push(format!(
                r#"{{"event": 5, "uri": "https://hunter2:t0ken@example.org", "{name}": {data}}}"#
            ));
        }
    }
    for text in bad {
        let error = Listener::from_json(&text).unwrap_err();
        let shown = shown(&Err(error.clone()));
        let hidden = hide(&text, &error);
        for secret in secrets.iter().filter(|&&secret| secret != "letmein") {
            assert!(!shown.contains(secret), "{secret} in {shown} of {text}");
            assert!(!hidden.contains(secret), "{secret} in {hidden}");
        }
    }
}

/// What may be shown of a text beside the error.
fn hide(text: &str, error: &ListenerError) -> String {
    let is_secret = |at: &usize| error.secrets().iter().any(|secret| secret.contains(at));
    text.char_indices().filter(|(at, _)| !is_secret(at)).map(|(_, char)| char).collect()
}

const WHOLE: &str = r#"{"id": 7, "httpMethod": "POST", "uri": "https://example.org/x", "event": "A", "eventFilter": {"a": {"$in": [1, "b"]}},
"userIdFilter": "bob", "headers": {"X-Key": "hunter2"}, "authMethod": "header", "authData": {"Authorization": "hunter2"},
"tokenNeeded": {"user_ids": ["bob"], "user_roles": ["owner"]}, "appId": null}"#;

fn filter() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!([]),
        json!(null),
        json!({"event.n": 1}),
        json!({"event.n": {"$gt": 0, "$lt": 2}, "$or": [{"user.uid": "bob"}, {"user": null}]}),
        json!({"event.class": {"$ne": "A"}}),
        json!({"$nor": [{"event.n": {"$in": [0, 2]}}]}),
        json!({"$comment": "é \" \\", "user": {"uid": "eve"}}),
    ])
}

fn registration() -> impl Strategy<Value = Value> {
    let user = select(vec![json!(null), json!(""), json!("bob"), json!("é \" \\")]);
    let headers = select(vec![
        json!(null),
        json!([]),
        json!({"A": "1"}),
        json!({"X-B": "é\t ", "a!#$%&'*+-.^_`|~": ""}),
    ]);
    let auth = select(vec![json!({"Authorization": "Basic YWJj"}), json!("encrypted")]);
    (filter(), user, headers, auth, select(vec!["none", "header"]), select(vec!["A", "\\A", "OCA\\B\\C"]))
        .prop_map(|(filter, user, headers, auth, method, class)| {
            json!({
                "id": 5, "httpMethod": "DELETE", "uri": "http://[::1]:80/", "event": class, "eventFilter": filter,
                "userIdFilter": user, "headers": headers, "authMethod": method, "authData": auth,
                "tokenNeeded": {"user_ids": ["a"], "user_roles": []}, "x": [1, {"y": null}],
            })
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(registration in registration()) {
        let listener = Listener::from_value(&registration).unwrap();
        let again = Listener::from_json(&listener.to_value_with_secrets().to_string()).unwrap();
        prop_assert_eq!(again.to_value_with_secrets(), listener.to_value_with_secrets());
        prop_assert_eq!(again.auth_data(), listener.auth_data());
        prop_assert_eq!(again.headers(), listener.headers());
        prop_assert_eq!(again.class(), registration["event"].as_str().unwrap().trim_start_matches('\\'));
        // What is shown is a registration, too.
        prop_assert!(Listener::from_value(&listener.to_value()).is_ok());
    }

    #[test]
    fn the_condition_is_class_user_and_filter(
        filter in filter(),
        n in 0..3,
        uid in select(vec![json!("bob"), json!("eve"), json!(5), json!(null)]),
        class in select(vec!["A", "\\A", "B"]),
        user in select(vec![None, Some("bob"), Some("eve")]),
    ) {
        let registration = json!({"event": class, "userIdFilter": user, "eventFilter": filter});
        let listener = Listener::from_value(&registration).unwrap();
        let event = json!({"event": {"class": "A", "n": n}, "user": {"uid": uid}});
        let expected = class.ends_with('A')
            && user.is_none_or(|user| uid == user)
            && Filter::from_value(&filter).unwrap().matches(&event);
        prop_assert_eq!(listener.condition().matches(&event), expected);
        let mut set = FilterSet::new();
        set.insert(0, listener.into_condition());
        let event = event.to_string();
        let mut scratch = Scratch::new();
        let found = set.snapshot().matches_json(event.as_bytes(), &mut scratch).unwrap().len();
        prop_assert_eq!(found, usize::from(expected));
    }

    /// Damaged texts are refused, or read; places are inside of the text, and nothing secret is shown.
    #[test]
    fn damaged_registrations(
        edits in prop::collection::vec((any::<Index>(), 0_usize..3, select("{}[]:,\"\\x5é\n".chars().collect::<Vec<_>>())), 1..3),
        in_list in any::<bool>(),
    ) {
        let mut chars: Vec<char> = WHOLE.chars().collect();
        for (at, kind, char) in edits {
            let at = at.index(chars.len());
            match kind {
                0 => { chars.remove(at); }
                1 => chars.insert(at, char),
                _ => chars[at] = char,
            }
        }
        let text: String = chars.into_iter().collect();
        let text = if in_list { format!(r#"[{{"event": "A"}}, {text}, {{"event": "B"}}]"#) } else { text };
        let results = match in_list {
            true => Listener::list_from_json(&text).map_or_else(|error| vec![Err(error)], Iterator::collect),
            false => vec![Listener::from_json(&text)],
        };
        for result in results {
            let shown = shown(&result);
            prop_assert!(!shown.contains("hunter2"), "{}", shown);
            if let Err(error) = result {
                prop_assert!(!error.problems().is_empty());
                for problem in error.problems() {
                    prop_assert!(text.get(problem.range().unwrap()).is_some(), "{}", error);
                }
                for secret in error.secrets() {
                    prop_assert!(text.get(secret.clone()).is_some(), "{}", error);
                }
            }
        }
    }
}

/// What they are about is read, and nothing else; but nothing secret is shown of the rest.
#[test]
fn filters_without_their_listeners() {
    let text = r#"{"ocs": {"data": [
        {"id": "a", "event": "\\A\\B", "eventFilter": {"x": {"$e": 1}}, "uri": "ftp:", "httpMethod": "?"},
        {"event": "C", "eventFilter": null},
        {"id": "a", "event": "D"},
        {"event": "", "uri": "https://bob:hush@example.org/", "headers": {"X": "hush"}, "authData": ["hush"]}
    ]}}"#;
    let mut filters = Listener::filters_from_json(text).unwrap();
    assert_eq!(filters.len(), 4);
    let first = filters.next().unwrap().unwrap();
    assert_eq!((first.id().unwrap().as_json(), first.class(), first.position()), ("\"a\"", r"A\B", Some(0)));
    assert_eq!(&text[first.range().unwrap()], first.text());
    let second = filters.next().unwrap().unwrap();
    assert_eq!((second.id().unwrap().as_json(), second.text(), second.range()), ("1", "{}", None));
    let third = filters.next().unwrap().unwrap_err();
    assert!(third.to_string().contains("is the id of an earlier listener"), "{third}");
    let fourth = filters.next().unwrap().unwrap_err();
    let mut shown = text.to_owned();
    for secret in fourth.secrets().iter().rev() {
        shown.replace_range(secret.clone(), "");
    }
    assert!(!shown.contains("hush") && !fourth.to_string().contains("hush"), "{shown}\n{fourth}");
}
