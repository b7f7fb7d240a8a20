//! From the sealed page through the relay to the mailbox, and what the page says where that fails.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::mailbox::{Mailbox, Relay, TOKEN, free_port, shown};
use crate::site::Site;
use crate::tab::Tab;

/// The sample analysed on a page that names a relay at `port`.
pub fn analysed(name: &str, site: &Site) -> Tab {
    let mut tab = Tab::open(name, site);
    tab.click("#sample");
    assert_eq!(tab.outcome(120), "done");
    tab.wait("document.querySelector('#alert-send').disabled === false", 10);
    tab
}

fn choose(tab: &mut Tab, level: &str) {
    let choose = "(level) => { const select = document.querySelector('#alert-level'); select.value = level;
        select.dispatchEvent(new Event('change')); }";
    tab.value(&format!("({choose})({level:?})"));
    tab.wait("document.querySelector('#alert-send').disabled === false", 10);
}

/// The key of the alert that is shown, as `flowglass::alert` makes it.
fn key(tab: &mut Tab) -> String {
    let subject = tab.text("document.querySelector('#alert-subject').textContent");
    let body = tab.text("document.querySelector('#alert-body').textContent");
    let digest = Sha256::digest(format!("{subject}\n{body}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Posts an alert of the test's own to the relay and gives the answer.
fn post(port: u16, key: &str) -> String {
    let json = r#"{"subject":"another","body":"another"}"#;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the relay listens");
    let request = format!(
        "POST /alert HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{json}",
        json.len()
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    answer
}

/// Presses the button and gives the outcome's name and sentence.
pub fn press(tab: &mut Tab, token: &str) -> (String, String) {
    tab.value(&format!("document.querySelector('#alert-token').value = {token:?}"));
    tab.click("#alert-send");
    tab.wait("!['', 'sending'].includes(document.querySelector('#alert-outcome').dataset.outcome)", 30);
    let told = tab.text("document.querySelector('#alert-outcome').textContent");
    (tab.text("document.querySelector('#alert-outcome').dataset.outcome"), told)
}

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn what_is_shown_is_what_arrives() {
    let Some(program) = Relay::program() else {
        println!("skipped: flowglass-relay is not built");
        return;
    };
    let port = free_port();
    let site = Site::with_relay(port);
    let (mailbox, mail_port) = Mailbox::open();
    let mut tab = analysed("alert", &site);
    let folder = tab.chrome.folder("relay");
    let _relay = Relay::start(&program, &folder, port, &site.origin(), mail_port, "");
    let seal = tab.text("document.querySelector('#seal-state').textContent");
    assert!(seal.contains(&format!("only the alert relay at http://127.0.0.1:{port} can be reached")), "{seal}");
    tab.requests();
    for (sent, level) in ["full", "pseudonyms", "counts"].into_iter().enumerate() {
        choose(&mut tab, level);
        let subject = tab.text("document.querySelector('#alert-subject').textContent");
        let body = tab.text("document.querySelector('#alert-body').textContent");
        assert!(subject.starts_with("[Flowglass] ") && body.len() > 100, "{subject}\n{body}");
        assert_eq!(tab.requests(), Vec::<String>::new(), "sent before the press");
        let (outcome, told) = press(&mut tab, TOKEN);
        assert_eq!(outcome, "accepted", "{told}");
        // Pressed again: the same answer, no second mail.
        assert_eq!(press(&mut tab, TOKEN).0, "accepted");
        for _ in 0..100 {
            if mailbox.messages().len() > sent {
                break;
            }
            tab.chrome.cdp.rest(Duration::from_millis(100));
        }
        tab.chrome.cdp.rest(Duration::from_millis(500));
        let messages = mailbox.messages();
        assert_eq!(messages.len(), sent + 1, "one mail for each alert");
        assert_eq!(shown(&messages[sent]), (subject, body));
        let asked = tab.requests();
        let relay = format!("http://127.0.0.1:{port}/alert");
        assert!(!asked.is_empty() && asked.iter().all(|url| *url == relay), "{asked:?}");
    }
    // The seal leaves the relay open and nothing else.
    for target in ["http://foreign.example/leak-".to_owned(), format!("{}leak-", site.page.url())] {
        tab.value(&crate::seal::attempts(&target));
    }
    tab.chrome.cdp.rest(Duration::from_secs(2));
    assert_eq!(site.asked_for("leak-"), Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn each_failure_has_its_own_message() {
    let Some(program) = Relay::program() else {
        println!("skipped: flowglass-relay is not built");
        return;
    };
    let port = free_port();
    let site = Site::with_relay(port);
    let (mailbox, mail_port) = Mailbox::open();
    let mut tab = analysed("alert-failures", &site);
    let unreachable = press(&mut tab, TOKEN);
    assert_eq!(unreachable.0, "unreachable", "{}", unreachable.1);

    let folder = tab.chrome.folder("relay");
    let limits = "per_minute = 1\nburst = 4";
    let relay = Relay::start(&program, &folder, port, &site.origin(), mail_port, limits);
    let denied = press(&mut tab, "not-the-token-of-this-relay-at-all");
    assert_eq!(denied.0, "denied", "{}", denied.1);
    // Another alert has come with this one's key before.
    assert!(post(port, &key(&mut tab)).starts_with("HTTP/1.1 202"));
    let refused = press(&mut tab, TOKEN);
    assert_eq!(refused.0, "refused", "{}", refused.1);
    assert!(refused.1.contains("422"), "{}", refused.1);
    choose(&mut tab, "counts");
    let accepted = press(&mut tab, TOKEN);
    assert_eq!(accepted.0, "accepted", "{}", accepted.1);
    let limited = press(&mut tab, TOKEN);
    assert_eq!(limited.0, "limited", "{}", limited.1);
    assert!(limited.1.contains(" seconds"), "the wait is told: {}", limited.1);
    drop(relay);

    // A relay for another page: the browser keeps its answer from this one.
    let folder = tab.chrome.folder("stranger");
    let relay = Relay::start(&program, &folder, port, "https://other.example", mail_port, "");
    let stranger = press(&mut tab, TOKEN);
    assert_eq!(stranger.0, "unreachable", "{}", stranger.1);
    assert!(stranger.1.contains(&site.origin()), "{}", stranger.1);
    drop(relay);
    tab.chrome.cdp.rest(Duration::from_secs(1));
    assert!(mailbox.messages().len() <= 2, "only what was accepted was sent");
}
