//! Texts at the stand-in.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use chrono::{DateTime, NaiveDate, Utc};
use ringbook::twilio::{Params, forms::OptOut, segments};
use serde_json::{Value, json};

use super::{ACCOUNT, FakeTwilio, House, Kept, OWN, Problem, check_number, mail_date, sid_of};

#[derive(Debug, Clone)]
pub(crate) struct KeptMessage {
    pub(crate) sid: String,
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) body: String,
    pub(crate) status: &'static str,
    pub(crate) error_code: Option<u32>,
    pub(crate) status_callback: Option<String>,
    pub(crate) created: DateTime<Utc>,
    sent: Option<DateTime<Utc>>,
}

impl FakeTwilio {
    pub(crate) fn messages(&self) -> Vec<KeptMessage> {
        self.house.kept().messages.clone()
    }

    /// Moves a text through `steps` in time, and tells each step in the order of `told`, whose numbers are places in `steps`.
    pub(crate) async fn deliver(
        &self,
        sid: &str,
        steps: &[(&'static str, Option<u32>)],
        told: &[usize],
    ) -> reqwest::Result<Vec<StatusCode>> {
        let message = {
            let mut kept = self.house.kept();
            let found = kept.messages.iter_mut().find(|message| message.sid == sid);
            let message = found.expect("a text that was sent");
            if let Some((status, error_code)) = steps.last() {
                message.status = status;
                message.error_code = *error_code;
            }
            if steps.iter().any(|(status, _)| *status == "sent") {
                message.sent = Some(self.house.clock.now());
            }
            message.clone()
        };
        let mut answers = Vec::new();
        let Some(url) = &message.status_callback else {
            return Ok(answers);
        };
        for place in told {
            let (status, error_code) = steps[*place];
            let code = error_code.map(|code| code.to_string());
            let mut params = vec![
                ("AccountSid", ACCOUNT),
                ("ApiVersion", "2010-04-01"),
                ("From", message.from.as_str()),
                ("MessageSid", sid),
                ("MessageStatus", status),
                ("SmsSid", sid),
                ("SmsStatus", status),
                ("To", message.to.as_str()),
            ];
            if let Some(code) = &code {
                params.push(("ErrorCode", code));
            }
            answers.push(self.tell(url, &params).await?.0);
        }
        Ok(answers)
    }
}

/// Somebody's text to us.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texted<'a> {
    pub(crate) sid: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) body: &'a str,
}

impl FakeTwilio {
    /// Tells the webhook at `url` of a text, after having understood it as Twilio does on an ordinary number.
    pub(crate) async fn texted(
        &self,
        url: &str,
        text: Texted<'_>,
        more: &[(&str, &str)],
    ) -> reqwest::Result<(StatusCode, String)> {
        match OptOut::of_body(text.body) {
            Some(OptOut::Stop) => self.opt_out(text.from),
            Some(OptOut::Start) => {
                self.house.kept().opted_out.remove(text.from);
            }
            Some(OptOut::Help) | None => {}
        }
        let mut params = vec![
            ("AccountSid", ACCOUNT),
            ("ApiVersion", "2010-04-01"),
            ("Body", text.body),
            ("From", text.from),
            ("MessageSid", text.sid),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("SmsMessageSid", text.sid),
            ("SmsSid", text.sid),
            ("SmsStatus", "received"),
            ("To", text.to),
        ];
        params.extend(more);
        self.tell(url, &params).await
    }
}

pub(super) async fn create(
    State(house): State<Arc<House>>,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let params = Params::parse(body.as_bytes()).unwrap();
    let mut kept = house.kept();
    let message = accepted(&params, &mut kept, house.clock.now())?;
    let answer = shown(&message);
    kept.messages.push(message);
    Ok((StatusCode::CREATED, Json(answer)))
}

fn accepted(
    params: &Params<'_>,
    kept: &mut Kept,
    now: DateTime<Utc>,
) -> Result<KeptMessage, Problem> {
    let to = params
        .get("To")
        .ok_or(Problem::bad(21604, "A 'To' phone number is required."))?;
    let from = match (params.get("From"), params.get("MessagingServiceSid")) {
        (Some(from), _) if kept.own.contains(from) => from,
        (Some(_), _) => {
            return Err(Problem::bad(
                21606,
                "The 'From' phone number provided is not a valid message-capable Twilio phone number",
            ));
        }
        (None, Some(service)) if service.starts_with("MG") => OWN,
        (None, Some(_)) => return Err(Problem::bad(21701, "The Messaging Service does not exist")),
        (None, None) => return Err(Problem::bad(21603, "A 'From' phone number is required.")),
    };
    check_number(to)?;
    if kept.opted_out.contains(to) {
        return Err(Problem::bad(
            21610,
            "Attempt to send to unsubscribed recipient",
        ));
    }
    let body = match (
        params.get("Body"),
        params.get("MediaUrl"),
        params.get("ContentSid"),
    ) {
        (None, None, None) => return Err(Problem::bad(21602, "Message body is required.")),
        (body, _, _) => body.unwrap_or_default(),
    };
    if body.chars().count() > 1600 {
        return Err(Problem::bad(
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ));
    }
    let status_callback = params.get("StatusCallback");
    if status_callback.is_some_and(|url| !is_callback(url)) {
        return Err(Problem::bad(
            21609,
            "The StatusCallback URL is not a valid URL.",
        ));
    }
    let validity: Option<Result<u32, _>> = params.get("ValidityPeriod").map(str::parse);
    if validity.is_some_and(|period| !period.is_ok_and(|period| (1..=36_000).contains(&period))) {
        return Err(Problem::bad(30036, "Validity Period is out of range"));
    }
    Ok(KeptMessage {
        sid: kept.sid("SM"),
        to: to.to_owned(),
        from: from.to_owned(),
        body: body.to_owned(),
        status: "queued",
        error_code: None,
        status_callback: status_callback.map(str::to_owned),
        created: now,
        sent: None,
    })
}

/// Twilio knows no underscore in a host.
fn is_callback(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('_')
}

fn shown(message: &KeptMessage) -> Value {
    json!({
        "sid": message.sid,
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "to": message.to,
        "from": message.from,
        "body": message.body,
        "status": message.status,
        "direction": "outbound-api",
        "num_segments": segments::count(&message.body).segments.to_string(),
        "num_media": "0",
        "price": null,
        "price_unit": "USD",
        "error_code": message.error_code,
        "error_message": null,
        "messaging_service_sid": null,
        "date_created": mail_date(message.created),
        "date_updated": mail_date(message.created),
        "date_sent": message.sent.map(mail_date),
        "uri": format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{}.json", message.sid),
    })
}

pub(super) async fn fetch(
    State(house): State<Arc<House>>,
    path: Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let sid = sid_of(&path)?;
    let kept = house.kept();
    let found = kept.messages.iter().find(|message| message.sid == sid);
    found
        .map(|message| Json(shown(message)))
        .ok_or_else(Problem::not_found)
}

/// The newest first. A text that is not sent yet passes every filter on the day.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = query.unwrap_or_default();
    let params = Params::parse(query.as_bytes()).unwrap();
    let day = |name| -> Result<Option<NaiveDate>, Problem> {
        let text = params.get(name).map(|text| text.get(..10).unwrap_or(text));
        let day = text.map(|text| text.parse().map_err(|_| Problem::bad(20001, "Bad date")));
        day.transpose()
    };
    let (since, until) = (day("DateSent>")?, day("DateSent<")?);
    let number = |name, otherwise| params.get(name).map_or(Some(otherwise), |n| n.parse().ok());
    let size = number("PageSize", 50).filter(|size| (1..=1000).contains(size));
    let size: usize = size.ok_or(Problem::bad(20001, "Page size must be between 1 and 1000"))?;
    let page: usize = number("Page", 0).ok_or(Problem::bad(20001, "Page must be a number"))?;

    let kept = house.kept();
    let fits = |message: &&KeptMessage| {
        let day = message.sent.map(|sent| sent.date_naive());
        params.get("To").is_none_or(|to| to == message.to)
            && params.get("From").is_none_or(|from| from == message.from)
            && day.is_none_or(|day| since.is_none_or(|since| day >= since))
            && day.is_none_or(|day| until.is_none_or(|until| day <= until))
    };
    let found: Vec<_> = kept.messages.iter().rev().filter(fits).collect();
    let shown: Vec<_> = found
        .iter()
        .skip(page * size)
        .take(size)
        .map(|m| shown(m))
        .collect();
    let more = found.len() > (page + 1) * size;
    let next = more.then(|| {
        let mut next = form_urlencoded::Serializer::new(String::new());
        let kept = params.iter().filter(|(name, _)| *name != "Page");
        next.extend_pairs(kept);
        next.append_pair("Page", &(page + 1).to_string());
        format!(
            "/2010-04-01/Accounts/{ACCOUNT}/Messages.json?{}",
            next.finish()
        )
    });
    Ok(Json(json!({
        "messages": shown,
        "page": page,
        "page_size": size,
        "next_page_uri": next,
    })))
}
