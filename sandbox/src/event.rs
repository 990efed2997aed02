//! Webhooks as the providers send them, for a receiver under development.

use std::fmt;

use crate::vendor::Vendor;

/// The body of a webhook, by its name. Ids and values are made up; the form is from [`Event::source`].
///
/// ```
/// use countersign_sandbox::{Event, Sandbox, Vendor};
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start().await?;
/// let confirmed = Event::named(Vendor::Netgiro, "confirmed")?;
/// sandbox.netgiro_callback("http://127.0.0.1:3000/netgiro", confirmed.body()).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    vendor: Vendor,
    name: &'static str,
    source: Option<&'static str>,
    body: &'static str,
}

const VIZION: Option<&str> = Some("https://docs.vizionapi.com/docs/understand-update-payload");
const NETGIRO: Option<&str> = Some("https://docs.netgiro.is/docs/hosted-checkout/payment-confirmation");
const UNLEASHED: Option<&str> = Some("https://apidocs.unleashedsoftware.com/Webhooks");

/// All events, grouped by provider, the most usual first.
static EVENTS: [Event; 13] = [
    Event {
        vendor: Vendor::Vizion,
        name: "vessel-departed",
        source: VIZION,
        body: r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50010","status":"data_received","reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50003","organization_id":"5a4db0c5-0000-4000-8000-5a4db0c50009","payload":{"container_id":"SBXU1234567","container_iso":"42G1","carrier_scac":"MAEU","milestones":[{"timestamp":"2026-08-03T05:36:00.000+02:00","location":{"name":"Rotterdam","unlocode":"NLRTM"},"description":"Vessel departed","vessel":"Sandbox Star","voyage":"001W","mode":"Vessel","planned":false}]},"created_at":"2026-08-03T04:01:01.547Z","updated_at":"2026-08-03T04:01:01.547Z","parent_reference_id":null}"#,
    },
    Event {
        vendor: Vendor::Vizion,
        name: "vessel-arrived",
        source: VIZION,
        body: r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50011","status":"data_received","reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50003","organization_id":"5a4db0c5-0000-4000-8000-5a4db0c50009","payload":{"container_id":"SBXU1234567","container_iso":"42G1","carrier_scac":"MAEU","milestones":[{"timestamp":"2026-08-09T11:20:00.000+00:00","location":{"name":"Reykjavík","unlocode":"ISREY"},"description":"Vessel arrived","vessel":"Sandbox Star","voyage":"001W","mode":"Vessel","planned":false}]},"created_at":"2026-08-09T12:01:01.547Z","updated_at":"2026-08-09T12:01:01.547Z","parent_reference_id":null}"#,
    },
    Event {
        vendor: Vendor::Vizion,
        name: "gate-out",
        source: VIZION,
        body: r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50012","status":"data_received","reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50003","organization_id":"5a4db0c5-0000-4000-8000-5a4db0c50009","payload":{"container_id":"SBXU1234567","container_iso":"42G1","carrier_scac":"MAEU","milestones":[{"timestamp":"2026-08-10T09:00:00.000+00:00","location":{"name":"Reykjavík","unlocode":"ISREY"},"description":"Gate out full","vessel":null,"voyage":null,"mode":"Truck","planned":false}]},"created_at":"2026-08-10T10:01:01.547Z","updated_at":"2026-08-10T10:01:01.547Z","parent_reference_id":null}"#,
    },
    Event {
        vendor: Vendor::Vizion,
        name: "bill-of-lading",
        source: VIZION,
        body: r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50013","status":"data_received","reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50004","organization_id":"5a4db0c5-0000-4000-8000-5a4db0c50009","payload":{"container_id":"SBXU7654321","container_iso":"22G1","carrier_scac":"MAEU","milestones":[]},"created_at":"2026-08-03T04:01:01.547Z","updated_at":"2026-08-03T04:01:01.547Z","parent_reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50005"}"#,
    },
    Event {
        vendor: Vendor::Vizion,
        name: "estimated-date-alert",
        source: None,
        body: r#"{"id":"5a4db0c5-0000-4000-8000-5a4db0c50014","event":"estimated_date_alerts","reference_id":"5a4db0c5-0000-4000-8000-5a4db0c50003","payload":{"container_id":"SBXU1234567","previous":"2026-08-09T11:00:00.000Z","current":"2026-08-11T08:00:00.000Z"}}"#,
    },
    Event {
        vendor: Vendor::Netgiro,
        name: "confirmed",
        source: NETGIRO,
        body: r#"{"Success":true,"Message":"Success","TransactionId":"5A4DB0C5-0000-4000-8000-000000000001","ReferenceNumber":"order-1841","TotalAmount":4200}"#,
    },
    Event {
        vendor: Vendor::Netgiro,
        name: "cancelled",
        source: NETGIRO,
        body: r#"{"Success":false,"Message":"Canceled","TransactionId":"5A4DB0C5-0000-4000-8000-000000000001","ReferenceNumber":"order-1841","TotalAmount":4200}"#,
    },
    Event {
        vendor: Vendor::Netgiro,
        name: "declined",
        source: None,
        body: r#"{"Success":false,"Message":"Declined","ResultCode":10302,"TransactionId":"5A4DB0C5-0000-4000-8000-000000000001","ReferenceNumber":"order-1841","TotalAmount":4200}"#,
    },
    Event {
        vendor: Vendor::Unleashed,
        name: "salesorder.created",
        source: UNLEASHED,
        body: r#"{"subscriptionId":"5a4db0c5-0000-4000-8000-5a4db0c50020","eventNotificationId":"5a4db0c5-0000-4000-8000-5a4db0c50021","eventType":"salesorder.created","createdOn":"2026-08-03T10:15:00Z","data":{"salesOrderGuid":"5a4db0c5-0000-4000-8000-5a4db0c50022"}}"#,
    },
    Event {
        vendor: Vendor::Unleashed,
        name: "salesorder.created-as-string",
        source: UNLEASHED,
        body: r#"{"subscriptionId":"5a4db0c5-0000-4000-8000-5a4db0c50020","eventNotificationId":"5a4db0c5-0000-4000-8000-5a4db0c50021","eventType":"salesorder.created","createdOn":"2026-08-03T10:15:00Z","data":"{\"salesOrderGuid\":\"5a4db0c5-0000-4000-8000-5a4db0c50022\"}"}"#,
    },
    Event {
        vendor: Vendor::Unleashed,
        name: "salesorder.updated",
        source: UNLEASHED,
        body: r#"{"subscriptionId":"5a4db0c5-0000-4000-8000-5a4db0c50020","eventNotificationId":"5a4db0c5-0000-4000-8000-5a4db0c50023","eventType":"salesorder.updated","createdOn":"2026-08-03T11:15:00Z","data":{"salesOrderGuid":"5a4db0c5-0000-4000-8000-5a4db0c50022"}}"#,
    },
    Event {
        vendor: Vendor::Unleashed,
        name: "customer.updated",
        source: UNLEASHED,
        body: r#"{"subscriptionId":"5a4db0c5-0000-4000-8000-5a4db0c50020","eventNotificationId":"5a4db0c5-0000-4000-8000-5a4db0c50024","eventType":"customer.updated","createdOn":"2026-08-03T12:15:00Z","data":{"customerGuid":"5a4db0c5-0000-4000-8000-5a4db0c50025"}}"#,
    },
    Event {
        vendor: Vendor::Unleashed,
        name: "product.deleted",
        source: UNLEASHED,
        body: r#"{"subscriptionId":"5a4db0c5-0000-4000-8000-5a4db0c50020","eventNotificationId":"5a4db0c5-0000-4000-8000-5a4db0c50026","eventType":"product.deleted","createdOn":"2026-08-03T13:15:00Z","data":{"productGuid":"5a4db0c5-0000-4000-8000-5a4db0c50027"}}"#,
    },
];

impl Event {
    /// The events of a provider, the most usual first. Netvisor sends no webhooks and has none.
    pub fn of(vendor: Vendor) -> impl Iterator<Item = &'static Self> {
        EVENTS.iter().filter(move |event| event.vendor == vendor)
    }

    /// The event of a provider that has this name.
    ///
    /// # Errors
    /// When the provider has no such event; the error lists its events.
    pub fn named(vendor: Vendor, name: &str) -> Result<&'static Self, UnknownEvent> {
        Self::of(vendor).find(|event| event.name == name).ok_or(UnknownEvent(vendor))
    }

    /// The name, e.g. `confirmed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where the provider publishes an event of this form; `None` if the form is made up. Unleashed's page has only the names
    /// of the events; the fields are those that public receivers read.
    #[must_use]
    pub fn source(&self) -> Option<&'static str> {
        self.source
    }

    /// JSON on one line.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.body
    }
}

/// The provider has no event of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEvent(Vendor);

impl fmt::Display for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Event::of(self.0).map(Event::name).collect();
        write!(f, "{} has no such event: it has {}", self.0.name(), names.join(", "))
    }
}

impl std::error::Error for UnknownEvent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_json_on_one_line_under_a_name_of_its_own() {
        for event in &EVENTS {
            let document: serde_json::Value = serde_json::from_str(event.body).unwrap();
            assert!(document.is_object() && !event.body.contains('\n'), "{}", event.name);
            assert_eq!(Event::named(event.vendor, event.name), Ok(event));
        }
        let error = Event::named(Vendor::Netgiro, "paid").unwrap_err();
        assert_eq!(error.to_string(), "netgiro has no such event: it has confirmed, cancelled, declined");
    }

    #[test]
    fn data_is_an_object_in_one_event_of_unleasheds_and_a_string_in_another() {
        let data = |name| {
            let event = Event::named(Vendor::Unleashed, name).unwrap();
            serde_json::from_str::<serde_json::Value>(event.body).unwrap()["data"].clone()
        };
        let (object, string) = (data("salesorder.created"), data("salesorder.created-as-string"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(string.as_str().unwrap()).unwrap(), object);
    }
}
