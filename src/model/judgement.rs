//! What the three models say: of each distinct point, and so of each row.

use ndarray::Array2;
use serde::Serialize;

/// `Judgement::point_of` of a row that lacks one of the features.
pub const UNJUDGED: u32 = u32::MAX;

/// The models' verdicts. Rows with equal features share one point, so all columns are per point.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The features' names, one per column of `values`.
    pub features: Vec<&'static str>,
    /// The point of each row, or `UNJUDGED`.
    pub point_of: Vec<u32>,
    /// Points × features, before standardising.
    pub values: Array2<u16>,
    /// The number of rows at each point.
    pub weights: Vec<u32>,
    /// Between which values of each feature the middle nine in ten rows lie.
    pub normal: Vec<[f64; 2]>,
    pub forest: Option<Verdict>,
    pub svm: Option<Verdict>,
    pub clusters: Option<Clusters>,
    /// Why a model is missing, one line each: `(model key, reason)`.
    pub missing: Vec<(&'static str, String)>,
}

/// One anomaly model's answer per point.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// scikit-learn's own score (`score_samples` of the forest, `decision_function` of the SVM): lower is worse.
    pub score: Vec<f64>,
    pub anomalous: Vec<bool>,
    pub summary: VerdictSummary,
}

/// What the report says of one anomaly model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VerdictSummary {
    /// Rows judged anomalous.
    pub anomalies: u64,
    /// A row is anomalous where its score is below this.
    pub threshold: f64,
    /// False where the model was fitted on a sample or on cells.
    pub exact: bool,
    /// How far off an approximation is: the share of rows whose label would differ, measured on a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// How it was computed, in a sentence.
    pub method: String,
}

/// DBSCAN's answer per point.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// Numbered as scikit-learn numbers them; -1 is noise.
    pub label: Vec<i32>,
    pub summary: ClusterSummary,
}

/// What the report says of the clustering.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ClusterSummary {
    pub clusters: u64,
    /// Rows that are noise.
    pub noise: u64,
    /// The mean silhouette over all rows, noise counted as one label; none where fewer than two labels exist.
    pub silhouette: Option<f64>,
    /// The standard error where the silhouette comes from a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silhouette_error: Option<f64>,
    pub exact: bool,
    pub method: String,
}

impl Judgement {
    /// The point of `row`, where the models could judge it.
    pub fn point(&self, row: usize) -> Option<usize> {
        self.point_of.get(row).filter(|&&point| point != UNJUDGED).map(|&point| point as usize)
    }

    /// The mean of the two anomaly models' votes on a point: 0, 0.5 or 1, higher is worse.
    /// A model that did not run has no vote.
    pub fn risk(&self, point: usize) -> Option<f64> {
        let votes = [&self.forest, &self.svm].map(|model| model.as_ref().map(|m| m.anomalous[point]));
        let cast = votes.iter().flatten();
        let (yes, all) = cast.fold((0, 0), |(yes, all), &vote| (yes + i32::from(vote), all + 1));
        (all > 0).then(|| f64::from(yes) / f64::from(all))
    }
}
