//! What a caller left for the owner.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{CallId, MessageId, Name, Note, PhoneNumber};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Message {
    pub id: MessageId,
    /// The call in which it was left.
    pub call_id: Option<CallId>,
    pub name: Option<Name>,
    /// The number to ring back.
    pub phone: Option<PhoneNumber>,
    pub text: Note,
    /// Since when nobody has to do anything about it any more.
    pub done_at: Option<DateTime<Utc>>,
    /// Grows by one with each change; the `ETag` of the API.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
