//! What signing and verifying cost: the program prints the ratios, `benches/` holds the detailed reports.
// Parts of a program that are never printed for debugging.
#![allow(missing_debug_implementations)]
#![allow(clippy::disallowed_methods, reason = "measuring is reading the clock")]

pub mod by_hand;
pub mod chain;
pub mod client;
pub mod diagnosis;
pub mod download;
pub mod growth;
pub mod kernels;
pub mod loopback;
pub mod over_by_hand;
pub mod peers;
pub mod plot;
pub mod proxy;
pub mod rounds;
pub mod subjects;
pub mod table;
pub mod throughput;
