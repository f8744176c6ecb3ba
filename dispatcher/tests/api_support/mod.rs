//! An API with a store of its own; requests go to its router without a socket.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use hooksieve_dispatcher::api::{ApiOptions, Credentials, router};
use hooksieve_dispatcher::deliver::ClientOptions;
use hooksieve_dispatcher::run::{Dispatcher, Options};
use hooksieve_dispatcher::store::{MasterKey, Retention, StoreOptions};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// The administrator's name and password, as they are sent.
pub(crate) const ADMIN: &str = "Basic YWRtaW46cGFzc3dvcmQ=";
pub(crate) const INGEST: &str = "Bearer ingest";
pub(crate) const WEBHOOKS: &str = "/ocs/v2.php/apps/webhook_listeners/api/v1/webhooks";
/// What the receiver answers.
pub(crate) const NOT_THERE: &str = "there is no such hook\n";
const STORE: &str = "store.sqlite";

pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) folder: TempDir,
    /// Answers every delivery with 404, which is final, and [`NOT_THERE`].
    pub(crate) receiver: SocketAddr,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// With an administrator and an ingest token.
pub(crate) fn guarded() -> ApiOptions {
    ApiOptions {
        admin: Some(Credentials { name: "admin".to_owned(), password: "password".to_owned().into() }),
        ingest_token: Some("ingest".to_owned().into()),
        max_body: 64 << 10,
    }
}

impl Server {
    pub(crate) async fn start(options: ApiOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let receiver = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = receiver.local_addr().unwrap();
        let not_there = Router::new().fallback(async || (StatusCode::NOT_FOUND, NOT_THERE));
        tokio::spawn(async move { axum::serve(receiver, not_there).await });
        let dispatcher = Dispatcher::start(
            Options {
                store: StoreOptions {
                    path: folder.path().join(STORE),
                    busy_timeout: Duration::from_millis(100),
                },
                client: ClientOptions {
                    connect_timeout: Duration::from_secs(5),
                    timeout: Duration::from_secs(5),
                    kept_answer: 4 << 10,
                    max_answer: 64 << 10,
                    allowed: vec!["127.0.0.0/8".parse().unwrap()],
                    extra_roots: Vec::new(),
                    user_agent: "test".to_owned(),
                },
                max_in_flight: 4,
                max_in_flight_per_host: 2,
                max_event: 1 << 20,
                shutdown_grace: Duration::from_secs(1),
                retention: Retention {
                    deliveries: None,
                    events: None,
                    idempotency: Duration::from_secs(3_600),
                },
                clean_up_every: Duration::from_secs(3_600),
            },
            MasterKey::from_bytes([7; 32]),
        )
        .await
        .unwrap();
        Self { router: router(dispatcher.clone(), options), dispatcher, folder, receiver: address }
    }

    pub(crate) fn store_path(&self) -> PathBuf {
        self.folder.path().join(STORE)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.send_from(Ipv4Addr::LOCALHOST.into(), request).await
    }

    pub(crate) async fn send_from(&self, client: IpAddr, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, 50_000)));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, json: impl ToString) -> Answer {
        let request = request("POST", path).header("content-type", "application/json");
        self.send(request.body(json.to_string().into()).unwrap()).await
    }

    /// Where events are delivered to.
    pub(crate) fn target(&self) -> String {
        format!("http://{}/hook", self.receiver)
    }

    /// A registration that lets every event of a class through.
    pub(crate) fn registration(&self, class: &str) -> Value {
        json!({"httpMethod": "POST", "uri": self.target(), "event": class, "eventFilter": []})
    }

    /// Registers a listener, and returns its number.
    pub(crate) async fn register(&self, registration: Value) -> i64 {
        let answer = self.post(WEBHOOKS, registration).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()["ocs"]["data"]["id"].as_i64().unwrap()
    }

    /// Sends an event, and returns its id.
    pub(crate) async fn event(&self, event: Value) -> String {
        let answer = self.post("/events", event).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
        answer.json()["events"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The first delivery of an event, when it has come to its end.
    pub(crate) async fn given_up(&self, event: &str) -> Value {
        loop {
            let page = self.get(&format!("/deliveries?event={event}")).await.json();
            let delivery = &page["deliveries"][0];
            match (delivery["state"].as_str(), &delivery["attempts"]) {
                (Some("given-up"), _) => return delivery.clone(),
                (Some("pending"), attempts) if *attempts == 0 => {}
                _ => panic!("{page}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A request of the administrator's.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080")
        .header("authorization", ADMIN)
        .header("ocs-apirequest", "true")
}
