//! A server that shows one client another TLS certificate or SSH host key than before.

use rustc_hash::FxHashMap;

use crate::about::About;
use crate::model::address::Address;
use crate::model::finding::{Family, Finding};
use crate::model::observation::{At, Ends, TextId, TlsFact};
use crate::model::observations::Observations;

use super::observed::{Piece, Weight, counted, listed};
use super::tally::Seen;
use super::{Detector, Scene};

pub const SERVER_IDENTITY_CHANGE: Detector = Detector {
    about: About {
        key: "server_identity_change",
        title: "A server changes its identity",
        help: "What: compares the TLS certificate or the SSH host key that a server shows to the same client under the \
               same name, and lists servers where it changes. Why: an attacker between the two cannot show the \
               server's own; he has to show another one. SSH clients warn of the same thing.",
        limits: "Certificates are renewed, and several servers behind one address (a load balancer, a large web site) \
                 show several in turn, as do servers with a key of each kind: changes to and fro therefore weigh next \
                 to nothing, and a single change is only worth a look. TLS 1.3 and resumed sessions hide the \
                 certificate. Who stands between is not known; the server is named. The first 200,000 TLS messages, as many \
                 SSH keys and 100,000 names are looked at.",
    },
    knobs: &[],
    family: Family::Interception,
    needs,
    run,
};

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let seen = &scene.traffic.observations;
    let certificates = seen.tls.items().iter().any(|tls| matches!(tls.fact, TlsFact::Certificate { .. }));
    if certificates || !seen.ssh.items().is_empty() {
        return Vec::new();
    }
    vec!["TLS certificates (TLS 1.2 or older) or SSH host keys, in a capture".to_owned()]
}

/// One time that a server showed who it is.
struct Shown<'a> {
    at: &'a At,
    ends: Ends,
    name: Option<TextId>,
    sha256: [u8; 32],
    ssh: bool,
}

impl Shown<'_> {
    /// What must stay the same for the identities to be comparable.
    fn key(&self) -> (Address, u16, bool, Option<TextId>, Address) {
        (self.ends.server, self.ends.server_port, self.ssh, self.name, self.ends.client)
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let mut shown = shown(scene);
    shown.sort_by(|a, b| a.key().cmp(&b.key()).then(a.at.time.total_cmp(&b.at.time)));
    let mut changed: Vec<&[Shown<'_>]> =
        shown.chunk_by(|a, b| a.key() == b.key()).filter(|views| changes(views) > 0).collect();
    changed.sort_by_key(|views| views[0].key());
    let same = |a: &&[Shown<'_>], b: &&[Shown<'_>]| a[0].ends.server == b[0].ends.server;
    changed.chunk_by(same).map(|server| finding(server, &scene.traffic.observations)).collect()
}

/// Every certificate and host key. The name a client asked for stands in an earlier message of its connection.
fn shown<'a>(scene: &Scene<'a>) -> Vec<Shown<'a>> {
    let seen = &scene.traffic.observations;
    scene.leave_out(seen.texts_dropped() as usize);
    let key = |ends: &Ends| (ends.client, ends.client_port, ends.server, ends.server_port);
    let mut names: FxHashMap<_, Option<TextId>> = FxHashMap::default();
    let mut shown = Vec::new();
    for tls in scene.kept(&seen.tls) {
        match tls.fact {
            TlsFact::ClientHello { server_name, .. } => {
                names.insert(key(&tls.ends), server_name);
            }
            TlsFact::Certificate { sha256 } => {
                let name = names.get(&key(&tls.ends)).copied().flatten();
                shown.push(Shown { at: &tls.at, ends: tls.ends, name, sha256, ssh: false });
            }
            TlsFact::ServerHello { .. } => {}
        }
    }
    let hosts = scene.kept(&seen.ssh).iter();
    shown.extend(hosts.map(|ssh| Shown { at: &ssh.at, ends: ssh.ends, name: None, sha256: ssh.sha256, ssh: true }));
    shown
}

fn changes(views: &[Shown<'_>]) -> usize {
    views.windows(2).filter(|pair| pair[0].sha256 != pair[1].sha256).count()
}

fn finding(server: &[&[Shown<'_>]], seen: &Observations) -> Finding {
    let first = &server[0][0];
    let ends = first.ends;
    let total: usize = server.iter().map(|views| changes(views)).sum();
    // To and fro, or another one each time, is what many machines behind one address look like.
    let once = server.iter().all(|views| changes(views) == 1);
    let (weight, how): (Weight, _) = match (once, first.ssh) {
        (false, _) => ((4.0, 0.15), "in turns, as several machines behind one address do"),
        (true, true) => ((30.0, 0.45), "once, as a new server or somebody between does"),
        (true, false) => ((15.0, 0.3), "once, as after a renewal"),
    };
    let what = if first.ssh { "SSH host key" } else { "TLS certificate" };
    let name = first.name.map_or(String::new(), |name| format!(" for {}", seen.text(name)));
    let mut clients: Vec<Address> = server.iter().map(|views| views[0].ends.client).collect();
    clients.sort_unstable();
    clients.dedup();
    let summary = format!(
        "{} port {} shows {} another {what}{name}, {how} ({})",
        ends.server,
        ends.server_port,
        listed(&clients),
        counted(total, "change"),
    );
    let packets = server.iter().flat_map(|views| views.iter()).map(|shown| shown.at);
    let (subject, seen) = (ends.server, Seen::of_packets(packets));
    let about = &SERVER_IDENTITY_CHANGE.about;
    Piece { about, technique: Some("T1557"), subject, seen, weight, victims: clients, summary }.finding()
}
