//! Ringbook answers a business's phone and writes the booking.
pub mod app;
pub mod audio;
pub mod call;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod domain;
pub mod jobs;
pub mod language;
pub mod notify;
pub mod providers;
pub mod scheduling;
pub mod store;
pub mod telemetry;
pub mod twilio;
pub mod web;
