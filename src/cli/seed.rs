//! `ringbook seed`.
use crate::config::Config;
use clap::Args;
#[derive(Debug, Args)]
pub(super) struct Options {}
pub(super) async fn run(_c: &Config, _o: &Options) -> anyhow::Result<()> {
    Ok(())
}
