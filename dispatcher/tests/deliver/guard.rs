use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hooksieve_dispatcher::core::Failure;
use hooksieve_dispatcher::deliver::{Client, ClientOptions, NameResolver};

use crate::server::Server;
use crate::{answered, failed, options, request, send};

/// For each name, what it leads to at the first question, at the second, …, and from then on.
struct Names(Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>);

impl Names {
    fn new<const N: usize>(names: [(&str, &[&[&str]]); N]) -> Self {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        let names = names.map(|(name, answers)| (name.to_owned(), answers.iter().map(addresses).collect()));
        Self(Mutex::new(names.into()))
    }
}

impl NameResolver for Names {
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap();
        let answer = names.get_mut(&name).map(|answers| match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap_or_default(),
        });
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
}

async fn ok_server() -> Server {
    Server::answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await
}

/// Nothing is allowed but what is public.
fn public_only() -> ClientOptions {
    ClientOptions { allowed: Vec::new(), ..options() }
}

/// Each is refused without a connection.
#[tokio::test]
async fn hostile_uris() {
    let server = ok_server().await;
    let port = server.address.port();
    let client = Client::new(public_only()).unwrap();
    for (uri, failure) in [
        (format!("http://127.0.0.1:{port}/"), Failure::AddressRefused),
        (format!("http://127.1:{port}/"), Failure::AddressRefused),
        (format!("http://2130706433:{port}/"), Failure::AddressRefused),
        (format!("http://0x7f.1:{port}/"), Failure::AddressRefused),
        (format!("http://127.0.0.1.:{port}/"), Failure::AddressRefused),
        (format!("http://0.0.0.0:{port}/"), Failure::AddressRefused),
        (format!("http://[::ffff:127.0.0.1]:{port}/"), Failure::AddressRefused),
        (format!("http://[::ffff:10.0.0.1]:{port}/"), Failure::AddressRefused),
        (format!("http://[::1]:{port}/"), Failure::AddressRefused),
        (format!("https://127.0.0.1:{port}/"), Failure::AddressRefused),
        (format!("http://localhost:{port}/"), Failure::AddressRefused),
        (format!("http://localhost.:{port}/"), Failure::AddressRefused),
        (format!("http://user@127.0.0.1:{port}/"), Failure::Request),
        (format!("http://user:pw@127.0.0.1:{port}/"), Failure::Request),
        (format!("http://127.0.0.1:{port}/\r\nX: y"), Failure::Request),
        (format!("ftp://127.0.0.1:{port}/"), Failure::Request),
        (format!("127.0.0.1:{port}"), Failure::Request),
    ] {
        assert!(client.refuses(&uri).is_some(), "{uri}");
        assert_eq!(send(&client, request(&uri)).await.outcome, failed(failure), "{uri}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn headers_that_cannot_be_sent() {
    let server = ok_server().await;
    let client = Client::new(options()).unwrap();
    for (name, value) in [
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\n"),
        ("X-A", "\0"),
        ("X-A", "\u{7f}"),
        ("X-A\r\nX-B", "1"),
        ("X A", "1"),
        ("X-A:", "1"),
        ("", "1"),
    ] {
        let mut request = request(server.uri());
        request.headers.push((name.to_owned(), value.to_owned()));
        assert_eq!(send(&client, request).await.outcome, failed(Failure::Request), "{name:?}: {value:?}");
    }
    let mut request = request(server.uri());
    request.method = "PO ST";
    assert_eq!(send(&client, request).await.outcome, failed(Failure::Request));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn names_of_private_addresses() {
    let server = ok_server().await;
    let port = server.address.port();
    let names = Names::new([
        ("loopback.example", &[&["127.0.0.1"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
        ("all.example", &[&["10.0.0.1", "fd00::1", "127.0.0.1", "169.254.169.254"]]),
        ("nowhere.example", &[&[]]),
    ]);
    let client = Client::with_resolver(public_only(), names).unwrap();
    for (name, failure) in [
        ("loopback.example", Failure::AddressRefused),
        ("mapped.example", Failure::AddressRefused),
        ("all.example", Failure::AddressRefused),
        ("nowhere.example", Failure::NameResolution),
        ("unknown.example", Failure::NameResolution),
    ] {
        let uri = format!("http://{name}:{port}/");
        assert_eq!(client.refuses(&uri), None, "{name}");
        assert_eq!(send(&client, request(uri)).await.outcome, failed(failure), "{name}");
    }
    assert_eq!(server.connections(), 0);
}

/// Of the addresses of a name, only those that are allowed are connected to.
#[tokio::test]
async fn addresses_that_are_refused_are_passed_over() {
    let server = ok_server().await;
    let names = Names::new([("mixed.example", &[&["10.0.0.1", "::1", "127.0.0.1"]])]);
    let client = Client::with_resolver(options(), names).unwrap();
    let uri = format!("http://mixed.example:{}/", server.address.port());
    assert_eq!(send(&client, request(uri)).await.outcome, answered(200));
    assert_eq!(server.connections(), 1);
}

/// A name that leads to another address at every question is checked at every question, and no address is used
/// that was not checked.
#[tokio::test]
async fn rebinding() {
    let server = ok_server().await;
    let names = Names::new([("rebinding.example", &[&["127.0.0.1"], &["127.0.0.2"], &["127.0.0.1"]])]);
    let allowed = vec!["127.0.0.1/32".parse().unwrap()];
    let client = Client::with_resolver(ClientOptions { allowed, ..options() }, names).unwrap();
    let uri = format!("http://rebinding.example:{}/", server.address.port());
    assert_eq!(send(&client, request(&uri)).await.outcome, answered(200));
    assert_eq!(send(&client, request(&uri)).await.outcome, failed(Failure::AddressRefused));
    assert_eq!(send(&client, request(&uri)).await.outcome, answered(200));
    assert_eq!(server.connections(), 2);
}

/// Waits for ever.
struct Silence;

impl NameResolver for Silence {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn names_that_nobody_answers_for() {
    let options = ClientOptions { connect_timeout: Duration::from_millis(100), ..options() };
    let client = Client::with_resolver(options, Silence).unwrap();
    let attempt = send(&client, request("http://example.org/")).await;
    assert_eq!(attempt.outcome, failed(Failure::Timeout));
}

/// Names of this machine, by the resolver of the operating system.
#[tokio::test]
async fn the_system_resolver() {
    let server = ok_server().await;
    let uri = format!("http://localhost:{}/", server.address.port());
    let client = Client::new(options()).unwrap();
    assert_eq!(client.refuses(&uri), None);
    assert_eq!(send(&client, request(&uri)).await.outcome, answered(200));
}
