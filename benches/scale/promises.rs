//! What was promised beside what was measured. Only sizes that were run have a line.

use flowglass::sample::Pairs;

use crate::busy::processors;
use crate::input::{CAPTURES, HEADERS, LOG, MIXED, TABLE};
use crate::reading::Reading;
use crate::run::{DETECTORS_STAGE, Place, Run};
use crate::table::{Reader, Table};

/// One promise: its words, what was measured, and whether it was kept.
pub struct Line {
    pub promise: String,
    pub measured: String,
    pub kept: bool,
}

/// What the page does that scikit-learn's forest and SVM are compared with: all but evidence and risk.
const MODELS: [&str; 6] =
    ["Reading", "Standardising", "Isolation forest", "One-class SVM", "Clusters (DBSCAN)", "Silhouette"];

pub fn lines(table: &Table) -> Vec<Line> {
    let mut lines = reading(table);
    for pairs in [Pairs::Repeated, Pairs::Distinct] {
        let run = |rows, place| table.run(rows, pairs, place);
        let (page, peer) = (run(100_000, Place::Browser), run(100_000, Place::ScikitLearn));
        lines.extend(page.zip(peer).map(|(page, peer)| models_and_reading(pairs, page, peer)));
        let (page, peer) = (run(1_000_000, Place::Browser), run(1_000_000, Place::ScikitLearn));
        lines.extend(page.zip(peer).map(|(page, peer)| forest(pairs, page, peer)));
        lines.extend(page.map(|page| whole(pairs, page)));
        lines.extend(run(10_000_000, Place::Browser).map(|page| ten_million(pairs, page)));
        lines.extend(run(10_000_000, Place::Native).map(|native| detectors(pairs, native)));
        lines.extend(growth(table, pairs));
    }
    lines
}

fn reading(table: &Table) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, least) in [(TABLE, 300.0), (MIXED, 400.0), (HEADERS, 400.0), (LOG, 250.0)] {
        lines.extend(table.reading(name, Reader::Page(1)).map(|reading| reading.speed()).map(|speed| Line {
            promise: format!("reading a {name} at {least} MB/s with one worker"),
            measured: format!("{speed:.0} MB/s"),
            kept: speed >= least,
        }));
    }
    if let Some((one, two)) = table.reading(TABLE, Reader::Page(1)).zip(table.reading(TABLE, Reader::Page(2))) {
        lines.push(two_workers(one, two));
    }
    for name in CAPTURES {
        let speed = |reader| table.reading(name, reader).map(|reading| reading.speed());
        let beside = speed(Reader::Native).zip(speed(Reader::Tshark));
        lines.extend(beside.map(|(ours, theirs)| Line {
            promise: format!("reading a {name} natively 20 times as fast as tshark -T fields"),
            measured: format!("{ours:.0} MB/s beside {theirs:.1}, {:.0} times", ours / theirs),
            kept: ours >= 20.0 * theirs,
        }));
    }
    lines
}

/// A machine that is busy with one worker already has little to give to a second one: that is told beside.
fn two_workers(one: Reading, two: Reading) -> Line {
    let busy = one.busy.zip(two.busy).map_or_else(String::new, |(one, two)| {
        format!("; {two:.2} of {} processors were busy, with one worker {one:.2}", processors())
    });
    let [one, two] = [one, two].map(|reading| reading.speed());
    Line {
        promise: "two workers read a table at least 1.6 times as fast as one".into(),
        measured: format!("{two:.0} MB/s, {:.2} times{busy}", two / one),
        kept: two >= 1.6 * one,
    }
}

fn models_and_reading(pairs: Pairs, page: &Run, peer: &Run) -> Line {
    let (ours, theirs) = (page.seconds(&MODELS), peer.total());
    Line {
        promise: format!("100,000 rows, {pairs:?}: reading and all models 30 times as fast as its forest and SVM"),
        measured: format!("{ours:.2} s beside {theirs:.1} s, {:.1} times", theirs / ours),
        kept: theirs >= 30.0 * ours,
    }
}

fn forest(pairs: Pairs, page: &Run, peer: &Run) -> Line {
    let [ours, theirs] = [page, peer].map(|run| run.seconds(&["Isolation forest"]));
    Line {
        promise: format!("1,000,000 rows, {pairs:?}: the forest 4 times as fast as scikit-learn's"),
        measured: format!("{ours:.2} s beside {theirs:.1} s, {:.1} times", theirs / ours),
        kept: theirs >= 4.0 * ours,
    }
}

fn whole(pairs: Pairs, page: &Run) -> Line {
    let seconds = page.total();
    Line {
        promise: format!("1,000,000 rows, {pairs:?}: the whole pipeline within 10 s"),
        measured: format!("{seconds:.1} s"),
        kept: page.fault.is_none() && seconds <= 10.0,
    }
}

fn ten_million(pairs: Pairs, page: &Run) -> Line {
    let gigabytes = page.peak.unwrap_or(u64::MAX) as f64 / 1e9;
    let watched = page.watched.clone().unwrap_or_default();
    let cancel = watched.cancel.unwrap_or(f64::INFINITY);
    Line {
        promise: format!("10,000,000 rows, {pairs:?}: finishes within 1.5 GB, progress moving, Cancel answering"),
        measured: match &page.fault {
            Some(fault) => format!("did not finish: {fault}"),
            None => format!(
                "{:.1} s, {gigabytes:.2} GB, a report after {:.1} s at the latest, Cancel after {cancel:.0} ms",
                watched.seconds,
                watched.still.as_secs_f64()
            ),
        },
        kept: page.fault.is_none() && gigabytes <= 1.5 && cancel < 1000.0 && watched.still.as_secs_f64() < 10.0,
    }
}

fn detectors(pairs: Pairs, native: &Run) -> Line {
    let microseconds = native.seconds(&[DETECTORS_STAGE]) / 10.0;
    Line {
        promise: format!("10,000,000 rows, {pairs:?}: all detectors together below 2 µs a flow natively"),
        measured: format!("{microseconds:.2} µs"),
        kept: microseconds < 2.0,
    }
}

/// From each size to the next, by the doublings that lie between.
fn growth(table: &Table, pairs: Pairs) -> Vec<Line> {
    let totals = table.totals(pairs);
    let line = |two: &[(u64, f64)]| {
        let doublings = libm::log2(two[1].0 as f64 / two[0].0 as f64);
        let factor = libm::pow(two[1].1 / two[0].1, 1.0 / doublings);
        Line {
            promise: format!("{} to {} rows, {pairs:?}: doubling costs at most 2.3 times", two[0].0, two[1].0),
            measured: format!("{factor:.2} times"),
            kept: factor <= 2.3,
        }
    };
    totals.windows(2).map(line).collect()
}
