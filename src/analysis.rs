//! The pipeline on one page: files and databases in, then from rows to a report.

use std::ops::Range;

use crate::detect::{self, Scene, detect};
use crate::error::{Error, Result};
use crate::geo::{self, GeoDatabase};
use crate::ingest::intake::Intake;
use crate::ingest::reader::Reader;
use crate::ingest::stretch::Border;
use crate::judge::{self, JudgeSettings};
use crate::ml::{dbscan, forest, svm};
use crate::model::home::HOME;
use crate::model::judgement::{Judgement, UNJUDGED};
use crate::model::outcome::Outcome;
use crate::model::report::{Input, ModelRun, Models, REPORT_VERSION, Report, Span};
use crate::model::settings::Checked;
use crate::policy::{self, Guard};
use crate::risk;

/// Where an analysis stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done, as a person reads it.
    pub stage: &'static str,
    /// 0..1 of this stage.
    pub fraction: f64,
}

/// An analysis that is taking in files.
pub struct Analysis {
    settings: Checked,
    intake: Intake,
    reader: Option<Reader>,
    /// Of each file given: the numbers of it and of a bundle's members, and their accounts.
    inputs: Vec<(Range<usize>, Vec<Input>)>,
    file: usize,
    /// Files begun so far.
    given: usize,
    databases: Vec<GeoDatabase>,
}

impl Analysis {
    pub fn new(settings: Checked) -> Self {
        Analysis {
            settings,
            intake: Intake::default(),
            reader: None,
            inputs: Vec::new(),
            file: 0,
            given: 0,
            databases: Vec::new(),
        }
    }

    /// Starts the next traffic file.
    pub fn begin(&mut self, name: &str) {
        self.file = self.intake.files();
        self.given += 1;
        self.reader = Some(Reader::new(name, &mut self.intake));
    }

    /// Takes the next slice of the file. An error ends this file; others may still be read.
    pub fn feed(&mut self, slice: &[u8]) -> Result<()> {
        let reader = self.reader.as_mut().ok_or_else(|| Error::unreadable("no file was begun"))?;
        let fed = reader.feed(slice, &self.settings, &mut self.intake);
        if let Err(error) = &fed
            && let Some(reader) = self.reader.take()
        {
            let inputs = reader.give_up(error, &self.settings, &mut self.intake);
            self.keep(inputs);
        }
        fed
    }

    /// Where the file begun can be read by several at once, sets out to: then `append` takes the place of `feed`.
    /// `head` is the start of the file, of `bytes` bytes in all.
    pub fn divide(&mut self, head: &[u8], bytes: u64) -> bool {
        self.reader.as_mut().is_some_and(|reader| reader.divide(head, bytes, &self.settings))
    }

    /// Appends the next stretch of the file, or gives the border from which it is to be read again.
    pub fn append(&mut self, part: &[u8]) -> Result<Option<Border>> {
        self.reader.as_mut().map_or(Ok(None), |reader| reader.append(part, &mut self.intake))
    }

    /// Makes room for the rows to come, where this share of the file at hand has been read.
    pub fn expect(&mut self, share: f64) {
        self.intake.expect(share);
    }

    /// Ends the file.
    pub fn finish_file(&mut self) -> Result<()> {
        let reader = self.reader.take().ok_or_else(|| Error::unreadable("no file was begun"))?;
        let inputs = reader.finish(&self.settings, &mut self.intake)?;
        self.keep(inputs);
        Ok(())
    }

    /// Keeps what became of the file at hand, which a bundle makes several of.
    fn keep(&mut self, mut inputs: Vec<Input>) {
        inputs.iter_mut().filter_map(|input| input.given.as_mut()).for_each(|given| *given = self.given - 1);
        self.inputs.push((self.file..self.intake.files(), inputs));
    }

    /// Adds a GeoIP database. A damaged one is kept with its error and does not stop the analysis.
    pub fn database(&mut self, name: &str, bytes: Vec<u8>) {
        self.databases.push(GeoDatabase::open(name, bytes));
    }

    /// Rows read so far.
    pub fn rows(&self) -> usize {
        self.intake.traffic.rows()
    }

    /// From rows to a report. Fails only where no file gave any row.
    pub fn run(self, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        let Analysis { settings, mut intake, mut inputs, databases, .. } = self;
        let place = intake.settle();
        // A bundle and its members stay together, where the first of them belongs.
        inputs.sort_by_cached_key(|(files, _)| files.clone().map(|file| place[file]).min());
        let inputs: Vec<Input> = inputs.into_iter().flat_map(|(_, inputs)| inputs).collect();
        let rejected = intake.rejected();
        let mut traffic = intake.traffic;
        traffic.close();
        // A capture of nothing but ARP has no flows, and yet something to find.
        if traffic.rows() == 0 && traffic.observations.is_empty() {
            return Err(nothing_read(&inputs));
        }
        progress(Progress { stage: "Looking up places", fraction: 0.0 });
        let geography = geo::locate(traffic.addresses(), &databases);
        let judgement = judge::judge(&traffic, &JudgeSettings::new(&settings)?, &mut |stage, fraction| {
            progress(Progress { stage: stage_title(stage), fraction });
        });
        progress(Progress { stage: "Grouping the flows", fraction: 0.0 });
        let scene = Scene::new(&traffic, &geography, &judgement, &settings);
        let (findings, detectors) = detect(&scene, |about| progress(Progress { stage: about.title, fraction: 0.0 }));
        // The hosts may need the room.
        drop(scene);
        progress(Progress { stage: "Weighing the evidence", fraction: 0.0 });
        let mut hosts = risk::assess(&traffic, &geography, &findings, &settings);
        let surroundings = policy::surroundings(&traffic, &settings);
        let withheld = policy::decide(hosts.iter_mut(), Guard::new(&settings, &surroundings), &settings);
        let report = Report {
            version: REPORT_VERSION,
            generator: format!("flowglass {}", env!("CARGO_PKG_VERSION")),
            settings,
            surroundings,
            span: traffic.span().map(|(first, last)| Span { first, last }),
            inputs,
            databases: geography.sources.clone(),
            models: models(&judgement),
            origins: detect::origins(&traffic, &findings),
            detectors,
            findings,
            hosts,
            withheld,
            rejected,
        };
        Ok(Outcome { traffic, geography, judgement, report })
    }
}

/// Decides anew with other policy settings, without running anything again.
pub fn redecide(outcome: &mut Outcome, settings: Checked) {
    let report = &mut outcome.report;
    // Only other home networks make another look at the traffic necessary, which takes its time.
    if settings.networks(&HOME) != report.settings.networks(&HOME) {
        report.surroundings = policy::surroundings(&outcome.traffic, &settings);
    }
    let guard = Guard::new(&settings, &report.surroundings);
    report.withheld = policy::decide(report.hosts.iter_mut(), guard, &settings);
    report.settings = settings;
}

/// The stage of the models as a person reads it: the model's title, or the step's own name.
fn stage_title(key: &'static str) -> &'static str {
    let model = judge::MODELS.iter().find(|(about, _)| about.key == key);
    model.map_or(if key == "silhouette" { "Silhouette" } else { "Standardising the ports" }, |(about, _)| about.title)
}

fn nothing_read(inputs: &[Input]) -> Error {
    let reasons = inputs.iter().flat_map(|input| &input.reasons);
    let reasons: Vec<String> = reasons.take(3).map(|count| format!("{} ({} rows)", count.reason, count.rows)).collect();
    match reasons.as_slice() {
        [] => Error::unreadable("no row was read: give a traffic file that has at least one data row"),
        _ => Error::unreadable(format!("every row was rejected: {}", reasons.join("; "))),
    }
}

fn models(judgement: &Judgement) -> Models {
    let missing = |key: &str| {
        let reason = judgement.missing.iter().find(|(model, _)| *model == key);
        reason.map_or_else(|| "it did not run".to_owned(), |(_, reason)| reason.clone())
    };
    fn run<T, S: Clone>(answer: &Option<T>, summary: fn(&T) -> &S, why: impl FnOnce() -> String) -> ModelRun<S> {
        match answer {
            Some(answer) => ModelRun::Ran(summary(answer).clone()),
            None => ModelRun::NotComputable { not_computable: why() },
        }
    }
    Models {
        features: judgement.features.clone(),
        unjudged: judgement.point_of.iter().filter(|&&point| point == UNJUDGED).count() as u64,
        points: judgement.weights.len() as u64,
        isolation_forest: run(&judgement.forest, |model| &model.summary, || missing(forest::ABOUT.key)),
        one_class_svm: run(&judgement.svm, |model| &model.summary, || missing(svm::ABOUT.key)),
        dbscan: run(&judgement.clusters, |model| &model.summary, || missing(dbscan::ABOUT.key)),
    }
}
