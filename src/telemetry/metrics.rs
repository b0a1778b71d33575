//! What the program counts and times, for whoever keeps it running: Prometheus reads it on a port of its own.
//!
//! Every label is a word of the source (`&'static str`), so no number, name or word of a person can become one. What happens is
//! counted where it happens; what is (calls in progress, queues) is looked at when somebody asks.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

/// The form in which [`Metrics::render`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// From a caller's last sound to the agent's first, and to the pause that is part of it.
const STEP_SECONDS: [f64; 12] = [
    0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0,
];
/// A frame lasts 20 milliseconds; 60 are kept in hand, so what is later than that is a gap in what the caller hears.
const LATE_SECONDS: [f64; 8] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.2];

type Label = [(&'static str, &'static str); 1];

/// Cheap to clone; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    registry: Registry,
    calls: Family<Label, Counter>,
    streams: Family<Label, Counter>,
    refused: Family<Label, Counter>,
    turns: Family<Label, Histogram>,
    late: Histogram,
    left: Family<Label, Gauge>,
    jobs: Family<Label, Gauge>,
    oldest_job: Gauge,
}

impl Default for Shared {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("ringbook");
        let shared = Self {
            calls: Family::default(),
            streams: Family::default(),
            refused: Family::default(),
            turns: Family::new_with_constructor(|| Histogram::new(STEP_SECONDS)),
            late: Histogram::new(LATE_SECONDS),
            left: Family::default(),
            jobs: Family::default(),
            oldest_job: Gauge::default(),
            registry: Registry::default(),
        };
        let it = &shared;
        registry.register(
            "calls",
            "Calls that ended, by what came of them",
            it.calls.clone(),
        );
        registry.register(
            "streams",
            "Media streams that ended, by how",
            it.streams.clone(),
        );
        registry.register(
            "webhooks_refused",
            "Requests at the telephone's doors that were turned away, by why",
            it.refused.clone(),
        );
        registry.register_with_unit(
            "turn",
            "How long each step from the caller's last sound to the answer took",
            Unit::Seconds,
            it.turns.clone(),
        );
        registry.register_with_unit(
            "frame_lateness",
            "How long after its time each frame of the agent's voice was sent",
            Unit::Seconds,
            it.late.clone(),
        );
        registry.register(
            "open",
            "What has not ended: after the last call, nothing",
            it.left.clone(),
        );
        registry.register("jobs", "Jobs by state", it.jobs.clone());
        registry.register_with_unit(
            "oldest_due_job_age",
            "For how long the oldest of the due jobs has been due",
            Unit::Seconds,
            it.oldest_job.clone(),
        );
        Self { registry, ..shared }
    }
}

impl Metrics {
    pub fn call_ended(&self, outcome: &'static str) {
        self.0.calls.get_or_create(&[("outcome", outcome)]).inc();
    }

    pub fn stream_ended(&self, how: &'static str) {
        self.0.streams.get_or_create(&[("end", how)]).inc();
    }

    pub fn webhook_refused(&self, why: &'static str) {
        self.0.refused.get_or_create(&[("why", why)]).inc();
    }

    pub fn turn(&self, step: &'static str, took: Duration) {
        let step = self.0.turns.get_or_create(&[("step", step)]);
        step.observe(took.as_secs_f64());
    }

    pub fn frame_sent(&self, late: Duration) {
        self.0.late.observe(late.as_secs_f64());
    }

    /// How many of this kind have not ended.
    pub fn open(&self, kind: &'static str, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.left.get_or_create(&[("kind", kind)]).set(count);
    }

    pub fn jobs(&self, state: &'static str, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.0.jobs.get_or_create(&[("state", state)]).set(count);
    }

    pub fn oldest_due_job(&self, seconds: i64) {
        self.0.oldest_job.set(seconds);
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> String {
        let mut page = String::new();
        if text::encode(&mut page, &self.0.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_and_timed_is_on_the_page() {
        let metrics = Metrics::default();
        metrics.call_ended("booked");
        metrics.clone().call_ended("booked");
        metrics.turn("answer", Duration::from_millis(15));
        metrics.frame_sent(Duration::from_millis(3));
        metrics.open("calls", 2);
        let page = metrics.render();
        for line in [
            "ringbook_calls_total{outcome=\"booked\"} 2",
            "ringbook_turn_seconds_bucket{le=\"0.01\",step=\"answer\"} 0",
            "ringbook_turn_seconds_bucket{le=\"0.02\",step=\"answer\"} 1",
            "ringbook_frame_lateness_seconds_bucket{le=\"0.005\"} 1",
            "ringbook_open{kind=\"calls\"} 2",
        ] {
            assert!(page.contains(line), "{line} is missing from:\n{page}");
        }
        assert!(page.ends_with("# EOF\n"));
    }
}
