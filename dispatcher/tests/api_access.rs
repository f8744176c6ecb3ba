//! Who may do what, and what browsers are kept from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api_support;

use std::net::IpAddr;

use api_support::{ADMIN, Answer, INGEST, Server, WEBHOOKS, guarded};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hooksieve_dispatcher::api::{ApiOptions, Credentials, ServeError, serve};
use tokio::net::TcpListener;

/// A request with these headers, and nothing else.
fn bare(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .body("{}".into())
        .unwrap()
}

fn basic(name_and_password: &str) -> String {
    format!("Basic {}", STANDARD.encode(name_and_password))
}

async fn with(server: &Server, method: &str, path: &str, authorization: &str) -> Answer {
    server.send(bare(method, path, &[("host", "localhost"), ("authorization", authorization)])).await
}

#[tokio::test]
async fn the_administrator_may_do_everything_and_the_ingest_token_only_sends_events() {
    let server = Server::start(guarded()).await;
    assert_eq!(with(&server, "GET", "/listeners", ADMIN).await.status, 200);
    assert_eq!(with(&server, "GET", "/listeners", &ADMIN.replace("Basic", "basic")).await.status, 200);
    assert_eq!(with(&server, "POST", "/events", ADMIN).await.status, 202);
    assert_eq!(with(&server, "POST", "/events", INGEST).await.status, 202);
    for (method, path) in [
        ("GET", "/events"),
        ("GET", "/"),
        ("POST", "/preview"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
    ] {
        assert_eq!(with(&server, method, path, INGEST).await.status, 401, "{method} {path}");
    }
    let without_token = Server::start(ApiOptions { ingest_token: None, ..guarded() }).await;
    assert_eq!(with(&without_token, "POST", "/events", INGEST).await.status, 401);
    assert_eq!(with(&without_token, "POST", "/events", "Bearer ").await.status, 401);
}

#[tokio::test]
async fn nothing_else_gets_in() {
    let server = Server::start(guarded()).await;
    let wrong = [
        basic("admin:Password"),
        basic("admin:"),
        basic("Admin:password"),
        basic(":password"),
        basic("admin"),
        basic(""),
        "Basic".to_owned(),
        "Basic *".to_owned(),
        "Bearer password".to_owned(),
        ADMIN.replace("Basic", "Digest"),
    ];
    for (number, authorization) in wrong.iter().enumerate() {
        let client = IpAddr::from([192, 0, 2, u8::try_from(number).unwrap()]);
        let request = bare("GET", "/listeners", &[("host", "localhost"), ("authorization", authorization)]);
        let answer = server.send_from(client, request).await;
        assert_eq!(answer.status, 401, "{authorization}");
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"hooksieve\", charset=\"UTF-8\""));
        assert_eq!(answer.json()["detail"], "the name, the password or the token is wrong");
    }
    let answer = server.send(bare("GET", "/listeners", &[("host", "localhost")])).await;
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate").is_some()), (401, true));

    let answer =
        server.send(bare("GET", WEBHOOKS, &[("host", "localhost"), ("ocs-apirequest", "true")])).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["ocs"]["meta"]["statuscode"]), (401, &997.into()));
}

#[tokio::test]
async fn a_password_may_have_colons_and_any_letters() {
    let admin = Credentials { name: "ädmin".to_owned(), password: "a:b: ü".to_owned().into() };
    let server = Server::start(ApiOptions { admin: Some(admin), ..guarded() }).await;
    assert_eq!(with(&server, "GET", "/listeners", &basic("ädmin:a:b: ü")).await.status, 200);
}

#[tokio::test]
async fn who_guesses_is_slowed_down_and_nobody_else() {
    let server = Server::start(guarded()).await;
    let (guesser, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
    let request = |authorization: &str, headers: &[(&str, &str)]| {
        let all = [&[("host", "localhost"), ("authorization", authorization)], headers].concat();
        bare("GET", "/listeners", &all)
    };
    for _ in 0..10 {
        assert_eq!(server.send_from(guesser, request(&basic("admin:x"), &[])).await.status, 401);
    }
    // What the headers say about the address is not trusted.
    let forwarded = [("x-forwarded-for", "192.0.2.2"), ("forwarded", "for=192.0.2.2")];
    for authorization in [&basic("admin:x"), ADMIN, INGEST] {
        let answer = server.send_from(guesser, request(authorization, &forwarded)).await;
        assert_eq!(answer.status, 429, "not even the right password is looked at");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
    }
    assert_eq!(server.send_from(other, request(ADMIN, &[])).await.status, 200);
    assert_eq!(
        server.send_from(guesser, bare("GET", "/healthz", &[("host", "localhost")])).await.status,
        200
    );
}

#[tokio::test]
async fn without_an_administrator_only_loopback_names_are_answered() {
    let server = Server::start(ApiOptions::default()).await;
    for host in
        ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080", "[::ffff:127.0.0.1]"]
    {
        assert_eq!(server.send(bare("GET", "/listeners", &[("host", host)])).await.status, 200, "{host}");
    }
    for host in [
        "example.org",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "10.0.0.1",
        "[::]",
        "",
        "localhost:x:y",
    ] {
        let answer = server.send(bare("GET", "/listeners", &[("host", host)])).await;
        assert_eq!(answer.status, 421, "{host}");
    }
    assert_eq!(server.send(bare("GET", "/listeners", &[])).await.status, 421);
    let two = [("host", "localhost"), ("host", "example.org")];
    assert_eq!(server.send(bare("GET", "/listeners", &two)).await.status, 421);
    // HTTP/2 has the name in the URI.
    assert_eq!(server.send(bare("GET", "http://localhost/listeners", &[])).await.status, 200);
    assert_eq!(server.send(bare("GET", "http://example.org/listeners", &[])).await.status, 421);
    let both = [("host", "localhost")];
    assert_eq!(server.send(bare("GET", "http://example.org/listeners", &both)).await.status, 421);

    let guarded = Server::start(guarded()).await;
    let headers = [("host", "dispatcher.example.org"), ("authorization", ADMIN)];
    assert_eq!(guarded.send(bare("GET", "/listeners", &headers)).await.status, 200);
}

#[tokio::test]
async fn without_an_administrator_only_loopback_is_listened_to() {
    let server = Server::start(ApiOptions::default()).await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let result = serve(listener, server.dispatcher.clone(), ApiOptions::default()).await;
    assert!(matches!(result, Err(ServeError::NotLoopback(_))), "{result:?}");
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    for (options, name) in [(ApiOptions::default(), "localhost:8080"), (guarded(), "dispatcher.example.org")]
    {
        let server = Server::start(options).await;
        let same = format!("http://{name}");
        let behind_proxy = format!("https://{name}");
        for (headers, is_refused) in [
            (vec![], false),
            (vec![("sec-fetch-site", "same-origin"), ("origin", same.as_str())], false),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("origin", behind_proxy.as_str())], false),
            (vec![("sec-fetch-site", "cross-site")], true),
            (vec![("sec-fetch-site", "same-site"), ("origin", same.as_str())], true),
            (vec![("origin", "https://example.com")], true),
            (vec![("origin", "http://localhost:3000")], true),
            (vec![("origin", "null")], true),
            (vec![("origin", "")], true),
            (vec![("origin", same.as_str()), ("origin", "https://example.com")], true),
        ] {
            let all = [&[("host", name), ("authorization", ADMIN)], headers.as_slice()].concat();
            let answer = server.send(bare("POST", "/events", &all)).await;
            assert_eq!(answer.status, if is_refused { 403 } else { 202 }, "{name} {headers:?}");
            assert_eq!(server.send(bare("GET", "/events", &all)).await.status, 200, "reading is harmless");
        }
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_browsers_out() {
    let server = Server::start(guarded()).await;
    let created = server.post(WEBHOOKS, server.registration("A")).await;
    let refused = server.send(bare("GET", "/listeners", &[("host", "localhost")])).await;
    for answer in [created, refused, server.get("/nothing").await, server.get("/healthz").await] {
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; frame-ancestors 'none'")
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-request-id").unwrap().len(), 16);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let page = server.get("/").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
}

#[tokio::test]
async fn headers_without_measure_are_refused() {
    let server = Server::start(guarded()).await;
    let long = "a".repeat(17 << 10);
    let headers = [("host", "localhost"), ("authorization", ADMIN), ("x-long", long.as_str())];
    assert_eq!(server.send(bare("GET", "/listeners", &headers)).await.status, 431);
}
