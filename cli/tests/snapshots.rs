//! What the tool prints, word for word, for the cases under `tests/cmd`.

const NETGIRO_SECRET: &str = "YCFd6hiA8lUjZejVcIf/LhRXO4wTDxY0JhOXvQZwnMSiNynSxmNIMjMf1HHwdV6cMN48NX3ZipA9q9hLPb9C1ZIzMH5dvELPAHceiu7LbZzmIAGeOf/OUaDrk2Zq2dbGacIAzU6yyk4KmOXRaSLi8KW8t3krdQSX7Ecm8Qunc/A=";

#[test]
fn every_case_prints_what_it_says() {
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .env("NETGIRO_APP_KEY", "881E674F-7891-4C20-AFD8-56FE2624C4B5")
        .env("NETGIRO_SECRET_KEY", NETGIRO_SECRET)
        .env("UNLEASHED_API_ID", "api-id")
        .env("UNLEASHED_API_KEY", "unleashed-example-api-key")
        .env("UNLEASHED_CLIENT_TYPE", "acme/stock")
        .env("VIZION_API_KEY", "vizion-example-key");
}
