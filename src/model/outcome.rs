//! What an analysis leaves: the traffic, the models' verdicts per row, and the report.

use super::geo::Geography;
use super::judgement::Judgement;
use super::report::Report;
use super::traffic::Traffic;

/// A finished analysis. Exporters and views read it; only the policy changes it.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub traffic: Traffic,
    pub geography: Geography,
    pub judgement: Judgement,
    pub report: Report,
}
