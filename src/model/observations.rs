//! All that packets told beside the flows: each kind in capture order, and bounded.

use rustc_hash::FxHashMap;

use super::observation::{Arp, At, Dhcp, Dns, Icmp, RouterAdvertisement, SshKey, Syn, TextId, Tls};

/// At most this many observations of one kind are kept; the rest are counted.
pub const MAX_KEPT: usize = 200_000;

/// At most this many distinct texts (domains, server names) are kept.
pub const MAX_TEXTS: usize = 100_000;

/// Observations of one kind, in capture order.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    items: Vec<T>,
    dropped: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept { items: Vec::new(), dropped: 0 }
    }
}

impl<T> Kept<T> {
    pub fn push(&mut self, item: T) {
        if self.items.len() < MAX_KEPT { self.items.push(item) } else { self.dropped += 1 }
    }

    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Gives files other numbers.
    fn renumber(&mut self, at: fn(&mut T) -> &mut At, number: &[u16]) {
        for item in &mut self.items {
            let file = &mut at(item).file;
            *file = number.get(usize::from(*file)).copied().unwrap_or(*file);
        }
    }

    /// Puts them in order of time, then of file and packet.
    fn sort_by_time(&mut self, at: fn(&T) -> At) {
        let key = |item: &T| (at(item).file, at(item).packet);
        self.items.sort_by(|a, b| at(a).time.total_cmp(&at(b).time).then_with(|| key(a).cmp(&key(b))));
    }

    /// How many came after the first `MAX_KEPT` and were not kept.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Everything seen, by kind.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    files: Vec<String>,
    texts: Vec<String>,
    text_ids: FxHashMap<String, TextId>,
    texts_dropped: u64,
    pub arp: Kept<Arp>,
    pub dhcp: Kept<Dhcp>,
    pub dns: Kept<Dns>,
    pub tls: Kept<Tls>,
    pub ssh: Kept<SshKey>,
    pub icmp: Kept<Icmp>,
    pub routers: Kept<RouterAdvertisement>,
    pub syn: Kept<Syn>,
}

impl Observations {
    /// Later observations belong to this file.
    pub fn begin(&mut self, file: &str) {
        self.files.push(file.to_owned());
    }

    /// The files read, in order.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// A place in the current file.
    pub fn at(&self, time: f64, packet: u64) -> At {
        let file = u16::try_from(self.files.len().saturating_sub(1)).unwrap_or(u16::MAX);
        At { time, file, packet }
    }

    pub fn text(&self, id: TextId) -> &str {
        &self.texts[id.0 as usize]
    }

    /// Keeps a text once. `None` when `MAX_TEXTS` different ones are kept already.
    pub fn intern(&mut self, text: &str) -> Option<TextId> {
        if let Some(&id) = self.text_ids.get(text) {
            return Some(id);
        }
        if self.texts.len() >= MAX_TEXTS {
            self.texts_dropped += 1;
            return None;
        }
        let id = TextId(self.texts.len() as u32);
        self.texts.push(text.to_owned());
        self.text_ids.insert(text.to_owned(), id);
        Some(id)
    }

    /// How often a text came that was not kept.
    pub fn texts_dropped(&self) -> u64 {
        self.texts_dropped
    }

    /// Puts the files in this order; observations keep theirs.
    pub fn arrange(&mut self, order: &[usize]) {
        let mut number = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| number[old] = u16::try_from(new).unwrap_or(u16::MAX));
        self.files = order.iter().map(|&old| std::mem::take(&mut self.files[old])).collect();
        self.arp.renumber(|seen| &mut seen.at, &number);
        self.dhcp.renumber(|seen| &mut seen.at, &number);
        self.dns.renumber(|seen| &mut seen.at, &number);
        self.tls.renumber(|seen| &mut seen.at, &number);
        self.ssh.renumber(|seen| &mut seen.at, &number);
        self.icmp.renumber(|seen| &mut seen.at, &number);
        self.routers.renumber(|seen| &mut seen.at, &number);
        self.syn.renumber(|seen| &mut seen.at, &number);
    }

    /// The times of all observations that have one, with their files.
    pub fn times(&self) -> impl Iterator<Item = At> + '_ {
        let packets = self.arp.items.iter().map(|seen| seen.at).chain(self.dhcp.items.iter().map(|seen| seen.at));
        let names = self.dns.items.iter().map(|seen| seen.at).chain(self.tls.items.iter().map(|seen| seen.at));
        let keys = self.ssh.items.iter().map(|seen| seen.at).chain(self.icmp.items.iter().map(|seen| seen.at));
        let rest = self.routers.items.iter().map(|seen| seen.at).chain(self.syn.items.iter().map(|seen| seen.at));
        packets.chain(names).chain(keys).chain(rest).filter(|at| at.time > 0.0)
    }

    /// Puts each kind in order of time, where several inputs told of it.
    pub fn sort_by_time(&mut self) {
        self.arp.sort_by_time(|seen| seen.at);
        self.dhcp.sort_by_time(|seen| seen.at);
        self.dns.sort_by_time(|seen| seen.at);
        self.tls.sort_by_time(|seen| seen.at);
        self.ssh.sort_by_time(|seen| seen.at);
        self.icmp.sort_by_time(|seen| seen.at);
        self.routers.sort_by_time(|seen| seen.at);
        self.syn.sort_by_time(|seen| seen.at);
    }

    /// True where nothing of any kind was seen.
    pub fn is_empty(&self) -> bool {
        let kept = [self.arp.items.len(), self.dhcp.items.len(), self.dns.items.len(), self.tls.items.len()];
        let more = [self.ssh.items.len(), self.icmp.items.len(), self.routers.items.len(), self.syn.items.len()];
        kept.iter().chain(&more).all(|&items| items == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_cap_only_the_count_grows() {
        let mut kept = Kept::default();
        (0..MAX_KEPT + 3).for_each(|item| kept.push(item));
        assert_eq!((kept.items().len(), kept.dropped()), (MAX_KEPT, 3));
    }

    #[test]
    fn equal_texts_have_one_id() {
        let mut seen = Observations::default();
        let first = seen.intern("example.org").unwrap();
        assert_eq!(seen.intern("example.org"), Some(first));
        assert_eq!(seen.text(first), "example.org");
        assert_ne!(seen.intern("example.net"), Some(first));
    }

    #[test]
    fn texts_past_the_cap_are_counted() {
        let mut seen = Observations::default();
        (0..MAX_TEXTS + 2).for_each(|number| _ = seen.intern(&number.to_string()));
        assert_eq!((seen.intern("0").is_some(), seen.intern("new"), seen.texts_dropped()), (true, None, 3));
    }
}
