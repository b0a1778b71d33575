//! A tenant: a business that answers its phone through us.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{BusinessId, Invalid, Name, Note, PhoneNumber, Policies, WeeklyHours};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Business {
    pub id: BusinessId,
    pub name: Name,
    /// The numbers that callers dial.
    pub phone_numbers: Vec<PhoneNumber>,
    /// IANA name, like `Europe/London`.
    #[schema(value_type = String, example = "America/New_York")]
    pub zone: Tz,
    pub hours: WeeklyHours,
    /// The first is the one a call begins in.
    pub languages: Vec<Language>,
    /// What a caller may be told about the business: address, parking, what to bring.
    pub description: Option<Note>,
    pub policies: Policies,
    pub ai_config: AiConfig,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A language tag: `en`, `de-CH`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z]{2,3}(-[A-Z]{2})?$", example = "en")]
pub struct Language(String);

impl Language {
    pub fn new(tag: &str) -> Result<Self, Invalid> {
        let (language, region) = tag
            .split_once('-')
            .map_or((tag, None), |(l, r)| (l, Some(r)));
        let good = (2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_lowercase())
            && region.is_none_or(|r| r.len() == 2 && r.bytes().all(|b| b.is_ascii_uppercase()));
        if good {
            Ok(Self(tag.to_owned()))
        } else {
            Err(Invalid::new("a language is a tag like `en` or `de-CH`"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl TryFrom<String> for Language {
    type Error = Invalid;

    fn try_from(tag: String) -> Result<Self, Invalid> {
        Self::new(&tag)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

/// The owner's settings for calls and integrations: a JSON object that is kept whole, keys we don't know included.
///
/// `call` and `integrations` are read strictly:
///
/// - `call`: `required` (`name`, `phone`, `staff`), `not_by_phone` (ids of staff), `transfer` (`number`, `hours`), `after_hours` (`book`,
///   `message`, `transfer`), `consent` and `record`, `longest_call_seconds`, `language`, `lines` (the agent's words: the name of a line, and its wordings).
/// - `integrations`: `provider`, and by the name of each provider its settings: `enabled`, `check_availability`, `create_events`,
///   `default_duration_minutes`. An unknown name is kept, means `native`, and is among the business's `warnings`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Map<String, Value>", into = "Map<String, Value>")]
#[schema(value_type = Object)]
pub struct AiConfig(Map<String, Value>);

impl AiConfig {
    const MOST_BYTES: usize = 64 * 1024;

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl TryFrom<Map<String, Value>> for AiConfig {
    type Error = Invalid;

    fn try_from(map: Map<String, Value>) -> Result<Self, Invalid> {
        let bytes = serde_json::to_string(&map).map_or(usize::MAX, |text| text.len());
        if bytes <= Self::MOST_BYTES {
            Ok(Self(map))
        } else {
            Err(Invalid::new(format!(
                "must be at most {} bytes of JSON",
                Self::MOST_BYTES
            )))
        }
    }
}

impl From<AiConfig> for Map<String, Value> {
    fn from(config: AiConfig) -> Self {
        config.0
    }
}
