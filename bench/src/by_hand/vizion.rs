//! A handler of Vizion's webhooks, by hand.

use std::collections::HashMap;
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::request::Parts;
use sha2::{Digest as _, Sha256};

use super::millis_since_1970;

/// The window of Vizion's own example.
const ONE_HOUR_MS: u128 = 60 * 60 * 1000;

/// Verifies a delivery by the one key.
///
/// # Errors
/// When it does not verify.
pub fn verify(key_id: &str, secret: &str, parts: &Parts, body: &[u8], now: SystemTime) -> Result<()> {
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).context("missing");
    let parameters = header("x-vizion-signature")?.strip_prefix("Signature ").context("malformed")?;
    let parameters: HashMap<_, _> = parameters.split(',').filter_map(|pair| pair.split_once('=')).collect();
    let parameter = |name| parameters.get(name).copied().context("missing");

    ensure!(parameter("keyId")? == key_id, "unknown key");
    let created: u128 = parameter("created")?.parse()?;
    ensure!(millis_since_1970(now).abs_diff(created) <= ONE_HOUR_MS, "too old");
    let digest = format!("SHA-256={}", hex::encode(Sha256::digest(body)));
    ensure!(header("digest")? == digest, "another body");

    let line = |name| match name {
        "(request-target)" => Ok(format!("{name}: {} {}", parts.method.as_str().to_lowercase(), parts.uri)),
        "(created)" => Ok(format!("{name}: {created}")),
        _ => Ok(format!("{name}: {}", header(name)?)),
    };
    let lines = parameter("headers")?.split(' ').map(line).collect::<Result<Vec<_>>>()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(lines.join("\n").as_bytes());
    mac.verify_slice(&hex::decode(parameter("signature")?)?).context("forged")
}
