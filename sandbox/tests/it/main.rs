//! The sandbox, called over real sockets through the library's middleware, and by hand where a client misbehaves.

mod accepted;
mod delivery;
mod diagnosis;
mod faults;
mod inspector;
mod lifecycle;
mod refused;
mod support;
