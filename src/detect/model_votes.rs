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
                 themselves. Where only one model ran its vote stands alone and counts half. The 100,000 addresses with \
                 the most points are listed.",
    },
    knobs: &[],
    family: Family::Models,
    needs,
    run,
};

/// What the votes on one address can add at most.
const MOST: f64 = 20.0;

/// Some 300 bytes each. Our own choice.
const MOST_LISTED: usize = 100_000;

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
    let models = [&scene.judgement.forest, &scene.judgement.svm].iter().filter(|model| model.is_some()).count();
    let of = |source| Some((source, votes(scene, source))).filter(|(_, votes)| votes.all > 0);
    let mut flagged: Vec<(AddressId, Votes)> = scene.order.sources(1).filter_map(of).collect();
    if flagged.len() > MOST_LISTED {
        scene.leave_out(flagged.len() - MOST_LISTED);
        flagged.sort_by(|a, b| points(&b.1, models).total_cmp(&points(&a.1, models)).then(a.0.cmp(&b.0)));
        flagged.truncate(MOST_LISTED);
        flagged.sort_unstable_by_key(|(source, _)| *source);
    }
    flagged.into_iter().map(|(source, votes)| finding(scene, source, &votes, models)).collect()
}

fn votes(scene: &Scene<'_>, source: AddressId) -> Votes {
    let mut votes = Votes::default();
    for &row in scene.order.rows(source) {
        let Some(risk) = risk(scene.judgement, row) else { continue };
        votes.judged += 1;
        votes.one += u32::from(risk > 0.0 && risk < 1.0);
        if risk >= 1.0 {
            votes.all += 1;
            votes.example = Some(votes.example.map_or(row, |first| first.min(row)));
        }
    }
    votes
}

fn risk(judgement: &Judgement, row: u32) -> Option<f64> {
    judgement.risk(judgement.point(row as usize)?)
}

fn points(votes: &Votes, models: usize) -> f64 {
    let share = f64::from(votes.all) / f64::from(votes.judged);
    // A hundred odd rows are as many as it takes; one odd row of one says little.
    let number = (libm::log10(1.0 + f64::from(votes.all)) / 2.0).min(1.0);
    MOST * share * number * if models == 2 { 1.0 } else { 0.5 }
}

fn finding(scene: &Scene<'_>, source: AddressId, votes: &Votes, models: usize) -> Finding {
    let subject = scene.traffic.address(source);
    let share = f64::from(votes.all) / f64::from(votes.judged);
    let points = points(votes, models);
    let odd = |row: &u32| risk(scene.judgement, *row).is_some_and(|risk| risk >= 1.0);
    let seen = Seen::of(scene.traffic, scene.order.rows(source).iter().copied().filter(odd));
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
