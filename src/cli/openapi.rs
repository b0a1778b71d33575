//! `ringbook openapi`: prints the API's document, for generators of clients.

use anyhow::Context;

use super::say;
use crate::web;

pub(super) fn run() -> anyhow::Result<()> {
    let document = web::openapi()
        .to_pretty_json()
        .context("the document can't be written")?;
    Ok(say(document)?)
}
