//! The address: the URL, or its query.

use super::Mistake;
use crate::diagnose::{address, case, path, query};

/// Their fixes are for whoever receives the message, those of all others for whoever signs it.
pub(in crate::diagnose) const PROXY_URL: &str = "proxy-url";
pub(in crate::diagnose) const OTHER_HOST: &str = "other-host";

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake {
        code: "query-plus",
        sentence: "A `+` in the query was signed as a blank, or a blank as a `+`.",
        fix: "Send a blank as `%20`, which everybody reads alike, and a plus sign as `%2B`.",
        variants: query::plus,
    },
    Mistake {
        code: "query-decoded",
        sentence: "The URL or query was signed with its percent-encoding undone.",
        fix: "Sign it as it is sent; for Netvisor, should the vendor expect this, choose `SignedForm::Decoded`.",
        variants: query::decoded,
    },
    Mistake {
        code: "query-not-decoded",
        sentence: "The URL or query was signed as it is sent, without its percent-encoding undone.",
        fix: "Undo each `%XX` in the text that is signed, and leave it in the URL that is sent; should the vendor expect it signed \
              as it is sent, choose `SignedForm::AsSent`.",
        variants: query::not_decoded,
    },
    Mistake {
        code: "query-encoded",
        sentence: "The URL or query was signed in another percent-encoding than it is sent in.",
        fix: "Sign the very text that is sent; let one piece of code encode it, once.",
        variants: query::encoded,
    },
    Mistake {
        code: "query-reordered",
        sentence: "The parameters of the query were signed in another order.",
        fix: "Sign them in the order in which they are sent.",
        variants: query::reordered,
    },
    Mistake {
        code: "query-missing",
        sentence: "The query was left out.",
        fix: "Sign the URL with its query.",
        variants: query::missing,
    },
    Mistake {
        code: "query-converted",
        sentence: "A word for nothing or for an object was signed in place of the query.",
        fix: "Sign the query as it is sent, and the empty text where there is none.",
        variants: query::converted,
    },
    Mistake {
        code: "parameter-missing",
        sentence: "The query was signed without some of its parameters.",
        fix: "Sign the query that is sent, after everything has been added to it that is going to be.",
        variants: query::parameter_missing,
    },
    Mistake {
        code: "question-mark-included",
        sentence: "The question mark was signed.",
        fix: "Leave it out: sign what follows it, or the URL in front of it where nothing does.",
        variants: address::question_mark,
    },
    Mistake {
        code: "path-included",
        sentence: "More of the URL than its query was signed.",
        fix: "Sign the query only, without host, path and question mark.",
        variants: path::included,
    },
    Mistake {
        code: "host-missing",
        sentence: "The URL was signed without its scheme or host.",
        fix: "Sign the absolute URL, from `https://` on.",
        variants: address::origin_missing,
    },
    Mistake {
        code: "url-case",
        sentence: "The URL was signed in another case.",
        fix: "Sign it letter by letter as it is sent; upper and lower case differ, in `%2f` too.",
        variants: case::other,
    },
    Mistake {
        code: "trailing-slash",
        sentence: "The URL was signed with a slash more or less at the end of its path.",
        fix: "Sign the path as it is sent.",
        variants: address::trailing_slash,
    },
    Mistake {
        code: "slash-doubled",
        sentence: "The URL was signed with two slashes in place of one in its path.",
        fix: "Sign the URL as it is sent, after its base and its path have been joined.",
        variants: address::doubled_slash,
    },
    Mistake {
        code: "fragment-included",
        sentence: "The fragment, from `#` on, was signed.",
        fix: "Leave it out: it is never sent.",
        variants: address::fragment,
    },
    Mistake {
        code: "default-port",
        sentence: "The port was written out where it is not sent, or left out where it is.",
        fix: "Sign the URL as it is sent: the default port, 443 for https, is left out, any other is not.",
        variants: address::port,
    },
    Mistake {
        code: "url-scheme",
        sentence: "http was signed for https, or the reverse.",
        fix: "Sign the scheme that the client uses, also behind a proxy that ends TLS.",
        variants: address::scheme,
    },
    Mistake {
        code: "url-as-typed",
        sentence: "The URL was signed as it was typed, not as it is sent.",
        fix: "Parse it first; then sign and send the text that the parser gives.",
        variants: address::typed_url,
    },
    Mistake {
        code: "other-environment",
        sentence: "The URL was signed with another of the provider's hosts, e.g. the one for tests.",
        fix: "Sign the URL of the request itself, not one that is put together from a second setting.",
        variants: address::other_environment,
    },
    Mistake {
        code: PROXY_URL,
        sentence: "The URL on the other side of a proxy was signed.",
        fix: "If that URL is yours, configure it as the public origin, so that both sides sign the same one.",
        variants: address::other_url,
    },
    Mistake {
        code: OTHER_HOST,
        sentence: "It was signed for another host than the public origin that is configured.",
        fix: "Do not use it: it is not meant for this service, and may have been signed to be tried on others.",
        variants: address::foreign_url,
    },
];
