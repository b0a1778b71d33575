//! Setting up what is booked. No service is deleted, because bookings refer to it: one that is not offered any more is made inactive.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    domain::{BusinessId, Money, Name, Service, ServiceId, StaffId},
    store::{Tx, services, staff, staff_services},
};

const MOST_ALIASES: usize = 30;
const MOST_STAFF: usize = 1000;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    pub name: Name,
    /// Other words that callers use for it.
    #[serde(default)]
    pub aliases: Vec<Name>,
    #[schema(minimum = 5, maximum = 1440)]
    pub duration_minutes: u32,
    #[serde(default)]
    #[schema(maximum = 480)]
    pub buffer_before_minutes: u32,
    #[serde(default)]
    #[schema(maximum = 480)]
    pub buffer_after_minutes: u32,
    #[serde(default)]
    pub price: Option<Money>,
    #[serde(default)]
    pub staff_ids: Vec<StaffId>,
    #[serde(default = "active")]
    pub active: bool,
}

fn active() -> bool {
    true
}

/// What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServicePatch {
    pub name: Option<Name>,
    pub aliases: Option<Vec<Name>>,
    #[schema(minimum = 5, maximum = 1440)]
    pub duration_minutes: Option<u32>,
    #[schema(maximum = 480)]
    pub buffer_before_minutes: Option<u32>,
    #[schema(maximum = 480)]
    pub buffer_after_minutes: Option<u32>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Money>)]
    pub price: Option<Option<Money>>,
    pub staff_ids: Option<Vec<StaffId>>,
    pub active: Option<bool>,
}

impl ServicePatch {
    fn apply(&self, service: &mut Service) {
        checks::set(&mut service.name, self.name.as_ref());
        checks::set(&mut service.aliases, self.aliases.as_ref());
        checks::set(
            &mut service.duration_minutes,
            self.duration_minutes.as_ref(),
        );
        checks::set(
            &mut service.buffer_before_minutes,
            self.buffer_before_minutes.as_ref(),
        );
        checks::set(
            &mut service.buffer_after_minutes,
            self.buffer_after_minutes.as_ref(),
        );
        checks::set(&mut service.price, self.price.as_ref());
        checks::set(&mut service.staff_ids, self.staff_ids.as_ref());
        checks::set(&mut service.active, self.active.as_ref());
        service.staff_ids.sort_unstable();
    }
}

impl Desk {
    pub async fn create_service(&self, by: By, new: NewService) -> Result<Service> {
        let now = self.clock.now();
        let mut service = Service {
            id: ServiceId(self.clock.id()),
            name: new.name,
            aliases: new.aliases,
            duration_minutes: new.duration_minutes,
            buffer_before_minutes: new.buffer_before_minutes,
            buffer_after_minutes: new.buffer_after_minutes,
            price: new.price,
            staff_ids: new.staff_ids,
            active: new.active,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        service.staff_ids.sort_unstable();
        check(&service)?;
        retrying(|| async {
            let mut tx = self.db.write().await?;
            checks::dangling(
                services::insert(&mut tx, by.business_id, &service).await,
                || Error::NotFound("business"),
            )?;
            relink(&mut tx, by.business_id, &[], &service).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(service)
    }

    pub async fn service(&self, by: By, id: ServiceId) -> Result<Service> {
        let mut reader = self.db.read().await?;
        services::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(Error::NotFound("service"))
    }

    /// A page of services, oldest first; `active` shows only those that are, or only those that are not.
    pub async fn services(
        &self,
        by: By,
        active: Option<bool>,
        after: Option<ServiceId>,
        limit: u32,
    ) -> Result<Vec<Service>> {
        let mut reader = self.db.read().await?;
        Ok(services::list(&mut reader, by.business_id, active, after, limit).await?)
    }

    /// Duration, buffers and price hold for new bookings; those that stand stay.
    pub async fn update_service(
        &self,
        by: By,
        id: ServiceId,
        expected: Option<i64>,
        patch: &ServicePatch,
    ) -> Result<Service> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let mut service = services::get(&mut tx, by.business_id, id)
                .await?
                .ok_or(Error::NotFound("service"))?;
            checks::fresh(expected, service.version)?;
            let did = service.staff_ids.clone();
            patch.apply(&mut service);
            check(&service)?;
            service.updated_at = self.clock.now();
            relink(&mut tx, by.business_id, &did, &service).await?;
            checks::written(services::update(&mut tx, by.business_id, &service).await?)?;
            tx.commit().await?;
            service.version += 1;
            Ok(service)
        })
        .await
    }
}

/// A person shows what they do, so they are at a new version where that changes. Their rows come first, as for every writer.
async fn relink(
    tx: &mut Tx,
    business: BusinessId,
    did: &[StaffId],
    service: &Service,
) -> Result<()> {
    let does = &service.staff_ids;
    let added: Vec<StaffId> = difference(does, did);
    let removed: Vec<StaffId> = difference(did, does);
    let changed = [added.as_slice(), removed.as_slice()].concat();
    staff::lock(tx, business, &changed).await?;
    for person in added {
        checks::dangling(
            staff_services::link(tx, business, person, service.id).await,
            || Error::invalid("staff_ids", format!("there is no staff member {person}")),
        )?;
    }
    for person in removed {
        staff_services::unlink(tx, business, person, service.id).await?;
    }
    for person in changed {
        staff::touch(tx, business, person, service.updated_at).await?;
    }
    Ok(())
}

fn difference(these: &[StaffId], without: &[StaffId]) -> Vec<StaffId> {
    these
        .iter()
        .copied()
        .filter(|id| !without.contains(id))
        .collect()
}

fn check(service: &Service) -> Result<()> {
    let (before, after) = (service.buffer_before_minutes, service.buffer_after_minutes);
    let times = [
        ("duration_minutes", service.duration_minutes, 0, 0),
        (
            "buffer_before_minutes",
            *Service::DURATIONS.start(),
            before,
            0,
        ),
        (
            "buffer_after_minutes",
            *Service::DURATIONS.start(),
            0,
            after,
        ),
    ];
    for (field, duration, before, after) in times {
        Service::check_times(duration, before, after)
            .map_err(|why| Error::invalid(field, why.to_string()))?;
    }
    checks::at_most("aliases", service.aliases.len(), MOST_ALIASES)?;
    let spoken = std::iter::once(&service.name).chain(&service.aliases);
    checks::no_repeats("aliases", spoken.map(|name| name.to_lowercase()))?;
    checks::at_most("staff_ids", service.staff_ids.len(), MOST_STAFF)?;
    checks::no_repeats("staff_ids", &service.staff_ids)
}
