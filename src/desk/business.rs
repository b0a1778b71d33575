//! Setting up a business and its closures.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    domain::{
        AiConfig, Business, BusinessId, Closure, ClosureId, ClosureKind, Language, Line, Name,
        Note, PhoneNumber, Policies, WeeklyHours,
    },
    store::{businesses, closures, staff},
};

const MOST_NUMBERS: usize = 50;
const MOST_LANGUAGES: usize = 20;
const AI_CONFIG_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBusiness {
    pub name: Name,
    #[serde(default)]
    pub phone_numbers: Vec<PhoneNumber>,
    #[schema(value_type = String, example = "America/New_York")]
    pub zone: Tz,
    #[serde(default)]
    pub hours: WeeklyHours,
    #[serde(default = "english")]
    pub languages: Vec<Language>,
    #[serde(default)]
    pub description: Option<Note>,
    #[serde(default)]
    pub policies: Policies,
    #[serde(default)]
    pub ai_config: AiConfig,
}

fn english() -> Vec<Language> {
    vec![Language::default()]
}

/// What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessPatch {
    pub name: Option<Name>,
    pub phone_numbers: Option<Vec<PhoneNumber>>,
    #[schema(value_type = Option<String>, example = "America/New_York")]
    pub zone: Option<Tz>,
    pub hours: Option<WeeklyHours>,
    pub languages: Option<Vec<Language>>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Note>)]
    pub description: Option<Option<Note>>,
    pub policies: Option<Policies>,
    pub ai_config: Option<AiConfig>,
}

impl BusinessPatch {
    fn apply(&self, business: &mut Business) {
        checks::set(&mut business.name, self.name.as_ref());
        checks::set(&mut business.phone_numbers, self.phone_numbers.as_ref());
        checks::set(&mut business.zone, self.zone.as_ref());
        checks::set(&mut business.hours, self.hours.as_ref());
        checks::set(&mut business.languages, self.languages.as_ref());
        checks::set(&mut business.description, self.description.as_ref());
        checks::set(&mut business.policies, self.policies.as_ref());
        checks::set(&mut business.ai_config, self.ai_config.as_ref());
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClosure {
    #[serde(default)]
    pub kind: ClosureKind,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    /// The same days of every year, from `first_day`'s year on.
    #[serde(default)]
    pub every_year: bool,
    #[serde(default)]
    pub reason: Option<Line>,
}

impl Desk {
    /// A new tenant. No [`By`]: nobody belongs to it yet.
    pub async fn create_business(&self, new: NewBusiness) -> Result<Business> {
        let now = self.clock.now();
        let business = Business {
            id: BusinessId(self.clock.id()),
            name: new.name,
            phone_numbers: new.phone_numbers,
            zone: new.zone,
            hours: new.hours,
            languages: new.languages,
            description: new.description,
            policies: new.policies,
            ai_config: new.ai_config,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        check(&business)?;
        retrying(|| async {
            let mut tx = self.db.write().await?;
            businesses::insert(&mut tx, &business).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(business)
    }

    pub async fn business(&self, by: By) -> Result<Business> {
        let mut reader = self.db.read().await?;
        businesses::get(&mut reader, by.business_id)
            .await?
            .ok_or(Error::NotFound("business"))
    }

    pub async fn update_business(
        &self,
        by: By,
        expected: Option<i64>,
        patch: &BusinessPatch,
    ) -> Result<Business> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let mut business = businesses::get(&mut tx, by.business_id)
                .await?
                .ok_or(Error::NotFound("business"))?;
            checks::fresh(expected, business.version)?;
            patch.apply(&mut business);
            check(&business)?;
            business.updated_at = self.clock.now();
            checks::written(businesses::update(&mut tx, &business).await?)?;
            tx.commit().await?;
            business.version += 1;
            Ok(business)
        })
        .await
    }

    /// A closure undoes no booking that stands; it lets no new one in.
    pub async fn add_closure(&self, by: By, new: NewClosure) -> Result<Closure> {
        let days = checks::days(new.first_day, new.last_day)?;
        if new.every_year && (days.last_day() - days.first_day()).num_days() >= 365 {
            return Err(Error::invalid(
                "last_day",
                "a closure of every year is shorter than a year",
            ));
        }
        let closure = Closure {
            id: ClosureId(self.clock.id()),
            kind: new.kind,
            days,
            every_year: new.every_year,
            reason: new.reason,
        };
        retrying(|| async {
            let mut tx = self.db.write().await?;
            staff::lock_everyone(&mut tx, by.business_id).await?;
            checks::dangling(
                closures::insert(&mut tx, by.business_id, &closure).await,
                || Error::NotFound("business"),
            )?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(closure)
    }

    /// In the order in which they were entered.
    pub async fn closures(
        &self,
        by: By,
        after: Option<ClosureId>,
        limit: u32,
    ) -> Result<Vec<Closure>> {
        let mut reader = self.db.read().await?;
        Ok(closures::list(&mut reader, by.business_id, after, limit).await?)
    }

    pub async fn remove_closure(&self, by: By, id: ClosureId) -> Result<()> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            if !closures::remove(&mut tx, by.business_id, id).await? {
                return Err(Error::NotFound("closure"));
            }
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn check(business: &Business) -> Result<()> {
    checks::at_most("phone_numbers", business.phone_numbers.len(), MOST_NUMBERS)?;
    checks::no_repeats("phone_numbers", &business.phone_numbers)?;
    if business.languages.is_empty() {
        return Err(Error::invalid(
            "languages",
            "at least one: the first is the one a call begins in",
        ));
    }
    checks::at_most("languages", business.languages.len(), MOST_LANGUAGES)?;
    checks::no_repeats("languages", &business.languages)?;
    checks::json_object("ai_config", business.ai_config.as_map(), AI_CONFIG_BYTES)?;
    business.ai_config.call_switches()?;
    business.ai_config.integrations()?;
    Ok(())
}
