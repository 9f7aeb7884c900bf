//! One walk through the steps: which are asked, which stand already, what each came to.

use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::Context as _;

use super::memory::Memory;
use super::stage::Stage;
use super::view::{Finding, StepView};
use super::{found, profile};
use crate::config::{SecretFlags, SecretKind};
use crate::context::Context;
use crate::gateway::ConnectionInfo;
use crate::ui::{Tone, Ui};
use crate::wizard::{Answers, Change, Field, GatewayFacts, STEPS, Step, StepId};

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Next,
    Back,
    Skip,
}

/// How this run is meant.
pub struct Mode {
    pub secrets: SecretFlags,
    /// The API key came by standard input.
    pub is_piped: bool,
    /// The one step that was named.
    pub chosen: Option<StepId>,
    pub is_dry_run: bool,
    pub keep_secrets: bool,
    /// Answers of flags and of a file, which nobody is asked again.
    pub given: Answers,
}

/// What the gateway said.
pub struct GatewayNews {
    pub facts: GatewayFacts,
    pub connections: Vec<ConnectionInfo>,
    /// Whether the token that reads may open sessions: an auditor's may not.
    pub may_run_scripts: bool,
}

/// One run of setup.
pub struct Walk<'c> {
    pub stage: Stage<'c>,
    pub memory: Memory,
    pub mode: Mode,
    pub answers: Answers,
    /// Where a default answer was found.
    pub found: BTreeMap<Field, found::Found>,
    pub gateway: Option<GatewayNews>,
    pub has_web_access: bool,
    /// What is to be changed beside settings, in its order.
    pub changes: Vec<Change>,
    pub secrets_to_keep: Vec<super::keep::ToKeep>,
    pub findings: Vec<Finding>,
    pub steps: Vec<StepView>,
    /// Everything that was wanted is saved and registered.
    pub is_carried_out: bool,
    /// Somebody came back to the step that is walked now.
    pub is_again: bool,
    /// Steps that somebody was asked about, to go back along.
    trail: Vec<StepId>,
    /// How many questions were asked so far.
    pub asked: Cell<u32>,
}

impl<'c> Walk<'c> {
    /// # Errors
    ///
    /// Settings or a record that cannot be read.
    pub fn new(context: &'c Context, mode: Mode) -> anyhow::Result<Self> {
        let stage = Stage::open(context)?;
        let memory = Memory::open(context, &stage.profile)?;
        let answers = mode.given.over(&memory.record.answers);
        let found = found::find(context, &stage);
        let mut walk = Self {
            stage,
            memory,
            mode,
            answers,
            found,
            gateway: None,
            has_web_access: false,
            changes: Vec::new(),
            secrets_to_keep: Vec::new(),
            findings: Vec::new(),
            steps: Vec::new(),
            is_carried_out: false,
            is_again: false,
            trail: Vec::new(),
            asked: Cell::new(0),
        };
        walk.take_piped_key()?;
        for field in Field::ALL {
            walk.adopt(field);
        }
        Ok(walk)
    }

    pub fn ui(&self) -> &'c Ui {
        &self.stage.parent.ui
    }

    pub fn can_ask(&self) -> bool {
        self.ui().can_ask()
    }

    /// What is answered already is in force from the beginning on.
    fn adopt(&mut self, field: Field) {
        if let Some(value) = self.answers.get(field).map(str::to_owned) {
            self.answer(field, value);
        }
    }

    /// Takes an answer: everything after it sees it.
    pub fn answer(&mut self, field: Field, value: String) {
        if let Some(key) = field.setting() {
            let name = self.stage.profile.clone();
            let kept = Some(value.as_str()).filter(|value| !value.is_empty());
            profile::put(self.stage.document(), &name, key, kept);
        }
        self.answers.set(field, value);
    }

    /// True where nobody is asked about a step: it was answered before, or the profile says it all.
    pub fn stands(&self, step: &Step) -> bool {
        if self.mode.chosen == Some(step.id) {
            return false;
        }
        let is_given = |field: &Field| self.mode.given.get(*field).is_some();
        let is_said = |field: &Field| {
            let key = field.setting();
            is_given(field) || key.is_some_and(|key| self.stage.standing(key).is_some())
        };
        let required = step.asks.iter().filter(|field| field.is_required());
        let says_it_all = required.clone().count() > 0 && required.clone().all(is_said);
        self.memory.record.done.contains(&step.id) || says_it_all
    }

    /// True where a step is about a key or token that was given once and lies nowhere now: answers
    /// are kept for the next run, secrets are not.
    fn lacks_secret(&self, id: StepId) -> anyhow::Result<bool> {
        match super::steps::secret_of(id) {
            Some(kind) => Ok(!super::steps::is_lying_around(self, kind)?),
            None => Ok(false),
        }
    }

    /// Standard input can be read no second time.
    fn take_piped_key(&mut self) -> anyhow::Result<()> {
        if self.mode.secrets.api_key_stdin {
            let key = self
                .stage
                .context()?
                .secret(SecretKind::ApiKey, &self.mode.secrets)?;
            self.stage.hold(SecretKind::ApiKey, key);
            self.mode.secrets.api_key_stdin = false;
            self.mode.is_piped = true;
        }
        Ok(())
    }

    /// Walks every step but the last, back and forth as somebody says.
    pub async fn all(&mut self) -> anyhow::Result<()> {
        self.from(0, false).await
    }

    /// Walks again, from the step that was asked last on.
    pub async fn back(&mut self) -> anyhow::Result<()> {
        let wanted = self.wanted();
        let last = self.before(&wanted, wanted.len());
        self.from(last, true).await
    }

    fn wanted(&self) -> Vec<&'static Step> {
        STEPS
            .iter()
            .filter(|step| step.id != StepId::FirstEvent && self.is_walked(step.id))
            .collect()
    }

    async fn from(&mut self, mut at: usize, mut is_back: bool) -> anyhow::Result<()> {
        let wanted = self.wanted();
        while let Some(step) = wanted.get(at) {
            self.is_again = is_back;
            let asked = self.asked.get();
            let turn = self.one(step).await?;
            let was_silent = self.asked.get() == asked;
            if !was_silent && turn != Turn::Back {
                self.trail.push(step.id);
            }
            // Nobody means to go back to a step that has nothing to ask.
            is_back = turn == Turn::Back || (is_back && was_silent && at > 0);
            at = match is_back {
                true => self.before(&wanted, at),
                false => at + 1,
            };
        }
        Ok(())
    }

    /// The place of the step that was asked before the one at `at`; in a run that goes on from an
    /// earlier one, of the nearest that was not left out.
    fn before(&mut self, wanted: &[&Step], at: usize) -> usize {
        let asked = self.trail.pop();
        let asked = asked.and_then(|id| wanted.iter().position(|step| step.id == id));
        let mut earlier = wanted[..at].iter();
        let nearest = earlier.rposition(|step| !self.answers.skips(step.id));
        asked.or(nearest).unwrap_or(0)
    }

    /// With one step named, those that it needs come along: they are checked, not asked.
    fn is_walked(&self, id: StepId) -> bool {
        fn needs(id: StepId, other: StepId) -> bool {
            let all = id.step().needs;
            all.iter().any(|need| *need == other || needs(*need, other))
        }
        let chosen = self.mode.chosen;
        chosen.is_none_or(|chosen| chosen == id || needs(chosen, id))
    }

    async fn one(&mut self, step: &'static Step) -> anyhow::Result<Turn> {
        // A question holds the thread: a wish to stop is heard before it.
        tokio::task::yield_now().await;
        self.steps.retain(|view| view.step != step.id);
        if self.answers.skips(step.id) && self.mode.chosen != Some(step.id) && !self.is_again {
            self.note(step, "skipped", None);
            return Ok(Turn::Next);
        }
        let is_asked = self.can_ask()
            && (self.is_again || !self.stands(step) || self.lacks_secret(step.id)?);
        if is_asked {
            self.head(step);
        }
        if let (true, Some(kind)) = (self.is_again, super::steps::secret_of(step.id)) {
            self.stage.release(kind);
            self.secrets_to_keep.retain(|kept| kept.kind != kind);
        }
        let turn = super::steps::walk(self, step, is_asked).await?;
        match turn {
            Turn::Next => {
                self.memory.record.done.insert(step.id);
                self.answers.skipped.remove(&step.id);
            }
            Turn::Skip => {
                self.answers.skipped.insert(step.id);
                self.memory.record.done.remove(&step.id);
                self.note(step, "skipped", None);
            }
            Turn::Back => return Ok(turn),
        }
        self.remember()?;
        Ok(turn)
    }

    /// Keeps the answers, without secrets, for a run that goes on from here.
    fn remember(&mut self) -> anyhow::Result<()> {
        if self.mode.is_dry_run {
            return Ok(());
        }
        self.memory.record.answers = self.answers.clone();
        self.memory.keep().context("keep the answers")
    }

    fn head(&self, step: &Step) {
        let at = STEPS.iter().position(|other| other.id == step.id);
        let number = at.unwrap_or_default() + 1;
        let palette = self.ui().options().stderr_palette;
        let title = format!("{number} of {}  {}", STEPS.len(), step.title);
        self.ui().status("");
        self.ui().status(&palette.paint(Tone::Strong, title));
        self.explain(step.why);
    }

    /// A sentence below a heading.
    pub fn explain(&self, text: &str) {
        self.ui().status(self.ui().wrap(text, "  ").trim_end());
    }

    /// What a step came to, for the screen and for the answer in a machine's format.
    pub fn note(&mut self, step: &Step, state: &'static str, value: Option<String>) {
        let text = match (&value, state) {
            (Some(value), _) => value.clone(),
            (None, state) => state.to_owned(),
        };
        let tone = match state {
            "skipped" => Tone::Dim,
            _ => Tone::Good,
        };
        let palette = self.ui().options().stderr_palette;
        let name = palette.paint(tone, format!("{:<12}", step.id));
        self.ui().status(&format!("  {name} {text}"));
        self.steps.push(StepView {
            step: step.id,
            state,
            value,
        });
    }

    /// Something that a person should know, once.
    pub fn find(&mut self, text: impl Into<String>, fix: &str) {
        let finding = Finding {
            finding: text.into(),
            fix: fix.to_owned(),
        };
        if !self.findings.contains(&finding) {
            self.ui().warning(&finding.finding);
            self.ui().hint(&finding.fix);
            self.findings.push(finding);
        }
    }
}
