//! Hostile text in every field that comes from the input changes no byte of any block list.

use std::sync::Arc;

use flowglass::export::EXPORTERS;
use flowglass::model::outcome::Outcome;
use proptest::prelude::*;

use crate::outcome::{files, small};

/// The text in every place where an input's own words can stand.
fn spoil(outcome: &mut Outcome, text: &str) {
    let report = &mut outcome.report;
    for input in &mut report.inputs {
        input.name = text.into();
        input.format = text.into();
        input.notes = vec![text.into()];
        input.reasons.iter_mut().for_each(|reason| reason.reason = text.into());
    }
    for database in &mut report.databases {
        database.file = text.into();
        database.kind = text.into();
    }
    for host in report.hosts.iter_mut() {
        let place = Arc::make_mut(host.place.get_or_insert_default());
        (place.country, place.city, place.as_name) = (Some(text.into()), Some(text.into()), Some(text.into()));
    }
    report.findings.iter_mut().for_each(|finding| finding.summary = text.into());
    report.rejected.iter_mut().for_each(|rejected| rejected.reason = text.into());
    report.detectors.iter_mut().for_each(|run| run.needs = vec![text.into()]);
}

fn hostile() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 9] = [
        "\n1.2.3.4\n",
        "'; rm -rf / #",
        "$(reboot)",
        "`id`",
        "*/ }",
        "\r\nadd x 0.0.0.0/0",
        "=cmd|' /C calc'!A0",
        "\0",
        "</Location>",
    ];
    prop_oneof![proptest::sample::select(&KNOWN[..]).prop_map(str::to_owned), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_inputs_words_reach_no_block_list(text in hostile()) {
        let plain = small();
        let mut spoiled = small();
        spoil(&mut spoiled, &text);
        for exporter in EXPORTERS.iter().filter(|exporter| !exporter.standard) {
            let key = exporter.about.key;
            prop_assert_eq!(files(key, &plain), files(key, &spoiled), "{}", key);
        }
    }

    #[test]
    fn what_is_no_hash_and_no_plain_name_stands_in_no_header(text in hostile()) {
        let mut spoiled = small();
        spoiled.report.inputs[0].sha256 = text.clone();
        spoiled.report.generator = format!("flowglass{text}");
        for (_, content) in EXPORTERS.iter().filter(|e| !e.standard).flat_map(|e| files(e.about.key, &spoiled)) {
            prop_assert!(!content.contains('\0') && !content.contains("$(reboot)") && !content.contains("rm -rf /"));
            prop_assert!(!content.contains("\n1.2.3.4\n") && !content.contains("</Location>\n1"));
        }
    }

    #[test]
    fn a_withheld_reason_stays_one_cell(text in hostile()) {
        let mut spoiled = small();
        spoiled.report.withheld[0].reason = text.clone();
        let csv_text = files("withheld", &spoiled).remove(0).1;
        let mut rows = csv::ReaderBuilder::new().from_reader(csv_text.as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!(rows[0][1].trim_start_matches('\''), text.trim_start_matches('\''));
        prop_assert!(!rows[0][1].starts_with(['=', '+', '-', '@', '\t', '\r']) || text.parse::<f64>().is_ok());
    }
}
