//! What the receiver's answer says about a delivery.

use http::StatusCode;

use super::forge::Forgery;
use crate::failure::Failure;
use crate::output;

/// What the receiver answered.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Whether this is the answer to the last delivery: only the last is the forgery.
    pub(super) is_last: bool,
    /// Whether the provider takes only a 200 for an acknowledgement.
    pub(super) must_be_200: bool,
}

impl Answer {
    /// Prints whether the delivery was accepted. Fails if an honest delivery was refused or a forgery accepted.
    pub(super) fn tell(self, fault: Option<Forgery>, json: bool) -> Result<(), Failure> {
        let accepted = fault.map_or(Some(self.status.is_success()), |forgery| self.forgery_accepted(forgery));
        if json {
            output::json(&serde_json::json!({
                "status": self.status.as_u16(),
                "accepted": accepted,
                "fault": fault.map(Forgery::name),
            }))?;
        } else {
            output::line(&format!("{}: {}", self.status, self.sentence(accepted, fault)))?;
        }
        match accepted {
            Some(accepted) if accepted == fault.is_none() => Ok(()),
            Some(_) => Err(Failure::refused_as_printed()),
            None => Err(Failure::unclear_as_printed()),
        }
    }

    /// Whether the receiver took a forgery; `None` if the answer does not say: a receiver that fails, or is not at this path,
    /// has refused nothing, and a receiver that acknowledges repetitions answers 2xx without handling them again.
    fn forgery_accepted(self, forgery: Forgery) -> Option<bool> {
        match self.status {
            status if status.is_success() && forgery == Forgery::Replayed => None,
            status if status.is_success() => Some(true),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if self.is_last => Some(false),
            _ => None,
        }
    }

    fn sentence(self, accepted: Option<bool>, fault: Option<Forgery>) -> String {
        let what =
            fault.map_or_else(|| "the delivery".to_owned(), |fault| format!("the forgery {}", fault.name()));
        match (accepted, fault) {
            (Some(true), None) if self.must_be_200 && self.status != StatusCode::OK => {
                format!("{what} was accepted, but Netgíró counts it as received only if the answer is 200")
            }
            (Some(true), None) => format!("{what} was accepted"),
            (Some(false), None) if self.status == StatusCode::UNPROCESSABLE_ENTITY => format!(
                "{what} arrived, and the receiver cannot use its body; it did not refuse the signature: give another body \
                 with --event or --data"
            ),
            (Some(false), None) => format!("{what} was refused"),
            (Some(true), Some(_)) => format!("{what} was accepted, and must be refused"),
            (Some(false), Some(_)) => format!("{what} was refused, as it must be"),
            (None, _) if self.status.is_success() => format!(
                "cannot tell whether {what} was handled twice or the second copy only acknowledged: check whether the \
                 handler ran again"
            ),
            (None, _) if self.is_last => {
                format!("cannot tell whether {what} was refused: only 401 and 403 say so")
            }
            (None, _) => format!(
                "cannot tell whether {what} was refused: the honest delivery before it was not accepted"
            ),
        }
    }
}
