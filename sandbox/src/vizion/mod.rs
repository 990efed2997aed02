//! Vizion, played.

mod judge;
mod reply;

use crate::credentials::VizionCredentials;

pub(crate) struct Vizion {
    credentials: VizionCredentials,
}

impl Vizion {
    pub(crate) fn new(credentials: VizionCredentials) -> Self {
        Self { credentials }
    }
}
