//! The rows of the threat model, by their ids: each test fails without the prevention it is named after.

mod v1_forged_replies;
mod v2_length_extension;
mod v3_limits;
mod v4_reflection_and_replay;
mod v5_rebuilt_reply;
mod v6_retries;
mod v7_headers_do_not_decide;
