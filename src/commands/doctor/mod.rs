//! `ddctl doctor`: the whole path, check by check, with evidence and fix.

mod live;
mod mending;
mod secrets;
mod subject;
mod text;
mod view;

use clap::Args;
use clap::builder::PossibleValuesParser;

use self::live::look;
use self::mending::mend;
use self::text::Text;
use self::view::{Report, Row, listed, verdict};
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::config::SecretFlags;
use crate::context::Context;
use crate::doctor::{Check, Finding, chosen, names};
use crate::error::Exit;
use crate::ui::{Format, counted};

/// The whole path from the gateway to Datadog, check by check, with evidence and fix. Exit 3 where there is a problem
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl doctor
  ddctl doctor --fix
  ddctl doctor --only gateway,webhooks
  ddctl doctor --all-sites
  ddctl doctor -o json > for-support.json

Each check ends as ok, warning, problem, skipped (not in use here, or something it needs is missing) or \
unknown (nobody answered). What hangs on a remote that is unreachable says so, and the checks of this \
machine go on. No question takes longer than 12 s, no check longer than 40 s.

Exit 0 where there is no problem, warnings or not; 3 where there is one, a refused key among them; 5 \
where the only problems are remotes that did not answer: run it again.

-o json holds no secret: keys are masked, addresses are without their passwords. The logs intake is sent \
an empty object, as the Datadog Agent does to see whether it is reached; --read-only leaves that out.

--fix lists what can be mended without harm and asks: permissions of secret files, what killed processes \
left behind, a damaged state, retention_days, the webhooks plugin with its application and event types, \
connections whose sessions the licence gate refuses. Everything else is for you to decide.")]
pub struct Doctor {
    /// These checks alone, by name or by area as --list names them; repeatable
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = PossibleValuesParser::new(names()))]
    #[arg(hide_possible_values = true)]
    only: Vec<String>,
    /// List the checks and what each needs; look at nothing
    #[arg(long, conflicts_with = "fix")]
    list: bool,
    /// Mend what can be mended without harm, after asking
    #[arg(long)]
    fix: bool,
    /// Show a refused API key to the other commercial sites, and name the one that it belongs to
    #[arg(long)]
    all_sites: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
    #[command(flatten)]
    gateway: GatewayAccess,
}

impl Doctor {
    fn flags(&self) -> SecretFlags {
        let gateway = self.gateway.flags();
        SecretFlags {
            gateway_token_file: gateway.gateway_token_file,
            ..self.datadog.flags()
        }
    }
}

pub async fn run(context: &Context, args: &Doctor) -> anyhow::Result<Exit> {
    let checks = chosen(&args.only);
    if args.list {
        listed(context, &checks)?;
        return Ok(Exit::Done);
    }
    let flags = args.flags();
    let is_text = context.ui.format() == Format::Table;
    let subject = subject::subject(context, &flags, args.all_sites);
    let mut text = Text::new(&context.ui);
    let mut findings = look(context, &checks, &subject, |check, finding| match is_text {
        true => Ok(context.ui.write(text.of(check, finding).as_bytes())?),
        false => Ok(()),
    })
    .await?;
    let mut mended = Vec::new();
    if args.fix {
        mended = mend(context, &subject, &checks, &findings).await?;
        look_again(context, &flags, &checks, &mut findings, &mended).await?;
    }
    let rows = checks.iter().zip(&findings);
    let rows: Vec<Row<'_>> = rows
        .map(|(check, finding)| Row::of(check, finding))
        .collect();
    let report = Report::new(context, &subject, rows, &mended);
    if !is_text {
        context.ui.one(&report, String::new)?;
    }
    conclude(context, args, &findings);
    Ok(verdict(&findings))
}

/// The checks of what was mended, once more.
async fn look_again(
    context: &Context,
    flags: &SecretFlags,
    checks: &[&'static Check],
    findings: &mut [Finding],
    mended: &[mending::Mended],
) -> anyhow::Result<()> {
    let is_mended = |check: &&&'static Check| mended.iter().any(|it| it.check == check.id);
    let again: Vec<&'static Check> = checks.iter().filter(is_mended).copied().collect();
    if again.is_empty() {
        return Ok(());
    }
    let subject = subject::subject(context, flags, false);
    let mut text = Text::new(&context.ui);
    let is_text = context.ui.format() == Format::Table;
    let looked = look(context, &again, &subject, |check, finding| match is_text {
        true => Ok(context.ui.write(text.of(check, finding).as_bytes())?),
        false => Ok(()),
    })
    .await?;
    for (check, finding) in again.iter().zip(looked) {
        let place = checks.iter().position(|it| it.id == check.id);
        if let Some(old) = place.and_then(|place| findings.get_mut(place)) {
            *old = finding;
        }
    }
    Ok(())
}

fn conclude(context: &Context, args: &Doctor, findings: &[Finding]) {
    context.ui.status(&view::counts_in_words(findings));
    let repairs: usize = findings.iter().map(|it| it.repairs.len()).sum();
    if repairs > 0 && !args.fix {
        let what = counted(repairs as u64, "thing");
        context.ui.hint(&format!(
            "`ddctl doctor --fix` can mend {what}, and asks before"
        ));
    }
}
