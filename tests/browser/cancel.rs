//! Cancel answers at once, and the page works after it.

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
