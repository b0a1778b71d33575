//! The recorded calls of `fixtures/calls`, and that a change of the agent's words, pauses or rules shows in just those
//! calls that it touches.

mod command;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ringbook::call::{
    lines::Lines,
    replay::{
        Fixture, House, Manners, Recording, Run, diff, differences, drive, parse, render, rerun,
    },
    turn::Pauses,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/calls")
}

fn manners() -> Manners {
    Manners {
        lines: Arc::new(Lines::english().unwrap()),
        pauses: Pauses::default(),
    }
}

struct Recorded {
    name: String,
    text: String,
    fixture: Fixture,
    house: String,
}

fn recorded_calls() -> Vec<Recorded> {
    let mut calls: Vec<Recorded> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|end| end == "jsonl"))
        .map(|file| {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            let fixture = Fixture::parse(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let house = fs::read_to_string(folder().join(&fixture.setup.house)).unwrap();
            Recorded {
                name,
                text,
                fixture,
                house,
            }
        })
        .collect();
    calls.sort_by(|a, b| a.name.cmp(&b.name));
    calls
}

impl Recorded {
    fn play(&self, manners: &Manners, house: &str) -> Run {
        let house = House::parse(house).unwrap_or_else(|fault| panic!("{}: {fault}", self.name));
        drive(manners, &self.fixture, house)
            .unwrap_or_else(|fault| panic!("{}: {fault}", self.name))
    }

    fn difference(&self, manners: &Manners, house: &str) -> Option<String> {
        let run = self.play(manners, house);
        diff(&run.names, &self.fixture.recorded, &run.recorded)
    }
}

/// Which calls change, and how.
fn changed(manners: &Manners, house: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let calls = recorded_calls();
    calls
        .iter()
        .filter_map(|call| {
            let difference = call.difference(manners, &house(&call.house))?;
            Some((call.name.clone(), difference))
        })
        .collect()
}

fn names(changed: &[(String, String)]) -> Vec<&str> {
    changed.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn every_recorded_call_goes_as_it_was_recorded() {
    let changed = changed(&manners(), str::to_owned);
    let report: Vec<String> = changed
        .iter()
        .map(|(name, difference)| format!("{name}\n{difference}"))
        .collect();
    let report = report.join("\n");
    assert!(
        changed.is_empty(),
        "{report}If that is right: ringbook replay --bless fixtures/calls"
    );
    assert!(recorded_calls().len() >= 40);
}

#[test]
fn a_recorded_call_is_written_in_one_way_only() {
    for call in recorded_calls() {
        assert!(
            call.fixture.render().unwrap() == call.text,
            "{} is not written as `ringbook replay --bless` writes it",
            call.name
        );
    }
}

#[test]
fn the_journal_of_every_call_replays_to_the_same_actions() {
    let Manners { lines, pauses } = manners();
    for call in recorded_calls() {
        let steps = call.play(&manners(), &call.house).steps;
        let read = parse(&render(&steps).unwrap()).unwrap();
        let again = rerun(Arc::clone(&lines), pauses, &read);
        assert!(differences(&read, &again).is_empty(), "{}", call.name);
    }
}

#[test]
fn a_time_is_left_kept_only_where_it_may_be_booked() {
    for call in recorded_calls() {
        let kept = call.text.contains("\"kept\":true");
        let may_be_booked = call.text.contains("\"outcome\":\"unsettled\"");
        assert!(!kept || may_be_booked, "{}", call.name);
    }
}

#[test]
fn nothing_is_booked_that_was_not_read_back_and_agreed_to() {
    for call in recorded_calls() {
        let rows: Vec<&str> = call.text.lines().collect();
        for (at, _) in rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.contains("\"action\":\"book\""))
        {
            let before = rows[..at].iter().rev().take(12);
            let asked = before
                .clone()
                .any(|row| row.contains("Shall I book it?") || row.contains("Is that right?"));
            let agreed = rows[at].contains("\"who\":\"caller\"") && rows[at].contains("yes");
            assert!(asked && agreed, "{}: {}", call.name, rows[at]);
        }
    }
}

#[test]
fn a_changed_line_changes_the_calls_in_which_it_is_said() {
    let own = [(
        "still_there".to_owned(),
        vec!["Can you hear me?".to_owned()],
    )];
    let lines = Lines::english().unwrap().with_wordings(&own.into());
    let manners = Manners {
        lines: Arc::new(lines.unwrap()),
        ..manners()
    };
    let changed = changed(&manners, str::to_owned);
    assert_eq!(
        names(&changed),
        [
            "a-silent-caller-who-speaks-up-is-served",
            "silence-three-times-ends-the-call-kindly"
        ]
    );
    let (_, difference) = &changed[0];
    assert!(difference.contains("- "), "{difference}");
    assert!(difference.contains("Are you still there?"), "{difference}");
    assert!(
        difference.contains("agent   Can you hear me?"),
        "{difference}"
    );
}

#[test]
fn a_changed_pause_changes_the_calls_in_which_it_is_kept() {
    let manners = Manners {
        pauses: Pauses {
            no_words: ringbook::call::timer::Ms(1_500),
            ..Pauses::default()
        },
        ..manners()
    };
    let changed = changed(&manners, str::to_owned);
    assert_eq!(
        names(&changed),
        [
            "a-cough-does-not-stop-the-agent",
            "noise-is-not-taken-for-words"
        ]
    );
    assert!(
        changed[0].1.contains("comes 300 ms later"),
        "{}",
        changed[0].1
    );
}

#[test]
fn a_changed_rule_changes_the_calls_that_it_decides() {
    let lenient = |house: &str| {
        house.replace(
            "\"cancellation_window_minutes\": 120",
            "\"cancellation_window_minutes\": 0",
        )
    };
    let changed = changed(&manners(), lenient);
    assert_eq!(names(&changed), ["too-late-to-cancel-is-said"]);
    let (_, difference) = &changed[0];
    assert!(difference.contains("refused: rules"), "{difference}");
    assert!(
        difference.contains("+          book    cancelled: haircut"),
        "{difference}"
    );
}

#[test]
fn a_recorded_call_that_is_none_is_refused_with_its_line() {
    let begins = "{\"ringbook_call\":1,\"title\":\"A call.\"}\n{\"house\":\"h.json\",\"now\":\"2026-06-01T10:00\"}\n";
    for (text, line, problem) in [
        (String::new(), 1, "begins with"),
        ("{\"hello\":1}\n".to_owned(), 1, "begins with"),
        (
            "{\"ringbook_call\":9,\"title\":\"A call.\"}\n".to_owned(),
            1,
            "version 9",
        ),
        (
            "{\"ringbook_call\":1,\"title\":\"A call.\"}\n".to_owned(),
            2,
            "who calls whom",
        ),
        (
            "{\"ringbook_call\":1,\"title\":\"A call.\"}\n{\"house\":\"h.json\",\"now\":\"ten\"}\n"
                .to_owned(),
            2,
            "`ten` is no local time",
        ),
        (
            format!("{begins}\n{{\"caller\":\"sings\"}}\n"),
            4,
            "unknown variant `sings`",
        ),
        (
            format!("{begins}{{\"world\":\"sunny\"}}\n"),
            3,
            "unknown variant `sunny`",
        ),
        (
            format!("{begins}{{\"callr\":1}}\n"),
            3,
            "about the `caller`",
        ),
        (format!("{begins}not JSON\n"), 3, "expected"),
    ] {
        let fault = Recording::read(&text).unwrap_err();
        assert_eq!(fault.line, line, "{fault}");
        assert!(fault.problem.contains(problem), "{fault}");
    }
}

#[test]
fn what_a_recorded_call_speaks_of_must_be_there() {
    let house = fs::read_to_string(folder().join("houses/barber.json")).unwrap();
    let begins = "{\"ringbook_call\":1,\"title\":\"A call.\"}\n{\"house\":\"h.json\",\"now\":\"2026-06-01T10:00\"}\n";
    for (row, problem) in [
        (
            "{\"world\":\"away\",\"staff\":\"Nobody\",\"on\":\"2026-06-02\"}",
            "nobody in the house is called Nobody",
        ),
        (
            "{\"world\":\"kept\",\"service\":\"tango\",\"staff\":\"Ada\",\"at\":\"2026-06-02T10:00\"}",
            "the house has no service called tango",
        ),
        (
            "{\"caller\":\"hangs_up\",\"when\":{\"since_last\":10}}\n{\"caller\":\"coughs\"}",
            "the call is over before the caller comes to this",
        ),
    ] {
        let fixture = Fixture::parse(&format!("{begins}{row}\n")).unwrap();
        let fault = drive(&manners(), &fixture, House::parse(&house).unwrap()).unwrap_err();
        assert_eq!(fault.line, 2 + row.lines().count(), "{fault}");
        assert_eq!(fault.problem, problem);
    }
}
