//! What is different between a recorded call and the same call now, told for people: the lines of the script that came or
//! went, and how far the rest moved in time.

use super::{
    explain::{Names, Told, tell},
    format::Recorded,
};
use crate::call::timer::Ms;

/// How many lines around a change are shown.
const AROUND: usize = 1;
/// How many bare lines of the file are shown where the script tells no difference.
const BARE: usize = 3;

/// Nothing if nothing changed.
pub fn diff(names: &Names, was: &[Recorded], is: &[Recorded]) -> Option<String> {
    let same = was.len() == is.len() && was.iter().zip(is).all(|(was, is)| was.text == is.text);
    if same {
        return None;
    }
    let (before, now) = (tell(names, was), tell(names, is));
    let changes = changes(&before, &now);
    let mut report = script(&changes);
    if report.is_empty() {
        report = bare(was, is);
    }
    report.push_str(&moved(&changes));
    Some(report)
}

enum Change<'a> {
    Same(&'a Told, &'a Told),
    Gone(&'a Told),
    New(&'a Told),
}

/// The longest common script, and what is not in it.
fn changes<'a>(was: &'a [Told], is: &'a [Told]) -> Vec<Change<'a>> {
    let same = |a: &Told, b: &Told| a.who == b.who && a.what == b.what;
    let width = is.len() + 1;
    let mut longest = vec![0_u32; (was.len() + 1) * width];
    for (i, before) in was.iter().enumerate().rev() {
        for (j, now) in is.iter().enumerate().rev() {
            longest[i * width + j] = if same(before, now) {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::with_capacity(was.len().max(is.len()));
    loop {
        match (was.get(i), is.get(j)) {
            (Some(before), Some(now)) if same(before, now) => {
                changes.push(Change::Same(before, now));
                i += 1;
                j += 1;
            }
            (Some(before), now)
                if now.is_none() || longest[(i + 1) * width + j] >= longest[i * width + j + 1] =>
            {
                changes.push(Change::Gone(before));
                i += 1;
            }
            (_, Some(now)) => {
                changes.push(Change::New(now));
                j += 1;
            }
            _ => return changes,
        }
    }
}

fn script(changes: &[Change]) -> String {
    let changed: Vec<usize> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| !matches!(change, Change::Same(..)))
        .map(|(index, _)| index)
        .collect();
    let mut report = String::new();
    let mut last = None;
    for (index, change) in changes.iter().enumerate() {
        if !changed.iter().any(|at| at.abs_diff(index) <= AROUND) {
            continue;
        }
        if last.is_some_and(|last| last + 1 != index) {
            report.push_str("    ...\n");
        }
        last = Some(index);
        let (sign, told) = match change {
            Change::Same(_, now) => ("   ", now),
            Change::Gone(before) => ("  -", before),
            Change::New(now) => ("  +", now),
        };
        report.extend([sign, " ", &told.to_string(), "\n"]);
    }
    report
}

/// A difference that the script doesn't tell is shown as it stands in the file.
fn bare(was: &[Recorded], is: &[Recorded]) -> String {
    let timeless = |row: &Recorded| {
        let mut value = row.value.clone();
        if let Some(row) = value.as_object_mut() {
            row.remove("at");
        }
        value
    };
    let different = was
        .iter()
        .zip(is)
        .filter(|(was, is)| timeless(was) != timeless(is));
    let mut report = String::new();
    for (was, is) in different.take(BARE) {
        report.extend(["  - ", &was.text, "\n  + ", &is.text, "\n"]);
    }
    report
}

/// "What stayed the same comes at other times, from 3.20 (before: 3.10) on."
fn moved(changes: &[Change]) -> String {
    let times = changes.iter().filter_map(|change| match change {
        Change::Same(before, now) => Some((before.at?, now.at?)),
        _ => None,
    });
    let mut moved = times.filter(|(before, now)| before != now);
    let Some((before, now)) = moved.next() else {
        return String::new();
    };
    let more = moved.count();
    let seconds = |Ms(at): Ms| format!("{}.{:02} s", at / 1000, at % 1000 / 10);
    let by = if now > before {
        now - before
    } else {
        before - now
    };
    let direction = if now > before { "later" } else { "earlier" };
    let rest = match more {
        0 => String::new(),
        1 => ", and another line moved too".to_owned(),
        more => format!(", and {more} more lines moved too"),
    };
    format!(
        "  times: what came at {} comes {} ms {direction}{rest}\n",
        seconds(before),
        by.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(says: &[(u64, &str)]) -> Vec<Recorded> {
        let rows = says.iter().map(|(at, text)| {
            format!(
                r#"{{"at":{at},"on":{{"event":"timer"}},"gave":[{{"action":"say","text":"{text}"}}]}}"#
            )
        });
        rows.map(|text| Recorded {
            value: serde_json::from_str(&text).unwrap(),
            text,
        })
        .collect()
    }

    fn report(was: &[(u64, &str)], is: &[(u64, &str)]) -> Option<String> {
        diff(&Names::default(), &call(was), &call(is))
    }

    #[test]
    fn a_call_that_goes_as_before_is_no_difference() {
        assert_eq!(report(&[(0, "Hello.")], &[(0, "Hello.")]), None);
    }

    #[test]
    fn other_words_stand_beside_the_old_ones_with_a_line_around_them() {
        let was = [
            (0, "Hello."),
            (10, "How can I help?"),
            (20, "Bye."),
            (30, "The end."),
        ];
        let is = [
            (0, "Hello."),
            (10, "What is it?"),
            (20, "Bye."),
            (30, "The end."),
        ];
        let expected = "      0.00  agent   Hello.\n\
                        \u{20} -    0.01  agent   How can I help?\n\
                        \u{20} +    0.01  agent   What is it?\n\
                        \u{20}      0.02  agent   Bye.\n";
        assert_eq!(report(&was, &is).unwrap(), format!(" {expected}"));
    }

    #[test]
    fn a_longer_pause_shows_as_lines_that_come_later() {
        let was = [(0, "Hello."), (1_000, "Bye."), (2_000, "The end.")];
        let is = [(0, "Hello."), (1_250, "Bye."), (2_250, "The end.")];
        let report = report(&was, &is).unwrap();
        assert_eq!(
            report,
            "  times: what came at 1.00 s comes 250 ms later, and another line moved too\n"
        );
    }

    #[test]
    fn what_the_script_does_not_tell_is_shown_as_it_stands_in_the_file() {
        let mut now = call(&[(0, "Hello.")]);
        now[0].text = now[0].text.replace("timer", "mark");
        now[0].value = serde_json::from_str(&now[0].text).unwrap();
        let report = diff(&Names::default(), &call(&[(0, "Hello.")]), &now).unwrap();
        assert!(
            report.starts_with("  - {\"at\":0,\"on\":{\"event\":\"timer\"}"),
            "{report}"
        );
        assert!(
            report.contains("\n  + {\"at\":0,\"on\":{\"event\":\"mark\"}"),
            "{report}"
        );
    }
}
