//! What a person or a key may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;

/// A person's place in a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Staff,
    Viewer,
}

words!(Role { Owner = "owner", Staff = "staff", Viewer = "viewer" });

/// One thing that a credential may do. A person's role stands for a set of these; an API key lists its own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See everything but users and keys.
    Read,
    /// Make and change bookings, customers and absences.
    Book,
    /// Change the business, its staff and its services; retry jobs.
    Manage,
    /// Users and keys, and erasing a customer's data.
    Admin,
}

words!(Scope { Read = "read", Book = "book", Manage = "manage", Admin = "admin" });

impl Role {
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Owner => &[Scope::Read, Scope::Book, Scope::Manage, Scope::Admin],
            Self::Staff => &[Scope::Read, Scope::Book],
            Self::Viewer => &[Scope::Read],
        }
    }
}
