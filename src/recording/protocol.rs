//! Which kind of session a recording is of.
//!
//! The gateway stores the kind of a recording nowhere that its API shows. It follows from the
//! connection's type, its subtype and the verb, as the gateway itself decides
//! (hoophq/hoop `common/proto/types.go` `ToConnectionType`), and a look at the bytes settles what
//! these leave open: a recording file has none of them.

use super::{Code, Event};
use crate::domain::session::{Session, Verb};

/// How the bytes of a recording are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One script and what it printed, without a terminal.
    Exec,
    /// A pseudo-terminal: output with escape sequences, input echoed in it.
    Terminal,
    /// Client frames of the PostgreSQL wire protocol.
    Postgres,
    /// Text of queries.
    MySql,
    /// Text of batches.
    SqlServer,
    /// Commands as extended JSON.
    MongoDb,
    /// Printable runs of the client's bytes.
    Oracle,
    /// HTTP messages both ways; Kubernetes and MCP too.
    Http,
    /// The gateway's own channel packets, whose encoding is not public.
    Ssh,
    /// Handshakes and bitmaps of remote desktop.
    Rdp,
    /// Raw bytes.
    Tcp,
}

impl Kind {
    /// The kind of a gateway session's recording.
    pub fn of_session(session: &Session, events: &[Event]) -> Self {
        let connection = &session.connection;
        let declared = declared(&connection.kind, &connection.subtype, session.verb);
        match declared {
            // `custom` and what is not known: a terminal unless the bytes say otherwise.
            Some(Kind::Terminal) | None => seen(events).unwrap_or(Kind::Terminal),
            Some(kind) => kind,
        }
    }

    /// The kind of a recording of which nothing but its events is known.
    pub fn of_events(events: &[Event]) -> Self {
        seen(events).unwrap_or(Kind::Terminal)
    }

    /// True for databases reached by their own client: the gateway records what the client sent
    /// and no answers.
    pub fn is_native_database(self) -> bool {
        matches!(
            self,
            Kind::Postgres | Kind::MySql | Kind::SqlServer | Kind::MongoDb | Kind::Oracle
        )
    }

    /// True where the bytes are what a terminal showed.
    pub fn is_screen(self) -> bool {
        matches!(self, Kind::Exec | Kind::Terminal)
    }

    /// In words, for people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Exec => "script",
            Kind::Terminal => "terminal",
            Kind::Postgres => "PostgreSQL",
            Kind::MySql => "MySQL",
            Kind::SqlServer => "SQL Server",
            Kind::MongoDb => "MongoDB",
            Kind::Oracle => "Oracle",
            Kind::Http => "HTTP",
            Kind::Ssh => "SSH",
            Kind::Rdp => "remote desktop",
            Kind::Tcp => "TCP",
        }
    }
}

/// The kind that a session's fields declare, where the bytes have no say in it.
pub(super) fn declared_in(kind: &str, subtype: &str, verb: &str) -> Option<Kind> {
    let verb = match verb {
        "exec" => Verb::Exec,
        _ => Verb::Connect,
    };
    declared(kind, subtype, verb).filter(|kind| *kind != Kind::Terminal)
}

/// What the gateway's own table says; `None` where it names no protocol.
fn declared(kind: &str, subtype: &str, verb: Verb) -> Option<Kind> {
    if verb == Verb::Exec {
        return Some(Kind::Exec);
    }
    Some(match (kind, subtype) {
        ("database", "postgres") | ("postgres", _) => Kind::Postgres,
        ("database", "mysql") | ("mysql", _) => Kind::MySql,
        ("database", "mssql") | ("mssql", _) => Kind::SqlServer,
        ("database", "mongodb") | ("mongodb", _) => Kind::MongoDb,
        ("database", "oracledb") | ("oracledb", _) => Kind::Oracle,
        ("httpproxy" | "kubernetes" | "mcp" | "mcpproxy" | "claude-code", _)
        | ("custom", "kubernetes" | "kubernetes-eks" | "kubernetes-token" | "httpproxy")
        | ("custom" | "application", "mcpproxy")
        | ("application", "httpproxy" | "kibana" | "grafana") => Kind::Http,
        ("application", "ssh" | "ssh-local" | "git" | "github") | ("ssh", _) => Kind::Ssh,
        ("custom", "rdp") | ("rdp", _) => Kind::Rdp,
        ("application", "tcp") | ("tcp", _) => Kind::Tcp,
        ("custom" | "command-line" | "application", _) => Kind::Terminal,
        _ => return None,
    })
}

/// What the bytes say; `None` where they say nothing.
fn seen(events: &[Event]) -> Option<Kind> {
    let first = |code: Code| {
        events
            .iter()
            .find(|event| event.code == code && !event.data.is_empty())
            .map(|event| event.data.as_slice())
    };
    match (first(Code::Input), first(Code::Output)) {
        (Some(input), _) if is_http_request(input) => Some(Kind::Http),
        (Some(input), None) if super::postgres::looks_like_frames(input) => Some(Kind::Postgres),
        (_, Some(_)) if has_bare_line_ends(events) => Some(Kind::Exec),
        (_, Some(_)) => Some(Kind::Terminal),
        _ => None,
    }
}

/// True for output that never met a terminal, which would have made CR LF of every LF.
fn has_bare_line_ends(events: &[Event]) -> bool {
    let mut has_line_ends = false;
    let mut before = 0;
    for event in events.iter().filter(|event| event.code == Code::Output) {
        for at in memchr::memchr_iter(b'\n', &event.data) {
            let preceding = at.checked_sub(1).map_or(before, |at| event.data[at]);
            if preceding == b'\r' {
                return false;
            }
            has_line_ends = true;
        }
        before = event.data.last().copied().unwrap_or(before);
    }
    has_line_ends
}

/// True for the beginning of an HTTP request.
pub(super) fn is_http_request(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r' || *byte == b'\n').next();
    let line = line.unwrap_or_default();
    let is_method = line
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count()
        > 2;
    is_method && (line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn event(code: Code, data: &[u8]) -> Event {
        Event {
            time: Duration::ZERO,
            code,
            data: data.to_vec(),
            index: 0,
        }
    }

    #[test]
    fn the_gateways_table_decides_by_type_subtype_and_verb() {
        let connect = |kind, subtype| declared(kind, subtype, Verb::Connect);
        assert_eq!(connect("database", "postgres"), Some(Kind::Postgres));
        assert_eq!(connect("database", "oracledb"), Some(Kind::Oracle));
        assert_eq!(connect("httpproxy", "kubernetes"), Some(Kind::Http));
        assert_eq!(connect("application", "ssh"), Some(Kind::Ssh));
        assert_eq!(connect("custom", ""), Some(Kind::Terminal));
        assert_eq!(connect("something-new", "x"), None);
        assert_eq!(
            declared("database", "postgres", Verb::Exec),
            Some(Kind::Exec)
        );
    }

    #[test]
    fn without_a_session_the_bytes_decide() {
        let query = event(Code::Input, b"Q\0\0\0\x0dSELECT 1\0");
        let request = event(Code::Input, b"GET / HTTP/1.1\r\n\r\n");
        let output = event(Code::Output, b"$ ");
        assert_eq!(
            Kind::of_events(std::slice::from_ref(&query)),
            Kind::Postgres
        );
        assert_eq!(Kind::of_events(&[request, output.clone()]), Kind::Http);
        assert_eq!(Kind::of_events(&[query, output]), Kind::Terminal);
        assert_eq!(Kind::of_events(&[]), Kind::Terminal);
        let script = event(Code::Output, b"BEGIN\nCOMMIT\n");
        assert_eq!(Kind::of_events(&[script]), Kind::Exec);
        let halves = [event(Code::Output, b"a\r"), event(Code::Output, b"\nb")];
        assert_eq!(Kind::of_events(&halves), Kind::Terminal);
    }
}
