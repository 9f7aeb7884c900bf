//! What takes longer than a key press: seeks and searches, slice by slice.

use std::time::Duration;

use super::super::find::{self, Found};
use super::super::head::{Head, Place};
use super::super::index::{Index, no_stop};
use super::super::keys::Direction;
use super::super::point::Point;
use super::super::tape::{Fault, Tape};
use super::{Floor, Player};

/// Where somebody wants to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wanted {
    Start,
    End,
    /// By time as it is played: pauses are cut.
    Played(Duration),
    /// By time as it was recorded.
    Recorded(Duration),
    /// Behind so many moments, and so many bytes of the next.
    Order(u64, usize),
    /// At a share of the time, 0 to 1.
    Share(f64),
    /// At a command or marker, from 1.
    Stop(usize),
    NextStop(Place),
    /// At the last command or marker before a place, and before what was played this long before.
    PreviousStop(Place, Duration),
}

/// What is due before it is played, what behind it is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    Played(Duration),
    Recorded(Duration),
    Order(u64, usize),
    End,
}

/// Where the viewer's time stands when a target was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Landing {
    Played(Duration),
    Recorded(Duration),
    Here,
}

/// What is done in slices.
pub(super) enum Task<T: Tape> {
    /// Before the first moment: the clip's bounds must be known.
    Open,
    /// The index does not reach there yet.
    Locate(Wanted),
    Run(Head<T>, Target),
    Find(Head<T>),
    FindBack(Box<FindBack<T>>),
}

/// Looks through the parts between keyframes, from the last to the first.
pub(super) struct FindBack<T: Tape> {
    head: Head<T>,
    /// Where the part began.
    from: Place,
    /// Where it ends, exclusive.
    until: Place,
    /// The last hit in it.
    last: Option<Place>,
}

/// Whether a place is known.
enum Known {
    At(Target),
    NotYet,
    Nowhere(String),
}

impl Target {
    /// True when a head at `place` can be played on to reach it.
    fn is_before(&self, place: &Place) -> bool {
        match self {
            Target::Played(time) => place.played <= *time,
            Target::Recorded(time) => place.recorded <= *time,
            Target::Order(moments, offset) => place.order() <= (*moments, *offset),
            Target::End => true,
        }
    }

    fn is_reached<T: Tape>(&self, head: &mut Head<T>) -> bool {
        match self {
            Target::Played(time) => head.due().is_none_or(|due| due > *time),
            Target::Recorded(time) => head.due_recorded().is_none_or(|due| due > *time),
            Target::Order(moments, offset) => {
                head.place().order() >= (*moments, *offset) || head.is_ended()
            }
            Target::End => head.is_ended(),
        }
    }

    /// How much may be played at once without passing it.
    fn budget(&self, place: &Place, budget: usize) -> usize {
        match self {
            Target::Order(moments, offset) if place.moments == *moments => {
                budget.min(offset.saturating_sub(place.offset))
            }
            _ => budget,
        }
    }

    fn landing(&self) -> Landing {
        match self {
            Target::Played(time) => Landing::Played(*time),
            Target::Recorded(time) => Landing::Recorded(*time),
            Target::Order(..) | Target::End => Landing::Here,
        }
    }

    /// Not before the start of what is played.
    fn at_least(self, floor: &Floor) -> Self {
        match self {
            Target::Played(time) => Target::Played(time.max(floor.played)),
            Target::Recorded(time) => Target::Recorded(time.max(floor.recorded)),
            Target::Order(moments, offset) if (moments, offset) < floor.place.order() => {
                Target::Recorded(floor.recorded)
            }
            target => target,
        }
    }
}

impl<T: Tape> Task<T> {
    pub fn is_search(&self) -> bool {
        matches!(self, Task::Find(_) | Task::FindBack(_))
    }

    /// The recorded time that it has come to.
    pub fn at(&self, index: &Index<T>) -> Duration {
        match self {
            Task::Open | Task::Locate(_) => index.place().recorded,
            Task::Run(head, _) | Task::Find(head) => head.place().recorded,
            Task::FindBack(back) => back.head.place().recorded,
        }
    }

    /// The time as it is played at which it will end, where that is known.
    pub fn lands_at(&self) -> Option<Duration> {
        match self {
            Task::Locate(Wanted::Played(time)) | Task::Run(_, Target::Played(time)) => Some(*time),
            _ => None,
        }
    }
}

impl<T: Tape> Player<T> {
    /// Begins at the start of the clip.
    pub(super) fn open(&mut self, now: Duration) {
        self.work_on(Task::Open, 0, now);
    }

    /// What a point means in this recording.
    pub(super) fn wanted(&self, point: &Point) -> Result<Wanted, String> {
        Ok(match point {
            Point::Offset(offset) => Wanted::Recorded(*offset),
            Point::Share(share) => Wanted::Share(*share),
            Point::Command(number) => Wanted::Stop(*number),
            Point::Clock(clock) => {
                let offset = self.options.origin.offset(clock);
                Wanted::Recorded(offset.map_err(|error| error.to_string())?)
            }
        })
    }

    /// Goes somewhere; at once where that is near.
    pub(super) fn go(&mut self, wanted: Wanted, now: Duration) {
        if self.is_opening() {
            return;
        }
        self.hold(now);
        self.work_on(
            Task::Locate(wanted),
            super::at_once(self.head.screen.size()),
            now,
        );
    }

    /// Looks for the pattern from here.
    pub(super) fn look_for(&mut self, direction: Direction, now: Duration) {
        if self.is_opening() {
            return;
        }
        self.hold(now);
        let task = match direction {
            Direction::Forward => self.head.fork().map(Task::Find),
            Direction::Backward => match self.part_before(self.head.place()) {
                Ok(Some(part)) => Ok(Task::FindBack(part)),
                Ok(None) => return self.give_up(self.not_before(), now),
                Err(fault) => Err(fault),
            },
        };
        match task {
            Ok(task) => self.task = Some(task),
            Err(fault) => self.give_up(fault.to_string(), now),
        }
    }

    /// Does a slice of a task; what is left of it goes on later.
    pub(super) fn work_on(&mut self, task: Task<T>, budget: usize, now: Duration) {
        let next = match task {
            Task::Open => self.work_on_open(budget, now),
            Task::Locate(wanted) => self.locate(wanted, budget, now),
            Task::Run(head, target) => Ok(self.run(head, target, budget, now)),
            Task::Find(head) => Ok(self.find_forward(head, budget, now)),
            Task::FindBack(back) => self.find_back(back, budget, now),
        };
        self.task = next.unwrap_or_else(|fault| {
            self.give_up(fault.to_string(), now);
            None
        });
    }

    /// The clip's bounds are not known yet: there is nowhere to go.
    fn is_opening(&self) -> bool {
        self.floor.is_open || matches!(self.task, Some(Task::Open))
    }

    /// Time stands still until the task has ended.
    fn hold(&mut self, now: Duration) {
        if self.task.take().is_none() {
            self.held_at = match self.head.is_ended() {
                true => self.head.place().played,
                false => self.position.at(now),
            };
        }
    }

    fn give_up(&mut self, why: String, now: Duration) {
        self.message = Some(why);
        self.position.move_to(self.held_at, now);
    }

    /// The end of the clip first, since nothing behind it is played; then its start.
    fn work_on_open(&mut self, budget: usize, now: Duration) -> Result<Option<Task<T>>, Fault> {
        if let Some(until) = self.options.clip.until.clone() {
            match self.bound(&until) {
                Ok(Some(until)) => {
                    self.head.set_until(until);
                    self.index.set_until(until);
                    self.options.clip.until = None;
                }
                Ok(None) => return Ok(self.wait_to_open(budget)),
                Err(why) => return Ok(self.refuse(why)),
            }
        }
        let Some(from) = self.options.clip.from.clone() else {
            return Ok(None);
        };
        let wanted = match self.wanted(&from) {
            Ok(wanted) => wanted,
            Err(why) => return Ok(self.refuse(why)),
        };
        match self.known(&wanted) {
            Known::NotYet => Ok(self.wait_to_open(budget)),
            Known::Nowhere(why) => Ok(self.refuse(why)),
            Known::At(target) => {
                self.options.clip.from = None;
                self.floor.is_open = true;
                self.set_out(target, super::at_once(self.head.screen.size()), now)
            }
        }
    }

    fn wait_to_open(&mut self, budget: usize) -> Option<Task<T>> {
        self.index.work(budget);
        Some(Task::Open)
    }

    fn refuse(&mut self, why: String) -> Option<Task<T>> {
        self.refused = Some(why);
        None
    }

    /// The recorded time of a bound of the clip.
    fn bound(&self, point: &Point) -> Result<Option<Duration>, String> {
        let wanted = self.wanted(point)?;
        if let Wanted::Recorded(time) = wanted {
            return Ok(Some(time));
        }
        match self.known(&wanted) {
            Known::At(Target::Recorded(time)) => Ok(Some(time)),
            Known::At(_) => Ok(self.stop(&wanted).map(|place| place.recorded)),
            Known::NotYet => Ok(None),
            Known::Nowhere(why) => Err(why),
        }
    }

    fn stop(&self, wanted: &Wanted) -> Option<Place> {
        match wanted {
            Wanted::Stop(number) => self.index.stops().get(number - 1).map(|stop| stop.place),
            _ => None,
        }
    }

    fn known(&self, wanted: &Wanted) -> Known {
        let stops = self.index.stops();
        let order = |place: Place| Known::At(Target::Order(place.moments, place.offset));
        let or_not_yet = |why: String| match self.index.is_unfinished() {
            true => Known::NotYet,
            false => Known::Nowhere(why),
        };
        let target = match *wanted {
            Wanted::Start => Target::Recorded(self.floor.recorded),
            Wanted::End => Target::End,
            Wanted::Played(time) => Target::Played(time),
            Wanted::Recorded(time) => Target::Recorded(time),
            Wanted::Order(moments, offset) => Target::Order(moments, offset),
            Wanted::Share(share) => match self.index.end() {
                Some(end) => {
                    let from = self.floor.recorded;
                    Target::Recorded(from + end.saturating_sub(from).mul_f64(share))
                }
                None => return Known::NotYet,
            },
            Wanted::Stop(number) => match self.stop(wanted) {
                Some(place) => return order(place),
                None => return or_not_yet(no_stop(number, stops.len())),
            },
            Wanted::NextStop(after) => {
                let next = stops.partition_point(|stop| stop.place.order() <= after.order());
                match stops.get(next) {
                    Some(stop) => return order(stop.place),
                    None => return or_not_yet("no further command or marker".to_owned()),
                }
            }
            Wanted::PreviousStop(before, slack) => {
                if self.index.is_unfinished() && self.index.place().order() < before.order() {
                    return Known::NotYet;
                }
                let played = self.held_at.saturating_sub(slack);
                let is_before = |place: &Place| {
                    place.order() < before.order() && (slack.is_zero() || place.played < played)
                };
                let count = stops.partition_point(|stop| is_before(&stop.place));
                match count.checked_sub(1).and_then(|last| stops.get(last)) {
                    Some(stop) => return order(stop.place),
                    None => Target::Recorded(self.floor.recorded),
                }
            }
        };
        Known::At(target)
    }

    fn locate(
        &mut self,
        wanted: Wanted,
        budget: usize,
        now: Duration,
    ) -> Result<Option<Task<T>>, Fault> {
        let known = match self.known(&wanted) {
            Known::At(target) if !self.reaches(&target) => Known::NotYet,
            known => known,
        };
        match known {
            Known::At(target) => self.set_out(target.at_least(&self.floor), budget, now),
            Known::NotYet => {
                self.index.work(budget);
                Ok(Some(Task::Locate(wanted)))
            }
            Known::Nowhere(why) => {
                self.give_up(why, now);
                Ok(None)
            }
        }
    }

    /// True when the index or the head itself is where a target can be reached from quickly.
    fn reaches(&self, target: &Target) -> bool {
        let is_past = |place: &Place| *target != Target::End && !target.is_before(place);
        !self.index.is_unfinished() || is_past(&self.index.place()) || is_past(&self.head.place())
    }

    /// Plays on from the nearest place before the target.
    fn set_out(
        &mut self,
        target: Target,
        budget: usize,
        now: Duration,
    ) -> Result<Option<Task<T>>, Fault> {
        let until = self.head.limits().until;
        let keyframe = self.index.keyframe(|place| match target {
            Target::End => place.recorded < until,
            _ => target.is_before(place),
        });
        let here = self.head.place();
        let is_nearer = target.is_before(&here)
            && keyframe.is_none_or(|keyframe| keyframe.place.order() <= here.order());
        let mut head = match keyframe {
            Some(keyframe) if !is_nearer => self.index.head_at(keyframe)?,
            _ => self.head.fork()?,
        };
        head.set_until(until);
        Ok(self.run(head, target, budget, now))
    }

    fn run(
        &mut self,
        mut head: Head<T>,
        target: Target,
        budget: usize,
        now: Duration,
    ) -> Option<Task<T>> {
        let mut rest = budget;
        while !target.is_reached(&mut head) {
            if rest == 0 {
                return Some(Task::Run(head, target));
            }
            let before = head.place().bytes;
            head.play(target.budget(&head.place(), rest), &mut ());
            let played = usize::try_from(head.place().bytes - before).unwrap_or(rest);
            rest = rest.saturating_sub(played.max(64));
        }
        self.land(head, &target.landing(), now);
        if std::mem::take(&mut self.floor.is_open) {
            self.set_floor(now);
        }
        None
    }

    fn set_floor(&mut self, now: Duration) {
        self.floor.place = self.head.place();
        self.floor.played = self.position.at(now);
        self.floor.recorded = self.recorded(now);
    }

    fn find_forward(&mut self, mut head: Head<T>, budget: usize, now: Duration) -> Option<Task<T>> {
        let pattern = &self.search.as_ref()?.pattern;
        match find::forward(&mut head, pattern, None, budget) {
            Found::NotYet => return Some(Task::Find(head)),
            Found::Nothing => {
                let why = format!("no further `{}`", pattern.as_str());
                self.give_up(why, now);
            }
            Found::Here => self.land_on_hit(head, now),
        }
        None
    }

    /// A hit is looked at: playing on is a key away.
    fn land_on_hit(&mut self, head: Head<T>, now: Duration) {
        self.land(head, &Landing::Here, now);
        self.position.set_paused(true, now);
    }

    /// The part that ends at `until`; `None` where nothing is before it.
    fn part_before(&self, until: Place) -> Result<Option<Box<FindBack<T>>>, Fault> {
        let is_before = |place: &Place| place.order() < until.order();
        if until.order() <= self.floor.place.order() {
            return Ok(None);
        }
        let Some(keyframe) = self.index.keyframe(is_before) else {
            return Ok(None);
        };
        let head = self.index.head_at(keyframe)?;
        Ok(Some(Box::new(FindBack {
            from: head.place(),
            head,
            until,
            last: None,
        })))
    }

    fn find_back(
        &mut self,
        mut back: Box<FindBack<T>>,
        budget: usize,
        now: Duration,
    ) -> Result<Option<Task<T>>, Fault> {
        let Some(pattern) = self.search.as_ref().map(|search| search.pattern.clone()) else {
            return Ok(None);
        };
        match find::forward(&mut back.head, &pattern, Some(&back.until), budget) {
            Found::NotYet => {}
            Found::Here => {
                let place = back.head.place();
                if place.order() > self.floor.place.order() {
                    back.last = Some(place);
                }
            }
            Found::Nothing => return self.end_of_part(&back, now),
        }
        Ok(Some(Task::FindBack(back)))
    }

    fn not_before(&self) -> String {
        let typed = self
            .search
            .as_ref()
            .map_or("", |search| search.pattern.as_str());
        format!("no `{typed}` before this")
    }

    fn end_of_part(&mut self, back: &FindBack<T>, now: Duration) -> Result<Option<Task<T>>, Fault> {
        if let Some(place) = back.last {
            self.position.set_paused(true, now);
            let target = Target::Order(place.moments, place.offset);
            return self.set_out(target, 0, now);
        }
        match self.part_before(back.from)? {
            Some(part) => Ok(Some(Task::FindBack(part))),
            None => {
                self.give_up(self.not_before(), now);
                Ok(None)
            }
        }
    }
}
