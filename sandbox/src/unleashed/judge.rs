//! Judges a request: only the query is signed.

use countersign::unleashed::headers::{API_ID, SIGNATURE};

use super::Unleashed;
use crate::media::Media;
use crate::provider::Judge;
use crate::request::Received;
use crate::verdict::Refusal;
use crate::workings::Workings;

impl Judge for Unleashed {
    const SIGNED_BY: &'static [&'static str] = &[API_ID, SIGNATURE];

    /// Does not look at `client-type`: Unleashed's documents ask for it, its server does not, and many clients leave it out.
    fn judge(&self, arrived: &Received, workings: &mut Workings) -> Result<(), Refusal> {
        for name in ["accept", "content-type"] {
            Media::of(arrived.ascii(name)?).ok_or(Refusal::HeaderMalformed(name))?;
        }
        arrived.expect_account(API_ID, self.api_id.as_bytes())?;
        workings.expect_signature(arrived, SIGNATURE, &self.provider(arrived)?, ())
    }
}
