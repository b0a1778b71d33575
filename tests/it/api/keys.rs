//! Keys for programs.

use axum::http::StatusCode;
use chrono::Duration;
use ringbook::domain::{Role, Scope};
use serde_json::json;

use super::{Credential, TestApp, With, get, post, request};
use crate::support::on_each_engine;

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_says() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person("owner@example.com", Role::Owner).await;
        let body = json!({ "name": "n8n", "scopes": ["read", "book"] });
        let made = app.send(post("/api/v1/api-keys", &body).by(&owner)).await;
        made.is(StatusCode::CREATED);
        let key = made.text("/key");
        assert!(key.starts_with("rbk_"), "{key}");
        let listed = app.send(get("/api/v1/api-keys").by(&owner)).await;
        assert!(!listed.body.to_string().contains(&key));
        let me = app
            .send(get("/api/v1/me").by(&Credential::Key(key.clone())))
            .await;
        me.is(StatusCode::OK);
        assert_eq!(me.body["scopes"], json!(["read", "book"]));
        assert_eq!(me.body["api_key"]["name"], "n8n");
        let other_secret = Credential::Key(format!("{}AA", &key[..key.len() - 2]));
        app.send(get("/api/v1/me").by(&other_secret))
            .await
            .is(StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_then_on() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let admin = app.key(Scope::ALL).await;
        let body = json!({ "name": "short-lived", "scopes": ["read"] });
        let made = app.send(post("/api/v1/api-keys", &body).by(&admin)).await;
        let key = Credential::Key(made.text("/key"));
        app.send(get("/api/v1/me").by(&key))
            .await
            .is(StatusCode::OK);
        let revoke = || request("DELETE", made.header("location")).by(&admin);
        app.send(revoke()).await.is(StatusCode::NO_CONTENT);
        app.send(get("/api/v1/me").by(&key))
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_credential");
        app.send(revoke()).await.is(StatusCode::NO_CONTENT);
        let seen = app.send(get(made.header("location")).by(&admin)).await;
        assert!(seen.body["revoked_at"].is_string());
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_key_that_may_more_than_they_may() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let admin = app.key(&[Scope::Admin]).await;
        let body = json!({ "name": "more", "scopes": ["admin", "manage"] });
        app.send(post("/api/v1/api-keys", &body).by(&admin))
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "scope_not_held");
        let none = json!({ "name": "nothing", "scopes": [] });
        app.send(post("/api/v1/api-keys", &none).by(&admin))
            .await
            .names_field("scopes");
        let nonsense = json!({ "name": "nothing", "scopes": ["read", "fly"] });
        app.send(post("/api/v1/api-keys", &nonsense).by(&admin))
            .await
            .names_field("scopes[1]");
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_written_down_once_a_minute() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let key = app.key(Scope::ALL).await;
        let last_use = async || {
            let keys = app.send(get("/api/v1/api-keys").by(&key)).await;
            keys.text("/items/0/last_used_at")
        };
        let first = last_use().await;
        app.house.clock.advance(Duration::seconds(59));
        assert_eq!(last_use().await, first);
        app.house.clock.advance(Duration::seconds(1));
        assert_ne!(last_use().await, first);
    })
    .await;
}
