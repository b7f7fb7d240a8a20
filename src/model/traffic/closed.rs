//! The table once no row comes any more.

use std::borrow::Cow;

use super::{AddressId, Traffic};
use crate::model::address::Address;
use crate::pieces::in_pieces;

impl Traffic {
    /// No row comes any more: what finds an address among those that come gives way to their order, which takes a fifth of
    /// the memory.
    pub fn close(&mut self) {
        self.v4_ids = Default::default();
        self.ids = Default::default();
        self.addresses.shrink_to_fit();
        self.sorted = sorted(&self.addresses);
    }

    /// The distinct addresses in order.
    pub fn by_address(&self) -> Cow<'_, [AddressId]> {
        if self.is_closed() { Cow::Borrowed(&self.sorted) } else { Cow::Owned(sorted(&self.addresses)) }
    }

    pub(super) fn is_closed(&self) -> bool {
        !self.sorted.is_empty()
    }

    pub(super) fn find_in_order(&self, address: Address) -> Option<AddressId> {
        let found = self.sorted.binary_search_by(|id| self.address(*id).cmp(&address)).ok()?;
        Some(self.sorted[found])
    }
}

/// IPv4 comes first, and is put in order as numbers: there may be millions.
fn sorted(addresses: &[Address]) -> Vec<AddressId> {
    let (mut numbers, mut others) = (Vec::with_capacity(addresses.len()), Vec::new());
    in_pieces(addresses.len(), |id| match addresses[id] {
        Address::V4(ip) => numbers.push(u64::from(ip.to_bits()) << 32 | id as u64),
        _ => others.push(AddressId(id as u32)),
    });
    numbers.sort_unstable();
    others.sort_unstable_by_key(|id| addresses[id.index()]);
    numbers.into_iter().map(|number| AddressId(number as u32)).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_before_and_after() {
        let texts = ["10.0.0.9", "2001:db8::1", "10.0.0.1", "aa:bb:cc:00:11:22", "255.0.0.1", "2001:db8::", "9.9.9.9"];
        let addresses = texts.map(|text| Address::parse(text).unwrap());
        let mut traffic = Traffic::default();
        let ids = addresses.map(|address| traffic.intern(address));
        let unknown = Address::parse("10.0.0.2").unwrap();
        let before = traffic.by_address().into_owned();
        for closed in [false, true] {
            if closed {
                traffic.close();
            }
            assert_eq!(addresses.map(|address| traffic.find(address)), ids.map(Some));
            assert_eq!(traffic.find(unknown), None);
            assert_eq!(*traffic.by_address(), before);
        }
        assert!(before.is_sorted_by_key(|id| traffic.address(*id)) && before.len() == texts.len());
    }
}
