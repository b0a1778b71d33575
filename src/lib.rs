//! Ringbook answers a business's phone and writes the booking.
pub mod clock;
pub mod desk;
pub mod domain;
pub mod jobs;
pub mod store;
