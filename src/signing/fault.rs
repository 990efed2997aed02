//! Why no provider can sign a request.

use crate::fault::faults;

faults! {
    #[derive(Debug)]
    pub(crate) enum SigningFault {
        NotAbsolute = Signing, "url-not-absolute", "the URL is not absolute: it needs a scheme and a host",
            "Give the whole URL; it is part of what is signed or checked.";
        NotNormalised = Signing, "url-not-normalised", "the URL is not in the normalised form in which clients send it",
            "Pass it through `url::Url` first, so that what is signed is what is sent.";
        AmbiguousQuery = Signing, "query-ambiguous",
            "the query has a `+` or another character that servers read in different ways",
            "Write a blank as `%20` and a plus sign as `%2B`, or let `Signer::prepare_url` change the URL before it is signed and sent.";
        StreamBody = Signing, "stream-body", "the body is a stream, and this provider signs the bytes of the body",
            "Send bytes (`.body(Vec<u8>)`, `.json(…)`), or allow buffering with `buffer_stream_bodies(limit)`.";
        QueryUnwritable = Signing, "query-unwritable", "the query does not fit into a URL",
            "Send a shorter query.";
        BodyUnwritable = Signing, "body-unwritable", "the scheme writes into the body, and a body of this type stays as it is",
            "Give the body as `Vec<u8>`, `Bytes` or `String`.";
        Unwritable = Signing, "header-unwritable", "a value of this attempt cannot be written as a header",
            "Report this bug: the crate itself drew the value.";
    }
}
