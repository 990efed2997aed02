//! The rows of the threat model, by their ids: each test fails without the prevention it is named after.

mod c1_other_clients;
mod c1_redirects;
mod c1_signed_redirects;
mod c2_other_origins;
mod c3_plain_http;
mod c4_canaries;
mod c4_debug_texts;
mod e11_quoted_reference_id;
mod e3_other_signatures;
mod e6_requests_sent_back;
mod e9_advice_without_a_key;
mod e7_masked_whatever_the_name;
mod l2_l3_fields;
mod s1_known_macs;
mod s2_sent_bytes;
mod s3_s4_wire;
mod s5_retries;
mod s6_collisions;
mod s7_clocks;
mod v1_forged_replies;
mod v2_length_extension;
mod v3_limits;
mod v4_reflection_and_replay;
mod v5_rebuilt_reply;
mod v6_retries;
mod v7_headers_do_not_decide;
