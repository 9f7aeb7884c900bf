//! The queue of several relays on a real NATS server: relays and the server are killed, and every
//! event is accounted for.
//!
//! The relays here are the queue's own handles, dropped as a killed process drops them: nothing is
//! acknowledged, and nothing is given back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use ddctl::delivery::Record;
use ddctl::delivery::queue::{Queue, QueueError, QueueSettings};
use ddctl::delivery::spool::{
    Added, Again, Arrival, Destination, Note, Offer, Packed, Spooled, Stored, Waiting, Wanted,
};
use ddctl::domain::secret::Secret;
use jiff::Timestamp;
use serde_json::json;

use crate::support::NatsServer;

/// How long a relay that died keeps its messages.
const ACK_WAIT: Duration = Duration::from_secs(2);

fn settings(server: &NatsServer) -> QueueSettings {
    QueueSettings {
        servers: server.url().parse().expect("an address"),
        profile: "team a".to_owned(),
        credential: None,
        ca_file: None,
        max_bytes: 64 << 20,
        replicas: None,
        ack_wait: ACK_WAIT,
    }
}

async fn open(settings: &QueueSettings) -> Queue {
    let logs = Destination {
        name: "logs".to_owned(),
        is_required: true,
    };
    Queue::open(settings.clone(), vec![logs])
        .await
        .expect("a queue")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn arrival(number: usize) -> Arrival {
    let body =
        json!({"event_type": "session.close", "id": number, "pad": "x".repeat(number % 9_000)});
    Arrival {
        message: format!("msg_{number}"),
        received: Timestamp::now(),
        body: Packed::new(&Bytes::from(body.to_string())),
    }
}

fn record(id: &str) -> Record {
    let body = json!({"evt": {"id": id, "name": "session.close"}, "message": "a session ended"});
    Record {
        id: id.to_owned(),
        order_by: "session-1".to_owned(),
        timestamp: Timestamp::now(),
        body: body.as_object().expect("an object").clone(),
        number: None,
    }
}

fn whole(id: &str) -> Vec<Offer> {
    vec![Offer::Whole(record(id))]
}

/// Looks until something is found, while the queue's tasks go on.
async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "waited in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn held(queue: &Queue) -> Vec<Waiting> {
    let all = Wanted {
        now: Timestamp::now(),
        untold_before: None,
        except: Vec::new(),
        most: usize::MAX,
    };
    queue.due(&all).0
}

async fn webhooks(queue: &Queue, count: usize) -> Vec<Waiting> {
    until("webhooks", || {
        let held = held(queue);
        (held.len() >= count).then_some(held)
    })
    .await
}

async fn events(queue: &Queue, count: usize) -> Vec<Spooled> {
    until("events", || {
        let held = queue.events(0, usize::MAX);
        (held.len() >= count).then_some(held)
    })
    .await
}

async fn empty(queue: &Queue) {
    let mut looks = queue.watch();
    looks.mark_unchanged();
    until("an empty queue", || {
        let stock = queue.stock();
        (stock.webhooks + stock.events == 0 && looks.has_changed().expect("it lives")).then_some(())
    })
    .await;
}

/// What went to Datadog: how often each id did.
#[derive(Default)]
struct Sent(BTreeMap<String, usize>);

impl Sent {
    /// Sends what the relay holds.
    fn deliver(&mut self, queue: &Queue) {
        for event in queue.events(0, usize::MAX) {
            *self.0.entry(event.id).or_default() += 1;
            queue.passed(0, &[event.number]);
        }
    }
}

/// Completes every webhook that the relay holds with one event of the same number.
async fn complete(queue: &Queue) {
    for waiting in held(queue) {
        let offers = whole(&waiting.message.replace("msg_", "evt_"));
        // Where that fails the webhook is in the queue again.
        let _ = queue.take(waiting.row, offers, None).await;
    }
}

/// Works until all that is wanted was sent and nothing is left: what a relay that died held comes back
/// after a while.
async fn drain(relays: &[Queue], sent: &mut Sent, wanted: &BTreeSet<String>) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        for relay in relays {
            complete(relay).await;
            sent.deliver(relay);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        let stock = relays[0].stock();
        let is_all = wanted.iter().all(|id| sent.0.contains_key(id));
        if is_all && stock.webhooks + stock.events == 0 {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "left: {stock:?}");
    }
}

#[test]
fn a_webhook_that_comes_again_is_stored_once() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let stored = queue.store(&arrival(1)).await.expect("stored");
        assert_eq!(stored, Stored::New);
        let other = open(&settings(&server)).await;
        assert_eq!(
            other.store(&arrival(1)).await.expect("stored"),
            Stored::Again
        );
        let held = until("the webhook", || {
            let held = [&queue, &other].map(held);
            held.concat().into_iter().next()
        })
        .await;
        assert_eq!(held.message, "msg_1");
        let body = held.body.expect("as it came");
        assert_eq!(&*body, &*arrival(1).body.open().expect("a body"));
    });
}

#[test]
fn an_event_is_queued_once_and_a_completed_one_once_more() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let offer = async |offers| queue.offer(offers).await.expect("confirmed");
        let partial = || vec![Offer::Partial(record("e1"))];
        assert_eq!(offer(partial()).await, [Added::New]);
        assert_eq!(offer(partial()).await, [Added::No]);
        assert_eq!(offer(whole("e1")).await, [Added::Revision]);
        assert_eq!(offer(whole("e1")).await, [Added::No]);
        assert_eq!(offer(partial()).await, [Added::No]);
        let held = events(&queue, 2).await;
        let revision = |event: &Spooled| {
            let json: serde_json::Value = serde_json::from_slice(&event.json).expect("JSON");
            json["evt"]["revision"].clone()
        };
        assert_eq!(
            held.iter().map(revision).collect::<Vec<_>>(),
            [json!(null), json!(2)]
        );
        queue.passed(0, &[held[0].number, held[1].number]);
        empty(&queue).await;
        queue.close().await;
        let later = open(&settings(&server)).await;
        let offered = later.offer(whole("e1")).await.expect("confirmed");
        assert_eq!(
            offered,
            [Added::No],
            "the id is known when the message is gone"
        );
    });
}

/// The note that a relay made last is as it was when the relay died.
async fn noted(server: &NatsServer, id: &str, word: Option<&'static str>) {
    let client = async_nats::connect(server.url()).await.expect("connected");
    let context = async_nats::jetstream::new(client);
    let known = context.get_key_value("ddctl-team_20a-known").await;
    let known = known.expect("a bucket");
    match word {
        Some(word) => drop(known.put(id, word.into()).await.expect("noted")),
        None => known.purge(id).await.expect("forgotten"),
    }
}

#[test]
fn a_relay_that_dies_between_a_partial_event_and_its_note_loses_no_complete_one() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let offer = async |offers| queue.offer(offers).await.expect("confirmed");
        for (id, word, became) in [
            ("e1", Some("begun"), Added::Revision),
            ("e2", None, Added::New),
        ] {
            let partial = || vec![Offer::Partial(record(id))];
            assert_eq!(offer(partial()).await, [Added::New]);
            noted(&server, id, word).await;
            assert_eq!(offer(partial()).await, [Added::No], "{id} was published");
            noted(&server, id, word).await;
            assert_eq!(offer(whole(id)).await, [became]);
        }
        let held = events(&queue, 4).await;
        let ids: Vec<&str> = held.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids, ["e1", "e1", "e2", "e2"]);
    });
}

#[test]
fn a_webhook_that_waits_goes_back_and_is_told_of_once() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        queue.store(&arrival(1)).await.expect("stored");
        let again = |is_told| {
            Some(Again {
                due: Timestamp::now(),
                is_told,
            })
        };
        let first = webhooks(&queue, 1).await.remove(0);
        queue
            .take(first.row, Vec::new(), again(false))
            .await
            .expect("confirmed");
        assert!(held(&queue).is_empty());
        let second = webhooks(&queue, 1).await.remove(0);
        assert!(!second.is_told);
        let partial = vec![Offer::Partial(record("e1"))];
        queue
            .take(second.row, partial, again(true))
            .await
            .expect("confirmed");
        let told = webhooks(&queue, 1).await.remove(0);
        assert!(told.is_told);
        assert_eq!(
            (told.message, told.received),
            (first.message, first.received)
        );
        let added = queue
            .take(told.row, whole("e1"), None)
            .await
            .expect("confirmed");
        assert_eq!(added, [Added::Revision]);
        for event in events(&queue, 2).await {
            queue.passed(0, &[event.number]);
        }
        empty(&queue).await;
    });
}

#[test]
fn what_no_destination_takes_is_in_the_stream_of_dead_letters() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        queue.offer(whole("poison")).await.expect("confirmed");
        let event = events(&queue, 1).await.remove(0);
        queue.refused(&event.id, "refused with 400");
        queue.passed(0, &[event.number]);
        empty(&queue).await;
        let client = async_nats::connect(server.url()).await.expect("connected");
        let context = async_nats::jetstream::new(client);
        let dead = context
            .get_stream("ddctl-team_20a-dead")
            .await
            .expect("a stream");
        let letter = dead.get_raw_message(1).await.expect("a letter");
        let header = |name| letter.headers.get(name).map(|value| value.as_str());
        assert_eq!(header("Ddctl-Id"), Some("poison"));
        assert_eq!(header("Ddctl-Broken"), Some("refused with 400"));
        assert_eq!(letter.payload, event.json);
    });
}

#[test]
fn a_foreign_message_stops_nothing() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let client = async_nats::connect(server.url()).await.expect("connected");
        let context = async_nats::jetstream::new(client);
        for subject in ["ddctl.team_20a.event", "ddctl.team_20a.webhook"] {
            let published = context.publish(subject, "foreign".into()).await;
            published.expect("published").await.expect("confirmed");
        }
        queue.offer(whole("e1")).await.expect("confirmed");
        let event = events(&queue, 1).await.remove(0);
        assert_eq!(event.id, "e1");
        queue.passed(0, &[event.number]);
        empty(&queue).await;
        let mut dead = context
            .get_stream("ddctl-team_20a-dead")
            .await
            .expect("a stream");
        assert_eq!(dead.info().await.expect("told").state.messages, 2);
    });
}

#[test]
fn a_queue_that_is_full_refuses_webhooks_and_loses_none() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let small = QueueSettings {
            max_bytes: 64 << 10,
            ..settings(&server)
        };
        let queue = open(&small).await;
        let mut stored = BTreeSet::new();
        let refused = loop {
            let number = stored.len();
            match queue.store(&arrival(number)).await {
                Ok(_) => stored.insert(format!("evt_{number}")),
                Err(error) => break error,
            };
        };
        assert!(matches!(refused, QueueError::Full { .. }), "{refused}");
        let (mut sent, queue) = (Sent::default(), [queue]);
        drain(&queue, &mut sent, &stored).await;
        assert_eq!(sent.0.keys().cloned().collect::<BTreeSet<_>>(), stored);
        let after = queue[0].store(&arrival(stored.len())).await;
        assert_eq!(after.expect("there is room"), Stored::New);
    });
}

#[test]
fn what_a_killed_relay_held_is_delivered_by_another() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        const COUNT: usize = 300;
        let mut sent = Sent::default();
        let settings = settings(&server);
        let mut relays = vec![open(&settings).await, open(&settings).await];
        for number in 0..COUNT {
            relays[number % 2]
                .store(&arrival(number))
                .await
                .expect("stored");
        }
        // One relay after the other dies with what it holds, in every state of the work.
        for round in 0..6 {
            let victim = &relays[0];
            until("work for the one that dies", || {
                let held = held(victim).len() + victim.events(0, 1).len();
                (held > 0 || sent.0.len() == COUNT).then_some(())
            })
            .await;
            if round % 2 == 0 {
                complete(victim).await;
            }
            if round % 3 == 0 {
                sent.deliver(victim);
            }
            drop(relays.remove(0));
            relays.push(open(&settings).await);
        }
        let expected: BTreeSet<String> = (0..COUNT).map(|number| format!("evt_{number}")).collect();
        drain(&relays, &mut sent, &expected).await;
        assert_eq!(sent.0.keys().cloned().collect::<BTreeSet<_>>(), expected);
    });
}

#[test]
fn a_relay_that_stops_leaves_its_work_to_the_others_at_once() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let slow = QueueSettings {
            ack_wait: QueueSettings::ACK_WAIT,
            ..settings(&server)
        };
        let first = open(&slow).await;
        first.store(&arrival(1)).await.expect("stored");
        first.offer(whole("e1")).await.expect("confirmed");
        webhooks(&first, 1).await;
        events(&first, 1).await;
        first.close().await;
        let second = open(&slow).await;
        assert_eq!(webhooks(&second, 1).await[0].message, "msg_1");
        assert_eq!(events(&second, 1).await[0].id, "e1");
    });
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_confirmed() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let (mut confirmed, mut sent) = (BTreeSet::new(), Sent::default());
        let mut number = 0;
        for _ in 0..2 {
            for _ in 0..60 {
                queue.store(&arrival(number)).await.expect("stored");
                confirmed.insert(format!("evt_{number}"));
                number += 1;
            }
            // Some of them are on their way through when it dies.
            complete(&queue).await;
            sent.deliver(&queue);
            server.kill();
            let refused = queue.store(&arrival(number)).await;
            assert!(
                matches!(refused, Err(QueueError::Unconfirmed { .. })),
                "{refused:?}"
            );
            server.restart();
            // Svix sends it again until it is confirmed.
            while queue.store(&arrival(number)).await.is_err() {}
            confirmed.insert(format!("evt_{number}"));
            number += 1;
        }
        drain(&[queue], &mut sent, &confirmed).await;
        let sent: BTreeSet<String> = sent.0.into_keys().collect();
        assert_eq!(sent, confirmed);
    });
}

#[test]
fn one_relay_has_the_lease_and_another_gets_it_when_it_stops_or_dies() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queues = [
            open(&settings(&server)).await,
            open(&settings(&server)).await,
        ];
        let first = queues[0].lease("relay-1");
        until("the lease", || first.is_held().then_some(())).await;
        let second = queues[1].lease("relay-2");
        // It renews it all the while.
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < 2 * ACK_WAIT {
            assert!(first.is_held() && !second.is_held());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        first.give_up().await;
        until("the lease", || second.is_held().then_some(())).await;
        let third = queues[0].lease("relay-1");
        drop(second);
        until("the lease", || third.is_held().then_some(())).await;
    });
}

#[test]
fn the_position_is_written_by_one_alone() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let queue = open(&settings(&server)).await;
        let other = open(&settings(&server)).await;
        let note = |value: &str| Note {
            name: "reconcile https://gw.test:8009".to_owned(),
            value: value.to_owned(),
        };
        let name = note("").name;
        assert_eq!(queue.note(&name).await.expect("told"), None);
        queue.keep(&note("one")).await.expect("confirmed");
        let found = other.note(&name).await.expect("told");
        assert_eq!(found.as_deref(), Some("one"));
        other.keep(&note("two")).await.expect("confirmed");
        let overtaken = queue.keep(&note("three")).await;
        let overtaken = overtaken.expect_err("it has lost the lease");
        assert!(
            matches!(overtaken, QueueError::Overtaken { .. }),
            "{overtaken}"
        );
        let found = queue.note(&name).await.expect("told");
        assert_eq!(found.as_deref(), Some("two"));
        queue
            .keep(&note("three"))
            .await
            .expect("it goes on from there");
    });
}

#[test]
fn a_stream_that_would_lose_messages_is_refused() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    block_on(async {
        let client = async_nats::connect(server.url()).await.expect("connected");
        let context = async_nats::jetstream::new(client);
        let forgetful = async_nats::jetstream::stream::Config {
            name: "ddctl-team_20a".to_owned(),
            subjects: vec!["ddctl.team_20a.*".to_owned()],
            ..Default::default()
        };
        context.create_stream(forgetful).await.expect("a stream");
        let error = Queue::open(settings(&server), Vec::new())
            .await
            .expect_err("unfit");
        assert!(matches!(error, QueueError::Unfit { .. }), "{error}");
    });
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    server.kill();
    block_on(async {
        let error = Queue::open(settings(&server), Vec::new())
            .await
            .expect_err("nobody is there");
        assert!(matches!(error, QueueError::Connect { .. }), "{error}");
        assert!(error.to_string().contains(&server.url()), "{error}");
    });
}

#[test]
fn a_server_that_wants_a_sign_in_takes_a_token_or_a_password() {
    let ways = [
        (["--auth", "s3cret", "--name", "a"], "s3cret"),
        (["--user", "relay", "--pass", "s3:cret"], "relay:s3:cret"),
    ];
    for (flags, credential) in ways {
        let Some(server) = NatsServer::start_with(&flags) else {
            return;
        };
        let with = |credential: Option<&str>| QueueSettings {
            credential: credential.map(Secret::new),
            ..settings(&server)
        };
        block_on(async {
            open(&with(Some(credential))).await;
            for wrong in [None, Some("other"), Some("relay:other")] {
                let refused = Queue::open(with(wrong), Vec::new()).await;
                let refused = refused.expect_err("it keeps out who may not come in");
                assert!(matches!(refused, QueueError::Refused { .. }), "{refused}");
                assert!(!refused.to_string().contains("other"), "{refused}");
            }
        });
    }
}

#[test]
fn a_server_behind_tls_is_trusted_by_its_certificate() {
    let file = |name: &str| format!("{}/tests/data/relay/{name}", env!("CARGO_MANIFEST_DIR"));
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let flags = ["--tls", "--tlscert", &cert, "--tlskey", &key];
    let Some(server) = NatsServer::start_with(&flags) else {
        return;
    };
    let url = server.url().replace("nats://127.0.0.1", "tls://localhost");
    let with = |ca_file: Option<&str>| QueueSettings {
        servers: url.parse().expect("an address"),
        ca_file: ca_file.map(Into::into),
        ..settings(&server)
    };
    block_on(async {
        let queue = open(&with(Some(&cert))).await;
        assert_eq!(queue.store(&arrival(1)).await.expect("stored"), Stored::New);
        let stranger = Queue::open(with(None), Vec::new()).await;
        assert!(
            matches!(stranger, Err(QueueError::Connect { .. })),
            "{stranger:?}"
        );
    });
}
