//! The codes that only the tool has.

use std::sync::LazyLock;

use clap::ValueEnum;

/// The name is the variant's, the sentence its comment's.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Code {
    /// The application has not answered a delivery in time, and may still handle it
    ApplicationSilent,
    /// A declaration places something in the body, and the body is signed and sent with it
    BodyRewritten,
    /// The answer to doctor is a success, but no reply of the provider's: a proxy or a sign-in page may have sent it
    DoctorNoReply,
    /// How many requests doctor is about to send
    DoctorSends,
    /// The file of --env-file is not read by a printed command, which takes its variables from the environment
    EnvFileNotRead,
    /// A header is sent as other bytes than the printed text has: Netvisor's headers are in ISO-8859-15
    HeaderNotAscii,
    /// The provider answered with the status of an error
    HttpStatus,
    /// No rule that was tried reproduces the captured requests
    NoRule,
    /// The other side answered 101, and no other protocol than HTTP goes through the proxy
    ProtocolSwitched,
    /// The proxy that signs would be reached from other machines
    ProxyBeyondLoopback,
    /// The request does not name the proxy's own address as its host
    ProxyHost,
    /// Two providers of the proxy have one name, or a provider has the name of one of the proxy's own paths
    ProxyNameTaken,
    /// A page in a browser sent the request, or a browser does not say that no page did
    ProxyOrigin,
    /// The path does not begin with the name of a provider that the proxy was started for
    ProxyProvider,
    /// The query is signed and sent in another spelling than the typed one
    QueryRewritten,
    /// The reply was not judged: nothing says that it is Netgíró's
    ReplyNotJudged,
    /// The body of the request broke off, or is not framed as HTTP demands
    RequestBodyBroken,
    /// The body of the request did not come in time
    RequestBodyLate,
    /// The path or the query is not normalised, so that it would be sent as other bytes
    TargetNotNormalised,
    /// The message did not get through, or standard output broke
    Transport,
    /// The arguments, a file named in them, or the credentials cannot be used
    Usage,
}

impl Code {
    pub(crate) fn name(self) -> &'static str {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let values = Code::value_variants().iter().filter_map(Code::to_possible_value);
            values.map(|value| value.get_name().to_owned()).collect()
        });
        NAMES.get(self as usize).map_or("", String::as_str)
    }

    pub(crate) fn sentence(self) -> String {
        let value = self.to_possible_value();
        value.as_ref().and_then(|value| value.get_help()).map_or_else(String::new, |help| format!("{help}."))
    }
}
