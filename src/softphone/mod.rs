//! The telephone network in small: Twilio's side of a call, and the caller, for developers, tests and measurements.
//!
//! It asks the server's webhooks, follows the documents it is answered with, opens the media stream and plays it as Twilio does. It
//! knows the server only through that protocol: nothing here reads the database, or how a call is answered.

use std::fmt;

pub mod caller;
mod follow;
pub mod load;
mod playout;
mod process;
pub mod sound;
mod stream;
pub mod tally;
pub mod twiml;
pub mod webhook;

pub use caller::Caller;
pub use follow::{Ended, Failed, Line};
pub use stream::{Names, Over, Stream};
pub use webhook::Operator;

/// What whoever watches a call is told, as it happens.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// The next of the agent's words begin to be played.
    AgentSays(&'a str),
    /// All of an utterance has been.
    AgentSaid(&'a str),
    /// The rest of it was thrown away.
    AgentStopped,
    /// The agent is done, and whoever sits at the keyboard would be next.
    AgentListens,
    CallerSays(&'a str),
    CallerPresses(char),
    /// In Twilio's own voice.
    Announced(&'a str),
    Rings(&'a str),
    TakesMessage,
    /// What only someone who looks closely wants to know.
    Detail(fmt::Arguments<'a>),
}

/// Sees a call go by.
pub type Watch<'a> = &'a mut (dyn FnMut(Told<'_>) + Send);
