//! The outputs that belong to every analysis: lists, rows, picture, zip.

use std::io::{Cursor, Read};

use flowglass::export::{Export, zip};

use crate::outcome::{NOW, files, small, text};

#[test]
fn the_lists_hold_what_was_decided_by_falling_risk() {
    let outcome = small();
    assert_eq!(text("risky_ips", &outcome), "203.0.114.7\n2a00:1450::1\n203.0.114.6\n198.51.101.1\n");
    assert_eq!(text("blocked_ips", &outcome), "203.0.114.7\n2a00:1450::1\n203.0.114.6\n");
}

#[test]
fn rows_say_what_each_model_says() {
    let mut outcome = small();
    let expected = "row,address,isolation_forest,isolation_forest_score,one_class_svm,one_class_svm_score,cluster,risk
1,02:00:00:00:00:01,-1,-0.1,1,-0.1,-1,0.5
2,203.0.114.7,1,0.000000001,1,0.000000001,4,0
3,2a00:1450::1,-1,-0.1,1,-0.1,-1,0.5
4,203.0.114.6,1,0.000000001,1,0.000000001,4,0
5,198.51.101.1,-1,-0.1,1,-0.1,-1,0.5
6,192.0.3.1,,,,,,
";
    assert_eq!(text("rows", &outcome), expected);
    outcome.judgement.svm = None;
    outcome.judgement.clusters = None;
    assert!(text("rows", &outcome).contains("\n1,02:00:00:00:00:01,-1,-0.1,,,,1\n"));
}

#[test]
fn without_a_picture_there_is_no_file() {
    assert_eq!(files("histogram_png", &small()), []);
}

#[test]
fn the_zip_holds_every_file_and_is_the_same_each_time() {
    let outcome = small();
    let pictures = [("risk_histogram".to_owned(), b"\x89PNG".to_vec())];
    let export = Export { outcome: &outcome, now: NOW, pictures: &pictures };
    let bytes = zip(&export, Vec::new()).unwrap();
    assert_eq!(bytes, zip(&export, Vec::new()).unwrap());
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    let expected = ["blocked_ips.txt", "report.json", "risk_score_histogram.png", "risky_ips.txt", "rows.csv"];
    assert_eq!(names, expected);
    let mut rows = String::new();
    let mut entry = archive.by_name("rows.csv").unwrap();
    assert_eq!(entry.last_modified().map(|time| (time.year(), time.month(), time.hour())), Some((2026, 3, 12)));
    entry.read_to_string(&mut rows).unwrap();
    assert_eq!(rows, text("rows", &outcome));
}
