//! `proxy`: what signs for programs in other languages, and hands on no page's wishes.

mod canary;
mod credentials;
mod guarded;
mod handed_on;
mod hung_up;
mod one_at_a_time;
mod received;
mod redis_tls;
mod refused_at_start;
mod signals;
mod support;
mod upstreams;
mod verified;
