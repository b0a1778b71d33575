//! Access tokens: JWTs that live a quarter of an hour.
//!
//! Only what we need of RFC 7519, and nothing that can be chosen by whoever shows a token: one algorithm (HMAC-SHA-256), one exact
//! header, one issuer. The known library for it was left out, because each of its backends brings a second generation of the same
//! cryptography, and RSA, for sixty lines. The signing key is derived from `SECRET_KEY` for this use alone.
//!
//! A token says who, in which session and for which business. What that person may do is asked of the database on each request.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::{BusinessId, SessionId, UserId};

pub(super) const LIFE: Duration = Duration::minutes(15);

/// `{"alg":"HS256","typ":"JWT"}`, the only header that is written or read.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const ISSUER: &str = "ringbook";
/// How far the clocks of two of our nodes may be apart.
const SKEW: i64 = 30;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: UserId,
    pub(super) sid: SessionId,
    pub(super) bid: BusinessId,
    iat: i64,
    exp: i64,
}

#[derive(Debug)]
pub(super) struct AccessTokens {
    key: SecretBox<[u8; 32]>,
}

impl AccessTokens {
    pub(super) fn new(key: SecretBox<[u8; 32]>) -> Self {
        Self { key }
    }

    pub(super) fn issue(
        &self,
        user: UserId,
        session: SessionId,
        business: BusinessId,
        now: DateTime<Utc>,
    ) -> SecretString {
        let claims = serde_json::json!({
            "iss": ISSUER,
            "sub": user,
            "sid": session,
            "bid": business,
            "iat": now.timestamp(),
            "exp": (now + LIFE).timestamp(),
        });
        let signed = format!(
            "{HEADER}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self.mac(&signed).finalize().into_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).into()
    }

    /// Why not, in words for whoever shows it.
    pub(super) fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, &'static str> {
        const SHAPE: &str = "it is not one of our access tokens";
        let (signed, signature) = token.rsplit_once('.').ok_or(SHAPE)?;
        let (header, claims) = signed.split_once('.').ok_or(SHAPE)?;
        let signature = BASE64_URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| SHAPE)?;
        if header != HEADER {
            return Err(SHAPE);
        }
        // Nothing inside is looked at before the signature is found good; the comparison takes the same time for each.
        self.mac(signed)
            .verify_slice(&signature)
            .map_err(|_| SHAPE)?;
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).map_err(|_| SHAPE)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| SHAPE)?;
        if claims.iss != ISSUER {
            return Err(SHAPE);
        }
        if claims.iat > now.timestamp() + SKEW {
            return Err("it is from the future");
        }
        if claims.exp <= now.timestamp() {
            return Err("it has expired");
        }
        Ok(claims)
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        #[expect(
            clippy::expect_used,
            reason = "HMAC takes keys of every length; the error type is shared with algorithms that don't"
        )]
        let mac = Hmac::new_from_slice(self.key.expose_secret()).expect("any length will do");
        Mac::chain_update(mac, text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn tokens(byte: u8) -> AccessTokens {
        AccessTokens::new(SecretBox::new(Box::new([byte; 32])))
    }

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn issued() -> String {
        let token = tokens(1).issue(
            UserId(Uuid::from_u128(1)),
            SessionId(Uuid::from_u128(2)),
            BusinessId(Uuid::from_u128(3)),
            noon(),
        );
        token.expose_secret().to_owned()
    }

    fn signed_by_us(header: &str, claims: &serde_json::Value) -> String {
        let signed = format!(
            "{header}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = tokens(1).mac(&signed).finalize().into_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn the_header_is_what_it_is_said_to_be() {
        let header = BASE64_URL_SAFE_NO_PAD.decode(HEADER).unwrap();
        assert_eq!(header, br#"{"alg":"HS256","typ":"JWT"}"#);
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour() {
        let token = issued();
        let claims = tokens(1)
            .read(&token, noon() + Duration::seconds(899))
            .unwrap();
        assert_eq!(claims.sub, UserId(Uuid::from_u128(1)));
        assert_eq!(claims.sid, SessionId(Uuid::from_u128(2)));
        assert_eq!(claims.bid, BusinessId(Uuid::from_u128(3)));
        let late = tokens(1).read(&token, noon() + LIFE);
        assert_eq!(late.unwrap_err(), "it has expired");
    }

    #[test]
    fn a_token_of_another_key_is_refused() {
        assert!(tokens(2).read(&issued(), noon()).is_err());
    }

    #[test]
    fn a_token_from_the_future_is_refused() {
        let early = noon() - Duration::seconds(SKEW + 1);
        assert_eq!(
            tokens(1).read(&issued(), early).unwrap_err(),
            "it is from the future"
        );
    }

    #[test]
    fn no_other_algorithm_is_taken_even_with_a_good_signature() {
        let claims = issued();
        let claims = claims.split('.').nth(1).unwrap();
        let claims =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert!(
            tokens(1)
                .read(&signed_by_us(HEADER, &claims), noon())
                .is_ok()
        );
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS512","typ":"JWT"}"#,
            r#"{"typ":"JWT","alg":"HS256"}"#,
        ] {
            let header = BASE64_URL_SAFE_NO_PAD.encode(header);
            assert!(
                tokens(1)
                    .read(&signed_by_us(&header, &claims), noon())
                    .is_err(),
                "{header}"
            );
        }
    }

    #[test]
    fn a_token_of_another_issuer_is_refused() {
        let claims = serde_json::json!({
            "iss": "somebody", "sub": Uuid::nil(), "sid": Uuid::nil(), "bid": Uuid::nil(),
            "iat": noon().timestamp(), "exp": noon().timestamp() + 60,
        });
        assert!(
            tokens(1)
                .read(&signed_by_us(HEADER, &claims), noon())
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_changed_letter_goes_unnoticed(position in 0..200_usize, letter in "[A-Za-z0-9_.-]") {
            let token = issued();
            let position = position % token.len();
            let changed = format!("{}{letter}{}", &token[..position], &token[position + 1..]);
            prop_assume!(changed != token);
            prop_assert!(tokens(1).read(&changed, noon()).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            prop_assert!(tokens(1).read(&text, noon()).is_err());
        }
    }
}
