//! Everything that comes, until the end: shown, counted, handed on.

use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::program::Program;
use super::show::Show;
use crate::commands::shipping::Carried;
use crate::context::Context;
use crate::delivery::Summary;
use crate::error::{Exit, TimedOut};
use crate::receive::{Arrival, Facts, Forest, Server};
use crate::ui::counted;

/// Requests that wait to be shown.
const QUEUE: usize = 64;

/// One run.
pub(super) struct Listening<'a> {
    context: &'a Context,
    server: Server,
    program: Program,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub counts: Counts,
    /// `None` where no program was run, or it was not waited for.
    pub program: Option<u8>,
    /// Somebody stopped it while the program ran.
    pub is_cut_short: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub spans: u64,
    pub traces: u64,
    /// Spans, and requests of which nothing could be made.
    pub refused: u64,
    pub metrics: u64,
    pub logs: u64,
}

/// What became of the spans that were passed on, at the destination that took the fewest; of best
/// effort only where there is nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passed {
    forwarded: u64,
    refused: u64,
}

impl Passed {
    pub fn of(carried: &[Carried]) -> Self {
        let is_required = carried.iter().any(|one| !one.is_best_effort);
        let counted = carried
            .iter()
            .filter(|one| !(is_required && one.is_best_effort));
        let summaries: Vec<Summary> = counted.map(Carried::summary).collect();
        let forwarded = summaries.iter().map(|one| one.accepted).min();
        let refused = summaries.iter().map(|one| one.dead_letters).max();
        Self {
            forwarded: forwarded.unwrap_or(0),
            refused: refused.unwrap_or(0),
        }
    }
}

impl<'a> Listening<'a> {
    pub fn new(context: &'a Context, server: Server, program: Program) -> Self {
        Self {
            context,
            server,
            program,
        }
    }

    /// Until the program has ended, or somebody stops it. Good spans are handed to `spans`.
    pub async fn run(
        mut self,
        spans: Option<mpsc::Sender<ResourceSpans>>,
    ) -> anyhow::Result<Ended> {
        let ui = &self.context.ui;
        if !self.program.runs() {
            let url = self.server.url();
            ui.status(&format!("listening: OTEL_EXPORTER_OTLP_ENDPOINT={url}"));
            ui.status("Ctrl-C ends it");
        }
        let (close, closed) = watch::channel(false);
        let (arrivals, mut arrived) = mpsc::channel(QUEUE);
        tokio::spawn(self.server.serve(arrivals, closed));
        let mut stop = self.context.cancel();
        let deadline = self.context.deadline();
        let mut desk = Desk {
            show: Show::new(ui),
            forest: Forest::default(),
            spans,
            counts: Counts::default(),
        };
        let mut code = None;
        loop {
            let due = desk.forest.next_due();
            tokio::select! {
                arrival = arrived.recv() => match arrival {
                    Some(arrival) => desk.take(arrival).await?,
                    // The server and everybody it talked to have ended.
                    None => break,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    desk.show_due()?;
                }
                ended = self.program.ended(), if self.program.runs() => {
                    code = Some(ended?);
                    close.send_replace(true);
                }
                _ = stop.wait_for(|stop| *stop), if !*close.borrow() => {
                    close.send_replace(true);
                }
                () = until(deadline), if !*close.borrow() => {
                    close.send_replace(true);
                }
            }
        }
        Ok(Ended {
            is_cut_short: self.program.runs(),
            ..desk.end(code)?
        })
    }
}

/// Waits for ever where there is none.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Where arrivals are looked at.
struct Desk<'a> {
    show: Show<'a>,
    forest: Forest,
    spans: Option<mpsc::Sender<ResourceSpans>>,
    counts: Counts,
}

impl Desk<'_> {
    async fn take(&mut self, arrival: Arrival) -> anyhow::Result<()> {
        match arrival {
            Arrival::Spans { good, refused } => {
                self.refuse(&refused);
                for of_resource in good {
                    self.take_spans(&of_resource)?;
                    if let Some(spans) = &self.spans {
                        // Where nobody takes them any more, the delivery says why.
                        let _ = spans.send(of_resource).await;
                    }
                }
                self.show_due()?;
            }
            Arrival::Metrics { names, cumulative } => {
                self.counts.metrics += names.len() as u64;
                self.show.cumulative(&cumulative);
            }
            Arrival::Logs { count } => self.counts.logs += count,
            Arrival::Refused { why } => self.refuse(&[why]),
        }
        Ok(())
    }

    fn refuse(&mut self, reasons: &[String]) {
        self.counts.refused += reasons.len() as u64;
        reasons.iter().for_each(|why| self.show.refused(why));
    }

    fn take_spans(&mut self, of_resource: &ResourceSpans) -> anyhow::Result<()> {
        let spans = of_resource.scope_spans.iter();
        for span in spans.flat_map(|of_scope| &of_scope.spans) {
            // Those with a flaw were taken out.
            if let Ok(facts) = Facts::of(span, of_resource.resource.as_ref()) {
                self.counts.spans += 1;
                self.show.span(&facts)?;
                self.forest.add(facts, Instant::now());
            }
        }
        Ok(())
    }

    fn show_due(&mut self) -> anyhow::Result<()> {
        let trees = self.forest.due(Instant::now());
        self.show_trees(trees)
    }

    fn show_trees(&mut self, trees: Vec<crate::receive::Tree>) -> anyhow::Result<()> {
        for tree in trees {
            self.counts.traces += u64::from(!tree.is_late);
            self.show.tree(tree)?;
        }
        Ok(())
    }

    fn end(mut self, program: Option<u8>) -> anyhow::Result<Ended> {
        let rest = self.forest.rest();
        self.show_trees(rest)?;
        self.show.end(&self.counts)?;
        Ok(Ended {
            counts: self.counts,
            program,
            is_cut_short: false,
        })
    }
}

impl Ended {
    /// Says what was emitted, forwarded and refused. The program's own failure comes first; where it
    /// went well and nothing came, the answer is no.
    pub fn conclude(self, context: &Context, passed: Option<Passed>) -> anyhow::Result<Exit> {
        let counts = self.counts;
        let mut parts = vec![format!(
            "{} emitted in {}",
            counted(counts.spans, "span"),
            counted(counts.traces, "trace")
        )];
        parts.extend(passed.map(|passed| format!("{} forwarded", passed.forwarded)));
        let refused = counts.refused + passed.map_or(0, |passed| passed.refused);
        parts.push(format!("{refused} refused"));
        if counts.metrics > 0 {
            parts.push(counted(counts.metrics, "metric"));
        }
        if counts.logs > 0 {
            parts.push(counted(counts.logs, "log"));
        }
        context.ui.status(&parts.join(", "));
        Ok(match self.program {
            Some(0) if counts.spans == 0 => {
                context.ui.hint(
                    "no span came: is the SDK set up in the program, and does it flush before it \
                     ends? An address that is set in code wins over the variables",
                );
                Exit::AnswerIsNo
            }
            None if self.is_cut_short => {
                let deadline = context.deadline();
                if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                    let timeout = context.globals.timeout.unwrap_or_default();
                    return Err(TimedOut(timeout).into());
                }
                Exit::Interrupted
            }
            Some(0) | None => Exit::Done,
            Some(code) => Exit::OfProgram(code),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(is_best_effort: bool, accepted: u64, dead_letters: u64) -> Carried {
        Carried {
            name: "otlp".to_owned(),
            noun: "span",
            is_best_effort,
            lacked: 0,
            known: 0,
            receipt: None,
            result: Ok(Summary {
                accepted,
                dead_letters,
                ..Summary::default()
            }),
        }
    }

    #[test]
    fn what_is_of_best_effort_counts_only_where_there_is_nothing_else() {
        let passed = |forwarded, refused| Passed { forwarded, refused };
        let all = [
            carried(false, 9, 1),
            carried(false, 8, 0),
            carried(true, 0, 7),
        ];
        assert_eq!(Passed::of(&all), passed(8, 1));
        assert_eq!(Passed::of(&all[2..]), passed(0, 7));
        assert_eq!(Passed::of(&[]), passed(0, 0));
    }
}
