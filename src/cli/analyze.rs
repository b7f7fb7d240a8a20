//! `flowglass analyze`: reads the files, runs the analysis, writes what the page would offer.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::export::{self, EXPORTERS, Export, Exporter};
use flowglass::geo;
use flowglass::ingest::SLICE;
use flowglass::ingest::mapping;
use flowglass::ingest::reader::digest::Digest;
use flowglass::model::outcome::Outcome;
use flowglass::model::report::Decision;
use flowglass::model::settings::{Checked, Settings, Value};
use flowglass::policy;
use flowglass::view::plot::{PLOTS, png};

use super::Failure;
use super::folder::Folder;
use super::progress::ProgressLine;

/// The outputs every analysis has, as one file.
const ZIP: &str = "flowglass.zip";

/// The size of a plot's PNG file.
const PLOT_SIZE: (u32, u32) = (1280, 720);

#[derive(Args)]
pub struct AnalyzeArgs {
    /// Traffic files: what each one is shows in its content, not in its name.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A GeoIP database (.mmdb): City, Country or ASN. May be given several times.
    #[arg(long, value_name = "DB")]
    geo: Vec<PathBuf>,
    /// Settings as JSON, `{"isolation_forest.contamination": 0.1}`; `flowglass catalog` lists them.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Addresses and CIDR networks never to block, one per line.
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
    /// What the columns of your own tables hold, as JSON: `{"who": "source", "door": "destination_port"}`; the
    /// setting csv.mapping in `flowglass catalog` lists what there is.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Further outputs, written to OUT/exports: keys from `flowglass catalog`, or `all`.
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    export: Vec<String>,
    /// The folder for the outputs.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the whole command.
pub fn analyze(args: &AnalyzeArgs) -> Result<(), Failure> {
    let settings = settings(args)?;
    let extra = exporters(&args.export)?;
    let mut line = ProgressLine::new();
    let outcome = read_and_run(args, settings, &mut line)?;
    line.show("Writing the outputs");
    let pictures = pictures(&outcome)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs() as i64);
    let export = Export { outcome: &outcome, now, pictures: &pictures };
    let standard: Vec<&Exporter> = EXPORTERS.iter().copied().filter(|exporter| exporter.standard).collect();
    let mut written = write(&standard, &export, &args.out).map_err(|e| output_failed(&args.out, &e))?;
    let zip = args.out.join(ZIP);
    let zipped = File::create(&zip).and_then(|file| export::zip(&export, file));
    zipped.map_err(|error| output_failed(&zip, &error))?;
    written.push(ZIP.to_owned());
    if !extra.is_empty() {
        let folder = args.out.join("exports");
        let more = write(&extra, &export, &folder).map_err(|e| output_failed(&folder, &e))?;
        written.extend(more.iter().map(|name| format!("exports/{name}")));
    }
    line.clear();
    super::print(&summary(&outcome, &args.out, &written))
}

/// The settings file, the allow list and the mapping, checked together.
fn settings(args: &AnalyzeArgs) -> Result<Checked, Failure> {
    let mut settings = match &args.settings {
        None => Settings::default(),
        Some(path) => {
            let text = read_text(path)?;
            let wrong = |error| Failure::usage(vec![format!("{}: not a settings file: {error}", path.display())]);
            serde_json::from_str(&text).map_err(wrong)?
        }
    };
    if let Some(path) = &args.allow {
        let lines = read_text(path)?.lines().map(str::to_owned).collect();
        settings.0.insert(policy::ALLOW.key.to_owned(), Value::List(lines));
    }
    if let Some(path) = &args.mapping {
        let wrong = |error| Failure::usage(vec![format!("{}: not a mapping: {error}", path.display())]);
        let columns = serde_json::from_str(&read_text(path)?).map_err(wrong)?;
        settings.0.insert(mapping::MAPPING.key.to_owned(), Value::Mapping(columns));
    }
    settings.check(&knobs()).map_err(|faults| Failure::usage(faults.iter().map(ToString::to_string).collect()))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::usage(vec![format!("{}: {error}", path.display())]))
}

/// The exporters named, in the registry's order; `all` names every one.
fn exporters(keys: &[String]) -> Result<Vec<&'static Exporter>, Failure> {
    let known = |key: &String| key == "all" || EXPORTERS.iter().any(|exporter| exporter.about.key == key);
    let unknown = keys.iter().filter(|key| !known(key));
    let faults: Vec<String> =
        unknown.map(|key| format!("there is no export {key:?}; `flowglass catalog` lists them")).collect();
    if !faults.is_empty() {
        return Err(Failure::usage(faults));
    }
    // What every analysis writes is written anyway.
    let asked = |exporter: &&Exporter| keys.iter().any(|key| key == "all" || key == exporter.about.key);
    let named = |exporter: &&Exporter| !exporter.standard && asked(exporter);
    Ok(EXPORTERS.iter().copied().filter(named).collect())
}

/// Feeds every file and runs. A file that cannot be read is said so and passed over.
fn read_and_run(args: &AnalyzeArgs, settings: Checked, line: &mut ProgressLine) -> Result<Outcome, Failure> {
    let mut analysis = Analysis::new(settings);
    let (mut read, mut digests) = (0, Vec::new());
    for path in &args.geo {
        match fs::read(path) {
            Ok(bytes) => analysis.database(&name(path), bytes),
            Err(error) => return Err(Failure::usage(vec![format!("{}: {error}", path.display())])),
        }
    }
    for path in &args.files {
        match feed(&mut analysis, path, &mut digests, line) {
            Ok(()) => read += 1,
            Err(reason) => {
                line.clear();
                eprintln!("flowglass: {reason}");
            }
        }
    }
    if read == 0 {
        return Err(Failure::nothing("none of the files could be read"));
    }
    let run =
        analysis.run(&mut |progress| line.show(&format!("{} {:.0} %", progress.stage, progress.fraction * 100.0)));
    let mut outcome = run.map_err(Failure::nothing)?;
    for (given, digest) in digests.into_iter().enumerate() {
        outcome.report.identify(given, &digest.finish());
    }
    Ok(outcome)
}

/// Feeds one file. The digest of each traffic file is added to `digests`.
fn feed(
    analysis: &mut Analysis,
    path: &Path,
    digests: &mut Vec<Digest>,
    line: &mut ProgressLine,
) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if path.is_dir() {
        return Err(at(&"this is a folder; name the files in it"));
    }
    let mut file = File::open(path).map_err(|error| at(&error))?;
    if is_database(&mut file).map_err(|error| at(&error))? {
        let bytes = fs::read(path).map_err(|error| at(&error))?;
        analysis.database(&name(path), bytes);
        return Ok(());
    }
    let size = file.metadata().map_or(0, |data| data.len());
    analysis.begin(&name(path));
    digests.push(Digest::default());
    let digest = digests.last_mut().expect("one was just added");
    let mut slice = vec![0; SLICE];
    let mut done = 0;
    loop {
        let length = file.read(&mut slice).map_err(|error| at(&error))?;
        if length == 0 {
            return analysis.finish_file().map_err(|error| error.to_string());
        }
        digest.feed(&slice[..length]);
        analysis.feed(&slice[..length]).map_err(|error| error.to_string())?;
        done += length as u64;
        line.show(&format!("Reading {}: {} of {} MB, {} rows", name(path), done >> 20, size >> 20, analysis.rows()));
    }
}

/// A database among the traffic files is told by its content, as on the page.
fn is_database(file: &mut File) -> std::io::Result<bool> {
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(geo::TAIL)))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(geo::TAIL).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(geo::is_database(&tail))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Every plot that this input allows, as PNG.
fn pictures(outcome: &Outcome) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut pictures = Vec::new();
    for plot in PLOTS {
        if let Ok(chart) = (plot.chart)(outcome) {
            let png = png::png(&chart, PLOT_SIZE.0, PLOT_SIZE.1).map_err(Failure::nothing)?;
            pictures.push((plot.about.key.to_owned(), png));
        }
    }
    Ok(pictures)
}

fn write(exporters: &[&Exporter], export: &Export<'_>, path: &Path) -> std::io::Result<Vec<String>> {
    let mut folder = Folder::new(path)?;
    for exporter in exporters {
        (exporter.write)(export, &mut folder)?;
    }
    folder.finish()?;
    Ok(folder.written)
}

fn output_failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::nothing(format!("{} could not be written: {error}", path.display()))
}

fn summary(outcome: &Outcome, out: &Path, written: &[String]) -> String {
    let report = &outcome.report;
    let count = |decision| report.hosts.iter().filter(|host| host.decision == decision).count();
    let rejected: u64 = report.inputs.iter().map(|input| input.rejected).sum();
    let (rows, hosts) = (outcome.traffic.rows(), report.hosts.len());
    let (block, watch) = (count(Decision::Block), count(Decision::Watch));
    let mut lines = vec![
        format!("{rows} rows read, {rejected} rejected, {hosts} source addresses"),
        format!("{block} to block, {watch} to watch, {} withheld", report.withheld.len()),
    ];
    for host in report.hosts.iter().filter(|host| host.decision != Decision::Ignore).take(10) {
        let reason = host.evidence.first().and_then(|id| report.findings.get(*id as usize - 1));
        let reason = reason.map_or("", |finding| finding.summary.as_str());
        lines.push(format!("  {:5.1}  {:?}  {}  {reason}", host.risk, host.decision, host.address));
    }
    lines.push(format!("Written to {}: {}", out.display(), written.join(", ")));
    lines.join("\n")
}
