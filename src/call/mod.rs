//! A telephone call, from the first ring to the last word.
//!
//! The call itself is a pure function: [`machine::Call`] takes an event and a time, and gives back actions. `event`,
//! `action`, `timer`, `briefing`, `draft`, `machine`, `turn`, `playback`, `lines`, `dialogue` and `rehearsal` are PURE: no socket, clock,
//! randomness, database or await. What is around them does what the actions ask for.

pub mod action;
pub mod briefing;
mod dialogue;
pub mod draft;
pub mod driver;
pub mod event;
mod journal;
pub mod lines;
pub mod live;
pub mod machine;
pub mod playback;
pub mod rehearsal;
pub mod replay;
pub mod snapshot;
pub mod timer;
pub mod turn;

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
