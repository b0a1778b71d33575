//! `ringbook seed`: the demo business, or a database that is large enough to measure with.

mod bulk;
mod demo;
mod generate;

use clap::Args;

pub(super) use demo::Demo;

use super::say;
use crate::{app, clock::Clock, config::Config};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Make this many bookings to measure with, in businesses of their own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    bookings: Option<u64>,

    /// How many businesses share the bookings [default: one for each 200,000 of them]
    #[arg(long, value_name = "N", requires = "bookings", value_parser = clap::value_parser!(u64).range(1..))]
    businesses: Option<u64>,

    /// People in each of these businesses
    #[arg(long, value_name = "N", requires = "bookings", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    staff: u32,

    /// Days over which the bookings are spread, half of them past
    #[arg(long, value_name = "N", requires = "bookings", default_value_t = 730,
          value_parser = clap::value_parser!(u32).range(2..=7300))]
    days: u32,

    /// Another number makes other bookings; the same one, the same
    #[arg(long, value_name = "N", requires = "bookings", default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let clock = Clock::system();
    let db = app::open(config).await?;
    if let Some(bookings) = options.bookings {
        bulk::plant(&db, &clock, options, bookings).await?;
    } else {
        let demo = Demo::read(&clock)?;
        let name = &demo.business.name;
        if demo.plant(&db).await? {
            say(format_args!(
                "{name} is there, with {} people and {} services.",
                demo.staff.len(),
                demo.services.len()
            ))?;
        } else {
            say(format_args!("{name} was there already."))?;
        }
    }
    db.close().await;
    Ok(())
}
