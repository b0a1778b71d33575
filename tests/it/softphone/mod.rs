//! The phone against small servers that are scripted to do one thing.

mod following;
mod program;
mod stream;
