//! How often somebody may come: per credential, per address where there is none, and per address and e-mail at the login.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue};
use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, QuantaInstant},
    middleware::{StateInformationMiddleware, StateSnapshot},
};
use uuid::Uuid;

use super::Error;
use crate::domain::Email;

/// Guesses at a password that one address has at once, and then one more for each of these.
const GUESSES: NonZeroU32 = NonZeroU32::new(10).unwrap();
const BETWEEN_GUESSES: Duration = Duration::from_secs(30);
/// After so many requests, those who have not come for a while are forgotten.
const SWEEP_EVERY: u32 = 1024;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Credential(Uuid),
    Address(IpAddr),
}

#[derive(Debug)]
pub(super) struct Limits {
    a_minute: NonZeroU32,
    requests: DefaultKeyedRateLimiter<Subject, StateInformationMiddleware>,
    logins: DefaultKeyedRateLimiter<(IpAddr, Email)>,
    count: AtomicU32,
}

impl Limits {
    pub(super) fn new(a_minute: NonZeroU32) -> Self {
        let guesses = Quota::with_period(BETWEEN_GUESSES).unwrap_or(Quota::per_minute(GUESSES));
        Self {
            a_minute,
            requests: RateLimiter::keyed(Quota::per_minute(a_minute))
                .with_middleware::<StateInformationMiddleware>(),
            logins: RateLimiter::keyed(guesses.allow_burst(GUESSES)),
            count: AtomicU32::new(0),
        }
    }

    /// How many more may come now.
    pub(super) fn request(&self, subject: &Subject) -> Result<u32, Error> {
        if self
            .count
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(SWEEP_EVERY)
        {
            self.requests.retain_recent();
            self.logins.retain_recent();
        }
        self.requests
            .check_key(subject)
            .map(|state: StateSnapshot| state.remaining_burst_capacity())
            .map_err(|until| too_many(&until, self.requests.clock().now()))
    }

    pub(super) fn login(&self, address: IpAddr, email: &Email) -> Result<(), Error> {
        self.logins
            .check_key(&(address, email.clone()))
            .map_err(|until| too_many(&until, self.logins.clock().now()))
    }

    pub(super) fn tell(&self, headers: &mut HeaderMap, remaining: u32) {
        let policy = format!("\"default\";q={};w=60", self.a_minute);
        let state = format!("\"default\";r={remaining}");
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

fn too_many(until: &NotUntil<QuantaInstant>, now: QuantaInstant) -> Error {
    let wait = until.wait_time_from(now);
    Error::TooMany {
        retry_after: wait.as_secs() + 1,
    }
}

/// A household has a whole /64 of IPv6, so it counts as one.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_too_often_is_told_how_long_to_wait() {
        let limits = Limits::new(NonZeroU32::new(2).unwrap());
        let one = Subject::Credential(Uuid::from_u128(1));
        assert_eq!(limits.request(&one).unwrap(), 1);
        assert_eq!(limits.request(&one).unwrap(), 0);
        let Err(Error::TooMany { retry_after }) = limits.request(&one) else {
            panic!("the third of two");
        };
        assert!((1..=31).contains(&retry_after), "{retry_after}");
        assert!(
            limits
                .request(&Subject::Credential(Uuid::from_u128(2)))
                .is_ok()
        );
    }

    #[test]
    fn guesses_at_one_password_run_out_and_other_people_still_come_in() {
        let limits = Limits::new(NonZeroU32::new(1000).unwrap());
        let home = IpAddr::from([192, 0, 2, 1]);
        let email = Email::new("owner@example.com").unwrap();
        for _ in 0..GUESSES.get() {
            limits.login(home, &email).unwrap();
        }
        assert!(limits.login(home, &email).is_err());
        assert!(
            limits
                .login(home, &Email::new("other@example.com").unwrap())
                .is_ok()
        );
        assert!(limits.login(IpAddr::from([192, 0, 2, 2]), &email).is_ok());
    }

    #[test]
    fn a_household_is_one_address() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::4"), of("2001:db8:1:3::4"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
