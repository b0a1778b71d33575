//! How a business checks and mirrors its bookings: `ai_config.integrations`, read as a type.
//!
//! PURE. It must not know which providers there are: a name is only a name here, and the registry says what it stands for.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{AiConfig, Misfit, Service, misfit};

/// `ai_config.integrations`: which provider is asked, and settings for each by its name.
///
/// ```json
/// {
///   "provider": "google_calendar",
///   "google_calendar": {
///     "enabled": true, "check_availability": true, "create_events": true, "default_duration_minutes": 30
///   }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrations {
    pub provider: String,
    pub settings: BTreeMap<String, ProviderSettings>,
}

/// The provider that asks nothing but our own database: the one there is without any setting.
pub const NATIVE: &str = "native";

/// What can be switched at every provider. What is left out has the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// Off: as if `native` were chosen. Nothing else of its settings is lost.
    pub enabled: bool,
    /// Whether it is asked before a booking. Off: our own database alone says what is free.
    pub check_availability: bool,
    /// Whether it is told of bookings, so that they show in its calendar.
    pub create_events: bool,
    /// For a service that doesn't say how long it takes. Ours all do; it is kept for settings that come from elsewhere.
    #[serde(deserialize_with = "a_duration")]
    pub default_duration_minutes: u32,
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            check_availability: true,
            create_events: true,
            default_duration_minutes: 30,
        }
    }
}

impl Default for Integrations {
    fn default() -> Self {
        Self {
            provider: NATIVE.to_owned(),
            settings: BTreeMap::new(),
        }
    }
}

impl Integrations {
    /// Of the provider that is chosen.
    pub fn chosen(&self) -> ProviderSettings {
        self.settings
            .get(&self.provider)
            .copied()
            .unwrap_or_default()
    }
}

impl AiConfig {
    /// `ai_config.integrations`. Nothing there is `native`.
    pub fn integrations(&self) -> Result<Integrations, Misfit> {
        match self.get("integrations") {
            None => Ok(Integrations::default()),
            Some(value) => {
                Integrations::read(value).map_err(|misfit| misfit.within("ai_config.integrations"))
            }
        }
    }
}

impl Integrations {
    const LONGEST_NAME: usize = 64;

    fn read(value: &Value) -> Result<Self, Misfit> {
        let mut fields: BTreeMap<String, Value> = misfit::read(value)?;
        let mut integrations = Self::default();
        if let Some(provider) = fields.remove("provider") {
            integrations.provider = Self::read_name(&provider)?;
        }
        for (name, value) in fields {
            let settings = misfit::read(&value).map_err(|misfit| misfit.within(&name))?;
            integrations.settings.insert(name, settings);
        }
        Ok(integrations)
    }

    fn read_name(value: &Value) -> Result<String, Misfit> {
        value
            .as_str()
            .filter(|name| (1..=Self::LONGEST_NAME).contains(&name.len()))
            .map(str::to_owned)
            .ok_or_else(|| {
                let why = format!("must be text of 1 to {} letters", Self::LONGEST_NAME);
                Misfit::new("provider", why)
            })
    }
}

fn a_duration<'de, D: Deserializer<'de>>(input: D) -> Result<u32, D::Error> {
    let minutes = u32::deserialize(input)?;
    if Service::DURATIONS.contains(&minutes) {
        Ok(minutes)
    } else {
        Err(D::Error::custom("must be from 5 to 1440 minutes"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(integrations: &Value) -> Result<Integrations, Misfit> {
        let config = json!({ "integrations": integrations, "mine": 1 });
        serde_json::from_value::<AiConfig>(config)
            .unwrap()
            .integrations()
    }

    #[test]
    fn without_a_word_it_is_native() {
        let default = AiConfig::default().integrations().unwrap();
        assert_eq!(default.provider, NATIVE);
        assert_eq!(read(&json!({})).unwrap(), default);
    }

    #[test]
    fn the_chosen_provider_has_its_own_settings() {
        let two = read(&json!({
            "provider": "google_calendar",
            "google_calendar": { "create_events": false, "default_duration_minutes": 45 },
            "native": { "enabled": true },
        }));
        let chosen = two.unwrap().chosen();
        assert!(chosen.enabled && chosen.check_availability && !chosen.create_events);
        assert_eq!(chosen.default_duration_minutes, 45);
    }

    #[test]
    fn a_name_that_nobody_knows_is_still_a_name() {
        assert_eq!(
            read(&json!({ "provider": "carrier_pigeon" }))
                .unwrap()
                .provider,
            "carrier_pigeon"
        );
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_whole_path() {
        for (integrations, field) in [
            (json!("native"), ""),
            (json!({ "provider": 7 }), ".provider"),
            (json!({ "provider": "" }), ".provider"),
            (json!({ "google_calendar": true }), ".google_calendar"),
            (
                json!({ "google_calendar": { "enabled": "yes" } }),
                ".google_calendar.enabled",
            ),
            (
                json!({ "google_calendar": { "create_event": true } }),
                ".google_calendar.create_event",
            ),
            (
                json!({ "google_calendar": { "default_duration_minutes": 4 } }),
                ".google_calendar.default_duration_minutes",
            ),
        ] {
            let misfit = read(&integrations).unwrap_err();
            assert_eq!(misfit.field, format!("ai_config.integrations{field}"));
        }
    }
}
