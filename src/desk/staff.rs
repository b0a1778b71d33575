//! Setting up the people who are booked. Nobody is deleted, because bookings refer to them: someone who leaves is made inactive.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    domain::{BusinessId, Name, ServiceId, Staff, StaffId, StaffProfile, WeeklyHours},
    store::{Tx, services, staff, staff_services},
};

const MOST_SERVICES: usize = 200;
const MOST_LANGUAGES: usize = 20;
const LONGEST_EXPERIENCE: u8 = 100;

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    pub name: Name,
    /// Own weekly hours; without them the business's hours hold.
    #[serde(default)]
    pub hours: Option<WeeklyHours>,
    #[serde(default)]
    pub service_ids: Vec<ServiceId>,
    #[serde(default = "active")]
    pub active: bool,
    #[serde(default)]
    pub profile: StaffProfile,
}

fn active() -> bool {
    true
}

/// What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StaffPatch {
    pub name: Option<Name>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<WeeklyHours>)]
    pub hours: Option<Option<WeeklyHours>>,
    pub service_ids: Option<Vec<ServiceId>>,
    pub active: Option<bool>,
    pub profile: Option<StaffProfile>,
}

impl StaffPatch {
    fn apply(&self, staff: &mut Staff) {
        checks::set(&mut staff.name, self.name.as_ref());
        checks::set(&mut staff.hours, self.hours.as_ref());
        checks::set(&mut staff.service_ids, self.service_ids.as_ref());
        checks::set(&mut staff.active, self.active.as_ref());
        checks::set(&mut staff.profile, self.profile.as_ref());
        staff.service_ids.sort_unstable();
    }
}

impl Desk {
    pub async fn create_staff(&self, by: By, new: NewStaff) -> Result<Staff> {
        let now = self.clock.now();
        let mut person = Staff {
            id: StaffId(self.clock.id()),
            name: new.name,
            hours: new.hours,
            service_ids: new.service_ids,
            active: new.active,
            profile: new.profile,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        person.service_ids.sort_unstable();
        check(&person)?;
        retrying(|| async {
            let mut tx = self.db.write().await?;
            checks::dangling(
                staff::insert(&mut tx, by.business_id, &person).await,
                || Error::NotFound("business"),
            )?;
            relink(&mut tx, by.business_id, &[], &person).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(person)
    }

    pub async fn staff_member(&self, by: By, id: StaffId) -> Result<Staff> {
        let mut reader = self.db.read().await?;
        staff::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(Error::NotFound("staff member"))
    }

    /// A page of people, oldest first; `active` shows only those who are, or only those who are not.
    pub async fn staff(
        &self,
        by: By,
        active: Option<bool>,
        after: Option<StaffId>,
        limit: u32,
    ) -> Result<Vec<Staff>> {
        let mut reader = self.db.read().await?;
        Ok(staff::list(&mut reader, by.business_id, active, after, limit).await?)
    }

    /// Hours, services and `active` hold for new bookings; those that stand stay.
    pub async fn update_staff(
        &self,
        by: By,
        id: StaffId,
        expected: Option<i64>,
        patch: &StaffPatch,
    ) -> Result<Staff> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            staff::lock(&mut tx, by.business_id, &[id]).await?;
            let mut person = staff::get(&mut tx, by.business_id, id)
                .await?
                .ok_or(Error::NotFound("staff member"))?;
            checks::fresh(expected, person.version)?;
            let did = person.service_ids.clone();
            patch.apply(&mut person);
            check(&person)?;
            person.updated_at = self.clock.now();
            checks::written(staff::update(&mut tx, by.business_id, &person).await?)?;
            relink(&mut tx, by.business_id, &did, &person).await?;
            tx.commit().await?;
            person.version += 1;
            Ok(person)
        })
        .await
    }
}

/// A service shows who does it, so it is at a new version where that changes.
async fn relink(
    tx: &mut Tx,
    business: BusinessId,
    did: &[ServiceId],
    person: &Staff,
) -> Result<()> {
    let does = &person.service_ids;
    for service in does.iter().filter(|service| !did.contains(service)) {
        checks::dangling(
            staff_services::link(tx, business, person.id, *service).await,
            || Error::invalid("service_ids", format!("there is no service {service}")),
        )?;
        services::touch(tx, business, *service, person.updated_at).await?;
    }
    for service in did.iter().filter(|service| !does.contains(service)) {
        staff_services::unlink(tx, business, person.id, *service).await?;
        services::touch(tx, business, *service, person.updated_at).await?;
    }
    Ok(())
}

fn check(person: &Staff) -> Result<()> {
    checks::at_most("service_ids", person.service_ids.len(), MOST_SERVICES)?;
    checks::no_repeats("service_ids", &person.service_ids)?;
    let profile = &person.profile;
    checks::at_most("profile.languages", profile.languages.len(), MOST_LANGUAGES)?;
    checks::no_repeats("profile.languages", &profile.languages)?;
    if profile
        .experience_years
        .is_some_and(|years| years > LONGEST_EXPERIENCE)
    {
        return Err(Error::invalid(
            "profile.experience_years",
            format!("at most {LONGEST_EXPERIENCE}"),
        ));
    }
    Ok(())
}
