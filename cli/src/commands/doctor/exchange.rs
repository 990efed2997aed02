//! A request and its reply.

use bytes::Bytes;
use countersign::RequestRef;
use http::{HeaderMap, StatusCode};

use crate::providers::Answer;
use crate::request::Request;

pub(crate) struct Exchange {
    pub(super) request: Request,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Exchange {
    /// The request as it was sent.
    pub(super) fn request(&self) -> RequestRef<'_> {
        self.request.outgoing()
    }

    /// The same, with the body of the reply.
    pub(super) fn request_of_reply(&self) -> RequestRef<'_> {
        let Request { method, url, headers, extensions, .. } = &self.request;
        RequestRef::new(method, url, headers, extensions, &self.body)
    }

    pub(super) fn answer(&self) -> Answer<'_> {
        let Request { url, extensions, .. } = &self.request;
        Answer { status: self.status, url, extensions, start: &self.body }
    }
}
