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
mod busy;
mod input;
mod native;
mod parser;
mod peer;
mod promises;
mod reading;
mod run;
mod shark;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use flowglass::sample::Pairs;

use input::{Input, Readable, TABLE};
use run::{Place, Run, median};
use table::{Reader, Table};

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
    let times = if quick { 1 } else { 3 };
    let mut table = Table::new(times);
    read(&folder, times, &mut table);
    for rows in sizes.split(',').map(|size| size.parse::<u64>().expect("--rows takes numbers with commas")) {
        for pairs in [Pairs::Repeated, Pairs::Distinct] {
            let input = Input::table(&folder, rows, pairs);
            analyse(&input, times, &mut table);
            let _ = fs::remove_file(&input.path);
        }
    }
    table.end();
    let _ = fs::remove_dir_all(&folder);
}

/// Reading alone: tables with one helping worker and with two, what cannot be divided with none but the reader; then
/// natively, and captures by tshark.
fn read(folder: &Path, times: usize, table: &mut Table) {
    for name in Readable::NAMES {
        let input = Readable::new(folder, name);
        for workers in if name == TABLE { &[1, 2][..] } else { &[1] } {
            table.add_reading(&input, Reader::Page(*workers), reading::run(&input, *workers, times));
        }
        table.add_reading(&input, Reader::Native, reading::natively(&input, times));
        if let Some(reading) = input.is_capture().then(|| shark::tshark(&input)).flatten() {
            table.add_reading(&input, Reader::Tshark, reading);
        }
        let _ = fs::remove_file(&input.path);
    }
}

fn analyse(input: &Input, times: usize, table: &mut Table) {
    table.add(input, Place::Browser, median((0..times).map(|_| browser::run(input)).collect(), Run::total));
    table.add(input, Place::Native, median((0..times).map(|_| native::run(input)).collect(), Run::total));
    if let Some(peer) = peer::run(input, times) {
        table.add(input, Place::ScikitLearn, peer);
    }
}
