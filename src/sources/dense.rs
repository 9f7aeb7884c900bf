//! One second with more rows than paging reaches, read in parts: by type, then by connection, then
//! by user, since the gateway's list can be narrowed by these and by nothing finer than a second.
//! Pure, as [`Windows`](super::window::Windows) is.
//!
//! A name that no row shows is none to ask for, so every part that had to be divided is counted by
//! the gateway in the end, and what it has beyond what was read is named.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::error::SourceError;
use super::window::{Ahead, PageRequest, Reach, STALLS, TICK};
use crate::domain::session::Session;
use crate::domain::time::TimeRange;
use crate::gateway::{GatewayError, SessionPage, SessionQuery};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A part of a second's rows: those that have all of these names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// The parent type.
    pub kind: Option<String>,
    pub connection: Option<String>,
    /// The subject.
    pub user: Option<String>,
}

impl Part {
    pub fn of(query: &SessionQuery) -> Self {
        Self {
            kind: query.kind.clone(),
            connection: query.connection.clone(),
            user: query.user_id.clone(),
        }
    }

    pub fn narrow(&self, query: &SessionQuery) -> SessionQuery {
        SessionQuery {
            kind: self.kind.clone(),
            connection: self.connection.clone(),
            user_id: self.user.clone(),
            ..query.clone()
        }
    }

    fn holds(&self, place: &Place) -> bool {
        let is = |wanted: &Option<String>, name: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == name)
        };
        is(&self.kind, &place.kind)
            && is(&self.connection, &place.connection)
            && is(&self.user, &place.user)
    }

    /// True where every row of `other` is one of these.
    fn covers(&self, other: &Part) -> bool {
        let is =
            |wanted: &Option<String>, given: &Option<String>| wanted.is_none() || wanted == given;
        is(&self.kind, &other.kind)
            && is(&self.connection, &other.connection)
            && is(&self.user, &other.user)
    }

    /// By the first name that is not given yet; nothing where all are.
    fn divided(&self, names: &Names) -> Vec<Part> {
        let kind = |kind: &String| Part {
            kind: Some(kind.clone()),
            ..self.clone()
        };
        let connection = |name: &String| Part {
            connection: Some(name.clone()),
            ..self.clone()
        };
        let user = |user: &String| Part {
            user: Some(user.clone()),
            ..self.clone()
        };
        match (&self.kind, &self.connection, &self.user) {
            (None, _, _) => names.connections.keys().map(kind).collect(),
            (Some(kind), None, _) => {
                let known = names.connections.get(kind).into_iter().flatten();
                known.map(connection).collect()
            }
            (Some(_), Some(_), None) => names.users.iter().map(user).collect(),
            (Some(_), Some(_), Some(_)) => Vec::new(),
        }
    }
}

/// The names a row can be asked for by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: String,
    connection: String,
    user: String,
}

/// The names that are known to be asked for. An empty one would be taken for none.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By their type.
    connections: BTreeMap<String, BTreeSet<String>>,
    users: BTreeSet<String>,
}

impl Names {
    pub fn note_connection(&mut self, kind: &str, name: &str) {
        if kind.is_empty() {
            return;
        }
        if !self.connections.contains_key(kind) {
            self.connections.insert(kind.to_owned(), BTreeSet::new());
        }
        if let Some(names) = self.connections.get_mut(kind)
            && !name.is_empty()
            && !names.contains(name)
        {
            names.insert(name.to_owned());
        }
    }

    pub fn note(&mut self, row: &Session) {
        self.note_connection(&row.connection.kind, &row.connection.name);
        let user = &row.identity.id;
        if !user.is_empty() && !self.users.contains(user) {
            self.users.insert(user.clone());
        }
    }
}

/// Sessions of one second that the gateway has and does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Where the second begins.
    pub second: Timestamp,
    /// Of one parent type, where that is known; the same for the others.
    pub kind: Option<String>,
    pub connection: Option<String>,
    pub user: Option<String>,
    /// At most: rows at the second's very beginning may be among them, and those are read.
    pub sessions: u64,
}

impl Hidden {
    /// The start times of which nobody can be sure. The gateway's window takes its ends in.
    pub(super) fn hole(&self) -> TimeRange {
        let since = self.second + TICK;
        TimeRange {
            since,
            until: since + SECOND,
        }
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.sessions == 1 {
            "session"
        } else {
            "sessions"
        };
        write!(f, "{} {noun} of the second {}", self.sessions, self.second)?;
        let names = [
            ("type", &self.kind),
            ("connection", &self.connection),
            ("user", &self.user),
        ];
        for (name, value) in names {
            if let Some(value) = value {
                write!(f, ", {name} {value}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
enum Task {
    Read(Part),
    Count(Part),
}

/// The reading of one second.
#[derive(Debug)]
pub(super) struct Dense {
    reach: Reach,
    start: Timestamp,
    end: Timestamp,
    /// The last is under way.
    tasks: Vec<Task>,
    offset: u32,
    /// Ids of the part that is being read.
    here: HashSet<String>,
    read: BTreeMap<Place, HashSet<String>>,
    hidden: Vec<Hidden>,
    stalls: u32,
}

impl Dense {
    /// The second that ends at `end`, a whole one.
    pub fn new(end: Timestamp, root: Part, reach: Reach) -> Self {
        Self {
            reach,
            start: end - SECOND,
            end,
            tasks: vec![Task::Read(root)],
            offset: 0,
            here: HashSet::new(),
            read: BTreeMap::new(),
            hidden: Vec::new(),
            stalls: 0,
        }
    }

    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// Down to where everything was given before this second.
    pub fn whole_from(&self) -> Timestamp {
        self.end + TICK
    }

    /// The next page; `None` when the second is dealt with.
    pub fn next(&self) -> Option<PageRequest> {
        let (part, limit, is_counted) = match self.tasks.last()? {
            Task::Read(part) => (part, self.reach.page, false),
            Task::Count(part) => (part, 1, true),
        };
        Some(PageRequest {
            start: self.start,
            end: self.end,
            offset: self.offset,
            limit,
            part: Some(part.clone()),
            is_counted,
        })
    }

    /// Takes the page that [`Dense::next`] asked for; gives its rows, doubles among them.
    pub fn take(
        &mut self,
        page: SessionPage,
        names: &mut Names,
    ) -> Result<Vec<Session>, SourceError> {
        match self.tasks.pop() {
            Some(Task::Read(part)) => self.take_rows(part, page, names),
            Some(Task::Count(part)) => {
                let total = page.total.ok_or_else(uncounted)?;
                self.count(part, total);
                Ok(Vec::new())
            }
            None => Ok(Vec::new()),
        }
    }

    pub fn into_hidden(self) -> Vec<Hidden> {
        self.hidden
    }

    fn take_rows(
        &mut self,
        part: Part,
        page: SessionPage,
        names: &mut Names,
    ) -> Result<Vec<Session>, SourceError> {
        let rows = page.rows;
        if !self.joins(&rows) {
            self.leave();
            self.stall()?;
            self.tasks.push(Task::Read(part));
            return Ok(Vec::new());
        }
        for row in &rows {
            names.note(row);
            if self.note(row) {
                self.stalls = 0;
            }
        }
        let read = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        if !page.has_next_page || read == 0 {
            self.leave();
            return Ok(rows);
        }
        match self
            .reach
            .behind(self.offset.saturating_add(read), self.offset)
        {
            Ahead::Beyond => {
                self.divide(part, names);
                return Ok(rows);
            }
            Ahead::At(offset) => self.offset = offset,
            Ahead::Nowhere => self.stall()?,
        }
        self.tasks.push(Task::Read(part));
        Ok(rows)
    }

    /// True where no row can lie between what was read of the part and this page.
    fn joins(&self, rows: &[Session]) -> bool {
        self.offset == 0 || rows.first().is_some_and(|row| self.here.contains(&row.id))
    }

    /// True where the row was not read before.
    fn note(&mut self, row: &Session) -> bool {
        self.here.insert(row.id.clone());
        let place = Place {
            kind: row.connection.kind.clone(),
            connection: row.connection.name.clone(),
            user: row.identity.id.clone(),
        };
        self.read.entry(place).or_default().insert(row.id.clone())
    }

    fn leave(&mut self) {
        self.offset = 0;
        self.here.clear();
    }

    /// Reads the parts of `part`, then has it counted.
    fn divide(&mut self, part: Part, names: &Names) {
        self.leave();
        let parts = part.divided(names);
        self.tasks.push(Task::Count(part));
        self.tasks.extend(parts.into_iter().map(Task::Read));
    }

    /// `total` rows are there: what of them was neither read nor named already?
    fn count(&mut self, part: Part, total: u64) {
        let places = self.read.iter().filter(|(place, _)| part.holds(place));
        let read: u64 = places.map(|(_, ids)| ids.len() as u64).sum();
        let named: u64 = self
            .hidden
            .iter()
            .filter(|hidden| part.covers(&hidden.part()))
            .map(|hidden| hidden.sessions)
            .sum();
        let sessions = total.saturating_sub(read + named);
        if sessions > 0 {
            self.hidden.push(Hidden {
                second: self.start,
                kind: part.kind,
                connection: part.connection,
                user: part.user,
                sessions,
            });
        }
    }

    fn stall(&mut self) -> Result<(), SourceError> {
        self.stalls += 1;
        match self.stalls > STALLS {
            true => Err(SourceError::Unstable { around: self.end }),
            false => Ok(()),
        }
    }
}

fn uncounted() -> SourceError {
    SourceError::Gateway(GatewayError::Malformed {
        request: "GET /sessions".to_owned(),
        why: "it was asked to count and gave no total".to_owned(),
    })
}

impl Hidden {
    fn part(&self) -> Part {
        Part {
            kind: self.kind.clone(),
            connection: self.connection.clone(),
            user: self.user.clone(),
        }
    }
}
