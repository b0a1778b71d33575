//! What goes over a media stream's socket, both ways: Twilio's JSON messages as types.
//!
//! PURE, and the busiest code of a call: fifty messages a second come in and fifty go out. Knows no order of messages and no audio
//! beyond its base64. Unknown events and fields are let pass, because new ones come without notice; what is too large or malformed is
//! refused.

mod incoming;
mod outgoing;

pub use incoming::{
    Dtmf, Frame, LONGEST_FRAME, LONGEST_PAYLOAD, Media, MediaFormat, Message, Order, Refused,
    Sequence, Start,
};
pub use outgoing::Writer;
