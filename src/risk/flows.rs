//! The risk of a single flow: that of the address behind it, as far as a finding covers this very row.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::finding::{Finding, MAX_VICTIMS, Role};
use crate::model::report::Host;
use crate::model::traffic::{AddressId, Traffic};

/// What a row keeps of the risk of either end where no finding covers it. Our own choice: an attacker's other traffic
/// is suspect, but less so than the attack.
const UNCOVERED: f64 = 0.5;

/// 0..100 for each row.
pub fn flow_risks<'a>(
    traffic: &Traffic,
    findings: &'a [Finding],
    hosts: impl IntoIterator<Item = &'a Host>,
) -> Vec<f64> {
    let blamed = Blamed::of(findings, hosts);
    let owners = owners(traffic);
    let owned = |mac: [u8; 6]| owners.get(&mac).and_then(|owner| blamed.0.get(&traffic.address((*owner)?)));
    let card = |mac: [u8; 6]| blamed.0.get(&Address::Mac(mac)).or_else(|| owned(mac));
    // Addresses are numbered, so each is looked up once.
    let by_address = |address: &Address| match *address {
        Address::Mac(mac) => card(mac),
        address => blamed.0.get(&address),
    };
    let known: Vec<Option<&Blame>> = traffic.addresses().iter().map(by_address).collect();
    let of_row = |(row, source): (usize, &AddressId)| {
        let senders = [known[source.index()], traffic.source_mac.get(row).and_then(card)];
        let receivers = [
            traffic.destination.get(row).and_then(|id| known[id.index()]),
            traffic.destination_mac.get(row).and_then(card),
        ];
        // An answer to the attack is part of it: so is a row that an exporter has turned round.
        let (source, destination) = (Some(*source), traffic.destination.get(row));
        let sent = senders.into_iter().flatten().map(|blame| (blame, destination));
        let received = receivers.into_iter().flatten().map(|blame| (blame, source));
        let risk = |(blame, other): (&Blame<'_>, Option<AddressId>)| {
            let covered = blame.findings.iter().any(|finding| covers(finding, traffic, row, other));
            blame.risk * if covered { 1.0 } else { UNCOVERED }
        };
        sent.chain(received).map(risk).fold(0.0, f64::max)
    };
    traffic.source().iter().enumerate().map(of_row).collect()
}

/// The one address that each card (MAC) sends from; none where there are several, as behind a router.
fn owners(traffic: &Traffic) -> FxHashMap<[u8; 6], Option<AddressId>> {
    let mut owners = FxHashMap::default();
    if traffic.source_mac.is_absent() {
        return owners;
    }
    for (row, &source) in traffic.source().iter().enumerate() {
        let ends = [
            (Some(source), traffic.source_mac.get(row)),
            (traffic.destination.get(row), traffic.destination_mac.get(row)),
        ];
        for (address, mac) in ends {
            let (Some(id), Some(mac)) = (address, mac) else { continue };
            if traffic.address(id).ip().is_some_and(|ip| !ip.is_unspecified()) {
                let owner = owners.entry(mac).or_insert(Some(id));
                *owner = owner.filter(|known| *known == id);
            }
        }
    }
    owners
}

/// What there is against one address or card.
#[derive(Default)]
struct Blame<'a> {
    risk: f64,
    /// Those in which it is the one who acts.
    findings: Vec<&'a Finding>,
}

/// Everybody with a risk.
struct Blamed<'a>(FxHashMap<Address, Blame<'a>>);

impl<'a> Blamed<'a> {
    fn of(findings: &'a [Finding], hosts: impl IntoIterator<Item = &'a Host>) -> Self {
        let risky = hosts.into_iter().filter(|host| host.risk > 0.0);
        let mut blamed: FxHashMap<Address, Blame<'a>> =
            risky.map(|host| (host.address, Blame { risk: host.risk, findings: Vec::new() })).collect();
        for finding in findings.iter().filter(|finding| matches!(finding.role, Role::Attacker | Role::Compromised)) {
            if let Some(blame) = blamed.get_mut(&finding.subject) {
                blame.findings.push(finding);
            }
        }
        Blamed(blamed)
    }
}

/// Whether a row lies within a finding's time and has one of its victims at the other end, as far as it names them.
fn covers(finding: &Finding, traffic: &Traffic, row: usize, other: Option<AddressId>) -> bool {
    let start = traffic.start.get(row);
    let in_time = |(first, last): (f64, f64)| start.is_none_or(|start| (first..=last).contains(&start));
    let timely = finding.first.zip(finding.last).is_none_or(in_time);
    let all_named = !finding.victims.is_empty() && finding.victims.len() < MAX_VICTIMS;
    let aimed = || other.is_some_and(|id| finding.victims.contains(&traffic.address(id)));
    timely && (!all_named || aimed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Severity;
    use crate::model::record::Record;
    use crate::model::report::Decision;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    /// A scan of one victim in the first ten seconds.
    fn scan() -> Finding {
        Finding {
            id: 1,
            detector: "vertical_scan",
            subject: address("8.8.8.8"),
            role: Role::Attacker,
            victims: vec![address("10.0.0.1")],
            first: Some(0.0),
            last: Some(10.0),
            rows: 1,
            severity: Severity::High,
            confidence: 0.9,
            points: 80.0,
            technique: None,
            summary: String::new(),
        }
    }

    fn host(address: Address, risk: f64) -> Host {
        Host {
            address,
            risk,
            decision: Decision::Ignore,
            role: Role::Attacker,
            evidence: [1].into(),
            place: None,
            rows: 1,
        }
    }

    #[test]
    fn a_row_has_the_risk_of_its_sender_as_far_as_the_evidence_reaches() {
        let row = |source, destination, start| Record {
            destination: Some(address(destination)),
            start: Some(start),
            ..Record::from_source(address(source))
        };
        let mut traffic = Traffic::default();
        let card = Some([2, 0, 0, 0, 0, 1]);
        for record in [
            row("8.8.8.8", "10.0.0.1", 5.0),
            row("8.8.8.8", "10.0.0.1", 50.0),
            row("8.8.8.8", "10.0.0.2", 5.0),
            row("10.0.0.1", "8.8.8.8", 5.0),
            row("10.0.0.3", "10.0.0.4", 5.0),
            Record { source_mac: card, ..row("10.0.0.3", "10.0.0.4", 5.0) },
            // The scanner's own card, known from one row, asks who is there.
            Record { source_mac: Some([2, 0, 0, 0, 0, 2]), ..row("8.8.8.8", "10.0.0.9", 90.0) },
            row("02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", 90.0),
        ] {
            traffic.push(&record);
        }
        let finding = scan();
        let claim = Finding { subject: address("02:00:00:00:00:01"), victims: Vec::new(), ..finding.clone() };
        let hosts = [host(finding.subject, 80.0), host(claim.subject, 60.0), host(address("10.0.0.1"), 0.0)];
        let risks = flow_risks(&traffic, &[finding, claim], &hosts);
        assert_eq!(
            risks,
            [80.0, 40.0, 40.0, 80.0, 0.0, 60.0, 40.0, 40.0],
            "covered, too late, no victim, answer, other, cards"
        );
    }
}
