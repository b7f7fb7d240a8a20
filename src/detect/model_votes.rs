//! Rows that the anomaly models find odd, gathered per source: the original script's own verdict.

use crate::about::About;
use crate::judge::normal::why;
use crate::model::finding::{Family, Finding, Role};
use crate::model::judgement::Judgement;
use crate::model::traffic::AddressId;

use super::evidence::severity;
use super::tally::Seen;
use super::{Detector, Scene};

pub const MODEL_VOTES: Detector = Detector {
    about: About {
        key: "model_votes",
        title: "Odd to both models",
        help: "What: names every address with at least one row that both the isolation forest and the one-class SVM \
               find odd. Why: what neither model expects is worth a look. The weight follows the share of the \
               address's rows that both find odd, and their number.",
        limits: "Odd is not hostile. Both models call a fixed share of any traffic odd, clean traffic included, and \
                 judge by the feature columns alone. So the risk counts at most 5 of these points, and they block nobody by \
                 themselves. Where only one model ran its vote stands alone and counts half.",
    },
    knobs: &[],
    family: Family::Models,
    needs,
    run,
};

/// What the votes on one address can add at most.
const MOST: f64 = 20.0;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let Judgement { forest, svm, missing, .. } = scene.judgement;
    if forest.is_some() || svm.is_some() {
        return Vec::new();
    }
    let reasons: Vec<String> = missing.iter().map(|(model, reason)| format!("{model}: {reason}")).collect();
    if reasons.is_empty() { vec!["a model that ran".to_owned()] } else { reasons }
}

/// The votes on one source's rows.
#[derive(Clone, Copy, Default)]
struct Votes {
    judged: u32,
    one: u32,
    all: u32,
    /// The first row that both find odd.
    example: Option<u32>,
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let models = [&scene.judgement.forest, &scene.judgement.svm].iter().filter(|model| model.is_some()).count();
    let mut votes = vec![Votes::default(); traffic.addresses().len()];
    let mut seen = vec![Seen::default(); traffic.addresses().len()];
    for (row, source) in traffic.source().iter().enumerate() {
        let Some(risk) = scene.judgement.point(row).and_then(|point| scene.judgement.risk(point)) else { continue };
        let votes = &mut votes[source.index()];
        votes.judged += 1;
        votes.one += u32::from(risk > 0.0 && risk < 1.0);
        if risk >= 1.0 {
            votes.all += 1;
            votes.example.get_or_insert(row as u32);
            seen[source.index()].add(traffic, row);
        }
    }
    let flagged = votes.iter().zip(&seen).enumerate().filter(|(_, (votes, _))| votes.all > 0);
    flagged.map(|(index, (votes, seen))| finding(scene, AddressId(index as u32), votes, *seen, models)).collect()
}

fn finding(scene: &Scene<'_>, source: AddressId, votes: &Votes, seen: Seen, models: usize) -> Finding {
    let subject = scene.traffic.address(source);
    let share = f64::from(votes.all) / f64::from(votes.judged);
    // A hundred odd rows are as many as it takes; one odd row of one says little.
    let number = (libm::log10(1.0 + f64::from(votes.all)) / 2.0).min(1.0);
    let points = MOST * share * number * if models == 2 { 1.0 } else { 0.5 };
    let who = if models == 2 { "both models" } else { "the one model that ran" };
    let why = votes.example.and_then(|row| why(scene.judgement, scene.judgement.point(row as usize)?));
    let example = why.map_or_else(String::new, |why| format!(". The first of them: {why}"));
    let summary = format!(
        "{} of {} judged rows of {subject} are odd to {who}; {} more to one of two{example}",
        votes.all, votes.judged, votes.one
    );
    Finding {
        id: 0,
        detector: MODEL_VOTES.about.key,
        subject,
        role: Role::Bystander,
        victims: Vec::new(),
        first: seen.first,
        last: seen.last,
        rows: seen.rows,
        severity: severity(points),
        confidence: 0.2 + 0.2 * share,
        points,
        technique: None,
        summary,
    }
}
