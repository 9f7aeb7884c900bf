//! The receipt of a run that sends, begun before the first request.

use anyhow::Context as _;

use crate::context::Context;
use crate::delivery::receipts::{GatewayUser, Operator, Receipt, Run};
use crate::gateway::Gateway;
use crate::sources;

/// Begins the receipt of `run`, as [`signed`] completes it.
///
/// # Errors
///
/// A gateway that does not say whose token it sees, and a state that cannot be written.
pub async fn begin(
    context: &Context,
    gateway: Option<&Gateway>,
    run: Run,
) -> anyhow::Result<Receipt> {
    let run = signed(context, gateway, run).await?;
    Ok(Receipt::begin(
        &context.state_folder()?,
        run,
        context.now(),
    )?)
}

/// `run` with its operator: whose token the gateway saw, and who sits at this machine.
///
/// # Errors
///
/// A gateway that does not say whose token it sees.
pub async fn signed(context: &Context, gateway: Option<&Gateway>, run: Run) -> anyhow::Result<Run> {
    let mut operator = local_operator(context);
    let mut organisation = None;
    if let Some(gateway) = gateway {
        let user = sources::user(gateway)
            .await
            .context("ask the gateway whose token this is")?;
        operator.gateway = Some(GatewayUser {
            id: user.id.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
        });
        organisation = Some(user.org_id.clone());
    }
    Ok(Run {
        operator,
        organisation,
        ..run
    })
}

fn local_operator(context: &Context) -> Operator {
    let named = context.environment.first(&["USER", "LOGNAME"]);
    let host = rustix::system::uname();
    Operator {
        gateway: None,
        user: named.map(|(_, name)| name.to_owned()),
        uid: rustix::process::getuid().as_raw(),
        host: host.nodename().to_string_lossy().into_owned(),
    }
}
