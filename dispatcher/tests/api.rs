//! The API's routes, as its users see them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api_support;

use std::time::Duration;

use api_support::{INGEST, NOT_THERE, Server, WEBHOOKS, guarded, request};
use axum::body::Body;
use serde_json::{Value, json};

const CLASS: &str = "OCA\\Tables\\Event\\RowAddedEvent";

fn row_added(table: u32) -> Value {
    json!({"event": {"class": CLASS, "tableId": table}, "user": {"uid": "bob", "displayName": "Bob"}, "time": 1711971024})
}

#[tokio::test]
async fn a_webhook_is_registered_shown_replaced_and_removed_as_in_nextcloud() {
    let server = Server::start(guarded()).await;
    // As the documentation of OpenRegister has it.
    let body = r#"{
        "httpMethod": "POST",
        "uri": "https://automation.example.org/webhook",
        "event": "OCA\\OpenRegister\\Event\\ObjectCreatedEvent",
        "eventFilter": []
    }"#;
    let created = server.post(WEBHOOKS, body).await;
    assert_eq!(created.status, 200);
    let created = created.json();
    assert_eq!(created["ocs"]["meta"], json!({"status": "ok", "statuscode": 200, "message": "OK"}));
    let webhook = &created["ocs"]["data"];
    for (field, expected) in [
        ("id", json!(1)),
        ("appId", json!(null)),
        ("userId", json!("admin")),
        ("httpMethod", json!("POST")),
        ("uri", json!("https://automation.example.org/webhook")),
        ("event", json!("OCA\\OpenRegister\\Event\\ObjectCreatedEvent")),
        ("eventFilter", json!([])),
        ("userIdFilter", json!(null)),
        ("headers", json!(null)),
        ("authMethod", json!("none")),
        ("authData", json!(null)),
        ("tokenNeeded", json!(null)),
        ("warnings", json!([])),
    ] {
        assert_eq!(webhook[field], expected, "{field}");
    }
    assert_eq!(webhook["health"]["disabled"], json!(null));

    let one = format!("{WEBHOOKS}/1");
    let mut shown = server.get(&one).await.json();
    shown["ocs"]["data"]["warnings"] = json!([]);
    assert_eq!(shown, created);

    server.register(server.registration(CLASS)).await;
    let count = async |query: &str| {
        let answer = server.get(&format!("{WEBHOOKS}{query}")).await.json();
        answer["ocs"]["data"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("?format=json").await, 2);
    assert_eq!(count("?uri=https://automation.example.org/webhook").await, 1);
    assert_eq!(count("?uri=https%3A%2F%2Fautomation.example.org%2Fwebhook").await, 1);
    assert_eq!(count("?uri=https://automation.example.org/").await, 0);

    let replaced = server.post(&one, server.registration("A")).await.json();
    assert_eq!(replaced["ocs"]["data"]["event"], "A");
    assert_eq!(replaced["ocs"]["data"]["uri"], server.target());

    let remove = || request("DELETE", &one).body(Body::empty()).unwrap();
    assert_eq!(server.send(remove()).await.json()["ocs"]["data"], true);
    assert_eq!(server.send(remove()).await.json()["ocs"]["data"], false);
    for answer in [server.get(&one).await, server.post(&one, server.registration("A")).await] {
        assert_eq!(answer.status, 404);
        let message = "there is no such webhook";
        assert_eq!(
            answer.json()["ocs"]["meta"],
            json!({"status": "failure", "statuscode": 404, "message": message})
        );
    }
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let server = Server::start(guarded()).await;
    let mut registration = server.registration(CLASS);
    registration["headers"] = json!({"X-Key": "hush"});
    registration["authMethod"] = json!("header");
    registration["authData"] = json!({"Authorization": "Bearer hush"});
    let created = server.post(WEBHOOKS, &registration).await;
    assert_eq!(created.json()["ocs"]["data"]["authData"], json!({"Authorization": "[redacted]"}));
    for answer in [created, server.get(WEBHOOKS).await, server.get("/listeners").await] {
        assert_eq!(answer.status, 200);
        assert!(!String::from_utf8_lossy(&answer.body).contains("hush"));
    }
}

#[tokio::test]
async fn a_bad_registration_is_refused_with_every_error_and_its_place() {
    let server = Server::start(guarded()).await;
    let text = r#"{"httpMethod": "POST", "uri": "https://user@example.org/", "event": "A",
        "eventFilter": {"user.uid": {"$eqs": "bob"}, "time": {"$in": 5}}, "headers": {"X-A": "a\r\nX-B: b"}}"#;
    let answer = server.post(WEBHOOKS, text).await;
    assert_eq!(answer.status, 400);
    let answer = answer.json();
    assert_eq!(answer["ocs"]["meta"]["statuscode"], 400);
    let errors = answer["ocs"]["data"]["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/uri", "/eventFilter/user.uid/$eqs", "/eventFilter/time/$in", "/headers/X-A"]);
    let error = &errors[1];
    assert_eq!(error["code"], "unknown-operator");
    assert_eq!(error["message"], "unknown operator `$eqs`");
    assert_eq!(error["hint"], "did you mean `$eq`?");
    let place = |end: &str| usize::try_from(error["range"][end].as_u64().unwrap()).unwrap();
    assert_eq!(&text[place("start")..place("end")], r#""$eqs""#);
    assert_eq!(server.get("/listeners").await.json(), json!({"listeners": []}));

    for (body, media_type, status) in [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("{}", "text/plain", 415),
        ("{}", "", 415),
    ] {
        let request = request("POST", WEBHOOKS).header("content-type", media_type);
        assert_eq!(
            server.send(request.body(body.into()).unwrap()).await.status,
            status,
            "{body} {media_type}"
        );
    }
    let request = request("POST", WEBHOOKS).header("content-type", "application/json; charset=utf-8");
    let answer = server.send(request.body(b"{\"event\": \"\xff\"}".to_vec().into()).unwrap()).await;
    assert_eq!(answer.json()["ocs"]["meta"]["message"], "expected UTF-8, found something else at byte 11");
}

#[tokio::test]
async fn what_is_suspicious_comes_back_as_a_warning() {
    let server = Server::start(guarded()).await;
    let mut registration = server.registration(CLASS);
    registration["eventFilter"] = json!({"user.uid": "bob", "$nor": [{"user.uid": "bob"}]});
    let answer = server.post(WEBHOOKS, registration).await;
    assert_eq!(answer.status, 200);
    let warning = &answer.json()["ocs"]["data"]["warnings"][0];
    assert_eq!((&warning["code"], &warning["severity"]), (&json!("never-matches"), &json!("error")));
}

#[tokio::test]
async fn version_1_of_ocs_says_what_went_wrong_in_the_envelope_only() {
    let server = Server::start(guarded()).await;
    let webhooks = WEBHOOKS.replace("v2.php", "v1.php");
    let answer = server.post(&webhooks, server.registration(CLASS)).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["ocs"]["meta"]["statuscode"]), (200, &json!(100)));
    let answer = server.get(&format!("{webhooks}/99")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["ocs"]["meta"]["statuscode"]), (200, &json!(404)));
    let answer = server.post(&webhooks, "{}").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["ocs"]["meta"]["statuscode"]), (200, &json!(400)));
    let answer = server.get(&WEBHOOKS.replace("v2.php", "v3.php")).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn ocs_wants_its_header() {
    let server = Server::start(guarded()).await;
    let mut request = request("GET", WEBHOOKS).body(Body::empty()).unwrap();
    request.headers_mut().remove("ocs-apirequest");
    let answer = server.send(request).await;
    assert_eq!(answer.status, 412);
    assert_eq!(answer.json()["ocs"]["meta"]["message"], "expected the header `OCS-APIRequest: true`");
}

async fn send_events(
    server: &Server,
    media_type: &str,
    key: Option<&str>,
    body: &[u8],
) -> api_support::Answer {
    let mut request = request("POST", "/events").header("content-type", media_type);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    server.send(request.body(body.to_vec().into()).unwrap()).await
}

#[tokio::test]
async fn of_many_lines_the_good_ones_are_accepted_and_the_bad_ones_named() {
    let server = Server::start(guarded()).await;
    server.register(server.registration(CLASS)).await;
    let body = format!("{}\n{{\"a\": 1,}}\n\n{{}}\n", row_added(42));
    let answer = send_events(&server, "application/x-ndjson", None, body.as_bytes()).await;
    assert_eq!(answer.status, 202);
    let answer = answer.json();
    let accepted = |at: usize| (&answer["events"][at]["line"], &answer["events"][at]["listeners"]);
    assert_eq!(accepted(0), (&json!(1), &json!(1)));
    assert_eq!(accepted(1), (&json!(4), &json!(0)));
    assert_eq!(
        answer["errors"],
        json!([{"line": 2, "offset": 8, "message": "expected a key in double quotes"}])
    );

    let events = server.get("/events").await.json();
    assert_eq!(events["events"].as_array().unwrap().len(), 2);
    let id = answer["events"][0]["id"].as_str().unwrap();
    let event = server.get(&format!("/events/{id}")).await.json();
    assert_eq!((&event["id"], &event["event"]), (&json!(id), &row_added(42)));
}

#[tokio::test]
async fn where_nothing_is_an_event_nothing_is_accepted() {
    let server = Server::start(guarded()).await;
    for (media_type, body, error) in [
        ("application/json", "{\"a\": 1,}", json!({"line": 1, "range": {"start": 8, "end": 8}})),
        ("application/x-ndjson", "\n\u{1}\n", json!({"line": 2, "range": {"start": 0, "end": 0}})),
    ] {
        let answer = send_events(&server, media_type, Some("key"), body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{body:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!(problem["status"], 400);
        assert_eq!(problem["title"], "Bad Request");
        assert_eq!(problem["errors"][0]["code"], "invalid-json");
        assert_eq!(problem["errors"][0]["line"], error["line"]);
        assert_eq!(problem["errors"][0]["range"], error["range"]);
    }
    for media_type in ["application/json", "application/x-ndjson"] {
        assert_eq!(send_events(&server, media_type, None, b"").await.status, 400);
    }
    assert_eq!(send_events(&server, "text/plain", None, b"{}").await.status, 415);
    let long = format!("\"{}\"", "a".repeat(64 << 10));
    assert_eq!(send_events(&server, "application/json", None, long.as_bytes()).await.status, 413);
    assert_eq!(server.get("/events").await.json(), json!({"events": [], "next": null}));
}

#[tokio::test]
async fn a_request_with_a_key_is_accepted_once() {
    let server = Server::start(guarded()).await;
    let send = async |key: &str, body: &str| {
        send_events(&server, "application/json", Some(key), body.as_bytes()).await
    };
    let first = send("a", "{}").await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (202, None));
    let again = send("a", "{}").await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (202, Some("true")));
    assert_eq!(again.body, first.body);
    assert_eq!(send("a", "{\"a\": 1}").await.status, 422);
    assert_eq!(send("b", "{\"a\": 1}").await.status, 202);
    assert_eq!(server.get("/events").await.json()["events"].as_array().unwrap().len(), 2);

    for key in ["", " ", "ä", &"k".repeat(256)] {
        assert_eq!(send(key, "{}").await.status, 400, "{key:?}");
    }
    assert_eq!(send(&"k".repeat(255), "{}").await.status, 202);
}

#[tokio::test]
async fn events_are_paged() {
    let server = Server::start(guarded()).await;
    let mut ids = Vec::new();
    for table in 0..25 {
        ids.push(server.event(row_added(table)).await);
        // Ids are in the order of their milliseconds.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let (mut seen, mut link) = (Vec::new(), Some("/events?limit=12".to_owned()));
    while let Some(path) = link.take() {
        let page = server.get(&path).await.json();
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= 12);
        seen.extend(events.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
        link = page["next"].as_str().map(str::to_owned);
    }
    ids.reverse();
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn parameters_that_say_nothing_are_refused() {
    let server = Server::start(guarded()).await;
    for (path, detail) in [
        ("/events?limit=0", "`limit`: expected a number from 1 to 100, found `0`"),
        ("/events?limit=101", "`limit`: expected a number from 1 to 100, found `101`"),
        ("/events?limit=ten", "`limit`: expected a number from 1 to 100, found `ten`"),
        ("/events?limit=1&limit=2", "the parameter `limit` is there twice"),
        ("/events?after=x", "expected one of the parameters `limit`, `before`, found `after`"),
        ("/events?before=x", "`before`: expected the id of an event, found `x`"),
        ("/deliveries?state=lost", "`state`: expected `pending`, `delivered` or `given-up`, found `lost`"),
        ("/deliveries?listener=bob", "`listener`: expected the number of a listener, found `bob`"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.json()["detail"], detail, "{path}");
    }
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_attempts_and_can_be_made_again() {
    let server = Server::start(guarded()).await;
    let listener = server.register(server.registration(CLASS)).await;
    let event = server.event(row_added(42)).await;
    let delivery = server.given_up(&event).await;
    assert_eq!(delivery["listener"], listener);
    assert_eq!(delivery["reason"]["code"], "status");

    let path = format!("/deliveries/{}", delivery["id"].as_str().unwrap());
    let shown = server.get(&path).await.json();
    assert_eq!(shown["delivery"], delivery);
    let attempt = &shown["attempts"][0];
    assert_eq!((&attempt["attempt"], &attempt["status"]), (&json!(1), &json!(404)));
    assert_eq!(attempt["failure"], json!(null));
    assert_eq!(attempt["answer"], json!({"encoding": "text", "content": NOT_THERE}));

    let redeliver = format!("{path}/redeliver");
    // While it is disabled, a delivery stays pending.
    assert_eq!(server.post(&format!("/listeners/{listener}/disable"), "").await.status, 200);
    let again = server.post(&redeliver, "").await;
    assert_eq!((again.status.as_u16(), &again.json()["state"]), (202, &json!("pending")));
    assert_eq!(server.post(&redeliver, "").await.status, 409);
    assert_eq!(server.get("/listeners").await.json()["listeners"][0]["health"]["pending"], 1);

    server.send(request("DELETE", &format!("{WEBHOOKS}/{listener}")).body(Body::empty()).unwrap()).await;
    let answer = server.post(&redeliver, "").await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["detail"], "the listener was removed");
    assert_eq!(server.post("/deliveries/msg_1/redeliver", "").await.status, 404);
}

#[tokio::test]
async fn deliveries_are_filtered_and_paged() {
    let server = Server::start(guarded()).await;
    let (first, second) =
        (server.register(server.registration("A")).await, server.register(server.registration("A")).await);
    let event = json!({"event": {"class": "A"}});
    for _ in 0..3 {
        server.event(event.clone()).await;
    }
    let count = async |query: &str| {
        let answer = server.get(&format!("/deliveries{query}")).await.json();
        answer["deliveries"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 6);
    assert_eq!(count(&format!("?listener={first}")).await, 3);
    assert_eq!(count("?listener=99").await, 0);
    let path = format!("/deliveries?limit=2&listener={second}");
    let page = server.get(&path).await.json();
    assert_eq!(page["deliveries"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap();
    assert!(next.contains(&format!("listener={second}")), "{next}");
    assert_eq!(server.get("/deliveries?limit=6").await.json()["next"], json!(null));
}

#[tokio::test]
async fn a_listener_is_disabled_and_enabled() {
    let server = Server::start(guarded()).await;
    let id = server.register(server.registration(CLASS)).await;
    let disabled = server.post(&format!("/listeners/{id}/disable"), "").await.json();
    assert_eq!(disabled["health"]["disabled"]["reason"]["code"], "by-hand");
    assert_eq!(server.get("/listeners").await.json()["listeners"][0], disabled);
    let enabled = server.post(&format!("/listeners/{id}/enable"), "").await.json();
    assert_eq!(enabled["health"]["disabled"], json!(null));
    assert_eq!(server.post("/listeners/99/enable", "").await.json()["detail"], "there is no such listener");
}

#[tokio::test]
async fn it_is_explained_why_an_event_does_not_go_to_a_listener() {
    let server = Server::start(guarded()).await;
    let mut registration = server.registration(CLASS);
    registration["eventFilter"] = json!({"event.tableId": "42"});
    let (id, event) = (server.register(registration).await, server.event(row_added(42)).await);
    let answer = server.get(&format!("/listeners/{id}/explain/{event}")).await.json();
    assert_eq!(answer["explanation"]["matches"], false);
    assert_eq!(
        answer["explanation"]["reason"],
        "`event.tableId` is the number 42, the filter wants the string \"42\""
    );
    assert!(answer["source"].as_str().unwrap().contains(r#""event.tableId""#));
    for (path, detail) in [
        (format!("/listeners/99/explain/{event}"), "there is no such listener"),
        (format!("/listeners/{id}/explain/evt_{}", "0".repeat(32)), "there is no such event"),
        (format!("/listeners/{id}/explain/x"), "there is no such event"),
    ] {
        let answer = server.get(&path).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["detail"]), (404, &json!(detail)), "{path}");
    }
}

#[tokio::test]
async fn a_filter_is_tried_on_the_latest_events() {
    let server = Server::start(guarded()).await;
    for table in [42, 43] {
        server.event(row_added(table)).await;
    }
    let answer = server.post("/preview", json!({"filter": {"event.tableId": 42}, "limit": 10})).await.json();
    assert_eq!(answer["matched"], 1);
    let verdicts = answer["events"].as_array().unwrap();
    assert_eq!(verdicts.len(), 2);
    let not = verdicts.iter().find(|verdict| verdict["matches"] == false).unwrap();
    assert_eq!(not["reason"], "`event.tableId` is 43, the filter wants 42");
    assert_eq!(server.post("/preview", json!({"filter": [], "limit": 1})).await.json()["matched"], 1);

    let answer = server.post("/preview", r#"{"filter": {"a": {"$eqs": 1}}}"#).await;
    assert_eq!(answer.status, 400);
    let error = &answer.json()["errors"][0];
    // The place is one of the filter's own text.
    assert_eq!((&error["pointer"], &error["range"]), (&json!("/a/$eqs"), &json!({"start": 7, "end": 13})));
    for body in [
        "",
        "{}",
        r#"{"filter": {}, "limit": 0}"#,
        r#"{"filter": {}, "limit": 1001}"#,
        r#"{"filter": {}, "a": 1}"#,
    ] {
        assert_eq!(server.post("/preview", body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn news_come_as_they_happen_and_end_with_the_dispatcher() {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    let server = Server::start(guarded()).await;
    let listen = request("GET", "/events/stream").body(Body::empty()).unwrap();
    let response = server.router.clone().oneshot(listen).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    let mut read_until = async |end: &str| {
        while !text.contains(end) {
            let frame = body.frame().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        std::mem::take(&mut text)
    };
    read_until("retry: 2000\n\n").await;

    let id = server.register(server.registration(CLASS)).await;
    let news = read_until("\n\n").await;
    assert_eq!(news, format!("event: listener\ndata: {{\"id\":{id}}}\n\n"));

    // Line ends between the parts of the event are no ends of its data.
    let event = "{\"event\":\r\n{\"class\": \"other\"}}";
    let answer = server.post("/events", event).await.json();
    let news = read_until("\n\n").await;
    let data = news.strip_prefix("event: event\ndata: ").unwrap_or_else(|| panic!("{news}"));
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["id"], answer["events"][0]["id"]);
    assert_eq!((&data["event"]["event"]["class"], &data["listeners"]), (&json!("other"), &json!([])));

    server.dispatcher.stop().await;
    while let Some(frame) = body.frame().await {
        frame.unwrap();
    }
}

#[tokio::test]
async fn too_many_cannot_listen() {
    use tower::ServiceExt as _;

    let server = Server::start(guarded()).await;
    let listen = async || {
        let listen = request("GET", "/events/stream").body(Body::empty()).unwrap();
        server.router.clone().oneshot(listen).await.unwrap()
    };
    let mut clients = Vec::new();
    loop {
        let response = listen().await;
        if response.status() == 503 {
            assert!(response.headers().contains_key("retry-after"));
            break;
        }
        clients.push(response);
        assert!(clients.len() < 1_000, "without a bound");
    }
    clients.pop();
    assert_eq!(listen().await.status(), 200);
}

#[tokio::test]
async fn health_needs_no_login_and_metrics_do() {
    let server = Server::start(guarded()).await;
    let get = |path| axum::http::Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(server.send(get("/healthz")).await.json(), json!({"status": "ok"}));
    assert_eq!(server.send(get("/metrics")).await.status, 401);
    let metrics = server.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(metrics.body.ends_with(b"# EOF\n"));
}

#[tokio::test]
async fn while_the_store_is_locked_nothing_is_accepted_and_clients_are_told_to_come_again() {
    let server = Server::start(guarded()).await;
    let other = rusqlite::Connection::open(server.store_path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for answer in [server.post("/events", "{}").await, server.get("/healthz").await] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.json()["detail"], "the database is locked");
        assert!(answer.header("retry-after").is_some());
    }
    let refused = server.post(WEBHOOKS, server.registration(CLASS)).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["ocs"]["meta"]["statuscode"]), (503, &json!(503)));
    other.execute_batch("ROLLBACK").unwrap();

    assert_eq!(server.post("/events", "{}").await.status, 202);
    assert_eq!(server.get("/events").await.json()["events"].as_array().unwrap().len(), 1);
    assert_eq!(server.get("/listeners").await.json(), json!({"listeners": []}));
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_of_the_one_form() {
    let server = Server::start(guarded()).await;
    let answer = server.get("/nothing").await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.json(),
        json!({"type": "about:blank", "title": "Not Found", "status": 404, "detail": "there is nothing at this address"})
    );
    let answer = server.send(request("PUT", "/events").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), Some("GET,HEAD,POST"));
    assert_eq!(answer.json()["detail"], "the address does not know this method");
    assert_eq!(server.get("/events/%ff").await.status, 404);
    assert_eq!(server.get("/listeners/x/explain/y").await.status, 404);
    let mut ingest = request("POST", "/events");
    ingest.headers_mut().unwrap().insert("authorization", INGEST.parse().unwrap());
    let ingest = ingest.header("content-type", "application/json").body("{}".into()).unwrap();
    assert_eq!(server.send(ingest).await.status, 202);
}

#[cfg(not(feature = "page"))]
#[tokio::test]
async fn without_the_page_its_place_says_how_to_get_one() {
    let server = Server::start(guarded()).await;
    let answer = server.get("/").await;
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(String::from_utf8_lossy(&answer.body).contains("cargo xtask dispatcher"));
}
