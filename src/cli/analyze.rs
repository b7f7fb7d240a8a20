//! `flowglass analyze`: reads the files, runs the analysis, writes what the page would offer.

use std::fs::{self, File};
use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use flowglass::catalog::knobs;
use flowglass::error::Raise;
use flowglass::export::{self, EXPORTERS, Export, Exporter};
use flowglass::ingest::mapping;
use flowglass::model::outcome::Outcome;
use flowglass::model::report::Decision;
use flowglass::model::settings::{Checked, Settings, Value};
use flowglass::policy;
use flowglass::view::plot::{PLOTS, png};

use super::Failure;
use super::files::{self, Intake};
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
    /// One setting, `KEY=VALUE`, over those of the file. May be given several times.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
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
pub fn analyze(mut args: AnalyzeArgs) -> Result<(), Failure> {
    let extra = exporters(&args.export)?;
    let mut line = ProgressLine::new();
    let intake = loop {
        let intake = files::read(&args.files, &args.geo, settings(&args)?, &mut line)?;
        match &intake.raise {
            Some(raise) if ask(raise) => args.set.push(format!("{}={}", raise.setting, raise.to)),
            _ => break intake,
        }
    };
    let outcome = run(intake, &mut line)?;
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
    for setting in &args.set {
        let wrong = || Failure::usage(vec![format!("--set {setting:?}: a setting is given as KEY=VALUE")]);
        let (key, value) = setting.split_once('=').ok_or_else(wrong)?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::Text(value.to_owned()));
        settings.0.insert(key.trim().to_owned(), value);
    }
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

/// Asks whether a limit that stopped a file is to be raised; where no person is at the terminal, it is not.
fn ask(raise: &Raise) -> bool {
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return false;
    }
    let Raise { label, unit, to, .. } = raise;
    eprint!("Raise \"{label}\" to {to} {unit} and read all files again? [y/N] ");
    let mut answer = String::new();
    stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn run(intake: Intake, line: &mut ProgressLine) -> Result<Outcome, Failure> {
    let Intake { analysis, digests, .. } = intake;
    let run =
        analysis.run(&mut |progress| line.show(&format!("{} {:.0} %", progress.stage, progress.fraction * 100.0)));
    let mut outcome = run.map_err(Failure::nothing)?;
    for (given, digest) in digests.into_iter().enumerate() {
        outcome.report.identify(given, &digest.finish());
    }
    Ok(outcome)
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
