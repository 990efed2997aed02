//! The files of `declarations/`.

use std::path::Path;

use countersign::declared::Declaration;

const SHIPPED: [&str; 12] = [
    "akamai-edgegrid",
    "binance",
    "coinbase-commerce",
    "github",
    "hawk",
    "kraken",
    "ovh",
    "paytrail",
    "slack",
    "standard-webhooks",
    "stripe",
    "twilio",
];

#[test]
fn each_shipped_file_is_named_as_its_scheme_and_proved_by_vectors_of_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("declarations");
    let mut names: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, SHIPPED.map(|name| format!("{name}.toml")));
    for name in SHIPPED {
        let text = std::fs::read_to_string(folder.join(name).with_extension("toml")).unwrap();
        let declaration = Declaration::from_toml(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(declaration.name(), name);
        assert!(text.starts_with("# ") && text.contains("Teaches: "), "{name}");
        let vectors = declaration.check().vectors;
        assert!(!vectors.is_empty(), "{name}");
        for vector in vectors {
            assert!(vector.made && vector.verified && vector.tampered_refused, "{name} {vector:?}");
        }
    }
}

#[test]
fn the_file_that_a_vendors_own_verifier_is_asked_about_is_read() {
    let line = Declaration::from_toml(include_str!("line.toml")).unwrap();
    assert_eq!((line.name(), line.webhook().is_some()), ("line", true));
}
