//! Attempts: what became of messages (`v1/endpoints/attempt.rs`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::clock::stamp;
use super::messages::wanted_types;
use super::paging::Paging;
use super::refusal::Refusal;
use super::state::Application;
use super::{Answered, Visit};

/// Why a delivery was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    Scheduled = 0,
    Manual = 1,
}

/// How it stands with a message at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Success = 0,
    Fail = 2,
    /// It failed and is going to be tried again.
    Sending = 3,
}

impl Status {
    fn text(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Fail => "fail",
            Status::Sending => "sending",
        }
    }
}

/// One try.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub id: String,
    pub message: String,
    pub endpoint: String,
    pub url: String,
    pub response: String,
    /// 0 where there was no answer.
    pub status_code: u16,
    pub duration_ms: i64,
    pub is_success: bool,
    pub trigger: Trigger,
    pub timestamp: Timestamp,
    pub next: Option<Timestamp>,
}

impl Attempt {
    fn status(&self) -> Status {
        match self.is_success {
            true => Status::Success,
            false => Status::Fail,
        }
    }

    /// The state of the message after this try.
    fn standing(&self) -> Status {
        match self.next {
            Some(_) => Status::Sending,
            None => self.status(),
        }
    }

    fn to_json(&self, with_content: bool) -> Value {
        json!({
            "url": self.url,
            "response": if with_content { self.response.as_str() } else { "" },
            "responseStatusCode": self.status_code,
            "responseDurationMs": self.duration_ms,
            "status": self.status() as u8,
            "statusText": self.status().text(),
            "triggerType": self.trigger as u8,
            "msgId": self.message,
            "endpointId": self.endpoint,
            "id": self.id,
            "timestamp": stamp(self.timestamp),
        })
    }
}

/// What a list of attempts is narrowed to.
struct Filter {
    status: Option<u8>,
    status_class: Option<u16>,
    before: Option<Timestamp>,
    after: Option<Timestamp>,
    types: Vec<String>,
}

impl Filter {
    fn of(visit: &Visit<'_>) -> Result<Self, Refusal> {
        let number = |name| visit.parameter(name).and_then(|text| text.parse().ok());
        Ok(Self {
            status: number("status").and_then(|status: u16| u8::try_from(status).ok()),
            status_class: number("status_code_class"),
            before: visit.moment("before")?,
            after: visit.moment("after")?,
            types: wanted_types(visit),
        })
    }

    fn takes(&self, attempt: &Attempt, application: &Application) -> bool {
        let is_of_type = || {
            let message = application.messages.find(&attempt.message);
            message.is_some_and(|message| self.types.contains(&message.event_type))
        };
        self.status
            .is_none_or(|status| status == attempt.status() as u8)
            && self
                .status_class
                .is_none_or(|class| class == attempt.status_code / 100 * 100)
            && self.before.is_none_or(|at| attempt.timestamp < at)
            && self.after.is_none_or(|at| attempt.timestamp > at)
            && (self.types.is_empty() || is_of_type())
    }
}

pub fn of_endpoint(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    list(visit, app, |application| {
        let id = application.endpoint(id)?.id.clone();
        Ok(Box::new(move |attempt: &Attempt| attempt.endpoint == id))
    })
}

pub fn of_message(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let endpoint = visit.parameter("endpoint_id").map(str::to_owned);
    list(visit, app, |application| {
        let message = application.messages.find(id);
        let id = message.ok_or_else(Refusal::not_found)?.id.clone();
        let endpoint = match &endpoint {
            Some(named) => Some(application.endpoint(named)?.id.clone()),
            None => None,
        };
        Ok(Box::new(move |attempt: &Attempt| {
            attempt.message == id && endpoint.as_ref().is_none_or(|it| attempt.endpoint == *it)
        }))
    })
}

type Chosen = Box<dyn Fn(&Attempt) -> bool>;

fn list(
    visit: &mut Visit<'_>,
    app: &str,
    choose: impl FnOnce(&mut Application) -> Result<Chosen, Refusal>,
) -> Result<Answered, Refusal> {
    let (paging, filter) = (Paging::of(visit)?, Filter::of(visit)?);
    let with_content = visit.parameter("with_content") != Some("false");
    let application = visit.state.application(app)?;
    let is_chosen = choose(application)?;
    let rows = application
        .attempts
        .values()
        .rev()
        .filter(|it| is_chosen(it) && filter.takes(it, application))
        .map(|it| (it.id.clone(), it.to_json(with_content)));
    Ok((200, Some(paging.page(rows))))
}

/// Attempts by how they went; at most 28 days of them.
pub fn stats(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let now = visit.now;
    let until = visit.moment("until")?.unwrap_or(now);
    let days = |count: i64| SignedDuration::from_hours(24 * count);
    let month_before = until.checked_sub(days(28)).unwrap_or(Timestamp::MIN);
    let since = visit.moment("since")?.unwrap_or(month_before);
    let slack = SignedDuration::from_mins(5);
    if until > now {
        return Err(Refusal::bad_request(
            "invalid_range",
            "'until' cannot be in the future",
        ));
    }
    if until.duration_since(since) > days(28) + slack {
        let detail = format!("'since' cannot be more than 28 days prior to {until:.6}");
        return Err(Refusal::bad_request("invalid_range", &detail));
    }
    let application = visit.state.application(app)?;
    let id = application.endpoint(id)?.id.clone();
    let mut attempts: Vec<&Attempt> = application.attempts.values().collect();
    attempts.retain(|it| it.endpoint == id && (since..=until).contains(&it.timestamp));
    let success = attempts.iter().filter(|it| it.is_success).count();
    Ok((
        200,
        Some(json!({
            "success": success,
            "pending": 0,
            "sending": 0,
            "fail": attempts.len() - success,
            "canceled": 0,
        })),
    ))
}

impl Application {
    /// The last attempt of each message at an endpoint; one that got through counts for good.
    fn standings(&self, is_wanted: impl Fn(&Attempt) -> bool) -> BTreeMap<(&str, &str), &Attempt> {
        let mut standings = BTreeMap::new();
        for attempt in self.attempts.values().filter(|it| is_wanted(it)) {
            let key = (attempt.message.as_str(), attempt.endpoint.as_str());
            let known: Option<&&Attempt> = standings.get(&key);
            if !known.is_some_and(|known| known.is_success) {
                standings.insert(key, attempt);
            }
        }
        standings
    }
}

/// The messages that were tried at an endpoint, newest first, with how they stand.
pub fn attempted_messages(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let (paging, mut filter) = (Paging::of(visit)?, Filter::of(visit)?);
    let wanted = filter.status.take();
    let with_content = visit.parameter("with_content") != Some("false");
    let application = visit.state.application(app)?;
    let id = application.endpoint(id)?.id.clone();
    let standings = application.standings(|it| it.endpoint == id && filter.takes(it, application));
    let rows = standings.values().rev().filter_map(|last| {
        let status = last.standing();
        let message = application.messages.find(&last.message)?;
        let mut row = message.to_json(with_content);
        row["status"] = json!(status as u8);
        row["statusText"] = json!(status.text());
        if let Some(next) = last.next {
            row["nextAttempt"] = json!(stamp(next));
        }
        let is_wanted = wanted.is_none_or(|wanted| wanted == status as u8);
        is_wanted.then(|| (message.id.clone(), row))
    });
    Ok((200, Some(paging.page(rows))))
}

/// Where a message was tried, with how it stands there.
pub fn destinations(visit: &mut Visit<'_>, app: &str, id: &str) -> Result<Answered, Refusal> {
    let paging = Paging::of(visit)?;
    let is_reversed = visit.state.flip();
    let application = visit.state.application(app)?;
    let message = application.messages.find(id);
    let id = message.ok_or_else(Refusal::not_found)?.id.clone();
    let standings = application.standings(|it| it.message == id);
    let rows = standings.values().filter_map(|last| {
        let status = last.standing();
        let endpoint = application.endpoints.iter();
        let endpoint = endpoint.into_iter().find(|it| it.id == last.endpoint)?;
        let mut row = endpoint.common(is_reversed);
        row["id"] = json!(endpoint.id);
        row["status"] = json!(status as u8);
        row["statusText"] = json!(status.text());
        row["nextAttempt"] = json!(last.next.map(stamp));
        Some((endpoint.id.clone(), row))
    });
    Ok((200, Some(paging.page(rows))))
}
