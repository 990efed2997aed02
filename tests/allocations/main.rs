//! How many allocations signing and verifying cost: exact gates. A binary of its own, since it installs a counting
//! allocator.

mod over_no_op;
mod refusals;

#[test]
fn unleashed_allocs() {
    assert_eq!(over_no_op::unleashed(), 2);
}

#[test]
fn netvisor_allocs() {
    assert_eq!(over_no_op::netvisor(), 5);
}

#[test]
fn netgiro_allocs() {
    assert_eq!(over_no_op::netgiro(), 10);
}

/// What a refusal is worth that nobody asked to have diagnosed: some milliseconds.
#[test]
fn refusing_a_long_list_of_headers_stays_cheap() {
    let bytes = refusals::bytes_for_an_unknown_key_and_64_headers();
    assert!(bytes < 12 << 20, "{bytes}");
}

#[test]
fn vizion_verify_allocs() {
    assert_eq!(over_no_op::vizion_verify(), 0);
}
