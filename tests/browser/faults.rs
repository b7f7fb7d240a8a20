//! Files that are not what they say: a clear message, and the page goes on.

use crate::inputs;
use crate::site::Site;
use crate::tab::Tab;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_file_that_cannot_be_read_is_told_and_the_next_one_works() {
    let site = Site::start();
    let mut tab = Tab::open("faults", &site);
    let folder = tab.chrome.folder("inputs");
    let picture = inputs::put(&folder, "picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01");
    let empty = inputs::put(&folder, "empty.csv", b"");
    let strange = inputs::put(&folder, "strange.csv", b"colour,shape\nred,round\n");
    for file in [&picture, &empty, &strange] {
        tab.give("#traffic-input", &[file]);
        tab.click("#run");
        assert_eq!(tab.outcome(30), "failed", "{}", file.display());
        let told = tab.text("document.querySelector('#problems').textContent.trim()");
        assert!(!told.is_empty(), "{} failed without a word", file.display());
        tab.click("#restart");
        tab.wait("document.documentElement.dataset.state === 'ready'", 10);
    }
    tab.click("#sample");
    assert_eq!(tab.outcome(60), "done");
}
