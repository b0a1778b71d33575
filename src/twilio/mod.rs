//! What Twilio speaks: its signatures, documents, stream messages, webhook forms and its REST interface.
//!
//! No policy lives here: nothing in this room decides whether to answer, to text or to try again, and it knows neither the
//! database nor a call. All but `rest` is pure.

//FORMS
pub mod params;
//REST
pub mod segments;
pub mod sid;
pub mod signature;
pub mod stream;
pub mod twiml;

pub use params::Params;
pub use sid::{AccountSid, CallSid, MessageSid, RecordingSid, StreamSid};
