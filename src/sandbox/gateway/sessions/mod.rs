//! The routes under `/sessions`: list, get, run, result, download, live bytes, kill.

mod download;
mod filter;
mod get;
mod kill;
mod list;
mod live;
mod recording_forms;
mod result;
mod row;
mod run;
mod view;

pub use download::{Downloads, download, download_input};
pub use get::{get, rdp_frames};
pub use kill::{Kills, kill};
pub use list::list;
pub use live::stream;
pub use result::result;
pub use run::run;

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
    answer::refused(403, "user is not allowed to access this session")
}

fn find(gateway: &GatewayStandIn, id: &str, now: Now) -> Result<SessionView, Box<Reply>> {
    let Ok(id) = Uuid::try_parse(id) else {
        return answer::refused(500, "failed fetching session");
    };
    match gateway.world().find(id, now.at) {
        Some(index) => Ok(gateway.view(index, now)),
        None => answer::refused(404, "not found"),
    }
}

/// Some routes have other words for a session that is not there.
fn in_other_words<T>(refusal: Box<Reply>) -> Result<T, Box<Reply>> {
    match refusal.status.as_u16() {
        404 => answer::refused(404, "session not found"),
        _ => Err(refusal),
    }
}
