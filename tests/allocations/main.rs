//! How many allocations signing and verifying cost: exact gates. A binary of its own, since it installs a counting
//! allocator.

mod over_no_op;

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

#[test]
fn vizion_verify_allocs() {
    assert_eq!(over_no_op::vizion_verify(), 0);
}
