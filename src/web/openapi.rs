//! The document of the API: its frame, and what follows from the shape of an operation.
//!
//! A handler describes what is its own: what it does, what it gives, why it refuses. What it shares with every other that has a
//! body, an id, a credential or an `If-Match` is added here, once, so that no handler can forget it.

use utoipa::{
    ToSchema,
    openapi::{
        Components, ContentBuilder, Info, KnownFormat, ObjectBuilder, OpenApi, OpenApiBuilder, Ref,
        RefOr, Required, Response, ResponseBuilder, SchemaFormat, Server, Tag, Type,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    auth::API_KEY_HEADER,
    error::{FieldError, Problem},
};

pub(super) const ACCESS_TOKEN: &str = "access_token";
pub(super) const API_KEY: &str = "api_key";

const DESCRIPTION: &str = "\
Bookings, and everything they need, of one business: the one that the credential belongs to.

**Credentials.** People log in (`POST /api/v1/auth/login`) and send the access token as `Authorization: Bearer …`; it lives 15 \
minutes, and the refresh token gives the next one. Programs send an API key as `X-API-Key`. What an operation needs is written \
under its security requirement: `read`, `book`, `manage` or `admin`.

**Changes.** What has a version comes with an `ETag`; a change of it sends that as `If-Match`. Bookings can be made and changed under \
an `Idempotency-Key`, and then may be sent again after a lost answer.

**Problems.** Every error is `application/problem+json` with a `code` for programs, the `errors` by field and a `remedy`.

**Lists** come in pages: send `next_cursor` as `cursor` until there is none.

**Times** are instants in UTC, like `2026-03-09T14:30:00Z`; hours and days are those of the business's own zone. All lie in \
the years 1900 to 2199.

**Text** is trimmed, and holds no control characters but line ends and tabs.";

const TAGS: &[(&str, &str)] = &[
    ("auth", "Logging in and out"),
    ("me", "Who is asking"),
    ("users", "The people who work for the business"),
    ("api-keys", "Credentials for programs"),
    ("business", "Hours, policies, closures"),
    (
        "staff",
        "The people who are booked, and when they are not there",
    ),
    ("services", "What is booked"),
    ("customers", "The people who book"),
    ("availability", "When is it free?"),
    ("bookings", "Appointments"),
    (
        "calls",
        "What was said on the telephone, and what came of it",
    ),
    ("messages", "What callers left for the owner"),
    ("jobs", "Work that is done after the answer"),
    ("health", "For whoever keeps the server running"),
];

const PROBLEMS: &[(&str, &str)] = &[
    (
        "400",
        "Something that was sent is not valid; `errors` names the fields.",
    ),
    ("401", "No credential, or one that opens nothing."),
    ("403", "The credential does not have the scope."),
    ("404", "There is none with this id in this business."),
    ("412", "It was changed since the version in `If-Match`."),
    ("413", "The body is too large."),
    ("415", "The body is not `application/json`."),
    ("428", "`If-Match` is missing."),
    (
        "429",
        "Too many requests: wait as long as `Retry-After` says.",
    ),
    (
        "500",
        "Something broke on our side. The `X-Request-Id` of the answer finds it in our log.",
    ),
    (
        "503",
        "Too busy; nothing was decided. Send the request again.",
    ),
];

pub(super) fn frame() -> OpenApi {
    let mut info = Info::new("Ringbook", env!("CARGO_PKG_VERSION"));
    info.description = Some(DESCRIPTION.to_owned());
    let mut components = Components::new();
    components.add_security_scheme(
        ACCESS_TOKEN,
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some("The `access_token` of a login."))
                .build(),
        ),
    );
    components.add_security_scheme(
        API_KEY,
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            API_KEY_HEADER,
            "A key made at `/api/v1/api-keys`.",
        ))),
    );
    for (name, schema) in [
        (
            Problem::name(),
            <Problem as utoipa::PartialSchema>::schema(),
        ),
        (
            FieldError::name(),
            <FieldError as utoipa::PartialSchema>::schema(),
        ),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    for (status, description) in PROBLEMS {
        components
            .responses
            .insert(name_of(status), RefOr::T(problem(description)));
    }
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .tags(Some(TAGS.iter().map(|(name, description)| {
            let mut tag = Tag::new(*name);
            tag.description = Some((*description).to_owned());
            tag
        })))
        .components(Some(components))
        .build()
}

fn name_of(status: &str) -> String {
    format!("Problem{status}")
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

/// Adds to each operation what follows from its shape.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            name_by_tag(operation);
            add_ids(path, operation);
            describe_responses(operation);
            if path.starts_with("/api/") {
                add_shared_problems(operation);
            }
        }
    }
}

/// Handlers are called by what they do (`list`), which tells them apart only within their file.
fn name_by_tag(operation: &mut Operation) {
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(name)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{}_{name}", tag.replace('-', "_")));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// What stands in braces in an address is an id, where the handler doesn't say otherwise.
fn add_ids(path: &str, operation: &mut Operation) {
    if !path.contains('{') {
        return;
    }
    let parameters = operation.parameters.get_or_insert_default();
    for name in path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    {
        let said = parameters
            .iter()
            .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name));
        if !said {
            let id = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(id))
                .build();
            parameters.push(RefOr::T(parameter));
        }
    }
}

fn add_shared_problems(operation: &mut Operation) {
    let parameters: Vec<(&str, &ParameterIn)> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some((parameter.name.as_str(), &parameter.parameter_in)),
            RefOr::Ref(_) => None,
        })
        .collect();
    let has_body = operation.request_body.is_some();
    let in_path = parameters
        .iter()
        .any(|(_, place)| **place == ParameterIn::Path);
    let if_match = parameters.iter().any(|(name, _)| *name == "If-Match");
    let is_public = operation.security.as_deref().is_some_and(|schemes| {
        schemes
            .iter()
            .all(|scheme| *scheme == utoipa::openapi::SecurityRequirement::default())
    });

    let mut statuses = vec!["429", "500", "503"];
    if has_body || !parameters.is_empty() {
        statuses.push("400");
    }
    if has_body {
        statuses.extend(["413", "415"]);
    }
    if in_path {
        statuses.push("404");
    }
    if if_match {
        statuses.extend(["412", "428"]);
    }
    if !is_public {
        statuses.extend(["401", "403"]);
    }
    for status in statuses {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(name_of(status))));
    }
}

/// The document is not valid with a response that is not described, and most handlers have nothing to add to what it is.
fn describe_responses(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let said = match status.as_str() {
                "201" => "Made. `Location` is its address.",
                "204" => "Done.",
                _ => "What was asked for.",
            };
            said.clone_into(&mut response.description);
        }
    }
}
