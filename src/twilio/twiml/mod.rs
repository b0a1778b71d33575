//! The documents Twilio is answered with.
//!
//! PURE. Must not know when to say what. A voice document can only be finished with a verb that ends the call or leads on, because
//! Twilio leaves the caller on a silent line, or hangs up on them, where a document just runs out.

mod verbs;
mod webhook;
mod xml;

pub use verbs::{Connect, Dial, Record, Say, StreamUrl};
pub use webhook::{Retries, RetryOn, Webhook};

use xml::Element;

/// What documents are sent as. Never `text/plain`: Twilio reads that aloud.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// The answer to a webhook that asks for nothing, such as a status callback, or a text that needs no reply.
pub const NOTHING: &str = concat!(r#"<?xml version="1.0" encoding="UTF-8"?>"#, "<Response/>");

/// A finished answer to a voice webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document(Element);

/// Why a call is not answered at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reject {
    /// "This number is not in service."
    Rejected,
    Busy,
}

/// An answer to a voice webhook in the making.
///
/// ```
/// use ringbook::twilio::twiml::{Draft, Say};
///
/// let document = Draft::new().say(&Say::new("Goodbye.")).hang_up();
/// assert!(document.to_string().ends_with("<Say>Goodbye.</Say><Hangup/></Response>"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a draft is no document before it ends"]
pub struct Draft(Element);

impl Default for Draft {
    fn default() -> Self {
        Self::new()
    }
}

impl Draft {
    pub fn new() -> Self {
        Self(Element::new("Response"))
    }

    pub fn say(self, say: &Say) -> Self {
        self.with(say.element())
    }

    pub fn pause(self, seconds: u16) -> Self {
        self.with(Element::new("Pause").attribute("length", seconds))
    }

    /// Opens a stream, and goes on when the stream is over: to its action, if it has one.
    pub fn connect(self, connect: &Connect) -> Self {
        self.with(connect.element())
    }

    /// Rings somebody, and goes on when that is over.
    pub fn dial(self, dial: &Dial) -> Self {
        self.with(dial.element())
    }

    /// Takes a message, and goes on when it is taken.
    pub fn record(self, record: &Record) -> Self {
        self.with(record.element())
    }

    pub fn hang_up(self) -> Document {
        self.ending(Element::new("Hangup"))
    }

    pub fn redirect(self, to: &Webhook) -> Document {
        let redirect = Element::new("Redirect").attribute("method", "POST");
        self.ending(redirect.text(&to.to_string()))
    }

    fn with(self, verb: Element) -> Self {
        Self(self.0.child(verb))
    }

    fn ending(self, verb: Element) -> Document {
        Document(self.0.child(verb))
    }
}

impl Document {
    /// Only a document of its own: once another verb has run, the call is answered.
    pub fn reject(reason: Reject) -> Self {
        let reason = match reason {
            Reject::Rejected => "rejected",
            Reject::Busy => "busy",
        };
        Draft::new().ending(Element::new("Reject").attribute("reason", reason))
    }
}

impl std::fmt::Display for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.write_document(f)
    }
}

/// The answer to a text: another text to its sender.
pub fn reply(body: &str) -> String {
    let reply = Element::new("Response").child(Element::new("Message").text(body));
    Document(reply).to_string()
}

#[cfg(test)]
mod tests;
