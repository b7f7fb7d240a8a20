//! The whole pipeline at scale: in the built page in Chromium, natively, and scikit-learn beside both.
//!
//! Run by `cargo xtask bench`, which builds the page first and finds a Python.

#[path = "../../tests/browser/cdp.rs"]
#[allow(dead_code)]
mod cdp;
#[path = "../../tests/browser/chrome.rs"]
#[allow(dead_code)]
mod chrome;
#[path = "../../tests/browser/site.rs"]
#[allow(dead_code)]
mod site;
#[path = "../../tests/browser/tab.rs"]
#[allow(dead_code)]
mod tab;

mod browser;
mod input;
mod native;
mod peer;
mod run;
mod table;

use std::fs;
use std::path::PathBuf;

use flowglass::sample::Pairs;

use input::Input;
use run::median;
use table::Table;

/// Up to here a run is short enough to be made three times.
const THRICE: u64 = 1_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.first().map(String::as_str) {
        Some("--native") => native::child(&PathBuf::from(&words[1])),
        Some("--rows") => all(&words[1], words.iter().any(|word| word == "--quick")),
        _ => println!("scale: run it by `cargo xtask bench`"),
    }
}

/// Measures every size, printing and writing the table as it grows: a long run that is stopped leaves its part.
fn all(sizes: &str, quick: bool) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("inputs-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the inputs");
    let mut table = Table::default();
    for rows in sizes.split(',').map(|size| size.parse::<u64>().expect("--rows takes numbers with commas")) {
        for pairs in [Pairs::Repeated, Pairs::Distinct] {
            let input = Input::make(&folder, rows, pairs);
            let times = if quick || rows > THRICE { 1 } else { 3 };
            let browser = median((0..times).map(|_| browser::run(&input)).collect());
            table.add(&input, "browser", &browser, None);
            let native = median((0..times).map(|_| native::run(&input)).collect());
            table.add(&input, "native", &native, None);
            if let Some(peer) = peer::run(&input, times) {
                table.add(&input, "scikit-learn", &peer, Some(&browser));
            }
            table.write();
            let _ = fs::remove_file(&input.path);
        }
    }
    table.growth();
    table.write();
    let _ = fs::remove_dir_all(&folder);
}
