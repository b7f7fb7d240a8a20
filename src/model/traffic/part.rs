//! Traffic as bytes, for one worker to read and another to add to its own.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::{AddressId, Names, Traffic};
use crate::model::address::Address;
use crate::model::packed::{Packed, Value, values_of};

/// The rows of a table, packed. What captures tell beside the flows is not in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrafficPart<'a> {
    /// 17 bytes each: the kind, then the address in its first bytes.
    #[serde(borrow, with = "serde_bytes")]
    addresses: Cow<'a, [u8]>,
    #[serde(borrow, with = "serde_bytes")]
    source: Cow<'a, [u8]>,
    #[serde(borrow)]
    columns: Vec<Packed<'a>>,
    histories: Vec<String>,
    labels: Vec<String>,
    identities: Vec<String>,
    identities_dropped: u64,
}

/// The columns of numbers that a part has given: the first four of `Traffic::columns`.
const NUMBERED: usize = 4;

impl Traffic {
    /// All rows, packed. (Mutable, because that is how all columns are had in one list.)
    pub fn part(&mut self) -> TrafficPart<'_> {
        let [histories, labels, identities] =
            [&self.histories, &self.labels, &self.identities].map(|names| names.texts.clone());
        TrafficPart {
            addresses: self.addresses.iter().flat_map(|address| packed(*address)).collect(),
            source: AddressId::bytes(&self.source).into_owned().into(),
            histories,
            labels,
            identities,
            identities_dropped: self.identities.dropped,
            columns: self.columns().into_iter().map(|column| (*column).pack()).collect(),
        }
    }

    /// Appends the rows of a part, as if they had been read here.
    pub fn append(&mut self, part: &TrafficPart<'_>) {
        let ids: Vec<AddressId> =
            part.addresses.chunks_exact(PACKED).map(|address| self.intern(unpacked(address))).collect();
        let sources = values_of::<AddressId>(&part.source);
        self.source.extend(sources.map(|id| ids.get(id.index()).copied().unwrap_or_default()));
        let [destination, history, label, identity, rest @ ..] = part.columns.as_slice() else { return };
        self.destination.append_with(destination, |id| ids.get(id.index()).copied());
        let numbers = |names: &mut Names, texts: &[String]| -> Vec<Option<u16>> {
            texts.iter().map(|text| names.intern(text)).collect()
        };
        let histories = numbers(&mut self.histories, &part.histories);
        self.history.append_with(history, |number| *histories.get(usize::from(number))?);
        let labels = numbers(&mut self.labels, &part.labels);
        self.label.append_with(label, |number| *labels.get(usize::from(number))?);
        let identities = numbers(&mut self.identities, &part.identities);
        self.identity.append_with(identity, |number| *identities.get(usize::from(number))?);
        self.identities.dropped += part.identities_dropped;
        let columns = self.columns();
        columns.into_iter().skip(NUMBERED).zip(rest).for_each(|(column, packed)| column.append(packed));
        self.level();
    }
}

const PACKED: usize = 17;

fn packed(address: Address) -> [u8; PACKED] {
    let mut bytes = [0; PACKED];
    let mut put = |kind, octets: &[u8]| {
        bytes[0] = kind;
        bytes[1..=octets.len()].copy_from_slice(octets);
    };
    match address {
        Address::V4(ip) => put(4, &ip.octets()),
        Address::V6(ip) => put(6, &ip.octets()),
        Address::Mac(mac) => put(2, &mac),
        Address::As(number) => put(0, &number.to_be_bytes()),
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Address {
    fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
        bytes[1..].first_chunk().copied().unwrap_or([0; N])
    }
    match bytes[0] {
        4 => Address::V4(Ipv4Addr::from(first(bytes))),
        6 => Address::V6(Ipv6Addr::from(first(bytes))),
        2 => Address::Mac(first(bytes)),
        _ => Address::As(u32::from_be_bytes(first(bytes))),
    }
}
