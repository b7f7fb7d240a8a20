//! Connections begun by the hundred and never used: someone fills a server's table of half-open connections.

use crate::about::{About, Knob, Range};
use crate::model::finding::{Family, Finding};
use crate::model::record::ConnState;
use crate::model::traffic::{AddressId, Traffic};

use super::flood::{Share, Verdict, Wave, accuse, back, by_source, confidence, packets, pity, targets, waves};
use super::heard::sends_data;
use super::{Detector, Scene};

pub const SYN_FLOOD: Detector = Detector {
    about: About {
        key: "syn_flood",
        title: "Flood of half-open connections",
        help: "What: looks for services on which connections are begun (TCP SYN), or TCP packets of no connection \
               arrive, at a high rate and nothing is ever said. Why: a server keeps a place for each connection \
               begun, and a flood of them shuts real users out. One address that does it is named as the attacker. \
               Where hundreds of addresses send one packet each, they are most likely forged: then only the flooded \
               server is named, as a victim, and nobody is blamed.",
        limits: "Rates are averaged over ten seconds; floods below the rate are not seen, nor those spread over many \
                 ports (scan detectors see these). The input must have start times. Without state, flags or \
                 history a connection counts where at most twenty packets without data were sent and none came back. \
                 A single sender's address can be forged, too. A service that is down while busy clients keep \
                 asking looks like a slow flood and weighs little; where connections are refused, ten times the rate \
                 is needed.",
    },
    knobs: &[&RATE],
    family: Family::Flood,
    needs,
    run,
};

/// Our own choice: ten retries per second is more than a crowd of ordinary clients of a dead service. Juniper's SRX
/// takes 200 per second for an attack, which is where the confidence below comes to its height.
pub const RATE: Knob = Knob {
    key: "syn_flood.rate",
    label: "Half-open connections",
    help: "From this many per second to one service on it is reported. The default is this program's own choice; Juniper firewalls take 200 for an attack, where the confidence is highest.",
    unit: "per second",
    range: Range::Real { min: 0.1, max: 1_000_000.0, default: 10.0 },
};

/// Juniper's default `attack-threshold` of the SYN flood screen.
const ATTACK: f64 = 200.0;

const TCP: u8 = 6;
const SYN: u8 = 2;
/// SYN, RST and the two flags of congestion notification.
const OPENING: u8 = 0b1100_0110;

/// A connection with more packets than this and no answer is one side of a conversation. Our own choice.
const ONE_SIDED: u64 = 20;

fn needs(scene: &Scene<'_>) -> Vec<String> {
    let traffic = scene.traffic;
    let columns = [
        (traffic.destination.is_absent(), "a destination address column"),
        (traffic.destination_port.is_absent(), "a destination port column"),
        (traffic.start.is_absent(), "a start time column"),
        (
            traffic.state.is_absent() && traffic.packets_received.is_absent() && traffic.flags.is_absent(),
            "a state column, or packets received",
        ),
    ];
    columns.iter().filter(|(absent, _)| *absent).map(|(_, what)| (*what).to_owned()).collect()
}

/// How a connection stayed without use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unused {
    /// Begun, and nothing sent after that.
    HalfOpen,
    /// Begun and refused.
    Refused,
    /// A few packets without data that nobody answered.
    Unanswered,
}

fn unused(traffic: &Traffic, row: usize) -> Option<Unused> {
    use Unused::{HalfOpen, Refused, Unanswered};
    if traffic.protocol.get(row) != Some(TCP) || sends_data(traffic, row) {
        return None;
    }
    if let Some([flags, _]) = traffic.flags.get(row).filter(|[flags, _]| flags & SYN != 0) {
        let refused = traffic.state.get(row) == Some(ConnState::REJ);
        return (flags & !OPENING == 0).then_some(if refused { Refused } else { HalfOpen });
    }
    let few = traffic.packets_sent.get(row).is_none_or(|packets| packets <= ONE_SIDED);
    let back = traffic.packets_received.get(row);
    match traffic.state.get(row) {
        Some(ConnState::S0 | ConnState::RSTOS0) => Some(HalfOpen),
        Some(ConnState::REJ) => Some(Refused),
        // A flood whose SYN-ACKs are ignored.
        Some(ConnState::S1) if traffic.packets_sent.get(row) == Some(1) => Some(HalfOpen),
        Some(ConnState::OTH) | None if back == Some(0) && few => Some(Unanswered),
        // A client that takes part sends a second packet. One packet back may be a refusal; more are the answer again.
        None if traffic.packets_sent.get(row) == Some(1) => back.map(|back| if back == 1 { Refused } else { HalfOpen }),
        _ => None,
    }
}

fn run(scene: &Scene<'_>) -> Vec<Finding> {
    let traffic = scene.traffic;
    let rate = scene.settings.real(&RATE);
    let share = |row: usize| {
        let unused = unused(traffic, row)?;
        let amount = if unused == Unused::Unanswered { 1.0 } else { packets(traffic, row) };
        let source = traffic.source()[row];
        let target = traffic.destination.get(row).filter(|&target| scene.sides.is_one_host(target))?;
        Some(Share { target, port: traffic.destination_port.get(row)?, source, amount })
    };
    let mut waves = waves(traffic, rate, share);
    // A program that cannot take no for an answer asks often; a flood asks more often still.
    waves.retain(|wave| match most(traffic, wave) {
        Some(Unused::Refused) => wave.rate >= 10.0 * rate,
        // Half of a conversation has its other half in rows of its own.
        Some(Unused::Unanswered) => back(traffic, &scene.order, wave).count() * 10 < wave.rows.len(),
        _ => true,
    });
    let crowds: Vec<Finding> =
        waves.iter().filter(|wave| wave.source.is_none()).map(|wave| crowd(traffic, wave, rate)).collect();
    by_source(waves).iter().map(|(source, waves)| single(traffic, *source, waves, rate)).chain(crowds).collect()
}

/// What more than half of the rows are.
fn most(traffic: &Traffic, wave: &Wave) -> Option<Unused> {
    let count = |kind| wave.rows.iter().filter(|&&row| unused(traffic, row as usize) == Some(kind)).count();
    [Unused::HalfOpen, Unused::Refused, Unused::Unanswered].into_iter().find(|&kind| count(kind) * 2 > wave.rows.len())
}

fn what(traffic: &Traffic, wave: &Wave) -> &'static str {
    match most(traffic, wave) {
        Some(Unused::Unanswered) => "TCP packets or connections that nobody answered",
        Some(Unused::Refused) => "connections, all but a few refused,",
        _ => "half-open connections",
    }
}

fn single(traffic: &Traffic, source: AddressId, waves: &[Wave], rate: f64) -> Finding {
    let worst = &waves[0];
    let verdict = Verdict {
        detector: SYN_FLOOD.about.key,
        technique: "T1499.001",
        confidence: confidence(worst.rate, rate, ATTACK),
        times: worst.rate / rate,
        summary: format!(
            "{} began up to {:.0} {} per second on {}",
            traffic.address(source),
            worst.rate,
            what(traffic, worst),
            targets(traffic, waves),
        ),
    };
    accuse(traffic, source, waves, verdict)
}

fn crowd(traffic: &Traffic, wave: &Wave, rate: f64) -> Finding {
    // Real clients retry; forged ones are drawn anew for each packet. Our own choice: fewer than three rows each.
    let forged = wave.rows.len() < 3 * wave.sources;
    let who = if forged { "that are most likely forged" } else { "together" };
    let verdict = Verdict {
        detector: SYN_FLOOD.about.key,
        technique: "T1499.001",
        confidence: confidence(wave.rate, rate, ATTACK),
        times: wave.rate / rate,
        summary: format!(
            "{} port {} received up to {:.0} {} per second from {} addresses {who}",
            traffic.address(wave.target),
            wave.port,
            wave.rate,
            what(traffic, wave),
            wave.sources,
        ),
    };
    pity(traffic, wave, verdict)
}
