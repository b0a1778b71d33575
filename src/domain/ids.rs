//! One type per kind of id, so that a staff id can't be passed where a service id is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Invalid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| Invalid::new("an id is a UUID, as the API returned it"))
            }
        }
    };
}

id!(
    /// A tenant.
    BusinessId
);
id!(StaffId);
id!(ServiceId);
id!(CustomerId);
id!(HistoryEntryId);
id!(BookingId);
id!(ChangeId);
id!(LeaveId);
id!(ClosureId);
id!(ExceptionId);
id!(BlockId);
id!(JobId);
id!(TextId);
id!(UserId);
id!(ApiKeyId);
id!(
    /// One login on one device: every refresh token it was ever given belongs to it.
    SessionId
);
id!(
    /// A link to a calendar account.
    ConnectionId
);
id!(CallId);
id!(
    /// What a caller left for the owner.
    MessageId
);
