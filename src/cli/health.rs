//! `ringbook health`: asks the server on this machine whether it answers; for container platforms, which have no curl.

use std::{net::IpAddr, time::Duration};

use anyhow::Context;

use super::say;
use crate::config::Config;

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let mut address = config.listen;
    address.set_ip(match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => [127, 0, 0, 1].into(),
        IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    });
    let url = format!("http://{address}/health");
    reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        // The server asked is this machine's own, whatever proxy the environment names.
        .no_proxy()
        .build()?
        .get(&url)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .with_context(|| format!("{url} does not answer well"))?;
    say("ok")?;
    Ok(())
}
