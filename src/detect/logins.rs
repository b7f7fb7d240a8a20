//! Login services, and which connections to them look like a refused login.

use crate::model::record::ConnState;
use crate::model::traffic::{AddressId, Traffic};

/// Who usually talks to a service, which decides how much repetition is ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// People log in and stay.
    Person,
    /// Programs log in all day.
    Program,
    /// Browsers and programs fetch one thing after another.
    Web,
}

impl Class {
    /// How many times the guesses on an interactive service this class needs. Our own choice: a mail client that asks
    /// every minute, or a web page of many parts, stays below.
    pub fn factor(self) -> usize {
        match self {
            Class::Person => 1,
            Class::Program => 5,
            Class::Web => 30,
        }
    }
}

/// A service that asks who is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    pub port: u16,
    pub name: &'static str,
    pub class: Class,
    /// The bytes of data a client must send to have come as far as a password.
    pub asked: u64,
    /// The most bytes of data the server sends when it refuses.
    pub refused: u64,
}

const fn service(port: u16, name: &'static str, class: Class, asked: u64, refused: u64) -> Service {
    Service { port, name, class, asked, refused }
}

/// By port. The bound of SSH is Bro 2.2's `authentication_data_size`, above which it took a login for successful; the
/// others are our own, from the messages of a refusal: FTP a greeting and `530`, Telnet a banner and `Login
/// incorrect`, remote desktop a certificate, databases a greeting and an error.
pub const SERVICES: &[Service] = &[
    service(21, "FTP", Class::Person, 5, 250),
    service(22, "SSH", Class::Person, 400, 4000),
    service(23, "Telnet", Class::Person, 3, 1000),
    service(80, "web", Class::Web, 60, 2000),
    service(110, "POP3", Class::Program, 10, 300),
    service(139, "SMB", Class::Program, 150, 1500),
    service(143, "IMAP", Class::Program, 10, 600),
    service(443, "web", Class::Web, 300, 8000),
    service(445, "SMB", Class::Program, 150, 1500),
    service(512, "rexec", Class::Person, 3, 200),
    service(513, "rlogin", Class::Person, 3, 500),
    service(587, "SMTP submission", Class::Program, 20, 700),
    service(993, "IMAP", Class::Program, 300, 8000),
    service(995, "POP3", Class::Program, 300, 8000),
    service(1433, "SQL Server", Class::Program, 100, 3000),
    service(1521, "Oracle", Class::Program, 100, 1500),
    service(2222, "SSH", Class::Person, 400, 4000),
    service(2323, "Telnet", Class::Person, 3, 1000),
    service(3306, "MySQL", Class::Program, 30, 300),
    service(3389, "remote desktop", Class::Person, 100, 6000),
    service(5432, "PostgreSQL", Class::Program, 30, 300),
    service(5900, "VNC", Class::Person, 12, 300),
    service(5901, "VNC", Class::Person, 12, 300),
    service(8080, "web", Class::Web, 60, 2000),
    service(8443, "web", Class::Web, 300, 8000),
];

/// Headers of one packet: what a byte count may hold beside data where the input does not say. TCP over IPv4 with
/// time stamps.
const HEADERS: u64 = 52;

const TCP: u8 = 6;

/// A connection to a login service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Try {
    pub row: u32,
    pub service: &'static Service,
    pub target: AddressId,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// As small as a refusal.
    Refused,
    /// The input does not tell how much was said.
    Unknown,
    /// More was said than a refusal needs.
    Longer,
}

/// Which service stands behind each port.
pub struct Ports(Vec<u8>);

const NO_SERVICE: u8 = u8::MAX;

impl Ports {
    pub fn of_services() -> Self {
        let mut ports = vec![NO_SERVICE; 1 << 16];
        (0..).zip(SERVICES).for_each(|(number, service)| ports[usize::from(service.port)] = number);
        Ports(ports)
    }

    /// Its place in `SERVICES`.
    pub fn get(&self, port: u16) -> Option<usize> {
        Some(self.0[usize::from(port)]).filter(|&number| number != NO_SERVICE).map(usize::from)
    }
}

/// Services, one bit for each of `SERVICES`.
pub type Chosen = u32;

/// The connections among `rows` that reached one of the services, by service, in the order of `rows`.
pub fn tries(traffic: &Traffic, ports: &Ports, chosen: Chosen, rows: &[u32]) -> Vec<Try> {
    let service = |row: u32| {
        let number = ports.get(traffic.destination_port.get(row as usize)?)?;
        (chosen >> number & 1 == 1).then(|| &SERVICES[number])
    };
    let mut tries: Vec<Try> = rows.iter().filter_map(|&row| attempt(traffic, row, service(row)?)).collect();
    tries.sort_by_key(|attempt| attempt.service.port);
    tries
}

fn attempt(traffic: &Traffic, row: u32, service: &'static Service) -> Option<Try> {
    let at = row as usize;
    let target = traffic.destination.get(at)?;
    let is_tcp = traffic.protocol.get(at).is_none_or(|protocol| protocol == TCP);
    // A reply from one service to another's port opens nothing.
    let is_reply = matches!(traffic.state.get(at), Some(ConnState::RSTRH | ConnState::SHR));
    if !is_tcp || is_reply {
        return None;
    }
    Some(Try { row, service, target, kind: kind(traffic, at, service)? })
}

/// `None` for a connection that never came to talking: that is for the detectors of scans.
fn kind(traffic: &Traffic, at: usize, service: &Service) -> Option<Kind> {
    let packets = traffic.packets_received.get(at);
    if traffic.state.get(at).is_some_and(ConnState::failed) || packets.is_some_and(|packets| packets <= 2) {
        return None;
    }
    let Some(received) = traffic.bytes_received.get(at) else { return Some(Kind::Unknown) };
    // Where IP bytes stand beside them, these are bytes of data.
    let is_data = traffic.ip_bytes.get(at).is_some();
    let headers = |packets: Option<u64>| if is_data { 0 } else { HEADERS.saturating_mul(packets.unwrap_or(0)) };
    if received == 0 || traffic.bytes_sent.get(at).is_some_and(|sent| sent < service.asked) {
        return None;
    }
    let most = service.refused.saturating_add(headers(packets));
    Some(if received <= most { Kind::Refused } else { Kind::Longer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_port_and_a_bit_of_its_own() {
        assert!(SERVICES.is_sorted_by(|a, b| a.port < b.port) && SERVICES.len() <= Chosen::BITS as usize);
        let ports = Ports::of_services();
        assert_eq!([ports.get(21), ports.get(22), ports.get(24)], [Some(0), Some(1), None]);
    }
}
