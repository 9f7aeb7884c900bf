//! What a token may see of the gateway's sessions.

use crate::context::Context;
use crate::gateway::Gateway;

/// Says so where the gateway shows the token's own sessions alone. It leaves out the others
/// without a word, and an empty list would look like a quiet week.
pub async fn warn_where_partial(context: &Context, gateway: &Gateway) {
    match gateway.user_info().await {
        Ok(user) if user.sees_own_sessions_alone() => context.ui.warning(&format!(
            "the token of `{}` has the role `standard`: the gateway shows its own sessions alone; \
             a key in the group auditor sees every one",
            user.email
        )),
        Ok(_) => {}
        // The question that follows meets the same trouble, and says what it means.
        Err(error) => tracing::debug!(%error, "the token's role is not known"),
    }
}
