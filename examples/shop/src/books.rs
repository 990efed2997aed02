//! Netvisor: books each payment once.

use countersign::Error;
use countersign::netvisor::{self, TransactionId};

use crate::{Shop, ShopError};

impl Shop {
    /// Books a payment. The transaction id is made of the order's reference, so Netvisor refuses to book it twice.
    pub async fn book(&self, reference: &str, amount: u32) -> Result<(), ShopError> {
        let id = TransactionId::new(&format!("shop-{reference}"))?;
        let invoice = format!(
            "<Root><SalesInvoice><SalesInvoiceReferenceNumber>{reference}</SalesInvoiceReferenceNumber>\
             <SalesInvoiceAmount>{amount}</SalesInvoiceAmount></SalesInvoice></Root>"
        );
        let url = self.netvisor.url("/salesinvoice.nv?method=add");
        match self.netvisor.client.post(url).with_extension(id).body(invoice).send().await {
            Ok(answer) => netvisor::error_for_status(answer).await.map(drop).map_err(ShopError::from),
            // An earlier attempt, whose answer was lost, has booked it.
            Err(error) if is_repeated(&error) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_repeated(error: &reqwest_middleware::Error) -> bool {
    Error::find(error).is_some_and(|error| error.code() == "netvisor-request-not-unique")
}
