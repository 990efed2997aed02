//! How many allocations signing and verifying cost: exact gates. A binary of its own, since it installs a counting
//! allocator.

mod over_no_op;
mod refusals;

#[test]
fn unleashed_allocs() {
    assert_eq!(over_no_op::unleashed().allocations, 2);
}

/// Two more than Unleashed's in Rust: the list of headers, and a signature that is shared with it.
#[test]
fn declared_allocs() {
    assert_eq!(over_no_op::declared().allocations, 4);
}

/// Three of them keep the time-out in the request, and seven let the company's turn end with the body of the reply: five are
/// reqwest's, which puts a response together again, one is the URL's copy for that, and one the turn's box.
#[test]
fn netvisor_allocs() {
    assert_eq!(over_no_op::netvisor().allocations, 15);
}

#[test]
fn netgiro_allocs() {
    assert_eq!(over_no_op::netgiro().allocations, 10);
}

/// A future is as large as the largest thing that it may ever wait for: what happens rarely is boxed. The request itself is
/// in it while its turn is waited for.
#[test]
fn a_request_allocates_few_bytes() {
    for (name, extra, most) in [
        ("unleashed", over_no_op::unleashed(), 1_300),
        ("netvisor", over_no_op::netvisor(), 6_000),
        ("netgiro", over_no_op::netgiro(), 3_200),
    ] {
        assert!(extra.bytes <= most, "{name}: {} bytes for {most}", extra.bytes);
    }
}

#[test]
fn refusing_allocates_no_more_than_its_message() {
    let bytes = refusals::bytes_for_a_refusal();
    assert!(bytes < 2_000, "{bytes}");
}

/// What one is worth that anybody can have made where diagnoses are asked for: some milliseconds.
#[test]
fn diagnosing_a_long_list_of_headers_stays_cheap_however_many_keys_there_are() {
    for keys in [1, 20] {
        let bytes = refusals::bytes_for_an_unknown_key_and_64_headers(keys);
        assert!(bytes < 12 << 20, "{bytes} for {keys}");
    }
}

#[test]
fn diagnosing_a_url_of_many_pieces_stays_cheap() {
    let bytes = refusals::bytes_for_a_url_of_many_pieces();
    assert!(bytes < 10 << 20, "{bytes}");
}

#[test]
fn diagnosing_long_headers_of_proxies_stays_cheap() {
    for length in [2_000, 5_000, 180_000] {
        let bytes = refusals::bytes_for_long_headers_of_proxies(length);
        assert!(bytes < 8 << 20, "{bytes} for {length}");
    }
}

#[test]
fn diagnosing_deeply_nested_json_stays_cheap() {
    let bytes = refusals::bytes_for_deeply_nested_json();
    assert!(bytes < 16 << 20, "{bytes}");
}

#[test]
fn vizion_verify_allocs() {
    assert_eq!(over_no_op::vizion_verify(), 3);
}
