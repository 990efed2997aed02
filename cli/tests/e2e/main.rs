//! The real binary against a sandbox that the real binary runs.

mod canary;
mod captured;
mod cases;
mod charset;
mod closed;
mod codes;
mod completions;
mod curl;
mod declarations;
mod diagnosed;
mod doctor;
mod e1_real_keys_by_flag_only;
mod e7_masked_whatever_the_spelling;
mod e8_printed_commands;
mod e9_strangers_mistakes;
mod environment;
mod events;
mod explained;
mod explained_captures;
mod faults;
mod forgeries;
mod har_files;
mod hostile;
mod media_type;
mod messages;
#[cfg(unix)]
mod proxy;
mod receiver;
mod scripted;
mod sent;
mod shop;
mod signature_headers;
mod support;
mod told;
mod vectors;
mod webhooks;
