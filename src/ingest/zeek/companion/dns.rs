//! dns.log: a question, and in the same row its answer where there was one.

use crate::ingest::text::fields;
use crate::ingest::wire::dns::service;
use crate::ingest::wire::name::Name;
use crate::model::address::Address;
use crate::model::observation::{self, At, NameService};

use super::{Companion, Desk, address, ends, items};

pub const DNS: Companion = Companion {
    path: "dns",
    names: &[
        "ts",
        "id.orig_h",
        "id.orig_p",
        "id.resp_h",
        "id.resp_p",
        "trans_id",
        "rtt",
        "query",
        "qtype",
        "rcode",
        "answers",
    ],
    marks: &["rejected", "query", "qclass"],
    read,
};

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, source, source_port, destination, destination_port, id, rtt, query, kind, code, answers] = cells else {
        return Ok(());
    };
    let ends = ends(source, source_port, destination, destination_port)?;
    // As in a capture: a message that asks nothing is counted and tells nothing.
    let Some(name) = Some(*query).filter(|query| !query.is_empty()).and_then(Name::of_text) else { return Ok(()) };
    let number = |cell: &[u8]| fields::digits(cell).and_then(|number| u16::try_from(number).ok());
    let service = service(ends.server_port).unwrap_or(NameService::Dns);
    let question = observation::Dns {
        at: desk.at(),
        service,
        response: false,
        id: number(id).unwrap_or(0),
        name_hash: name.hash(),
        domain: desk.intake.traffic.observations.intern(name.domain()),
        name_length: name.text().len() as u8,
        labels: name.labels(),
        disorder: name.disorder(),
        source_mac: None,
        kind: number(kind).unwrap_or(0),
        code: 0,
        answers: 0,
        addresses: [None; 4],
        size: 0,
        source: ends.client,
        destination: ends.server,
        source_port: ends.client_port,
        destination_port: ends.server_port,
    };
    let waited = fields::real(rtt).filter(|seconds| *seconds >= 0.0).unwrap_or(0.0);
    let answer = answer(&question, desk.later(waited), (number(code), answers));
    let dns = &mut desk.intake.traffic.observations.dns;
    dns.push(question);
    answer.into_iter().for_each(|answer| dns.push(answer));
    Ok(())
}

/// The answer, where the row has a code or anything that was answered.
fn answer(question: &observation::Dns, at: At, (code, answers): (Option<u16>, &[u8])) -> Option<observation::Dns> {
    if code.is_none() && answers.is_empty() {
        return None;
    }
    let mut addresses = [None; 4];
    let found = items(answers).filter_map(address).filter(|found| !matches!(found, Address::Mac(_)));
    addresses.iter_mut().zip(found).for_each(|(slot, found)| *slot = Some(found));
    Some(observation::Dns {
        at,
        response: true,
        code: code.map_or(0, |code| (code & 15) as u8),
        answers: items(answers).count().min(u16::MAX.into()) as u16,
        addresses,
        source: question.destination,
        destination: question.source,
        source_port: question.destination_port,
        destination_port: question.source_port,
        ..*question
    })
}
