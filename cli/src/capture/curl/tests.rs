//! Commands, and what curl sends for them.

use super::*;

fn shown(command: &str) -> String {
    let capture = read(command.as_bytes()).unwrap();
    let headers = capture.headers.iter().map(|(name, value)| format!(" {name}={}", value.to_str().unwrap()));
    let body = String::from_utf8_lossy(&capture.body).into_owned();
    format!("{} {}{} {body}", capture.method, capture.uri, headers.collect::<String>()).trim_end().to_owned()
}

/// What curl 7.88 sends, as a server printed it, without the headers that curl always adds.
#[test]
fn what_is_read_is_what_curl_sends() {
    let form = "content-type=application/x-www-form-urlencoded";
    for (command, sent) in [
        ("curl https://h/p", "GET https://h/p".to_owned()),
        ("curl h/p -sSXPUT", "PUT http://h/p".to_owned()),
        ("curl https://h -I", "HEAD https://h/".to_owned()),
        ("curl https://h/ -d a=b --data-raw @x -d ''", format!("POST https://h/ {form} a=b&@x&")),
        (
            "curl https://h/ --data-urlencode 'a b+c=d e~é&' --data-urlencode '=x y' --data-urlencode 'plain z'",
            format!("POST https://h/ {form} a b+c=d+e~%C3%A9%26&x+y&plain+z"),
        ),
        ("curl -G 'https://h/p?x=1#f' -d q=1 -d r=2", "GET https://h/p?x=1&q=1&r=2".to_owned()),
        (
            "curl https://h/p --url-query 'a=b c' --url-query '+raw=%20'",
            "GET https://h/p?a=b+c&raw=%20".to_owned(),
        ),
        (
            "curl https://h/ --json '{\"a\":1}' --json=2 -H 'Content-Type: x/y'",
            "POST https://h/ content-type=x/y accept=application/json {\"a\":1}2".to_owned(),
        ),
        ("curl https://h/ -d a -H Content-Type:", "POST https://h/ a".to_owned()),
        ("curl https://h/ -H 'X-E;' -H 'x:   y  ' -HZ:1", "GET https://h/ x-e= x=y z=1".to_owned()),
        (
            "curl https://h/ -A a -e 'http://r;auto'",
            "GET https://h/ user-agent=a referer=http://r".to_owned(),
        ),
        (
            "curl https://h/ -u me:pw -b a=b",
            "GET https://h/ authorization=Basic bWU6cHc= cookie=a=b".to_owned(),
        ),
        ("$ cd /tmp && FOO=1 /usr/bin/curl https://h/", "GET https://h/".to_owned()),
        ("curl https://h/ -A 'Invoke-WebRequest'", "GET https://h/ user-agent=Invoke-WebRequest".to_owned()),
        ("# a 'comment\ncurl https://h/", "GET https://h/".to_owned()),
        ("curl h?x=1", "GET http://h/?x=1".to_owned()),
        ("curl 'h/p?u=http://i/'", "GET http://h/p?u=http://i/".to_owned()),
        ("curl https://h/a/../b/./c/..", "GET https://h/b/".to_owned()),
        ("curl https://h/.. --no-path-as-is", "GET https://h/".to_owned()),
        ("curl https://h/a/../b --path-as-is", "GET https://h/a/../b".to_owned()),
        ("curl -G 'https://h/p?' -d q=1", "GET https://h/p?q=1".to_owned()),
        ("curl -G 'https://h/p?x&' -d q=1 -d r=?", "GET https://h/p?x&q=1&r=?".to_owned()),
        ("curl -G 'https://h/p?x=?' -d q=1", "GET https://h/p?x=?&q=1".to_owned()),
        ("curl -- -d a https://h/", format!("POST https://h/ {form} a")),
        ("curl --ssl-reqd h -Z --proto =http -n", "GET http://h/".to_owned()),
    ] {
        assert_eq!(shown(command), sent, "{command}");
    }
}

#[test]
fn an_unknown_option_is_named_and_takes_a_value_that_is_no_url_and_no_option() {
    for (command, url, named) in [
        ("curl --frob x https://h/", "https://h/", "--frob."),
        ("curl --frob https://h/", "https://h/", "--frob."),
        ("curl --frob -s https://h/", "https://h/", "--frob."),
        ("curl --frob=x h", "http://h/", "--frob."),
        ("curl -?vX https://h/ --SECRET_x", "https://h/", "-?, one that is not shown."),
    ] {
        let capture = read(command.as_bytes()).unwrap();
        assert_eq!(capture.uri, url, "{command}");
        assert!(capture.notes[0].ends_with(named), "{:?}", capture.notes);
    }
}

/// Only what changes nothing is passed over in silence.
#[test]
fn what_would_change_the_url_is_noted() {
    for (command, told) in [
        ("curl 'https://h/p?x=[1-3]'", "Without -g, curl makes several URLs"),
        ("curl 'https://h/{a,b}'", "Without -g, curl makes several URLs"),
        ("curl -K file h", "Unknown options were passed over: -K."),
        ("curl h --request-target /q", "Unknown options were passed over: --request-target."),
    ] {
        let notes = read(command.as_bytes()).unwrap().notes;
        assert!(notes.iter().any(|note| note.starts_with(told)), "{command}: {notes:?}");
    }
    for command in ["curl -g 'https://h/p?x=[1-3]'", "curl 'https://[::1]/'", "curl --no-buffer -B -- h"] {
        assert!(read(command.as_bytes()).unwrap().notes.is_empty(), "{command}");
    }
    let nameless = read(b"curl https://h/ -b canary").unwrap();
    assert_eq!(nameless.notes, ["The file of cookies that -b names is not read."]);
}

#[test]
fn what_is_elsewhere_is_named_and_not_read() {
    for (command, told) in [
        ("curl https://h/ -d @/etc/passwd", "in the file /etc/passwd"),
        ("curl https://h/ --data-binary @-", "in standard input"),
        ("curl https://h/ --json @a.json", "in the file a.json"),
        ("curl https://h/ --data-urlencode name@f", "in the file f"),
        ("curl https://h/ -T up.bin", "in the file up.bin"),
        ("curl https://h/ -F a=b", "a form of -F, whose boundary curl draws anew each time"),
    ] {
        let capture = read(command.as_bytes()).unwrap();
        assert_eq!((capture.body_is.as_deref(), &*capture.body), (Some(told), &b""[..]), "{command}");
    }
    for command in ["curl -G https://h/ -d @q", "curl https://h/ --url-query a@q"] {
        assert_eq!(read(command.as_bytes()).unwrap_err().message, "its query is in the file q");
    }
    let notes = read(b"curl https://h/?a=1&b=2 -H @headers").unwrap().notes;
    assert_eq!(notes, ["What follows the command, from its first & without quotes on, is not read."]);
    let notes = read(b"curl https://h/ -H @headers -b jar --next https://i/").unwrap().notes;
    assert_eq!(notes.len(), 3, "{notes:?}");
}

#[test]
fn what_is_no_command_is_refused() {
    for (text, told) in [
        ("", "it is empty"),
        ("ls -l", "no curl command"),
        ("curl", "no URL"),
        ("curl -H", "--header has no value"),
        ("curl https://h/ -X 'A B'", "method"),
        ("curl https://h/ -H 'a b: c'", "a header has no valid name"),
        ("curl https://h/ -H $'a: b\\nc'", "the header a has no valid value"),
        ("curl 'file:///etc/passwd'", "not an http or https URL"),
        ("curl \u{201c}https://h/\u{201d} -H \u{2018}a: b\u{2019}", "typographic"),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        assert!(refused.message.contains(told), "{text}: {refused:?}");
    }
    let many = format!("curl https://h/{}", " -H a:b".repeat(200));
    assert_eq!(read(many.as_bytes()).unwrap_err().message, "it has more than 128 headers");
    let many = format!("curl https://h/{}", " a".repeat(5000));
    assert_eq!(read(many.as_bytes()).unwrap_err().message, "the command has more than 4096 words");
}
