//! The seal holds: nothing that a script tries after it arrives anywhere, from the page or from its workers.

use std::time::Duration;

use serde_json::Value;

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

const ATTEMPTS: &str = include_str!("attempts.js");

/// A host that leads to the server that stands for the world.
const FOREIGN: &str = "http://elsewhere.example/";

/// The script that tries everything against addresses that begin so.
pub fn attempts(target: &str) -> String {
    format!("({ATTEMPTS})({target:?})")
}

fn names(ways: Value) -> Vec<String> {
    serde_json::from_value(ways).expect("a list of names")
}

/// Without this the next test could pass because nothing ever arrives.
#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn without_a_seal_every_attempt_arrives() {
    let site = Site::start();
    let mut tab = Tab::blank("unsealed", &site);
    tab.go("http://open.example/");
    tab.wait("document.title === 'Open'", 10);
    let ways = names(tab.value(&attempts(&format!("{FOREIGN}control-"))));
    assert!(ways.len() > 10, "{ways:?}");
    for _ in 0..50 {
        if ways.iter().all(|way| arrived(&site, way)) {
            return;
        }
        tab.chrome.cdp.rest(Duration::from_millis(100));
    }
    let lost: Vec<_> = ways.iter().filter(|way| !arrived(&site, way)).collect();
    panic!("did not arrive even without a seal, so their absence shows nothing: {lost:?}");
}

fn arrived(site: &Site, way: &str) -> bool {
    site.world
        .seen()
        .iter()
        .any(|line| line.contains(&format!("/control-{way} ")) || line.contains(&format!("/control-{way}?")))
}

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn nothing_arrives_after_the_seal() {
    let site = Site::start();
    let mut tab = Tab::open("sealed", &site);
    let folder = tab.chrome.folder("inputs");
    let traffic = inputs::traffic(&folder, 2_000);
    tab.give("#traffic-input", &[&traffic]);
    tab.click("#run");
    assert_eq!(tab.outcome(60), "done");

    let workers = tab.chrome.cdp.workers.clone();
    assert!(!workers.is_empty(), "the analysis ran in no worker");
    for target in [format!("{FOREIGN}leak-"), format!("{}leak-", site.page.url())] {
        assert!(names(tab.value(&attempts(&target))).len() > 10);
        for worker in &workers {
            assert!(names(tab.value_in(worker, &attempts(&target))).len() > 5);
        }
    }
    tab.chrome.cdp.rest(Duration::from_secs(3));
    assert_eq!(site.asked_for("leak-"), Vec::<String>::new());

    // Neither text nor a worker from the network can become code, and the seal cannot be taken off again.
    let refused = |tab: &mut Tab, code: &str| {
        tab.text(&format!("(() => {{ try {{ {code}; return 'ran'; }} catch {{ return 'refused'; }} }})()"))
    };
    assert_eq!(refused(&mut tab, "eval('1')"), "refused");
    assert_eq!(refused(&mut tab, "document.body['inner' + 'HTML'] = '<b>x</b>'"), "refused");
    assert_eq!(refused(&mut tab, "new Worker('./worker.js')"), "refused");
    tab.value("document.querySelectorAll('meta[http-equiv]').forEach((policy) => policy.remove())");
    tab.value(&attempts(&format!("{FOREIGN}leak-again-")));
    tab.chrome.cdp.rest(Duration::from_secs(2));
    assert_eq!(site.asked_for("leak-"), Vec::<String>::new());
}
