//! E9: a stranger without a key has the tool advise his host. What anybody can sign proves nothing, and the tool draws no
//! conclusion from it on proxies or settings.

use crate::support::{Ran, run_with_input, tool};

/// A callback that calls itself one that came through a proxy at `/in/`.
fn verify(signature: &str) -> Ran {
    let message = format!(
        "POST /paid?order=7 HTTP/1.1\r\nhost: shop.example.is\r\nx-forwarded-prefix: /in/\r\nnetgiro_nonce: 42\r\n\
         netgiro_signature: {signature}\r\n\r\n{{}}"
    );
    let mut command = tool();
    command.args(["verify", "netgiro-callback", "--message", "-", "--explain"]);
    command
        .args(["--public-origin", "https://shop.example.is"])
        .env("NETGIRO_SECRET_KEY", "the secret that was issued");
    run_with_input(&mut command, message.as_bytes())
}

#[test]
fn a_mistake_that_needs_no_key_gives_no_advice() {
    // Python: sha256(b'undefined42https://shop.example.is/in/paid?order=7{}').
    let two = verify("06d1b21c3cddc402810345313af09cbfb613b612478ff8cc6e9a9790fefc6c71");
    assert_eq!(two.code, 1);
    assert!(two.stdout.contains("diagnosis\n  unexplained: "), "{}", two.stdout);
    // Python: sha256(b'undefined42https://shop.example.is/paid?order=7{}').
    let one = verify("8f73b2bb11796b4b9a2856fcc508086a25789e38447924743b90fa3ae55935c3");
    assert!(one.stdout.contains("diagnosis\n  secret-unset: "), "{}", one.stdout);
    assert!(one.stdout.contains("it proves nothing"), "{}", one.stdout);
    for refused in [two, one] {
        assert!(!refused.stderr.contains("known mistake"), "{}", refused.stderr);
        assert!(!(refused.stdout + &refused.stderr).contains("proxy-url"));
    }
    // Python: sha256(b'the secret that was issued42https://shop.example.is/in/paid?order=7{}').
    let proved = verify("8a5ab1f642c77e12e9c6a69f13cea59e5bda297446e12eaa17e3bb72f365eb63");
    assert!(proved.stderr.contains("a known mistake would explain it, proxy-url: "), "{}", proved.stderr);
}
