//! Whether a request may have taken effect: a payment is sent again only where it says that it had none.

mod calls;
mod faults;
mod redirects;
mod wrapped;
