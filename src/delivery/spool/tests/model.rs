//! Random actions held against the rules alone.

use proptest::prelude::*;

use super::*;

/// What a person could do to it.
#[derive(Clone, Debug)]
enum Action {
    Store(u8),
    Take(u8, bool),
    Pass(u8),
    Restart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0_u8..12).prop_map(Action::Store),
        (0_u8..12, any::<bool>()).prop_map(|(at, is_whole)| Action::Take(at, is_whole)),
        (0_u8..12).prop_map(Action::Pass),
        Just(Action::Restart),
    ]
}

/// What is there by the rules alone.
#[derive(Debug, Default)]
struct Model {
    seen: Vec<u8>,
    webhooks: Vec<u8>,
    /// Events in their queue, with whether each is whole.
    events: Vec<(u8, bool)>,
    delivered: Vec<(u8, bool)>,
}

impl Model {
    fn offer(&mut self, id: u8, is_whole: bool) {
        let all = || self.events.iter().chain(&self.delivered);
        let had = all().any(|(other, _)| *other == id);
        let had_whole = all().any(|(other, whole)| *other == id && *whole);
        if !had || (is_whole && !had_whole) {
            self.events.push((id, is_whole));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens in whatever order: nothing is lost, nothing is there twice.
    #[test]
    fn it_holds_what_the_rules_say(actions in prop::collection::vec(action(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let mut model = Model::default();
        let mut spool = spool(folder.path());
        for action in actions {
            match action {
                Action::Store(id) => {
                    let stored = runtime.block_on(spool.store(arrival(&id.to_string())));
                    let is_new = !model.seen.contains(&id);
                    prop_assert_eq!(stored.expect("stored") == Stored::New, is_new);
                    if is_new {
                        model.seen.push(id);
                        model.webhooks.push(id);
                    }
                }
                Action::Take(at, is_whole) => {
                    let waiting = runtime.block_on(rows(&spool));
                    let Some(one) = waiting.get(usize::from(at) % waiting.len().max(1)) else { continue };
                    let id: u8 = one.message.parse().expect("a number");
                    // Three webhooks share an event, as those of a session may.
                    let event = id / 3;
                    let again = Again { due: at_of(&one.message), is_told: true };
                    let (offer, again) = match is_whole {
                        true => (whole(&event.to_string()), None),
                        false => (partial(&event.to_string()), Some(again)),
                    };
                    runtime.block_on(spool.take(one.row, vec![offer], again)).expect("taken");
                    model.offer(event, is_whole);
                    if is_whole {
                        model.webhooks.retain(|other| *other != id);
                    }
                }
                Action::Pass(at) => {
                    let events = runtime.block_on(queued(&spool));
                    let place = usize::from(at) % events.len().max(1);
                    let Some(one) = events.get(place) else { continue };
                    spool.passed(0, vec![one.number]).expect("remembered");
                    model.delivered.push(model.events.remove(place));
                }
                Action::Restart => {
                    let old = spool;
                    old.close();
                    spool = super::spool(folder.path());
                }
            }
            let events: Vec<String> = runtime.block_on(ids(&spool));
            let expected: Vec<String> = model.events.iter().map(|(id, _)| id.to_string()).collect();
            prop_assert_eq!(events, expected);
            let mut waiting: Vec<u8> =
                runtime.block_on(rows(&spool)).iter().map(|one| one.message.parse().expect("a number")).collect();
            waiting.sort_unstable();
            model.webhooks.sort_unstable();
            prop_assert_eq!(&waiting, &model.webhooks);
            prop_assert_eq!(spool.stock().webhooks, model.webhooks.len() as u64);
            prop_assert_eq!(spool.stock().events, model.events.len() as u64);
        }
    }
}

fn at_of(message: &str) -> Timestamp {
    at(message.parse().expect("a number"))
}
