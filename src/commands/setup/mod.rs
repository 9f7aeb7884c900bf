//! `ddctl setup`: from nothing to the first session event in Datadog, and the way back.

mod answers;
mod asking;
mod carry_out;
mod ending;
mod first_event;
mod found;
mod keep;
mod memory;
mod profile;
mod review;
mod stage;
mod steps;
mod undo;
mod view;
mod walk;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::answers::AnswerFlags;
use self::asking::Consent;
use self::first_event::ScriptFlags;
use self::view::View;
use self::walk::{Mode, Walk};
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::config::SecretFlags;
use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::Exit;
use crate::ui::prompt::StoppedAsking;
use crate::wizard::{Answers, Change, StepId};

/// Set up the way from the gateway to Datadog, step by step, until the first event is there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl setup
  ddctl setup packs
  ddctl setup --dry-run
  ddctl setup --print-file > answers.toml
  ddctl setup --file answers.toml --no-input --yes --wait 10m
  ddctl setup first-event --run-on prod-db --script 'SELECT 1'
  ddctl setup --site eu --gateway-url https://use.hoop.dev --delivery export
  ddctl setup --undo --dry-run

Each answer is held against the real service at once. Nothing is changed before you have seen what \
would be, and said yes. At any question `back` goes one step back, `skip` leaves the step out, `-` \
empties an answer, and Ctrl-C leaves: `ddctl setup` goes on from there. Run again it shows what stands, \
and changes nothing where nothing changed; `ddctl setup STEP` asks one step anew.

Keys and tokens are taken from the environment, the gateway CLI's settings, the Datadog Agent's \
datadog.yaml, files named by flags, or a hidden prompt. New ones are kept as `ddctl auth set` keeps \
them; answers that are written down hold none.

A key that the site refuses is tried again for 20 seconds, since new keys take a while to spread. \
Other commercial sites see it only after you said so, government sites only when --site names one.

--undo removes what carries our mark at Datadog and the endpoint on the gateway, from any machine; and \
on this one what setup changed, putting back what it replaced. It lists first and asks, and refuses \
while events are not delivered. What a service that is away has is named, and left for the next try. \
Receipts stay, unless --with-receipts.

Exit 2 where answers are missing, 4 where a key or token is refused, 5 where a service is away, 6 where \
--undo would lose events, 130 where you left.")]
pub struct Setup {
    /// One step, asked anew; those that it needs are checked
    #[arg(value_name = "STEP")]
    step: Option<StepId>,
    #[command(flatten)]
    answers: AnswerFlags,
    /// Keep keys that a variable or a file holds as well
    #[arg(long)]
    keep_secrets: bool,
    /// Print the answers, without secrets, for --file, and do no more
    #[arg(long, conflicts_with_all = ["undo", "dry_run"])]
    print_file: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// How long a session may take to begin in the last step [default: until it does; without a
    /// terminal the step is left out]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    wait: Option<Duration>,
    /// Remove what was set up, and put back what it replaced
    #[arg(long, conflicts_with_all = ["step", "file", "keep_secrets", "wait"])]
    undo: bool,
    /// With --undo: the receipts as well, which prove what was sent
    #[arg(long, requires = "undo")]
    with_receipts: bool,
    /// Read the Svix token from FILE (else DDCTL_SVIX_TOKEN)
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    svix_token_file: Option<PathBuf>,
    #[command(flatten)]
    script: ScriptFlags,
    #[command(flatten)]
    datadog: DatadogAccess,
    #[command(flatten)]
    gateway: GatewayAccess,
}

impl Setup {
    fn secrets(&self) -> SecretFlags {
        SecretFlags {
            gateway_token_file: self.gateway.flags().gateway_token_file,
            svix_token_file: self.svix_token_file.clone(),
            ..self.datadog.flags()
        }
    }
}

pub async fn run(context: &Context, args: &Setup) -> anyhow::Result<Exit> {
    if args.undo {
        let wanted = undo::Wanted {
            secrets: args.secrets(),
            is_dry_run: args.dry_run,
            with_receipts: args.with_receipts,
        };
        return undo::run(context, &wanted).await;
    }
    let given = args.answers.read(context)?;
    if args.print_file {
        return print_file(context, &given);
    }
    if !args.dry_run {
        context.require_write("setting up")?;
    }
    let mode = Mode {
        secrets: args.secrets(),
        is_piped: false,
        chosen: args.step,
        is_dry_run: args.dry_run,
        keep_secrets: args.keep_secrets,
        given,
    };
    let mut walk = Walk::new(context, mode)?;
    match set_up(&mut walk, args).await {
        Err(error) if is_left(&error) => Ok(ending::left(&walk)),
        done => done,
    }
}

/// What would be answered without being asked, in the form of `--file`.
fn print_file(context: &Context, given: &Answers) -> anyhow::Result<Exit> {
    let mode = Mode {
        secrets: SecretFlags::default(),
        is_piped: false,
        chosen: None,
        is_dry_run: true,
        keep_secrets: false,
        given: given.clone(),
    };
    let walk = Walk::new(context, mode)?;
    let found = walk.found.iter();
    let mut answers = walk.answers.clone();
    for (field, found) in found {
        if answers.get(*field).is_none() {
            answers.set(*field, found.value.clone());
        }
    }
    context.ui.write(answers.to_file().as_bytes())?;
    Ok(Exit::Done)
}

fn is_left(error: &anyhow::Error) -> bool {
    error.is::<StoppedAsking>()
}

async fn set_up(walk: &mut Walk<'_>, args: &Setup) -> anyhow::Result<Exit> {
    ending::greet(walk);
    answers::require(walk)?;
    walk_steps(walk, false).await?;
    let changes = loop {
        args.script.check(walk)?;
        let changes = review::changes(walk)?;
        match review::show_and_ask(walk, &changes)? {
            Consent::Yes => break changes,
            Consent::No => return unmade(walk, &changes),
            Consent::Turn(_) => walk_steps(walk, true).await?,
        }
    };
    carry_out::carry_out(walk, &changes).await?;
    let (first, exit) = first_event::run(walk, args.wait, &args.script).await?;
    if exit != Exit::Interrupted {
        ending::complete(walk)?;
    }
    let next = ending::next(walk);
    ending::say_next(walk, &next);
    show(walk, &changes, !changes.is_empty(), first, next)?;
    Ok(exit)
}

/// Walks the steps until somebody asks the program to stop.
async fn walk_steps(walk: &mut Walk<'_>, is_back: bool) -> anyhow::Result<()> {
    let mut cancel = walk.stage.parent.cancel();
    let walked = async {
        match is_back {
            true => walk.back().await,
            false => walk.all().await,
        }
    };
    tokio::select! {
        biased;
        _ = cancel.wait_for(|stopped| *stopped) => Err(StoppedAsking.into()),
        walked = walked => walked,
    }
}

/// Nothing is to be changed. What would run it is of use only where it was a trial.
fn unmade(walk: &Walk<'_>, changes: &[Change]) -> anyhow::Result<Exit> {
    let next = match walk.mode.is_dry_run {
        true => ending::next(walk),
        false => {
            let text = "nothing was changed; your answers are kept for the next `ddctl setup`";
            let of_secrets = match walk.secrets_to_keep.is_empty() {
                true => "",
                false => ", keys and tokens are not",
            };
            walk.ui().status(&format!("{text}{of_secrets}"));
            Vec::new()
        }
    };
    show(walk, changes, false, None, next)?;
    Ok(Exit::Done)
}

fn show(
    walk: &Walk<'_>,
    changes: &[Change],
    applied: bool,
    first_event: Option<view::FirstEvent>,
    next: Vec<String>,
) -> anyhow::Result<()> {
    let view = View {
        profile: &walk.stage.profile,
        settings: walk.stage.path.display().to_string(),
        steps: &walk.steps,
        findings: &walk.findings,
        changes,
        applied,
        first_event,
        next,
    };
    walk.ui().one(&view, String::new)
}
