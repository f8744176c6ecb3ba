//! `openapi.json`: the description of the API, from the routes themselves. What every route has in common is added here.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder,
};
use utoipa::{OpenApi as _, ToSchema as _};

use super::ocs::{Envelope, Errors};
use super::problem::ProblemView;
use super::{Shared, events, health, stream, views};

/// What can be answered instead by every operation of a kind.
struct Common {
    status: &'static str,
    description: &'static str,
    of: fn(&Kind) -> bool,
}

/// What an operation is like.
struct Kind {
    is_ocs: bool,
    is_open: bool,
    changes: bool,
    has_body: bool,
    has_query: bool,
}

const COMMON: [Common; 12] = [
    common(
        "400",
        "Something is wrong with the request; `errors` has all of it, where it has places.",
        |kind| kind.has_body || kind.has_query,
    ),
    common("401", "Nobody, or somebody else, has logged in.", |kind| !kind.is_open),
    common("403", "A page of another site has sent it.", |kind| kind.changes),
    common("404", "OCS has no such version.", |kind| kind.is_ocs),
    common("408", "The body did not come in time.", |kind| kind.has_body),
    common("412", "The header `OCS-APIRequest` is missing.", |kind| kind.is_ocs),
    common("413", "The body is too long.", |kind| kind.has_body),
    common("415", "The body has another type.", |kind| kind.has_body),
    common("421", "Without an administrator: it is not for a loopback address.", |_| true),
    common("429", "Too many logins from this address have failed.", |kind| !kind.is_open),
    common("431", "The headers are too long.", |_| true),
    common(
        "503",
        "The store cannot be used (its disk is full, it is locked, …), or too many clients listen.",
        |_| true,
    ),
];

const fn common(status: &'static str, description: &'static str, of: fn(&Kind) -> bool) -> Common {
    Common { status, description, of }
}

/// The headers of these: status, name, what it says.
const HEADERS: [(&str, &str, &str); 3] = [
    ("401", "WWW-Authenticate", "How to log in."),
    ("429", "Retry-After", "After how many seconds the next login is looked at."),
    ("503", "Retry-After", "After how many seconds to come again, where that may help."),
];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "hooksieve dispatcher",
        description = "Register webhook listeners, send events, see what became of their deliveries. Times are \
                       milliseconds since 1970-01-01 00:00 UTC. Answers are JSON, whatever `Accept` or `format` say.",
    ),
    tags(
        (name = "webhooks", description = "Nextcloud's API for webhook listeners (OCS)."),
        (name = "events", description = "What happens."),
        (name = "deliveries", description = "Events on their way to listeners."),
        (name = "listeners", description = "How the listeners are doing."),
        (name = "health", description = "How the dispatcher is doing."),
    ),
    components(schemas(
        ProblemView, Envelope<Errors>, Errors, views::ErrorView, views::RangeView, views::Severity,
        stream::EventNews, stream::DeliveryNews, stream::ListenerNews, stream::MissedNews,
    )),
)]
struct Frame;

/// The description without the routes.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// The description as it is answered.
pub(super) fn to_json(description: &OpenApi) -> String {
    let mut description = description.clone();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme("admin", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
    components.add_security_scheme("ingest", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    for (path, item) in &mut description.paths.paths {
        let operations = [(&mut item.get, false), (&mut item.post, true), (&mut item.delete, true)];
        for (operation, changes) in operations {
            operation.iter_mut().for_each(|operation| complete(path, operation, changes));
        }
    }
    description.to_json().unwrap_or_default()
}

fn complete(path: &str, operation: &mut Operation, changes: bool) {
    let is_query = |parameter: &RefOr<utoipa::openapi::path::Parameter>| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    };
    let kind = Kind {
        is_ocs: path.starts_with("/ocs/"),
        is_open: path == health::PATH,
        changes,
        has_body: operation.request_body.is_some(),
        has_query: operation.parameters.iter().flatten().any(is_query),
    };
    // The names of functions are unique in their modules only.
    let tag = operation.tags.iter().flatten().next();
    operation.operation_id =
        operation.operation_id.as_ref().zip(tag).map(|(name, tag)| format!("{tag}_{name}"));
    if kind.is_ocs {
        add_ocs_parameters(operation);
    }
    if !kind.is_open {
        let admin = SecurityRequirement::new::<_, [&str; 0], &str>("admin", []);
        let ingest = SecurityRequirement::new::<_, [&str; 0], &str>("ingest", []);
        let is_ingest = changes && path == events::PATH;
        operation.security = Some(std::iter::once(admin).chain(is_ingest.then_some(ingest)).collect());
    }
    let responses = &mut operation.responses.responses;
    for common in COMMON.iter().filter(|common| (common.of)(&kind)) {
        let response = ResponseBuilder::new().description(common.description);
        let headers = HEADERS.iter().filter(|(status, ..)| *status == common.status);
        let response = headers.fold(response, |response, (_, name, description)| {
            let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
            response.header(*name, header.description(Some(*description)).build())
        });
        responses.entry(common.status.to_owned()).or_insert_with(|| RefOr::T(response.build()));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response
            && status.starts_with('4') | status.starts_with('5')
        {
            add_failure(response, kind.is_ocs);
        }
    }
}

fn add_ocs_parameters(operation: &mut Operation) {
    let choice = |values: &[&str]| {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(values.iter().copied()))
    };
    let version = ParameterBuilder::new()
        .name("version")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("`v1.php` answers 400 and 404 with 200, and says 100 for success."))
        .schema(Some(choice(&["v1.php", "v2.php"])))
        .build();
    let header = ParameterBuilder::new()
        .name("OCS-APIRequest")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .schema(Some(choice(&["true"])))
        .build();
    operation.parameters.get_or_insert_default().splice(..0, [RefOr::T(version), RefOr::T(header)]);
}

/// The form of errors, as `problem::in_the_form_of_the_route` gives it.
fn add_failure(response: &mut Response, is_ocs: bool) {
    let (media_type, name) = match is_ocs {
        true => ("application/json", "Envelope_Errors".into()),
        false => ("application/problem+json", ProblemView::name()),
    };
    let schema = Ref::from_schema_name(name.as_ref());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    response.content.insert(media_type.to_owned(), RefOr::T(content));
}

/// This description.
#[utoipa::path(
    get, tag = "health", path = "/openapi.json",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub(super) async fn openapi(State(api): State<Shared>) -> impl IntoResponse {
    let description: Bytes = api.description.clone();
    ([(CONTENT_TYPE, "application/json")], description)
}
