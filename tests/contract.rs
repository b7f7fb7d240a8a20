//! The laws that every registry entry keeps: one test per law, run over all of them.

use std::collections::BTreeSet;

use flowglass::about::{About, Range};
use flowglass::analysis::Analysis;
use flowglass::catalog::{catalog, knobs};
use flowglass::detect::{DETECTORS, Scene};
use flowglass::export::{EXPORTERS, Export, MemoryShelf};
use flowglass::ingest::intake::Intake;
use flowglass::ingest::{FORMATS, recognise};
use flowglass::model::geo::Geography;
use flowglass::model::judgement::Judgement;
use flowglass::model::outcome::Outcome;
use flowglass::model::settings::{Checked, Settings};
use flowglass::model::traffic::Traffic;
use flowglass::sample;
use flowglass::view::plot::PLOTS;

fn defaults() -> Checked {
    Settings::default().check(&knobs()).expect("the defaults pass the check")
}

fn analyse(csv: &[u8], slice: usize) -> Outcome {
    let mut analysis = Analysis::new(defaults());
    analysis.begin("sample.csv");
    csv.chunks(slice).for_each(|slice| analysis.feed(slice).expect("the sample reads"));
    analysis.finish_file().expect("the sample reads");
    analysis.run(&mut |_| ()).expect("the sample has rows")
}

fn abouts() -> Vec<About> {
    let catalog = catalog();
    let formats = catalog.formats.iter().map(|entry| entry.about);
    let detectors = catalog.detectors.iter().map(|entry| entry.about);
    let exporters = catalog.exporters.iter().map(|entry| entry.about);
    let plots = catalog.plots.iter().map(|entry| entry.about);
    formats
        .chain([catalog.packing])
        .chain(catalog.models.iter().copied())
        .chain(detectors)
        .chain(exporters)
        .chain(plots)
        .collect()
}

#[test]
fn no_registry_is_empty() {
    let catalog = catalog();
    assert!(!catalog.formats.is_empty() && !catalog.detectors.is_empty());
    assert!(!catalog.exporters.is_empty() && !catalog.plots.is_empty());
    assert_eq!(catalog.models.len(), 3);
}

#[test]
fn every_key_is_unique_and_snake_case() {
    let mut seen = BTreeSet::new();
    for about in abouts() {
        assert!(seen.insert(about.key), "{} stands twice", about.key);
        let plain = about.key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(plain && !about.key.is_empty(), "{:?} is not snake_case", about.key);
    }
}

#[test]
fn every_entry_explains_itself_in_sentences() {
    for about in abouts() {
        assert!(!about.title.is_empty(), "{} has no title", about.key);
        for text in [about.help, about.limits] {
            assert!(text.len() >= 20 && text.ends_with('.'), "{}: {text:?} is no sentence", about.key);
        }
    }
}

#[test]
fn every_knob_has_a_help_and_a_default_in_its_range() {
    let mut seen = BTreeSet::new();
    for knob in knobs() {
        assert!(seen.insert(knob.key), "{} stands twice", knob.key);
        assert!(knob.key.contains('.'), "{} names no family", knob.key);
        assert!(knob.help.len() >= 20 && !knob.label.is_empty(), "{} does not explain itself", knob.key);
        match knob.range {
            Range::Integer { min, max, default } => assert!((min..=max).contains(&default), "{}", knob.key),
            Range::Real { min, max, default } => assert!((min..=max).contains(&default), "{}", knob.key),
            Range::Choice { options, default } => assert!(options.contains(&default), "{}", knob.key),
            Range::Toggle { .. } | Range::Networks => {}
            Range::Mapping { options } => assert!(!options.is_empty(), "{}", knob.key),
        }
    }
}

#[test]
fn the_checked_defaults_pass_the_check_again() {
    let json = serde_json::to_string(&defaults()).unwrap();
    let again: Settings = serde_json::from_str(&json).unwrap();
    assert_eq!(again.check(&knobs()).unwrap(), defaults());
}

#[test]
fn empty_traffic_gives_no_finding() {
    let (traffic, geography, judgement, settings) =
        (Traffic::default(), Geography::default(), Judgement::default(), defaults());
    let scene = Scene::new(&traffic, &geography, &judgement, &settings);
    for detector in DETECTORS {
        let needs = (detector.needs)(&scene);
        assert!(needs.iter().all(|need| !need.is_empty()), "{} needs nothing it can name", detector.about.key);
        assert_eq!((detector.run)(&scene), [], "{}", detector.about.key);
    }
}

#[test]
fn every_finding_of_the_sample_is_within_its_bounds() {
    let outcome = analyse(&sample::csv(1, 5_000), 1 << 20);
    assert!(!outcome.report.findings.is_empty());
    for finding in &outcome.report.findings {
        assert!((0.0..=1.0).contains(&finding.confidence), "{finding:?}");
        assert!((0.0..=100.0).contains(&finding.points), "{finding:?}");
        assert!(finding.rows > 0 && !finding.summary.is_empty() && !finding.summary.contains('\n'), "{finding:?}");
        assert!(DETECTORS.iter().any(|detector| detector.about.key == finding.detector), "{finding:?}");
    }
    assert!(outcome.report.hosts.iter().all(|host| (0.0..=100.0).contains(&host.risk)));
}

#[test]
fn the_same_input_gives_the_same_bytes_however_it_is_sliced() {
    let csv = sample::csv(7, 3_000);
    let (one, other) = (analyse(&csv, csv.len()), analyse(&csv, 977));
    for exporter in EXPORTERS {
        let write = |outcome| {
            let mut shelf = MemoryShelf::default();
            (exporter.write)(&Export { outcome, now: 0, pictures: &[] }, &mut shelf).expect("memory takes it");
            shelf.0
        };
        assert_eq!(write(&one), write(&other), "{}", exporter.about.key);
    }
}

/// Rows of two scanners in one file, and of one of them an hour earlier in another, with times as given.
fn scan(sources: &[&str], from: u64) -> Vec<u8> {
    let mut csv = "time,src_ip,src_port,dst_ip,dst_port,proto,conn_state\n".to_owned();
    for port in 1..=60u64 {
        for source in sources {
            csv += &format!("{},{source},{},192.0.2.80,{port},tcp,REJ\n", from + port, 40_000 + port);
        }
    }
    csv.into_bytes()
}

#[test]
fn files_in_any_order_give_the_same_report() {
    let early = ("z.csv", scan(&["198.51.100.7"], 1_700_000_000));
    let late = ("a.csv", scan(&["198.51.100.7", "198.51.100.9"], 1_700_003_600));
    let timeless = ("b.csv", b"src_ip,src_port,dst_ip,dst_port\n10.0.0.1,1,10.0.0.2,2\nnobody,1,,\n".to_vec());
    let namesake =
        ("b.csv", b"src_ip,src_port,dst_ip,dst_port\nnobody,1,,\n10.0.0.3,1,10.0.0.2,2\nno one,1,,\n".to_vec());
    let run = |files: [&(&str, Vec<u8>); 4]| {
        let mut analysis = Analysis::new(defaults());
        for (name, bytes) in files {
            analysis.begin(name);
            analysis.feed(bytes).expect("it reads");
            analysis.finish_file().expect("it reads");
        }
        analysis.run(&mut |_| ()).expect("there are rows")
    };
    let (one, other) = (run([&early, &late, &timeless, &namesake]), run([&namesake, &timeless, &late, &early]));
    let json = |outcome: &Outcome| serde_json::to_string(&outcome.report).unwrap();
    assert_eq!(json(&one), json(&other));
    assert_eq!(one.traffic.addresses(), other.traffic.addresses());
    let names: Vec<&str> = one.report.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["z.csv", "a.csv", "b.csv", "b.csv"], "in time order, those without times last");
    let files = |subject: &str| {
        let found = one
            .report
            .findings
            .iter()
            .find(|finding| finding.detector == "vertical_scan" && finding.subject.to_string() == subject);
        let id = found.expect("it scanned").id;
        one.report.origins.iter().find(|origin| origin.finding == id).expect("it has files").files.clone()
    };
    assert_eq!(
        (files("198.51.100.9"), files("198.51.100.7")),
        (vec!["a.csv".into()], vec!["z.csv".into(), "a.csv".into()])
    );
}

#[test]
fn a_bundle_and_its_members_stay_together() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, from) in [("late.csv", 1_700_009_000), ("early.csv", 1_700_000_000)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, &scan(&["198.51.100.7"], from)).unwrap();
    }
    let bundle = zip.finish().unwrap().into_inner();
    let mut analysis = Analysis::new(defaults());
    for (name, bytes) in [("between.csv", scan(&["198.51.100.7"], 1_700_005_000)), ("in.zip", bundle)] {
        analysis.begin(name);
        analysis.feed(&bytes).expect("it reads");
        analysis.finish_file().expect("it reads");
    }
    let outcome = analysis.run(&mut |_| ()).expect("there are rows");
    let names: Vec<&str> = outcome.report.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["in.zip", "in.zip/late.csv", "in.zip/early.csv", "between.csv"]);
    let starts: Vec<f64> = outcome.traffic.start.iter().flatten().collect();
    assert!(starts.is_sorted(), "the rows stand in time order all the same");
}

#[test]
fn every_exporter_writes_the_files_it_names() {
    let outcome = analyse(&sample::csv(1, 5_000), 1 << 20);
    let pictures: Vec<_> = PLOTS.iter().map(|plot| (plot.about.key.to_owned(), b"png".to_vec())).collect();
    for exporter in EXPORTERS {
        let mut shelf = MemoryShelf::default();
        let export = Export { outcome: &outcome, now: 0, pictures: &pictures };
        (exporter.write)(&export, &mut shelf).expect("memory takes it");
        let written: Vec<&str> = shelf.0.iter().map(|file| file.0.as_str()).collect();
        for name in exporter.files {
            assert!(written.contains(name), "{} names {name} and writes {written:?}", exporter.about.key);
        }
    }
}

#[test]
fn every_chart_is_finite_and_small() {
    let outcome = analyse(&sample::csv(1, 5_000), 1 << 20);
    for plot in PLOTS {
        let chart = (plot.chart)(&outcome).expect("the sample can be drawn");
        assert!(chart.blocks.len() <= 10_000, "{} draws {} blocks", plot.about.key, chart.blocks.len());
        for axis in [&chart.x, &chart.y] {
            assert!(axis.min < axis.max && axis.min.is_finite() && axis.max.is_finite(), "{}", plot.about.key);
        }
        assert!(!chart.summary.is_empty() && !chart.caption.is_empty(), "{}", plot.about.key);
    }
}

#[test]
fn no_format_claims_noise_and_none_panics_on_it() {
    let noise: Vec<u8> = (0..70_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    assert!(recognise(b"").is_none());
    for format in FORMATS {
        let mut intake = Intake::default();
        intake.begin("noise");
        let mut parser = (format.open)(&defaults());
        let fed = noise.chunks(1000).try_for_each(|slice| parser.feed(slice, &mut intake));
        let ended = fed.and_then(|()| parser.finish(&mut intake));
        assert_eq!(intake.traffic.rows(), 0, "{} made flows of noise: {ended:?}", format.about.key);
    }
}
