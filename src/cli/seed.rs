//! `ringbook seed`: the demo business, or a database that is large enough to measure with.

mod bulk;
mod demo;
mod generate;

use clap::Args;
use demo::Demo;

use super::say;
use crate::{
    app,
    clock::Clock,
    config::Config,
    desk::{By, Desk, Invitation},
    domain::{Actor, Email, Name, Role},
    store::{Db, businesses},
};

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
        plant_demo(config, &db, &clock).await?;
    }
    db.close().await;
    Ok(())
}

/// On this machine alone, so that whoever tries the program has somebody to call.
pub(super) async fn plant_demo_if_empty(
    config: &Config,
    db: &Db,
    clock: &Clock,
) -> anyhow::Result<()> {
    let is_empty = businesses::ids(&mut db.read().await?, None, 1)
        .await?
        .is_empty();
    if is_empty && config.is_local() {
        plant_demo(config, db, clock).await?;
    }
    Ok(())
}

/// The demo business, and where only this machine reaches the server, someone who may log in to it. Their password is shown this once.
async fn plant_demo(config: &Config, db: &Db, clock: &Clock) -> anyhow::Result<()> {
    let demo = Demo::read(clock)?;
    let name = &demo.business.name;
    if !demo.plant(db).await? {
        return Ok(say(format_args!("{name} was there already."))?);
    }
    say(format_args!(
        "{name} is there, with {} people and {} services.",
        demo.staff.len(),
        demo.services.len()
    ))?;
    if !config.is_local() {
        return Ok(say("`ringbook user add` lets somebody log in to it.")?);
    }
    let owner = Invitation {
        email: Email::new("owner@example.com")?,
        name: Name::new("Demo owner")?,
        role: Role::Owner,
        password: None,
    };
    let by = By {
        business_id: demo.business.id,
        actor: Actor::SYSTEM,
    };
    let invited = Desk::new(db.clone(), clock.clone())
        .invite(by, &owner)
        .await?;
    if let Some(password) = invited.password {
        say(format_args!(
            "Log in as {} with the password {}",
            owner.email.as_str(),
            password.expose()
        ))?;
    }
    Ok(())
}
