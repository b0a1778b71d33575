//! The page that maps the first designs' endpoints to ours is held against the document of the API, in both directions.

use std::{collections::BTreeSet, fs};

use ringbook::web;

/// The cells of each row of a table, without its head.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// Each `METHOD /path` in a cell; what follows a `?` is explanation, and so are quoted words.
fn operations_in(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .filter(|quoted| quoted.contains(" /"))
        .map(|quoted| quoted.split('?').next().unwrap_or(quoted).to_owned())
        .collect()
}

fn ours() -> BTreeSet<String> {
    let document = serde_json::to_value(web::openapi()).unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if item[method].is_object() {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

/// Their endpoints and ours; then those that are ours only.
fn tables() -> (String, String) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/first-designs.md");
    let page = fs::read_to_string(path).unwrap();
    let (mapped, own) = page.split_once("## Ours only").unwrap();
    (mapped.to_owned(), own.to_owned())
}

#[test]
fn every_row_that_says_here_names_an_operation_that_is() {
    let ours = ours();
    let doors = include_str!("../../src/phone/mod.rs");
    let mut here = 0;
    for row in rows(&tables().0) {
        let [first_design, answer, state] = row[..] else {
            panic!("three cells are wanted: {row:?}");
        };
        match state {
            "here" => {
                here += 1;
                let operations = operations_in(answer);
                assert!(
                    !operations.is_empty(),
                    "{first_design} is answered by nothing"
                );
                for operation in operations {
                    assert!(
                        ours.contains(&operation),
                        "{first_design}: {operation} is not there"
                    );
                }
            }
            "for Twilio" => {
                for operation in operations_in(answer) {
                    let (_, path) = operation.split_once(' ').unwrap();
                    let door = format!("\"{}\"", path.replace("{business_id}", "{business}"));
                    assert!(doors.contains(&door), "{door} is no door of the telephone");
                }
            }
            later => assert!(
                later.starts_with("later: "),
                "{first_design}: `here`, `for Twilio` or `later: …`, not {later}"
            ),
        }
    }
    assert!(here > 20, "the table was not found");
}

#[test]
fn what_is_later_is_not_there_yet() {
    let ours = ours();
    for row in rows(&tables().0).filter(|row| row[2] != "here") {
        for operation in operations_in(row[1]) {
            assert!(!ours.contains(&operation), "{operation} is here: say so");
        }
    }
}

#[test]
fn every_operation_of_ours_is_on_the_page_once() {
    let (mapped, own) = tables();
    let mapped: BTreeSet<String> = rows(&mapped)
        .flat_map(|row| operations_in(row[1]))
        .collect();
    let own: BTreeSet<String> = rows(&own).flat_map(|row| operations_in(row[0])).collect();
    let ours = ours();
    for operation in &ours {
        let places = [&mapped, &own]
            .iter()
            .filter(|set| set.contains(operation))
            .count();
        assert_eq!(
            places, 1,
            "{operation} stands in {places} of the two tables"
        );
    }
    for operation in &own {
        assert!(
            ours.contains(operation),
            "{operation} is listed and is not there"
        );
    }
}
