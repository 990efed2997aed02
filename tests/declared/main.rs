//! Providers that are declared in a file.

mod built_in;
mod codes;
mod messages;
mod refused;
mod schemes;
