//! Nextcloud's routes for webhook listeners, in its envelope (OCS); always as JSON.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::request::{Ids, JsonText, Parameters};
use super::views::{ErrorView, HealthView, WarningView};
use crate::core::ListenerId;
use crate::run::{ListenerView, RegisterError, Registered};

const HEADER: &str = "ocs-apirequest";
/// What OCS says instead of 401.
const NOT_LOGGED_IN: u16 = 997;

/// OCS has two versions. They differ in how they say what became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/ocs/v1.php`: HTTP says 200 for 400 and 404, too; 100 is success.
    V1,
    /// `/ocs/v2.php`: the status is that of HTTP.
    V2,
}

impl Version {
    /// That of a path; `None` where it is not one of OCS.
    pub(super) fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/ocs/")?;
        Some(if rest.starts_with("v1.php/") { Self::V1 } else { Self::V2 })
    }

    /// A problem in the envelope.
    pub(super) fn failure(self, problem: Problem) -> Response {
        let status = match (self, problem.status) {
            (Self::V1, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND) => StatusCode::OK,
            (_, status) => status,
        };
        let statuscode = match problem.status {
            StatusCode::UNAUTHORIZED => NOT_LOGGED_IN,
            status => status.as_u16(),
        };
        let meta = Meta { status: "failure", statuscode, message: problem.detail.into() };
        (status, Json(Envelope::new(meta, Errors { errors: problem.errors }))).into_response()
    }

    fn success<T: Serialize>(self, data: T) -> Response {
        let statuscode = if self == Self::V1 { 100 } else { 200 };
        Json(Envelope::new(Meta { status: "ok", statuscode, message: "OK".to_owned() }, data)).into_response()
    }
}

/// A request has to say that it is for OCS: browsers do not let pages of other sites say it.
impl<S: Send + Sync> FromRequestParts<S> for Version {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = parts.uri.path();
        let version = Self::of(path)
            .filter(|_| ["/ocs/v1.php/", "/ocs/v2.php/"].iter().any(|start| path.starts_with(start)));
        let version = version.ok_or_else(|| Problem::not_found("there is nothing at this address"))?;
        let says_so =
            parts.headers.get(HEADER).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        if !says_so {
            return Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "expected the header `OCS-APIRequest: true`",
            ));
        }
        Ok(version)
    }
}

/// The envelope of OCS.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Envelope<T> {
    ocs: Content<T>,
}

/// What is in the envelope.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Content<T> {
    meta: Meta,
    data: T,
}

impl<T> Envelope<T> {
    fn new(meta: Meta, data: T) -> Self {
        Self { ocs: Content { meta, data } }
    }
}

/// What became of the request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Meta {
    /// `ok` or `failure`.
    status: &'static str,
    /// Version 1: 100 is success. Version 2: the status of HTTP. In both, 997 is 401.
    statuscode: u16,
    /// In plain words.
    message: String,
}

/// All that is wrong, where it has places.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Errors {
    errors: Vec<ErrorView>,
}

/// In version 1 some failures are answered with 200.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) enum OcsAnswer<T> {
    Success(Envelope<T>),
    Failure(Envelope<Errors>),
}

/// In the order of their numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Webhooks(Vec<Webhook>);

/// A webhook, with the fields of Nextcloud's API, and then ours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub(super) struct Webhook {
    /// The number of the listener.
    id: i64,
    /// As it was registered.
    app_id: Value,
    /// As it was registered, otherwise the administrator's name.
    user_id: Value,
    /// In capitals.
    #[schema(value_type = String)]
    http_method: Value,
    #[schema(value_type = String)]
    uri: Value,
    /// The class of the events.
    #[schema(value_type = String)]
    event: Value,
    /// The filter, as it was registered.
    event_filter: Value,
    /// The only user whose events are delivered.
    #[schema(value_type = Option<String>)]
    user_id_filter: Value,
    /// With `[redacted]` for each value.
    #[schema(value_type = Option<Object>)]
    headers: Value,
    #[schema(value_type = String, example = "none")]
    auth_method: Value,
    /// With `[redacted]` for each value.
    auth_data: Value,
    #[schema(value_type = Option<Object>)]
    token_needed: Value,
    /// How deliveries are made, with `[redacted]` for each secret.
    #[schema(value_type = Option<Object>)]
    delivery: Value,
    /// How the listener is doing.
    health: HealthView,
    /// What is suspicious about the filter: only in the answer to a registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<WarningView>>,
    /// Other fields, as they were registered.
    #[serde(flatten)]
    #[schema(ignore)]
    others: Map<String, Value>,
}

impl Webhook {
    fn new(view: &ListenerView, admin: Option<&str>) -> Self {
        let mut fields = match view.registration.to_value() {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        for ours in ["id", "health", "warnings"] {
            fields.shift_remove(ours);
        }
        let mut take = |name| fields.shift_remove(name).unwrap_or_default();
        let user_id = match take("userId") {
            Value::Null => admin.map_or(Value::Null, Value::from),
            given => given,
        };
        Self {
            id: view.id.number(),
            app_id: take("appId"),
            user_id,
            http_method: take("httpMethod"),
            uri: take("uri"),
            event: take("event"),
            event_filter: take("eventFilter"),
            user_id_filter: take("userIdFilter"),
            headers: take("headers"),
            auth_method: take("authMethod"),
            auth_data: take("authData"),
            token_needed: take("tokenNeeded"),
            delivery: take("delivery"),
            health: (&view.health).into(),
            warnings: None,
            others: fields,
        }
    }

    fn registered(registered: &Registered, admin: Option<&str>) -> Self {
        let warnings = Some(registered.lints.iter().map(WarningView::from).collect());
        Self { warnings, ..Self::new(&registered.view, admin) }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Registration(error) => error.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

fn no_such_webhook() -> Problem {
    Problem::not_found("there is no such webhook")
}

/// A registration, as Nextcloud's API takes it, and the field `delivery`.
#[derive(ToSchema)]
#[schema(as = Registration, rename_all = "camelCase")]
#[allow(dead_code, reason = "only its schema is used: `core::Registration` reads the text")]
pub(super) struct RegistrationBody {
    #[schema(value_type = String, example = "POST", pattern = "^(?i)(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$")]
    http_method: String,
    /// Absolute, `http` or `https`, without a user, a password or a fragment.
    #[schema(example = "https://automation.example.org/hooks/pdf")]
    uri: String,
    /// The class of the events.
    #[schema(example = "OCP\\Files\\Events\\Node\\NodeCreatedEvent")]
    event: String,
    /// The filter: an object; `[]` and null let every event through.
    event_filter: Value,
    /// The only user whose events are delivered.
    user_id_filter: Option<String>,
    /// Headers to send, or `[]`.
    headers: Value,
    /// `none` or `header`.
    auth_method: Option<String>,
    /// For `header`: headers to send.
    auth_data: Value,
    /// For whom the event is to have tokens.
    token_needed: Value,
    /// How deliveries are made: body, retries, signatures.
    #[schema(value_type = Option<Object>)]
    delivery: Value,
}

/// The registered webhooks.
#[utoipa::path(
    get, tag = "webhooks", path = "/ocs/{version}/apps/webhook_listeners/api/v1/webhooks",
    params(("uri" = Option<String>, Query, description = "Only those with exactly this URI.")),
    responses((status = 200, description = "The webhooks.", body = OcsAnswer<Webhooks>)),
)]
pub(super) async fn list(
    State(api): State<Shared>,
    version: Version,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let (listeners, uri) = (api.dispatcher.listeners().await?, parameters.get("uri"));
    let is_meant = |view: &&ListenerView| uri.is_none() || view.registration.listener().uri() == uri;
    let webhook = |view| Webhook::new(view, api.access.admin_name());
    Ok(version.success(Webhooks(listeners.iter().filter(is_meant).map(webhook).collect())))
}

/// Registers a webhook.
#[utoipa::path(
    post, tag = "webhooks", path = "/ocs/{version}/apps/webhook_listeners/api/v1/webhooks",
    request_body = RegistrationBody,
    responses((status = 200, description = "It is registered.", body = OcsAnswer<Webhook>)),
)]
pub(super) async fn create(
    State(api): State<Shared>,
    version: Version,
    JsonText(registration): JsonText,
) -> Result<Response, Problem> {
    let registered = api.dispatcher.register(&registration).await?;
    Ok(version.success(Webhook::registered(&registered, api.access.admin_name())))
}

/// A webhook.
#[utoipa::path(
    get, tag = "webhooks", path = "/ocs/{version}/apps/webhook_listeners/api/v1/webhooks/{id}",
    params(("id" = i64, Path, description = "The number of the listener.")),
    responses(
        (status = 200, description = "The webhook.", body = OcsAnswer<Webhook>),
        (status = 404, description = "There is no such webhook."),
    ),
)]
pub(super) async fn show(
    State(api): State<Shared>,
    version: Version,
    Ids((_, id)): Ids<(String, i64)>,
) -> Result<Response, Problem> {
    let listener = api.dispatcher.listener(ListenerId::from_number(id)).await?;
    let listener = listener.ok_or_else(no_such_webhook)?;
    Ok(version.success(Webhook::new(&listener, api.access.admin_name())))
}

/// Replaces the registration of a webhook.
///
/// As in Nextcloud, a field that is left out is as if it were never set; but without `delivery` that stays as it is. Where
/// `[redacted]` stands for a secret, the secret stays.
#[utoipa::path(
    post, tag = "webhooks", path = "/ocs/{version}/apps/webhook_listeners/api/v1/webhooks/{id}",
    params(("id" = i64, Path, description = "The number of the listener.")),
    request_body = RegistrationBody,
    responses(
        (status = 200, description = "It is replaced.", body = OcsAnswer<Webhook>),
        (status = 404, description = "There is no such webhook."),
    ),
)]
pub(super) async fn update(
    State(api): State<Shared>,
    version: Version,
    Ids((_, id)): Ids<(String, i64)>,
    JsonText(registration): JsonText,
) -> Result<Response, Problem> {
    let registered = api.dispatcher.replace(ListenerId::from_number(id), &registration).await?;
    let registered = registered.ok_or_else(no_such_webhook)?;
    Ok(version.success(Webhook::registered(&registered, api.access.admin_name())))
}

/// Removes a webhook.
///
/// Its pending deliveries are given up.
#[utoipa::path(
    delete, tag = "webhooks", path = "/ocs/{version}/apps/webhook_listeners/api/v1/webhooks/{id}",
    params(("id" = i64, Path, description = "The number of the listener.")),
    responses(
        (status = 200, description = "Whether there was one.", body = OcsAnswer<bool>),
        (status = 404, description = "It is no number."),
    ),
)]
pub(super) async fn remove(
    State(api): State<Shared>,
    version: Version,
    Ids((_, id)): Ids<(String, i64)>,
) -> Result<Response, Problem> {
    Ok(version.success(api.dispatcher.remove(ListenerId::from_number(id)).await?))
}
