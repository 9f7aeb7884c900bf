//! The routes that the stand-in answers, and whom each lets in (hoophq/hoop `gateway/api/server.go`).

use hyper::Method;

use super::auth::Access;

/// One operation, with what its path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    Health,
    PublicServerInfo,
    ServerInfo,
    UserInfo,
    Login,
    Sessions,
    RunScript,
    Session(&'a str),
    SessionResult(&'a str),
    SessionStream(&'a str),
    SessionKill(&'a str),
    RdpFrames(&'a str),
    Download(&'a str),
    DownloadInput(&'a str),
    AuditLogs,
    Connections,
    Connection(&'a str),
    AccessRules,
    Plugins,
    Plugin(&'a str),
    CreatePlugin,
    ReplacePlugin,
    PluginConfig(&'a str),
    PluginConnection(&'a str, &'a str),
    AttachConnection(&'a str, &'a str),
    DetachConnection(&'a str, &'a str),
    Endpoints,
    Endpoint(&'a str),
    CreateEndpoint,
    ReplaceEndpoint(&'a str),
    DeleteEndpoint(&'a str),
    EventTypes,
    EventType(&'a str),
    CreateEventType,
    ReplaceEventType(&'a str),
    DeleteEventType(&'a str),
    Attempts,
    Message(&'a str),
    CreateMessage,
    WebhooksDashboard,
    ApiKeys,
    CreateApiKey,
}

/// The operation of `method` on `path`, where there is one. HEAD is answered as GET.
pub fn find<'a>(method: &Method, path: &'a str) -> Option<Route<'a>> {
    let segments: Vec<&str> = path.strip_prefix("/api/")?.split('/').collect();
    if segments.contains(&"") {
        return None;
    }
    match method.as_str() {
        "GET" | "HEAD" => find_get(&segments),
        "POST" => find_post(&segments),
        "PUT" => find_put(&segments),
        "DELETE" => find_delete(&segments),
        _ => None,
    }
}

/// The path that a GET with a slash too many is sent to. Other methods get a 307 from the real
/// router, which nobody here asks for.
pub fn without_slash<'a>(method: &Method, path: &'a str) -> Option<&'a str> {
    let shorter = path.strip_suffix('/')?;
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    (is_read && find(method, path).is_none() && find(method, shorter).is_some()).then_some(shorter)
}

fn find_get<'a>(segments: &[&'a str]) -> Option<Route<'a>> {
    Some(match segments {
        ["healthz"] => Route::Health,
        ["publicserverinfo"] => Route::PublicServerInfo,
        ["serverinfo"] => Route::ServerInfo,
        ["userinfo"] => Route::UserInfo,
        ["sessions"] | ["plugins", "audit", "sessions"] => Route::Sessions,
        ["sessions", id] | ["plugins", "audit", "sessions", id] => Route::Session(id),
        ["sessions", id, "result", "stream"] => Route::SessionResult(id),
        ["sessions", id, "stream"] => Route::SessionStream(id),
        ["sessions", id, "rdp-frames"] => Route::RdpFrames(id),
        ["sessions", id, "download"] => Route::Download(id),
        ["sessions", id, "download", "input"] => Route::DownloadInput(id),
        ["audit", "logs"] => Route::AuditLogs,
        ["connections"] => Route::Connections,
        ["connections", name] => Route::Connection(name),
        ["access-requests", "rules"] => Route::AccessRules,
        ["plugins"] => Route::Plugins,
        ["plugins", name] => Route::Plugin(name),
        ["plugins", name, "conn", id] => Route::PluginConnection(name, id),
        ["webhooks", "endpoints"] => Route::Endpoints,
        ["webhooks", "endpoints", id] => Route::Endpoint(id),
        ["webhooks", "eventtypes"] => Route::EventTypes,
        ["webhooks", "eventtypes", name] => Route::EventType(name),
        ["webhooks", "messages"] => Route::Attempts,
        ["webhooks", "messages", id] => Route::Message(id),
        ["webhooks-dashboard"] => Route::WebhooksDashboard,
        ["api-keys"] => Route::ApiKeys,
        _ => return None,
    })
}

fn find_post<'a>(segments: &[&'a str]) -> Option<Route<'a>> {
    Some(match segments {
        ["localauth", "login"] => Route::Login,
        ["sessions"] => Route::RunScript,
        ["sessions", id, "kill"] => Route::SessionKill(id),
        ["plugins"] => Route::CreatePlugin,
        ["webhooks", "endpoints"] => Route::CreateEndpoint,
        ["webhooks", "eventtypes"] => Route::CreateEventType,
        ["webhooks", "messages"] => Route::CreateMessage,
        ["api-keys"] => Route::CreateApiKey,
        _ => return None,
    })
}

fn find_put<'a>(segments: &[&'a str]) -> Option<Route<'a>> {
    Some(match segments {
        // The name in the body decides, not the one in the path.
        ["plugins", _] => Route::ReplacePlugin,
        ["plugins", name, "config"] => Route::PluginConfig(name),
        ["plugins", name, "conn", id] => Route::AttachConnection(name, id),
        ["webhooks", "endpoints", id] => Route::ReplaceEndpoint(id),
        ["webhooks", "eventtypes", name] => Route::ReplaceEventType(name),
        _ => return None,
    })
}

fn find_delete<'a>(segments: &[&'a str]) -> Option<Route<'a>> {
    Some(match segments {
        ["plugins", name, "conn", id] => Route::DetachConnection(name, id),
        ["webhooks", "endpoints", id] => Route::DeleteEndpoint(id),
        ["webhooks", "eventtypes", name] => Route::DeleteEventType(name),
        _ => return None,
    })
}

impl Route<'_> {
    pub fn access(self) -> Access {
        match self {
            Route::Health
            | Route::PublicServerInfo
            | Route::Login
            | Route::Download(_)
            | Route::DownloadInput(_) => Access::Public,
            Route::ServerInfo
            | Route::UserInfo
            | Route::Sessions
            | Route::Session(_)
            | Route::SessionResult(_)
            | Route::SessionStream(_)
            | Route::RdpFrames(_)
            | Route::Connections
            | Route::Connection(_)
            | Route::Plugins
            | Route::Plugin(_) => Access::Everyone,
            Route::SessionKill(_) | Route::RunScript => Access::NotAuditors,
            Route::AuditLogs
            | Route::AccessRules
            | Route::PluginConnection(..)
            | Route::Endpoints
            | Route::Endpoint(_)
            | Route::EventTypes
            | Route::EventType(_)
            | Route::Attempts
            | Route::Message(_)
            | Route::WebhooksDashboard => Access::AdminsAndAuditors,
            Route::CreatePlugin
            | Route::ReplacePlugin
            | Route::PluginConfig(_)
            | Route::AttachConnection(..)
            | Route::DetachConnection(..)
            | Route::CreateEndpoint
            | Route::ReplaceEndpoint(_)
            | Route::DeleteEndpoint(_)
            | Route::CreateEventType
            | Route::ReplaceEventType(_)
            | Route::DeleteEventType(_)
            | Route::CreateMessage
            | Route::ApiKeys
            | Route::CreateApiKey => Access::Admins,
        }
    }
}
