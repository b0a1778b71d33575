//! The telephone's doors, over real sockets: what Twilio asks and sends, and what it is answered.

mod answering;
mod breaking;
mod calling;
mod fuzzing;
mod hanging_up;
mod metrics;
mod recording;
mod refusing;
