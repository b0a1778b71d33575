//! A person who books, unique by (business, phone).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{CustomerId, HistoryEntryId, Invalid, Name, Note, PhoneNumber, words};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Customer {
    pub id: CustomerId,
    pub phone: PhoneNumber,
    pub name: Name,
    pub email: Option<Email>,
    pub gender: Option<Gender>,
    pub date_of_birth: Option<NaiveDate>,
    /// Free-form: preferred staff, time of day, language ...
    #[schema(value_type = Object)]
    pub preferences: Map<String, Value>,
    pub opt_outs: OptOuts,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What the customer asked not to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OptOuts {
    pub sms: bool,
    pub email: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Female,
    Male,
    Other,
}

words!(Gender { Female = "female", Male = "male", Other = "other" });

/// An address that mail can be sent to: one `@`, something on both sides, no spaces.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "email", max_length = 254, example = "mail@example.com")]
pub struct Email(String);

impl Email {
    pub fn new(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let good = text.len() <= 254
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && text.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && !host.is_empty() && !host.contains('@')
            });
        if good {
            Ok(Self(text.to_lowercase()))
        } else {
            Err(Invalid::new(
                "must be an e-mail address, like mail@example.com",
            ))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(&text)
    }
}

impl std::str::FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

/// Like a phone number, an address says who somebody is, and must not slip into a log.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// Something worth knowing about a customer before they come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryEntry {
    pub id: HistoryEntryId,
    pub customer_id: CustomerId,
    pub kind: HistoryKind,
    pub text: Note,
    pub recorded_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    Symptom,
    Condition,
    Allergy,
    Note,
}

words!(HistoryKind {
    Symptom = "symptom",
    Condition = "condition",
    Allergy = "allergy",
    Note = "note",
});
