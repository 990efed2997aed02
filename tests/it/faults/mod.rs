//! What breaks on the way: nothing unverified is returned, no lock stays held, no nonce is used twice.

mod broken_replies;
mod cancellation;
mod load;
mod panics;
