//! Bodies, path and query parameters, read strictly: whatever does not fit is a problem that names the field.

use axum::{
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, RawPathParams, Request,
        path::ErrorKind,
        rejection::{BytesRejection, FailedToBufferBody, PathRejection},
    },
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;

use super::Error;
use crate::domain::Misfit;

/// A JSON body: of a request, read strictly, or of an answer.
#[derive(Debug)]
pub(super) struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        if !kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(is_json)
        {
            return Err(Error::MediaType);
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|why| match why {
                BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                    Error::TooLarge
                }
                other => Error::MalformedJson(other.body_text()),
            })?;
        // Every body of ours is an object, and serde would read a list as its fields in order.
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(Error::field("body", "must be an object, and is a list"));
        }
        let mut input = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut input).map_err(|why| {
            let path = why.path().to_string();
            json_error(&path, why.inner())
        })?;
        input.end().map_err(|why| json_error("", &why))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// `application/json`, whatever parameters follow.
fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn json_error(path: &str, why: &serde_json::Error) -> Error {
    let message = why.to_string();
    match why.classify() {
        Category::Data => {
            let plain = message
                .rsplit_once(" at line ")
                .map_or(message.as_str(), |(plain, _)| plain);
            named(path, plain)
        }
        Category::Syntax | Category::Eof | Category::Io => Error::MalformedJson(message),
    }
}

fn named(path: &str, message: &str) -> Error {
    let Misfit { field, why } = Misfit::told(path, message);
    let field = if field.is_empty() { "body" } else { &field };
    Error::field(field.to_owned(), why)
}

/// Path parameters. An id that is no UUID is a field that is not valid (400), not something that isn't there (404): no such
/// address was ever given out.
#[derive(Debug)]
pub(super) struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(why)) => {
                let names = RawPathParams::from_request_parts(parts, state).await;
                let only = names.as_ref().ok().and_then(|names| names.iter().next());
                Err(path_error(
                    why.into_kind(),
                    only.map_or("path", |(name, _)| name),
                ))
            }
            Err(_) => Err(Error::NoRoute),
        }
    }
}

/// What a type of ours says about a value comes without its name, but then it was the only one.
fn path_error(kind: ErrorKind, only: &str) -> Error {
    match kind {
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => Error::field(key, format!("must be a {expected_type}")),
        ErrorKind::DeserializeError { key, message, .. } => Error::field(key, message),
        ErrorKind::InvalidUtf8InPathParam { key } => Error::field(key, "must be UTF-8"),
        other => Error::field(only.to_owned(), other.to_string()),
    }
}

/// Query parameters. One that nobody knows is refused: a filter with a typing error must not show everything.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let input = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(input)
            .map(Self)
            .map_err(|why| named(&why.path().to_string(), &why.inner().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_may_have_parameters_and_nothing_else_may_pass_for_it() {
        assert!(is_json("application/json; charset=utf-8"));
        assert!(is_json("Application/JSON"));
        for other in [
            "text/json",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "",
        ] {
            assert!(!is_json(other), "{other}");
        }
    }
}
