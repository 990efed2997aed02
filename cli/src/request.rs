//! The request that the arguments describe.

use bytes::Bytes;
use clap::Args;
use clap::builder::TypedValueParser;
use countersign::Rewritten;
use countersign::{RequestRef, Signer};
use countersign_cli::capture::Capture;
use http::{Extensions, HeaderMap, Method, header};
use url::{ParseError, Position, Url};

use crate::argument_values::Offering;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::input::Data;
use crate::providers::{self, Tool};
use crate::request_args::{ProviderName, Reproduction, Settings};
use crate::signature_headers;

/// Which request, and for whom.
#[derive(Args)]
pub(crate) struct RequestArgs {
    #[command(flatten)]
    pub(crate) api: ApiArgs,

    /// The HTTP method
    #[arg(help_heading = None, value_parser = method(), hide_possible_values = true)]
    pub(crate) method: Method,

    /// The whole URL, with its query
    #[arg(help_heading = None, value_parser = TypedUrl::parse)]
    pub(crate) url: TypedUrl,
}

/// The provider of a request, its body, headers and settings.
#[derive(Args)]
pub(crate) struct ApiArgs {
    /// Whose API the request is for: netvisor, netgiro, unleashed, vizion, or the path of a declaration (*.toml)
    #[arg(value_parser = ProviderName::of_api(), hide_possible_values = true)]
    pub(crate) provider: ProviderName,

    /// The body: as given, from a file, or from standard input with @-
    ///
    /// Unless -H or the provider sets another type, the body is sent as application/json, or as application/xml if it
    /// starts with "<".
    #[arg(short, long, value_name = "TEXT|@FILE|@-")]
    pub(crate) data: Option<Data>,

    /// A header of your own; never one with credentials, which come from the environment
    // Parsed later: clap's error for a value that it cannot read quotes the value.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,

    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// A URL, and how it was typed: the URL that is sent has the host in lower case and no default port.
#[derive(Clone)]
pub(crate) struct TypedUrl {
    pub(crate) url: Url,
    typed: String,
}

impl TypedUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { url: parse_url(text)?, typed: text.to_owned() })
    }

    /// As it was typed, but for the fragment.
    pub(crate) fn typed_without_fragment(&self) -> &str {
        self.typed.split('#').next().unwrap_or_default()
    }
}

/// A request, ready to be signed.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) body: Option<Bytes>,
    /// The URL of a captured request, byte for byte.
    pub(crate) received: Option<String>,
}

impl RequestArgs {
    /// As [`ApiArgs::provider`], for the URL.
    pub(crate) fn provider<P: Tool>(
        &self,
        environment: &Environment,
        given: &Reproduction,
    ) -> Result<Signer<P>, Failure> {
        self.api.provider(environment, given, &self.url.url)
    }

    /// As [`ApiArgs::request`], of the method and the URL.
    pub(crate) fn request<P: Tool>(&self, provider: &Signer<P>) -> Result<Request, Failure> {
        self.api.request(provider, &self.method, &self.url)
    }
}

impl ApiArgs {
    /// Makes the provider, after refusing flags that would be without effect, and origins that the provider
    /// would refuse.
    pub(crate) fn provider<P: Tool>(
        &self,
        environment: &Environment,
        given: &Reproduction,
        url: &Url,
    ) -> Result<Signer<P>, Failure> {
        let settings = &self.settings;
        let flags = [
            ("--algorithm", settings.algorithm.is_some()),
            ("--form", settings.form.is_some()),
            ("--nonce", given.nonce.is_some()),
            ("--timestamp", given.timestamp.is_some()),
            ("--timestamp-unix", given.timestamp_unix.is_some()),
            ("--transaction-id", given.transaction_id.is_some()),
            ("--stamp", !given.stamp.is_empty()),
            ("--credential", !settings.keys.credential.is_empty()),
        ];
        for (flag, is_given) in flags {
            if is_given && !P::FLAGS.contains(&flag) {
                return Err(Failure::usage(format!("{flag} means nothing to this provider")));
            }
        }
        providers::signer(settings, environment, &self.provider, url)
    }

    /// Reads the body and puts the parts together. Adds the media type of the body if the provider does not set it. The URL is
    /// the one that will be sent.
    pub(crate) fn request<P: Tool>(
        &self,
        provider: &Signer<P>,
        method: &Method,
        url: &TypedUrl,
    ) -> Result<Request, Failure> {
        let mut headers = signature_headers::read(&self.headers, |name| P::sets_header(provider, name))?;
        let body = self.data.as_ref().map(Data::read).transpose()?;
        if let Some(media_type) = P::media_type(provider, body.as_ref()) {
            headers.entry(header::CONTENT_TYPE).or_insert(media_type);
        }
        let (method, mut url) = (method.clone(), url.url.clone());
        provider.prepare_url(&mut url);
        Ok(Request { method, url, headers, extensions: Extensions::new(), body, received: None })
    }

    /// A captured request, with the body and the headers that the command line adds.
    pub(crate) fn captured<P: Tool>(
        &self,
        provider: &Signer<P>,
        capture: Capture,
        url: &TypedUrl,
    ) -> Result<Request, Failure> {
        let url = url.url.clone();
        let target = capture.uri.path_and_query().map_or("/", |target| target.as_str());
        let received = Some(format!("{}{target}", &url[..Position::BeforePath]));
        let mut headers = capture.headers;
        headers.extend(signature_headers::read(&self.headers, |name| P::sets_header(provider, name))?);
        let body = self.data.as_ref().map_or(Ok(capture.body), Data::read)?;
        let (method, body) = (capture.method, Some(body));
        Ok(Request { method, url, headers, extensions: Extensions::new(), body, received })
    }
}

impl Request {
    /// Takes over the query and the body as signing has rewritten them.
    pub(crate) fn rewrite(&mut self, rewritten: Rewritten<'_>) {
        if rewritten.query.is_some() {
            self.url.set_query(rewritten.query);
        }
        if let Some(body) = rewritten.body {
            self.body = Some(Bytes::copy_from_slice(body));
        }
    }

    /// As signing sees it.
    pub(crate) fn outgoing(&self) -> RequestRef<'_> {
        let body = self.body.as_deref().unwrap_or_default();
        let request = RequestRef::new(&self.method, &self.url, &self.headers, &self.extensions, body);
        match &self.received {
            Some(url) => request.as_received(url),
            None => request,
        }
    }
}

/// Reads any method.
pub(crate) fn method() -> impl TypedValueParser<Value = Method> {
    Offering::new(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"], parse_method)
}

/// Methods differ by case, and all common methods are in upper case.
fn parse_method(text: &str) -> Result<Method, String> {
    let text = text.to_ascii_uppercase();
    let is_usual = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let method = Method::from_bytes(text.as_bytes()).ok().filter(|_| is_usual);
    method.ok_or_else(|| "not an HTTP method, which is made of letters and hyphens".to_owned())
}

pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => "give the whole URL, from https:// on".to_owned(),
        _ => error.to_string(),
    })?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err("not an http or https URL".to_owned())
    }
}
