//! The document is what the server does.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use ringbook::web;
use serde_json::Value;

use super::{TestApp, get};
use crate::support::on_each_engine;

/// What anybody may ask without a credential.
pub(super) const PUBLIC: &[(&str, &str)] = &[
    ("get", "/health"),
    ("get", "/ready"),
    ("post", "/api/v1/auth/login"),
    ("post", "/api/v1/auth/refresh"),
    ("post", "/api/v1/auth/logout"),
];

pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) about: Value,
}

impl Operation {
    pub(super) fn is_public(&self) -> bool {
        PUBLIC.contains(&(&self.method, &self.path))
    }

    /// The scope that each kind of credential needs; nothing where any person may.
    pub(super) fn scope(&self) -> Option<String> {
        let scopes = self.about["security"][0]["access_token"].as_array()?;
        Some(scopes.first()?.as_str()?.to_owned())
    }

    pub(super) fn has_body(&self) -> bool {
        !self.about["requestBody"].is_null()
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

pub(super) fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(web::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            if about.is_object() {
                found.push(Operation {
                    method: method.clone(),
                    path: path.clone(),
                    about: about.clone(),
                });
            }
        }
    }
    assert!(
        found.len() > 50,
        "{} operations are too few to be all",
        found.len()
    );
    found
}

#[test]
fn every_operation_needs_a_credential_or_is_on_the_short_list() {
    for operation in operations() {
        let security = operation.about["security"]
            .as_array()
            .unwrap_or_else(|| panic!("{operation}"));
        let open = security
            .iter()
            .any(|scheme| scheme.as_object().unwrap().is_empty());
        assert_eq!(open, operation.is_public(), "{operation}");
    }
}

#[test]
fn a_key_needs_the_same_scope_as_a_person() {
    for operation in operations()
        .iter()
        .filter(|operation| operation.scope().is_some())
    {
        let security = &operation.about["security"];
        assert_eq!(
            security[0]["access_token"], security[1]["api_key"],
            "{operation}"
        );
    }
}

#[test]
fn every_operation_says_what_it_is_and_what_can_go_wrong() {
    for operation in operations() {
        assert!(operation.about["summary"].is_string(), "{operation}");
        assert!(operation.about["tags"][0].is_string(), "{operation}");
        let responses = operation.about["responses"].as_object().unwrap();
        for (status, response) in responses {
            let described = response["$ref"].is_string()
                || response["description"]
                    .as_str()
                    .is_some_and(|said| !said.is_empty());
            assert!(described, "{operation}: {status}");
        }
        let has = |status: &str| {
            assert!(
                responses.contains_key(status),
                "{operation} without {status}"
            );
        };
        if operation.path.starts_with("/api/") {
            ["429", "500"].into_iter().for_each(has);
        }
        if !operation.is_public() {
            ["401", "403"].into_iter().for_each(has);
        }
        if operation.has_body() {
            ["400", "413", "415"].into_iter().for_each(has);
        }
        if operation.path.contains('{') {
            ["400", "404"].into_iter().for_each(has);
        }
    }
}

#[test]
fn every_change_of_something_with_a_version_demands_to_know_which() {
    for operation in operations()
        .iter()
        .filter(|operation| operation.method == "patch")
    {
        let parameters = operation.about["parameters"].as_array().unwrap();
        let demands = parameters
            .iter()
            .any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true);
        assert!(demands, "{operation}");
        let responses = operation.about["responses"].as_object().unwrap();
        assert!(
            responses.contains_key("412") && responses.contains_key("428"),
            "{operation}"
        );
    }
}

#[test]
fn no_reference_leads_nowhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(web::openapi()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn no_two_operations_have_the_same_name() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        let name = operation.about["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{operation}"))
            .to_owned();
        assert!(seen.insert(name.clone()), "{name} is there twice");
    }
}

#[tokio::test]
async fn the_document_and_its_page_come_out_of_the_binary() {
    on_each_engine(async |test| {
        let app = TestApp::start(&test.db).await;
        let document = app.send(get("/openapi.json")).await;
        document.is(StatusCode::OK);
        assert!(document.text("/openapi").starts_with("3.1"));
        assert_eq!(
            document.body["paths"],
            serde_json::to_value(web::openapi()).unwrap()["paths"]
        );
        let page = app.send(get("/docs/")).await;
        page.is(StatusCode::OK);
        let html = page.body.as_str().unwrap();
        assert!(html.contains("swagger-ui"), "{html}");
        assert!(
            !html.contains("http://") && !html.contains("https://"),
            "{html}"
        );
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'self'")
        );
        for asset in [
            "swagger-ui-bundle.js",
            "swagger-ui.css",
            "swagger-initializer.js",
        ] {
            assert!(html.contains(asset), "{asset}");
            app.send(get(&format!("/docs/{asset}")))
                .await
                .is(StatusCode::OK);
        }
    })
    .await;
}
