//! curl's options for HTTP, each with its letter, and which of them take a value. Options that `Read` does not handle change
//! nothing that is signed. `--config`, `--request-target` and `--variable` would; they are left out and so reported as unknown.

/// Those that take a value.
const WITH_VALUE: &str = "=abstract-unix-socket =alt-svc =aws-sigv4 =cacert =capath E=cert =cert-type =ciphers \
    =connect-timeout =connect-to C=continue-at b=cookie c=cookie-jar =create-file-mode =crlfile =curves d=data =data-ascii \
    =data-binary =data-raw =data-urlencode =delegation =dns-interface =dns-ipv4-addr =dns-ipv6-addr =dns-servers =doh-url \
    D=dump-header =engine =etag-compare =etag-save =expect100-timeout F=form =form-string =happy-eyeballs-timeout-ms H=header \
    =hsts =interface =json =keepalive-cnt =keepalive-time =key =key-type =libcurl =limit-rate =local-port =login-options \
    =max-filesize =max-redirs m=max-time =netrc-file =noproxy =oauth2-bearer o=output =output-dir =parallel-max =pass \
    =pinnedpubkey =preproxy =proto =proto-default =proto-redir x=proxy =proxy-cacert =proxy-capath =proxy-cert =proxy-cert-type \
    =proxy-header =proxy-key =proxy-pass U=proxy-user =proxy1.0 r=range =rate e=referer X=request =resolve =retry =retry-delay \
    =retry-max-time =service-name =socks4 =socks4a =socks5 =socks5-hostname Y=speed-limit y=speed-time =stderr z=time-cond \
    =tls-max =tls13-ciphers =tlsauthtype =tlspassword =tlsuser =trace =trace-ascii =trace-config =unix-socket T=upload-file =url \
    =url-query u=user A=user-agent w=write-out";

/// Those that take none. Each may be undone, as `--no-NAME`.
const FLAGS: &str = "=alpn =anyauth a=append =basic =ca-native =cert-status =clobber =compressed =create-dirs =crlf =digest \
    q=disable =disallow-username-in-url =doh-cert-status =doh-insecure f=fail =fail-early =fail-with-body =false-start \
    =form-escape G=get g=globoff I=head =http0.9 0=http1.0 =http1.1 =http2 =http2-prior-knowledge =http3 =http3-only \
    =ignore-content-length i=include k=insecure 4=ipv4 6=ipv6 j=junk-session-cookies =keepalive L=location =location-trusted \
    =negotiate n=netrc =netrc-optional :=next N=no-buffer =npn =ntlm Z=parallel =parallel-immediate =path-as-is =post301 \
    =post302 =post303 #=progress-bar =progress-meter =proxy-anyauth =proxy-basic =proxy-digest =proxy-insecure =proxy-ntlm \
    p=proxytunnel =raw J=remote-header-name O=remote-name =remote-name-all R=remote-time =remove-on-error =retry-all-errors \
    =retry-connrefused =sessionid S=show-error s=silent =ssl =ssl-no-revoke =ssl-reqd =ssl-revoke-best-effort 2=sslv2 3=sslv3 \
    =styled-output =suppress-connect-headers =tcp-fastopen =tcp-nodelay 1=tlsv1 =tlsv1.0 =tlsv1.1 =tlsv1.2 =tlsv1.3 \
    =tr-encoding =trace-ids =trace-time B=use-ascii v=verbose";

/// A known option, by its full name.
pub(super) enum Known {
    WithValue(&'static str),
    Flag(&'static str),
    /// A flag that is undone, as `--no-NAME`.
    NoFlag,
}

pub(super) fn by_name(name: &[u8]) -> Option<Known> {
    let is_name = |_: &str, known: &str| known.as_bytes() == name;
    let is_undone = |_: &str, known: &str| name.strip_prefix(b"no-") == Some(known.as_bytes());
    let with_value = find(WITH_VALUE, is_name).map(Known::WithValue);
    with_value
        .or_else(|| find(FLAGS, is_name).map(Known::Flag))
        .or_else(|| find(FLAGS, is_undone).map(|_| Known::NoFlag))
}

pub(super) fn by_letter(letter: u8) -> Option<Known> {
    let is_letter = |known: &str, _: &str| known.as_bytes() == [letter];
    find(WITH_VALUE, is_letter).map(Known::WithValue).or_else(|| find(FLAGS, is_letter).map(Known::Flag))
}

fn find(options: &'static str, is_it: impl Fn(&str, &str) -> bool) -> Option<&'static str> {
    let mut options = options.split_ascii_whitespace().filter_map(|option| option.split_once('='));
    options.find(|(letter, name)| is_it(letter, name)).map(|(_, name)| name)
}
