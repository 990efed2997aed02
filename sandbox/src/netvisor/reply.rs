//! Answers in XML.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use countersign::netvisor::FailureCode;
use countersign::netvisor::headers::USE_STATUS_CODES;
use countersign::time::{Clock as _, SystemClock};
use http::{Method, Response, StatusCode};
use quick_xml::escape::escape;

use super::Netvisor;
use crate::fault::Fault;
use crate::media::Media;
use crate::provider::Play;
use crate::request::Received;
use crate::vendor::Vendor;
use crate::verdict::{Refusal, Verdict};

/// The known codes, as a reply has them.
const CODES: [&str; 9] = [
    "AUTHENTICATION_FAILED",
    "INVALID_DATA",
    "INVALID_DATA_SIZE",
    "DUPLICATE_DATA",
    "REQUEST_NOT_UNIQUE",
    "PERIOD_LOCK",
    "SERVICE_ACCESS_ERROR",
    "SYSTEM_MAINTANANCE",
    "TECHNICAL_ERROR",
];

/// The text of a failure that was asked for.
const AS_ASKED: &str = "as the sandbox was asked to say";

/// Lists in the form of Netvisor's documents, of made-up customers and invoices.
const LISTS: [(&str, &str); 2] = [
    (
        "customers",
        "<Customerlist><Customer><Netvisorkey>165</Netvisorkey><Name>Äyriäinen Oy</Name><Code>AYR</Code>\
         <OrganisationIdentifier>1234567-8</OrganisationIdentifier></Customer><Customer><Netvisorkey>166</Netvisorkey>\
         <Name>Brook &amp; Sons</Name><Code>BRO</Code><OrganisationIdentifier/></Customer></Customerlist>",
    ),
    (
        "invoices",
        "<SalesInvoiceList><SalesInvoice><NetvisorKey>165</NetvisorKey><InvoiceNumber>5</InvoiceNumber>\
         <InvoiceDate>2026-08-03</InvoiceDate><InvoiceStatus>open</InvoiceStatus><CustomerCode>AYR</CustomerCode>\
         <CustomerName>Äyriäinen Oy</CustomerName><ReferenceNumber>1070</ReferenceNumber><InvoiceSum>244,00</InvoiceSum>\
         <OpenSum>244,00</OpenSum></SalesInvoice></SalesInvoiceList>",
    ),
];

impl Play for Netvisor {
    const VENDOR: Vendor = Vendor::Netvisor;

    /// An insert, lists, and `failed=CODE` for each code.
    fn ready_names() -> Vec<String> {
        let lists = LISTS.iter().map(|(name, _)| (*name).to_owned());
        std::iter::once("inserted".to_owned())
            .chain(lists)
            .chain(CODES.map(|code| format!("failed={code}")))
            .collect()
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        match verdict {
            Verdict::Accepted => match arrived.method {
                Method::POST => self.inserted(),
                _ => ok(""),
            },
            Verdict::Refused(refusal) => {
                let (code, text) = match refusal {
                    Refusal::Repeated(_) => {
                        (FailureCode::RequestNotUnique, "Transaction identifier has been used before")
                    }
                    _ => (FailureCode::AuthenticationFailed, "Integration keys are not valid"),
                };
                failed(arrived, &code, &format!("{text} ({refusal})"))
            }
        }
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        match (name.strip_prefix("failed="), LISTS.iter().find(|list| list.0 == name)) {
            (Some(code), _) => failed(arrived, &code.into(), AS_ASKED),
            (None, Some((_, list))) => ok(list),
            (None, None) => self.inserted(),
        }
    }

    fn forge(&self, fault: &Fault, arrived: &Received, honest: Response<Bytes>) -> Response<Bytes> {
        match fault {
            Fault::Failed(code) => failed(arrived, code, AS_ASKED),
            _ => honest,
        }
    }
}

impl Netvisor {
    /// The reply to a write, with the identifier of the inserted record.
    fn inserted(&self) -> Response<Bytes> {
        let number = 1 + self.inserted.fetch_add(1, Ordering::Relaxed);
        ok(&format!("<Replies><InsertedDataIdentifier>{number}</InsertedDataIdentifier></Replies>"))
    }
}

fn ok(rest: &str) -> Response<Bytes> {
    respond(StatusCode::OK, &["OK"], rest)
}

/// A failure: a 200, unless the client has asked for statuses.
fn failed(arrived: &Received, code: &FailureCode, text: &str) -> Response<Bytes> {
    let status_code = match arrived.ascii(USE_STATUS_CODES) {
        Ok("1") => published_status(code),
        _ => StatusCode::OK,
    };
    respond(status_code, &["FAILED", &format!("{} :: {text}", code.as_str())], "")
}

/// Netvisor publishes a status for invalid data, for a failed authentication, for a service that is out of reach, and for its
/// own errors. Every other known code is about the data.
fn published_status(code: &FailureCode) -> StatusCode {
    match code {
        FailureCode::AuthenticationFailed => StatusCode::UNAUTHORIZED,
        FailureCode::ServiceAccessError => StatusCode::FORBIDDEN,
        FailureCode::SystemMaintenance | FailureCode::TechnicalError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// One status for `OK`; two for a failure. `rest` is XML.
fn respond(status_code: StatusCode, statuses: &[&str], rest: &str) -> Response<Bytes> {
    let now = DateTime::<Utc>::from(SystemClock.now()).format("%-d.%-m.%Y %-H.%M.%S");
    let statuses: String =
        statuses.iter().map(|status| format!("<Status>{}</Status>", escape(*status))).collect();
    Media::Xml.respond_with(
        status_code,
        format!("<Root><ResponseStatus>{statuses}<TimeStamp>{now}</TimeStamp></ResponseStatus>{rest}</Root>"),
    )
}
