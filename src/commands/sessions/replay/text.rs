//! A recording without its timing: as a transcript, or as the bytes that it is.

use std::io::{BufWriter, Write};
use std::ops::Range;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::SpooledTempFile;

use super::super::redaction_report::RedactionReport;
use super::{Loaded, Replay, TRANSCRIPT, options, warn};
use crate::context::Context;
use crate::domain::redaction::Redactor;
use crate::domain::time::human_duration;
use crate::error::{Exit, UsageError};
use crate::recording::redact::{self, Report};
use crate::recording::transcript::{self, Line, Redacted, Transcript};
use crate::recording::{Event, Size};
use crate::replay;
use crate::ui::{Tone, Ui};

/// How much is read between two looks at whether somebody wants it to end.
const AT_ONCE: usize = 1 << 20;

/// Prints the transcript.
pub async fn print(context: &Context, args: &Replay, loaded: &Loaded) -> anyhow::Result<Exit> {
    let clip = clip(context, args, loaded)?;
    let source = &loaded.source;
    let mut reader = source.input.open()?;
    let size = args
        .size
        .unwrap_or_else(|| replay::recorded_size(source, Size::ASSUMED));
    let redactor = context.redactor(args.no_redact)?;
    let mut transcript = Transcript::new(source.kind, size)
        .marking(&redactor)
        .counting(clip.clone());
    let mut redacted = Redacted::new(redactor.clone()).counting(clip.clone());
    let mut out = BufWriter::new(context.ui.raw_stdout());
    let (mut event, mut lines, mut found) = (Event::empty(), Vec::new(), Vec::new());
    let mut read = 0;
    let end = loop {
        match reader.read(&mut event) {
            Ok(true) => transcript.push(&event, &mut lines),
            end => break end,
        }
        lines
            .drain(..)
            .for_each(|line| redacted.push(line, &mut found));
        write(&context.ui, &mut out, &mut found, &clip)?;
        read += event.data.len();
        if read >= AT_ONCE {
            read = 0;
            tokio::task::yield_now().await;
        }
    };
    transcript.finish(&mut lines);
    lines
        .drain(..)
        .for_each(|line| redacted.push(line, &mut found));
    redacted.finish(&mut found);
    write(&context.ui, &mut out, &mut found, &clip)?;
    out.flush()?;
    warn(context, reader.warnings());
    if event.time < clip.start {
        let length = human_duration(event.time);
        let why = format!("nothing of the recording is in the clip: it ends after {length}");
        context.ui.warning(&why);
    }
    end.with_context(|| format!("read {}", args.session))?;
    let mut report = redacted.report().clone();
    transcript.report().iter().for_each(|own| report.merge(own));
    tell(args, &redactor, &report)?;
    Ok(Exit::Done)
}

/// Writes the report, where one is wanted.
fn tell(args: &Replay, redactor: &Redactor, report: &Report) -> anyhow::Result<()> {
    match &args.redaction_report {
        Some(path) => RedactionReport::of(&args.session, redactor, report).write(path),
        None => Ok(()),
    }
}

/// The recorded times that are wanted.
fn clip(context: &Context, args: &Replay, loaded: &Loaded) -> anyhow::Result<Range<Duration>> {
    let Some(clip) = &args.clip else {
        return Ok(Duration::ZERO..Duration::MAX);
    };
    let storage = Box::new(SpooledTempFile::new(TRANSCRIPT));
    let options = options(context, args, loaded);
    let times = replay::resolve(&loaded.source, clip, &options, storage);
    Ok(times.map_err(UsageError::new)?)
}

fn write(
    ui: &Ui,
    out: &mut impl Write,
    lines: &mut Vec<Line>,
    clip: &Range<Duration>,
) -> std::io::Result<()> {
    for line in lines.drain(..).filter(|line| clip.contains(&line.time)) {
        let tone = match line.tone {
            transcript::Tone::Plain => Tone::Plain,
            transcript::Tone::Input => Tone::Accent,
            transcript::Tone::Remark => Tone::Dim,
            transcript::Tone::Error => Tone::Bad,
        };
        writeln!(out, "{}", ui.palette().paint(tone, &line.text))?;
    }
    Ok(())
}

/// Writes what was printed, as it is but for its secrets.
pub async fn raw(context: &Context, args: &Replay, loaded: &Loaded) -> anyhow::Result<Exit> {
    let clip = clip(context, args, loaded)?;
    let mut reader = loaded.source.input.open()?;
    let redactor = context.redactor(args.no_redact)?;
    let mut events = redact::Redacted::new(&mut reader, redactor.clone()).counting(clip.clone());
    let mut out = BufWriter::new(context.ui.raw_stdout());
    let mut written = 0;
    for event in events.by_ref() {
        let event = event.with_context(|| format!("read {}", args.session))?;
        if !event.code.is_shown() || !clip.contains(&event.time) {
            continue;
        }
        out.write_all(&event.data)?;
        written += event.data.len();
        if written >= AT_ONCE {
            written = 0;
            tokio::task::yield_now().await;
        }
    }
    out.flush()?;
    drop(out);
    let report = events.report().clone();
    warn(context, reader.warnings());
    tell(args, &redactor, &report)?;
    Ok(Exit::Done)
}
