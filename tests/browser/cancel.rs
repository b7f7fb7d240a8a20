//! Cancel answers at once, and the page works after it.

use std::time::{Duration, Instant};

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

/// Enough rows to be busy for seconds.
const ROWS: usize = 400_000;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn cancel_answers_within_200_ms_and_leaves_a_working_page() {
    let site = Site::start();
    let mut tab = Tab::open("cancel", &site);
    let folder = tab.chrome.folder("inputs");
    let traffic = inputs::traffic(&folder, ROWS);
    tab.give("#traffic-input", &[&traffic]);
    tab.click("#run");
    tab.wait("document.documentElement.dataset.state === 'running'", 10);
    let took = tab.value(
        "new Promise((answer) => {
            const start = performance.now();
            const root = document.documentElement;
            const told = () => root.dataset.state !== 'running' && answer(performance.now() - start);
            new MutationObserver(told).observe(root, { attributes: true });
            document.querySelector('#cancel').click();
            told();
        })",
    );
    println!("cancelled in {took} ms");
    assert!(took.as_f64().is_some_and(|took| took < 200.0), "{took} ms");
    assert_eq!(tab.text("document.documentElement.dataset.state"), "ready");

    let small = tab.chrome.folder("small");
    let traffic = inputs::traffic(&small, 1_000);
    tab.go(&site.page.url());
    tab.wait("document.documentElement.dataset.state === 'ready'", 60);
    tab.give("#traffic-input", &[&traffic]);
    tab.click("#run");
    assert_eq!(tab.outcome(60), "done");
}

/// Runs, and cancels as soon as a model runs.
const IN_A_MODEL: &str = "new Promise((answer) => {
    const stage = document.querySelector('#stage');
    const told = () => {
        if (['', 'Starting', 'Reading'].includes(stage.textContent)) return;
        seen.disconnect();
        document.querySelector('#cancel').click();
        answer();
    };
    const seen = new MutationObserver(told);
    stage.textContent = '';
    seen.observe(stage, { childList: true, characterData: true, subtree: true });
    document.querySelector('#run').click();
})";

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn nothing_of_a_cancelled_analysis_stays() {
    let site = Site::start();
    let mut tab = Tab::open("stays", &site);
    let folder = tab.chrome.folder("inputs");
    let traffic = inputs::traffic(&folder, ROWS);
    // A worker that is ended while it computes goes on for two seconds.
    let pause = Duration::from_secs(4);
    tab.chrome.cdp.rest(pause);
    let Some(before) = tab.chrome.workers() else {
        println!("skipped: this system does not tell a process's threads");
        return;
    };
    assert!(before > 1, "the worker and its helpers stand by");
    for _ in 0..2 {
        tab.give("#traffic-input", &[&traffic]);
        tab.wait("document.querySelector('#run').disabled === false", 10);
        tab.value(IN_A_MODEL);
        tab.wait("document.documentElement.dataset.state === 'ready'", 10);
        // On a busy machine, they take longer to end.
        let end = Instant::now() + Duration::from_secs(30);
        tab.chrome.cdp.rest(pause);
        while tab.chrome.workers() != Some(before) && Instant::now() < end {
            tab.chrome.cdp.rest(Duration::from_millis(500));
        }
        assert_eq!(tab.chrome.workers(), Some(before));
    }
}
