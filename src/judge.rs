//! Lets the models judge the traffic: features, standardised, then forest, SVM, clusters and their silhouette.

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};

use crate::about::{About, Knob};
use crate::error::Result;
use crate::features::Features;
use crate::features::ports::ports;
use crate::ml::dbscan::{self, DbscanParams, DbscanValidParams, NOISE};
use crate::ml::forest::{self, ForestParams, ForestValidParams};
use crate::ml::points::Points;
use crate::ml::scaler::StandardScaler;
use crate::ml::silhouette::{BUDGET, silhouette};
use crate::ml::svm::{self, SvmParams, SvmValidParams};
use crate::model::judgement::{ClusterSummary, Clusters, Judgement, UNJUDGED, Verdict, VerdictSummary};
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

pub mod normal;

/// The three models of the original script, each with its settings, in the order of the form.
pub const MODELS: &[(About, &[&Knob])] = &[
    (forest::ABOUT, &[&forest::TREES, &forest::MAX_SAMPLES, &forest::CONTAMINATION, &forest::SEED]),
    (svm::ABOUT, &[&svm::NU, &svm::GAMMA, &svm::EXACT_ROWS]),
    (dbscan::ABOUT, &[&dbscan::EPS, &dbscan::MIN_SAMPLES]),
];

/// The checked parameters of all models.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeSettings {
    pub forest: ForestValidParams,
    pub svm: SvmValidParams,
    pub dbscan: DbscanValidParams,
}

impl JudgeSettings {
    /// Reads the knobs of `MODELS`; in two of them 0 leaves the choice to the model.
    ///
    /// # Errors
    /// Where a value is outside what the model takes.
    pub fn new(settings: &Checked) -> Result<Self> {
        let or_auto = |knob| Some(settings.real(knob)).filter(|&value| value > 0.0);
        Ok(JudgeSettings {
            forest: ForestParams::new(
                settings.count(&forest::TREES),
                settings.count(&forest::MAX_SAMPLES),
                or_auto(&forest::CONTAMINATION),
                settings.count(&forest::SEED) as u32,
            )
            .check()?,
            svm: SvmParams::new(settings.real(&svm::NU), or_auto(&svm::GAMMA), settings.count(&svm::EXACT_ROWS))
                .check()?,
            dbscan: DbscanParams::new(settings.real(&dbscan::EPS), settings.count(&dbscan::MIN_SAMPLES) as u32)
                .check()?,
        })
    }
}

/// One model's run: it says how much of it is done, 0 to 1.
type Model<'a> = &'a mut dyn FnMut(&mut dyn FnMut(f64)) -> Result<()>;

/// Runs the models on the ports. Never fails: a model that cannot run is in `missing`, with what it lacks.
/// `progress` hears each stage's key and how much of the stage is done, 0 to 1.
pub fn judge(traffic: &Traffic, settings: &JudgeSettings, progress: &mut dyn FnMut(&'static str, f64)) -> Judgement {
    progress("features", 0.0);
    let Features { names, values, point_of, weights } = ports(traffic);
    let judged = point_of.iter().filter(|&&point| point != UNJUDGED).count();
    let normal = normal::ranges(&values, &weights);
    let mut judgement = Judgement { features: names, point_of, values, weights, normal, ..Judgement::default() };
    progress("features", 1.0);
    if let Some(reason) = lacking(&judgement, judged) {
        let all = [forest::ABOUT.key, svm::ABOUT.key, dbscan::ABOUT.key];
        judgement.missing = all.map(|key| (key, reason.clone())).into();
        return judgement;
    }
    let data = DatasetBase::new(lend(&mut judgement, judged), ());
    let mut run = |key: &'static str, model: Model<'_>| {
        progress(key, 0.0);
        let outcome = model(&mut |part| progress(key, part));
        progress(key, 1.0);
        outcome.err().map(|error| (key, error.to_string()))
    };
    let missing = [
        run(forest::ABOUT.key, &mut |part| {
            by_forest(&data, settings, part).map(|found| judgement.forest = Some(found))
        }),
        run(svm::ABOUT.key, &mut |_| by_svm(&data, settings).map(|found| judgement.svm = Some(found))),
        run(dbscan::ABOUT.key, &mut |_| by_dbscan(&data, settings).map(|found| judgement.clusters = Some(found))),
    ];
    judgement.missing = missing.into_iter().flatten().collect();
    if let Some(clusters) = &mut judgement.clusters {
        progress("silhouette", 0.0);
        add_silhouette(&data.records, clusters);
        progress("silhouette", 1.0);
    }
    let Points { of_row, weights, .. } = data.records;
    judgement.weights = weights;
    if judgement.point_of.is_empty() {
        judgement.point_of = of_row;
    }
    judgement
}

/// The standardised points of the judged rows. The weights, and the rows' points where every row is judged, are moved,
/// not copied: of ten million rows a copy would be 80 MB. They come back after the models.
fn lend(judgement: &mut Judgement, judged: usize) -> Points {
    let weights = std::mem::take(&mut judgement.weights);
    let of_row = if judged == judgement.point_of.len() {
        std::mem::take(&mut judgement.point_of)
    } else {
        judgement.point_of.iter().copied().filter(|&point| point != UNJUDGED).collect()
    };
    let mut points = Points { values: judgement.values.mapv(f64::from), of_row, weights };
    StandardScaler::fit(&points).apply(&mut points.values);
    points
}

/// What the input lacks for any model to run.
fn lacking(judgement: &Judgement, judged: usize) -> Option<String> {
    if judgement.features.is_empty() {
        return Some(
            "The input has neither a source port nor a destination port, and the models judge by those.".into(),
        );
    }
    let features = judgement.features.join(" and ").replace('_', " ");
    match judged {
        0 => Some(format!("No row has a {features} at once; a model needs at least 2 such rows.")),
        1 => Some(format!("Only one row has a {features}; a model needs at least 2 such rows.")),
        _ => None,
    }
}

type Data = DatasetBase<Points, ()>;

fn by_forest(data: &Data, settings: &JudgeSettings, progress: &mut dyn FnMut(f64)) -> Result<Verdict> {
    let found = settings.forest.fit_watched(&data.records, progress)?;
    let anomalous = found.anomalous();
    let summary = VerdictSummary {
        anomalies: rows_where(&data.records, &anomalous),
        threshold: found.offset,
        exact: true,
        error: None,
        method: "scikit-learn's forest of the same seed, scored on every distinct row.".into(),
    };
    Ok(Verdict { score: found.scores, anomalous, summary })
}

fn by_svm(data: &Data, settings: &JudgeSettings) -> Result<Verdict> {
    let found = settings.svm.fit(data)?;
    let anomalous = found.anomalous();
    let summary = VerdictSummary {
        anomalies: rows_where(&data.records, &anomalous),
        threshold: 0.0,
        exact: found.exact,
        error: found.error,
        method: found.method,
    };
    Ok(Verdict { score: found.decision, anomalous, summary })
}

fn by_dbscan(data: &Data, settings: &JudgeSettings) -> Result<Clusters> {
    let found = settings.dbscan.fit(data)?;
    let noise: Vec<bool> = found.labels.iter().map(|&label| label == NOISE).collect();
    let summary = ClusterSummary {
        clusters: found.clusters as u64,
        noise: rows_where(&data.records, &noise),
        silhouette: None,
        silhouette_error: None,
        exact: true,
        method: "Every distinct row compared with those near it on a grid.".into(),
    };
    Ok(Clusters { label: found.labels, summary })
}

fn add_silhouette(points: &Points, clusters: &mut Clusters) {
    let summary = &mut clusters.summary;
    let Some(found) = silhouette(points, &clusters.label, BUDGET) else {
        summary.method += " No silhouette: it needs at least two labels, and fewer than rows.";
        return;
    };
    summary.silhouette = Some(found.mean);
    summary.silhouette_error = found.error;
    if found.error.is_some() {
        summary.method += " The silhouette is estimated from a sample of rows of every label.";
    }
}

fn rows_where(points: &Points, flags: &[bool]) -> u64 {
    let chosen = points.weights.iter().zip(flags).filter(|(_, flag)| **flag);
    chosen.map(|(&weight, _)| u64::from(weight)).sum()
}

#[cfg(test)]
mod tests;
