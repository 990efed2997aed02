//! Sets a sandbox up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use countersign::netvisor::MacAlgorithm;
use countersign::{SignedForm, netvisor};
use encoding_rs::UTF_8;

use crate::credentials::Credentials;
use crate::error::StartError;
use crate::fault::{Fault, Injected};
use crate::hosts;
use crate::netgiro::{Netgiro, SignedNonce, Signs};
use crate::netvisor::{Netvisor, Takes};
use crate::quirk::Quirk;
use crate::replies::{Script, ScriptError, Scripted};
use crate::sandbox::{Clients, Sandbox, Urls};
use crate::server::{self, Servers};
use crate::unleashed::Unleashed;
use crate::vizion::Vizion;

/// Configures a [`Sandbox`], then starts it.
#[derive(Clone, Debug)]
#[must_use = "nothing is started until `start` is called"]
pub struct Builder {
    credentials: Credentials,
    listen: SocketAddr,
    netvisor: Takes,
    netgiro: Signs,
    unleashed_form: SignedForm,
    injected: Injected,
    allowed_hosts: Vec<String>,
    scripts: Vec<Script>,
}

impl Sandbox {
    /// Starts with demo credentials on free ports of `127.0.0.1`.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A sandbox with credentials, an address or signed forms of your choice.
    pub fn builder() -> Builder {
        Builder {
            credentials: Credentials::demo(),
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            netvisor: Takes::default(),
            netgiro: Signs::default(),
            unleashed_form: SignedForm::Decoded,
            injected: Injected::None,
            allowed_hosts: Vec::new(),
            scripts: Vec::new(),
        }
    }
}

impl Builder {
    /// The accounts that the sandbox knows. Default: [`Credentials::demo`].
    ///
    /// If a provider has other keys than the demo keys, only a correctly signed request gets a signed answer from it:
    /// replies are signed only if the request was accepted, and the inspector shows no expected signature and sends no
    /// webhook.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The loopback address to listen on, and the first of five ports in a row: the providers' in the order of
    /// [`Vendor::ALL`](crate::Vendor::ALL), then the inspector's. Port 0 takes free ports. Default: `127.0.0.1:0`.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Also answers to this host name, such as that of a container. `sandbox` allows the name with the listening port or
    /// without a port, `sandbox:8080` with another port. Default: only the address and `localhost`. Any other `Host` gets
    /// 421, so that no page of another site can read an answer through a browser.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.allowed_hosts.push(name.into());
        self
    }

    /// The form of the URL that Netvisor's signatures must cover. Default: [`SignedForm::AsSent`].
    pub fn netvisor_signed_form(mut self, form: SignedForm) -> Self {
        self.netvisor.signed_form = form;
        self
    }

    /// How far the times of a request to Netvisor with HMACSHA256 may be from the sandbox's clock, before or after it.
    /// `None` accepts times of any age, also two that disagree. Default: 10 minutes; the real Netvisor checks the times
    /// and does not say how closely.
    pub fn netvisor_time_window(mut self, window: impl Into<Option<Duration>>) -> Self {
        self.netvisor.time_window = window.into();
        self
    }

    /// The form of the query that Unleashed's signatures must cover. Default: [`SignedForm::Decoded`], as at the live API;
    /// [`SignedForm::AsSent`] is for tests of clients that sign what they send.
    pub fn unleashed_signed_form(mut self, form: SignedForm) -> Self {
        self.unleashed_form = form;
        self
    }

    /// Makes a provider do something in another way than by default; several calls add up. The sandbox's own clients,
    /// such as [`Sandbox::netvisor`], sign as the provider then expects.
    pub fn quirk(mut self, quirk: Quirk) -> Self {
        match quirk {
            Quirk::UnleashedAsSent => self.unleashed_form = SignedForm::AsSent,
            Quirk::NetvisorDecoded => self.netvisor.signed_form = SignedForm::Decoded,
            Quirk::NetvisorSha256Only => self.netvisor.algorithm = Some(MacAlgorithm::Sha256),
            Quirk::NetvisorUtf8 => self.netvisor.charset = UTF_8,
            Quirk::NetgiroErrorsUnsigned => self.netgiro.errors = false,
            Quirk::NetgiroReplyRequestNonce => self.netgiro.nonce = SignedNonce::OfRequest,
        }
        self
    }

    /// Starts with a fault, as after [`Sandbox::inject`].
    pub fn fault(mut self, fault: Fault) -> Self {
        self.injected = Injected::Always(fault);
        self
    }

    /// Starts with the replies of a script, as after [`Sandbox::respond`] with each.
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// Binds the ports and starts the servers on the current tokio runtime.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound, when five ports in a row are not free, when the library
    /// refuses a credential, when an allowed name is no host name, or when a script names a provider or a reply that
    /// does not exist.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let Self { credentials, listen, netvisor, netgiro, unleashed_form, injected, allowed_hosts, scripts } =
            self;
        if !listen.ip().is_loopback() {
            return Err(StartError::NotLoopback);
        }
        if !server::fit(listen.port()) {
            return Err(StartError::PortsExhausted(listen.port()));
        }
        allowed_hosts.iter().try_for_each(|name| hosts::check_name(name))?;
        credentials.check()?;
        let mut servers = Servers::new(listen, credentials.clone(), allowed_hosts);
        servers.shared().inject(injected);
        let netvisor_url = servers.open(Netvisor::new(credentials.netvisor.clone(), netvisor)).await?;
        let netgiro_url = servers.open(Netgiro::new(&credentials.netgiro, netgiro)?).await?;
        let unleashed = Unleashed::new(&credentials.unleashed, unleashed_form)?;
        let unleashed_url = servers.open(unleashed).await?;
        let vizion_url = servers.open(Vizion::new(credentials.vizion.clone())).await?;

        for Scripted { line, provider, matcher, reply } in scripts.into_iter().flat_map(Script::into_replies)
        {
            let chosen = servers.shared().respond(&provider, matcher, reply);
            chosen.map_err(|error| ScriptError::new(line, error))?;
        }

        let inspector_url = servers.open_inspector().await?;

        let clients = Clients {
            netvisor: netvisor::Netvisor::new(credentials.netvisor)?
                .signed_form(netvisor.signed_form)
                .algorithm(netvisor.algorithm.unwrap_or(MacAlgorithm::HmacSha256))
                .allow_origin(&netvisor_url)?,
            netgiro: credentials.netgiro.provider()?.allow_origin(&netgiro_url)?,
            unleashed: credentials
                .unleashed
                .provider()?
                .signed_form(unleashed_form)
                .allow_origin(&unleashed_url)?,
            vizion: credentials.vizion.provider()?.allow_origin(&vizion_url)?,
        };
        let urls = Urls {
            netvisor: netvisor_url,
            netgiro: netgiro_url,
            unleashed: unleashed_url,
            vizion: vizion_url,
            inspector: inspector_url,
        };
        Ok(Sandbox::new(servers, urls, clients))
    }
}
