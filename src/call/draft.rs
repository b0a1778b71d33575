//! What the caller has said so far about the booking they want.
//!
//! PURE, and serialisable: a call that lost its machine starts again from this.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{Name, PhoneNumber, ServiceId, StaffId},
    language::{Dates, Times},
};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    pub service: Option<ServiceId>,
    pub who: Option<StaffWish>,
    pub wish: Wish,
    /// Who comes.
    pub name: Option<Name>,
    pub phone: Option<PhoneNumber>,
    /// Not the caller, but somebody they book for.
    pub for_other: bool,
}

/// Whom the caller wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffWish {
    Anyone,
    Is(StaffId),
    AnyoneBut(StaffId),
}

/// When the caller wants to come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    pub dates: Option<Dates>,
    pub times: Option<Times>,
    /// Days that the caller ruled out.
    pub not_on: Vec<NaiveDate>,
}
