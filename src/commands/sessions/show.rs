//! `ddctl sessions show`.

use std::borrow::Cow;
use std::fmt::Write;

use clap::Args;

use super::list::outcome_cell;
use super::view::{SessionDetail, log_search_url};
use crate::commands::flags::GatewayAccess;
use crate::context::Context;
use crate::domain::session::{Session, Status};
use crate::domain::site::Site;
use crate::domain::time::human_duration;
use crate::error::Exit;
use crate::sources::{self, SessionRef};
use crate::ui::{Tone, Ui, escape};

/// Lines of a script that are shown before the rest is only counted.
const SCRIPT_LINES: usize = 20;
/// Columns in front of a value.
const INDENT: usize = 14;

/// Show one session: who, what, where, how it ended, and where to look
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions show 7c1e
  ddctl sessions show -o json \\
      https://use.hoop.dev/sessions/7c1e7a52-0d0f-4d7a-9a51-3e7d1f6b2c11")]
pub struct Show {
    /// An id, a unique prefix, or a pasted gateway or Datadog URL
    session: String,
    /// Show secrets in the script and in what checks and reviewers said as they are
    #[arg(long)]
    no_redact: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
}

pub async fn run(context: &Context, args: &Show) -> anyhow::Result<Exit> {
    let site = context.settings()?.site.value;
    let gateway = context.gateway(&args.gateway.flags())?;
    let id = sources::find(&gateway, &SessionRef::parse(&args.session)?, context.now()).await?;
    let redactor = context.redactor(args.no_redact)?;
    let session = gateway.session(&id).await?.redacted(&redactor);
    let url = gateway.page_of(&session.id);
    let detail = SessionDetail::of(&session, url.clone(), site);
    context
        .ui
        .one(&detail, || card(&context.ui, &session, &url, site))?;
    Ok(Exit::Done)
}

fn card(ui: &Ui, session: &Session, url: &str, site: Site) -> String {
    let mut card = Card {
        ui,
        text: String::new(),
    };
    card.head(session);
    card.line("who", &identity(session));
    card.line("connection", &connection(session));
    card.line(
        "started",
        &format!("{} ({})", ui.time(session.start_date), ui.zone()),
    );
    card.line("ran", &ran(session));
    let (outcome, tone) = outcome_cell(session);
    card.toned("outcome", &outcome, tone);
    card.review(session);
    card.findings(session);
    card.optional("correlation", session.correlation_id.as_deref());
    card.optional("batch", session.session_batch_id.as_deref());
    card.line("recording", &recording(session));
    if session.event_size > 0 || !session.is_done() {
        // The whole id: a prefix may fit others, and is not looked up at any age.
        card.line("replay", &format!("ddctl sessions replay {}", session.id));
    }
    card.line("page", url);
    card.line("in Datadog", &log_search_url(site, session));
    if session.status == Status::Open {
        card.line("to end it", &format!("an admin can, on its page: {url}"));
    }
    card.script(session);
    card.text
}

/// A column of names and a column of values.
struct Card<'a> {
    ui: &'a Ui,
    text: String,
}

impl Card<'_> {
    fn head(&mut self, session: &Session) {
        let id = self.ui.palette().paint(Tone::Strong, &session.id);
        let _ = writeln!(self.text, "session {id}");
    }

    fn line(&mut self, name: &str, value: &str) {
        self.toned(name, value, Tone::Plain);
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(name, value);
        }
    }

    fn toned(&mut self, name: &str, value: &str, tone: Tone) {
        let palette = self.ui.palette();
        let mut name = palette.paint(Tone::Dim, format!("  {name:<12}"));
        for line in self.broken(&escape::line(value)) {
            let _ = writeln!(self.text, "{name}{}", palette.paint(tone, line));
            name = " ".repeat(INDENT);
        }
    }

    /// The value in lines that fit the terminal. An address or an id stays whole, to be copied.
    fn broken(&self, value: &str) -> Vec<String> {
        let width = match self.ui.table_width() {
            // A command is copied as well.
            Some(width) if !value.starts_with("ddctl ") => width,
            _ => return vec![value.to_owned()],
        };
        let options = textwrap::Options::new(width.saturating_sub(INDENT).max(20))
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(value, options);
        lines.into_iter().map(Cow::into_owned).collect()
    }

    fn review(&mut self, session: &Session) {
        let Some(review) = &session.review else {
            return;
        };
        let approvers: Vec<&str> = review
            .groups
            .iter()
            .filter_map(|group| group.reviewed_by.as_deref())
            .collect();
        let by = if approvers.is_empty() {
            String::new()
        } else {
            format!(" by {}", approvers.join(", "))
        };
        let waited = review
            .created_at
            .zip(review.decided_at())
            .and_then(|(from, to)| to.duration_since(from).try_into().ok())
            .map_or(String::new(), |wait| {
                format!(" after {}", human_duration(wait))
            });
        self.line(
            "review",
            &format!("{}{by}{waited}", review.status.as_str().to_lowercase()),
        );
        self.optional("rule", review.access_request_rule_name.as_deref());
        self.optional("reason", review.rejection_reason.as_deref());
    }

    fn findings(&mut self, session: &Session) {
        for hit in &session.guardrails {
            let words = match hit.matched_words.as_slice() {
                [] => String::new(),
                words => format!(" on {}", words.join(", ")),
            };
            let text = format!("{} ({}){words}", hit.rule_name, hit.direction);
            self.toned("guardrail", &text, Tone::Warning);
        }
        if let Some(analysis) = &session.ai_analysis {
            let text = format!(
                "{}: {} ({})",
                analysis.risk_level, analysis.title, analysis.action
            );
            let tone = if analysis.is_block() {
                Tone::Warning
            } else {
                Tone::Plain
            };
            self.toned("risk", &text, tone);
        }
    }

    fn script(&mut self, session: &Session) {
        let Some(script) = session
            .script
            .as_deref()
            .filter(|script| !script.trim().is_empty())
        else {
            return;
        };
        let lines: Vec<&str> = script.trim_end().lines().collect();
        let _ = writeln!(self.text, "\n  script");
        for line in lines.iter().take(SCRIPT_LINES) {
            let line = format!("    {}", escape::line(&line.replace('\t', "    ")));
            let _ = writeln!(self.text, "{}", line.trim_end());
        }
        if lines.len() > SCRIPT_LINES {
            let more = lines.len() - SCRIPT_LINES;
            let _ = writeln!(self.text, "    … {more} more lines; -o json has them all");
        }
    }
}

fn identity(session: &Session) -> String {
    let identity = &session.identity;
    let machine = match &identity.machine_identity_id {
        Some(id) => format!(" · machine identity {id}"),
        None => String::new(),
    };
    format!("{} ({}){machine}", identity.label(), identity.kind.as_str())
}

fn connection(session: &Session) -> String {
    let tags: Vec<String> = session
        .connection
        .tags
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
        .collect();
    let tags = if tags.is_empty() {
        String::new()
    } else {
        format!(" · {}", tags.join(", "))
    };
    format!(
        "{} · {} · {}{tags}",
        session.connection.name,
        session.connection.full_type(),
        session.verb.as_str()
    )
}

fn ran(session: &Session) -> String {
    match session
        .end_date
        .and_then(|end| end.duration_since(session.start_date).try_into().ok())
    {
        Some(duration) => human_duration(duration),
        None => "not over yet".to_owned(),
    }
}

fn recording(session: &Session) -> String {
    let cut = if session.metrics.is_truncated {
        ", cut by the gateway's limit"
    } else {
        ""
    };
    match (session.event_size, session.is_done()) {
        (0, true) => "none".to_owned(),
        (0, false) => "its size is known when the session is over".to_owned(),
        (size, _) => format!("{size} bytes{cut}"),
    }
}
