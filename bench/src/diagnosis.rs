//! The cost of a diagnosis, beside one digest of 1 MiB. The diagnosis finds nothing and so tries every edit: none costs more.

use anyhow::Result;
use countersign::RequestRef;
use countersign::diagnose::{Diagnosis, diagnose};
use countersign::explain::Transcript;
use countersign::netgiro::Netgiro;
use http::Request;

use crate::rounds::{Case, interleave};
use crate::subjects::{NETGIRO_SECRET, netgiro_stamp, raw_digest};
use crate::table::Row;

const BRIEF: &str = "brief diagnosis of 16 KiB";
const FULL: &str = "full diagnosis of 64 KiB";
const DIGEST: &str = "digest beside diagnoses, 1 MiB";

/// A digest that no edit gives.
const UNKNOWN: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A request of Netgíró's, which signs its whole body, with a signature that nobody can explain.
struct Refused {
    signer: Netgiro,
    request: Request<Vec<u8>>,
}

/// Times both diagnoses, `rounds` times in turn.
///
/// # Errors
/// When a request is refused.
///
/// # Panics
/// When a request is refused later that was accepted before.
pub fn diagnoses_over_digest(rounds: usize) -> Result<[Row; 2]> {
    let (short, long, bytes) = (Refused::new(16 << 10)?, Refused::new(64 << 10)?, vec![b'x'; 1 << 20]);
    short.diagnose_briefly()?;
    long.diagnose()?;
    let cases = vec![
        Case::new(BRIEF, || short.diagnose_briefly().expect("as before")),
        Case::new(FULL, || long.diagnose().expect("as before")),
        Case::new(DIGEST, || raw_digest(&bytes)),
    ];
    let timings = interleave(cases, rounds);
    Ok([
        Row::to_be_known("diagnosis_brief_16k_over_digest_1m", timings.ratio(BRIEF, DIGEST)),
        Row::to_be_known("diagnosis_full_64k_over_digest_1m", timings.ratio(FULL, DIGEST)),
    ])
}

impl Refused {
    fn new(length: usize) -> Result<Self> {
        let request = Request::post("https://api.netgiro.is/v1/Checkout/InsertCart");
        let request = request.header("content-type", "application/json").body(order(length))?;
        Ok(Self { signer: Netgiro::new("881E674F-7891-4C20-AFD8-56FE2624C4B5", NETGIRO_SECRET)?, request })
    }

    /// As a service diagnoses what strangers send.
    fn diagnose_briefly(&self) -> Result<Diagnosis> {
        let request = RequestRef::from_http(&self.request)?;
        let transcript = Transcript::with_stamp(&self.signer, &request, netgiro_stamp())?;
        Ok(transcript.diagnose_briefly(UNKNOWN))
    }

    /// As a user asks for it.
    fn diagnose(&self) -> Result<Diagnosis> {
        Ok(diagnose(&self.signer, &RequestRef::from_http(&self.request)?, netgiro_stamp(), UNKNOWN)?)
    }
}

/// An order of `length` bytes in realistic JSON: nested, with escapes and letters beyond ASCII.
fn order(length: usize) -> Vec<u8> {
    const START: &str = r#"{"items":["#;
    const LINE: &str = r#"{"sku":"A-0017","name":"Kaffi \/ 250 g, malað","quantity":2,"price":1290.50},"#;
    const END: &str = r#"null],"note":""}"#;
    let lines = (length - START.len() - END.len()) / LINE.len();
    let mut order = format!("{START}{}{END}", LINE.repeat(lines));
    // The note fills the rest of the length.
    order.insert_str(order.len() - 2, &"x".repeat(length - order.len()));
    order.into_bytes()
}

#[cfg(test)]
mod tests {
    use countersign::diagnose::Outcome;

    use super::*;

    #[test]
    fn every_edit_is_tried_of_an_order_of_just_the_length() {
        for length in [16 << 10, 64 << 10] {
            let refused = Refused::new(length).unwrap();
            assert_eq!(refused.request.body().len(), length);
            serde_json::from_slice::<serde_json::Value>(refused.request.body()).unwrap();
            assert_eq!(refused.diagnose_briefly().unwrap().outcome(), Outcome::Unexplained);
            assert_eq!(refused.diagnose().unwrap().outcome(), Outcome::Unexplained);
        }
    }
}
