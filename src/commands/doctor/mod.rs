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
use self::mending::{Mended, mend};
use self::text::Text;
use self::view::{Report, Row, listed, verdict};
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::config::SecretFlags;
use crate::context::Context;
use crate::doctor::{Area, Check, Finding, chosen, names};
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
where the only problems are remotes that did not answer: run it again; 1 where nothing else is wrong \
than that --fix could not do what it wanted.

-o json holds no secret: keys are masked, addresses are without their passwords. The logs intake is sent \
an empty object, as the Datadog Agent does to see whether it is reached; --read-only leaves that out.

--fix lists what can be mended without harm and asks: permissions of secret files, what killed processes \
left behind, a damaged state, the webhooks plugin with its application and event types, \
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
    Ok(verdict(&findings, &mended))
}

/// Looks once more at what a repair may have changed: what stands in the same area, and everything
/// where it was in the settings. Those that were mended or come out otherwise are shown.
async fn look_again(
    context: &Context,
    flags: &SecretFlags,
    checks: &[&'static Check],
    findings: &mut [Finding],
    mended: &[Mended],
) -> anyhow::Result<()> {
    let of = |id: &'static str| mended.iter().filter(move |it| it.check == id);
    let is_mended = |check: &Check| of(check.id).next().is_some();
    let areas: Vec<Area> = checks
        .iter()
        .filter(|it| is_mended(it))
        .map(|it| it.area)
        .collect();
    let may_differ = |area: Area| areas.contains(&area) || areas.contains(&Area::Settings);
    let pairs = checks
        .iter()
        .zip(findings)
        .filter(|(check, _)| may_differ(check.area));
    let (again, old): (Vec<&'static Check>, Vec<&mut Finding>) =
        pairs.map(|(check, finding)| (*check, finding)).unzip();
    if again.is_empty() {
        return Ok(());
    }
    let subject = subject::subject(context, flags, false);
    let looked = look(context, &again, &subject, |_, _| Ok(())).await?;
    let mut text = Text::new(&context.ui);
    for ((check, old), new) in again.iter().zip(old).zip(looked) {
        let new = of(check.id).fold(new, |finding, it| it.marked(finding));
        if context.ui.format() == Format::Table && (is_mended(check) || *old != new) {
            context.ui.write(text.of(check, &new).as_bytes())?;
        }
        *old = new;
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
