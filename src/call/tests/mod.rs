//! Conversations, one file for each kind.

mod booking;
mod changing;
mod ending;
mod interrupting;
mod properties;
mod questions;
mod resuming;
mod trouble;
