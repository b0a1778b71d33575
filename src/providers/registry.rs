//! Which provider a business has, and asking it under a deadline: somebody waits on the telephone.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{
    Ask, Availability, BookingIntent, BookingProvider, Native, Permit, WhyUnknown, policy::permit,
    switched::Switched,
};
use crate::{
    desk::{Certainty, Desk},
    domain::{Business, Misfit, integrations::NATIVE},
};

/// How long a caller is kept waiting for a calendar, if nobody says otherwise.
const BUDGET: Duration = Duration::from_millis(500);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    native: Native,
    others: Arc<BTreeMap<String, Arc<dyn BookingProvider>>>,
    budget: Duration,
}

/// Something in the settings that works otherwise than the owner may think.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Its path in the business.
    #[schema(example = "ai_config.integrations.provider")]
    pub field: String,
    pub message: String,
}

impl Registry {
    pub fn new(desk: Desk) -> Self {
        Self {
            native: Native::new(desk),
            others: Arc::default(),
            budget: BUDGET,
        }
    }

    /// One more that businesses can choose, by this name.
    #[must_use]
    pub fn with(self, name: &str, provider: Arc<dyn BookingProvider>) -> Self {
        let mut others = Arc::unwrap_or_clone(self.others);
        others.insert(name.to_owned(), provider);
        Self {
            others: Arc::new(others),
            ..self
        }
    }

    #[must_use]
    pub fn with_budget(self, budget: Duration) -> Self {
        Self { budget, ..self }
    }

    /// The provider that the business chose, as far as it is switched on. A name that nobody registered means `native`, and a warning
    /// that the owner sees.
    pub fn of(&self, business: &Business) -> (Arc<dyn BookingProvider>, Option<Warning>) {
        let integrations = match business.ai_config.integrations() {
            Ok(integrations) => integrations,
            Err(misfit) => return (self.native(), Some(misfit.into())),
        };
        if integrations.provider == NATIVE {
            return (self.native(), None);
        }
        let Some(chosen) = self.others.get(&integrations.provider) else {
            let warning = Warning {
                field: "ai_config.integrations.provider".to_owned(),
                message: format!(
                    "there is no provider `{}`, so bookings are checked against our own book only; choose one of: {}",
                    integrations.provider,
                    self.names().join(", ")
                ),
            };
            return (self.native(), Some(warning));
        };
        let settings = integrations.chosen();
        if settings.enabled {
            let switched = Switched::new(Arc::clone(chosen), self.native.clone(), settings);
            (Arc::new(switched), None)
        } else {
            (self.native(), None)
        }
    }

    /// What the owner should know about the business's settings.
    pub fn warnings(&self, business: &Business) -> Vec<Warning> {
        let (_, provider) = self.of(business);
        let call = business.ai_config.call_switches().err().map(Warning::from);
        provider.into_iter().chain(call).collect()
    }

    fn names(&self) -> Vec<&str> {
        let others = self.others.keys().map(String::as_str);
        std::iter::once(NATIVE).chain(others).collect()
    }

    fn native(&self) -> Arc<dyn BookingProvider> {
        Arc::new(self.native.clone())
    }

    /// The answer of the business's provider. One that does not answer in time, or with an error, leaves it unknown; but what our own
    /// book says is taken is taken.
    pub async fn check(&self, ask: &Ask) -> Availability {
        let (provider, _) = self.of(&ask.business);
        let said = self.within(provider.check_availability(ask)).await;
        let why = match said {
            Some(Availability::Unknown { why, staff: None }) => why,
            Some(said) => return said,
            None => WhyUnknown::Timeout,
        };
        tracing::warn!(business.id = %ask.business.id, ?why, "a provider did not say whether a time is free");
        match self.within(self.native.check_availability(ask)).await {
            Some(Availability::Free { staff }) => Availability::Unknown {
                why,
                staff: Some(staff),
            },
            Some(busy @ Availability::Busy { .. }) => busy,
            Some(Availability::Unknown { .. }) | None => Availability::Unknown { why, staff: None },
        }
    }

    /// Asked right before a booking or a move is written. `said` is the answer about this very time, if one is at hand; whoever has
    /// none (a call that another node took over) asks again.
    pub async fn before_writing(&self, ask: &Ask, said: Option<Availability>) -> Permit {
        let answer = match said {
            Some(answer) => answer,
            None => self.check(ask).await,
        };
        let on_unknown = ask.business.policies.on_unknown;
        let permitted = permit(answer, on_unknown);
        if permitted != Permit::Book(Certainty::Confirmed) {
            return permitted;
        }
        let (provider, _) = self.of(&ask.business);
        match self.within(provider.create_booking(ask)).await {
            Some(BookingIntent::Confirmed) => permitted,
            Some(BookingIntent::Tentative) => Permit::Book(Certainty::Tentative),
            None => {
                let silence = Availability::Unknown {
                    why: WhyUnknown::Timeout,
                    staff: None,
                };
                permit(silence, on_unknown)
            }
        }
    }

    async fn within<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        timeout(self.budget, answer).await.ok()
    }
}

impl From<Misfit> for Warning {
    fn from(misfit: Misfit) -> Self {
        Self {
            field: misfit.field,
            message: format!("{}; until it is corrected, the default holds", misfit.why),
        }
    }
}
