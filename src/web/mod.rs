//! The house's front door: HTTP. Routes, and what stands around all of them.
//!
//! A handler reads what was sent, asks the desk, and writes what comes back; it decides nothing about bookings. Each is described
//! where it stands (`#[utoipa::path]`) and registered by that description, so that address, document and code can't drift apart.

mod api;
mod auth;
mod error;
mod extract;
mod health;
mod limits;
mod observe;
mod openapi;
mod paging;
mod token;
mod version;

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::from_fn_with_state,
};
use secrecy::SecretBox;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    set_header::SetResponseHeaderLayer,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{self as swagger, SwaggerUi};

pub use error::{Error, Problem};

use crate::{clock::Clock, desk::Desk, providers::Registry};
use limits::Limits;
use token::AccessTokens;

/// What the door has to know about the place it stands in.
#[derive(Debug)]
pub struct Settings {
    /// For access tokens alone: derived from `SECRET_KEY`.
    pub access_token_key: SecretBox<[u8; 32]>,
    /// Whether we are reached by https only.
    pub https: bool,
    /// Whose pages may call the API from a browser.
    pub origins: Vec<String>,
    /// Requests a minute of one credential, or of one address without a credential.
    pub rate_limit: NonZeroU32,
    /// In bytes.
    pub body_limit: usize,
    /// Behind a proxy: the header in which it says whose request it is. Anybody can write it where there is no proxy.
    pub address_header: Option<HeaderName>,
}

/// What handlers are given. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    desk: Desk,
    providers: Registry,
    clock: Clock,
    tokens: Arc<AccessTokens>,
    limits: Arc<Limits>,
    address_header: Option<HeaderName>,
}

impl FromRef<AppState> for Desk {
    fn from_ref(app: &AppState) -> Self {
        app.desk.clone()
    }
}

/// Everything that is answered here, and what is answered at the `doors` of others. Serve it with the peers' addresses (`into_make_service_with_connect_info`).
pub fn router(
    desk: Desk,
    providers: Registry,
    clock: Clock,
    doors: Router,
    settings: Settings,
) -> Router {
    let app = AppState {
        desk,
        providers,
        clock: clock.clone(),
        tokens: Arc::new(AccessTokens::new(settings.access_token_key)),
        limits: Arc::new(Limits::new(settings.rate_limit)),
        address_header: settings.address_header,
    };
    let (house, api, document) = parts();
    let api = api
        .route_layer(header_if_none(header::CACHE_CONTROL, "no-store"))
        .route_layer(from_fn_with_state(app.clone(), auth::identify));
    // Without the bar that asks for the address of another document: there is one.
    let pages = SwaggerUi::new("/docs").config(swagger::Config::default().use_base_layout());
    let docs = Router::from(pages.url("/openapi.json", document))
        .layer(header_if_none(header::CONTENT_SECURITY_POLICY, DOCS_POLICY));
    let router = house
        .merge(api)
        .merge(docs)
        .fallback(async || Error::NoRoute)
        .method_not_allowed_fallback(async || Error::Method)
        .with_state(app)
        .layer(DefaultBodyLimit::max(settings.body_limit))
        .layer(from_fn_with_state(observe::PATIENCE, observe::end_in_time))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .merge(doors);
    around(router, &settings.origins, settings.https)
        .layer(from_fn_with_state(clock, observe::observe))
}

/// The document that describes the routes: what `/openapi.json` answers.
pub fn openapi() -> OpenApi {
    let (_, _, document) = parts();
    document
}

fn parts() -> (Router<AppState>, Router<AppState>, OpenApi) {
    let (house, mut document) = OpenApiRouter::with_openapi(openapi::frame())
        .merge(health::routes())
        .split_for_parts();
    let (api, described) = OpenApiRouter::new()
        .nest("/api/v1", api::routes())
        .split_for_parts();
    document.merge(described);
    openapi::complete(&mut document);
    (house, api, document)
}

/// Pages and scripts of `/docs` come from here alone; its widgets set styles by themselves.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

fn around(router: Router, origins: &[String], https: bool) -> Router {
    let mut router = router
        .layer(header_if_none(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .layer(header_if_none(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_if_none(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header_if_none(header::REFERRER_POLICY, "no-referrer"));
    if https {
        router = router.layer(header_if_none(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000",
        ));
    }
    if origins.is_empty() {
        router
    } else {
        router.layer(cors(origins))
    }
}

fn header_if_none(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PATCH,
            Method::PUT,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            HeaderName::from_static(auth::API_KEY_HEADER),
            HeaderName::from_static("idempotency-key"),
            observe::REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            observe::REQUEST_ID,
        ])
        .max_age(std::time::Duration::from_hours(1))
}
