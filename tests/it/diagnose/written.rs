//! A right digest, written in another way than as hex digits or base64 alone.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use super::made::{Signing, decoded};
use super::subject::Subject;

/// What is written, given the right text.
type Dressed = (&'static str, fn(&str) -> String);

static DRESSED: [Dressed; 30] = [
    ("signature-surrounding-whitespace", |text| format!("{text}\n")),
    ("signature-surrounding-whitespace", |text| format!(" {text} ")),
    ("signature-surrounding-whitespace", |text| format!("{}\r\n{}", &text[..32], &text[32..])),
    ("signature-quoted", |text| format!("\"{text}\"")),
    ("signature-quoted", |text| format!("'{text}'")),
    ("signature-quoted", |text| format!("<{text}>")),
    ("signature-quoted", |text| format!("[{text}]")),
    ("signature-quoted", |text| format!("b'{text}'")),
    ("signature-labelled", |text| format!("sha256={text}")),
    ("signature-labelled", |text| format!("SHA256 {text}")),
    ("signature-labelled", |text| format!("hmac {text}")),
    ("signature-labelled", |text| format!("HMAC-SHA256: {text}")),
    ("signature-labelled", |text| format!("v1={text}")),
    ("signature-labelled", |text| format!("X-Netvisor-Authentication-MAC: sha256={text}")),
    // As openssl and sha256sum print it.
    ("signature-labelled", |text| format!("HMAC-SHA2-256(stdin)= {text}")),
    ("signature-labelled", |text| format!("{text}  -")),
    ("signature-labelled", |text| format!("{text} *request.txt")),
    ("signature-quoted+signature-labelled", |text| format!("\"sha256={text}\"")),
    ("signature-labelled", |text| format!("signature=\"{text}\"")),
    ("signature-surrounding-whitespace+signature-quoted", |text| format!("'{text}' \n")),
    ("signature-cut", |text| text[..text.len() - 2].to_owned()),
    ("signature-cut", |text| text[..40].to_owned()),
    ("encoded-twice", |text| hex::encode(text)),
    ("signature-labelled+encoded-twice", |text| format!("hex {}", hex::encode(text))),
    ("signature-quoted+signature-cut", |text| format!("\"{}\"", &text[..41])),
    // Sent in two headers, or set twice.
    ("signature-doubled", |text| format!("{text}{text}")),
    ("signature-doubled", |text| format!("{text}, {text}")),
    ("signature-doubled", |text| format!("{text},{text}")),
    // In front of another value.
    ("signature-labelled", |text| format!("{text},1700000000")),
    ("signature-labelled", |text| format!("t=1700000000,v1={text}")),
];

const SUBJECTS: [Subject; 3] = [Subject::Netgiro, Subject::NetvisorHmac, Subject::Unleashed];

fn code(subject: Subject, received: &str) -> String {
    subject.diagnose(received).code().to_owned()
}

#[test]
fn what_a_signature_wears_is_named() {
    for subject in SUBJECTS {
        let right = Signing::of(subject).signature();
        for (expected, write) in &DRESSED {
            let received = write(&right);
            assert_eq!(code(subject, &received), *expected, "{received}");
        }
    }
}

#[test]
fn a_placeholder_that_was_sent_is_told_of() {
    for received in ["{{sig}}", "${SIG}", "<signature>", "%SIGNATURE%", "$SIG_1", "{signature}"] {
        let diagnosis = Subject::Unleashed.diagnose(received);
        assert_eq!(diagnosis.code(), "signature-malformed", "{received}");
        assert!(diagnosis.sentence().contains("never filled in"), "{received}: {diagnosis}");
    }
}

#[test]
fn hex_digits_may_be_written_in_many_ways() {
    let mut short_ones = 0;
    let separated = |digits: String, separator: &str| {
        let bytes: Vec<_> = digits.as_bytes().chunks(2).map(|byte| str::from_utf8(byte).unwrap()).collect();
        bytes.join(separator)
    };
    for subject in SUBJECTS {
        let signing = |write: fn(&[u8]) -> String| Signing { write, ..Signing::of(subject) }.signature();
        let lower = signing(|digest| hex::encode(digest));
        let upper = signing(|digest| hex::encode_upper(digest));
        let no_zeros = signing(|digest| digest.iter().map(|byte| format!("{byte:x}")).collect());
        let is_base64 = subject == Subject::Unleashed;
        let [of_lower, of_upper] = if is_base64 { ["+hex-for-base64"; 2] } else { ["", "+hex-upper-case"] };
        let cases = [
            (format!("hex-prefixed{of_lower}"), format!("0x{lower}")),
            (format!("hex-prefixed{of_lower}"), format!("0X{lower}")),
            (format!("hex-prefixed{of_lower}"), format!("\\x{lower}")),
            (format!("hex-prefixed{of_upper}"), format!("0x{upper}")),
            (format!("signature-quoted+hex-prefixed{of_lower}"), format!("'0x{lower}'")),
            (format!("signature-labelled+hex-prefixed{of_lower}"), format!("sha256=0x{lower}")),
            ("signature-cut".to_owned(), lower[..32].to_owned()),
            ("signature-cut".to_owned(), lower[..51].to_owned()),
            (format!("hex-separated{of_lower}"), separated(lower.clone(), ":")),
            // .NET's `BitConverter.ToString`.
            (format!("hex-separated{of_upper}"), separated(upper.clone(), "-")),
            (format!("signature-surrounding-whitespace{of_upper}"), separated(upper, " ")),
        ];
        // Most digests have a byte below 16, not all.
        let short = (no_zeros.len() < 64).then(|| [no_zeros.to_uppercase(), no_zeros]);
        short_ones += usize::from(short.is_some());
        let short = short.into_iter().flatten().map(|digits| ("hex-zeros-missing".to_owned(), digits));
        for (expected, received) in cases.into_iter().chain(short) {
            assert_eq!(code(subject, &received), expected, "{subject:?} {received}");
        }
        let other = "0x".to_owned() + &hex::encode([7; 32]);
        assert_eq!(code(subject, &other), "unexplained");
    }
    assert!(short_ones > 1, "{short_ones}");
}

/// Java's `BigInteger.toString(16)`, which knows a number and not its length.
#[test]
fn zeros_at_the_beginning_may_be_missing() {
    for subject in [Subject::Netgiro, Subject::NetvisorHmac] {
        let made_with = |number: usize| {
            let mut signing = Signing::of(subject);
            signing.edit("sender", |_| format!("sender {number}"));
            signing.edit("nonce", |_| number.to_string());
            signing
        };
        let short = |signing: &Signing| signing.signature().starts_with('0');
        let number = (0..).find(|number| short(&made_with(*number))).unwrap();
        let right = made_with(number).signature();
        let transcript = subject.transcript_with(&number.to_string(), &format!("sender {number}"));
        assert_eq!(transcript.diagnose(&right).code(), "matches");
        assert_eq!(transcript.diagnose(right.trim_start_matches('0')).code(), "hex-zeros-missing");
    }
}

#[test]
fn base64_may_be_written_in_many_ways() {
    // With a `+`, which a form turns into a blank.
    let mut signing = Signing::of(Subject::Unleashed);
    for number in 0.. {
        signing.edit("address", |_| format!("b=1&a={number}"));
        if signing.signature()[..40].contains('+') {
            break;
        }
    }
    let right = signing.signature();
    let code = |received: &str| {
        let url = format!("https://api.unleashedsoftware.com/Customers?{}", signing.fields[0].1);
        super::urls::code_of_signature(&url, received)
    };
    assert_eq!(code(&right), "matches");
    assert_eq!(code(&right.replace('+', " ")), "signature-url-encoded");
    assert_eq!(
        code(&percent_encode(right.as_bytes(), NON_ALPHANUMERIC).to_string()),
        "signature-url-encoded"
    );
    assert_eq!(code(&BASE64.encode(&right)), "encoded-twice");
    let safe = URL_SAFE_NO_PAD.encode(BASE64.decode(&right).unwrap());
    assert_eq!(code(&format!("\"{safe}\"")), "signature-quoted+base64-variant");
    let hex = BASE64.encode(hex::encode(BASE64.decode(&right).unwrap()));
    assert_eq!(
        code(&format!("{}\n{}\n", &hex[..76], &hex[76..])),
        "signature-surrounding-whitespace+base64-of-hex"
    );
}

/// Wherever it stood: also where so much is left that the digest seems to be cut off, and where the blank is lost since it
/// came first.
#[test]
fn a_plus_that_became_a_blank_is_known() {
    let (mut signing, mut seen) = (Signing::of(Subject::Unleashed), [0; 44]);
    for number in 0..400 {
        signing.edit("address", |_| format!("a={number}"));
        let right = signing.signature();
        let Some(place) = right.find('+') else { continue };
        seen[place] += 1;
        let received = right.replace('+', " ");
        let url = format!("https://api.unleashedsoftware.com/Customers?a={number}");
        for received in [&*received, received.trim()] {
            let code = super::urls::code_of_signature(&url, received);
            assert_eq!(code, "signature-url-encoded", "{right} {received}");
        }
    }
    assert!(seen[0] > 0 && seen[22..].iter().sum::<u32>() > 9, "{seen:?}");
}

#[test]
fn what_is_written_in_another_way_goes_with_another_mistake() {
    for subject in [Subject::Netgiro, Subject::Unleashed] {
        let mut signing = Signing::of(subject);
        signing.edit("address", decoded);
        let right = signing.signature();
        let cases = [
            ("query-decoded+signature-quoted", format!("\"{right}\"")),
            ("query-decoded+signature-labelled", format!("sha256={right}")),
            ("query-decoded+signature-cut", right[..40].to_owned()),
        ];
        for (expected, received) in cases {
            assert_eq!(code(subject, &received), expected);
        }
    }
}

#[test]
fn bytes_that_a_program_printed_are_read() {
    for subject in SUBJECTS {
        let written = |write: fn(&[u8]) -> String| Signing { write, ..Signing::of(subject) }.signature();
        for received in [
            // Python's lists, JavaScript's arrays, Go's `%v`.
            written(|digest| format!("{digest:?}")),
            written(|digest| digest.iter().map(u8::to_string).collect::<Vec<_>>().join(",")),
            written(|digest| format!("{digest:?}").replace(',', "")),
            // Java's `Arrays.toString`.
            written(|digest| {
                format!("{:?}", digest.iter().map(|byte| byte.cast_signed()).collect::<Vec<_>>())
            }),
            // A `Uint8Array` as JSON.
            written(|digest| {
                let entry = |(place, byte): (usize, &u8)| format!("\"{place}\":{byte}");
                format!("{{{}}}", digest.iter().enumerate().map(entry).collect::<Vec<_>>().join(","))
            }),
            // Python's bytes.
            written(|digest| format!("b'{}'", digest.escape_ascii()).replace("\\\"", "\"")),
        ] {
            assert_eq!(code(subject, &received), "bytes-printed", "{received}");
        }
        assert_eq!(code(subject, &format!("{:?}", [7; 32])), "unexplained");
    }
}

#[test]
fn an_object_in_place_of_a_signature_is_named_with_what_writes_it() {
    for (received, what, hex, base64) in [
        ("System.Byte[]", ".NET's", "Convert.ToHexString", "Convert.ToBase64String"),
        ("[B@1b6d3586", "Java's", "HexFormat", "Base64.getEncoder()"),
        ("[object Promise]", "promise", "Await it", "Await it"),
        ("[object ArrayBuffer]", "JavaScript's", "toString('hex')", "toString('base64')"),
        ("{}", "JavaScript's", "toString('hex')", "toString('base64')"),
        ("<sha256 _hashlib.HASH object @ 0x7f3b1c2d4e50>", "Python's", "hexdigest()", "b64encode"),
        ("<hmac.HMAC object at 0x7f3b1c2d4e50>", "Python's", "hexdigest()", "b64encode"),
        ("<built-in method hexdigest of _hashlib.HMAC object at 0x7f3b>", "method", "Call it", "Call it"),
        ("#<OpenSSL::HMAC: 4f>", "Ruby's", "hexdigest", "strict_encode64"),
        ("undefined", "nothing", "variable", "variable"),
        ("None", "nothing", "variable", "variable"),
        ("\"null\"", "nothing", "variable", "variable"),
        ("", "nothing", "variable", "variable"),
    ] {
        for (subject, fix) in [(Subject::Netgiro, hex), (Subject::Unleashed, base64)] {
            let diagnosis = subject.diagnose(received);
            assert_eq!(diagnosis.code(), "signature-malformed", "{received}");
            assert!(diagnosis.sentence().contains(what), "{received}: {diagnosis}");
            assert!(diagnosis.fix().contains(fix), "{received}: {diagnosis}");
        }
    }
}
