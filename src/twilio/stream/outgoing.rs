//! From us to Twilio.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::twilio::StreamSid;

/// Writes the messages of one stream, each with one allocation: the text that the socket takes.
#[derive(Debug, Clone)]
pub struct Writer {
    media: String,
    mark: String,
    clear: String,
}

impl Writer {
    /// A stream's name is letters and digits, so it stands in JSON as it is.
    pub fn new(stream: &StreamSid) -> Self {
        let head = |event: &str| format!(r#"{{"event":"{event}","streamSid":"{stream}""#);
        Self {
            media: head("media") + r#","media":{"payload":""#,
            mark: head("mark") + r#","mark":{"name":"#,
            clear: head("clear") + "}",
        }
    }

    /// Audio to be played behind what was sent before: mu-law, 8,000 samples a second, of any length.
    pub fn media(&self, audio: &[u8]) -> String {
        let encoded = audio.len().div_ceil(3) * 4;
        let mut text = String::with_capacity(self.media.len() + encoded + 3);
        text.push_str(&self.media);
        BASE64_STANDARD.encode_string(audio, &mut text);
        text.push_str("\"}}");
        text
    }

    /// Comes back when all that was sent before it has been played, or thrown away.
    pub fn mark(&self, name: &str) -> String {
        let mut text = String::with_capacity(self.mark.len() + name.len() + 4);
        text.push_str(&self.mark);
        push_quoted(&mut text, name);
        text.push_str("}}");
        text
    }

    /// Throws away what is not played yet, and brings all its marks back.
    pub fn clear(&self) -> String {
        self.clear.clone()
    }
}

fn push_quoted(text: &mut String, name: &str) {
    text.push('"');
    for c in name.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control if control < ' ' => text.push(' '),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn writer() -> Writer {
        Writer::new(&StreamSid::new("MZ18ad3ab5a668481ce02b83e7395059f0").unwrap())
    }

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn messages_have_the_documented_form() {
        let stream = "MZ18ad3ab5a668481ce02b83e7395059f0";
        assert_eq!(
            read(&writer().media(&[0xff, 0x7f, 0])),
            json!({"event": "media", "streamSid": stream, "media": {"payload": "/38A"}})
        );
        assert_eq!(
            read(&writer().mark("3:17")),
            json!({"event": "mark", "streamSid": stream, "mark": {"name": "3:17"}})
        );
        assert_eq!(
            read(&writer().clear()),
            json!({"event": "clear", "streamSid": stream})
        );
    }

    proptest! {
        #[test]
        fn audio_of_any_length_arrives_whole_in_one_allocation(audio: Vec<u8>) {
            let text = writer().media(&audio);
            prop_assert_eq!(text.capacity(), text.len());
            let payload = read(&text)["media"]["payload"].as_str().unwrap().to_owned();
            prop_assert_eq!(BASE64_STANDARD.decode(payload).unwrap(), audio);
        }

        #[test]
        fn a_mark_of_any_name_is_good_json(name: String) {
            let text = writer().mark(&name);
            let expected: String = name.chars().map(|c| if c < ' ' { ' ' } else { c }).collect();
            let message = read(&text);
            prop_assert_eq!(message["mark"]["name"].as_str(), Some(&*expected));
        }
    }
}
