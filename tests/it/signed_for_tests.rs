//! Deliveries that are signed for tests.

use std::time::{Duration, UNIX_EPOCH};

use countersign::netgiro::webhook::testing::nonce_at;
use countersign::vizion::webhook::testing::sign;

#[test]
fn a_delivery_lives_for_an_hour() {
    let request = sign("key-1", "secret", "https://h/", "{}", UNIX_EPOCH + Duration::from_secs(1)).unwrap();
    let header = request.headers()["x-vizion-signature"].to_str().unwrap();
    assert!(header.contains(",created=1000,expires=3601000,"), "{header}");
}

#[test]
fn a_time_that_no_nonce_can_hold_gives_the_nearest() {
    let second = Duration::from_secs(1);
    assert_eq!(nonce_at(UNIX_EPOCH - second), 0);
    assert_eq!(nonce_at(UNIX_EPOCH + second * u32::MAX * 5), u64::MAX);
}
