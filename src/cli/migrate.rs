//! `ringbook migrate`: brings the database up to date, and stops.

use crate::config::Config;

pub(super) async fn run(_config: &Config) -> anyhow::Result<()> {
    anyhow::bail!("not wired yet")
}
