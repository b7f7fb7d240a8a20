//! Everything the registries know, as one piece of plain data: forms, menus and help are made from it.

use serde::Serialize;

use crate::about::{About, Knob};
use crate::detect::DETECTORS;
use crate::export::limits::Limits;
use crate::export::{self, EXPORTERS, Exporter};
use crate::ingest::text::syslog;
use crate::ingest::{FORMATS, unpack};
use crate::judge;
use crate::model::finding::Family;
use crate::view::plot::PLOTS;
use crate::{policy, risk};

/// The registries and the settings, in the order they are shown.
#[derive(Debug, Clone, Serialize)]
pub struct Catalog {
    pub version: &'static str,
    pub formats: Vec<FormatEntry>,
    /// What any of the formats may be packed in.
    pub packing: About,
    pub models: Vec<About>,
    pub detectors: Vec<DetectorEntry>,
    pub exporters: Vec<ExporterEntry>,
    pub plots: Vec<PlotEntry>,
    /// Settings in groups: what they belong to, and the knobs.
    pub knobs: Vec<KnobGroup>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FormatEntry {
    #[serde(flatten)]
    pub about: About,
    pub endings: &'static [&'static str],
}

#[derive(Debug, Clone, Serialize)]
pub struct DetectorEntry {
    #[serde(flatten)]
    pub about: About,
    pub family: Family,
}

#[derive(Debug, Clone, Serialize)]
pub struct ExporterEntry {
    #[serde(flatten)]
    pub about: About,
    pub files: &'static [&'static str],
    /// Whether every analysis writes it, or only where it is asked for.
    pub standard: bool,
    /// What one file of it may hold.
    pub bounds: Limits,
}

#[derive(Debug, Clone, Serialize)]
pub struct PlotEntry {
    #[serde(flatten)]
    pub about: About,
    pub file: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct KnobGroup {
    /// The key of the entry the knobs belong to.
    pub key: &'static str,
    pub title: &'static str,
    /// Whether `analysis::redecide` applies them to a finished analysis at once.
    pub live: bool,
    pub knobs: Vec<&'static Knob>,
}

/// The whole catalogue.
pub fn catalog() -> Catalog {
    Catalog {
        version: env!("CARGO_PKG_VERSION"),
        formats: FORMATS.iter().map(|f| FormatEntry { about: f.about, endings: f.endings }).collect(),
        packing: unpack::ABOUT,
        models: judge::MODELS.iter().map(|(about, _)| *about).collect(),
        detectors: DETECTORS.iter().map(|d| DetectorEntry { about: d.about, family: d.family }).collect(),
        exporters: EXPORTERS.iter().map(exporter).collect(),
        plots: PLOTS.iter().map(|p| PlotEntry { about: p.about, file: p.file }).collect(),
        knobs: groups(),
    }
}

fn exporter(exporter: &&Exporter) -> ExporterEntry {
    let Exporter { about, files, standard, limits, .. } = **exporter;
    ExporterEntry { about, files, standard, bounds: limits }
}

/// The group of knobs that decide on a finished analysis.
const POLICY: &str = "policy";

/// Every knob there is, for `Settings::check`.
pub fn knobs() -> Vec<&'static Knob> {
    groups().into_iter().flat_map(|group| group.knobs).collect()
}

fn groups() -> Vec<KnobGroup> {
    let named = |about: &About, knobs: &'static [&'static Knob]| (about.key, about.title, knobs);
    let models = judge::MODELS.iter().map(|(about, knobs)| named(about, knobs));
    let detectors = DETECTORS.iter().map(|detector| named(&detector.about, detector.knobs));
    let formats = FORMATS.iter().map(|format| named(&format.about, format.knobs));
    let verdict = [
        (POLICY, "What to block", policy::KNOBS),
        ("export", "Block lists", export::KNOBS),
        ("risk", "How evidence adds up", risk::KNOBS),
        (unpack::ABOUT.key, unpack::ABOUT.title, unpack::KNOBS),
        ("syslog", "Logs without a year", syslog::KNOBS),
    ];
    let all = verdict.into_iter().chain(models).chain(detectors).chain(formats);
    let groups = all.map(|(key, title, knobs)| KnobGroup { key, title, live: key == POLICY, knobs: knobs.to_vec() });
    groups.filter(|group| !group.knobs.is_empty()).collect()
}
