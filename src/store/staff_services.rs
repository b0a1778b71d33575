//! The table `staff_services`: who does what. It belongs to both sides, so it stands by itself.

use std::ops::RangeInclusive;

use uuid::Uuid;

use super::{Reader, Result, Tx, on};
use crate::domain::{BusinessId, ServiceId, StaffId};

pub async fn services_of(
    reader: &mut Reader,
    business: BusinessId,
    id: StaffId,
) -> Result<Vec<ServiceId>> {
    let links = of_staff(reader, business, id..=id).await?;
    Ok(links.into_iter().map(|(_, service)| service).collect())
}

pub async fn staff_of(
    reader: &mut Reader,
    business: BusinessId,
    id: ServiceId,
) -> Result<Vec<StaffId>> {
    let links = of_services(reader, business, id..=id).await?;
    Ok(links.into_iter().map(|(_, staff)| staff).collect())
}

/// What everyone does whose id lies in the range: one question for a page of people.
pub async fn of_staff(
    reader: &mut Reader,
    business: BusinessId,
    ids: RangeInclusive<StaffId>,
) -> Result<Vec<(StaffId, ServiceId)>> {
    let sql = "select staff_id, service_id from staff_services
               where business_id = $1 and staff_id >= $2 and staff_id <= $3
               order by staff_id, service_id";
    let rows: Vec<(Uuid, Uuid)> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(ids.start().0).bind(ids.end().0).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(staff, service)| (StaffId(staff), ServiceId(service)))
        .collect())
}

/// Who does every service whose id lies in the range.
pub async fn of_services(
    reader: &mut Reader,
    business: BusinessId,
    ids: RangeInclusive<ServiceId>,
) -> Result<Vec<(ServiceId, StaffId)>> {
    let sql = "select service_id, staff_id from staff_services
               where business_id = $1 and service_id >= $2 and service_id <= $3
               order by service_id, staff_id";
    let rows: Vec<(Uuid, Uuid)> = on!(reader, c => sqlx::query_as(sql)
        .bind(business.0).bind(ids.start().0).bind(ids.end().0).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(service, staff)| (ServiceId(service), StaffId(staff)))
        .collect())
}

/// [`super::Error::Dangling`] when this business has no such person or service.
pub async fn link(
    tx: &mut Tx,
    business: BusinessId,
    staff_id: StaffId,
    service_id: ServiceId,
) -> Result<()> {
    let sql = "insert into staff_services (business_id, staff_id, service_id) values ($1, $2, $3)
               on conflict (business_id, staff_id, service_id) do nothing";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(staff_id.0).bind(service_id.0).execute(c).await.map(drop))?;
    Ok(())
}

pub async fn unlink(
    tx: &mut Tx,
    business: BusinessId,
    staff_id: StaffId,
    service_id: ServiceId,
) -> Result<()> {
    let sql = "delete from staff_services
               where business_id = $1 and staff_id = $2 and service_id = $3";
    on!(tx, c => sqlx::query(sql)
        .bind(business.0).bind(staff_id.0).bind(service_id.0).execute(c).await.map(drop))?;
    Ok(())
}
