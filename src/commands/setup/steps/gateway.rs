//! The gateway: is one there, whose token is it, what does its licence allow, and what does it have?

use super::secret::{self, Candidate, Given};
use crate::commands::setup::asking::Reply;
use crate::commands::setup::walk::{GatewayNews, Turn, Walk};
use crate::config::SecretKind;
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::gateway::{
    Credential, Gateway, GatewayError, LicenceKind, ServerInfo, SessionQuery, UserInfo,
};
use crate::wizard::{Field, GatewayFacts, LicenceFact, RoleFact, Step};

const KIND: SecretKind = SecretKind::GatewayToken;

pub async fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    walk.gateway = None;
    if !is_asked && walk.default_of(Field::GatewayUrl).is_none() && walk.can_ask() {
        return Ok(Turn::Skip);
    }
    // The token alone may be what is asked for once more.
    let asks_address = is_asked && (walk.is_again || !walk.stands(step));
    match walk.ask(Field::GatewayUrl, asks_address)? {
        Turn::Next => {}
        turn => return Ok(turn),
    }
    while let Err(error) = is_there(walk).await {
        match elsewhere(walk, error)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
    }
    match token(walk, is_asked).await? {
        Turn::Next => look(walk, step).await,
        turn => Ok(turn),
    }
}

/// Nothing answers at the address: the same again, or another one.
fn elsewhere(walk: &mut Walk<'_>, error: anyhow::Error) -> anyhow::Result<Turn> {
    walk.tell(error)?;
    loop {
        let question = "Enter tries again, another address takes its place; back, skip";
        let text = match walk.question(question, None)? {
            Reply::Turn(turn) => return Ok(turn),
            Reply::Text(text) if text.is_empty() => return Ok(Turn::Next),
            Reply::Text(text) => text,
        };
        match Field::GatewayUrl.read(&text) {
            Ok(address) => {
                walk.answer(Field::GatewayUrl, address);
                return Ok(Turn::Next);
            }
            Err(why) => walk.ui().error(&why),
        }
    }
}

/// Whether a gateway answers at the address, asked without a token.
async fn is_there(walk: &Walk<'_>) -> anyhow::Result<()> {
    let none = Credential::of_token(Secret::new("none"));
    let gateway = open(walk, none)?;
    gateway.public_server_info().await?;
    Ok(())
}

fn open(walk: &Walk<'_>, credential: Credential) -> anyhow::Result<Gateway> {
    let context = walk.stage.context()?;
    let url = walk.answers.get(Field::GatewayUrl).unwrap_or_default();
    Ok(Gateway::new(context.http().clone(), url, credential)?)
}

/// A token that the gateway takes; a turn where somebody went elsewhere.
async fn token(walk: &mut Walk<'_>, is_asked: bool) -> anyhow::Result<Turn> {
    let mut given = secret::lying_around(walk, KIND)?;
    loop {
        let candidate = match given.take() {
            Some(candidate) => candidate,
            None => match secret::ask(walk, KIND, "Token (hpk_…, or of `hoop login`)")? {
                Given::Candidate(candidate) => candidate,
                Given::Turn(turn) => return Ok(turn),
            },
        };
        match greet(walk, &candidate).await {
            Ok(()) => return secret::take(walk, KIND, candidate, is_asked),
            Err(GatewayError::Unauthorized { .. } | GatewayError::Token) if walk.can_ask() => {
                let place = &candidate.place;
                walk.ui()
                    .error(&format!("the gateway refuses the token ({place})"));
            }
            Err(error) => match walk.again(error.into())? {
                Turn::Next => given = Some(candidate),
                turn => return Ok(turn),
            },
        }
    }
}

async fn greet(walk: &Walk<'_>, candidate: &Candidate) -> Result<(), GatewayError> {
    let credential = Credential::of_token(candidate.secret.clone());
    let http = walk.stage.parent.http().clone();
    let url = walk.answers.get(Field::GatewayUrl).unwrap_or_default();
    let gateway = Gateway::new(http, url, credential)?;
    gateway.user_info().await.map(|_| ())
}

/// What the gateway says of itself, with everything that stands in the way.
async fn look(walk: &mut Walk<'_>, step: &Step) -> anyhow::Result<Turn> {
    let context = walk.stage.context()?;
    let gateway = context.gateway(&walk.mode.secrets)?;
    let info = gateway.server_info().await?;
    let user = gateway.user_info().await?.clone();
    let connections = gateway.connections().await?;
    let newest = SessionQuery {
        limit: 1,
        ..SessionQuery::default()
    };
    let has_sessions = !gateway.sessions(&newest).await?.rows.is_empty();
    let own = role(&user);
    let facts = GatewayFacts {
        licence: licence(&info),
        role: with_admin(walk, &context, own).await?,
        has_webhooks: info.has_webhook_app_key,
    };
    let said = format!(
        "{} {}, {} licence; {} ({})",
        gateway.host(),
        info.version,
        licence_word(&info),
        match user.email.is_empty() {
            true => &user.name,
            false => &user.email,
        },
        user.role
    );
    walk.note(step, "done", Some(said));
    warn(walk, &facts, connections.is_empty(), has_sessions);
    walk.gateway = Some(GatewayNews {
        facts,
        connections,
        may_run_scripts: own != RoleFact::Auditor,
    });
    Ok(Turn::Next)
}

/// What may be done in all, where an administrator's token lies beside an auditor's: `webhooks` takes
/// it for what the other one may not.
async fn with_admin(
    walk: &mut Walk<'_>,
    context: &Context,
    own: RoleFact,
) -> anyhow::Result<RoleFact> {
    let flags = &walk.mode.secrets;
    let admin = context.optional_secret(SecretKind::GatewayAdminToken, flags)?;
    let (RoleFact::Auditor, Some(admin)) = (own, admin) else {
        return Ok(own);
    };
    let user = match context.gateway_with(admin)?.user_info().await {
        Ok(user) => user.clone(),
        Err(error) => {
            walk.find(
                format!(
                    "the {} is of no use: {error}",
                    SecretKind::GatewayAdminToken.name()
                ),
                "`ddctl auth set gateway-admin-token` replaces it",
            );
            return Ok(own);
        }
    };
    Ok(match role(&user) {
        RoleFact::Admin => RoleFact::Admin,
        RoleFact::Auditor | RoleFact::Standard => own,
    })
}

fn warn(walk: &mut Walk<'_>, facts: &GatewayFacts, has_no_connections: bool, has_sessions: bool) {
    if facts.licence == LicenceFact::Unverified {
        walk.find(
            "the gateway's licence does not verify, so that it refuses every client's session",
            "renew it on the gateway; reading its sessions works meanwhile",
        );
    }
    if facts.role == RoleFact::Standard {
        walk.find(
            "the token sees its own sessions alone",
            "have an admin make an API key in the group auditor: POST /api-keys with \
             \"groups\": [\"auditor\"]",
        );
    }
    if has_no_connections {
        walk.find(
            "the gateway has no connections: nobody can open a session through it",
            "make one in its web app, or by `hoop admin create connection`",
        );
    } else if !has_sessions {
        walk.find(
            "the gateway shows no session yet",
            "open one: `hoop connect NAME`, or the web app",
        );
    }
}

fn licence(info: &ServerInfo) -> LicenceFact {
    match (info.licence.kind, info.licence.is_valid) {
        (LicenceKind::Oss, _) => LicenceFact::Oss,
        (LicenceKind::Enterprise, true) => LicenceFact::Enterprise,
        _ => LicenceFact::Unverified,
    }
}

fn licence_word(info: &ServerInfo) -> &'static str {
    match licence(info) {
        LicenceFact::Oss => "open-source",
        LicenceFact::Enterprise => "enterprise",
        LicenceFact::Unverified => "unverified",
    }
}

/// An admin of a gateway that names no role is known by a flag.
fn role(user: &UserInfo) -> RoleFact {
    match user.role.as_str() {
        "admin" => RoleFact::Admin,
        "auditor" => RoleFact::Auditor,
        _ if user.is_admin => RoleFact::Admin,
        _ => RoleFact::Standard,
    }
}
