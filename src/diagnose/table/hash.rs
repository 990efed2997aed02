//! How text and key become a digest.

use super::Mistake;
use crate::diagnose::algorithm;

pub(super) static MISTAKES: &[Mistake] = &[
    Mistake {
        code: "hmac-for-plain-hash",
        sentence: "An HMAC was computed where a plain hash is expected.",
        fix: "Hash the text with the secret in it, without HMAC, whatever the vendor's prose says.",
        variants: algorithm::hmac_for_plain,
    },
    Mistake {
        code: "plain-hash-for-hmac",
        sentence: "A plain hash was computed where an HMAC is expected.",
        fix: "Use HMAC with the key as key and the text as message.",
        variants: algorithm::plain_for_hmac,
    },
    Mistake {
        code: "key-and-text-swapped",
        sentence: "Key and text were given to the HMAC in each other's place.",
        fix: "Look up the order of arguments of your HMAC function.",
        variants: algorithm::swapped,
    },
    Mistake {
        code: "md5",
        sentence: "MD5 was computed where SHA-256 is expected.",
        fix: "Use SHA-256, and say so in the algorithm header where there is one.",
        variants: algorithm::md5,
    },
    Mistake {
        code: "sha-1",
        sentence: "SHA-1 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made.",
        variants: algorithm::sha_1,
    },
    Mistake {
        code: "sha-512",
        sentence: "SHA-512 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made.",
        variants: algorithm::sha_512,
    },
    Mistake {
        code: "sha-384",
        sentence: "SHA-384 was computed where SHA-256 is expected.",
        fix: "Use SHA-256: the algorithm is named where the hash or HMAC is made.",
        variants: algorithm::sha_384,
    },
    Mistake {
        code: "hashed-twice",
        sentence: "A digest was hashed once more.",
        fix: "Hash the text itself, once.",
        variants: algorithm::twice,
    },
];
