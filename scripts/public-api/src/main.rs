//! Prints the public API of a crate, one item a line, from rustdoc's JSON.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let json = std::env::args().nth(1).ok_or("the path of rustdoc's JSON is missing")?;
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    api.items().for_each(|item| println!("{item}"));
    Ok(())
}
