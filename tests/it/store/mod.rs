//! Each store function, on both engines: what goes in comes out, and only for the tenant it belongs to.

mod absences;
mod businesses;
mod calls;
mod clean_up;
mod closures;
mod customers;
mod jobs;
mod leases;
pub(crate) mod raw;
mod services;
mod staff;
mod texts;
