//! The sandbox, called over real sockets through the library's middleware, and by hand where a client misbehaves.

mod accepted;
mod delivery;
mod diagnosis;
mod e1_signs_only_for_who_signed;
mod e7_masked_whatever_the_name;
mod faults;
mod inspector;
mod lifecycle;
mod quirks;
mod refused;
mod respond;
mod support;
