//! Whether a webhook, or the opening of a media stream, was sent by Twilio: `X-Twilio-Signature`.
//!
//! PURE. Must not know which address is ours: the caller builds the URL on the configured public origin, never on `Host` or a
//! forwarded header, and keeps the query's bytes as they came. Nothing read from a request is to be believed before this said yes.
//!
//! Twilio's own sides differ on the port (voice over https leaves it out, texts and plain http keep it) and on the slash at the end
//! of a stream's address, so each form is tried; all of them mean the same address of ours.

use std::fmt::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Params;

pub const HEADER: &str = "x-twilio-signature";
/// Sent with webhooks that are signed with a shared key: `key=<its id>,algorithm=HMAC_SHA256`.
pub const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";

/// Everything the signature covers, and the signature.
#[derive(Debug)]
pub struct Request<'a> {
    /// As Twilio asked for it: `https://…` for a webhook, `wss://…` for the opening of a stream, with the raw query.
    pub url: &'a str,
    pub body: Body<'a>,
    pub signature: Option<&'a str>,
    pub settings: Option<&'a str>,
}

#[derive(Debug)]
pub enum Body<'a> {
    /// A GET: its parameters stand in the URL.
    None,
    Form(&'a Params<'a>),
    /// JSON: the URL carries a digest of it.
    Raw(&'a [u8]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the request is not signed")]
    Unsigned,
    #[error("the signature does not match")]
    Mismatch,
    #[error("the body is not the one whose digest was signed")]
    OtherBody,
    #[error("the signature's algorithm or shared key is not one that was set up here")]
    UnknownSettings,
}

/// What webhooks may be signed with: an account's primary token (a sub-account has its own), and shared keys by their id.
#[derive(Debug, Default)]
pub struct Keys {
    tokens: Vec<SecretString>,
    shared: Vec<(String, SecretString)>,
}

impl Keys {
    #[must_use]
    pub fn token(mut self, token: SecretString) -> Self {
        self.tokens.push(token);
        self
    }

    #[must_use]
    pub fn shared(mut self, id: &str, secret: SecretString) -> Self {
        self.shared.push((id.to_owned(), secret));
        self
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.shared.is_empty()
    }

    pub fn check(&self, request: &Request<'_>) -> Result<(), Refused> {
        let signature = request.signature.filter(|text| !text.is_empty());
        let signature = signature.ok_or(Refused::Unsigned)?;
        let signature = BASE64_STANDARD
            .decode(signature)
            .map_err(|_| Refused::Mismatch)?;
        let settings = Settings::read(request.settings.unwrap_or_default())?;
        let keys = self.keys_of(settings.key)?;
        let tail = match request.body {
            Body::None => String::new(),
            Body::Form(params) => signed_params(params),
            Body::Raw(body) => {
                check_digest(request.url, body)?;
                String::new()
            }
        };
        let mut texts = spellings(request.url).into_iter().map(|url| url + &tail);
        let matches = texts.any(|text| {
            keys.iter().any(|key| {
                let key = key.expose_secret().as_bytes();
                verify(settings.algorithm, key, &text, &signature)
            })
        });
        matches.then_some(()).ok_or(Refused::Mismatch)
    }

    fn keys_of(&self, shared: Option<&str>) -> Result<Vec<&SecretString>, Refused> {
        let Some(id) = shared else {
            return Ok(self.tokens.iter().collect());
        };
        let of_id = self.shared.iter().filter(|(known, _)| known == id);
        let keys: Vec<_> = of_id.map(|(_, secret)| secret).collect();
        if keys.is_empty() {
            return Err(Refused::UnknownSettings);
        }
        Ok(keys)
    }
}

/// Signs as Twilio does with an account's token: for its stand-ins.
pub fn sign(token: &SecretString, url: &str, params: &Params<'_>) -> String {
    let text = format!("{url}{}", signed_params(params));
    let mac: Hmac<Sha1> = keyed(token.expose_secret().as_bytes(), &text);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

#[derive(Debug, PartialEq, Eq)]
struct Settings<'a> {
    key: Option<&'a str>,
    algorithm: Algorithm,
}

impl<'a> Settings<'a> {
    /// No header means SHA-1 with the account's token.
    fn read(header: &'a str) -> Result<Self, Refused> {
        let named = |wanted: &str| {
            let mut parts = header.split(',').filter_map(|part| part.split_once('='));
            let (_, value) = parts.find(|(name, _)| name.trim() == wanted)?;
            Some(value.trim()).filter(|value| !value.is_empty())
        };
        let algorithm = match named("algorithm") {
            None => Algorithm::Sha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA1") => Algorithm::Sha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA256") => Algorithm::Sha256,
            Some(_) => return Err(Refused::UnknownSettings),
        };
        Ok(Self {
            key: named("key"),
            algorithm,
        })
    }
}

/// Names and values in byte order, each pair once.
fn signed_params(params: &Params<'_>) -> String {
    let mut pairs: Vec<_> = params.iter().collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect()
}

fn check_digest(url: &str, body: &[u8]) -> Result<(), Refused> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let mut named = form_urlencoded::parse(query.as_bytes());
    let claimed = named.find(|(name, _)| name == "bodySHA256");
    let (_, claimed) = claimed.ok_or(Refused::OtherBody)?;
    let mut digest = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        let _ = write!(digest, "{byte:02x}");
    }
    let same = digest
        .as_bytes()
        .ct_eq(claimed.to_ascii_lowercase().as_bytes());
    bool::from(same).then_some(()).ok_or(Refused::OtherBody)
}

/// The ways in which Twilio may have written this address before it signed.
fn spellings(url: &str) -> Vec<String> {
    let url = url.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return vec![url.to_owned()];
    };
    let path_at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_at);
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = split_port(host_and_port);
    let default = match scheme {
        "https" | "wss" => "443",
        _ => "80",
    };
    let port = port.unwrap_or(default);
    let mut spellings = vec![
        format!("{scheme}://{host}{path}"),
        format!("{scheme}://{host}:{port}{path}"),
    ];
    if matches!(scheme, "wss" | "ws") && !path.contains('?') && !path.ends_with('/') {
        spellings.extend(spellings.clone().into_iter().map(|url| url + "/"));
    }
    spellings
}

/// `[::1]:8080` has its port behind the bracket.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

fn verify(algorithm: Algorithm, key: &[u8], text: &str, signature: &[u8]) -> bool {
    match algorithm {
        Algorithm::Sha1 => keyed::<Hmac<Sha1>>(key, text).verify_slice(signature),
        Algorithm::Sha256 => keyed::<Hmac<Sha256>>(key, text).verify_slice(signature),
    }
    .is_ok()
}

#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of every length; the error type is shared with algorithms that don't"
)]
fn keyed<M: Mac + KeyInit>(key: &[u8], text: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("any length will do");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// One request and whether it is Twilio's, as `fixtures/twilio/signatures.json` has them. The good signatures were made by
    /// Twilio's own libraries.
    #[derive(Deserialize)]
    struct Case {
        title: String,
        url: String,
        #[serde(default)]
        form: Option<String>,
        #[serde(default)]
        json: Option<String>,
        key: String,
        #[serde(default)]
        shared_key: bool,
        signature: String,
        genuine: bool,
    }

    fn cases() -> Vec<Case> {
        serde_json::from_str(include_str!("../../fixtures/twilio/signatures.json")).unwrap()
    }

    impl Case {
        fn check(&self) -> Result<(), Refused> {
            let params = self.form.as_deref().unwrap_or_default();
            let params = Params::parse(params.as_bytes()).unwrap();
            let secret: SecretString = self.key.clone().into();
            let (keys, settings) = if self.shared_key {
                let keys = Keys::default().shared("webhooks_1", secret);
                (keys, Some("key=webhooks_1,algorithm=HMAC_SHA256"))
            } else {
                (Keys::default().token(secret), None)
            };
            keys.check(&Request {
                url: &self.url,
                body: match (&self.form, &self.json) {
                    (Some(_), _) => Body::Form(&params),
                    (None, Some(json)) => Body::Raw(json.as_bytes()),
                    (None, None) => Body::None,
                },
                signature: Some(&self.signature),
                settings,
            })
        }
    }

    #[test]
    fn genuine_requests_pass_and_all_others_are_refused() {
        let cases = cases();
        assert_eq!(cases.iter().filter(|case| case.genuine).count(), 19);
        assert_eq!(cases.iter().filter(|case| !case.genuine).count(), 6);
        for case in cases {
            assert_eq!(case.check().is_ok(), case.genuine, "{}", case.title);
        }
    }

    #[test]
    fn one_changed_byte_anywhere_is_refused() {
        for mut case in cases().into_iter().filter(|case| case.genuine) {
            let name = case.title.clone();
            let mut signature = BASE64_STANDARD.decode(&case.signature).unwrap();
            signature[7] ^= 1;
            let good = std::mem::replace(&mut case.signature, BASE64_STANDARD.encode(signature));
            assert_eq!(case.check(), Err(Refused::Mismatch), "{name}");
            case.signature = good;
            case.url = case.url.replacen("/t", "/T", 1).replacen("/m", "/M", 1);
            assert_eq!(case.check(), Err(Refused::Mismatch), "{name}");
        }
    }

    #[test]
    fn a_signature_of_another_length_or_alphabet_is_refused() {
        let mut case = cases().remove(0);
        for signature in [
            "L/OH5YylLD5NRKLltdqwSvS0",
            "!!!",
            "AA==",
            "L_OH5YylLD5NRKLltdqwSvS0BnU=",
        ] {
            signature.clone_into(&mut case.signature);
            assert_eq!(case.check(), Err(Refused::Mismatch), "{signature}");
        }
        case.signature.clear();
        assert_eq!(case.check(), Err(Refused::Unsigned));
    }

    fn with_settings(settings: &str) -> Result<(), Refused> {
        let keys = Keys::default()
            .token("12345".to_owned().into())
            .shared("webhooks_1", "shared".to_owned().into());
        let url = "https://agent.example.com/voice";
        let params = Params::default();
        keys.check(&Request {
            url,
            body: Body::Form(&params),
            signature: Some(&sign(&"12345".to_owned().into(), url, &params)),
            settings: Some(settings),
        })
    }

    #[test]
    fn an_algorithm_or_key_nobody_set_up_is_refused() {
        assert_eq!(with_settings(""), Ok(()));
        assert_eq!(with_settings("algorithm=hmac_sha1"), Ok(()));
        for settings in ["algorithm=NONE", "key=webhooks_2,algorithm=HMAC_SHA256"] {
            assert_eq!(with_settings(settings), Err(Refused::UnknownSettings));
        }
        assert_eq!(
            with_settings("key=webhooks_1,algorithm=HMAC_SHA1"),
            Err(Refused::Mismatch),
            "the account's token is no shared key"
        );
    }

    #[test]
    fn with_no_keys_nothing_is_genuine() {
        let params = Params::default();
        let refused = Keys::default().check(&Request {
            url: "https://agent.example.com/voice",
            body: Body::Form(&params),
            signature: Some("L/OH5YylLD5NRKLltdqwSvS0BnU="),
            settings: None,
        });
        assert_eq!(refused, Err(Refused::Mismatch));
    }

    #[test]
    fn a_json_body_without_its_digest_in_the_url_is_refused() {
        let mut case = cases()
            .into_iter()
            .find(|case| case.genuine && case.json.is_some())
            .unwrap();
        case.url = case.url.split('?').next().unwrap().to_owned();
        assert_eq!(case.check(), Err(Refused::OtherBody));
    }

    #[test]
    fn an_address_is_tried_with_and_without_its_port() {
        let of = spellings;
        assert_eq!(
            of("https://me:pw@a.example/x?y=1#rc=2"),
            ["https://a.example/x?y=1", "https://a.example:443/x?y=1"]
        );
        assert_eq!(
            of("http://[::1]:8080/x"),
            ["http://[::1]/x", "http://[::1]:8080/x"]
        );
        assert_eq!(
            of("wss://a.example/s"),
            [
                "wss://a.example/s",
                "wss://a.example:443/s",
                "wss://a.example/s/",
                "wss://a.example:443/s/"
            ]
        );
    }
}
