//! Reading a page of a list.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::fault::faults;

pub(crate) fn read<T: DeserializeOwned>(body: &[u8], provider: &'static str) -> Result<T, Error> {
    let unreadable = |source| Error::new(PageFault::Unreadable).in_provider(provider).with_source(source);
    serde_json::from_slice(body).map_err(unreadable)
}

faults! {
    #[derive(Debug)]
    pub(crate) enum PageFault {
        Unreadable = Unreadable, "page-unreadable", "the reply is not a page of the list that was expected",
            "Compare the fields with the vendor's page for this list; the error underneath says where it stopped.";
    }
}
