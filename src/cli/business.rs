//! Which business a command means.

use anyhow::bail;

use crate::{
    domain::{BusinessId, Invalid, Name},
    store::{Db, businesses},
};

/// The one that was named, or the only one there is.
pub(super) async fn chosen(db: &Db, named: Option<BusinessId>) -> anyhow::Result<BusinessId> {
    const SHOWN: u32 = 20;
    let mut reader = db.read().await?;
    if let Some(id) = named {
        return match businesses::get(&mut reader, id).await? {
            Some(_) => Ok(id),
            None => bail!("there is no business {id}"),
        };
    }
    match *businesses::ids(&mut reader, None, SHOWN).await? {
        [] => bail!("there is no business yet; `ringbook seed` makes the demo business"),
        [only] => Ok(only),
        ref several => {
            let mut lines = Vec::new();
            for id in several {
                let business = businesses::get(&mut reader, *id).await?;
                let name = business.map(|b| b.name.to_string()).unwrap_or_default();
                lines.push(format!("{id}  {name}"));
            }
            bail!(
                "there are several businesses; say which with --business ID:\n  {}",
                lines.join("\n  ")
            )
        }
    }
}

pub(super) fn name(text: &str) -> Result<Name, Invalid> {
    Name::new(text)
}
