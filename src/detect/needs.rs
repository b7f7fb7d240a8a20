//! What several detectors need of an input, said in the same words.

use super::Scene;

/// Whom a row goes to, and to which port.
pub fn destination(scene: &Scene<'_>) -> Vec<String> {
    let columns =
        [(scene.traffic.destination.is_absent(), "address"), (scene.traffic.destination_port.is_absent(), "port")];
    let absent = columns.iter().filter(|(absent, _)| *absent);
    absent.map(|(_, what)| format!("a destination {what} column")).collect()
}

/// The same, and how attempts went.
pub fn outcome(scene: &Scene<'_>) -> Vec<String> {
    let mut needs = destination(scene);
    let traffic = scene.traffic;
    if traffic.state.is_absent()
        && traffic.packets_received.is_absent()
        && traffic.bytes_received.is_absent()
        && traffic.bytes_sent.is_absent()
    {
        needs.push("a state column, or the packets or bytes that came back".to_owned());
    }
    needs
}

/// Outcomes and times.
pub fn outcome_in_time(scene: &Scene<'_>) -> Vec<String> {
    let mut needs = outcome(scene);
    if scene.traffic.start.is_absent() {
        needs.push("a time column".to_owned());
    }
    needs
}
