//! The routes under `/sessions`: list, get, result, download, live bytes, kill.

mod download;
mod filter;
mod get;
mod kill;
mod list;
mod live;
mod recording_forms;
mod result;
mod row;
mod view;

pub use download::{Downloads, download, download_input};
pub use get::get;
pub use kill::{Kills, kill};
pub use list::list;
pub use live::stream;
pub use result::result;

use uuid::Uuid;

use super::answer;
use super::auth::Caller;
use super::{GatewayStandIn, Now};
use crate::sandbox::http::Reply;
use view::SessionView;

/// Finds a session that `caller` may see, or answers as the gateway does: an id that is no UUID
/// fails in its database.
fn find_visible(
    gateway: &GatewayStandIn,
    caller: &Caller,
    id: &str,
    now: Now,
) -> Result<SessionView, Box<Reply>> {
    let view = find(gateway, id, now)?;
    if view.is_open_to(caller) {
        return Ok(view);
    }
    let refusal = "user is not allowed to access this session";
    Err(Box::new(answer::message(403, refusal)))
}

fn find(gateway: &GatewayStandIn, id: &str, now: Now) -> Result<SessionView, Box<Reply>> {
    let id = Uuid::try_parse(id)
        .map_err(|_| Box::new(answer::message(500, "failed fetching session")))?;
    gateway
        .world()
        .find(id)
        .map(|index| gateway.view(index, now))
        .ok_or_else(|| Box::new(answer::message(404, "not found")))
}
