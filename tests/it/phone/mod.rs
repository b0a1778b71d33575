//! The telephone's doors, over real sockets: what Twilio asks and sends, and what it is answered.

mod breaking;
mod calling;
mod refusing;
