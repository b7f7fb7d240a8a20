//! One person in two distant places within too short a time: not computable from addresses alone.

use crate::about::About;
use crate::model::finding::{Family, Finding};

use super::{Detector, Scene};

pub const IMPOSSIBLE_TRAVEL: Detector = Detector {
    about: About {
        key: "impossible_travel",
        title: "Impossible travel",
        help: "What: would compare the places from which one person logs in. Why: nobody is in two distant cities \
               within an hour, so one of the two is somebody else with the same password. It stands here so that \
               nobody takes its silence for an all-clear.",
        limits: "It never runs: no format that is read has a column for a person, a device or a session, and an \
                 address is none of these. The same address does not travel, and two addresses are not one person.",
    },
    knobs: &[],
    family: Family::Spoofing,
    needs,
    run,
};

fn needs(_: &Scene<'_>) -> Vec<String> {
    vec!["a column that tells who logs in (user, device or session), which no format read here has".to_owned()]
}

fn run(_: &Scene<'_>) -> Vec<Finding> {
    Vec::new()
}
