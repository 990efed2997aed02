//! Two servers, one Redis: if one server accepted a delivery, the other refuses it. Starts a `redis-server` of its own, or
//! says that there is none and stops.
//!
//! ```text
//! cargo run --example webhook_many_machines
//! ```

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use countersign::time::{Clock as _, SystemClock};
use countersign::vizion::webhook::{Verified, Verifier, testing};
use countersign::webhook::RedisStore;

const SECRET: &str = "an example secret";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(redis) = Redis::start().await? else {
        println!(
            "redis-server is not installed: there is nothing to show (Debian: apt install redis-server)"
        );
        return Ok(());
    };
    let machines = [serve("one", &redis).await?, serve("two", &redis).await?];

    // Both machines are behind one public name, and each verifier gets that name.
    let sign = |secret, n| {
        let body = format!("{{\"event\":{n}}}");
        testing::sign("hmac-key-1", secret, "https://hooks.example.com/vizion", body, SystemClock.now())
    };
    let (first, second, forged) = (sign(SECRET, 1)?, sign(SECRET, 2)?, sign("a guessed secret", 3)?);
    let deliveries = [
        ("event 1 to machine one", first.clone(), 0, 200),
        ("event 1 again, to machine two", first, 1, 401),
        ("event 2 to machine two", second.clone(), 1, 200),
        ("event 2 again, to machine one", second, 0, 401),
        ("a forged event to machine one", forged, 0, 401),
    ];
    let mut surprises = 0;
    for (name, mut request, machine, expected) in deliveries {
        println!("{name}:");
        *request.uri_mut() = format!("http://{}/vizion", machines[machine]).parse()?;
        let status = reqwest::Client::new().execute(request.try_into()?).await?.status().as_u16();
        println!("  answer: {status}");
        surprises += usize::from(status != expected);
    }
    if surprises == 0 {
        Ok(())
    } else {
        Err(format!("{surprises} verdicts were not the expected ones").into())
    }
}

async fn serve(name: &'static str, redis: &Redis) -> Result<SocketAddr, Box<dyn std::error::Error>> {
    let verifier = Verifier::builder("https://hooks.example.com")?
        .key("hmac-key-1", SECRET)?
        .replay_store(RedisStore::connect(redis.url())?)
        .on_refused(move |error, _| println!("  machine {name} refused: {error} [{}]", error.code()))
        .build();
    let accept = move |event: Verified<Bytes>| async move {
        println!("  machine {name} accepted {}", String::from_utf8_lossy(&event));
    };
    let app = Router::new().route("/vizion", post(accept).route_layer(verifier.layer()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// A server on a free port, stopped when dropped. A real server would keep its memory: see [`RedisStore`].
struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    async fn start() -> Result<Option<Self>, std::io::Error> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
            .stdout(Stdio::null());
        let redis = match command.spawn() {
            Ok(process) => Self { process, port },
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Some(redis));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(std::io::Error::other("redis-server does not answer"))
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
