//! `GET /sessions`: windows, filters and pages over a world that is not held in memory.

use super::filter::{CountMode, ListError, ListOptions};
use super::row;
use crate::sandbox::gateway::answer::Object;
use crate::sandbox::gateway::auth::Caller;
use crate::sandbox::gateway::{GatewayStandIn, Now, answer};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::world::identities::PEOPLE;
use crate::sandbox::world::{Plan, ReviewState, Window, World};

/// Where the default count stops.
const COUNT_CAP: u64 = 10_000;

pub fn list(gateway: &GatewayStandIn, caller: &Caller, request: &Request, now: Now) -> Reply {
    let page = ListOptions::parse(request, now.at)
        .and_then(|options| Page::of(gateway.world(), caller, &options, now));
    match page {
        Ok(page) => answer::pure_json(200, page.to_json(gateway, now)),
        Err(ListError::Invalid(text)) => answer::message(422, &text),
        Err(ListError::Database) => answer::message(500, "failed listing sessions (v2)"),
    }
}

struct Page {
    rows: Vec<u64>,
    total: Option<u64>,
    is_capped: bool,
    has_next: bool,
}

impl Page {
    fn of(
        world: &World,
        caller: &Caller,
        options: &ListOptions,
        now: Now,
    ) -> Result<Self, ListError> {
        let window = match options.window {
            Some((start, end)) => world.between(start, end, now.at),
            None => world.all(now.at),
        };
        let found = match options.takes_all() && caller.sees_everything() {
            true => Found::all_of(&window, options),
            false => Found::among(&window, world, caller, options)?,
        };
        Ok(Self::cut(found, options))
    }

    fn cut(mut found: Found, options: &ListOptions) -> Self {
        let has_next = found.rows.len() as u64 > options.limit;
        found.rows.truncate(options.limit as usize);
        let (total, is_capped) = match options.count {
            CountMode::None => (None, false),
            CountMode::Capped if found.total > COUNT_CAP => (Some(COUNT_CAP), true),
            CountMode::Capped | CountMode::Exact => (Some(found.total), false),
        };
        Self {
            rows: found.rows,
            total,
            is_capped,
            has_next,
        }
    }

    fn to_json(&self, gateway: &GatewayStandIn, now: Now) -> String {
        let rows = self.rows.iter();
        let rows: Vec<String> = rows
            .map(|index| row::list_row(&gateway.view(*index, now)))
            .collect();
        let mut page = Object::default();
        page.put_text("data", &format!("[{}]", rows.join(",")));
        page.put("total", self.total);
        page.put("total_is_capped", self.is_capped);
        page.put("has_next_page", self.has_next);
        page.into_text()
    }
}

/// A page's rows and one more, and how many sessions match at all, as far as that was counted.
struct Found {
    rows: Vec<u64>,
    total: u64,
}

impl Found {
    fn all_of(window: &Window, options: &ListOptions) -> Self {
        Self {
            rows: window.part(options.offset, options.limit + 1),
            total: window.count(),
        }
    }

    fn among(
        window: &Window,
        world: &World,
        caller: &Caller,
        options: &ListOptions,
    ) -> Result<Self, ListError> {
        let page_end = options.offset + options.limit + 1;
        let enough = match options.count {
            CountMode::Exact => u64::MAX,
            CountMode::Capped => page_end.max(COUNT_CAP + 1),
            CountMode::None => page_end,
        };
        let mut found = Self {
            rows: Vec::new(),
            total: 0,
        };
        for index in window.numbers() {
            if found.total == enough {
                break;
            }
            let plan = world.plan(index);
            if !is_listed_for(caller, &plan) || !options.matches(&plan)? {
                continue;
            }
            if (options.offset..page_end).contains(&found.total) {
                found.rows.push(index);
            }
            found.total += 1;
        }
        Ok(found)
    }
}

/// One's own sessions and those that one may review. Reviewers are looked up among the users, so
/// that an API key reviews nothing.
fn is_listed_for(caller: &Caller, plan: &Plan) -> bool {
    if caller.sees_everything() || plan.identity.subject == caller.subject {
        return true;
    }
    let is_user = PEOPLE.iter().any(|person| person.subject == caller.subject);
    is_user && ReviewState::of(plan).is_some_and(|review| caller.is_in(review.group))
}
