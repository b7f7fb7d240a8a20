//! Attacks made up over a wide range of parameters are found on an ordinary day's traffic, and what merely resembles
//! them is never to be blocked.
#![cfg(not(target_arch = "wasm32"))]

mod common;
#[path = "synthetic/attacks.rs"]
mod attacks;
#[path = "synthetic/browsing.rs"]
mod browsing;
#[path = "synthetic/dice.rs"]
mod dice;
#[path = "synthetic/lan.rs"]
mod lan;
#[path = "synthetic/leaks.rs"]
mod leaks;
#[path = "synthetic/local.rs"]
mod local;
#[path = "synthetic/lookalikes.rs"]
mod lookalikes;
#[path = "synthetic/office.rs"]
mod office;
#[path = "synthetic/pretence.rs"]
mod pretence;
#[path = "synthetic/talk.rs"]
mod talk;
#[path = "synthetic/volleys.rs"]
mod volleys;

use flowglass::detect::{Scene, detect};
use flowglass::model::address::Address;
use flowglass::model::chunked::Chunked;
use flowglass::model::finding::Finding;
use flowglass::model::geo::Geography;
use flowglass::model::judgement::Judgement;
use flowglass::model::report::Host;
use flowglass::model::settings::Checked;
use flowglass::model::traffic::Traffic;
use flowglass::risk;

use attacks::{ATTACKS, Attack};
use dice::{Dice, Kind};
use lan::Lan;
use lookalikes::LOOKALIKES;
use talk::{Sensor, Talk};

const WATCH: f64 = 30.0;
const BLOCK: f64 = 60.0;
/// Draws of each kind.
const DRAWS: u64 = 12;

/// The hosts and the findings behind them.
struct Found {
    hosts: Chunked<Host>,
    findings: Vec<Finding>,
}

impl Found {
    fn of(traffic: &Traffic) -> Self {
        let (geography, judgement, settings) = (Geography::default(), Judgement::default(), Checked::default());
        let (findings, _) = detect(&Scene::new(traffic, &geography, &judgement, &settings), |_| ());
        let hosts = risk::assess(traffic, &geography, &findings, &settings);
        Found { hosts, findings }
    }

    fn risk(&self, address: Address) -> f64 {
        self.hosts.iter().find(|host| host.address == address).map_or(0.0, |host| host.risk)
    }

    /// Who stands at a threshold or above, with what for.
    fn from(&self, least: f64) -> Vec<String> {
        let standing = self.hosts.iter().filter(|host| host.risk >= least);
        standing.map(|host| self.told(host.address)).collect()
    }

    fn told(&self, address: Address) -> String {
        let own = self.findings.iter().filter(|finding| finding.subject == address);
        let lines: Vec<String> = own
            .map(|finding| {
                format!("    {:.0} {:.2} {}: {}", finding.points, finding.confidence, finding.detector, finding.summary)
            })
            .collect();
        format!("{address} at {:.0}\n{}", self.risk(address), lines.join("\n"))
    }
}

/// The day with something added, in order of time, as the sensor writes it.
fn seen(day: &[Talk], added: &[Talk], sensor: Sensor) -> Traffic {
    let mut talks: Vec<&Talk> = day.iter().chain(added).collect();
    talks.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut traffic = Traffic::default();
    talks.iter().for_each(|talk| traffic.push(&talk.record(sensor)));
    traffic
}

const SENSORS: [Sensor; 2] = [Sensor::States, Sensor::Counts];

/// Puts every draw of every kind into the ordinary day, before each sensor, and fails where anything is wrong with what is
/// found. `faults` is told what it looks at in words, too.
fn hold_each<T>(kinds: &[Kind<T>], talks: impl Fn(&T) -> &[Talk], faults: impl Fn(&str, &T, &Found) -> Vec<String>) {
    let day = office::day();
    let mut wrong = Vec::new();
    for (name, draw) in kinds {
        for number in 0..DRAWS {
            let drawn = draw(&mut Dice::new(name, number));
            for sensor in SENSORS {
                let found = Found::of(&seen(&day, talks(&drawn), sensor));
                wrong.extend(faults(&format!("{name} {number}, {sensor:?}"), &drawn, &found));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// Each of these hosts is a fault.
fn each(at: &str, hosts: Vec<String>) -> Vec<String> {
    hosts.into_iter().map(|host| format!("{at}: {host}")).collect()
}

/// What is wrong with what was found of an attack.
fn faults(at: &str, attack: &Attack, found: &Found) -> Vec<String> {
    let mut faults = Vec::new();
    let at = format!("{at}, {}", attack.drawn);
    let least = if attack.block { BLOCK } else { WATCH };
    let missed: Vec<&Address> = attack.by.iter().filter(|&&by| found.risk(by) < least).collect();
    // Of a crowd most are enough.
    if missed.len() * 2 > attack.by.len() || attack.by.len() == 1 && !missed.is_empty() {
        faults.push(format!("{at}: {} of {} below {least}: {}", missed.len(), attack.by.len(), found.told(*missed[0])));
    }
    let others = found.hosts.iter().filter(|host| host.risk >= BLOCK && !attack.by.contains(&host.address));
    faults.extend(others.map(|host| format!("{at}: innocent {}", found.told(host.address))));
    faults
}

#[test]
fn the_ordinary_day_has_nobody_to_watch() {
    for sensor in SENSORS {
        let found = Found::of(&seen(&office::day(), &[], sensor));
        let watched = found.from(WATCH);
        assert!(watched.is_empty(), "{sensor:?}\n{}", watched.join("\n"));
    }
}

#[test]
fn attacks_are_found() {
    hold_each(ATTACKS, |attack| &attack.talks, faults);
}

#[test]
fn what_resembles_an_attack_is_never_to_be_blocked() {
    hold_each(LOOKALIKES, |talks| talks, |at, _, found| each(at, found.from(BLOCK)));
}

#[test]
fn what_only_a_finding_tells_is_found() {
    hold_each(
        leaks::SIGNS,
        |sign| &sign.talks,
        |at, sign, found| {
            let is_told = |finding: &Finding| finding.detector == sign.detector && finding.subject == sign.on;
            let mut faults = each(at, found.from(BLOCK));
            if !found.findings.iter().any(is_told) {
                faults.push(format!("{at}, {}: {}", sign.drawn, found.told(sign.on)));
            }
            faults
        },
    );
}

#[test]
fn what_resembles_a_sign_is_not_even_watched() {
    hold_each(leaks::LOOKALIKES, |talks| talks, |at, _, found| each(at, found.from(WATCH)));
}

/// Real traffic in which nobody attacks.
const REAL: &[&str] = &[
    "ctu-sme-11-benign-day/conn.log.labeled",
    "argus/01defe30_Normal__CTU-Normal-7-2013-13-07.binetflow",
    "iot-23/benign-three-exporters/Zeek__b1.log",
];

#[test]
fn attacks_are_found_in_real_traffic() {
    let Some(data) = common::data() else { return };
    let mut wrong = Vec::new();
    for file in REAL {
        let bytes = std::fs::read(data.join("labelled").join(file)).unwrap();
        let (_, quiet) = common::read(file, &bytes, 1 << 20, "{}").unwrap();
        let later = quiet.span().map_or(0.0, |span| span.0) - office::START;
        for (name, draw) in ATTACKS {
            for number in 100..102 {
                let attack = draw(&mut Dice::new(name, number));
                let mut traffic = quiet.clone();
                for talk in &attack.talks {
                    traffic.push(&Talk { at: talk.at + later, ..*talk }.record(Sensor::States));
                }
                let at = format!("{file}: {name} {number}, {:?}", Sensor::States);
                wrong.extend(faults(&at, &attack, &Found::of(&traffic)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// What is found where one event is added to a link's own traffic.
fn found_on_link(name: &str, number: u64, add: fn(&mut Dice, &mut Lan)) -> Found {
    let mut dice = Dice::new(name, number);
    let mut lan = Lan::new(&mut dice);
    add(&mut dice, &mut lan);
    lan.traffic.observations.sort_by_time();
    Found::of(&lan.traffic)
}

#[test]
fn attacks_on_the_link_are_found() {
    let mut wrong = Vec::new();
    for (name, add) in local::ATTACKS.iter().chain(pretence::ATTACKS) {
        for number in 0..DRAWS {
            let found = found_on_link(name, number, *add);
            if local::attacker().iter().all(|address| found.risk(*address) < WATCH) {
                let told = local::attacker().map(|address| found.told(address));
                wrong.push(format!("{name} {number}: {}", told.join("; ")));
            }
            let others =
                found.hosts.iter().filter(|host| host.risk >= BLOCK && !local::attacker().contains(&host.address));
            wrong.extend(others.map(|host| format!("{name} {number}: innocent {}", found.told(host.address))));
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn honest_events_on_the_link_block_nobody() {
    let mut wrong = Vec::new();
    for (name, add) in local::LOOKALIKES.iter().chain(pretence::LOOKALIKES) {
        for number in 0..DRAWS {
            wrong.extend(each(&format!("{name} {number}"), found_on_link(name, number, *add).from(BLOCK)));
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}
