//! The REST client, against a stand-in that refuses what Twilio refuses.

mod calls;
mod fate;
mod texts;
