//! Versions over HTTP. What is read comes with its version as `ETag`; whoever changes it says with `If-Match` which version they
//! saw, so that nobody writes over what they have not seen.

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::Error;
use crate::{
    desk::Key,
    domain::{Booking, Customer, Member, Message, Service, Staff},
};

pub(super) trait Versioned {
    fn version(&self) -> i64;
}

macro_rules! versioned {
    ($($name:ident),+) => {$(
        impl Versioned for $name {
            fn version(&self) -> i64 {
                self.version
            }
        }
    )+};
}

versioned!(Booking, Customer, Member, Message, Service, Staff);

/// A JSON answer that carries its version.
#[derive(Debug)]
pub(super) struct Tagged<T>(pub T);

impl<T: Versioned + Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let tag = format!("\"{}\"", self.0.version());
        ([(header::ETAG, tag)], axum::Json(self.0)).into_response()
    }
}

/// What was just made, and where it is from now on.
#[derive(Debug)]
pub(super) struct Created<T> {
    pub at: String,
    pub what: T,
}

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (
            StatusCode::CREATED,
            [(header::LOCATION, self.at)],
            self.what,
        )
            .into_response()
    }
}

/// The version that the caller saw. `*`, a list and a weak tag are refused: they don't say which one that was.
#[derive(Debug, Clone, Copy)]
pub(super) struct IfMatch(pub i64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter();
        match (values.next(), values.next()) {
            (None, _) => Err(Error::NoIfMatch),
            (Some(value), None) => version_of(value).map(Self),
            (Some(_), Some(_)) => Err(not_a_tag()),
        }
    }
}

fn version_of(tag: &HeaderValue) -> Result<i64, Error> {
    let inside = tag
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'))
        .filter(|inside| !inside.contains('"'))
        .ok_or_else(not_a_tag)?;
    // A tag that we never gave out belongs to no version that there is.
    let digits = inside.bytes().all(|b| b.is_ascii_digit());
    inside
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or(Error::OtherVersion)
}

fn not_a_tag() -> Error {
    Error::field(
        "If-Match",
        "must be the one `ETag` that you saw, like \"3\"",
    )
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_parameter(
            "If-Match",
            "The `ETag` of what you saw, like `\"3\"`. Required: 428 without it, 412 if it is at another version by now.",
            Required::True,
            ObjectBuilder::new().pattern(Some("^\"[0-9]{1,18}\"$")),
        )]
    }
}

/// The name of a request, under which it is done once however often it is sent.
#[derive(Debug, Clone)]
pub(super) struct IdempotencyKey(pub Option<Key>);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else {
            return Ok(Self(None));
        };
        let text = String::from_utf8_lossy(value.as_bytes());
        Key::new(&text)
            .map(|key| Self(Some(key)))
            .map_err(|why| Error::field("Idempotency-Key", why.to_string()))
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_parameter(
            "Idempotency-Key",
            "A name of your own for this request. Sent again with the same body, it gives the first success again; \
             with another body, 409. A refusal is not remembered.",
            Required::False,
            ObjectBuilder::new()
                .pattern(Some("^[!-~]+$"))
                .min_length(Some(1))
                .max_length(Some(255)),
        )]
    }
}

fn header_parameter(
    name: &str,
    description: &str,
    required: Required,
    schema: ObjectBuilder,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(schema.schema_type(Type::String)))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: &'static str) -> Result<i64, Error> {
        version_of(&HeaderValue::from_static(tag))
    }

    #[test]
    fn the_tag_that_was_given_out_is_read_back() {
        assert_eq!(read("\"12\"").unwrap(), 12);
    }

    #[test]
    fn a_tag_that_was_never_given_out_is_stale() {
        for tag in ["\"abc\"", "\"\"", "\"+1\"", "\"99999999999999999999\""] {
            assert!(matches!(read(tag), Err(Error::OtherVersion)), "{tag}");
        }
    }

    #[test]
    fn what_names_no_single_version_is_refused() {
        for tag in ["*", "W/\"1\"", "\"1\", \"2\"", "1", ""] {
            assert!(matches!(read(tag), Err(Error::Fields(_))), "{tag}");
        }
    }
}
