//! One integration binary; its folders mirror the rooms of `src/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, and what helps it, stops where it fails"
)]

mod api;
mod command_line;
mod desk;
mod jobs;
mod layers;
mod migrations;
mod proof;
mod store;
mod support;
