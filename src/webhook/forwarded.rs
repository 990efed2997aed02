//! The URLs that a delivery may have been signed for, if a proxy has changed the URL on the way.
//!
//! They come from headers that anyone can write: a signature can be tried with them, but they must not be trusted.

use super::Delivery;

/// Headers in which proxies keep the host of the original request.
const HOSTS: [&str; 2] = ["x-forwarded-host", "x-original-host"];

/// Headers in which proxies keep the path of the original request.
const TARGETS: [&str; 5] =
    ["x-original-uri", "x-forwarded-uri", "x-original-url", "x-rewrite-url", "x-envoy-original-path"];

const MOST_URLS: usize = 24;
const LONGEST_TARGET: usize = 2048;
/// The longest DNS name, and a port.
const LONGEST_HOST: usize = 253 + 6;

/// Absolute URLs: first the URL that is verified, then the others, the likeliest first.
pub(super) fn candidates(delivery: &Delivery<'_>) -> Vec<String> {
    let hosts = hosts(delivery);
    let targets = targets(delivery);
    let mut urls: Vec<String> = delivery.url().into_iter().collect();
    for scheme in ["https", "http"] {
        for (target, host) in targets.iter().flat_map(|target| hosts.iter().map(move |host| (target, host))) {
            push_new(&mut urls, format!("{scheme}://{host}{target}"));
        }
    }
    urls.truncate(MOST_URLS);
    urls
}

fn hosts(delivery: &Delivery<'_>) -> Vec<String> {
    let mut hosts = Vec::new();
    let checked = delivery.host().ok().and_then(|host| std::str::from_utf8(host).ok());
    let received = delivery.received_host().and_then(|host| std::str::from_utf8(host).ok());
    let forwarded = HOSTS.iter().filter_map(|name| first(delivery, name));
    for host in checked.into_iter().chain(received).chain(forwarded).chain(forwarded_host(delivery)) {
        let host = host.trim();
        if host.len() > LONGEST_HOST {
            continue;
        }
        push_new(&mut hosts, host.to_owned());
        push_new(&mut hosts, host.to_ascii_lowercase());
        if let Some((name, port)) = host.rsplit_once(':')
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            push_new(&mut hosts, name.to_owned());
        }
    }
    hosts
}

fn targets(delivery: &Delivery<'_>) -> Vec<String> {
    let mut targets = Vec::new();
    let received = delivery.received_target();
    push_new(&mut targets, delivery.target().into_owned());
    push_new(&mut targets, received.to_owned());
    let prefix = first(delivery, "x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/'));
    if let Some(prefix) = prefix.filter(|prefix| prefix.starts_with('/')) {
        push_new(&mut targets, format!("{prefix}{received}"));
    }
    for target in TARGETS.iter().filter_map(|name| first(delivery, name)) {
        if target.starts_with('/') {
            push_new(&mut targets, target.to_owned());
        }
    }
    targets
}

/// The entry of the first proxy in a list.
fn first<'r>(delivery: &Delivery<'r>, name: &str) -> Option<&'r str> {
    let value = delivery.headers().get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim).filter(|value| value.len() <= LONGEST_TARGET)
}

/// The `host` of the first entry of `forwarded` (RFC 7239).
fn forwarded_host<'r>(delivery: &Delivery<'r>) -> Option<&'r str> {
    let mut pairs = first(delivery, "forwarded")?.split(';').filter_map(|pair| pair.split_once('='));
    let (_, host) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("host"))?;
    Some(host.trim().trim_matches('"'))
}

fn push_new(list: &mut Vec<String>, new: String) {
    if !list.contains(&new) {
        list.push(new);
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn no_url_is_longer_than_what_anybody_may_have_tried() {
        let long = format!("/{}", "a".repeat(100_000));
        let mut request = Request::get("/in").header("host", &long[1..]).body(()).unwrap();
        for name in HOSTS.iter().chain(&TARGETS).chain(&["x-forwarded-prefix"]) {
            request.headers_mut().insert(*name, long.parse().unwrap());
        }
        request.headers_mut().insert("forwarded", format!("host={long}").parse().unwrap());
        let tried = candidates(&Delivery::new(&request.into_parts().0, None));
        assert!(tried.iter().all(|url| url.len() < LONGEST_TARGET), "{}", tried.len());
    }

    #[test]
    fn a_path_that_a_proxy_kept_is_tried_if_it_is_one_and_not_too_long() {
        let tried = |target: &str| {
            let request = Request::get("/in").header("host", "h").header("x-original-uri", target);
            candidates(&Delivery::new(&request.body(()).unwrap().into_parts().0, None))
        };
        let path = |length: usize| format!("/{}", "a".repeat(length - 1));
        let longest = path(LONGEST_TARGET);
        let both = |target: &str| ["https://h/in".to_owned(), format!("https://h{target}")];
        assert_eq!(tried(&longest)[..2], both(&longest));
        for ignored in [path(LONGEST_TARGET + 1), "a/b".to_owned(), String::new()] {
            assert_eq!(tried(&ignored), ["https://h/in", "http://h/in"], "{} bytes", ignored.len());
        }
    }
}
