//! Answers with a page of a list, or a bare 403.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use url::form_urlencoded;

use super::Unleashed;
use crate::media::{Media, with_status};
use crate::provider::Play;
use crate::request::Received;
use crate::vendor::Vendor;
use crate::verdict::Verdict;

const CUSTOMERS: [&str; 3] = ["Ärla Ltd", "Brook & Sons", "Cairn Supplies"];
const DEFAULT_PAGE_SIZE: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    pagination: Pagination,
    items: Vec<Customer>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pagination {
    number_of_items: usize,
    page_size: usize,
    page_number: usize,
    number_of_pages: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Customer {
    customer_code: String,
    customer_name: &'static str,
}

const READY: [&str; 3] = ["page", "forbidden", "too-many-requests"];

impl Play for Unleashed {
    const VENDOR: Vendor = Vendor::Unleashed;

    fn ready_names() -> Vec<String> {
        READY.map(str::to_owned).into()
    }

    fn reply(&self, arrived: &Received, verdict: &Verdict) -> Response<Bytes> {
        match verdict {
            Verdict::Accepted => {
                Media::wanted_by(&arrived.headers).respond(StatusCode::OK, &page(&arrived.url))
            }
            Verdict::Refused(_) => with_status(StatusCode::FORBIDDEN),
        }
    }

    fn ready(&self, name: &str, arrived: &Received) -> Response<Bytes> {
        match name {
            "forbidden" => with_status(StatusCode::FORBIDDEN),
            "too-many-requests" => {
                let mut reply = with_status(StatusCode::TOO_MANY_REQUESTS);
                reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                reply
            }
            _ => self.reply(arrived, &Verdict::Accepted),
        }
    }
}

/// The page that a URL like `/Customers/2?pageSize=1` asks for.
fn page(url: &str) -> Page {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let positive = |text: &str| text.parse().ok().filter(|number: &usize| *number > 0);
    let page_number = path.rsplit('/').next().and_then(positive).unwrap_or(1);
    let page_size = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "pageSize").then(|| positive(&value)))
        .flatten()
        .unwrap_or(DEFAULT_PAGE_SIZE);
    let items = CUSTOMERS
        .iter()
        .enumerate()
        .map(|(index, customer_name)| Customer { customer_code: format!("C{}", index + 1), customer_name });
    Page {
        pagination: Pagination {
            number_of_items: CUSTOMERS.len(),
            page_size,
            page_number,
            number_of_pages: CUSTOMERS.len().div_ceil(page_size),
        },
        items: items.skip((page_number - 1).saturating_mul(page_size)).take(page_size).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_path_and_query_ask_for() {
        for (url, codes, pages) in [
            ("http://h/Customers", &["C1", "C2", "C3"][..], 1),
            ("http://h/Customers/2?a=b&pageSize=2", &["C3"], 2),
            ("http://h/Customers/9?pageSize=0", &[], 1),
            ("http://h/Customers/18446744073709551615?pageSize=18446744073709551615", &[], 1),
        ] {
            let page = page(url);
            assert!(
                page.items.iter().map(|item| item.customer_code.as_str()).eq(codes.iter().copied()),
                "{url}"
            );
            assert_eq!(page.pagination.number_of_pages, pages, "{url}");
        }
    }
}
