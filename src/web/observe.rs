//! What every request gets, whatever it asks for: an id, a line in the log, an end.
//!
//! The log names the route, never the address that was asked for: an address may hold a phone number.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use super::Error;
use crate::clock::Clock;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer than any request of ours takes; whoever waits so long has gone.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn observe(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(&REQUEST_ID)
        .filter(|id| is_harmless(id))
        .cloned();
    let id = given
        .or_else(|| HeaderValue::from_str(&clock.id().simple().to_string()).ok())
        .unwrap_or(HeaderValue::from_static("unknown"));
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", request.id = id.to_str().unwrap_or_default());
    async {
        let begun = Instant::now();
        let mut response = next.run(request).await;
        tracing::info!(
            http.method = %method,
            http.route = route,
            http.status = response.status().as_u16(),
            took_ms = begun.elapsed().as_millis(),
            "answered"
        );
        response.headers_mut().insert(REQUEST_ID, id);
        response
    }
    .instrument(span)
    .await
}

/// An id from outside is written to the log, so it may be nothing but an id.
fn is_harmless(id: &HeaderValue) -> bool {
    (8..=64).contains(&id.len())
        && id
            .as_bytes()
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub(super) async fn end_in_time(
    State(patience): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::TooSlow.into_response(),
    }
}

/// The panic itself is told by the panic hook.
pub(super) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Error::Panic.into_response()
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::Body,
        http::{StatusCode, header},
        middleware::from_fn_with_state,
        routing::get,
    };
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    fn ask() -> Request {
        Request::builder().uri("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_an_answer_without_details() {
        async fn panics() -> &'static str {
            panic!("a detail")
        }
        let router = Router::new()
            .route("/", get(panics))
            .layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(ask()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("a detail"));
    }

    #[tokio::test]
    async fn a_handler_that_never_ends_is_given_up() {
        let router = Router::new()
            .route("/", get(std::future::pending::<&'static str>))
            .layer(from_fn_with_state(Duration::ZERO, end_in_time));
        let response = router.oneshot(ask()).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn only_what_looks_like_an_id_is_taken_for_one() {
        assert!(is_harmless(&HeaderValue::from_static("0194f2c0-7d1e-7000")));
        for id in ["", "short", "with space!", "a\tb\tc\td\te"] {
            assert!(!is_harmless(&HeaderValue::from_static(id)), "{id}");
        }
        assert!(!is_harmless(
            &HeaderValue::from_str(&"a".repeat(65)).unwrap()
        ));
    }
}
