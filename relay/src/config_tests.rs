//! Tests of the configuration: the example file, and what must be refused.

use super::*;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), TOKEN).unwrap();
    std::fs::write(folder.path().join("password"), "pass word\n").unwrap();
    folder
}

fn example() -> String {
    include_str!("../relay.example.toml").to_owned()
}

#[test]
fn the_example_is_accepted_and_binds_loopback() {
    let folder = folder();
    let config = parse(&example(), folder.path()).unwrap();
    assert_eq!(config.listen, DEFAULT_LISTEN.parse().unwrap());
    assert_eq!(config.hosts, ["127.0.0.1:8427", "localhost:8427"]);
    assert_eq!(config.mail.tls, Tls::Starttls);
    assert_eq!(config.mail.login.as_ref().unwrap().1.expose(), "pass word");
    let printed = format!("{config:?}");
    assert!(!printed.contains(TOKEN) && !printed.contains("pass word"), "{printed}");
}

#[test]
fn a_page_may_be_served_from_an_ipv6_address() {
    let named = example().replace("https://flowglass.example", "http://[::1]:8000");
    assert_eq!(parse(&named, folder().path()).unwrap().origins, ["http://[::1]:8000"]);
}

#[test]
fn unsafe_or_unclear_settings_are_refused() {
    let folder = folder();
    let changes = [
        ("spool = \"spool\"", "spool = \"spool\"\nlisten = \"0.0.0.0:8427\""),
        ("spool = \"spool\"", "spool = \"spool\"\nrecipients = []"),
        ("spool = \"spool\"", "spool = \"spool\"\nhosts = []"),
        ("tls = \"starttls\"", "tls = \"none\""),
        ("tls = \"starttls\"", "tls = \"none\"\nallow_plaintext_on_loopback = true"),
        ("tls = \"starttls\"", "tls = \"optional\""),
        ("\"https://flowglass.example\"", "\"null\""),
        ("\"https://flowglass.example\"", "\"*\""),
        ("\"https://flowglass.example\"", "\"https://flowglass.example/\""),
        ("\"https://flowglass.example\"", "\"https://a\\r\\nb\""),
        ("\"mail.example\"", "\"mail.example\\r\\nRSET\""),
        ("[\"soc@example.com\"]", "[]"),
        ("[\"soc@example.com\"]", "[\"soc@example.com\\r\\nBcc: x@y.z\"]"),
        ("[\"soc@example.com\"]", "[\"s\u{f6}c@example.com\"]"),
        ("token_file = \"token\"", "token_file = \"password\""),
        ("token_file = \"token\"", ""),
        ("password_file = \"password\"", ""),
        ("user = \"alerts@example.com\"", ""),
    ];
    for (old, new) in changes {
        let text = example();
        assert!(text.contains(old), "the example lacks {old}");
        assert!(parse(&text.replacen(old, new, 1), folder.path()).is_err(), "accepted {new}");
    }
}

#[test]
fn plaintext_needs_loopback_consent_and_no_password() {
    let folder = folder();
    let text = "spool = \"s\"\ntoken_file = \"token\"\n[mail]\nport = 25\ntls = \"none\"\nfrom = \"a@b.example\"\n\
                to = [\"c@d.example\"]\n";
    let with = |more: &str| parse(&format!("{text}{more}"), folder.path());
    assert!(with("host = \"127.0.0.1\"\nallow_plaintext_on_loopback = true").is_ok());
    assert!(with("host = \"localhost\"\nallow_plaintext_on_loopback = true").is_ok());
    assert!(with("host = \"127.0.0.1\"").is_err());
    assert!(with("host = \"192.0.2.1\"\nallow_plaintext_on_loopback = true").is_err());
    assert!(with("host = \"localhost.example\"\nallow_plaintext_on_loopback = true").is_err());
    let login = "user = \"u\"\npassword_file = \"password\"";
    assert!(with(&format!("host = \"127.0.0.1\"\nallow_plaintext_on_loopback = true\n{login}")).is_err());
}

#[test]
fn numbers_outside_their_range_are_refused() {
    let folder = folder();
    for bad in ["header_seconds = 0.0", "body_seconds = nan", "burst = 0", "max_tries = 0", "smtp_seconds = -1.0"] {
        assert!(parse(&format!("{}\n[limits]\n{bad}\n", example()), folder.path()).is_err(), "accepted {bad}");
    }
}
