//! The guide to the API: its `curl` lines do what it says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api_support;

use api_support::{Server, guarded};
use axum::body::Body;
use axum::http::Request;
use hooksieve_dispatcher::api::ApiOptions;
use tower::ServiceExt as _;

const GUIDE: &str = include_str!("../../docs/dispatcher-api.md");
const HOST: &str = "http://localhost:8080";
/// Where the guide's deliveries go to.
const RECEIVER: &str = "127.0.0.1:9000";

/// The commands of the guide, each with the status in the comment after it.
fn commands() -> Vec<(String, u16)> {
    let blocks = GUIDE.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let commands = blocks.flat_map(|block| block.split_terminator("\n\n")).map(|command| {
        let (command, status) = command.trim_end().rsplit_once("\n# ").unwrap_or_else(|| panic!("{command}"));
        (command.to_owned(), status.parse().unwrap())
    });
    commands.collect()
}

/// The words of a command, as a shell takes them apart.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), character) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '\\') => assert_eq!(characters.next(), Some('\n')),
            (None, ' ' | '\n') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    assert_eq!(quote, None, "{command}");
    words.into_iter().chain(word).collect()
}

/// The request that `curl` makes.
fn request(command: &str) -> Request<Body> {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().unwrap(), "curl");
    let (mut method, mut body, mut path, mut headers) = (None, None, None, Vec::new());
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap();
        match word.as_str() {
            "-X" => method = Some(value()),
            "-d" | "--data-binary" => body = Some(value()),
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
            "-u" => {
                assert_eq!(value(), "admin:password");
                headers.push(("authorization".to_owned(), api_support::ADMIN.to_owned()));
            }
            "-N" => {}
            url => path = Some(url.strip_prefix(HOST).unwrap_or_else(|| panic!("{url}")).to_owned()),
        }
    }
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let request =
        Request::builder().method(method.as_str()).uri(path.unwrap()).header("host", "localhost:8080");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(body.unwrap_or_default().into()).unwrap()
}

#[tokio::test]
async fn the_lines_of_the_guide_are_answered_as_it_says() {
    let server =
        Server::start(ApiOptions { ingest_token: Some("ingest-token".to_owned().into()), ..guarded() }).await;
    let (mut event, mut delivery) = (None::<String>, None::<String>);
    let commands = commands();
    assert!(commands.len() > 15, "{commands:?}");
    for (command, status) in commands {
        let filled = [("$EVENT", &event), ("$DELIVERY", &delivery)].iter().fold(
            command.clone(),
            |text, (name, id)| {
                if text.contains(name) { text.replace(name, id.as_deref().unwrap()) } else { text }
            },
        );
        let request = request(&filled.replace(RECEIVER, &server.receiver.to_string()));
        if command.contains("/stream") {
            let response = server.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{command}");
            continue;
        }
        let answer = server.send(request).await;
        assert_eq!(answer.status, status, "{command}\n{}", String::from_utf8_lossy(&answer.body));
        if command.contains("/events ") && event.is_none() {
            let id = answer.json()["events"][0]["id"].as_str().unwrap().to_owned();
            delivery = Some(server.given_up(&id).await["id"].as_str().unwrap().to_owned());
            event = Some(id);
        }
    }
}
