//! An address for this machine alone, unless somebody says otherwise: a port is enough.

use std::{
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateAddress(pub SocketAddr);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("it looks like 9464 or 10.0.0.5:9464")]
pub struct BadAddress;

impl FromStr for PrivateAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let address = match text.trim().parse::<u16>() {
            Ok(port) => (Ipv4Addr::LOCALHOST, port).into(),
            Err(_) => text.trim().parse().map_err(|_| BadAddress)?,
        };
        Ok(Self(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<String> {
        let read: Result<PrivateAddress, _> = text.parse();
        read.ok().map(|PrivateAddress(address)| address.to_string())
    }

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        assert_eq!(address("9464").as_deref(), Some("127.0.0.1:9464"));
        assert_eq!(address("10.0.0.5:9464").as_deref(), Some("10.0.0.5:9464"));
        assert_eq!(address("[::1]:9464").as_deref(), Some("[::1]:9464"));
        for bad in ["", "70000", "example.com:9464", ":9464"] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }
}
