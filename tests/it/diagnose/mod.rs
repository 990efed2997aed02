//! Each known mistake, made by independent code, is diagnosed by its code.

mod bodies;
mod canary;
mod custom;
mod json;
mod made;
mod mistakes;
mod netgiro;
mod netvisor;
mod replies;
mod secrets;
mod subject;
mod unexplained;
mod urls;
mod written;
