//! An amount in the smallest unit of a currency: no fractions, so no rounding.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Invalid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Unchecked", deny_unknown_fields)]
pub struct Money {
    /// Amount in the currency's smallest unit: 4500 is 45.00 EUR.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    minor: i64,
    /// ISO 4217 code: `EUR`.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    minor: i64,
    currency: String,
}

impl Money {
    pub fn new(minor: i64, currency: &str) -> Result<Self, Invalid> {
        if !(0..=1_000_000_000).contains(&minor) {
            return Err(Invalid::new("`minor` must be from 0 to 1000000000"));
        }
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Invalid::new(
                "`currency` must be an ISO 4217 code of three capitals, like `EUR`",
            ));
        }
        Ok(Self {
            minor,
            currency: currency.to_owned(),
        })
    }

    pub fn minor(&self) -> i64 {
        self.minor
    }

    pub fn currency(&self) -> &str {
        &self.currency
    }
}

impl TryFrom<Unchecked> for Money {
    type Error = Invalid;

    fn try_from(money: Unchecked) -> Result<Self, Invalid> {
        Self::new(money.minor, &money.currency)
    }
}
