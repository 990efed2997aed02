use super::*;
use crate::netgiro::nonce::LANES;

fn admit(seen: &SeenNonces, nonce: &str) -> Result<(), ReplyFault> {
    seen.admit_reply(&seen.reply_nonce(nonce.as_bytes()))
}

fn given(nonce: &str) -> Stamp {
    Stamp::with_nonce(nonce).unwrap()
}

fn drawn(number: u64) -> Stamp {
    Stamp { drawn: Some(number), ..given(&number.to_string()) }
}

/// Numbers of one lane.
fn in_lane(lane: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |step| step * LANES + lane)
}

#[test]
fn a_nonce_is_admitted_once_and_the_memory_is_bounded() {
    let seen = SeenNonces::default();
    let mut others = (0..).map(|n: usize| n.to_string());
    let mut admit_others = |count| {
        for other in others.by_ref().take(count) {
            assert_eq!(admit(&seen, &other), Ok(()));
        }
    };
    assert_eq!(admit(&seen, "first"), Ok(()));
    assert_eq!(admit(&seen, "first"), Err(ReplyFault::Replayed));
    admit_others(2 * EXCHANGES - 1);
    assert_eq!(admit(&seen, "first"), Err(ReplyFault::Replayed));
    admit_others(1);
    assert_eq!(admit(&seen, "first"), Ok(()), "the older generation is forgotten");
    admit_others(10 * EXCHANGES);
    assert!(lock(&seen.known).replies.len() <= 2 * EXCHANGES);
}

#[test]
fn v4_of_threads_that_admit_one_nonce_at_once_exactly_one_does() {
    const THREADS: usize = 2;
    let nonces: Vec<String> = (0..2_000).map(|n| n.to_string()).collect();
    let (seen, arrived) = (SeenNonces::default(), AtomicUsize::new(0));
    let admit_all = || {
        let admitted = nonces.iter().zip(1..).filter(|(nonce, round)| {
            // Closer together than a `Barrier` brings them, which wakes one thread after the other.
            arrived.fetch_add(1, Ordering::SeqCst);
            while arrived.load(Ordering::SeqCst) < THREADS * round {
                std::thread::yield_now();
            }
            admit(&seen, nonce).is_ok()
        });
        admitted.count()
    };
    let admitted = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(admit_all)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(admitted, nonces.len());
}

#[test]
fn ten_thousand_exchanges_are_remembered() {
    let seen = SeenNonces::default();
    for (n, number) in (0..EXCHANGES).zip(in_lane(7)) {
        seen.remember_request(&drawn(number));
        seen.remember_request(&given(&format!("request {n}")));
        assert_eq!(admit(&seen, &format!("reply {n}")), Ok(()));
    }
    for (n, number) in [0, EXCHANGES - 1].map(|n| (n, in_lane(7).nth(n).unwrap())) {
        assert_eq!(admit(&seen, &number.to_string()), Err(ReplyFault::Reflected), "{n}");
        assert_eq!(admit(&seen, &format!("request {n}")), Err(ReplyFault::Reflected), "{n}");
        assert_eq!(admit(&seen, &format!("reply {n}")), Err(ReplyFault::Replayed), "{n}");
    }
}

#[test]
fn a_nonce_of_ours_is_never_admitted_whichever_thread_sent_it() {
    let seen = SeenNonces::default();
    let numbers: Vec<u64> = in_lane(7).take(2 * QUEUES).collect();
    std::thread::scope(|scope| {
        for number in &numbers {
            scope.spawn(|| seen.remember_request(&drawn(*number)));
        }
    });
    for number in numbers.iter().chain(&numbers) {
        assert_eq!(admit(&seen, &number.to_string()), Err(ReplyFault::Reflected));
    }
}

#[test]
fn a_nonce_of_ours_is_never_admitted_whichever_process_drew_it() {
    let seen = SeenNonces::default();
    // As in a child that was forked off after its parent had signed.
    for lane in [7, 8] {
        in_lane(lane).take(2).for_each(|number| seen.remember_request(&drawn(number)));
    }
    for number in [7, 8].into_iter().flat_map(|lane| in_lane(lane).take(2)) {
        assert_eq!(admit(&seen, &number.to_string()), Err(ReplyFault::Reflected), "{number}");
    }
    let like_ours = in_lane(7).nth(2).unwrap().to_string();
    assert_eq!(admit(&seen, &like_ours), Ok(()), "a number of our lane that was never drawn");
}

#[test]
fn no_table_grows_while_a_reply_waits() {
    let seen = SeenNonces::default();
    let room = lock(&seen.known).replies.room();
    assert!(room.iter().all(|room| *room >= EXCHANGES), "{room:?}");
    (0..3 * EXCHANGES).for_each(|n| admit(&seen, &n.to_string()).unwrap());
    assert_eq!(lock(&seen.known).replies.room(), room);
}

#[test]
fn requests_that_no_reply_came_to_do_not_pile_up() {
    let seen = SeenNonces::default();
    let numbers: Vec<u64> = in_lane(7).take(EXCHANGES + 1).collect();
    numbers.iter().for_each(|number| seen.remember_request(&drawn(*number)));
    let kept: Vec<_> = seen.drawn.iter().map(|queue| lock(&queue.0).numbers.capacity()).collect();
    assert_eq!(kept.iter().sum::<usize>(), EXCHANGES, "{kept:?}");
    assert_eq!(admit(&seen, &numbers[1].to_string()), Err(ReplyFault::Reflected));
    assert_eq!(admit(&seen, &numbers[0].to_string()), Ok(()), "the oldest is forgotten");
}
