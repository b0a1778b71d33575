//! Reads the documents that a server answers with, as strictly as they are written here: a verb or an attribute that this phone
//! doesn't know is an error, because Twilio would ignore it in silence and the developer would look for the reason for a long time.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

/// Twilio's limit.
const LONGEST_DOCUMENT: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Say(String),
    Pause {
        seconds: u64,
    },
    Connect(Stream),
    Dial {
        number: String,
        action: Option<String>,
    },
    Record {
        action: Option<String>,
    },
    Redirect(String),
    Hangup,
    Reject {
        busy: bool,
    },
}

/// What `<Connect>` opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub url: String,
    pub name: Option<String>,
    /// Asked when the stream is over.
    pub action: Option<String>,
    pub status: Option<String>,
    pub parameters: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document can't be followed: {0}")]
pub struct BadDocument(String);

fn bad(why: impl Into<String>) -> BadDocument {
    BadDocument(why.into())
}

/// The verbs of a document, in their order.
pub fn read(document: &str) -> Result<Vec<Verb>, BadDocument> {
    if document.len() > LONGEST_DOCUMENT {
        return Err(bad("it is longer than 64 kB, which Twilio refuses (11750)"));
    }
    let root = Element::read(document)?;
    if root.name != "Response" {
        return Err(bad(format!(
            "it begins with <{}>, not <Response>",
            root.name
        )));
    }
    root.allows(&[])?;
    root.children.iter().map(verb).collect()
}

fn verb(element: &Element) -> Result<Verb, BadDocument> {
    match element.name.as_str() {
        "Say" => {
            element.allows(&["voice", "language", "loop"])?;
            Ok(Verb::Say(element.text.trim().to_owned()))
        }
        "Pause" => {
            element.allows(&["length"])?;
            let seconds = element.get("length").unwrap_or("1").parse();
            let seconds = seconds.map_err(|_| bad("<Pause length> is no whole number"))?;
            Ok(Verb::Pause { seconds })
        }
        "Connect" => stream(element).map(Verb::Connect),
        "Dial" => dial(element),
        "Record" => {
            let known = [
                "action",
                "method",
                "maxLength",
                "timeout",
                "playBeep",
                "finishOnKey",
                "trim",
                "recordingStatusCallback",
                "recordingStatusCallbackMethod",
                "transcribe",
            ];
            element.allows(&known)?;
            element.asks_by_post("method")?;
            let action = element.owned("action");
            Ok(Verb::Record { action })
        }
        "Redirect" => {
            element.allows(&["method"])?;
            element.asks_by_post("method")?;
            Ok(Verb::Redirect(element.text.trim().to_owned()))
        }
        "Hangup" => {
            element.allows(&[])?;
            Ok(Verb::Hangup)
        }
        "Reject" => {
            element.allows(&["reason"])?;
            let busy = element.get("reason") == Some("busy");
            Ok(Verb::Reject { busy })
        }
        other => Err(bad(format!("this phone doesn't know <{other}>"))),
    }
}

fn stream(connect: &Element) -> Result<Stream, BadDocument> {
    connect.allows(&["action", "method"])?;
    connect.asks_by_post("method")?;
    let [stream] = connect.children.as_slice() else {
        return Err(bad("<Connect> holds exactly one <Stream>"));
    };
    if stream.name != "Stream" {
        return Err(bad(format!(
            "<Connect> holds <{}>, not <Stream>",
            stream.name
        )));
    }
    let known = [
        "url",
        "name",
        "track",
        "statusCallback",
        "statusCallbackMethod",
    ];
    stream.allows(&known)?;
    stream.asks_by_post("statusCallbackMethod")?;
    if stream
        .get("track")
        .is_some_and(|track| track != "inbound_track")
    {
        return Err(bad(
            "a <Stream> in <Connect> has inbound_track only (31941)",
        ));
    }
    let url = stream
        .owned("url")
        .ok_or_else(|| bad("<Stream> has no url"))?;
    if url.contains('?') {
        return Err(bad("a <Stream>'s url has no query"));
    }
    Ok(Stream {
        url,
        name: stream.owned("name"),
        action: connect.owned("action"),
        status: stream.owned("statusCallback"),
        parameters: stream
            .children
            .iter()
            .map(parameter)
            .collect::<Result<_, _>>()?,
    })
}

fn parameter(element: &Element) -> Result<(String, String), BadDocument> {
    if element.name != "Parameter" {
        return Err(bad(format!("<Stream> holds <{}>", element.name)));
    }
    element.allows(&["name", "value"])?;
    match (element.owned("name"), element.owned("value")) {
        (Some(name), Some(value)) if name.chars().count() + value.chars().count() < 500 => {
            Ok((name, value))
        }
        (Some(_), Some(_)) => Err(bad("a <Parameter> has fewer than 500 characters")),
        _ => Err(bad("a <Parameter> has a name and a value")),
    }
}

fn dial(element: &Element) -> Result<Verb, BadDocument> {
    let known = [
        "action",
        "method",
        "timeout",
        "timeLimit",
        "callerId",
        "record",
        "answerOnBridge",
        "hangupOnStar",
        "ringTone",
    ];
    element.allows(&known)?;
    element.asks_by_post("method")?;
    let number = match element.children.as_slice() {
        [] => element.text.trim(),
        [number] if number.name == "Number" => number.text.trim(),
        _ => return Err(bad("this phone dials one <Number>")),
    };
    if number.is_empty() {
        return Err(bad("<Dial> has no number"));
    }
    Ok(Verb::Dial {
        number: number.to_owned(),
        action: element.owned("action"),
    })
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// The one element that a document consists of.
    fn read(document: &str) -> Result<Self, BadDocument> {
        let not_xml = |error: &dyn std::fmt::Display| bad(format!("it is no XML: {error}"));
        let mut reader = Reader::from_str(document);
        let mut root = Self::default();
        let mut open: Vec<Self> = Vec::new();
        loop {
            let event = reader.read_event().map_err(|error| not_xml(&error))?;
            match event {
                Event::Start(start) => open.push(Self::begin(&start)?),
                Event::Empty(start) => {
                    let element = Self::begin(&start)?;
                    open.last_mut().unwrap_or(&mut root).children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap_or_default();
                    open.last_mut().unwrap_or(&mut root).children.push(element);
                }
                Event::Text(text) => {
                    let text = text.xml10_content().map_err(|error| not_xml(&error))?;
                    open.last_mut().unwrap_or(&mut root).text.push_str(&text);
                }
                Event::CData(text) => {
                    let text = text.xml10_content().map_err(|error| not_xml(&error))?;
                    open.last_mut().unwrap_or(&mut root).text.push_str(&text);
                }
                Event::GeneralRef(reference) => {
                    let letter = reference
                        .resolve_char_ref()
                        .map_err(|error| not_xml(&error))?;
                    let name = reference.decode().map_err(|error| not_xml(&error))?;
                    let text = &mut open.last_mut().unwrap_or(&mut root).text;
                    match (letter, resolve_xml_entity(&name)) {
                        (Some(letter), _) => text.push(letter),
                        (None, Some(known)) => text.push_str(known),
                        (None, None) => return Err(bad(format!("nobody knows &{name};"))),
                    }
                }
                Event::Decl(_) | Event::Comment(_) => {}
                Event::PI(_) | Event::DocType(_) => return Err(bad("it is more than plain XML")),
                Event::Eof => break,
            }
        }
        let whole = open.is_empty() && root.text.trim().is_empty();
        match (whole, root.children.len()) {
            (true, 1) => Ok(root.children.swap_remove(0)),
            (true, 0) => Err(bad("it is empty")),
            _ => Err(bad("it is not one whole element")),
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, BadDocument> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut element = Self {
            name: text(start.name().as_ref()),
            ..Self::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| bad(format!("it is no XML: {error}")))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| bad(format!("it is no XML: {error}")))?;
            let name = text(attribute.key.as_ref());
            element.attributes.push((name, value.into_owned()));
        }
        Ok(element)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    fn allows(&self, known: &[&str]) -> Result<(), BadDocument> {
        let mut names = self.attributes.iter().map(|(name, _)| name);
        match names.find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(bad(format!("<{}> has no attribute {name}", self.name))),
            None => Ok(()),
        }
    }

    /// The only way in which this phone asks.
    fn asks_by_post(&self, attribute: &str) -> Result<(), BadDocument> {
        match self.get(attribute) {
            None | Some("POST") => Ok(()),
            Some(other) => Err(bad(format!("this phone asks by POST, not by {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::PhoneNumber,
        twilio::twiml::{
            Connect, Dial, Document, Draft, Record, Reject, Retries, RetryOn, Say, Webhook,
        },
    };

    #[test]
    fn what_the_server_writes_is_read_back() {
        let after = Webhook::new("/voice/after/7").retrying(Retries::new(3, &[RetryOn::All]));
        let connect = Connect::new("wss://book.example.com/s/abc".parse().unwrap())
            .name("first")
            .action(after.clone())
            .status("https://book.example.com/st?a=1&b=2")
            .parameter("who", "A \"B\" & <C>\n")
            .unwrap();
        let number = PhoneNumber::new("+14155550134").unwrap();
        let document = Draft::new()
            .say(&Say::new("One moment & hold on.").voice("Polly.Joanna"))
            .pause(2)
            .connect(&connect)
            .dial(
                &Dial::new(number, Webhook::new("/dialled"))
                    .recorded()
                    .talk_for(60),
            )
            .record(&Record::new(Webhook::new("/recorded")))
            .redirect(&after);
        let action = "/voice/after/7#rc=3&rp=all".to_owned();
        let expected = [
            Verb::Say("One moment & hold on.".to_owned()),
            Verb::Pause { seconds: 2 },
            Verb::Connect(Stream {
                url: "wss://book.example.com/s/abc".to_owned(),
                name: Some("first".to_owned()),
                action: Some(action.clone()),
                status: Some("https://book.example.com/st?a=1&b=2".to_owned()),
                parameters: vec![("who".to_owned(), "A \"B\" & <C>\n".to_owned())],
            }),
            Verb::Dial {
                number: "+14155550134".to_owned(),
                action: Some("/dialled".to_owned()),
            },
            Verb::Record {
                action: Some("/recorded".to_owned()),
            },
            Verb::Redirect(action),
        ];
        assert_eq!(read(&document.to_string()).unwrap(), expected);
        let rejected = Document::reject(Reject::Busy).to_string();
        assert_eq!(read(&rejected).unwrap(), [Verb::Reject { busy: true }]);
    }

    #[test]
    fn what_twilio_would_ignore_or_refuse_is_an_error() {
        for document in [
            "",
            "Sorry, an error occurred",
            "<html><body>oops</body></html>",
            "<Response><Say>Hello</Response>",
            "<Response><Shout/></Response>",
            "<Response><Say vioce='x'>Hello</Say></Response>",
            "<Response><Connect><Stream url='wss://a.example/s?x=1'/></Connect></Response>",
            "<Response><Connect/></Response>",
            "<Response><Redirect method='GET'>/x</Redirect></Response>",
            "<Response><Say>&nobody;</Say></Response>",
            "<Response/><Response/>",
        ] {
            assert!(read(document).is_err(), "{document}");
        }
    }

    #[test]
    fn a_document_without_verbs_is_one() {
        assert_eq!(read("<Response/>").unwrap(), []);
        assert_eq!(
            read(" <?xml version=\"1.0\"?><Response>\n</Response>\n").unwrap_or_default(),
            []
        );
    }
}
