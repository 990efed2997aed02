//! New keys without a restart: a file is replaced while calls are made, as Kubernetes replaces a mounted secret.
//!
//! ```sh
//! cargo run --example rotation
//! ```

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use countersign::observer::Metrics;
use countersign::rotation::{FileSource, Rotation};
use countersign::unleashed::Unleashed;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("countersign-rotation-{}.json", std::process::id()));
    let shown = tokio::runtime::Runtime::new()?.block_on(show(&path));
    std::fs::remove_file(&path)?;
    shown
}

async fn show(path: &Path) -> Result<(), Box<dyn Error>> {
    write(path, "id-1", "key-1")?;
    // In a program of yours: the mounted file, or `CommandSource::new("vault", […])`.
    let rotation = Rotation::start(FileSource::new(path)).await?;
    let metrics = Arc::new(Metrics::default());
    let unleashed = Unleashed::from_rotation(&rotation)?.observer(Arc::clone(&metrics));
    println!("signed as {}", sign(&unleashed)?);

    write(path, "id-2", "key-2")?;
    // While calls are made, the file is looked at every 5 s. On a SIGHUP, a program would ask for it at once, as here.
    rotation.refresh().await?;
    println!("signed as {}, and nothing was restarted", sign(&unleashed)?);
    assert_eq!(sign(&unleashed)?, "id-2");

    // Half a file changes nothing.
    std::fs::write(path, r#"{"credentials": {"UNLEASHED_API_ID": "id-3""#)?;
    let error = rotation.refresh().await.expect_err("it is torn");
    println!("still signed as {}: {error}", sign(&unleashed)?);
    assert_eq!(sign(&unleashed)?, "id-2");

    println!("\n{metrics}");
    Ok(())
}

/// Writes another file and renames it, so that nobody sees half of it.
fn write(path: &Path, id: &str, key: &str) -> std::io::Result<()> {
    let json = format!(r#"{{"credentials": {{"UNLEASHED_API_ID": "{id}", "UNLEASHED_API_KEY": "{key}"}}}}"#);
    let new = path.with_extension("new");
    std::fs::write(&new, json)?;
    std::fs::rename(new, path)
}

/// The id that a request is signed with.
fn sign(unleashed: &Unleashed) -> Result<String, Box<dyn Error>> {
    let mut request = http::Request::get("https://api.unleashedsoftware.com/Customers").body(())?;
    unleashed.sign_http(&mut request)?;
    Ok(request.headers()["api-auth-id"].to_str()?.to_owned())
}
