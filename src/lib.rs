//! Ringbook answers a business's phone and writes the booking.
pub mod call;
pub mod domain;
pub mod language;
