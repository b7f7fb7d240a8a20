//! New doors that stay shut, one after the other at a steady pace: a scan slow enough to hide.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::traffic::AddressId;

use super::attempts::Outcome;
use super::doors::{Door, doors_where, victims, when};
use super::evidence::{points, role, severity};
use super::needs::outcome_in_time;
use super::tally::Seen;
use super::{Detector, Scene};

pub const SLOW_SCAN: Detector = Detector {
    about: About {
        key: "slow_scan",
        title: "Slow scan",
        help: "What: looks for new ports of one target, or new targets on one port, that are tried in vain at long and \
               even intervals. Why: scanners can wait minutes between two probes so that no short window holds enough \
               of them; their steady pace gives them away, because people and programs that fail do so in bursts.",
        limits: "The whole input is one window: the slowest scan it can show is one probe per span divided by the \
                 number of probes asked for, and the report states that time. A scanner with random pauses is \
                 not seen here, only by the counts of the other scan detectors. It needs outcomes and times.",
    },
    knobs: &[&DOORS, &PAUSE],
    family: Family::Scanning,
    needs: outcome_in_time,
    run,
};

/// Slips reports more than five.
pub const DOORS: Knob = Knob {
    key: "slow_scan.doors",
    label: "Probes at a steady pace",
    help: "From this many new ports or targets on it is reported. 6 is Slips's number for a scan: more than five.",
    unit: "probes",
    range: Range::Integer { min: 4, max: 100_000, default: 6 },
};

/// nmap's timing template "sneaky" waits 15 s between probes, "paranoid" 300 s.
pub const PAUSE: Knob = Knob {
    key: "slow_scan.pause",
    label: "Pause between probes",
    help: "Pauses of at least this long are slow. 10 s is this program's own choice, below the 15 s of nmap's second slowest pace.",
    unit: "seconds",
    range: Range::Real { min: 0.1, max: 86_400.0, default: 10.0 },
};

/// Four of five pauses lie within this part of the median. Our own choice: a missed probe is forgiven.
const UNEVEN: f64 = 0.2;

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let threshold = scene.settings.count(&DOORS);
    let sources = scene.order.sources(threshold).filter(|&source| scene.outcomes.failed(source) >= threshold);
    sources.filter_map(|source| of_source(scene, source, threshold)).collect()
}

fn of_source(scene: &Scene<'_>, source: AddressId, threshold: usize) -> Option<Finding> {
    let timed = |door: &Door| scene.traffic.start.get(door.row as usize).is_some();
    let mut shut = doors_where(scene, source, |door| door.outcome == Outcome::Failed && timed(door));
    let on_target = shut.chunk_by(|a, b| a.target == b.target).map(<[Door]>::to_vec).max_by_key(Vec::len)?;
    shut.sort_by_key(|door| (door.port, door.target));
    let on_port = shut.chunk_by(|a, b| a.port == b.port).map(<[Door]>::to_vec).max_by_key(Vec::len)?;
    [on_target, on_port].into_iter().find_map(|mut doors| {
        let pause = pace(scene, &mut doors, threshold)?;
        (pause >= scene.settings.real(&PAUSE)).then(|| finding(scene, source, &doors, pause))
    })
}

/// The median pause between the first knocks at new doors, where the pauses are even. Sorts the doors by time.
fn pace(scene: &Scene<'_>, doors: &mut [Door], threshold: usize) -> Option<f64> {
    if doors.len() < threshold {
        return None;
    }
    let time = |door: &Door| when(scene.traffic, door.row);
    doors.sort_by(|a, b| time(a).total_cmp(&time(b)).then(a.row.cmp(&b.row)));
    let mut pauses: Vec<f64> = doors.windows(2).map(|two| time(&two[1]) - time(&two[0])).collect();
    pauses.sort_by(f64::total_cmp);
    let pause = *pauses.get(pauses.len() / 2)?;
    let even = pauses.iter().filter(|one| (**one - pause).abs() <= pause * UNEVEN).count();
    (even * 5 >= pauses.len() * 4).then_some(pause)
}

fn finding(scene: &Scene<'_>, source: AddressId, doors: &[Door], pause: f64) -> Finding {
    let subject = scene.traffic.address(source);
    let points = points(doors.len(), scene.settings.count(&DOORS), 40.0, 15.0, 70.0);
    let confidence = 0.7;
    let seen = Seen::of(scene.traffic, doors.iter().map(|door| door.row));
    let one_target = doors.iter().all(|door| door.target == doors[0].target);
    let what = if one_target { "ports of one target" } else { "targets on one port" };
    Finding {
        id: 0,
        detector: SLOW_SCAN.about.key,
        subject,
        role: role(confidence),
        victims: victims(scene.traffic, doors),
        first: seen.first,
        last: seen.last,
        rows: doors.iter().map(|door| u64::from(door.knocks)).sum(),
        severity: severity(points),
        confidence,
        points,
        technique: Some("T1046"),
        summary: format!("{subject} tried {} {what} in vain, one every {}", doors.len(), spoken(pause)),
    }
}

/// The slowest scan that this input can show: as many probes as are asked for, spread over all of it.
pub fn slowest(scene: &Scene<'_>) -> Option<String> {
    let (first, last) = scene.traffic.span()?;
    let probes = scene.settings.count(&DOORS);
    let pause = (last - first) / (probes - 1) as f64;
    let least = scene.settings.real(&PAUSE);
    Some(if pause < least {
        format!("this input spans {}: too short for {probes} probes {} apart", spoken(last - first), spoken(least))
    } else {
        format!(
            "this input spans {}: the slowest scan it can show makes one probe every {}",
            spoken(last - first),
            spoken(pause)
        )
    })
}

/// Seconds as a person says them.
fn spoken(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}
