//! The table of more addresses than a browser can scroll to.

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

/// More than 15 million pixels at the 72 of a row on a narrow screen (`www/table.js`).
const ADDRESSES: u32 = 209_000;
const REACHED: u32 = 15_000_000 / 72;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_table_too_long_to_scroll_says_so_and_a_filter_finds_the_rest() {
    let site = Site::start();
    let mut tab = Tab::open("long", &site);
    let folder = tab.chrome.folder("inputs");
    let mut csv = "ClientIP,ServerIP,ClientPort,ServerPort\n".to_owned();
    for number in 0..ADDRESSES {
        let ip = std::net::Ipv4Addr::from_bits(0x0b00_0000 + number);
        csv += &format!("{ip},10.0.0.1,{},443\n", 40_000 + number % 8);
    }
    let file = inputs::put(&folder, "long.csv", csv.as_bytes());
    tab.screen(390, 844, "light");
    tab.give("#traffic-input", &[&file]);
    tab.click("#run");
    assert_eq!(tab.outcome(120), "done");
    let count = "document.querySelector('#ranking .tools p').textContent.replace(/[^0-9a-z:; ]/g, '')";
    // The count follows the first rows, some time after the headline.
    let told = format!("the first {REACHED} are reached by scrolling: filter to see the rest");
    tab.wait(&format!("{count}.includes({told:?})"), 20);
    // The last key goes to the last row that can be reached, which is drawn.
    tab.value("document.querySelector('#hosts tr[tabindex=\"0\"]').focus()");
    let end = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }))";
    tab.value(end);
    let focused = "document.activeElement.dataset.index";
    tab.wait(&format!("{focused} === '{}'", REACHED - 1), 10);
    let last = std::net::Ipv4Addr::from_bits(0x0b00_0000 + ADDRESSES - 1).to_string();
    let filter = "(text) => { const field = document.querySelector('#filter'); field.value = text;
        field.dispatchEvent(new Event('input')); }";
    tab.value(&format!("({filter})({last:?})"));
    tab.wait(&format!("document.querySelector('#hosts tbody').textContent.includes({last:?})"), 20);
    let told = tab.text(count);
    assert!(!told.contains("scrolling"), "{told}");
}
