//! What the network cannot do without: its gateways and name servers, as the traffic shows them.

use rustc_hash::FxHashMap;

use crate::model::address::Address;
use crate::model::home::Home;
use crate::model::observation::NameService;
use crate::model::report::Surroundings;
use crate::model::settings::Checked;
use crate::model::traffic::Traffic;

/// Who answers this many hosts, or one host about this many domains, serves names. Three by choice: one or two
/// could be a tunnel that speaks DNS to its own server.
const ENOUGH: usize = 3;

const DNS: u16 = 53;

/// DHCP messages of a server: offer and acknowledgement (RFC 2132, option 53).
const FROM_SERVER: [u8; 2] = [2, 5];

/// Whom one name server answered: the first `ENOUGH` hosts and domains.
#[derive(Default)]
struct Served {
    hosts: Vec<Address>,
    domains: Vec<u32>,
}

/// Looks for home networks, gateways and name servers.
pub fn surroundings(traffic: &Traffic, settings: &Checked) -> Surroundings {
    let home = Home::of(traffic, settings);
    let seen = &traffic.observations;
    let leases = || seen.dhcp.items().iter().filter(|message| FROM_SERVER.contains(&message.kind));
    let offers = seen.routers.items();
    let gateways = leases().filter_map(|lease| lease.router).chain(offers.iter().map(|offer| offer.source)).collect();
    let announced = leases().filter_map(|lease| lease.resolver).chain(offers.iter().filter_map(|offer| offer.resolver));
    let resolvers = announced.chain(serving(traffic, &home)).collect();
    Surroundings { home, gateways: ascending(gateways), resolvers: ascending(resolvers) }
}

/// The addresses that behave like name servers towards hosts inside.
fn serving(traffic: &Traffic, home: &Home) -> Vec<Address> {
    // Where nothing is known to be inside, every client counts.
    let inside = |address: Address| home.networks().is_empty() || home.holds(address);
    let mut servers: FxHashMap<Address, Served> = FxHashMap::default();
    if !traffic.destination_port.is_absent() {
        for row in 0..traffic.rows() {
            if let Some(server) = asked(traffic, row) {
                let client = traffic.address(traffic.source()[row]);
                if inside(client) {
                    note(&mut servers.entry(server).or_default().hosts, client);
                }
            }
        }
    }
    for message in traffic.observations.dns.items() {
        let answer = message.response && message.answers > 0 && message.service == NameService::Dns;
        if answer && message.source_port == DNS && inside(message.destination) {
            let served = servers.entry(message.source).or_default();
            note(&mut served.hosts, message.destination);
            message.domain.into_iter().for_each(|domain| note(&mut served.domains, domain.0));
        }
    }
    let enough = |served: &Served| served.hosts.len() >= ENOUGH || served.domains.len() >= ENOUGH;
    servers.into_iter().filter(|(_, served)| enough(served)).map(|(server, _)| server).collect()
}

/// The server of a row that asks for a name and, where the input tells, was answered.
fn asked(traffic: &Traffic, row: usize) -> Option<Address> {
    if traffic.destination_port.get(row) != Some(DNS) {
        return None;
    }
    let answered = traffic.is_answered(row) != Some(false);
    traffic.destination.get(row).filter(|_| answered).map(|server| traffic.address(server))
}

fn note<T: PartialEq>(kept: &mut Vec<T>, item: T) {
    if kept.len() < ENOUGH && !kept.contains(&item) {
        kept.push(item);
    }
}

/// Each once; an unspecified address is nobody's.
fn ascending(mut addresses: Vec<Address>) -> Vec<Address> {
    addresses.retain(|address| address.ip().is_some_and(|ip| !ip.is_unspecified()));
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
