//! Every public type can be moved to and shared with another thread, so that none forces an application's hand.

use std::any::type_name;
use std::collections::BTreeSet;
use std::path::Path;

use countersign::netgiro::{self, Netgiro};
use countersign::{
    diagnose, error, explain, middleware, netvisor, random, scope, signing, time, unleashed, vizion,
};

/// Lives within one call only: it borrows a closure, of which nothing more is asked than that it can be called.
const NOT_SHARED: [&str; 1] = ["SignedText"];

/// The name of a type, which the compiler lets through only with these traits.
fn shared<T: Send + Sync + Unpin + 'static>() -> &'static str {
    let path = type_name::<T>().split('<').next().unwrap_or_default();
    path.rsplit("::").next().unwrap_or_default()
}

fn shared_types() -> BTreeSet<&'static str> {
    BTreeSet::from([
        shared::<countersign::SignedForm>(),
        shared::<diagnose::Diagnosis>(),
        shared::<diagnose::Finding>(),
        shared::<diagnose::Outcome>(),
        shared::<error::Class>(),
        shared::<error::Error>(),
        shared::<explain::Change>(),
        shared::<explain::Difference>(),
        shared::<explain::ExplainedHeader>(),
        shared::<explain::ExplainedSegment>(),
        shared::<explain::Explanation>(),
        shared::<explain::Fingerprint>(),
        shared::<explain::MacSummary>(),
        shared::<explain::Transcript>(),
        shared::<explain::Value>(),
        shared::<middleware::Signer<Netgiro>>(),
        shared::<middleware::Unsigned>(),
        shared::<Netgiro>(),
        shared::<netgiro::ApiResponse<()>>(),
        shared::<netgiro::Reply>(),
        shared::<netgiro::ReplyFault>(),
        shared::<netgiro::ResultCode>(),
        shared::<netgiro::SentRequest>(),
        shared::<netgiro::SimpleResponse>(),
        shared::<netgiro::Stamp>(),
        shared::<netgiro::Verdict>(),
        shared::<netvisor::Credentials>(),
        shared::<netvisor::Failure>(),
        shared::<netvisor::FailureCode>(),
        shared::<netvisor::Language>(),
        shared::<netvisor::Netvisor>(),
        shared::<netvisor::ResponseStatus>(),
        shared::<netvisor::Stamp>(),
        shared::<netvisor::TransactionId>(),
        shared::<random::OsRandomness>(),
        shared::<scope::Scope>(),
        shared::<signing::AuthHeaders<'static>>(),
        shared::<signing::Charset>(),
        shared::<signing::Encoding>(),
        shared::<signing::Mac>(),
        shared::<signing::MacAlgorithm>(),
        shared::<signing::MacKey>(),
        shared::<signing::Origin>(),
        shared::<signing::Outgoing<'static>>(),
        shared::<signing::Segment<'static>>(),
        shared::<signing::SegmentKind>(),
        shared::<signing::Signature>(),
        shared::<signing::Signed<'static, Netgiro>>(),
        shared::<time::SystemClock>(),
        shared::<unleashed::Cause>(),
        shared::<unleashed::Refusal>(),
        shared::<unleashed::Unleashed>(),
        shared::<vizion::Refusal>(),
        shared::<vizion::Vizion>(),
    ])
}

#[test]
fn every_public_type_is_listed() {
    let mut sources = String::new();
    read_sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    let declared: BTreeSet<_> = sources
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))?;
            rest.split(|c: char| !c.is_alphanumeric()).next()
        })
        .collect();
    let mut listed = shared_types();
    listed.extend(NOT_SHARED);
    assert_eq!(declared, listed, "left: declared `pub` in src; right: listed here");
}

fn read_sources(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else {
            sources.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
