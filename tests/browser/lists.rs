//! Lists that the person brings: an allow list that does not parse stops the downloads, and a previous block list
//! is compared before them.

use flowglass::sample;

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn an_allow_line_that_does_not_parse_stops_every_download() {
    let site = Site::start();
    let mut tab = Tab::open("allow", &site);
    tab.click("#sample");
    assert_eq!(tab.outcome(120), "done");
    let allow = |tab: &mut Tab, text: &str| {
        let write = "(text) => { const field = document.querySelector('#whatif textarea'); field.value = text;
            field.dispatchEvent(new Event('input')); }";
        tab.value(&format!("({write})({text:?})"));
    };
    allow(&mut tab, "192.0.2.1\n\n192.0.2.0/33\n");
    for name in ["blocked_ips.txt", "flowglass.zip"] {
        tab.click(&format!("#downloads button[data-file=\"{name}\"]"));
        tab.wait("document.querySelector('#problems').textContent.includes('line 3')", 5);
        let told = tab.text("document.querySelector('#problems').textContent");
        assert!(told.contains(name) && told.contains("192.0.2.0/33"), "{told}");
    }
    // Corrected, it acts, and the download goes.
    let attacker = sample::ATTACKERS[0].0;
    allow(&mut tab, &format!("192.0.2.1\n\n{attacker}\n"));
    tab.wait("document.querySelector('#whatif .change').textContent.includes('removed')", 10);
    let list = String::from_utf8(tab.download("blocked_ips.txt")).expect("text");
    assert!(!list.lines().any(|line| line == attacker), "{list}");
}

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_previous_list_is_compared_and_no_line_of_it_is_passed_over() {
    let site = Site::start();
    let mut tab = Tab::open("previous", &site);
    tab.click("#sample");
    assert_eq!(tab.outcome(120), "done");
    let own = tab.download("plain-list.txt");
    let folder = tab.chrome.folder("inputs");
    let told = "document.querySelector('#previous-told').textContent";
    let mut compare = |name: &str, bytes: &[u8], expected: &str| {
        let file = inputs::put(&folder, name, bytes);
        tab.give("#previous-input", &[&file]);
        tab.wait(&format!("{told}.includes({expected:?})"), 10);
        tab.text(told)
    };
    compare("same.txt", &own, "0 added, 0 removed");
    let text = String::from_utf8(own.clone()).expect("text");
    let last = text.lines().rfind(|line| !line.starts_with('#')).expect("an address").to_owned();
    let older = format!("{}\n192.0.2.77\n", text.replace(&format!("\n{last}\n"), "\n"));
    let shown = compare("older.txt", older.as_bytes(), "1 added, 1 removed");
    assert!(shown.contains(&last) && shown.contains("192.0.2.77"), "{shown}");
    let shown = compare("broken.txt", b"192.0.2.1\nexample.org\n", "not compared");
    assert!(shown.contains("line 2") && shown.contains("example.org"), "{shown}");
}
