//! The transaction ids that Netvisor's requests are given.

use countersign::netvisor::MacAlgorithm;
use countersign::random::Randomness;
use countersign::{Error, RequestRef};

use crate::support::subjects::netvisor;

/// Of each byte, the lower half counts and the upper half too.
struct Counting;

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.iter_mut().zip(0..).for_each(|(byte, n)| *byte = 0x11 * n);
        Ok(())
    }
}

#[test]
fn a_drawn_id_is_a_uuid_of_version_4() {
    let netvisor = netvisor(MacAlgorithm::HmacSha256).randomness(Counting);
    let request = http::Request::get("https://integration.netvisor.fi/customerlist.nv").body(()).unwrap();
    let stamp = netvisor.stamp(&RequestRef::from_http(&request).unwrap()).unwrap();
    assert_eq!(stamp.transaction_id().text(), "00112233-4455-4677-8899-aabbccddeeff");
}
