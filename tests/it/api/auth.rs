//! Logging in, staying logged in, logging out.

use axum::http::StatusCode;
use chrono::Duration;
use ringbook::domain::Role;
use serde_json::json;

use super::{Answer, Credential, TestApp, With, get, invite, post};
use crate::support::on_each_engine;

const OWNER: &str = "owner@example.com";

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.send(post(
        "/api/v1/auth/refresh",
        &json!({ "refresh_token": token }),
    ))
    .await
}

async fn me(app: &TestApp, session: &Answer) -> Answer {
    let credential = Credential::Bearer(session.text("/access_token"));
    app.send(get("/api/v1/me").by(&credential)).await
}

#[tokio::test]
async fn a_login_opens_the_business_of_the_person() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let session = app.log_in(OWNER).await;
        session.is(StatusCode::OK);
        assert_eq!(session.body["role"], "owner");
        assert_eq!(session.body["expires_in"], 900);
        assert_eq!(session.header("cache-control"), "no-store");
        let me = me(&app, &session).await;
        me.is(StatusCode::OK);
        assert_eq!(me.body["business_id"], json!(app.house.by.business_id));
        assert_eq!(me.body["user"]["email"], OWNER);
        assert_eq!(
            me.body["scopes"],
            json!(["read", "book", "manage", "admin"])
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let guess = |email: &str| {
            post(
                "/api/v1/auth/login",
                &json!({ "email": email, "password": "not the password" }),
            )
        };
        let wrong = app.send(guess(OWNER)).await;
        let unknown = app.send(guess("nobody@example.com")).await;
        wrong.is_problem(StatusCode::UNAUTHORIZED, "wrong_password");
        assert_eq!(wrong.body, unknown.body);
    })
    .await;
}

#[tokio::test]
async fn guessing_at_one_login_is_slowed_down() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let guess = || {
            post(
                "/api/v1/auth/login",
                &json!({ "email": OWNER, "password": "a guess" }),
            )
        };
        for _ in 0..10 {
            app.send(guess())
                .await
                .is_problem(StatusCode::UNAUTHORIZED, "wrong_password");
        }
        let slowed = app.send(guess()).await;
        slowed.is_problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
        assert!(slowed.header("retry-after").parse::<u64>().unwrap() <= 31);
    })
    .await;
}

#[tokio::test]
async fn an_access_token_lives_a_quarter_of_an_hour_and_a_refresh_gives_the_next() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let first = app.log_in(OWNER).await;
        app.house.clock.advance(Duration::minutes(15));
        me(&app, &first)
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_credential");
        let second = refresh(&app, &first.text("/refresh_token")).await;
        second.is(StatusCode::OK);
        me(&app, &second).await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_shown_twice_ends_the_session_for_everybody() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let first = app.log_in(OWNER).await;
        let other_device = app.log_in(OWNER).await;
        let second = refresh(&app, &first.text("/refresh_token")).await;
        let third = refresh(&app, &second.text("/refresh_token")).await;
        third.is(StatusCode::OK);
        refresh(&app, &first.text("/refresh_token"))
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_refresh_token");
        me(&app, &third).await.is(StatusCode::UNAUTHORIZED);
        refresh(&app, &third.text("/refresh_token"))
            .await
            .is(StatusCode::UNAUTHORIZED);
        me(&app, &other_device).await.is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn one_of_two_refreshes_at_once_is_the_second_use() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let token = app.log_in(OWNER).await.text("/refresh_token");
        let (one, other) = tokio::join!(refresh(&app, &token), refresh(&app, &token));
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
        let winner = if one.status == StatusCode::OK {
            one
        } else {
            other
        };
        me(&app, &winner).await.is(StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let session = app.log_in(OWNER).await;
        app.house.clock.advance(Duration::days(30));
        refresh(&app, &session.text("/refresh_token"))
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_refresh_token");
    })
    .await;
}

#[tokio::test]
async fn logging_out_ends_the_access_token_as_well() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let session = app.log_in(OWNER).await;
        let out = json!({ "refresh_token": session.text("/refresh_token") });
        app.send(post("/api/v1/auth/logout", &out))
            .await
            .is(StatusCode::NO_CONTENT);
        me(&app, &session)
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_credential");
        refresh(&app, &session.text("/refresh_token"))
            .await
            .is(StatusCode::UNAUTHORIZED);
        app.send(post("/api/v1/auth/logout", &out))
            .await
            .is(StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn a_person_with_two_businesses_chooses_and_switches() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        app.house.clock.advance(Duration::seconds(1));
        let second = app.neighbour(&test.db).await;
        invite(&second, OWNER, Role::Viewer).await;

        let session = app.log_in(OWNER).await;
        assert_eq!(session.body["business_id"], json!(app.house.by.business_id));
        assert_eq!(session.body["memberships"].as_array().unwrap().len(), 2);

        let switch = json!({
            "refresh_token": session.text("/refresh_token"),
            "business_id": second.by.business_id,
        });
        let switched = app.send(post("/api/v1/auth/refresh", &switch)).await;
        switched.is(StatusCode::OK);
        assert_eq!(switched.body["role"], "viewer");
        let seen = me(&app, &switched).await;
        assert_eq!(seen.body["business_id"], json!(second.by.business_id));
        assert_eq!(seen.body["scopes"], json!(["read"]));

        let stays = refresh(&app, &switched.text("/refresh_token")).await;
        assert_eq!(stays.body["business_id"], json!(second.by.business_id));
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_into_a_business_they_do_not_work_for() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let other = app.neighbour(&test.db).await;
        let login = json!({
            "email": OWNER, "password": super::PASSWORD, "business_id": other.by.business_id,
        });
        app.send(post("/api/v1/auth/login", &login))
            .await
            .is_problem(StatusCode::FORBIDDEN, "not_a_member");
        let session = app.log_in(OWNER).await;
        let switch = json!({
            "refresh_token": session.text("/refresh_token"), "business_id": other.by.business_id,
        });
        app.send(post("/api/v1/auth/refresh", &switch))
            .await
            .is(StatusCode::FORBIDDEN);
        // The token was not used up by the refusal.
        refresh(&app, &session.text("/refresh_token"))
            .await
            .is(StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        invite(&app.house, OWNER, Role::Owner).await;
        let (here, elsewhere) = (app.log_in(OWNER).await, app.log_in(OWNER).await);
        let credential = Credential::Bearer(here.text("/access_token"));
        let change = |current: &str| {
            let body = json!({ "current_password": current, "new_password": "another good one" });
            post("/api/v1/me/password", &body).by(&credential)
        };
        app.send(change("not it"))
            .await
            .names_field("current_password");
        app.send(change(super::PASSWORD))
            .await
            .is(StatusCode::NO_CONTENT);
        me(&app, &here).await.is(StatusCode::OK);
        me(&app, &elsewhere).await.is(StatusCode::UNAUTHORIZED);
        app.log_in(OWNER).await.is(StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn two_credentials_at_once_are_none() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.person(OWNER, Role::Owner).await;
        let key = app.key(ringbook::domain::Scope::ALL).await;
        app.send(get("/api/v1/me").by(&owner).by(&key))
            .await
            .is_problem(StatusCode::UNAUTHORIZED, "bad_credential");
    })
    .await;
}
