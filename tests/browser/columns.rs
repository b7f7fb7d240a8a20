//! The columns of a table that nobody knows: shown with their cells, set by hand, saved, used again, analysed.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::inputs;
use crate::looks::photographs;
use crate::site::Site;
use crate::tab::Tab;

#[test]
#[ignore = "needs Chromium and the built page: run by `cargo xtask test`"]
fn a_table_of_unknown_columns_is_shown_set_saved_and_read() {
    let site = Site::start();
    let mut tab = Tab::open("columns", &site);
    let folder = tab.chrome.folder("inputs");
    let row = |n: u32| format!("2024-11-06 20:{:02}:01;192.0.2.{};10.0.0.1;{}\n", n % 60, n % 9 + 1, 20 + n);
    let table = "when;who;whom;door\n".to_owned() + &(0..400).map(row).collect::<String>();
    let unknown = inputs::put(&folder, "odd.csv", table.as_bytes());
    let known = inputs::put(&folder, "plain.csv", b"src_ip,dst_ip,dst_port,note\n192.0.2.77,10.0.0.1,22,x\n");

    tab.give("#traffic-input", &[&unknown, &known]);
    tab.wait("document.querySelectorAll('#columns details').length === 2", 10);
    let told = tab.text("document.querySelector('#columns').textContent");
    assert!(told.contains("odd.csv 0 of 4 columns are read") && told.contains("plain.csv 3 of 4 columns"), "{told}");
    assert!(told.contains("source addresses") && told.contains("192.0.2.2"), "{told}");
    for (column, field) in [("who", "source"), ("whom", "destination"), ("door", "destination_port"), ("when", "start")]
    {
        tab.value(&format!(
            "(() => {{ const select = document.querySelector('select[aria-label=\"{column} holds\"]');
              select.value = '{field}'; select.dispatchEvent(new Event('change')); }})()"
        ));
    }
    let told = tab.text("document.querySelector('#columns').textContent");
    assert!(told.contains("odd.csv 4 of 4 columns are read") && !told.contains("it needs"), "{told}");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    fs::create_dir_all(&pictures).expect("a folder for the pictures");
    photographs(&mut tab, &pictures, "columns");

    // What is saved, used again on a fresh page.
    tab.value(
        "(() => { const make = URL.createObjectURL; URL.createObjectURL = (blob) => {
          blob.text().then((text) => { window.saved = text; }); return make.call(URL, blob); }; })()",
    );
    tab.click("#mapping-save");
    tab.wait("typeof window.saved === 'string'", 10);
    let saved = tab.text("window.saved");
    let fields: Value = serde_json::from_str(&saved).expect("JSON");
    assert_eq!((&fields["who"], &fields["src_ip"]), (&json!("source"), &json!("source")), "{saved}");
    let saved = inputs::put(&folder, "columns.json", saved.as_bytes());
    let mut tab = Tab::open("columns-again", &site);
    tab.give("#traffic-input", &[&saved, &unknown]);
    tab.wait("document.querySelector('#columns')?.textContent.includes('odd.csv 4 of 4')", 10);
    tab.click("#run");
    assert_eq!(tab.outcome(120), "done");
    let report: Value = serde_json::from_slice(&tab.download("report.json")).expect("JSON");
    assert_eq!((report["inputs"][0]["read"].as_u64(), report["span"]["first"].as_f64()), (Some(400), Some(FIRST)));
    assert_eq!(tab.complaints(), Vec::<String>::new(), "the console holds errors");
}

/// 2024-11-06 20:00:01 UTC.
const FIRST: f64 = 1_730_923_201.0;
