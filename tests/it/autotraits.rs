//! Every public type can be moved to and shared with another thread, so that none forces an application's hand.
//! `SignedText` alone is not among them: it lives within one call.

use countersign::netgiro::{self, Netgiro};
use countersign::{diagnose, explain, fault, netvisor, random, redact, scope, signing, time};
use countersign::{unleashed, vizion, webhook};

/// The compiler lets a type through only with these traits.
fn shared<T: Send + Sync + Unpin + 'static>() {}

#[test]
fn public_types_are_shared_between_threads() {
    shared::<countersign::SignedForm>();
    shared::<diagnose::Diagnosis>();
    shared::<diagnose::Finding>();
    shared::<diagnose::Outcome>();
    shared::<fault::Kind>();
    shared::<countersign::Effect>();
    shared::<countersign::Error>();
    shared::<countersign::ErrorStatus>();
    shared::<explain::Change>();
    shared::<explain::Difference>();
    shared::<explain::ExplainedHeader>();
    shared::<explain::ExplainedSegment>();
    shared::<explain::Explanation>();
    shared::<explain::Fingerprint>();
    shared::<explain::MacSummary>();
    shared::<explain::Transcript>();
    shared::<explain::Value>();
    shared::<countersign::Sent<netgiro::Scheme>>();
    shared::<countersign::Unsigned>();
    shared::<Netgiro>();
    shared::<netgiro::ApiResponse<()>>();
    shared::<netgiro::webhook::Verifier>();
    shared::<netgiro::Reply>();
    shared::<netgiro::ReplyFault>();
    shared::<netgiro::ResultCode>();
    shared::<netgiro::SentRequest>();
    shared::<netgiro::SimpleResponse>();
    shared::<netgiro::Stamp>();
    shared::<netgiro::Verdict>();
    shared::<netvisor::Credentials>();
    shared::<netvisor::Failure>();
    shared::<netvisor::FailureCode>();
    shared::<netvisor::Language>();
    shared::<netvisor::Netvisor>();
    shared::<netvisor::ResponseStatus>();
    shared::<netvisor::Stamp>();
    shared::<netvisor::TransactionId>();
    shared::<random::OsRandomness>();
    shared::<redact::Secrets>();
    shared::<scope::Scope>();
    shared::<signing::AuthHeaders<'static>>();
    shared::<signing::Charset>();
    shared::<signing::Encoding>();
    shared::<signing::Mac>();
    shared::<signing::MacAlgorithm>();
    shared::<signing::MacKey>();
    shared::<signing::Source>();
    shared::<countersign::RequestRef<'static>>();
    shared::<signing::Segment<'static>>();
    shared::<signing::SegmentKind>();
    shared::<signing::Signature>();
    shared::<countersign::Signed<netgiro::Scheme>>();
    shared::<time::SystemClock>();
    shared::<unleashed::Unleashed>();
    shared::<unleashed::webhook::Verifier>();
    shared::<vizion::Vizion>();
    shared::<vizion::webhook::Verifier>();
    fn of_any<S: webhook::Scheme>() {
        shared::<webhook::Verifier<S>>();
    }
    of_any::<vizion::webhook::Scheme>();
    shared::<webhook::Builder<vizion::webhook::Scheme>>();
    shared::<webhook::Keys<vizion::webhook::Scheme>>();
    shared::<webhook::MemoryStore>();
    shared::<webhook::RedisStore>();
    shared::<countersign::rotation::Rotation>();
    shared::<countersign::rotation::CredentialSet>();
    shared::<countersign::rotation::EnvironmentSource>();
    shared::<countersign::rotation::FileSource>();
    shared::<countersign::rotation::CommandSource>();
    shared::<countersign::observer::Event>();
    shared::<countersign::observer::Metrics>();
    shared::<countersign::Permit>();
    shared::<webhook::ReplayKey>();
    shared::<webhook::VerifiedRejection>();
    shared::<vizion::webhook::Verified<bytes::Bytes>>();
    shared::<webhook::VerifyLayer<vizion::webhook::Scheme>>();
    shared::<webhook::VerifyService<vizion::webhook::Scheme, ()>>();
    shared::<webhook::Window>();
}

/// The compiler lets a function through only if what it gives can be awaited on any thread.
fn awaited_anywhere<F: Send>(_: fn(reqwest::Response) -> F) {}

#[test]
fn statuses_are_read_on_any_thread() {
    awaited_anywhere(netvisor::error_for_status);
    awaited_anywhere(netvisor::read_status);
    awaited_anywhere(unleashed::error_for_status);
    awaited_anywhere(vizion::error_for_status);
}
