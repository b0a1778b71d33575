//! The people who book: entering, changing and finding them, what is worth knowing before they come, and forgetting them.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{By, Desk, Error, Result, checks, retrying};
use crate::{
    clock::Clock,
    domain::{
        Call, Customer, CustomerId, Email, Gender, HistoryEntry, HistoryEntryId, HistoryKind, Name,
        Note, OptOuts, PhoneNumber,
    },
    store::{customers, erasure},
};

pub use crate::store::customers::Filter as CustomerFilter;

const PREFERENCES_BYTES: usize = 16 * 1024;

#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    pub phone: PhoneNumber,
    pub name: Name,
    #[serde(default)]
    pub email: Option<Email>,
    #[serde(default)]
    pub gender: Option<Gender>,
    #[serde(default)]
    pub date_of_birth: Option<NaiveDate>,
    /// Free-form: preferred staff, time of day, language ...
    #[serde(default)]
    #[schema(value_type = Object)]
    pub preferences: Map<String, Value>,
    #[serde(default)]
    pub opt_outs: OptOuts,
}

impl NewCustomer {
    /// As much as a caller says.
    pub fn called(name: Name, phone: PhoneNumber) -> Self {
        Self {
            phone,
            name,
            email: None,
            gender: None,
            date_of_birth: None,
            preferences: Map::new(),
            opt_outs: OptOuts::default(),
        }
    }

    /// Not stored yet.
    pub(super) fn into_customer(self, clock: &Clock) -> Customer {
        let now = clock.now();
        Customer {
            id: CustomerId(clock.id()),
            phone: self.phone,
            name: self.name,
            email: self.email,
            gender: self.gender,
            date_of_birth: self.date_of_birth,
            preferences: self.preferences,
            opt_outs: self.opt_outs,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerPatch {
    pub phone: Option<PhoneNumber>,
    pub name: Option<Name>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Email>)]
    pub email: Option<Option<Email>>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<Gender>)]
    pub gender: Option<Option<Gender>>,
    #[serde(deserialize_with = "checks::clearable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub date_of_birth: Option<Option<NaiveDate>>,
    /// The whole of it: keys that are left out go.
    #[schema(value_type = Option<Object>)]
    pub preferences: Option<Map<String, Value>>,
    pub opt_outs: Option<OptOuts>,
}

impl CustomerPatch {
    fn apply(&self, customer: &mut Customer) {
        checks::set(&mut customer.phone, self.phone.as_ref());
        checks::set(&mut customer.name, self.name.as_ref());
        checks::set(&mut customer.email, self.email.as_ref());
        checks::set(&mut customer.gender, self.gender.as_ref());
        checks::set(&mut customer.date_of_birth, self.date_of_birth.as_ref());
        checks::set(&mut customer.preferences, self.preferences.as_ref());
        checks::set(&mut customer.opt_outs, self.opt_outs.as_ref());
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHistoryEntry {
    pub kind: HistoryKind,
    pub text: Note,
}

const NO_CUSTOMER: Error = Error::NotFound("customer");

impl Desk {
    pub async fn create_customer(&self, by: By, new: NewCustomer) -> Result<Customer> {
        let customer = new.into_customer(&self.clock);
        self.check_customer(&customer)?;
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let inserted = customers::insert(&mut tx, by.business_id, &customer).await;
            checks::dangling(inserted, || Error::NotFound("business"))?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(customer)
    }

    pub async fn customer(&self, by: By, id: CustomerId) -> Result<Customer> {
        let mut reader = self.db.read().await?;
        customers::get(&mut reader, by.business_id, id)
            .await?
            .ok_or(NO_CUSTOMER)
    }

    pub async fn customer_by_phone(&self, by: By, phone: &PhoneNumber) -> Result<Customer> {
        let mut reader = self.db.read().await?;
        customers::by_phone(&mut reader, by.business_id, phone)
            .await?
            .ok_or(NO_CUSTOMER)
    }

    /// A page of customers, oldest first.
    pub async fn customers(
        &self,
        by: By,
        filter: &CustomerFilter,
        after: Option<CustomerId>,
        limit: u32,
    ) -> Result<Vec<Customer>> {
        let mut reader = self.db.read().await?;
        Ok(customers::list(&mut reader, by.business_id, filter, after, limit).await?)
    }

    pub async fn update_customer(
        &self,
        by: By,
        id: CustomerId,
        expected: Option<i64>,
        patch: &CustomerPatch,
    ) -> Result<Customer> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let mut customer = customers::get(&mut tx, by.business_id, id)
                .await?
                .ok_or(NO_CUSTOMER)?;
            checks::fresh(expected, customer.version)?;
            patch.apply(&mut customer);
            self.check_customer(&customer)?;
            customer.updated_at = self.clock.now();
            checks::written(customers::update(&mut tx, by.business_id, &customer).await?)?;
            tx.commit().await?;
            customer.version += 1;
            Ok(customer)
        })
        .await
    }

    /// Takes the customer out of every table. Refused while an appointment is still to come: somebody would wait for nobody; and
    /// while they are on the phone, which would write them down again.
    pub async fn erase_customer(
        &self,
        by: By,
        id: CustomerId,
        expected: Option<i64>,
    ) -> Result<()> {
        retrying(|| async {
            let now = self.clock.now();
            let mut tx = self.db.write().await?;
            erasure::lock_calls(&mut tx, by.business_id, id).await?;
            if !customers::lock(&mut tx, by.business_id, id).await? {
                return Err(NO_CUSTOMER);
            }
            if let Some(customer) = customers::get(&mut tx, by.business_id, id).await? {
                checks::fresh(expected, customer.version)?;
            }
            if erasure::open_bookings(&mut tx, by.business_id, id, now).await? > 0 {
                return Err(Error::refused(
                    "has_upcoming_bookings",
                    "this customer has bookings still to come: cancel them first",
                ));
            }
            let since = now - Call::LOST_AFTER;
            if erasure::calls_in_progress(&mut tx, by.business_id, id, since).await? > 0 {
                return Err(Error::refused(
                    "is_on_the_phone",
                    "this customer is on the phone: wait until the call has ended",
                ));
            }
            erasure::erase(&mut tx, by.business_id, id, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    pub async fn add_history(
        &self,
        by: By,
        customer_id: CustomerId,
        new: NewHistoryEntry,
    ) -> Result<HistoryEntry> {
        let entry = HistoryEntry {
            id: HistoryEntryId(self.clock.id()),
            customer_id,
            kind: new.kind,
            text: new.text,
            recorded_at: self.clock.now(),
        };
        retrying(|| async {
            let mut tx = self.db.write().await?;
            let inserted = customers::insert_history(&mut tx, by.business_id, &entry).await;
            checks::dangling(inserted, || NO_CUSTOMER)?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(entry)
    }

    /// A page of what is known about a customer, oldest first.
    pub async fn history(
        &self,
        by: By,
        customer_id: CustomerId,
        after: Option<HistoryEntryId>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>> {
        let mut reader = self.db.read().await?;
        customers::get(&mut reader, by.business_id, customer_id)
            .await?
            .ok_or(NO_CUSTOMER)?;
        Ok(customers::history(&mut reader, by.business_id, customer_id, after, limit).await?)
    }

    pub async fn remove_history(
        &self,
        by: By,
        customer_id: CustomerId,
        id: HistoryEntryId,
    ) -> Result<()> {
        retrying(|| async {
            let mut tx = self.db.write().await?;
            if !customers::remove_history(&mut tx, by.business_id, customer_id, id).await? {
                return Err(Error::NotFound("history entry"));
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    fn check_customer(&self, customer: &Customer) -> Result<()> {
        if let Some(born) = customer.date_of_birth {
            checks::plausible("date_of_birth", born)?;
            if born > self.clock.now().date_naive() {
                return Err(Error::invalid("date_of_birth", "is still to come"));
            }
        }
        checks::json_object("preferences", &customer.preferences, PREFERENCES_BYTES)
    }
}
