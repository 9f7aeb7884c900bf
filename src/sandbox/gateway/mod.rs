//! The gateway stand-in: hoopsh/hoop 1.148.0 as its API answers, odd behaviour included.
//!
//! Where no other source is named, the facts are of hoophq/hoop at `e939597d` and of answers
//! recorded from a gateway of that release.

mod answer;
mod auth;
mod info;
mod like;
mod login;
mod routes;
mod sessions;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use self::auth::{Access, Caller};
use self::routes::Route;
use self::sessions::{Downloads, Kills};
use super::http::{Body, Reply, Request};
use super::world::{World, WorldOptions, part_id};

/// The one organisation.
pub const ORG_ID: &str = "7f1a6c02-3b58-4d94-9e27-c0d5b8a41f63";

/// How the stand-in is set up.
#[derive(Clone, Debug)]
pub struct Options {
    pub sessions: u64,
    pub seed: u64,
    /// How far back the oldest session lies.
    pub span: Duration,
    pub licence: Licence,
    /// When the sandbox begins; its clock runs on from there.
    pub now: Timestamp,
    /// Scheme, host and port under which the stand-in is reached.
    pub api_url: String,
    pub tokens: Tokens,
}

impl Options {
    /// Forty sessions over a month, on an open-source licence.
    pub fn new(now: Timestamp) -> Self {
        Self {
            sessions: 40,
            seed: 1,
            span: Duration::from_secs(30 * 86_400),
            licence: Licence::Oss,
            now,
            api_url: "http://127.0.0.1:8009".to_owned(),
            tokens: Tokens::default(),
        }
    }
}

/// The licence that the gateway reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence {
    Oss,
    Enterprise,
}

/// The keys that sign in. They open nothing but a sandbox.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// An API key of the group `admin`.
    pub admin: String,
    /// An API key of the group `auditor`.
    pub auditor: String,
    /// An API key of the group `sre`, neither admin nor auditor.
    pub standard: String,
    /// The server key, sent as `Api-Key`.
    pub server: String,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            admin: "hpk_sandbox-admin-000000000000000000000000000000".to_owned(),
            auditor: "hpk_sandbox-auditor-0000000000000000000000000000".to_owned(),
            standard: "hpk_sandbox-standard-000000000000000000000000000".to_owned(),
            server: "xapi-sandbox-server-00000000000000000000000000000".to_owned(),
        }
    }
}

/// What changes while the stand-in runs.
#[derive(Debug, Default)]
struct State {
    downloads: Downloads,
    kills: Kills,
}

/// The moment of a request.
#[derive(Clone, Copy, Debug)]
struct Now {
    at: Timestamp,
}

/// A gateway that answers requests handed to it.
#[derive(Debug)]
pub struct GatewayStandIn {
    options: Options,
    world: World,
    started: Instant,
    state: Arc<Mutex<State>>,
    kills: watch::Sender<()>,
    drawn: AtomicU64,
}

impl GatewayStandIn {
    pub fn new(options: Options) -> Self {
        let world = World::new(WorldOptions {
            sessions: options.sessions,
            seed: options.seed,
            span: options.span,
            now: options.now,
        });
        Self {
            world,
            started: Instant::now(),
            state: Arc::default(),
            kills: watch::Sender::new(()),
            drawn: AtomicU64::new(0),
            options,
        }
    }

    /// Answers a request as the gateway would.
    pub async fn handle(&self, request: &Request) -> Reply {
        let mut reply = self.answer(request);
        if request.method == Method::HEAD {
            reply = reply.with_body(Body::Full(bytes::Bytes::new()));
        }
        answer::with_common_headers(reply)
    }

    fn answer(&self, request: &Request) -> Reply {
        if request.method == Method::OPTIONS {
            return Reply::empty(StatusCode::NO_CONTENT.as_u16());
        }
        let Some(route) = routes::find(&request.method, &request.path) else {
            return answer::no_such_path();
        };
        let now = self.now();
        if route.access() == Access::Public {
            return self.answer_public(route, request, now);
        }
        let by_token = |token: &str| self.caller_of(token);
        match auth::authenticate(&request.headers, &self.options.tokens.server, by_token) {
            Ok(caller) if route.access().admits(&caller) => {
                self.answer_caller(route, &caller, request, now)
            }
            Ok(_) => answer::message(403, "access denied"),
            Err(refusal) => *refusal,
        }
    }

    fn answer_public(&self, route: Route<'_>, request: &Request, now: Now) -> Reply {
        match route {
            Route::Health => info::health(),
            Route::PublicServerInfo => info::public_server_info(),
            Route::Login => login::login(request),
            Route::Download(id) => sessions::download(self, id, request, now),
            Route::DownloadInput(id) => sessions::download_input(self, id, request, now),
            _ => answer::no_such_path(),
        }
    }

    fn answer_caller(
        &self,
        route: Route<'_>,
        caller: &Caller,
        request: &Request,
        now: Now,
    ) -> Reply {
        match route {
            Route::ServerInfo => info::server_info(&self.options),
            Route::UserInfo => info::user_info(caller, &self.options),
            Route::Sessions => sessions::list(self, caller, request, now),
            Route::Session(id) => sessions::get(self, caller, id, request, now),
            Route::SessionResult(id) => sessions::result(self, caller, id, request, now),
            Route::SessionStream(id) => sessions::stream(self, caller, id, now),
            Route::SessionKill(id) => sessions::kill(self, caller, id, now),
            _ => answer::no_such_path(),
        }
    }

    /// The API keys and the tokens of people who signed in.
    fn caller_of(&self, token: &str) -> Option<Caller> {
        let tokens = &self.options.tokens;
        let key = |name: &str, group: &str| Caller {
            subject: part_id(self.options.seed, 0, name).to_string(),
            name: name.to_owned(),
            // An API key's e-mail is its name.
            email: name.to_owned(),
            groups: vec![group.to_owned()],
        };
        match token {
            _ if token == tokens.admin => Some(key("sandbox-admin", auth::ADMIN)),
            _ if token == tokens.auditor => Some(key("sandbox-auditor", auth::AUDITOR)),
            _ if token == tokens.standard => Some(key("sandbox-standard", "sre")),
            _ => login::caller_of(token),
        }
    }

    fn now(&self) -> Now {
        let elapsed = SignedDuration::try_from(self.started.elapsed());
        let elapsed = elapsed.unwrap_or(SignedDuration::MAX);
        Now {
            at: self
                .options
                .now
                .checked_add(elapsed)
                .unwrap_or(Timestamp::MAX),
        }
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn api_url(&self) -> &str {
        &self.options.api_url
    }

    /// A panic while the state was held leaves nothing half done: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// 64 hexadecimal digits, others each time.
    fn random_hex(&self) -> String {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let part = |name| part_id(self.options.seed, drawn, name).simple().to_string();
        part("token") + &part("more of the token")
    }
}
