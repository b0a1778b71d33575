//! What goes wrong, told the caller as a problem document (RFC 9457).
//!
//! The one place where a reason becomes a status. A problem names the field and says what to do; what is our own fault is logged
//! under the request's id, and told without details.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    desk::{self, NotLoggedIn},
    domain::Scope,
    store,
};

pub(super) type Result<T, E = Error> = std::result::Result<T, E>;

/// An answer that is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the body is not JSON: {0}")]
    MalformedJson(String),
    #[error("some fields are not valid")]
    Fields(Vec<FieldError>),
    #[error("no credential was shown")]
    NoCredential,
    #[error("the credential opens nothing: {0}")]
    BadCredential(&'static str),
    #[error("this needs the scope `{0}`")]
    Scope(Scope),
    /// A person does this, not a program.
    #[error("an API key can't do this")]
    PeopleOnly,
    #[error("there is nothing at this address")]
    NoRoute,
    #[error("the address does not take this method")]
    Method,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body is not `application/json`")]
    MediaType,
    #[error("the `If-Match` header is missing")]
    NoIfMatch,
    #[error("the `If-Match` header names another version")]
    OtherVersion,
    #[error("too many requests")]
    TooMany { retry_after: u64 },
    #[error("it took too long")]
    TooSlow,
    #[error("the database does not answer")]
    NotReady,
    /// A panic, already logged.
    #[error("a handler panicked")]
    Panic,
    #[error("the e-mail address or the password is wrong")]
    WrongPassword,
    #[error("the refresh token is not valid any more")]
    BadRefreshToken,
    #[error("you don't work for that business")]
    NotAMember,
    #[error(transparent)]
    Desk(#[from] desk::Error),
}

impl Error {
    pub(super) fn field(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::Fields(vec![FieldError {
            field: field.into(),
            message: message.into(),
        }])
    }
}

impl From<NotLoggedIn> for Error {
    fn from(reason: NotLoggedIn) -> Self {
        match reason {
            NotLoggedIn::Desk(error) => Self::Desk(error),
            NotLoggedIn::WrongPassword => Self::WrongPassword,
            NotLoggedIn::BadToken => Self::BadRefreshToken,
            NotLoggedIn::NotAMember => Self::NotAMember,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Desk(error.into())
    }
}

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem: an address that stays the same, relative to this server.
    #[serde(rename = "type")]
    #[schema(example = "/problems/slot-taken")]
    kind: String,
    /// The kind of problem in words.
    title: &'static str,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened this time.
    detail: String,
    /// The kind of problem, for programs.
    #[schema(example = "slot_taken")]
    code: &'static str,
    /// What to do about it.
    remedy: &'static str,
    /// The fields that are not valid, each by its path: `customer.phone`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Its path in the body, or the name of the parameter or header.
    #[schema(example = "customer.phone")]
    pub field: Cow<'static, str>,
    #[schema(example = "must be 1 to 120 characters long, and is 0")]
    pub message: String,
}

/// What never changes about a kind of problem.
struct Kind(StatusCode, &'static str, &'static str, &'static str);

impl Error {
    fn kind(&self) -> Kind {
        use StatusCode as S;
        match self {
            Self::MalformedJson(_) => Kind(
                S::BAD_REQUEST,
                "malformed_json",
                "The body is not JSON",
                "Send one JSON object, encoded as UTF-8.",
            ),
            Self::Fields(_) | Self::Desk(desk::Error::Invalid { .. }) => Kind(
                S::BAD_REQUEST,
                "invalid_fields",
                "Some fields are not valid",
                "Correct the fields in `errors` and send the request again.",
            ),
            Self::NoCredential => Kind(
                S::UNAUTHORIZED,
                "no_credential",
                "Who are you?",
                "Log in at /api/v1/auth/login and send `Authorization: Bearer …`, or send an `X-API-Key`.",
            ),
            Self::BadCredential(_) => Kind(
                S::UNAUTHORIZED,
                "bad_credential",
                "The credential opens nothing",
                "Refresh the access token at /api/v1/auth/refresh, log in again, or use another API key.",
            ),
            Self::WrongPassword => Kind(
                S::UNAUTHORIZED,
                "wrong_password",
                "Not logged in",
                "Check both; an owner of the business can give out a new password.",
            ),
            Self::BadRefreshToken => Kind(
                S::UNAUTHORIZED,
                "bad_refresh_token",
                "The session is over",
                "Log in again. A refresh token is good for one use: keep the newest one.",
            ),
            Self::NotAMember => Kind(
                S::FORBIDDEN,
                "not_a_member",
                "Not your business",
                "Leave `business_id` out, or ask an owner of that business to add you.",
            ),
            Self::Scope(_) => Kind(
                S::FORBIDDEN,
                "scope_missing",
                "Not allowed",
                "Ask an owner for another role, or for a key with this scope.",
            ),
            Self::PeopleOnly => Kind(
                S::FORBIDDEN,
                "people_only",
                "Not for API keys",
                "Log in as a person to do this.",
            ),
            Self::NoRoute => Kind(
                S::NOT_FOUND,
                "no_such_address",
                "Nothing here",
                "/docs lists every address.",
            ),
            Self::Desk(desk::Error::NotFound(_)) => Kind(
                S::NOT_FOUND,
                "not_found",
                "Not found",
                "Check the id: it may be deleted, or belong to another business.",
            ),
            Self::Method => Kind(
                S::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "The address does not take this method",
                "Use one that the `Allow` header names.",
            ),
            Self::Desk(desk::Error::SlotTaken) => Kind(
                S::CONFLICT,
                "slot_taken",
                "The time is taken",
                "Ask /api/v1/availability for another time.",
            ),
            Self::Desk(desk::Error::Duplicate(_)) => Kind(
                S::CONFLICT,
                "duplicate",
                "It exists already",
                "Use the one that exists, or another value.",
            ),
            Self::Desk(desk::Error::KeyReused) => Kind(
                S::CONFLICT,
                "idempotency_key_reused",
                "The idempotency key was used for another request",
                "Make a new key for a new request; repeat a key only with the same request.",
            ),
            Self::Desk(desk::Error::CallTakenOver) => Kind(
                S::CONFLICT,
                "call_taken_over",
                "The call goes on elsewhere",
                "Nothing was done. Leave the call to the node that has it now.",
            ),
            Self::Desk(desk::Error::Stale { .. }) | Self::OtherVersion => Kind(
                S::PRECONDITION_FAILED,
                "stale",
                "It was changed in the meantime",
                "Get it again, look at what changed, and send the new `ETag` as `If-Match`.",
            ),
            Self::TooLarge => Kind(
                S::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is too large",
                "Send less at once.",
            ),
            Self::MediaType => Kind(
                S::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "The body is of another kind",
                "Send `Content-Type: application/json`.",
            ),
            Self::Desk(desk::Error::Refused { code, .. }) => Kind(
                S::UNPROCESSABLE_ENTITY,
                code,
                "A rule says no",
                "Change what the detail names; sending the same again will be refused again.",
            ),
            Self::NoIfMatch => Kind(
                S::PRECONDITION_REQUIRED,
                "if_match_missing",
                "Which version did you see?",
                "Get it first, and send its `ETag` as `If-Match`.",
            ),
            Self::TooMany { .. } => Kind(
                S::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests",
                "Wait as long as `Retry-After` says.",
            ),
            Self::TooSlow => Kind(
                S::SERVICE_UNAVAILABLE,
                "too_slow",
                "It took too long",
                "Nothing may have been done, or all of it: repeat the request with the same `Idempotency-Key`, or look first.",
            ),
            Self::NotReady => Kind(
                S::SERVICE_UNAVAILABLE,
                "not_ready",
                "Not ready",
                "Wait, and ask again; `ringbook doctor` on the server says more.",
            ),
            Self::Desk(desk::Error::Store(store::Error::Contention)) => Kind(
                S::SERVICE_UNAVAILABLE,
                "busy",
                "The database is busy",
                "Nothing was done. Send the request again.",
            ),
            Self::Panic | Self::Desk(desk::Error::Store(_) | desk::Error::Broken(_)) => Kind(
                S::INTERNAL_SERVER_ERROR,
                "internal",
                "Something broke on our side",
                "Try again later; if it stays so, tell us the `X-Request-Id` of this answer.",
            ),
        }
    }

    fn errors(self) -> Vec<FieldError> {
        match self {
            Self::Fields(errors) => errors,
            Self::Desk(desk::Error::Invalid { field, why }) => vec![FieldError {
                field,
                message: why,
            }],
            Self::Desk(desk::Error::Duplicate(field)) => vec![FieldError {
                field: field.into(),
                message: "is taken".to_owned(),
            }],
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::TooSlow
            | Self::NotReady
            | Self::Desk(desk::Error::Store(store::Error::Contention)) => Some(1),
            _ => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let Kind(status, code, title, remedy) = self.kind();
        let ours = status == StatusCode::INTERNAL_SERVER_ERROR;
        if ours && !matches!(self, Self::Panic) {
            tracing::error!(error = ?self, "a request failed");
        }
        let retry_after = self.retry_after();
        let problem = Problem {
            kind: format!("/problems/{}", code.replace('_', "-")),
            title,
            status: status.as_u16(),
            detail: if ours {
                title.to_owned()
            } else {
                self.to_string()
            },
            code,
            remedy,
            errors: self.errors(),
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
