//! What is refused where room is short.

use super::*;

#[tokio::test]
async fn webhooks_are_refused_while_room_is_short_and_what_is_there_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        most: 200_000,
        free: 0,
    };
    let spool = Spool::open(folder.path(), to_logs(), limits, &holder()).expect("a spool");
    let mut noise = 0_u32;
    let mut large = |message: &str| Arrival {
        // Nothing that zstd makes much shorter.
        body: Packed::new(&Bytes::from_iter((0..9_000).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        }))),
        ..arrival(message)
    };
    let mut stored = 0;
    let refused = loop {
        match spool.store(large(&format!("m{stored}"))).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(
        refused,
        NotStored::NoRoom(Shortage::Spool { limit: 200_000 })
    ));
    assert_eq!(spool.stock().webhooks, stored);
    for one in rows(&spool).await {
        let event = whole(&one.message);
        spool
            .take(one.row, vec![event], None)
            .await
            .expect("there is room for events");
    }
    pass(&spool, 0).await;
    spool
        .store(large("again"))
        .await
        .expect("there is room again");
}

#[tokio::test]
async fn a_disk_with_less_room_than_is_to_stay_free_is_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits {
        free: u64::MAX,
        ..ROOMY
    };
    let spool = Spool::open(folder.path(), to_logs(), limits, &holder()).expect("a spool");
    let refused = spool.store(arrival("m")).await.expect_err("short");
    assert!(
        matches!(refused, NotStored::NoRoom(Shortage::Disk { .. })),
        "{refused}"
    );
    assert!(rows(&spool).await.is_empty());
}
