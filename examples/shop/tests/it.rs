//! The shop, against the four providers of the sandbox and a Redis of the test's own.

use std::time::Duration;

use countersign::webhook::RedisStore;
use countersign_sandbox::{Credentials, Delivery, Event, Fault, Matcher, Reply, Sandbox, Vendor};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use shop::memory::Memory;
use shop::redis_server::RedisServer;
use shop::webhooks::{self, Keys};
use shop::{Origins, Patience, Shop};

/// What the providers were told: the proxy takes `/api` off.
const PUBLIC: &str = "https://shop.example.is/api";
const ORDER: &str = "order-1841";

struct Running {
    sandbox: Sandbox,
    url: String,
    http: reqwest::Client,
    _redis: RedisServer,
}

/// `None`, said aloud, where there is no Redis; in CI that is a failure.
async fn start() -> Option<Running> {
    let Some(redis) = RedisServer::start().await.unwrap() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "redis-server is not installed");
        eprintln!("SKIPPED: redis-server is not installed");
        return None;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let url = serve(&sandbox, &redis).await;
    Some(Running { sandbox, url, http: reqwest::Client::new(), _redis: redis })
}

/// Starts a machine of the shop; returns its address.
async fn serve(sandbox: &Sandbox, redis: &RedisServer) -> String {
    let origins = Origins {
        netgiro: sandbox.netgiro_url().to_owned(),
        netvisor: sandbox.netvisor_url().to_owned(),
        unleashed: sandbox.unleashed_url().to_owned(),
        vizion: sandbox.vizion_url().to_owned(),
    };
    let signers = (sandbox.netgiro(), sandbox.netvisor(), sandbox.unleashed(), sandbox.vizion());
    let demo = Credentials::demo();
    let keys = Keys {
        netgiro: demo.netgiro.secret_key,
        unleashed: demo.unleashed.webhook_key,
        vizion: (demo.vizion.webhook_key.id, demo.vizion.webhook_key.secret),
    };
    let patience = Patience { answer: Duration::from_millis(500), retry: Duration::from_millis(10) };
    let memory = Memory::connect(&redis.url()).await.unwrap();
    let shop = Shop::new(signers, &origins, patience, memory).unwrap();
    let store = RedisStore::connect(redis.url()).unwrap();
    let router = shop.router(webhooks::router(PUBLIC, &keys, &store).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

impl Running {
    async fn pay(&self) -> Value {
        let payment = json!({ "amount": 4200, "customer": "8223281" });
        let url = format!("{}/orders/{ORDER}/pay", self.url);
        self.http.post(url).json(&payment).send().await.unwrap().json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }

    /// How many payments Netgíró was asked for, and how many of these got there.
    fn asked(&self) -> (usize, usize) {
        let exchanges = self.sandbox.exchanges();
        let carts = || exchanges.iter().filter(|exchange| exchange.url().ends_with("/InsertCart"));
        (carts().count(), carts().filter(|exchange| exchange.was_processed()).count())
    }

    fn answer_cart(&self, reply: Reply) {
        let cart = Matcher::any().method(Method::POST).path("/v1/checkout/InsertCart");
        self.sandbox.respond("netgiro", cart, reply).unwrap();
    }

    /// What a look-up finds.
    fn sales(&self, sales: &Value) {
        let list = json!({ "Success": true, "ResultCode": 200, "Sales": sales }).to_string();
        let matcher = Matcher::any().path("/v1/sales/GetList");
        self.sandbox.respond("netgiro", matcher, Reply::new(StatusCode::OK, list)).unwrap();
    }

    fn sale_is_there(&self) {
        self.sales(&json!([{ "ReferenceNumber": "other", "StatusId": 5 }, { "ReferenceNumber": ORDER, "StatusId": 2 }]));
    }

    /// Delivers to the shop as the proxy does, and returns the status of the answer.
    async fn deliver(&self, delivery: Delivery) -> u16 {
        let delivered = delivery.public_origin(PUBLIC).send().await.unwrap();
        delivered.attempts()[0].as_ref().unwrap().as_u16()
    }

    fn callback(&self, event: &str) -> Delivery {
        let body = Event::named(Vendor::Netgiro, event).unwrap().body();
        self.sandbox.netgiro_callback(&format!("{}/webhooks/netgiro", self.url), body)
    }
}

#[tokio::test]
async fn a_payment_is_asked_for_once_and_confirmed_by_the_callback() {
    let Some(shop) = start().await else { return };
    assert_eq!(shop.pay().await, "pending");
    assert_eq!(shop.pay().await, "pending");
    assert_eq!(shop.asked(), (1, 1));
    assert_eq!(shop.deliver(shop.callback("confirmed")).await, 200);
    assert_eq!(shop.get(&format!("/orders/{ORDER}")).await, "paid");
    let booked = shop.sandbox.exchanges();
    assert!(booked.iter().any(|exchange| exchange.url().ends_with("/salesinvoice.nv?method=add")));
}

#[tokio::test]
async fn two_machines_that_are_asked_at_once_pay_once() {
    let Some(mut shop) = start().await else { return };
    let other = Running {
        url: serve(&shop.sandbox, &shop._redis).await,
        http: shop.http.clone(),
        sandbox: Sandbox::start().await.unwrap(),
        _redis: RedisServer::start().await.unwrap().unwrap(),
    };
    shop.sales(&json!([]));
    let (first, second) = tokio::join!(shop.pay(), other.pay());
    assert!([&first, &second].into_iter().any(|state| state == "pending"), "{first} {second}");
    assert_eq!(shop.asked(), (1, 1));
    shop.url = other.url.clone();
    assert_eq!(shop.pay().await, "pending");
    assert_eq!(shop.asked(), (1, 1));
}

#[tokio::test]
async fn a_customer_who_declines_is_told_so_and_not_asked_again() {
    let Some(shop) = start().await else { return };
    shop.answer_cart(Reply::ready("declined"));
    assert_eq!(shop.pay().await, "declined");
    assert_eq!(shop.pay().await, "declined");
    assert_eq!(shop.asked(), (1, 1));
}

/// Netgíró's generic error leaves open whether the payment is there.
#[tokio::test]
async fn a_failed_payment_is_looked_up_asked_for_once_more_and_then_told() {
    let Some(shop) = start().await else { return };
    shop.answer_cart(Reply::ready("failed"));
    shop.sales(&json!([]));
    assert_eq!(shop.pay().await, "failed");
    assert_eq!(shop.pay().await, "failed");
    assert_eq!(shop.asked().0, 2);
}

#[tokio::test]
async fn after_a_503_before_the_effect_it_is_looked_up_not_found_and_asked_for_again() {
    let Some(shop) = start().await else { return };
    shop.answer_cart(Reply::new(StatusCode::SERVICE_UNAVAILABLE, "").before_effect().once());
    shop.sales(&json!([]));
    assert_eq!(shop.pay().await, "pending");
    assert_eq!(shop.asked(), (2, 1), "asked for twice, done once");
}

#[tokio::test]
async fn after_a_503_behind_the_effect_it_is_looked_up_and_found_paid() {
    let Some(shop) = start().await else { return };
    shop.answer_cart(Reply::new(StatusCode::SERVICE_UNAVAILABLE, "").after_effect().once());
    shop.sale_is_there();
    assert_eq!(shop.pay().await, "paid");
    assert_eq!(shop.asked(), (1, 1), "it is not asked for again");
}

#[tokio::test]
async fn after_a_forged_answer_and_after_a_time_out_it_is_looked_up_and_found_paid() {
    for fault in [Fault::Tampered, Fault::WrongSignature, Fault::CutOff, Fault::Slow(Duration::from_secs(1))]
    {
        let Some(shop) = start().await else { return };
        shop.sale_is_there();
        shop.sandbox.inject_next(1, fault.clone());
        assert_eq!(shop.pay().await, "paid", "{fault}");
        assert_eq!(shop.asked(), (1, 1), "{fault}");
    }
}

#[tokio::test]
async fn where_the_look_up_fails_too_it_stays_unknown_until_it_is_found() {
    let Some(shop) = start().await else { return };
    shop.sandbox.inject_next(2, Fault::Unavailable);
    assert_eq!(shop.pay().await, "unknown");
    assert_eq!(shop.asked().0, 1);
    shop.sales(&json!([]));
    assert_eq!(shop.pay().await, "unknown", "not found now is not never done");
    shop.sandbox.heal();
    shop.sale_is_there();
    assert_eq!(shop.pay().await, "paid");
    assert_eq!(shop.asked().0, 1);
}

#[tokio::test]
async fn a_callback_whose_booking_fails_is_taken_again_and_booked_once() {
    let Some(shop) = start().await else { return };
    shop.pay().await;
    let lost = Reply::new(StatusCode::SERVICE_UNAVAILABLE, "").after_effect().once();
    shop.sandbox.respond("netvisor", Matcher::any(), lost).unwrap();
    assert_eq!(shop.deliver(shop.callback("confirmed")).await, 502);
    assert_eq!(shop.deliver(shop.callback("confirmed")).await, 200);
    let booked = shop.sandbox.exchanges();
    let booked =
        booked.iter().filter(|exchange| exchange.vendor() == Vendor::Netvisor && exchange.was_processed());
    assert_eq!(booked.count(), 1, "Netvisor has refused the repeated transaction id");
}

#[tokio::test]
async fn a_429_is_read_again() {
    let Some(shop) = start().await else { return };
    let busy = Reply::ready("too-many-requests").times(2);
    shop.sandbox.respond("unleashed", Matcher::any(), busy).unwrap();
    assert_eq!(shop.get("/customers").await, json!(["Ärla Ltd", "Brook & Sons", "Cairn Supplies"]));
    assert_eq!(shop.sandbox.exchanges().len(), 4, "two refused, two pages");
}

#[tokio::test]
async fn a_container_moves_as_the_webhooks_say() {
    let Some(shop) = start().await else { return };
    let container = "/containers/5a4db0c5-0000-4000-8000-5a4db0c50003";
    assert_eq!(shop.get(container).await, json!({ "id": "SBXU1234567", "last_milestone": null }));
    for (event, milestone) in [("vessel-departed", "Vessel departed"), ("gate-out", "Gate out full")] {
        let body = Event::named(Vendor::Vizion, event).unwrap().body();
        let hook = format!("{}/webhooks/vizion", shop.url);
        assert_eq!(shop.deliver(shop.sandbox.vizion_webhook(&hook, body)).await, 204);
        assert_eq!(shop.get(container).await["last_milestone"], milestone);
    }
}

#[tokio::test]
async fn what_unleashed_sends_is_read_whether_its_data_is_an_object_or_a_string() {
    let Some(shop) = start().await else { return };
    for event in Event::of(Vendor::Unleashed) {
        let hook = format!("{}/webhooks/unleashed", shop.url);
        assert_eq!(
            shop.deliver(shop.sandbox.unleashed_webhook(&hook, event.body())).await,
            204,
            "{}",
            event.name()
        );
    }
}

#[tokio::test]
async fn a_forged_delivery_a_repeated_one_and_one_for_another_address_change_nothing() {
    let Some(shop) = start().await else { return };
    shop.pay().await;
    let stranger = Sandbox::builder().credentials(
        Credentials::from_variables(|name| name.contains("_KEY").then(|| "a=another-key".to_owned()))
            .unwrap(),
    );
    let stranger = stranger.start().await.unwrap();
    let url = format!("{}/webhooks/netgiro", shop.url);
    let body = Event::named(Vendor::Netgiro, "confirmed").unwrap().body();
    assert_eq!(shop.deliver(stranger.netgiro_callback(&url, body)).await, 401);
    // Signed for the address behind the proxy, which the provider does not know.
    let misdirected = shop.sandbox.netgiro_callback(&url, body).send().await.unwrap();
    assert_eq!(misdirected.attempts()[0].as_ref().unwrap().as_u16(), 401);
    assert_eq!(shop.get(&format!("/orders/{ORDER}")).await, "pending");

    let twice = shop.callback("cancelled").public_origin(PUBLIC).repeat_unchanged();
    assert_eq!(twice.send().await.unwrap().attempts()[0].as_ref().unwrap().as_u16(), 200);
    assert_eq!(shop.get(&format!("/orders/{ORDER}")).await, "cancelled");
}
