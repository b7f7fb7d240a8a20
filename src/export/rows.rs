//! `rows.csv`: what the three models say of each row, in input order.

use std::io::{self, Write};

use super::{Export, Exporter, Shelf, limits};
use crate::about::About;
use crate::model::judgement::{Judgement, Verdict};

pub const ROWS: Exporter = Exporter {
    about: About {
        key: "rows",
        title: "Rows with scores",
        help: "One line per accepted row, in input order and counted from 1: its address, each model's label and \
               score as scikit-learn gives them (-1 is anomalous, 1 is not; lower scores are worse), its cluster \
               (-1 is noise) and its risk (0, 0.5 or 1: the mean of the two models' votes).",
        limits: "Rows of several inputs are counted through, the inputs in order of time as the report lists them. Cells are empty where a row lacks a feature or a model \
                 did not run. Rejected rows have no line.",
    },
    files: &["rows.csv"],
    standard: true,
    limits: limits::ANY,
    write,
};

const HEADER: &str =
    "row,address,isolation_forest,isolation_forest_score,one_class_svm,one_class_svm_score,cluster,risk";

/// Lines are gathered to this many bytes before they are passed on: a shelf's writer may be slow per call.
const SLICE: usize = 64 * 1024;

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let file = shelf.file("rows.csv", "text/csv")?;
    let traffic = &export.outcome.traffic;
    let mut slice = Vec::with_capacity(SLICE + 256);
    writeln!(slice, "{HEADER}")?;
    for (row, &source) in traffic.source().iter().enumerate() {
        write!(slice, "{},{},", row + 1, traffic.address(source))?;
        line(&mut slice, &export.outcome.judgement, row)?;
        if slice.len() >= SLICE {
            file.write_all(&slice)?;
            slice.clear();
        }
    }
    file.write_all(&slice)
}

/// The models' part of one line.
fn line(out: &mut Vec<u8>, judgement: &Judgement, row: usize) -> io::Result<()> {
    let Some(point) = judgement.point(row) else {
        return out.write_all(b",,,,,\n");
    };
    verdict(out, judgement.forest.as_ref(), point)?;
    verdict(out, judgement.svm.as_ref(), point)?;
    if let Some(clusters) = &judgement.clusters {
        write!(out, "{}", clusters.label[point])?;
    }
    out.write_all(b",")?;
    if let Some(risk) = judgement.risk(point) {
        write!(out, "{risk}")?;
    }
    out.write_all(b"\n")
}

/// `label,score,`: the shortest digits that read back to the same number.
fn verdict(out: &mut Vec<u8>, verdict: Option<&Verdict>, point: usize) -> io::Result<()> {
    match verdict {
        Some(model) => write!(out, "{},{},", if model.anomalous[point] { -1 } else { 1 }, model.score[point]),
        None => out.write_all(b",,"),
    }
}
