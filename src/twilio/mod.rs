//! What Twilio speaks: its signatures, documents, stream messages, webhook forms and its REST interface.
//!
//! No policy lives here: nothing in this room decides whether to answer, to text or to try again, and it knows neither the
//! database nor a call. All but `rest` is pure.

use std::net::IpAddr;

pub mod forms;
pub mod params;
pub mod rest;
pub mod segments;
pub mod sid;
pub mod signature;
pub mod stream;
pub mod twiml;

pub use params::Params;
pub use sid::{AccountSid, CallSid, MessageSid, RecordingSid, StreamSid};

/// Where stand-ins live. An IPv6 address may stand in brackets.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
