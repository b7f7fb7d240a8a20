//! Writes small MaxMind databases, so that tests have their own; include it with `#[path]`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// What a database says of one network. Fields left `None` are left out of the record.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub country: Option<&'static str>,
    pub city: Option<&'static str>,
    /// Degrees: latitude, longitude. Not checked: tests want impossible ones, too.
    pub position: Option<(f64, f64)>,
    pub accuracy_radius: Option<u16>,
    pub as_number: Option<u32>,
    pub as_name: Option<&'static str>,
}

/// The bytes of a database of type `kind` (such as `GeoLite2-City`) for IP version 4 or 6. In a
/// version 6 database IPv4 networks stand below `::/96`, as MaxMind puts them. A later entry may
/// narrow an earlier one; a wider one after a narrower one replaces it.
pub fn database(kind: &str, ip_version: u8, build_epoch: u64, entries: &[(IpNet, Record)]) -> Vec<u8> {
    let mut tree = Tree { nodes: vec![[Child::Nothing; 2]] };
    let mut data = Vec::new();
    for (network, record) in entries {
        let offset = data.len();
        encode(&record_value(record), &mut data);
        let (bits, prefix) = path(network, ip_version);
        tree.insert(bits, prefix, Child::Data(offset));
    }
    let mut bytes = tree.bytes();
    bytes.extend([0; 16]);
    bytes.append(&mut data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    encode(&metadata(kind, ip_version, build_epoch, tree.nodes.len()), &mut bytes);
    bytes
}

#[derive(Clone, Copy)]
enum Child {
    Nothing,
    Node(usize),
    Data(usize),
}

struct Tree {
    nodes: Vec<[Child; 2]>,
}

impl Tree {
    /// Puts `leaf` at the first `prefix` bits of `bits`, the highest bit first.
    fn insert(&mut self, bits: u128, prefix: u8, leaf: Child) {
        assert!(prefix > 0, "a network of the whole Internet is no entry");
        let mut node = 0;
        for depth in 0..prefix {
            let side = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == prefix {
                self.nodes[node][side] = leaf;
                return;
            }
            node = match self.nodes[node][side] {
                Child::Node(next) => next,
                above => {
                    self.nodes.push([above; 2]);
                    let next = self.nodes.len() - 1;
                    self.nodes[node][side] = Child::Node(next);
                    next
                }
            };
        }
    }

    /// Nodes of two 32-bit records: a node, "nothing" (the node count), or data past it.
    fn bytes(&self) -> Vec<u8> {
        let count = self.nodes.len();
        let record = |child: &Child| match child {
            Child::Nothing => count,
            Child::Node(node) => *node,
            Child::Data(offset) => count + 16 + offset,
        };
        self.nodes.iter().flatten().flat_map(|child| (record(child) as u32).to_be_bytes()).collect()
    }
}

/// A network as left-aligned bits and their number.
fn path(network: &IpNet, ip_version: u8) -> (u128, u8) {
    let prefix = network.prefix_len();
    match (network.network(), ip_version) {
        (IpAddr::V4(ip), 4) => (u128::from(ip.to_bits()) << 96, prefix),
        (IpAddr::V4(ip), _) => (u128::from(ip.to_bits()), prefix + 96),
        (IpAddr::V6(ip), 6) => (ip.to_bits(), prefix),
        (IpAddr::V6(_), _) => panic!("an IPv4 database holds no {network}"),
    }
}

enum Value {
    Text(String),
    Double(f64),
    /// Readers insist on the width the format's specification gives each field.
    U16(u16),
    U32(u32),
    U64(u64),
    Map(BTreeMap<&'static str, Value>),
    List(Vec<Value>),
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map<const N: usize>(fields: [(&'static str, Option<Value>); N]) -> Value {
    Value::Map(fields.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

fn record_value(record: &Record) -> Value {
    let named = |name: &'static str| map([("names", Some(map([("en", Some(text(name)))])))]);
    let location = record.position.map(|(latitude, longitude)| {
        map([
            ("accuracy_radius", record.accuracy_radius.map(Value::U16)),
            ("latitude", Some(Value::Double(latitude))),
            ("longitude", Some(Value::Double(longitude))),
        ])
    });
    map([
        ("country", record.country.map(|code| map([("iso_code", Some(text(code)))]))),
        ("city", record.city.map(named)),
        ("location", location),
        ("autonomous_system_number", record.as_number.map(Value::U32)),
        ("autonomous_system_organization", record.as_name.map(text)),
    ])
}

fn metadata(kind: &str, ip_version: u8, build_epoch: u64, nodes: usize) -> Value {
    let u16 = |number: u16| Some(Value::U16(number));
    map([
        ("binary_format_major_version", u16(2)),
        ("binary_format_minor_version", u16(0)),
        ("build_epoch", Some(Value::U64(build_epoch))),
        ("database_type", Some(text(kind))),
        ("description", Some(map([("en", Some(text("a test")))]))),
        ("ip_version", u16(ip_version.into())),
        ("languages", Some(Value::List(vec![text("en")]))),
        ("node_count", Some(Value::U32(nodes as u32))),
        ("record_size", u16(32)),
    ])
}

/// The MaxMind DB format's types: 2 text, 3 double, 5, 6 and 9 numbers of 16, 32 and 64 bits,
/// 7 map, 11 array.
fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            head(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Double(double) => {
            head(3, 8, out);
            out.extend(double.to_be_bytes());
        }
        Value::U16(number) => number_of(5, (*number).into(), out),
        Value::U32(number) => number_of(6, (*number).into(), out),
        Value::U64(number) => number_of(9, *number, out),
        Value::Map(fields) => {
            head(7, fields.len(), out);
            for (key, value) in fields {
                head(2, key.len(), out);
                out.extend(key.as_bytes());
                encode(value, out);
            }
        }
        Value::List(values) => {
            head(11, values.len(), out);
            values.iter().for_each(|value| encode(value, out));
        }
    }
}

/// Numbers are stored without leading zero bytes.
fn number_of(kind: u8, number: u64, out: &mut Vec<u8>) {
    let skipped = number.leading_zeros() as usize / 8;
    head(kind, 8 - skipped, out);
    out.extend(&number.to_be_bytes()[skipped..]);
}

/// The control byte: three bits of type, five of size; sizes from 29 on take one more byte.
fn head(kind: u8, size: usize, out: &mut Vec<u8>) {
    assert!(size < 285, "test records are small");
    let short = size.min(29) as u8;
    if kind < 8 {
        out.push(kind << 5 | short);
    } else {
        out.extend([short, kind - 7]);
    }
    if size >= 29 {
        out.push((size - 29) as u8);
    }
}
