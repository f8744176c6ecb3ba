//! The API does what its description says: a fuzzer that reads `openapi.json`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api_support;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use api_support::{ADMIN, Answer, INGEST, Server, guarded, request};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

/// The description, and what it is of.
struct Api {
    server: Server,
    description: Value,
    /// Ids of what is there, by what they start with.
    known: Vec<String>,
}

impl Api {
    async fn start() -> Self {
        let server = Server::start(guarded()).await;
        let description = server.get("/openapi.json").await.json();
        server.register(server.registration("A")).await;
        let event = server.event(json!({"event": {"class": "A"}, "user": {"uid": "bob"}})).await;
        let delivery =
            server.get("/deliveries").await.json()["deliveries"][0]["id"].as_str().unwrap().to_owned();
        Self { server, description, known: vec![event, delivery] }
    }

    /// Path, method and operation of each.
    fn operations(&self) -> Vec<(String, String, Value)> {
        let paths = self.description["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = METHODS.iter().filter_map(|method| Some((*method, item.get(*method)?.clone())));
            methods.map(|(method, operation)| (path.clone(), method.to_owned(), operation))
        });
        operations.collect()
    }

    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                self.resolve(self.description.pointer(reference.trim_start_matches('#')).unwrap())
            }
            None => schema,
        }
    }

    /// Values of a schema, its bounds among them.
    fn values(&self, schema: &Value) -> BoxedStrategy<Value> {
        let schema = self.resolve(schema);
        let one_of = schema["oneOf"].as_array().or(schema["anyOf"].as_array()).or(schema["enum"].as_array());
        if let Some(values) = schema["enum"].as_array() {
            return select(values.clone()).boxed();
        }
        if let Some(schemas) = one_of {
            return proptest::strategy::Union::new(schemas.iter().map(|schema| self.values(schema))).boxed();
        }
        let types = match &schema["type"] {
            Value::String(name) => vec![name.as_str()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return json_values(),
        };
        let of_types =
            proptest::strategy::Union::new(types.iter().map(|name| self.typed_values(name, schema)));
        match schema.get("example").or(schema.pointer("/examples/0")) {
            Some(example) => prop_oneof![3 => Just(example.clone()), 1 => of_types].boxed(),
            None => of_types.boxed(),
        }
    }

    fn typed_values(&self, name: &str, schema: &Value) -> BoxedStrategy<Value> {
        match name {
            "null" => Just(Value::Null).boxed(),
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "integer" => {
                let minimum = schema["minimum"].as_i64().unwrap_or(i64::MIN);
                let maximum = schema["maximum"].as_i64().unwrap_or(i64::MAX);
                // 1 is a listener.
                prop_oneof![2 => Just(1), 1 => Just(minimum), 1 => Just(maximum), 1 => minimum..=maximum]
                    .prop_map(Value::from)
                    .boxed()
            }
            "string" => self.texts(schema).prop_map(Value::from).boxed(),
            "array" => {
                proptest::collection::vec(self.values(&schema["items"]), 0..3).prop_map(Value::from).boxed()
            }
            "object" => self.objects(schema),
            other => panic!("unknown type {other}"),
        }
    }

    fn texts(&self, schema: &Value) -> BoxedStrategy<String> {
        let Some(pattern) = schema["pattern"].as_str() else { return texts() };
        let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
        let start = pattern.split('[').next().unwrap();
        let known: Vec<_> =
            self.known.iter().filter(|id| !start.is_empty() && id.starts_with(start)).cloned().collect();
        let of_pattern = proptest::string::string_regex(pattern).unwrap();
        match known.is_empty() {
            true => of_pattern.boxed(),
            false => prop_oneof![2 => select(known), 1 => of_pattern].boxed(),
        }
    }

    fn objects(&self, schema: &Value) -> BoxedStrategy<Value> {
        let Some(properties) = schema["properties"].as_object() else { return json_values() };
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        let fields: Vec<BoxedStrategy<Option<(String, Value)>>> = properties
            .iter()
            .map(|(name, schema)| {
                let share = if required.iter().any(|required| *required == name) { 0.98 } else { 0.4 };
                let field = (Just(name.clone()), self.values(schema));
                proptest::option::weighted(share, field).boxed()
            })
            .collect();
        fields.prop_map(|fields| Value::Object(fields.into_iter().flatten().collect())).boxed()
    }

    /// Requests of an operation: right ones, those at the bounds, and wrong ones.
    fn requests(&self, path: &str, method: &str, operation: &Value) -> BoxedStrategy<Plan> {
        let parameters: Vec<BoxedStrategy<(String, String, Option<String>)>> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| {
                let (name, place) = (parameter["name"].clone(), parameter["in"].clone());
                let right = self.values(&parameter["schema"]).prop_map(|value| match value {
                    Value::String(text) => Some(text),
                    Value::Null => None,
                    value => Some(value.to_string()),
                });
                let is_required = parameter["required"] == true;
                let value = if is_required { right.boxed() } else { prop_oneof![Just(None), right].boxed() };
                let value = prop_oneof![8 => value, 1 => texts().prop_map(Some)];
                value
                    .prop_map(move |value| {
                        (place.as_str().unwrap().to_owned(), name.as_str().unwrap().to_owned(), value)
                    })
                    .boxed()
            })
            .collect();
        let bodies: Vec<BoxedStrategy<(Option<String>, Vec<u8>)>> = operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(media_type, content)| self.bodies(media_type.clone(), content))
            .collect();
        let body = match bodies.is_empty() {
            true => Just((None, Vec::new())).boxed(),
            false => proptest::strategy::Union::new(bodies).boxed(),
        };
        let (path, method) = (path.to_owned(), method.to_owned());
        let headers = prop_oneof![
            20 => Just(vec![("authorization", ADMIN.to_owned())]),
            2 => Just(vec![("authorization", INGEST.to_owned())]),
            1 => Just(Vec::new()),
            1 => Just(vec![("authorization", "Basic x".to_owned())]),
            1 => Just(vec![("authorization", ADMIN.to_owned()), ("sec-fetch-site", "cross-site".to_owned())]),
            1 => Just(vec![("authorization", ADMIN.to_owned()), ("x-long", "x".repeat(20_000))]),
        ];
        let client = prop_oneof![1 => Just([192, 0, 2, 1]), 4 => any::<[u8; 4]>()];
        (parameters, body, headers, client)
            .prop_map(move |(parameters, (media_type, body), headers, client)| Plan {
                path: path.clone(),
                method: method.to_uppercase(),
                parameters,
                media_type,
                body,
                headers,
                client: client.into(),
            })
            .boxed()
    }

    fn bodies(&self, media_type: String, content: &Value) -> BoxedStrategy<(Option<String>, Vec<u8>)> {
        let right = self.values(&content["schema"]);
        let right = match content.get("example") {
            Some(example) => prop_oneof![Just(example.clone()), right].boxed(),
            None => right,
        };
        let right = right.prop_map(|value| match value {
            // Lines of events.
            Value::String(lines) => lines.into_bytes(),
            value => value.to_string().into_bytes(),
        });
        let lines = proptest::collection::vec(json_values(), 0..4).prop_map(|values| {
            values.iter().map(|value| format!("{value}\n")).collect::<String>().into_bytes()
        });
        let cut = (right.clone(), any::<prop::sample::Index>()).prop_map(|(mut body, at)| {
            body.truncate(at.index(body.len() + 1));
            body
        });
        let flipped =
            (right.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut body, at, byte)| {
                let at = at.index(body.len().max(1));
                body.get_mut(at).into_iter().for_each(|old| *old = byte);
                body
            });
        let body = prop_oneof![
            8 => right,
            2 => lines,
            2 => cut,
            2 => flipped,
            1 => proptest::collection::vec(any::<u8>(), 0..64),
            1 => Just(vec![b'['; 5_000]),
            1 => Just(vec![b'1'; 70_000]),
        ];
        let media_type = prop_oneof![
            12 => Just(Some(media_type)),
            1 => Just(None),
            1 => texts().prop_map(Some),
        ];
        (media_type, body).boxed()
    }
}

fn texts() -> BoxedStrategy<String> {
    prop_oneof![
        select(vec![
            "",
            "0",
            "-1",
            "1",
            "bob",
            "evt_",
            "msg_0",
            "%",
            "..",
            "a/b",
            "ä",
            "\u{0}",
            "99999999999999999999"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
    .boxed()
}

/// Any JSON; often almost a filter.
fn json_values() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    let names =
        ["user.uid", "event.class", "class", "event", "$eq", "$in", "$or", "$not", "$regex", "$nothing", ""];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((select(names.to_vec()), inner), 0..4).prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(fields.collect::<Map<_, _>>())
            }),
        ]
    })
    .boxed()
}

/// A request to be sent.
#[derive(Debug, Clone)]
struct Plan {
    path: String,
    method: String,
    /// Place, name and value.
    parameters: Vec<(String, String, Option<String>)>,
    media_type: Option<String>,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
    client: IpAddr,
}

impl Plan {
    /// `None` where HTTP itself does not allow it.
    fn request(&self) -> Option<Request<Body>> {
        let mut path = self.path.clone();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let mut headers: Vec<(String, String)> = vec![("host".to_owned(), "localhost".to_owned())];
        headers.extend(self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        headers
            .extend(self.media_type.iter().map(|media_type| ("content-type".to_owned(), media_type.clone())));
        for (place, name, value) in &self.parameters {
            match (place.as_str(), value) {
                // An empty one is another path.
                ("path", value) => {
                    let value = value.as_deref().filter(|value| !value.is_empty()).unwrap_or("0");
                    path = path.replace(&format!("{{{name}}}"), &percent_encoded(value));
                }
                ("query", Some(value)) => drop(query.append_pair(name, value)),
                ("header", Some(value)) => headers.push((name.clone(), value.clone())),
                (_, None) => {}
                (place, _) => panic!("unknown place {place}"),
            }
        }
        let query = query.finish();
        let uri = if query.is_empty() { path } else { format!("{path}?{query}") };
        let request = Request::builder().method(self.method.as_str()).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.body(self.body.clone().into()).ok()
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Checks answers against the description.
struct Checker<'a> {
    api: &'a Api,
    validators: RefCell<HashMap<String, Validator>>,
}

impl Checker<'_> {
    fn check(&self, operation: &Value, answer: &Answer) -> Result<(), String> {
        let status = answer.status.as_u16();
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return Err(format!("{status} is not described"));
        }
        for name in ["x-request-id", "content-security-policy", "x-content-type-options"] {
            answer.header(name).ok_or(format!("{status} without {name}"))?;
        }
        // 503 has it only where it helps.
        let needed = response["headers"].as_object().into_iter().flatten().map(|(name, _)| name);
        for name in needed.filter(|_| matches!(status, 401 | 429)) {
            answer.header(name).ok_or(format!("{status} without {name}"))?;
        }
        let media_type = answer.header("content-type").unwrap_or("");
        let content = response["content"].get(media_type).ok_or(format!("{status} as {media_type:?}"))?;
        if !media_type.ends_with("json") {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(content["schema"].to_string()).or_insert_with(|| {
            let mut schema = content["schema"].clone();
            schema["components"] = self.api.description["components"].clone();
            jsonschema::options().with_draft(Draft::Draft202012).build(&schema).unwrap()
        });
        let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        if errors.is_empty() { Ok(()) } else { Err(format!("{status}: {errors:?} in {body}")) }
    }
}

/// An event stream has no end: its head is enough.
async fn send(server: &Server, plan: &Plan, request: Request<Body>) -> Answer {
    if plan.path != "/events/stream" {
        return server.send_from(plan.client, request).await;
    }
    let response = server.router.clone().oneshot(request).await.unwrap();
    let is_stream = response.headers()["content-type"] == "text/event-stream";
    let (head, body) = response.into_parts();
    let body =
        if is_stream { Vec::new() } else { axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec() };
    Answer { status: head.status, headers: head.headers, body }
}

#[test]
fn every_answer_is_as_described_whatever_is_sent() {
    let runtime = Runtime::new().unwrap();
    for (path, method, operation) in runtime.block_on(Api::start()).operations() {
        // What one operation removes, another may need.
        let api = runtime.block_on(Api::start());
        let checker = Checker { api: &api, validators: RefCell::default() };
        let seen: RefCell<BTreeSet<u16>> = RefCell::default();
        let config =
            Config { cases: 128, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
        let result = TestRunner::new(config).run(&api.requests(&path, &method, &operation), |plan| {
            let Some(request) = plan.request() else { return Err(TestCaseError::reject("no HTTP")) };
            let answer = runtime.block_on(send(&api.server, &plan, request));
            seen.borrow_mut().insert(answer.status.as_u16());
            checker.check(&operation, &answer).map_err(TestCaseError::fail)
        });
        result.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        // The fuzzer gets beyond the guards: every operation was done.
        let statuses = seen.take();
        assert!(statuses.iter().any(|status| matches!(status, 200 | 202)), "{method} {path}: {statuses:?}");
    }
}

#[tokio::test]
async fn the_description_is_sound() {
    let api = Api::start().await;
    assert_eq!(api.description["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in api.operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(operation["summary"].is_string(), "{method} {path}");
        let described: BTreeSet<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        let in_path: BTreeSet<_> = path
            .split('/')
            .filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned()))
            .collect();
        assert_eq!(described, in_path, "{method} {path}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["content"].is_object(), "{method} {path}: {status} has no body");
        }
    }
    let mut references = Vec::new();
    collect_references(&api.description, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(
            api.description.pointer(reference.trim_start_matches('#')).is_some(),
            "{reference} leads nowhere"
        );
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}

/// Routes are made from their descriptions, so there is none without; here, that no method is missing.
#[tokio::test]
async fn the_methods_of_each_route_are_those_described() {
    let api = Api::start().await;
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, method, _) in api.operations() {
        let methods = described.entry(path).or_default();
        methods.extend((method == "get").then(|| "HEAD".to_owned()));
        methods.insert(method.to_uppercase());
    }
    for (path, methods) in described {
        let path = path.replace("{version}", "v2.php").replace("{id}", "1").replace("{event}", "1");
        let answer = api.server.send(request("PATCH", &path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed: BTreeSet<_> = allowed(&answer.headers);
        assert_eq!(allowed, methods, "{path}");
    }
}

fn allowed(headers: &HeaderMap) -> BTreeSet<String> {
    headers["allow"].to_str().unwrap().split(',').map(|method| method.trim().to_owned()).collect()
}
