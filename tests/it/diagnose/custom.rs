//! A scheme of one's own, stated segment by segment.

use countersign::Scheme;
use countersign::diagnose::Outcome;
use countersign::explain::{Explained, Transcript};
use countersign::random::Randomness;
use countersign::signing::{AuthHeaders, Encoding, MacKey, Segment, SignedText, Source};
use countersign::time::Clock;
use countersign::{RequestRef, Signer};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const KEY: &[u8] = b"a key of our own";

fn signature(text: &str) -> String {
    signature_by(KEY, text)
}

fn signature_by(key: &[u8], text: &str) -> String {
    hex::encode(Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes())
}

/// A transcript that states its key.
fn stated() -> Transcript {
    Transcript::new("ours", &MacKey::hmac_sha256(KEY, Encoding::HexLower).unwrap())
        .key(|key| _ = key.secret("key", KEY))
}

#[test]
fn each_separator_may_stand_at_the_end() {
    let transcript = stated().text(|text| {
        text.public("name", b"host").separator(": ").public("host", b"a").separator("\n");
        text.public("name of the time", b"time").separator(": ").public("time", b"1700000000");
    });
    let text = "host: a\ntime: 1700000000";
    assert_eq!(transcript.diagnose(&signature(text)).code(), "matches");
    assert_eq!(transcript.diagnose(&signature(&format!("{text}\n"))).code(), "separator-trailing");
    assert_eq!(transcript.diagnose(&signature(&format!("{text}: "))).code(), "separator-trailing");
    assert_eq!(transcript.diagnose(&signature("host:a\ntime: 1700000000")).code(), "separator-other");
}

/// Whoever reads the message can make that signature.
#[test]
fn a_key_that_is_sent_in_the_open_counts_as_none() {
    for (id, outcome) in [("id", Outcome::Keyless), ("another id", Outcome::Reproduced)] {
        let transcript =
            Transcript::new("ours", &MacKey::hmac_sha256(b"id&key", Encoding::HexLower).unwrap())
                .key(|key| _ = key.secret("one", b"id").separator("&").secret("two", b"key"))
                .text(|text| _ = text.public("id", id.as_bytes()));
        let diagnosis = transcript.diagnose(&signature_by(b"id", id));
        assert_eq!((diagnosis.code(), diagnosis.outcome()), ("key-incomplete", outcome), "{id}");
    }
}

#[test]
fn a_body_that_arrived_damaged_is_told_of() {
    let transcript = stated().text(|text| {
        text.public("id", b"an id").separator("\n");
        text.push(Segment::public("body", b"{\"a\":").with_source(Source::Body));
    });
    let sentence = transcript.diagnose(&"00".repeat(32)).sentence().to_owned();
    assert!(sentence.contains("the body that arrived is cut off"), "{sentence}");
}

/// Says of no part where it comes from, and nothing of its key.
#[derive(Clone)]
struct Ours(MacKey);

impl Scheme for Ours {
    type Stamp = ();
    fn name(&self) -> &str {
        "ours"
    }
    fn mac(&self) -> Option<&MacKey> {
        Some(&self.0)
    }
    fn stamp(&self, _: &RequestRef<'_>, _: &dyn Clock, _: &dyn Randomness) -> Result<(), countersign::Error> {
        Ok(())
    }
    fn signed_text(
        &self,
        request: &RequestRef<'_>,
        _: &(),
        text: &mut SignedText<'_>,
    ) -> Result<(), countersign::Error> {
        let url = request.url();
        text.public("url", url[..url::Position::AfterQuery].as_bytes()).separator("\n");
        text.public("path", url[url::Position::BeforePath..url::Position::AfterPath].as_bytes())
            .separator("\n");
        text.public("version", b"1").separator("\n").public("body", request.body()?);
        Ok(())
    }
    fn headers(&self, (): &(), _: &mut AuthHeaders<'_>) {}
}

impl Explained for Ours {}

fn transcript(body: &'static str) -> Transcript {
    let key = MacKey::hmac_sha256(KEY, Encoding::HexLower).unwrap();
    let ours = Signer::of(Ours(key), ["https://ours.example"]).unwrap();
    let request = http::Request::post("https://ours.example/a%20b?c=d").body(body).unwrap();
    Transcript::with_stamp(&ours, &RequestRef::from_http(&request).unwrap(), ()).unwrap()
}

#[test]
fn body_and_url_are_found_where_nothing_is_said_of_them() {
    let transcript = transcript("{\"a\": 1}");
    let signed = |url: &str, body: &str| {
        transcript.diagnose(&signature(&format!("{url}\n/a%20b\n1\n{body}"))).code().to_owned()
    };
    let url = "https://ours.example/a%20b?c=d";
    assert_eq!(signed(url, "{\"a\": 1}"), "matches");
    assert_eq!(signed(url, "{\"a\":1}"), "body-reserialised");
    assert_eq!(signed("https://ours.example/a b?c=d", "{\"a\": 1}"), "query-decoded");
    let explanation = transcript.explain();
    let sources = [0, 2, 4, 6].map(|place| explanation.segments()[place].source());
    let expected = [Source::RequestUrl, Source::Unstated, Source::Unstated, Source::Body];
    assert_eq!(sources, expected);
}

/// Two parts have its bytes.
#[test]
fn a_body_that_cannot_be_told_from_another_part_stays_unstated() {
    let transcript = transcript("1");
    let explanation = transcript.explain();
    let body = &explanation.segments()[6];
    assert_eq!((body.name(), body.source()), ("body", Source::Unstated));
}

#[test]
fn a_diagnosis_says_what_it_could_not_try() {
    let diagnosis = transcript("{}").diagnose(&"00".repeat(32));
    let text = diagnosis.to_string();
    assert!(!diagnosis.is_complete() && text.contains("What the key is made of is not stated"), "{text}");
    assert!(!text.contains("parts of the text"), "{text}");
    assert_eq!(serde_json::to_value(&diagnosis).unwrap()["complete"], false);

    let unstated = stated().text(|text| _ = text.public("body", b"{}"));
    let text = unstated.diagnose(&signature("other")).to_string();
    assert!(text.contains("Where the parts of the text come from is not stated"), "{text}");
    assert!(!text.contains("the key is made of"), "{text}");
    assert!(unstated.diagnose(&signature("{}")).is_complete());
}
