//! What a set must show: the finding of its attack, against the right address, in the right role.

use flowglass::detect::family;
use flowglass::model::finding::{Family, Finding, Role};
use flowglass::model::outcome::Outcome;
use flowglass::policy::{BLOCK, WATCH};

use crate::measure::{Cards, is_attacker};
use crate::sets::{Kind, Set};

/// An answer with the reason for it.
pub struct Answer {
    pub right: bool,
    pub told: String,
}

/// Whether a finding is one that the technique should raise: by a word of its detector's key, or by its family.
fn shows(technique: &str, finding: &Finding) -> bool {
    let key = |words: &[&str]| words.iter().any(|word| finding.detector.contains(word));
    let of = |wanted: Family| family(finding) == Some(wanted);
    technique.split(',').map(str::trim).any(|part| match part {
        p if p.contains("arp sweep") => key(&["arp_sweep"]),
        p if p.contains("udp scan") || p.contains("scan") || p.contains("reconnaissance") => {
            of(Family::Scanning) && !key(&["source_port_spread"])
        }
        p if p.contains("starvation") => key(&["dhcp"]),
        p if p.contains("rogue dhcp") => key(&["dhcp"]),
        p if p.contains("dns poisoning") || p.contains("dns spoofing") => key(&["dns", "name"]) && !key(&["tunnel"]),
        p if p.contains("tunnel") => key(&["tunnel"]),
        p if p.contains("redirect") => key(&["redirect"]),
        p if p.contains("arp") || p.contains("mitm") => of(Family::Interception) || of(Family::Spoofing),
        p if p.contains("brute force") => of(Family::BruteForce),
        p if p.contains("flood") || p.contains("ddos") || p == "dos" => of(Family::Flood),
        p if p.contains("probes") || p.contains("unsolicited") => of(Family::Scanning),
        // Malware and exploits show in many ways.
        _ => finding.confidence >= 0.5,
    })
}

/// An attack: is its finding there, on its author, who is called the author?
pub fn attack(set: &Set, outcome: &Outcome, cards: &Cards) -> Answer {
    let report = &outcome.report;
    let unnamed = set.attackers.is_empty() && !set.everyone;
    let mut shown: Vec<&Finding> = report.findings.iter().filter(|finding| shows(&set.technique, finding)).collect();
    shown.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.id.cmp(&b.id)));
    let guilty = |finding: &&&Finding| unnamed || is_attacker(set, cards, finding.subject);
    let active = |finding: &&&Finding| matches!(finding.role, Role::Attacker | Role::Compromised);
    // Malware shows in many ways: to stand out, first of all and on the watch list, is what can be asked.
    let top = report.hosts.first().filter(|host| set.technique == "malware" && is_attacker(set, cards, host.address));
    if let Some(host) = top.filter(|host| host.risk >= report.settings.real(&WATCH)) {
        return Answer { right: true, told: format!("{} stands first, at risk {:.0}", host.address, host.risk) };
    }
    let risk =
        |finding: &Finding| report.hosts.iter().find(|host| host.address == finding.subject).map_or(0.0, |h| h.risk);
    let tell = |finding: &Finding| {
        format!("{} on {} ({:?}, risk {:.0})", finding.detector, finding.subject, finding.role, risk(finding))
    };
    // Floods and poisonings are often seen only where they arrive: the victim named as a victim is right, too.
    let victim =
        |finding: &&&Finding| finding.role == Role::Victim && (unnamed || set.victims.contains(&finding.subject));
    let right = shown.iter().filter(guilty).find(active).or_else(|| shown.iter().find(victim));
    let blamed: Vec<String> = set
        .victims
        .iter()
        .filter_map(|victim| {
            let host = report.hosts.iter().find(|host| host.address == *victim)?;
            (host.risk >= report.settings.real(&BLOCK)).then(|| format!("; VICTIM {victim} at risk {:.0}", host.risk))
        })
        .collect();
    match (right, shown.first()) {
        (Some(finding), _) => Answer { right: blamed.is_empty(), told: tell(finding) + &blamed.concat() },
        (None, Some(finding)) => Answer { right: false, told: format!("only {}", tell(finding)) + &blamed.concat() },
        (None, None) => Answer { right: false, told: "no such finding".to_owned() },
    }
}

/// Benign traffic: is anything above Watch, that is, at the block threshold?
pub fn benign(outcome: &Outcome) -> Answer {
    let report = &outcome.report;
    let over = |knob| report.hosts.iter().filter(|host| host.risk >= report.settings.real(knob)).count();
    let worst = report.hosts.first().map_or_else(String::new, |host| {
        let first = host.evidence.first().and_then(|id| report.findings.iter().find(|finding| finding.id == *id));
        format!(
            "; highest {:.0}: {}{}",
            host.risk,
            host.address,
            first.map_or_else(String::new, |finding| format!(" ({})", finding.detector))
        )
    });
    Answer {
        right: over(&BLOCK) == 0,
        told: format!("{} at Block, {} at Watch or above{worst}", over(&BLOCK), over(&WATCH)),
    }
}

/// Which question is asked of a set.
pub fn answer(set: &Set, outcome: &Outcome, cards: &Cards) -> Answer {
    if set.kind == Kind::Benign { benign(outcome) } else { attack(set, outcome, cards) }
}
