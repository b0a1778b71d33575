//! What came of a call in the terminal: for the person who made it, and as a file that can be replayed.

use std::{fs, path::Path};

use anyhow::Context;
use chrono_tz::Tz;

use crate::{
    call::replay::{self, Step},
    cli::say,
    desk::{By, DeedKind, Desk},
    domain::{Booking, BookingStatus, Business, CallClaim, CallOutcome},
};

/// The end of the call, and what it changed, as the business's clock shows it.
pub(super) async fn print(
    desk: &Desk,
    business: &Business,
    claim: CallClaim,
) -> anyhow::Result<()> {
    let by = By::call(business.id, claim.call);
    let call = desk.call(by, claim.call).await?;
    let reason = call.reason.map(|line| line.to_string()).unwrap_or_default();
    say(format_args!("\n-- the call is over. {reason}"))?;
    if call.outcome == Some(CallOutcome::MessageTaken) {
        say("   `messages` of the API shows what was left.")?;
    }
    for deed in desk.call_state(by, claim).await?.done {
        let (what, booking) = match deed.what {
            DeedKind::Booked(booking) if booking.status == BookingStatus::Tentative => {
                ("kept until it is confirmed:", booking)
            }
            DeedKind::Booked(booking) => ("booked:", booking),
            DeedKind::Rescheduled(booking) => ("moved to:", booking),
            DeedKind::Cancelled(booking) => ("cancelled:", booking),
            DeedKind::MessageTaken(_) => {
                say("   a message for the owner was taken")?;
                continue;
            }
        };
        let told = in_words(desk, by, &booking, business.zone).await?;
        say(format_args!("   {what} {told}"))?;
    }
    Ok(())
}

/// "Check-up with Dr. Maya on Tuesday 3 March 2026, 14:00 to 14:30, for Nora".
async fn in_words(desk: &Desk, by: By, booking: &Booking, zone: Tz) -> anyhow::Result<String> {
    let service = desk.service(by, booking.service_id).await?.name;
    let staff = desk.staff_member(by, booking.staff_id).await?.name;
    let customer = match booking.customer_id {
        Some(id) => Some(desk.customer(by, id).await?.name),
        None => None,
    };
    let starts = booking.starts_at.with_timezone(&zone);
    let ends = booking.ends_at.with_timezone(&zone);
    let whom = booking.for_name.clone().or(customer);
    Ok(format!(
        "{service} with {staff} on {} to {}{}",
        starts.format("%A %-d %B %Y, %H:%M"),
        ends.format("%H:%M"),
        whom.map(|name| format!(", for {name}")).unwrap_or_default(),
    ))
}

/// As it is in the database.
pub(super) async fn record(
    desk: &Desk,
    by: By,
    claim: CallClaim,
    file: &Path,
) -> anyhow::Result<()> {
    let entries = desk.journal(by, claim.call).await?;
    let steps = entries
        .iter()
        .map(|entry| serde_json::from_str(&entry.body))
        .collect::<Result<Vec<Step>, _>>()
        .context("the call's journal can't be read back")?;
    fs::write(file, replay::render(&steps)?)
        .with_context(|| format!("{} can't be written", file.display()))?;
    say(format_args!(
        "   its journal is in {0}; `ringbook replay {0}` plays it again",
        file.display()
    ))?;
    Ok(())
}
