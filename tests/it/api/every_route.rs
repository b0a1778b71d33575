//! What holds on every route there is, read from the document, so that a new one is held to it as well.

use axum::http::StatusCode;
use ringbook::domain::{Role, Scope};
use serde_json::json;

use super::{TestApp, With, document::operations, request, with_body};
use crate::support::on_each_engine;

/// The address with an id that nobody has.
fn address(path: &str) -> String {
    let mut address = String::new();
    for part in path.split('/').skip(1) {
        address.push('/');
        address.push_str(match part {
            "{phone}" => "+442079460999",
            id if id.starts_with('{') => "00000000-0000-7000-8000-000000000000",
            word => word,
        });
    }
    address
}

#[tokio::test]
async fn nobody_gets_in_without_a_credential() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        for operation in operations()
            .iter()
            .filter(|operation| !operation.is_public())
        {
            let method = operation.method.to_uppercase();
            let answer = app.send(request(&method, &address(&operation.path))).await;
            println!("{operation}");
            answer.is_problem(StatusCode::UNAUTHORIZED, "no_credential");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            let forged = request(&method, &address(&operation.path)).header("x-api-key", "rbk_0_0");
            app.send(forged)
                .await
                .is_problem(StatusCode::UNAUTHORIZED, "bad_credential");
        }
    })
    .await;
}

#[tokio::test]
async fn a_viewer_sees_and_changes_nothing() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let viewer = app.person("viewer@example.com", Role::Viewer).await;
        for operation in operations()
            .iter()
            .filter(|operation| !operation.is_public())
        {
            let method = operation.method.to_uppercase();
            let asked = with_body(&method, &address(&operation.path), &json!({})).by(&viewer);
            let answer = app.send(asked).await;
            println!("{operation}");
            match operation.scope().as_deref() {
                Some("read") | None => assert_ne!(answer.status, StatusCode::FORBIDDEN),
                Some(_) => answer.is_problem(StatusCode::FORBIDDEN, "scope_missing"),
            }
        }
    })
    .await;
}

/// The scope that the document names is the one that is asked for: all others together don't open the route, and it alone does.
#[tokio::test]
async fn every_route_demands_exactly_the_scope_it_is_said_to() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        for scope in Scope::ALL {
            let others: Vec<Scope> = Scope::ALL
                .iter()
                .copied()
                .filter(|other| other != scope)
                .collect();
            let alone = app.key(&[*scope]).await;
            let others = app.key(&others).await;
            for operation in operations() {
                if operation.scope().as_deref() != Some(scope.as_str()) {
                    continue;
                }
                let method = operation.method.to_uppercase();
                let ask = || with_body(&method, &address(&operation.path), &json!({}));
                println!("{operation}");
                app.send(ask().by(&others))
                    .await
                    .is_problem(StatusCode::FORBIDDEN, "scope_missing");
                let answer = app.send(ask().by(&alone)).await;
                assert!(
                    ![401, 403, 500].contains(&answer.status.as_u16()),
                    "{:#}",
                    answer.body
                );
                assert!(answer.status.is_success() || answer.status.is_client_error());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_problem_is_told_in_full() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let owner = app.key(Scope::ALL).await;
        for operation in operations() {
            let method = operation.method.to_uppercase();
            let answer = app
                .send(request(&method, &address(&operation.path)).by(&owner))
                .await;
            println!("{operation}");
            if !answer.status.is_success() {
                answer.is_whole_problem();
                let documented = operation.about["responses"].get(answer.status.as_str());
                assert!(documented.is_some(), "{} is not documented", answer.status);
            }
        }
    })
    .await;
}
