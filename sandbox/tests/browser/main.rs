//! The inspector in headless Chromium.
//!
//! Where `CI` is `true`, a browser that is not installed is a failure; elsewhere the tests say that they were skipped.

mod chromium;
mod inspector;
mod requests;
