//! Every store function, on both engines.

mod clean_up;
mod jobs;
mod leases;
pub(crate) mod raw;
