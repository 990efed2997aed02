//! Netvisor's contract is one call at a time for each company: three tasks call at once, and the signer lets one through at a time.
//!
//! ```sh
//! cargo run --example one_at_a_time
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use countersign::observer::Metrics;
use countersign_sandbox::Sandbox;
use reqwest_middleware::ClientBuilder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let metrics = Arc::new(Metrics::default());
    let customers = format!("{}/customerlist.nv", sandbox.netvisor_url());

    // Each task has a client of its own; the tasks share only the company.
    let mut clients = Vec::new();
    for _ in 0..3 {
        let http = countersign::client_builder().build()?;
        clients
            .push(ClientBuilder::new(http).with(sandbox.netvisor().observer(Arc::clone(&metrics))).build());
    }
    let mut tasks = Vec::new();
    for (client, task) in clients.into_iter().zip(1..) {
        let customers = customers.clone();
        tasks.push(tokio::spawn(async move {
            let reply = client.get(customers).send().await?;
            println!("task {task} has the head of its reply: the others wait");
            // The turn ends with the body, not with the head.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let body = reply.bytes().await?;
            println!("task {task} has read {} bytes: the next may go", body.len());
            Ok::<_, reqwest_middleware::Error>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    println!("\n{metrics}");
    assert!(metrics.to_string().contains("countersign_waits_total{provider=\"netvisor\"} 2\n"));
    Ok(())
}
