//! What must hold in the browser as it does natively. `wasm_page.rs` and `wasm_worker.rs` run it there,
//! `wasm_natively.rs` here. That both give the same bytes is for `tests/browser` to show.

use std::net::Ipv4Addr;

use flowglass::analysis::Analysis;
use flowglass::catalog::{catalog, knobs};
use flowglass::model::settings::Settings;
use flowglass::model::traffic::Traffic;
use flowglass::sample;

/// A test for each check below, made by the attribute `$test`.
macro_rules! checks {
    ($test:meta) => {
        checks!($test, the_catalogue_is_whole);
        checks!($test, settings_are_checked);
        checks!($test, slices_do_not_show_in_the_report);
        checks!($test, damage_does_not_trap);
        checks!($test, addresses_are_those_of_the_standard_parser);
        checks!($test, numbers_are_those_of_the_standard_parser);
    };
    ($test:meta, $check:ident) => {
        #[$test]
        fn $check() {
            wasm_common::$check();
        }
    };
}

/// The page's forms and menus are made of this; a registry that is empty in wasm alone would leave it bare.
pub fn the_catalogue_is_whole() {
    let catalog = catalog();
    assert!(!catalog.formats.is_empty() && !catalog.detectors.is_empty() && !catalog.plots.is_empty());
    let text = serde_json::to_string(&catalog).expect("plain data");
    assert!(text.contains("report.json"), "{text}");
}

pub fn settings_are_checked() {
    assert!(Settings::default().check(&knobs()).is_ok());
    let nonsense: Settings = serde_json::from_str(r#"{"no.such": 1}"#).expect("well-formed settings");
    assert_eq!(nonsense.check(&knobs()).expect_err("no such knob").len(), 1);
}

/// However the shell slices a file, and however often it runs, the report is the same.
pub fn slices_do_not_show_in_the_report() {
    let csv = sample::csv(3, 500);
    let whole = report(&csv, csv.len());
    assert!(whole.contains(sample::ATTACKERS[0].0), "the sample's first attacker is not in the report");
    assert_eq!(whole, report(&csv, 4099));
}

/// A damaged database is an error of its own, and never a trap that would poison the instance.
pub fn damage_does_not_trap() {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).expect("the defaults pass"));
    analysis.database("broken.mmdb", vec![0xff; 4096]);
    analysis.begin("broken.csv");
    let fed = analysis.feed(&[0x89, b'P', b'N', b'G', 0, 0, 0, 0]).and_then(|()| analysis.finish_file());
    assert!(fed.is_err() || analysis.rows() == 0);
    assert!(analysis.run(&mut |_| ()).is_err());
}

fn report(csv: &[u8], slice: usize) -> String {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).expect("the defaults pass"));
    analysis.begin("sample.csv");
    csv.chunks(slice).for_each(|slice| analysis.feed(slice).expect("the sample reads"));
    analysis.finish_file().expect("the sample reads");
    let outcome = analysis.run(&mut |_| ()).expect("the sample has rows");
    serde_json::to_string(&outcome.report).expect("plain data")
}

/// In the browser they are read by vector code: spoiled at every place, so that all lengths and faults occur.
pub fn addresses_are_those_of_the_standard_parser() {
    let mut cells: Vec<String> = Vec::new();
    for good in ["1.22.3.4", "10.20.30.40", "192.168.100.200", "1.255.0.19", "100.1.10.1", "9.99.199.0"] {
        cells.push(good.to_owned());
        for at in 0..good.len() {
            cells.push([&good[..at], &good[at + 1..]].concat());
            for sign in ["0", "1", "5", "9", ".", "/", "a"] {
                cells.push([&good[..at], sign, &good[at + 1..]].concat());
                cells.push([&good[..at], sign, &good[at..]].concat());
            }
        }
    }
    let rows: String = cells.iter().map(|cell| format!("{cell},443,192.0.2.1\n")).collect();
    let traffic = table(&format!("src_ip,dst_port,dst_ip\n{rows}"));
    let read: Vec<String> = traffic.source().iter().map(|id| traffic.address(*id).to_string()).collect();
    let expected: Vec<Ipv4Addr> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    assert!(expected.len() > 100 && expected.len() < cells.len() - 100);
    assert_eq!(read, expected.iter().map(Ipv4Addr::to_string).collect::<Vec<_>>());
}

/// The same of numbers of every length, the point at every place, spoiled at every place.
pub fn numbers_are_those_of_the_standard_parser() {
    const DIGITS: &str = "17308512345678909";
    let mut cells: Vec<String> = vec![".".to_owned(), "0.0.1".to_owned(), String::new()];
    for length in 1..=DIGITS.len() {
        let whole = &DIGITS[..length];
        cells.push(whole.to_owned());
        for at in 0..=length {
            cells.push([&whole[..at], ".", &whole[at..]].concat());
            for sign in ["/", ":", "x", ".", " "] {
                cells.push([&whole[..at], sign, &whole[at..], ".5"].concat());
            }
        }
    }
    let rows: String = cells.iter().map(|cell| format!("10.0.0.1,443,{cell},{cell}\n")).collect();
    let traffic = table(&format!("src_ip,dst_port,duration,bytes\n{rows}"));
    let number = |cell: &String| cell.trim().parse::<f64>().ok();
    let mut read = 0;
    for (row, cell) in cells.iter().enumerate() {
        let (duration, bytes) = (traffic.duration.get(row), traffic.bytes_sent.get(row));
        // From the year 9999 on it is no duration, and above 2^53 only digits are a count.
        let seconds = number(cell).filter(|seconds| *seconds < 253_402_300_800.0);
        assert_eq!(duration.map(f64::to_bits), seconds.map(f64::to_bits), "{cell:?}");
        let count = |number: f64| (number.fract() == 0.0 && number <= 9_007_199_254_740_992.0).then_some(number as u64);
        assert_eq!(bytes, cell.parse().ok().or_else(|| number(cell).and_then(count)), "{cell:?}");
        read += usize::from(duration.is_some());
    }
    assert!(read > 100 && read < cells.len() - 100, "{read} of {}", cells.len());
}

fn table(csv: &str) -> Traffic {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).expect("the defaults pass"));
    analysis.begin("table.csv");
    analysis.feed(csv.as_bytes()).expect("a table");
    analysis.finish_file().expect("a table");
    analysis.run(&mut |_| ()).expect("it has rows").traffic
}
