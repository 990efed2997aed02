//! Providers that are declared in a file.

mod built_in;
mod client;
mod docs;
mod infer;
mod inferred;
mod messages;
mod placed;
mod refused;
mod schemes;
mod shipped;
mod vectors;
mod webhooks;
