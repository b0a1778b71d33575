//! The use cases, on both engines.

mod booking;
mod changing;
mod holding;
mod slots;
