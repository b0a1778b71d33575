//! What a person or a key may do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ApiKeyId, BusinessId, Email, Name, UserId, words};

/// A person who works for a business, as that business sees them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Member {
    pub user_id: UserId,
    pub email: Email,
    pub name: Name,
    pub role: Role,
    /// Grows with each change of the person or of their role; the `ETag` of the API.
    pub version: i64,
    pub since: DateTime<Utc>,
}

/// A business that a person works for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Membership {
    pub business_id: BusinessId,
    pub business_name: Name,
    pub role: Role,
    pub since: DateTime<Utc>,
}

/// What a program shows instead of a login. The key itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ApiKey {
    pub id: ApiKeyId,
    /// What it is for.
    pub name: Name,
    pub scopes: BTreeSet<Scope>,
    pub created_at: DateTime<Utc>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<DateTime<Utc>>,
}

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
    /// See everything but users, keys and the journals of calls.
    Read,
    /// Make and change bookings, customers and absences; settle messages.
    Book,
    /// Change the business, its staff and its services; retry jobs.
    Manage,
    /// Users and keys, the journals of calls, and erasing a customer's data.
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
