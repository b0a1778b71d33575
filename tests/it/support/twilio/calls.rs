//! Calls at the stand-in.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use ringbook::twilio::Params;
use serde_json::{Value, json};

use super::{ACCOUNT, FakeTwilio, House, Problem, check_number, sid_of};

#[derive(Debug, Clone)]
pub(crate) struct KeptCall {
    pub(crate) sid: String,
    pub(crate) status: &'static str,
    /// The document it was last told to follow, or the URL it was told to ask.
    pub(crate) follows: Option<String>,
    pub(crate) recorded: bool,
}

impl FakeTwilio {
    /// A call that somebody made, in this status.
    pub(crate) fn call_comes_in(&self, status: &'static str) -> String {
        let mut kept = self.house.kept();
        let sid = kept.sid("CA");
        kept.calls.push(KeptCall {
            sid: sid.clone(),
            status,
            follows: None,
            recorded: false,
        });
        sid
    }

    pub(crate) fn call_at(&self, sid: &str) -> KeptCall {
        let kept = self.house.kept();
        let found = kept.calls.iter().find(|call| call.sid == sid);
        found.expect("a call that was made").clone()
    }
}

fn shown(call: &KeptCall) -> Json<Value> {
    Json(json!({
        "sid": call.sid,
        "account_sid": ACCOUNT,
        "status": call.status,
        "direction": "inbound",
        "duration": null,
        "uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{}.json", call.sid),
    }))
}

pub(super) async fn create(
    State(house): State<Arc<House>>,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let params = Params::parse(body.as_bytes()).unwrap();
    let to = params
        .get("To")
        .ok_or(Problem::bad(21201, "No 'To' number is specified"))?;
    let from = params
        .get("From")
        .ok_or(Problem::bad(21213, "Caller phone number is required"))?;
    check_number(to)?;
    let mut kept = house.kept();
    if !kept.own.contains(from) {
        return Err(Problem::bad(21210, "'From' phone number not verified"));
    }
    let follows = instructions(&params)?;
    let call = KeptCall {
        sid: kept.sid("CA"),
        status: "queued",
        follows: Some(follows.ok_or(Problem::bad(21205, "Url parameter is required."))?),
        recorded: false,
    };
    let answer = shown(&call);
    kept.calls.push(call);
    Ok((StatusCode::CREATED, answer))
}

pub(super) async fn fetch(
    State(house): State<Arc<House>>,
    path: Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let sid = sid_of(&path)?;
    let kept = house.kept();
    let found = kept.calls.iter().find(|call| call.sid == sid);
    found.map(shown).ok_or_else(Problem::not_found)
}

pub(super) async fn update(
    State(house): State<Arc<House>>,
    path: Path<(String, String)>,
    body: String,
) -> Result<Json<Value>, Problem> {
    let sid = sid_of(&path)?;
    let params = Params::parse(body.as_bytes()).unwrap();
    let mut kept = house.kept();
    let found = kept.calls.iter_mut().find(|call| call.sid == sid);
    let call = found.ok_or_else(Problem::not_found)?;
    let waiting = matches!(call.status, "queued" | "ringing");
    if !waiting && call.status != "in-progress" {
        return Err(Problem::bad(
            21220,
            "Call is not in-progress. Cannot redirect.",
        ));
    }
    let follows = instructions(&params)?;
    match (params.get("Status"), follows) {
        (Some("canceled"), None) if waiting => call.status = "canceled",
        (Some("canceled"), None) => {}
        (Some("completed"), None) => call.status = "completed",
        (None, Some(follows)) => call.follows = Some(follows),
        _ => {
            return Err(Problem::bad(
                20001,
                "Only one of Status, Url and Twiml may be given",
            ));
        }
    }
    Ok(shown(call))
}

/// A document or a URL, never both.
fn instructions(params: &Params<'_>) -> Result<Option<String>, Problem> {
    match (params.get("Twiml"), params.get("Url")) {
        (Some(_), Some(_)) => Err(Problem::bad(20001, "Url and Twiml exclude each other")),
        (Some(document), None) if document.chars().count() > 4000 => Err(Problem::bad(
            32018,
            "Twiml exceeds the limit of 4000 characters",
        )),
        (Some(document), None) if !document.contains("<Response>") => {
            Err(Problem::bad(12100, "Document parse failure"))
        }
        (document, url) => Ok(document.or(url).map(str::to_owned)),
    }
}

pub(super) async fn record(
    State(house): State<Arc<House>>,
    Path((_, sid)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let mut kept = house.kept();
    let recording = kept.sid("RE");
    let found = kept.calls.iter_mut().find(|call| call.sid == sid);
    let call = found.ok_or_else(Problem::not_found)?;
    if call.status != "in-progress" {
        return Err(Problem::bad(
            21220,
            "Requested resource is not eligible for recording",
        ));
    }
    call.recorded = true;
    let answer = json!({"sid": recording, "call_sid": sid, "status": "in-progress"});
    Ok((StatusCode::CREATED, Json(answer)))
}
