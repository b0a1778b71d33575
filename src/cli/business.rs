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

/// The one that was named by its id or by what it is called, or the only one there is.
pub(super) async fn called(db: &Db, named: Option<&str>) -> anyhow::Result<BusinessId> {
    const MOST: u32 = 10_000;
    let Some(text) = named else {
        return chosen(db, None).await;
    };
    if let Ok(id) = text.parse() {
        return chosen(db, Some(id)).await;
    }
    let mut reader = db.read().await?;
    let mut found = Vec::new();
    for id in businesses::ids(&mut reader, None, MOST).await? {
        let business = businesses::get(&mut reader, id).await?;
        if business.is_some_and(|business| business.name.to_lowercase() == text.to_lowercase()) {
            found.push(id);
        }
    }
    match *found {
        [only] => Ok(only),
        [] => bail!("no business is called `{text}`"),
        _ => bail!("several businesses are called `{text}`; say which with --business ID"),
    }
}

pub(super) fn name(text: &str) -> Result<Name, Invalid> {
    Name::new(text)
}
