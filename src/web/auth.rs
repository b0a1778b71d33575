//! Who is asking, and what they may do.
//!
//! A request shows an access token or an API key. Whose it is, is found out once, in [`identify`], which also counts the request
//! against its credential. What a handler demands is the type of its first argument: [`CanRead`], [`CanBook`], [`CanManage`],
//! [`CanAdmin`]; so nobody without it gets as far as having their body read.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    AppState, Error,
    limits::{Subject, neighbourhood},
};
use crate::{
    desk::By,
    domain::{Actor, ActorKind, ApiKeyId, Scope, SessionId, Source, UserId},
    scheduling::Who,
};

pub(super) const API_KEY_HEADER: &str = "x-api-key";

/// Somebody we know.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub by: By,
    pub scopes: BTreeSet<Scope>,
    pub holder: Holder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Person { user: UserId, session: SessionId },
    Key(ApiKeyId),
}

impl Caller {
    /// People act by their own hand; a program acts for a customer, whom every rule binds.
    pub(super) fn who(&self) -> Who {
        match self.holder {
            Holder::Person { .. } => Who::Owner,
            Holder::Key(_) => Who::Customer,
        }
    }

    pub(super) fn source(&self) -> Source {
        match self.holder {
            Holder::Person { .. } => Source::Admin,
            Holder::Key(_) => Source::Api,
        }
    }

    fn subject(&self) -> Subject {
        Subject::Credential(match self.holder {
            Holder::Person { session, .. } => session.0,
            Holder::Key(id) => id.0,
        })
    }
}

/// What came of looking at a request's credential.
#[derive(Debug, Clone)]
enum Identity {
    Nobody,
    Unknown(&'static str),
    Known(Caller),
}

/// Finds out who is asking and lets nobody ask too often. Before the handler, around every route of the API.
pub(super) async fn identify(
    State(app): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let identity = match app.look_at(request.headers()).await {
        Ok(identity) => identity,
        Err(error) => return error.into_response(),
    };
    let subject = match &identity {
        Identity::Known(caller) => caller.subject(),
        Identity::Nobody | Identity::Unknown(_) => {
            Subject::Address(app.address(request.headers(), request.extensions()))
        }
    };
    let (mut response, remaining) = match app.limits.request(&subject) {
        Ok(remaining) => {
            request.extensions_mut().insert(identity);
            (next.run(request).await, remaining)
        }
        Err(error) => (error.into_response(), 0),
    };
    app.limits.tell(response.headers_mut(), remaining);
    response
}

impl AppState {
    async fn look_at(&self, headers: &HeaderMap) -> Result<Identity, Error> {
        match (
            headers.get(header::AUTHORIZATION),
            headers.get(API_KEY_HEADER),
        ) {
            (None, None) => Ok(Identity::Nobody),
            (Some(_), Some(_)) => Ok(Identity::Unknown("there are two: send only one")),
            (Some(value), None) => {
                let text = value.to_str().unwrap_or_default();
                match text.split_once(' ') {
                    Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                        self.person(token.trim()).await
                    }
                    _ => Ok(Identity::Unknown(
                        "`Authorization` must be `Bearer` and an access token",
                    )),
                }
            }
            (None, Some(key)) => self.program(key.to_str().unwrap_or_default()).await,
        }
    }

    async fn person(&self, token: &str) -> Result<Identity, Error> {
        let claims = match self.tokens.read(token, self.clock.now()) {
            Ok(claims) => claims,
            Err(why) => return Ok(Identity::Unknown(why)),
        };
        Ok(match self.desk.role_now(claims.sid, claims.bid).await? {
            None => Identity::Unknown(
                "the session is over, or you don't work for this business any more",
            ),
            Some(role) => Identity::Known(Caller {
                by: By {
                    business_id: claims.bid,
                    actor: Actor::new(ActorKind::User, claims.sub.0),
                },
                scopes: role.scopes().iter().copied().collect(),
                holder: Holder::Person {
                    user: claims.sub,
                    session: claims.sid,
                },
            }),
        })
    }

    async fn program(&self, key: &str) -> Result<Identity, Error> {
        Ok(match self.desk.holder_of_key(key).await? {
            Some((id, by, scopes)) => Identity::Known(Caller {
                by,
                scopes,
                holder: Holder::Key(id),
            }),
            None => Identity::Unknown("the API key is unknown or revoked"),
        })
    }

    /// The address that counts: our peer's, or behind a proxy the one that the proxy says.
    pub(super) fn address(&self, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
        let told = self.address_header.as_ref().and_then(|name| {
            let list = headers.get(name)?.to_str().ok()?;
            // A proxy adds what it sees at the end; whatever stands before it came from outside.
            list.rsplit(',').next()?.trim().parse().ok()
        });
        let peer = || {
            extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map(|peer| peer.0.ip())
        };
        neighbourhood(
            told.or_else(peer)
                .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        )
    }
}

fn demand(parts: &Parts, scope: Scope) -> Result<Caller, Error> {
    match parts.extensions.get::<Identity>() {
        Some(Identity::Known(caller)) if caller.scopes.contains(&scope) => Ok(caller.clone()),
        Some(Identity::Known(_)) => Err(Error::Scope(scope)),
        Some(Identity::Unknown(why)) => Err(Error::BadCredential(why)),
        Some(Identity::Nobody) | None => Err(Error::NoCredential),
    }
}

macro_rules! can {
    ($($(#[$doc:meta])* $name:ident = $scope:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name(pub(super) Caller);

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
                demand(parts, Scope::$scope).map(Self)
            }
        }
    )+};
}

can! {
    /// A caller who may see.
    CanRead = Read;
    /// A caller who may make and change bookings, customers and absences.
    CanBook = Book;
    /// A caller who may change the business, its staff and its services.
    CanManage = Manage;
    /// A caller who may do what only owners may.
    CanAdmin = Admin;
}

/// A caller who is a person, whatever they may do.
#[derive(Debug)]
pub(super) struct Person {
    pub caller: Caller,
    pub user: UserId,
    pub session: SessionId,
}

impl<S: Sync> FromRequestParts<S> for Person {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let caller = demand(parts, Scope::Read)?;
        match caller.holder {
            Holder::Person { user, session } => Ok(Self {
                caller,
                user,
                session,
            }),
            Holder::Key(_) => Err(Error::PeopleOnly),
        }
    }
}
