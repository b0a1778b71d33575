//! The API as a program meets it: whole requests in, whole answers out. No socket, so that a test is fast and its clock stands.

mod auth;
mod bookings;
mod calls;
mod document;
mod every_route;
mod keys;
mod odd_input;
mod problems;
mod resources;
mod tenants;
mod texts;
mod users;

use std::num::NonZeroU32;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use ringbook::{
    desk::{Invitation, Password},
    domain::{Email, Name, Role, Scope},
    providers::Registry,
    store::Db,
    web,
};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::house::House;

pub(crate) const PASSWORD: &str = "a good password";

/// A server over a small business whose owner is `owner@example.com`.
pub(crate) struct TestApp {
    pub(crate) house: House,
    pub(crate) router: Router,
}

impl TestApp {
    pub(crate) async fn start(db: &Db) -> Self {
        Self::with_limit(db, 1_000_000).await
    }

    pub(crate) async fn with_limit(db: &Db, requests_a_minute: u32) -> Self {
        let house = House::build(db).await;
        let router = router(&house, requests_a_minute);
        Self { house, router }
    }

    /// Another business behind the same door.
    pub(crate) async fn neighbour(&self, db: &Db) -> House {
        House::with_clock(db, self.house.clock.clone()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            String::from_utf8(bytes.to_vec()).map_or(Value::Null, Value::String)
        });
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// A key of the house's business.
    pub(crate) async fn key(&self, scopes: &[Scope]) -> Credential {
        key_of(&self.house, scopes).await
    }

    /// Somebody new who works for the house's business, logged in.
    pub(crate) async fn person(&self, email: &str, role: Role) -> Credential {
        invite(&self.house, email, role).await;
        let answer = self.log_in(email).await;
        answer.is(StatusCode::OK);
        Credential::Bearer(answer.text("/access_token"))
    }

    pub(crate) async fn log_in(&self, email: &str) -> Answer {
        let body = json!({ "email": email, "password": PASSWORD });
        self.send(post("/api/v1/auth/login", &body)).await
    }
}

pub(crate) fn router(house: &House, requests_a_minute: u32) -> Router {
    let settings = web::Settings {
        access_token_key: SecretBox::new(Box::new([7; 32])),
        https: false,
        origins: vec!["https://shop.example.com".to_owned()],
        rate_limit: NonZeroU32::new(requests_a_minute).unwrap(),
        body_limit: 16 * 1024,
        address_header: None,
    };
    let providers = Registry::new(house.desk.clone());
    web::router(
        house.desk.clone(),
        providers,
        house.clock.clone(),
        Router::new(),
        settings,
    )
}

pub(crate) async fn invite(house: &House, email: &str, role: Role) {
    let invitation = Invitation {
        email: Email::new(email).unwrap(),
        name: Name::new("Olive").unwrap(),
        role,
        password: Some(Password::new(PASSWORD).unwrap()),
    };
    house.desk.invite(house.by, &invitation).await.unwrap();
}

pub(crate) async fn key_of(house: &House, scopes: &[Scope]) -> Credential {
    let all = Scope::ALL.iter().copied().collect();
    let name = Name::new("a program").unwrap();
    let scopes = scopes.iter().copied().collect();
    let (_, key) = house
        .desk
        .make_key(house.by, &all, name, scopes)
        .await
        .unwrap();
    Credential::Key(key.expose_secret().to_owned())
}

#[derive(Debug, Clone)]
pub(crate) enum Credential {
    Bearer(String),
    Key(String),
}

/// Everything that an answer says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(&self, status: StatusCode) {
        assert_eq!(self.status, status, "{:#}", self.body);
    }

    /// That it is a problem of this kind, told in full.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: StatusCode, code: &str) {
        self.is(status);
        self.is_whole_problem();
        assert_eq!(self.text("/code"), code, "{:#}", self.body);
    }

    #[track_caller]
    pub(crate) fn is_whole_problem(&self) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], self.status.as_u16());
        let code = self.text("/code");
        assert_eq!(
            self.text("/type"),
            format!("/problems/{}", code.replace('_', "-"))
        );
        for member in ["/title", "/detail", "/remedy"] {
            assert!(!self.text(member).is_empty(), "{member}: {:#}", self.body);
        }
    }

    #[track_caller]
    pub(crate) fn names_field(&self, field: &str) {
        self.is(StatusCode::BAD_REQUEST);
        self.is_whole_problem();
        assert_eq!(self.text("/errors/0/field"), field, "{:#}", self.body);
        assert!(!self.text("/errors/0/message").is_empty());
    }

    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no text at {pointer}: {:#}", self.body))
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        value.to_str().unwrap()
    }
}

pub(crate) fn request(method: &str, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap()
}

pub(crate) fn get(path: &str) -> Request<Body> {
    request("GET", path)
}

pub(crate) fn with_body(method: &str, path: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

pub(crate) fn post(path: &str, body: &Value) -> Request<Body> {
    with_body("POST", path, body)
}

pub(crate) fn patch(path: &str, body: &Value) -> Request<Body> {
    with_body("PATCH", path, body)
}

pub(crate) trait With {
    fn by(self, credential: &Credential) -> Self;
    fn header(self, name: &'static str, value: &str) -> Self;
    fn if_match(self, version: i64) -> Self;
}

impl With for Request<Body> {
    fn by(self, credential: &Credential) -> Self {
        match credential {
            Credential::Bearer(token) => {
                With::header(self, "authorization", &format!("Bearer {token}"))
            }
            Credential::Key(key) => With::header(self, "x-api-key", key),
        }
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    fn if_match(self, version: i64) -> Self {
        With::header(self, "if-match", &format!("\"{version}\""))
    }
}
