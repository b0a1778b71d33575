//! `ringbook user`: people who may log in, for whoever runs the program: the first owner, and the one who forgot a password.

use clap::{Args, Subcommand};

use super::{business, say};
use crate::{
    app,
    clock::Clock,
    config::Config,
    desk::{By, Desk, Invitation, Password},
    domain::{Actor, BusinessId, Email, Name, Role},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let a person log in to a business; prints the password of a new one
    Add(Add),
    /// Give a person a new password, print it, and end all their logins
    Password {
        #[arg(long)]
        /// The address they log in with
        email: Email,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The address to log in with
    #[arg(long)]
    email: Email,
    /// What they are called
    #[arg(long, value_parser = business::name)]
    name: Name,
    /// owner, staff or viewer
    #[arg(long, default_value = "owner")]
    role: Role,
    /// Which business [default: the only one there is]
    #[arg(long, value_name = "ID")]
    business: Option<BusinessId>,
}

pub(super) async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let db = app::open(config).await?;
    let clock = Clock::system();
    let desk = Desk::new(db.clone(), clock.clone());
    match command {
        Command::Add(add) => {
            let by = By {
                business_id: business::chosen(&db, add.business).await?,
                actor: Actor::SYSTEM,
            };
            let invitation = Invitation {
                email: add.email,
                name: add.name,
                role: add.role,
                password: None,
            };
            match desk.invite(by, &invitation).await?.password {
                Some(password) => say(format_args!("Password: {}", password.expose()))?,
                None => say("They have a login already, and keep their password.")?,
            }
        }
        Command::Password { email } => {
            let password = Password::made_up(&clock);
            desk.set_password(&email, &password).await?;
            say(format_args!("Password: {}", password.expose()))?;
        }
    }
    db.close().await;
    Ok(())
}
