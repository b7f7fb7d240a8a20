//! Pictures of the page, for people to look at, and what a test can say of how it looks and reads.

use std::fs;
use std::path::Path;

use crate::site::Site;
use crate::tab::Tab;

/// Wide and narrow: a desk's screen and a telephone's.
const SCREENS: [(u32, u32); 2] = [(1440, 900), (390, 844)];

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn the_page_fits_its_screens_and_names_its_controls() {
    let site = Site::start();
    let mut tab = Tab::open("looks", &site);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    photographs(&mut tab, &folder, "start");
    tab.click("#sample");
    assert_eq!(tab.outcome(120), "done");
    photographs(&mut tab, &folder, "done");
    let nameless = "[...document.querySelectorAll('button, input, select, a, canvas')]
        .filter((control) => control.checkVisibility() && !control.closest('[aria-hidden=true]'))
        .filter((control) => !(control.textContent.trim() || control.getAttribute('aria-label')
            || control.getAttribute('aria-labelledby') || control.labels?.length || control.title))
        .map((control) => control.outerHTML.slice(0, 120))";
    assert_eq!(tab.value(nameless), serde_json::json!([]), "a screen reader finds no name for these");
    assert_eq!(tab.complaints(), Vec::<String>::new(), "the console holds errors");
    println!("pictures in {}", folder.display());
}

/// A picture for each screen and scheme; none is wider than its screen.
pub fn photographs(tab: &mut Tab, folder: &Path, state: &str) {
    for (width, height) in SCREENS {
        for scheme in ["light", "dark"] {
            tab.screen(width, height, scheme);
            let picture = folder.join(format!("{state}-{width}-{scheme}.png"));
            fs::write(&picture, tab.photograph()).expect("a picture can be written");
            let wide = tab.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            assert_eq!(wide, 0, "{state}: the page is wider than {width} pixels");
            let lines = tab.value("document.querySelector('.brand strong').offsetHeight / 24");
            assert_eq!(lines, 1, "{state}: the name is broken at {width} pixels");
        }
    }
}
