//! How well a ranking separates the guilty from the rest: average precision, area under the ROC curve, precision, recall.

/// One thing that was judged: its score (higher is worse) and whether it is guilty.
pub type Judged = (f64, bool);

/// The mean, over the guilty, of the precision at each one's place in the ranking. Equal scores share one place,
/// so that a constant score gives the share of the guilty and no luck of order. None where nobody is guilty.
pub fn average_precision(judged: &[Judged]) -> Option<f64> {
    let guilty = judged.iter().filter(|one| one.1).count();
    let (mut seen, mut caught, mut sum) = (0.0, 0.0, 0.0);
    for ties in ranked(judged).chunk_by(|a, b| a.0 == b.0) {
        let here = ties.iter().filter(|one| one.1).count() as f64;
        seen += ties.len() as f64;
        caught += here;
        sum += here * caught / seen;
    }
    (guilty > 0).then(|| sum / guilty as f64)
}

/// The chance that a guilty one ranks above an innocent one; a tie counts half. None where one kind is missing.
pub fn roc_auc(judged: &[Judged]) -> Option<f64> {
    let guilty = judged.iter().filter(|one| one.1).count() as f64;
    let innocent = judged.len() as f64 - guilty;
    let (mut above, mut sum) = (0.0, 0.0);
    for ties in ranked(judged).chunk_by(|a, b| a.0 == b.0) {
        let here = ties.iter().filter(|one| one.1).count() as f64;
        let others = ties.len() as f64 - here;
        sum += others * (above + here / 2.0);
        above += here;
    }
    (guilty > 0.0 && innocent > 0.0).then(|| sum / guilty / innocent)
}

fn ranked(judged: &[Judged]) -> Vec<Judged> {
    let mut ranked = judged.to_vec();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

/// Who was named, of whom.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Named {
    pub guilty: usize,
    pub rightly: usize,
    pub wrongly: usize,
}

impl Named {
    /// Names everyone with at least this score.
    pub fn at(judged: &[Judged], threshold: f64) -> Named {
        let count = |wanted: bool| judged.iter().filter(|one| one.0 >= threshold && one.1 == wanted).count();
        Named { guilty: judged.iter().filter(|one| one.1).count(), rightly: count(true), wrongly: count(false) }
    }

    pub fn add(&mut self, other: Named) {
        self.guilty += other.guilty;
        self.rightly += other.rightly;
        self.wrongly += other.wrongly;
    }

    pub fn precision(self) -> Option<f64> {
        let named = self.rightly + self.wrongly;
        (named > 0).then(|| self.rightly as f64 / named as f64)
    }

    pub fn recall(self) -> Option<f64> {
        (self.guilty > 0).then(|| self.rightly as f64 / self.guilty as f64)
    }
}

/// Checked on every run, for a bench has no tests: a wrong measure would make every number below it wrong.
pub fn check() {
    let judged = [(0.9, true), (0.8, false), (0.8, true), (0.1, false)];
    let near =
        |value: Option<f64>, wanted: f64| assert!((value.unwrap() - wanted).abs() < 1e-12, "{value:?}, not {wanted}");
    near(average_precision(&judged), (1.0 + 2.0 / 3.0) / 2.0);
    near(roc_auc(&judged), 3.5 / 4.0);
    near(roc_auc(&judged.map(|one| (0.0, one.1))), 0.5);
    assert_eq!(average_precision(&judged[3..]), None);
    assert_eq!(Named::at(&judged, 0.8), Named { guilty: 2, rightly: 2, wrongly: 1 });
}
