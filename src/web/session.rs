//! One analysis as the worker drives it: files in, a run, then questions about the outcome.

use js_sys::{Array, Function, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};

use super::plain::{self, Answer, thrown};
use super::shelf::{self, BlobShelf, Parts};
use crate::alert::{Redaction, compose};
use crate::analysis::{self, Analysis, Progress};
use crate::catalog;
use crate::error::Raise;
use crate::export::{EXPORTERS, Export, Exporter};
use crate::model::address::Address;
use crate::model::chart::Chart;
use crate::model::outcome::Outcome;
use crate::model::settings::{Checked, Settings};
use crate::view::difference::{blocked, difference};
use crate::view::host::host;
use crate::view::lists::lists;
use crate::view::plot::PLOTS;
use crate::view::previous::{Previous, today};
use crate::view::rows::rows;
use crate::view::summary::summary;
use crate::view::table::{Query, columns, order, page};

/// An analysis and, once it has run, its outcome.
#[wasm_bindgen]
pub struct Session {
    analysis: Option<Analysis>,
    outcome: Option<Outcome>,
    /// The limits that stopped files.
    raises: Vec<Raise>,
    /// What the run itself blocked: what-if is measured against it.
    baseline: Vec<Address>,
    /// The table's order as last asked for, so that scrolling does not sort again.
    sorted: Option<(Query, Vec<u32>)>,
}

#[wasm_bindgen]
impl Session {
    /// Throws, with every fault named, where a setting is out of its range.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: JsValue) -> Result<Session, JsError> {
        let analysis = Some(Analysis::new(check(settings)?));
        Ok(Session { analysis, outcome: None, raises: Vec::new(), baseline: Vec::new(), sorted: None })
    }

    /// Starts the next traffic file.
    pub fn begin(&mut self, name: &str) -> Result<(), JsError> {
        self.analysis()?.begin(name);
        Ok(())
    }

    pub fn feed(&mut self, slice: &[u8]) -> Result<(), JsError> {
        let fed = self.analysis()?.feed(slice);
        self.told(fed)
    }

    /// Where the file begun can be read by several at once, sets out to: `append` then takes the place of `feed`.
    /// `head` is the start of the file, of `bytes` bytes in all.
    pub fn divide(&mut self, head: &[u8], bytes: f64) -> Result<bool, JsError> {
        Ok(self.analysis()?.divide(head, bytes as u64))
    }

    /// Appends the next stretch of the file, as `Stretch.finish` gave it. Null, or the border from which it is to be read
    /// again.
    pub fn append(&mut self, part: &[u8]) -> Answer {
        plain::give(&self.analysis()?.append(part).map_err(thrown)?)
    }

    /// Makes room for the rows to come, where this share of the file at hand has been read.
    pub fn expect(&mut self, share: f64) -> Result<(), JsError> {
        self.analysis()?.expect(share);
        Ok(())
    }

    #[wasm_bindgen(js_name = finishFile)]
    pub fn finish_file(&mut self) -> Result<(), JsError> {
        let finished = self.analysis()?.finish_file();
        self.told(finished)
    }

    /// The limits that stopped files, which the person may raise: `{ setting, label, unit, to }` each.
    pub fn raises(&self) -> Answer {
        plain::give(&self.raises)
    }

    /// Adds a GeoIP database; a damaged one says so in the summary.
    pub fn database(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), JsError> {
        self.analysis()?.database(name, bytes);
        Ok(())
    }

    /// Rows read so far.
    #[wasm_bindgen(js_name = rowsRead)]
    pub fn rows_read(&self) -> f64 {
        self.analysis.as_ref().map_or(0.0, |analysis| analysis.rows() as f64)
    }

    /// Runs everything; calls `progress(stage, fraction)` on the way.
    pub fn run(&mut self, progress: &Function) -> Result<(), JsError> {
        let analysis = self.analysis.take().ok_or_else(|| thrown(HAS_RUN))?;
        let mut report = |at: Progress| {
            // A page that cannot take a progress message still gets its result.
            let _ = progress.call2(&JsValue::NULL, &at.stage.into(), &at.fraction.into());
        };
        let outcome = analysis.run(&mut report).map_err(thrown)?;
        self.baseline = blocked(&outcome.report);
        self.outcome = Some(outcome);
        Ok(())
    }

    /// Puts the SHA-256 of one of the files given, counted from 0, into the report.
    pub fn identify(&mut self, given: usize, sha256: &str) -> Result<(), JsError> {
        let outcome = self.outcome.as_mut().ok_or_else(|| thrown(NOT_RUN))?;
        outcome.report.identify(given, sha256);
        Ok(())
    }

    /// Headline numbers, inputs and databases. `now` is in seconds since 1970.
    pub fn summary(&self, now: f64) -> Answer {
        plain::give(&summary(self.outcome()?, now as i64))
    }

    /// What ran, what was rejected, what was withheld.
    pub fn lists(&self) -> Answer {
        plain::give(&lists(&self.outcome()?.report, &catalog::catalog().models))
    }

    /// The columns of the table of addresses.
    pub fn columns(&self) -> Answer {
        plain::give(&columns(&self.outcome()?.report))
    }

    /// A page of the table of addresses.
    pub fn table(&mut self, query: JsValue, offset: usize, limit: usize) -> Answer {
        let query: Query = plain::take(query)?;
        let last = self.sorted.take().filter(|(last, _)| *last == query);
        let outcome = self.outcome()?;
        let sorted = last.map_or_else(|| order(&outcome.report, &query), |(_, sorted)| sorted);
        let answer = plain::give(&page(outcome, &sorted, offset, limit));
        self.sorted = Some((query, sorted));
        answer
    }

    /// One address's ledger, or null where it is no source.
    pub fn host(&self, text: &str) -> Answer {
        plain::give(&host(self.outcome()?, address(text)?))
    }

    /// A page of one address's traffic rows.
    #[wasm_bindgen(js_name = hostRows)]
    pub fn host_rows(&self, text: &str, offset: usize, limit: usize) -> Answer {
        plain::give(&rows(self.outcome()?, address(text)?, offset, limit))
    }

    /// Every plot: its chart, or why there is none.
    pub fn charts(&self) -> Answer {
        let outcome = self.outcome()?;
        let charts = PLOTS.iter().map(|plot| match (plot.chart)(outcome) {
            Ok(chart) => Drawable { key: plot.about.key, chart: Some(chart), missing: None },
            Err(why) => Drawable { key: plot.about.key, chart: None, missing: Some(why) },
        });
        plain::give(&charts.collect::<Vec<_>>())
    }

    /// Decides anew with other policy settings and gives the difference to the run's own decisions.
    pub fn redecide(&mut self, settings: JsValue) -> Answer {
        let checked = check(settings)?;
        let outcome = self.outcome.as_mut().ok_or_else(|| thrown(NOT_RUN))?;
        analysis::redecide(outcome, checked);
        self.sorted = None;
        plain::give(&difference(&self.baseline, &blocked(&outcome.report)))
    }

    /// What loading today's block list in place of an earlier one (its text) would change.
    /// Throws, with every line named, where a line is neither an address nor a network.
    pub fn compare(&self, text: &str) -> Answer {
        let previous = Previous::parse(text).map_err(|faults| thrown(faults.join("\n")))?;
        plain::give(&previous.changes(&today(self.outcome()?)))
    }

    /// The alert as it would go: `{ subject, body, key, mailto, mailto_cut, eml }`. `now` is in seconds since 1970.
    pub fn alert(&self, level: &str, now: f64) -> Answer {
        let alert = compose(self.outcome()?, Redaction::parse(level).map_err(thrown)?);
        let (mailto, mailto_cut, eml) = (alert.mailto(), alert.mailto_cut(), alert.eml(now as i64));
        plain::give(&Letter { subject: alert.subject, body: alert.body, key: alert.key, mailto, mailto_cut, eml })
    }

    /// The files of one exporter: `{ name, mime, parts }` each. `pictures` is an array of `[plot key, bytes]`.
    pub fn export(&self, key: &str, now: f64, pictures: &Array) -> Answer {
        let pictures = read_pictures(pictures)?;
        let export = Export { outcome: self.outcome()?, now: now as i64, pictures: &pictures };
        let mut shelf = BlobShelf::default();
        (exporter(key)?.write)(&export, &mut shelf).map_err(thrown)?;
        shelf.finish()
    }

    /// All files of one exporter as one zip of the given name.
    #[wasm_bindgen(js_name = exportZip)]
    pub fn export_zip(&self, key: &str, name: &str, now: f64, pictures: &Array) -> Answer {
        let pictures = read_pictures(pictures)?;
        let export = Export { outcome: self.outcome()?, now: now as i64, pictures: &pictures };
        let parts = crate::export::zip_of(&export, &[exporter(key)?], Parts::default()).map_err(thrown)?;
        shelf::blob(name, "application/zip", parts.finish())
    }

    /// Everything as one zip of the given name.
    pub fn zip(&self, name: &str, now: f64, pictures: &Array) -> Answer {
        let pictures = read_pictures(pictures)?;
        let export = Export { outcome: self.outcome()?, now: now as i64, pictures: &pictures };
        let parts = crate::export::zip(&export, Parts::default()).map_err(thrown)?;
        shelf::blob(name, "application/zip", parts.finish())
    }
}

const HAS_RUN: &str = "the analysis has already run";
const NOT_RUN: &str = "the analysis has not run yet";

impl Session {
    fn analysis(&mut self) -> Result<&mut Analysis, JsError> {
        self.analysis.as_mut().ok_or_else(|| thrown(HAS_RUN))
    }

    /// Keeps the limit that stopped a file, to be asked about, and throws.
    fn told(&mut self, done: crate::error::Result<()>) -> Result<(), JsError> {
        done.map_err(|error| {
            self.raises.extend(error.raise.as_deref().cloned());
            thrown(error)
        })
    }

    fn outcome(&self) -> Result<&Outcome, JsError> {
        self.outcome.as_ref().ok_or_else(|| thrown(NOT_RUN))
    }
}

fn exporter(key: &str) -> Result<&'static Exporter, JsError> {
    let found = EXPORTERS.iter().copied().find(|exporter| exporter.about.key == key);
    found.ok_or_else(|| thrown(format!("there is no export {key:?}")))
}

pub(super) fn check(settings: JsValue) -> Result<Checked, JsError> {
    let settings: Settings = plain::take(settings)?;
    let together = |faults: Vec<crate::error::Error>| {
        thrown(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    settings.check(&catalog::knobs()).map_err(together)
}

fn address(text: &str) -> Result<Address, JsError> {
    let number = |text: &str| text.strip_prefix("AS")?.parse().ok().map(Address::As);
    let address = Address::parse(text).or_else(|| number(text));
    address.ok_or_else(|| thrown(format!("{text:?} is no address")))
}

#[derive(Serialize)]
struct Letter {
    subject: String,
    body: String,
    key: String,
    mailto: String,
    mailto_cut: bool,
    eml: String,
}

#[derive(Serialize)]
struct Drawable {
    key: &'static str,
    chart: Option<Chart>,
    missing: Option<String>,
}

/// Reads an array of `[plot key, Uint8Array]`.
fn read_pictures(pictures: &Array) -> Result<Vec<(String, Vec<u8>)>, JsError> {
    let picture = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        let bytes: Uint8Array = pair.get(1).dyn_into().ok()?;
        Some((pair.get(0).as_string()?, bytes.to_vec()))
    };
    pictures.iter().map(|pair| picture(pair).ok_or_else(|| thrown("a picture is [plot key, bytes]"))).collect()
}
