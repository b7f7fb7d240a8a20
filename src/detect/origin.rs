//! Which files show the evidence, where there are several.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::finding::Finding;
use crate::model::observation::At;
use crate::model::report::Origin;
use crate::model::traffic::Traffic;

/// The time in which a subject appears in a file. Without times it is always.
#[derive(Clone, Copy)]
struct Span(f64, f64);

const ALWAYS: Span = Span(f64::NEG_INFINITY, f64::INFINITY);

/// The subjects of findings, and where each appears.
struct Subjects {
    number: FxHashMap<Address, usize>,
    /// By subject, then by file.
    seen: Vec<FxHashMap<usize, Span>>,
}

/// For each finding the files in which its subject appears while the evidence lasts; none where there is one file.
pub fn origins(traffic: &Traffic, findings: &[Finding]) -> Vec<Origin> {
    let names = traffic.observations.files();
    if names.len() < 2 {
        return Vec::new();
    }
    let mut subjects = Subjects { number: FxHashMap::default(), seen: Vec::new() };
    for finding in findings {
        let next = subjects.number.len();
        subjects.number.entry(finding.subject).or_insert(next);
    }
    subjects.seen.resize_with(subjects.number.len(), FxHashMap::default);
    subjects.rows(traffic);
    subjects.observations(traffic);
    let files = |finding: &Finding| subjects.files(finding).into_iter().filter_map(|file| names.get(file).cloned());
    findings.iter().map(|finding| Origin { finding: finding.id, files: files(finding).collect() }).collect()
}

impl Subjects {
    fn rows(&mut self, traffic: &Traffic) {
        let by_id: Vec<Option<usize>> =
            traffic.addresses().iter().map(|address| self.number.get(address).copied()).collect();
        let macs = self.number.keys().any(|subject| matches!(subject, Address::Mac(_)));
        for (file, rows) in traffic.file_rows().into_iter().enumerate() {
            for row in rows {
                let start = traffic.start.get(row);
                let span = start.map_or(ALWAYS, |start| Span(start, start + traffic.duration.get(row).unwrap_or(0.0)));
                let ends = [Some(traffic.source()[row]), traffic.destination.get(row)];
                for subject in ends.into_iter().flatten().filter_map(|id| by_id[id.index()]) {
                    self.add(subject, file, span);
                }
                for mac in [traffic.source_mac.get(row), traffic.destination_mac.get(row)].into_iter().flatten() {
                    if macs && let Some(&subject) = self.number.get(&Address::Mac(mac)) {
                        self.add(subject, file, span);
                    }
                }
            }
        }
    }

    fn observations(&mut self, traffic: &Traffic) {
        let seen = &traffic.observations;
        let mac = |mac: Option<[u8; 6]>| mac.map(Address::Mac);
        for arp in seen.arp.items() {
            self.meet(arp.at, [Some(arp.sender), mac(Some(arp.sender_mac)), mac(arp.frame_source)]);
        }
        for dhcp in seen.dhcp.items() {
            self.meet(dhcp.at, [Some(dhcp.source), mac(Some(dhcp.client_mac)), mac(dhcp.source_mac)]);
        }
        for dns in seen.dns.items() {
            self.meet(dns.at, [Some(dns.source), Some(dns.destination), None]);
        }
        for tls in seen.tls.items() {
            self.meet(tls.at, [Some(tls.ends.client), Some(tls.ends.server), None]);
        }
        for ssh in seen.ssh.items() {
            self.meet(ssh.at, [Some(ssh.ends.client), Some(ssh.ends.server), None]);
        }
        for icmp in seen.icmp.items() {
            self.meet(icmp.at, [Some(icmp.source), Some(icmp.destination), mac(icmp.source_mac)]);
        }
        for router in seen.routers.items() {
            self.meet(router.at, [Some(router.source), mac(router.source_mac), mac(router.claimed_mac)]);
        }
        for syn in seen.syn.items() {
            self.meet(syn.at, [Some(syn.source), Some(syn.destination), None]);
        }
    }

    fn meet(&mut self, at: At, who: [Option<Address>; 3]) {
        let span = if at.time > 0.0 { Span(at.time, at.time) } else { ALWAYS };
        for address in who.into_iter().flatten() {
            if let Some(&subject) = self.number.get(&address) {
                self.add(subject, at.file.into(), span);
            }
        }
    }

    fn add(&mut self, subject: usize, file: usize, span: Span) {
        let known = self.seen[subject].entry(file).or_insert(span);
        *known = Span(known.0.min(span.0), known.1.max(span.1));
    }

    fn files(&self, finding: &Finding) -> Vec<usize> {
        let Some(&subject) = self.number.get(&finding.subject) else { return Vec::new() };
        let (first, last) = (finding.first.unwrap_or(ALWAYS.0), finding.last.or(finding.first).unwrap_or(ALWAYS.1));
        let seen = self.seen[subject].iter();
        let mut files: Vec<usize> =
            seen.filter(|(_, span)| span.0 <= last && span.1 >= first).map(|(file, _)| *file).collect();
        files.sort_unstable();
        files
    }
}
