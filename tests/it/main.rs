//! One integration binary; its folders mirror the rooms of `src/`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, and what helps it, stops where it fails"
)]

mod api;
mod call;
mod calls;
mod command_line;
mod desk;
mod first_designs;
mod jobs;
mod layers;
mod migrations;
mod pages;
mod phone;
mod proof;
mod providers;
mod readme;
mod softphone;
mod store;
mod support;
mod texts;
mod twilio;
