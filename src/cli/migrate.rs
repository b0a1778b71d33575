//! `ringbook migrate`: brings the database up to date, and stops.

use std::time::Duration;

use anyhow::Context;

use super::{say, spinner};
use crate::{app, config::Config};

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let (connect, db) = app::open_as_it_is(config).await?;
    let before = db.migrations().await?;
    let waiting = spinner("bringing the database up to date");
    waiting.enable_steady_tick(Duration::from_millis(100));
    db.migrate(&connect)
        .await
        .context("the database can't be brought up to date")?;
    waiting.finish_and_clear();
    db.close().await;
    match before.pending.len() {
        0 => say("The database was up to date.")?,
        1 => say("The database is up to date: 1 migration was applied.")?,
        n => say(format_args!(
            "The database is up to date: {n} migrations were applied."
        ))?,
    }
    Ok(())
}
