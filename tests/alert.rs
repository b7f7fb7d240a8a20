//! The alert gives away what its level says, and nothing from the input can shape it.

use flowglass::alert::{Alert, Redaction, compose};
use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::model::outcome::Outcome;
use flowglass::model::report::Decision;
use flowglass::model::settings::Settings;
use flowglass::sample;

fn outcome() -> Outcome {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).unwrap());
    analysis.begin("x\r\nBcc: everyone@example.org");
    analysis.feed(&sample::csv(1, 3000)).unwrap();
    analysis.finish_file().unwrap();
    analysis.run(&mut |_| ()).unwrap()
}

fn at(level: Redaction) -> Alert {
    compose(&outcome(), level)
}

#[test]
fn the_full_alert_names_addresses_and_the_others_none() {
    let outcome = outcome();
    let risky: Vec<_> = outcome.report.hosts.iter().filter(|host| host.decision != Decision::Ignore).collect();
    assert!(!risky.is_empty());
    let full = compose(&outcome, Redaction::Full);
    assert!(risky.iter().take(25).all(|host| full.body.contains(&host.address.to_string())));
    for level in [Redaction::Pseudonyms, Redaction::Counts] {
        let alert = compose(&outcome, level);
        let named = outcome.report.hosts.iter().find(|host| alert.body.contains(&host.address.to_string()));
        assert!(named.is_none(), "{named:?} in {}", alert.body);
        assert_ne!(alert.key, full.key);
    }
    assert!(compose(&outcome, Redaction::Pseudonyms).body.contains("address 1: "));
    assert!(!compose(&outcome, Redaction::Counts).body.contains("address 1"));
}

#[test]
fn the_message_file_has_its_own_headers_alone() {
    let eml = at(Redaction::Full).eml(1_700_000_000);
    let (head, body) = eml.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> = head.split("\r\n").map(|line| line.split(':').next().unwrap()).collect();
    let expected = ["X-Unsent", "Date", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
    assert_eq!(names, expected);
    assert!(head.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"), "{head}");
    assert!(!eml.contains("everyone@example.org"));
    assert!(body.split("\r\n").all(|line| line.len() < 998 && !line.contains('\n')));
}

#[test]
fn the_link_stays_short_and_reads_back() {
    let alert = at(Redaction::Full);
    let link = alert.mailto();
    assert!(link.len() <= 1900 && link.starts_with("mailto:?subject=%5BFlowglass%5D%20"), "{link}");
    assert!(link.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!at(Redaction::Counts).mailto_cut(), "a few lines fit");
}

#[test]
fn the_same_alert_has_the_same_key() {
    assert_eq!(at(Redaction::Counts), at(Redaction::Counts));
}

#[test]
fn levels_go_by_their_names() {
    assert_eq!(Redaction::parse("counts").unwrap(), Redaction::Counts);
    assert!(Redaction::parse("some").unwrap_err().to_string().contains("pseudonyms"));
}
