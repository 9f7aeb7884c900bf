//! The thread on which a queue works: its connection, and what goes on by itself.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::ends::{End, send_ends};
use super::error::QueueError;
use super::link::connect;
use super::names::Names;
use super::set_up::set_up;
use super::settings::QueueSettings;
use super::shared::{Kind, Shared};
use super::tasks;
use crate::delivery::spool::Destination;

/// Acknowledgements are waited for so long when a relay stops.
const CLOSING: Duration = Duration::from_secs(10);

/// Told when everything is closed.
pub(super) type Stop = oneshot::Sender<()>;

type Begun = (Arc<Shared>, oneshot::Sender<Stop>);

/// Begins, and goes on until it is told to stop, or until nobody can tell it any more.
pub(super) async fn begin(
    settings: QueueSettings,
    destinations: Vec<Destination>,
) -> Result<Begun, QueueError> {
    let failed = |error: std::io::Error| QueueError::set_up("the thread of the queue", error);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let (told, begun) = oneshot::channel();
    let work = move || runtime.block_on(work(settings, destinations, told));
    std::thread::Builder::new()
        .name("queue".to_owned())
        .spawn(work)
        .map_err(failed)?;
    begun
        .await
        .map_err(|_| QueueError::set_up("the thread of the queue", "it ended"))?
}

async fn work(
    settings: QueueSettings,
    destinations: Vec<Destination>,
    told: oneshot::Sender<Result<Begun, QueueError>>,
) {
    let (client, shared, ending) = match opened(&settings, destinations).await {
        Ok(opened) => opened,
        Err(error) => return drop(told.send(Err(error))),
    };
    let tasks = tasks_of(&shared, ending);
    let (stop, stopped) = oneshot::channel();
    if told.send(Ok((Arc::clone(&shared), stop))).is_err() {
        return;
    }
    if let Ok(closed) = stopped.await {
        close(&client, &shared, tasks).await;
        let _ = closed.send(());
    }
}

type Opened = (Client, Arc<Shared>, mpsc::UnboundedReceiver<End>);

async fn opened(
    settings: &QueueSettings,
    destinations: Vec<Destination>,
) -> Result<Opened, QueueError> {
    let (client, context) = connect(settings).await?;
    let names = Names::of(&settings.profile);
    let parts = set_up(&context, &names, settings).await?;
    let (ends, ending) = mpsc::unbounded_channel();
    let shared = Shared::new(context, names, parts, destinations, ends);
    Ok((client, Arc::new(shared), ending))
}

fn tasks_of(shared: &Arc<Shared>, ending: mpsc::UnboundedReceiver<End>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for kind in [Kind::Webhook, Kind::Told, Kind::Event] {
        tasks.spawn(tasks::pull(Arc::clone(shared), kind));
    }
    tasks.spawn(tasks::keep(Arc::clone(shared)));
    tasks.spawn(tasks::look(Arc::clone(shared)));
    tasks.spawn(send_ends(Arc::clone(shared), ending));
    tasks
}

async fn close(client: &Client, shared: &Shared, mut tasks: JoinSet<()>) {
    let all_told = async {
        while shared.held().ending() > 0 {
            let left = shared.left.notified();
            let _ = tokio::time::timeout(Duration::from_millis(100), left).await;
        }
    };
    if tokio::time::timeout(CLOSING, all_told).await.is_err() {
        tracing::warn!("the queue did not confirm everything: some events may be sent again");
    }
    tasks.abort_all();
    while tasks.join_next().await.is_some() {}
    tasks::give_back(shared).await;
    if let Err(error) = client.flush().await {
        tracing::debug!(%error, "the others get the rest after a while");
    }
}
