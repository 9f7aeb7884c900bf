//! The gateway stand-in: hoophq/hoop 1.148.0 as its API answers, odd behaviour included.
//!
//! Where no other source is named, the facts are of hoophq/hoop at `e939597d` and of answers
//! recorded from a gateway of that release.

mod answer;
mod api_keys;
mod audit;
mod auth;
mod bind;
mod connections;
mod info;
mod like;
mod login;
mod paging;
mod plugins;
mod push;
mod routes;
mod sessions;
mod webhooks;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use self::answer::Answer;
use self::api_keys::ApiKey;
use self::auth::{Access, Caller};
use self::plugins::Plugin;
use self::routes::Route;
use self::sessions::{Downloads, Kills};
use super::http::{Reply, Request};
use super::svix::{self, SvixStandIn};
use super::world::{World, WorldOptions, part_id};

pub use self::push::push_as_sessions_happen;

/// The one organisation.
pub const ORG_ID: &str = "7f1a6c02-3b58-4d94-9e27-c0d5b8a41f63";

/// How the stand-in is set up.
#[derive(Clone, Debug)]
pub struct Options {
    pub sessions: u64,
    pub seed: u64,
    /// How far back the oldest session lies.
    pub span: Duration,
    /// How many sessions beyond the catalogue's are not over.
    pub open: u64,
    /// A new session begins every so often.
    pub every: Option<Duration>,
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
            open: 0,
            every: None,
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
#[derive(Debug)]
struct State {
    downloads: Downloads,
    kills: Kills,
    plugins: Vec<Plugin>,
    api_keys: Vec<ApiKey>,
    /// What was changed here, oldest first.
    audit: Vec<audit::Row>,
}

impl State {
    fn new(options: &Options) -> Self {
        let Options { seed, now, .. } = *options;
        let key = |name, group, key| ApiKey::given(seed, name, group, key, now);
        let tokens = &options.tokens;
        Self {
            downloads: Downloads::default(),
            kills: Kills::default(),
            plugins: plugins::given(seed, now),
            api_keys: vec![
                key("sandbox-admin", auth::ADMIN, &tokens.admin),
                key("sandbox-auditor", auth::AUDITOR, &tokens.auditor),
                key("sandbox-standard", "sre", &tokens.standard),
            ],
            audit: Vec::new(),
        }
    }
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
    svix: SvixStandIn,
    world: World,
    started: Instant,
    state: Arc<Mutex<State>>,
    kills: watch::Sender<()>,
    drawn: AtomicU64,
}

impl GatewayStandIn {
    /// A gateway with a Svix of its own.
    pub fn new(options: Options) -> Self {
        let svix = SvixStandIn::new(svix::Options::new(options.now));
        Self::before(options, svix)
    }

    /// A gateway in front of `svix`.
    pub fn before(options: Options, svix: SvixStandIn) -> Self {
        let world = World::new(WorldOptions {
            sessions: options.sessions,
            seed: options.seed,
            span: options.span,
            now: options.now,
            open: options.open,
            every: options.every,
        });
        Self {
            svix,
            world,
            started: Instant::now(),
            state: Arc::new(Mutex::new(State::new(&options))),
            kills: watch::Sender::new(()),
            drawn: AtomicU64::new(0),
            options,
        }
    }

    /// Answers a request as the gateway would. HEAD is answered as GET: the server leaves the body
    /// out and keeps its length.
    pub async fn handle(&self, request: &Request) -> Reply {
        if let Some(path) = routes::without_slash(&request.method, &request.path) {
            return answer::moved(path);
        }
        answer::with_common_headers(self.answer(request))
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
            let answer = self.answer_public(route, request, now);
            return answer.unwrap_or_else(|refusal| *refusal);
        }
        let by_token = |token: &str| self.caller_of(token);
        match auth::authenticate(&request.headers, &self.options.tokens.server, by_token) {
            Ok(caller) if route.access().admits(&caller) => self
                .answer_caller(route, &caller, request, now)
                .unwrap_or_else(|refusal| *refusal),
            Ok(_) => answer::message(403, "access denied"),
            Err(refusal) => *refusal,
        }
    }

    fn answer_public(&self, route: Route<'_>, request: &Request, now: Now) -> Answer {
        match route {
            Route::Health => Ok(info::health()),
            Route::PublicServerInfo => Ok(info::public_server_info()),
            Route::Login => Ok(login::login(request)),
            Route::Download(id) => sessions::download(self, id, request, now),
            Route::DownloadInput(id) => sessions::download_input(self, id, request, now),
            _ => Ok(answer::no_such_path()),
        }
    }

    fn answer_caller(
        &self,
        route: Route<'_>,
        caller: &Caller,
        request: &Request,
        now: Now,
    ) -> Answer {
        match route {
            Route::ServerInfo => Ok(info::server_info(&self.options)),
            Route::UserInfo => Ok(info::user_info(caller)),
            Route::Sessions => Ok(sessions::list(self, caller, request, now)),
            Route::RunScript => sessions::run(self, caller, request, now),
            Route::Session(id) => sessions::get(self, caller, id, request, now),
            Route::SessionResult(id) => sessions::result(self, caller, id, request, now),
            Route::SessionStream(id) => sessions::stream(self, caller, id, now),
            Route::SessionKill(id) => sessions::kill(self, caller, id, now),
            Route::RdpFrames(id) => sessions::rdp_frames(self, caller, id, now),
            Route::AuditLogs => Ok(audit::list(self, request, now)),
            Route::Connections => Ok(connections::list(request)),
            Route::Connection(name) => Ok(connections::get(name)),
            Route::AccessRules => Ok(connections::access_rules(&self.options)),
            Route::ApiKeys => Ok(api_keys::list(self)),
            Route::CreateApiKey => api_keys::create(self, caller, request, now),
            _ => self.answer_integration(route, request, now),
        }
    }

    fn answer_integration(&self, route: Route<'_>, request: &Request, now: Now) -> Answer {
        match route {
            Route::Plugins => Ok(plugins::list(&self.state())),
            Route::Plugin(name) => Ok(plugins::get(&self.state(), name)),
            Route::CreatePlugin => plugins::create(self, request, now),
            Route::ReplacePlugin => plugins::replace(self, request, now),
            Route::PluginConfig(name) => plugins::configure(self, name, request),
            Route::PluginConnection(name, id) => Ok(plugins::connection(&self.state(), name, id)),
            Route::AttachConnection(name, id) => plugins::attach(self, name, id, request, now),
            Route::DetachConnection(name, id) => Ok(plugins::detach(&mut self.state(), name, id)),
            _ => webhooks::answer(&self.svix, route, request),
        }
    }

    /// Whom an API key or the token of somebody who signed in belongs to.
    fn caller_of(&self, token: &str) -> Option<Caller> {
        let by_key = api_keys::caller_of(&self.state().api_keys, token);
        by_key.or_else(|| login::caller_of(token))
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

    /// A version 4 id, another one each time.
    fn random_id(&self) -> String {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        part_id(self.options.seed, drawn, "id").to_string()
    }

    /// 64 hexadecimal digits, others each time.
    fn random_hex(&self) -> String {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let part = |name| part_id(self.options.seed, drawn, name).simple().to_string();
        part("token") + &part("more of the token")
    }
}
