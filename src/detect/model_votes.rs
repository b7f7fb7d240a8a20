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
#[derive(Clone, Copy)]
struct Votes {
    judged: u32,
    one: u32,
    all: u32,
    /// The first and the last row that both find odd.
    rows: [u32; 2],
}

/// A column for each number, because there may be millions of sources.
struct Counts {
    one: Vec<u32>,
    all: Vec<u32>,
    first: Vec<u32>,
    last: Vec<u32>,
}

impl Counts {
    fn of(scene: &Scene<'_>) -> Self {
        let none = vec![0; scene.traffic.addresses().len()];
        let mut counts = Counts { one: none.clone(), all: none.clone(), first: none.clone(), last: none };
        for (row, source) in (0..).zip(scene.traffic.source()) {
            let Some(risk) = risk(scene.judgement, row).filter(|risk| *risk > 0.0) else { continue };
            let at = source.index();
            if risk < 1.0 {
                counts.one[at] += 1;
                continue;
            }
            if counts.all[at] == 0 {
                counts.first[at] = row;
            }
            (counts.all[at], counts.last[at]) = (counts.all[at] + 1, row);
        }
        counts
    }

    fn votes(&self, scene: &Scene<'_>, source: AddressId) -> Votes {
        let at = source.index();
        let judged = |row: &&u32| scene.judgement.point(**row as usize).is_some();
        let judged = scene.order.rows(source).iter().filter(judged).count() as u32;
        Votes { judged, one: self.one[at], all: self.all[at], rows: [self.first[at], self.last[at]] }
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let models = [&scene.judgement.forest, &scene.judgement.svm].iter().filter(|model| model.is_some()).count();
    let counts = Counts::of(scene);
    let sources = scene.order.sources(1).filter(|source| counts.all[source.index()] > 0);
    let mut flagged: Vec<(AddressId, Votes)> = sources.map(|source| (source, counts.votes(scene, source))).collect();
    drop(counts);
    if flagged.len() > MOST_LISTED {
        scene.leave_out(flagged.len() - MOST_LISTED);
        flagged.sort_by(|a, b| points(&b.1, models).total_cmp(&points(&a.1, models)).then(a.0.cmp(&b.0)));
        flagged.truncate(MOST_LISTED);
        flagged.sort_unstable_by_key(|(source, _)| *source);
    }
    flagged.into_iter().map(|(source, votes)| finding(scene, source, &votes, models)).collect()
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
    let seen = Seen { rows: u64::from(votes.all), ..Seen::of(scene.traffic, votes.rows) };
    let who = if models == 2 { "both models" } else { "the one model that ran" };
    let first = scene.judgement.point(votes.rows[0] as usize);
    let why = first.and_then(|point| why(scene.judgement, point));
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
