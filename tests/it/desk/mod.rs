//! The use cases, on both engines.

mod absences;
mod booking;
mod business;
mod calls;
mod changing;
mod checking;
mod customers;
mod erasing;
mod holding;
mod services;
mod slots;
mod staff;
