//! An owner's rules about booking, and about how long calls are remembered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Invalid, Texts, words};

/// What to do when a provider can't say whether a time is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Book it; the booking says that the calendar was not asked.
    #[default]
    Open,
    /// Keep the time as a tentative booking, and settle it later.
    Hold,
    /// Don't book.
    Closed,
}

words!(OnUnknown { Open = "open", Hold = "hold", Closed = "closed" });

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "UncheckedPolicies", into = "UncheckedPolicies")]
#[schema(as = Policies, value_type = UncheckedPolicies)]
pub struct Policies(UncheckedPolicies);

/// Rules about booking, and about what is kept of calls. What is left out has the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UncheckedPolicies {
    /// Slots start every so many minutes, counted from midnight, local time.
    #[schema(minimum = 5, maximum = 240, default = 15)]
    pub slot_interval_minutes: u32,
    /// How long before its start a booking can still be made.
    #[schema(minimum = 0, maximum = 525_600, default = 60)]
    pub minimum_notice_minutes: u32,
    /// How many days ahead one can book.
    #[schema(minimum = 1, maximum = 730, default = 90)]
    pub horizon_days: u32,
    /// How long before its start a customer can still cancel or move a booking. The staff always can.
    #[schema(minimum = 0, maximum = 525_600, default = 0)]
    pub cancellation_window_minutes: u32,
    pub on_unknown: OnUnknown,
    /// Whose bookings get a text: those made, moved or cancelled on the telephone, all, or none.
    pub texts: Texts,
    /// How long an offered time is kept for a caller who is deciding.
    #[schema(minimum = 30, maximum = 900, default = 120)]
    pub hold_seconds: u32,
    /// How long every single event of a call is kept, raw speech included. Enough to look into what went wrong, and only owners can.
    #[schema(minimum = 1, maximum = 365, default = 30)]
    pub keep_journals_days: u32,
    /// How long transcripts of calls are kept, and messages that were dealt with. That there was a call, and what came of it, stays.
    #[schema(minimum = 1, maximum = 3650, default = 365)]
    pub keep_transcripts_days: u32,
}

impl Default for UncheckedPolicies {
    fn default() -> Self {
        Self {
            slot_interval_minutes: 15,
            minimum_notice_minutes: 60,
            horizon_days: 90,
            cancellation_window_minutes: 0,
            on_unknown: OnUnknown::Open,
            texts: Texts::Phone,
            hold_seconds: 120,
            keep_journals_days: 30,
            keep_transcripts_days: 365,
        }
    }
}

impl std::ops::Deref for Policies {
    type Target = UncheckedPolicies;

    fn deref(&self) -> &UncheckedPolicies {
        &self.0
    }
}

/// In minutes.
const YEAR: u32 = 365 * 24 * 60;

impl TryFrom<UncheckedPolicies> for Policies {
    type Error = Invalid;

    fn try_from(policies: UncheckedPolicies) -> Result<Self, Invalid> {
        let within = |name: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(Invalid::new(format!(
                    "`{name}` must be from {least} to {most}"
                )))
            }
        };
        within(
            "slot_interval_minutes",
            policies.slot_interval_minutes,
            5,
            240,
        )?;
        within(
            "minimum_notice_minutes",
            policies.minimum_notice_minutes,
            0,
            YEAR,
        )?;
        within("horizon_days", policies.horizon_days, 1, 730)?;
        within(
            "cancellation_window_minutes",
            policies.cancellation_window_minutes,
            0,
            YEAR,
        )?;
        within("hold_seconds", policies.hold_seconds, 30, 900)?;
        within("keep_journals_days", policies.keep_journals_days, 1, 365)?;
        let transcripts = policies.keep_transcripts_days;
        within("keep_transcripts_days", transcripts, 1, 3650)?;
        Ok(Self(policies))
    }
}

impl From<Policies> for UncheckedPolicies {
    fn from(policies: Policies) -> Self {
        policies.0
    }
}
