//! One JSON document as other programs print its numbers and its strings.

use super::bodies::{code, sentence};

/// What is sent, what was signed instead, and what the sentence says of it.
type Case = (&'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (sent, signed, said) in cases {
        assert_eq!(code(sent, signed), "body-reserialised", "{sent} {signed}");
        let sentence = sentence(sent, signed);
        assert!(sentence.contains(said), "{sent} {signed}: {sentence}");
    }
}

#[test]
fn numbers_are_recognised_as_other_languages_print_them() {
    check(&[
        // JavaScript and Go.
        (r#"{"amount":1000.0}"#, r#"{"amount":1000}"#, "as JavaScript, Go and PHP"),
        (r#"{"amount":1000.00,"n":2}"#, r#"{"amount":1000,"n":2}"#, "as JavaScript, Go and PHP"),
        (r#"{"id":12345678901234567}"#, r#"{"id":12345678901234568}"#, "as JavaScript, Go and PHP"),
        (r#"{"a":1e3,"b":1e21}"#, r#"{"a":1000,"b":1e+21}"#, "as JavaScript, Go and PHP"),
        (
            r#"{"amount":1000.0,"name":"Jürgen"}"#,
            r#"{"amount":1000,"name":"J\u00fcrgen"}"#,
            "ASCII only, numbers as",
        ),
        (r#"{"b":2.0,"a":1}"#, r#"{"a":1,"b":2}"#, "keys sorted, numbers as"),
        // Gson, which reads every number as a double.
        (r#"{"amount":1000,"n":[2.50]}"#, r#"{"amount":1000.0,"n":[2.5]}"#, "as Gson"),
        (r#"{"amount":12345678}"#, r#"{"amount":1.2345678E7}"#, "as Gson"),
        (r#"{"amount":1000}"#, "{\n  \"amount\": 1000.0\n}", "indented by two spaces, every number"),
        // Decimal types: Newtonsoft's, Java's BigDecimal, Python's Decimal.
        (
            r#"{"amount":10.50,"n":-0.10}"#,
            "{\n  \"amount\": 10.50,\n  \"n\": -0.10\n}",
            "indented by two spaces",
        ),
        (r#"{"amount":10.50,"n":1}"#, r#"{"amount": 10.50, "n": 1}"#, "a space after"),
        ("{\n  \"amount\": 10.50\n}", r#"{"amount":10.50}"#, "compact"),
        (r#"{"a":10.50,"b":"é"}"#, r#"{"a": 10.50, "b": "\u00e9"}"#, "a space after"),
        // Of digits inside a string, nothing changes.
        (r#"{"a":"1.0 \" 2","b":3.0}"#, r#"{"a":"1.0 \" 2","b":3}"#, "as JavaScript, Go and PHP"),
    ]);
    assert_eq!(code(r#"{"a":"1000.0"}"#, r#"{"a":"1000"}"#), "body-members");
}

#[test]
fn strings_are_recognised_as_escaped_for_a_page() {
    let sent = r#"{"q":"A&B <c> d=e 'f' é"}"#;
    check(&[
        (sent, r#"{"q":"A\u0026B \u003cc\u003e d=e 'f' é"}"#, "as Go's"),
        (sent, "{\n  \"q\": \"A\\u0026B \\u003cc\\u003e d=e 'f' é\"\n}", "indented by two spaces, '&'"),
        (sent, r#"{"q":"A\u0026B \u003cc\u003e d\u003de \u0027f\u0027 é"}"#, "as Gson"),
        (sent, r#"{"q":"A\u0026B \u003Cc\u003E d=e \u0027f\u0027 \u00E9"}"#, "System.Text.Json"),
        (r#"{"q":"a+b \"c\" `"}"#, r#"{"q":"a\u002Bb \u0022c\u0022 \u0060"}"#, "System.Text.Json"),
        (r#"{"q":"\u001f\n😀"}"#, r#"{"q":"\u001F\n\uD83D\uDE00"}"#, "System.Text.Json"),
        (
            r#"{"z":1.0,"a":"<"}"#,
            r#"{"a":"\u003c","z":1}"#,
            "'&', '<' and '>' escaped, as Go's encoding/json, keys sorted",
        ),
        (r#"{"z":1,"a":"="}"#, r#"{"z":1.0,"a":"\u003d"}"#, "as Gson, every number"),
        (r#"{"q":"\u00e9<"}"#, r#"{"q":"\u00E9<"}"#, "ASCII only, with upper-case digits"),
        // Sent so, and signed without.
        (r#"{"q":"A\u0026B"}"#, r#"{"q":"A&B"}"#, "compact"),
    ]);
}

#[test]
fn what_was_compact_already_is_not_called_so() {
    let (sent, signed) = (r#"{"amount":10.50}"#, r#"{"amount":10.5}"#);
    let said = sentence(sent, signed);
    assert!(said.ends_with("(numbers as JavaScript, Go and PHP print them)."), "{said}");
    assert!(sentence(r#"{"b":1,"a":2}"#, r#"{"a":2,"b":1}"#).ends_with("(keys sorted)."));
    assert!(
        sentence("{ \"a\": 10.50 }", r#"{"a":10.5}"#)
            .ends_with("(compact, numbers as JavaScript, Go and PHP print them).")
    );
}

#[test]
fn members_left_out_or_spelt_in_another_way_are_recognised() {
    let sent = r#"{"OrderID":7,"Note":null,"Customer":{"Name":"Jón","Mail":null}}"#;
    for (sent, signed, said) in [
        (sent, r#"{"OrderID":7,"Customer":{"Name":"Jón"}}"#, "without those that are null"),
        (sent, r#"{"orderID":7,"note":null,"customer":{"name":"Jón","mail":null}}"#, "with a small letter"),
        (
            sent,
            r#"{"orderID":7,"customer":{"name":"Jón"}}"#,
            "names beginning with a small letter, without those that are null",
        ),
        (r#"{"orderId":1,"lines":[{"qty":2}]}"#, r#"{"OrderId":1,"Lines":[{"Qty":2}]}"#, "with a capital"),
        ("{\n  \"a\": null,\n  \"b\": 1\n}", "{\n  \"b\": 1\n}", "without those that are null"),
        (r#"{"order_id":1,"sub-total":2}"#, r#"{"orderId":1,"subTotal":2}"#, "names in camelCase"),
        (r#"{"order_id":1,"sub-total":2}"#, r#"{"OrderId":1,"SubTotal":2}"#, "names in PascalCase"),
        (r#"{"orderId":1,"URL":2}"#, r#"{"order_id":1,"url":2}"#, "names in snake_case"),
        (r#"{"n":"0","m":["7"],"t":"x"}"#, r#"{"n":0,"m":[7],"t":"x"}"#, "texts that are numbers as numbers"),
        (r#"{"n":"012","m":["7"],"t":"x"}"#, r#"{"n":12,"m":[7],"t":"x"}"#, "as PHP's JSON_NUMERIC_CHECK"),
        (r#"{"n":12,"t":"x"}"#, r#"{"n":"12","t":"x"}"#, "numbers as text"),
        (
            r#"{"t":true,"f":[false],"n":null}"#,
            r#"{"t":True,"f":[False],"n":null}"#,
            "Python's `True` and `False`",
        ),
        (
            r#"{"t":true,"f":[false],"n":null}"#,
            r#"{"t":"True","f":["False"],"n":null}"#,
            "truth values as `True`",
        ),
        (
            r#"{"t":true,"f":[false],"n":null}"#,
            r#"{"t":"true","f":["false"],"n":null}"#,
            "truth values as text",
        ),
    ] {
        assert_eq!(code(sent, signed), "body-members", "{signed}");
        assert!(sentence(sent, signed).contains(said), "{}", sentence(sent, signed));
    }
}

#[test]
fn a_charset_that_has_no_accents_is_recognised() {
    assert_eq!(code(r#"{"name":"Jón €"}"#, r#"{"name":"J?n ?"}"#), "charset");
}
