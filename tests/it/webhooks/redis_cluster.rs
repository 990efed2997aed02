//! W5 over a cluster of three real nodes.

use std::sync::Arc;
use std::time::Duration;

use countersign::webhook::{RedisStore, ReplayStore};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;

use super::builder;
use super::once::{exactly_one_of_100_copies, forgotten_is_accepted_anew, numbered, receive};
use crate::support::redis_server::{RedisServer, free_port};

/// Three masters that have all slots among them.
struct Cluster([RedisServer; 3]);

impl Cluster {
    async fn start(test: &str) -> Option<Self> {
        let bus_ports = [(); 3].map(|()| free_port());
        let node = |bus_port: u16| {
            let settings = ["--cluster-enabled", "yes", "--cluster-port", &bus_port.to_string()];
            RedisServer::start_with(test, |_| settings.map(str::to_owned).to_vec())
        };
        let [first, second, third] = bus_ports;
        let cluster = Self([node(first)?, node(second)?, node(third)?]);
        for (server, slots) in cluster.0.iter().zip([(0, 5460), (5461, 10922), (10923, 16383)]) {
            let mut connection = connect(server).await;
            let mut own = redis::cmd("CLUSTER");
            own.arg("ADDSLOTSRANGE").arg(slots.0).arg(slots.1);
            own.exec_async(&mut connection).await.unwrap();
            for (other, bus_port) in cluster.0.iter().zip(bus_ports) {
                let mut meet = redis::cmd("CLUSTER");
                meet.arg("MEET").arg("127.0.0.1").arg(other.port()).arg(bus_port);
                meet.exec_async(&mut connection).await.unwrap();
            }
        }
        for server in &cluster.0 {
            await_agreement(server).await;
        }
        Some(cluster)
    }

    async fn connect(&self) -> ClusterConnection {
        let client = ClusterClientBuilder::new(self.0.iter().map(RedisServer::url))
            .connection_timeout(Duration::from_secs(5))
            .response_timeout(Duration::from_secs(5));
        client.build().unwrap().get_async_connection().await.unwrap()
    }
}

async fn connect(server: &RedisServer) -> redis::aio::MultiplexedConnection {
    redis::Client::open(server.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// Waits until a node knows who has which slot.
async fn await_agreement(server: &RedisServer) {
    let mut connection = connect(server).await;
    for _ in 0..600 {
        let told: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection).await.unwrap();
        if ["cluster_state:ok", "cluster_slots_assigned:16384", "cluster_known_nodes:3"]
            .iter()
            .all(|line| told.contains(line))
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the nodes do not agree");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn w5_a_cluster_of_three_nodes_takes_each_delivery_once() {
    let Some(cluster) = Cluster::start("w5_a_cluster_of_three_nodes_takes_each_delivery_once").await else {
        return;
    };
    let connections = [cluster.connect().await, cluster.connect().await];
    let stores = connections.map(RedisStore::new);
    exactly_one_of_100_copies(stores.clone().map(|store| Arc::new(store) as Arc<dyn ReplayStore>)).await;
    forgotten_is_accepted_anew(Arc::new(stores[0].clone().prefix("forgotten:"))).await;
    // The keys are spread: each machine sends each command to the node that has the key.
    let verifiers = stores.map(|store| builder().replay_store(store).build());
    for n in 1000..1060 {
        assert_eq!(receive(&verifiers[n % 2], &numbered(n)).await, "accepted", "{n}");
        assert_eq!(receive(&verifiers[(n + 1) % 2], &numbered(n)).await, "webhook-replayed", "{n}");
    }
    for server in &cluster.0 {
        let kept: u32 = redis::cmd("DBSIZE").query_async(&mut connect(server).await).await.unwrap();
        assert!(kept > 0, "a node has none");
    }
}
