//! Who works for a business, and as what.

use axum::http::StatusCode;
use ringbook::domain::{Role, Scope};
use serde_json::json;

use super::{Credential, TestApp, With, get, invite, patch, post, request};
use crate::support::on_each_engine;

const OWNER: &str = "owner@example.com";

async fn add(app: &TestApp, owner: &Credential, email: &str, role: &str) -> super::Answer {
    let body = json!({ "email": email, "name": "Sam", "role": role });
    app.send(post("/api/v1/users", &body).by(owner)).await
}

#[tokio::test]
async fn a_new_user_gets_a_password_that_is_told_once() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let added = add(&app, &owner, "Sam@Example.com", "staff").await;
        added.is(StatusCode::CREATED);
        assert_eq!(added.body["email"], "sam@example.com");
        let login =
            json!({ "email": "sam@example.com", "password": added.text("/initial_password") });
        app.send(post("/api/v1/auth/login", &login))
            .await
            .is(StatusCode::OK);
        let again = app.send(get(added.header("location")).by(&owner)).await;
        again.is(StatusCode::OK);
        assert!(again.body.get("initial_password").is_none());
    })
    .await;
}

#[tokio::test]
async fn somebody_with_a_login_keeps_their_name_and_password() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let neighbour = app.neighbour(&test.db).await;
        invite(&neighbour, "both@example.com", Role::Owner).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let added = add(&app, &owner, "both@example.com", "viewer").await;
        added.is(StatusCode::CREATED);
        assert_eq!(added.body["name"], "Olive");
        assert!(added.body["initial_password"].is_null());
        app.log_in("both@example.com").await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_added_twice() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let again = add(&app, &owner, OWNER, "viewer").await;
        again.is_problem(StatusCode::CONFLICT, "duplicate");
        assert_eq!(again.text("/errors/0/field"), "email");
    })
    .await;
}

#[tokio::test]
async fn a_new_role_holds_from_the_next_request_on() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let second = app.person("second@example.com", Role::Owner).await;
        let me = app.send(get("/api/v1/me").by(&second)).await;
        let path = format!("/api/v1/users/{}", me.text("/user/user_id"));
        let version = me.body["user"]["version"].as_i64().unwrap();
        let demote = || patch(&path, &json!({ "role": "viewer" })).by(&owner);
        app.send(demote())
            .await
            .is_problem(StatusCode::PRECONDITION_REQUIRED, "if_match_missing");
        app.send(demote().if_match(version + 1))
            .await
            .is_problem(StatusCode::PRECONDITION_FAILED, "stale");
        let done = app.send(demote().if_match(version)).await;
        done.is(StatusCode::OK);
        assert_eq!(done.header("etag"), format!("\"{}\"", version + 1));
        let users = get("/api/v1/users").by(&second);
        app.send(users)
            .await
            .is_problem(StatusCode::FORBIDDEN, "scope_missing");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let me = app.send(get("/api/v1/me").by(&owner)).await;
        let path = format!("/api/v1/users/{}", me.text("/user/user_id"));
        let version = me.body["user"]["version"].as_i64().unwrap();
        app.send(
            patch(&path, &json!({ "role": "staff" }))
                .by(&owner)
                .if_match(version),
        )
        .await
        .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "last_owner");
        app.send(request("DELETE", &path).by(&owner))
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "last_owner");
        app.send(get("/api/v1/me").by(&owner))
            .await
            .is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn two_owners_cannot_remove_each_other_at_once() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let one = app.person(OWNER, Role::Owner).await;
        let other = app.person("other@example.com", Role::Owner).await;
        let id = async |who: &Credential| {
            app.send(get("/api/v1/me").by(who))
                .await
                .text("/user/user_id")
        };
        let (one_id, other_id) = (id(&one).await, id(&other).await);
        let remove = async |who: &Credential, whom: &str| {
            app.send(request("DELETE", &format!("/api/v1/users/{whom}")).by(who))
                .await
                .status
        };
        let _ = tokio::join!(remove(&one, &other_id), remove(&other, &one_id));
        let left = [&one, &other];
        let mut inside = 0;
        for who in left {
            inside += u32::from(app.send(get("/api/v1/me").by(who)).await.status == StatusCode::OK);
        }
        assert_eq!(inside, 1);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_removed_is_out_at_once() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let leaver = app.person("leaver@example.com", Role::Staff).await;
        let id = app
            .send(get("/api/v1/me").by(&leaver))
            .await
            .text("/user/user_id");
        let path = format!("/api/v1/users/{id}");
        app.send(request("DELETE", &path).by(&owner))
            .await
            .is(StatusCode::NO_CONTENT);
        app.send(get("/api/v1/me").by(&leaver))
            .await
            .is(StatusCode::UNAUTHORIZED);
        app.log_in("leaver@example.com")
            .await
            .is(StatusCode::UNAUTHORIZED);
        app.send(get(&path).by(&owner))
            .await
            .is_problem(StatusCode::NOT_FOUND, "not_found");
    })
    .await;
}

#[tokio::test]
async fn an_owner_gives_out_a_new_password_but_not_to_somebody_of_another_business_too() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let neighbour = app.neighbour(&test.db).await;
        invite(&neighbour, "both@example.com", Role::Owner).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let shared = add(&app, &owner, "both@example.com", "staff")
            .await
            .text("/user_id");
        let own = add(&app, &owner, "own@example.com", "staff")
            .await
            .text("/user_id");
        let reset = async |id: &str| {
            app.send(request("POST", &format!("/api/v1/users/{id}/password")).by(&owner))
                .await
        };
        reset(&shared)
            .await
            .is_problem(StatusCode::UNPROCESSABLE_ENTITY, "works_elsewhere");
        let fresh = reset(&own).await;
        fresh.is(StatusCode::OK);
        let login = json!({ "email": "own@example.com", "password": fresh.text("/password") });
        app.send(post("/api/v1/auth/login", &login))
            .await
            .is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn people_rename_themselves_and_programs_do_not() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let viewer = app.person("viewer@example.com", Role::Viewer).await;
        let rename = || patch("/api/v1/me", &json!({ "name": "Vera" })).if_match(1);
        let renamed = app.send(rename().by(&viewer)).await;
        renamed.is(StatusCode::OK);
        assert_eq!(renamed.body["name"], "Vera");
        let key = app.key(Scope::ALL).await;
        app.send(rename().by(&key))
            .await
            .is_problem(StatusCode::FORBIDDEN, "people_only");
    })
    .await;
}
