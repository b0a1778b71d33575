//! `ringbook key`: makes keys.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{business, say};
use crate::{
    app,
    clock::Clock,
    config::{Config, secret},
    desk::{By, Desk},
    domain::{Actor, BusinessId, Name, Role, Scope},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a fresh key for `SECRET_KEY`
    Secret,
    /// Make a key for a program that uses the API, and print it this once
    Api(Api),
}

#[derive(Debug, Args)]
pub(super) struct Api {
    /// What it is for
    #[arg(long, value_parser = business::name)]
    name: Name,
    /// What it may do: read, book, manage, admin, with commas between them
    #[arg(
        long,
        value_name = "SCOPE,…",
        value_delimiter = ',',
        default_value = "read,book"
    )]
    scopes: Vec<Scope>,
    /// Which business [default: the only one there is]
    #[arg(long, value_name = "ID")]
    business: Option<BusinessId>,
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Secret => say(secret::text_of(&Clock::system().random()))?,
        Command::Api(api) => {
            let db = app::open(config).await?;
            let by = By {
                business_id: business::chosen(&db, api.business).await?,
                actor: Actor::SYSTEM,
            };
            let everything = Role::Owner.scopes().iter().copied().collect();
            let scopes = api.scopes.into_iter().collect();
            let desk = Desk::new(db.clone(), Clock::system());
            let (_, key) = desk.make_key(by, &everything, api.name, scopes).await?;
            say(key.expose_secret())?;
            db.close().await;
        }
    }
    Ok(())
}
