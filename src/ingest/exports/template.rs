//! Templates: which fields the records of a set have, as the exporter announced them.

use rustc_hash::FxHashMap;

use crate::ingest::wire::{be16, take};

/// Templates remembered at once, and fields of one that are: many times what exporters announce.
const MAX_TEMPLATES: usize = 4096;
const MAX_FIELDS: usize = 512;

/// A length that stands before each value instead of here (RFC 7011, section 7).
pub const VARIABLE: u16 = 0xffff;

/// The number under which a field of the way back is announced (RFC 5103, section 6.1).
const REVERSE: u32 = 29_305;

/// One field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The number in IANA's registry of IPFIX elements; `None` for a manufacturer's own.
    pub element: Option<u16>,
    /// It tells of the way back.
    pub reverse: bool,
    pub length: u16,
}

/// The fields of a record, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub fields: Vec<Field>,
    /// It describes the exporter, not a flow.
    pub options: bool,
}

impl Template {
    /// The fewest bytes a record can have.
    pub fn shortest(&self) -> usize {
        let length = |field: &Field| if field.length == VARIABLE { 1 } else { usize::from(field.length) };
        self.fields.iter().map(length).sum()
    }
}

/// Who announced a template: the exporter, its domain and whether it speaks IPFIX.
pub type Origin = (u128, u32, bool);

/// All templates announced so far.
#[derive(Debug, Default)]
pub struct Templates {
    known: FxHashMap<(Origin, u16), Template>,
    pub refused: u64,
}

impl Templates {
    pub fn get(&self, origin: Origin, id: u16) -> Option<&Template> {
        self.known.get(&(origin, id))
    }

    /// Reads a set of templates: ids 0 and 2, or of options: ids 1 and 3.
    pub fn announce(&mut self, origin: Origin, set: u16, mut body: &[u8]) {
        while let Some((id, template)) = template(set, &mut body) {
            let is_new = !self.known.contains_key(&(origin, id));
            if template.fields.is_empty() {
                self.known.remove(&(origin, id));
            } else if template.fields.len() > MAX_FIELDS || (is_new && self.known.len() >= MAX_TEMPLATES) {
                self.refused += 1;
            } else {
                self.known.insert((origin, id), template);
            }
        }
    }
}

/// Takes the next template off a set; padding is none.
fn template(set: u16, rest: &mut &[u8]) -> Option<(u16, Template)> {
    let mut number = || take(rest, 2).map(be16);
    let id = number().filter(|id| *id >= 256)?;
    let fields = match set {
        // Bytes, not fields, of the scopes and of the options.
        1 => {
            let (scopes, options) = (number()?, number()?);
            return fields(rest, (usize::from(scopes) + usize::from(options)) / 4, true, false).map(|t| (id, t));
        }
        _ => usize::from(number()?),
    };
    if set == 3 && fields > 0 {
        number()?;
    }
    self::fields(rest, fields, matches!(set, 1 | 3), set >= 2).map(|template| (id, template))
}

fn fields(rest: &mut &[u8], count: usize, options: bool, enterprises: bool) -> Option<Template> {
    let mut fields = Vec::with_capacity(count.min(rest.len() / 4));
    for _ in 0..count {
        let (kind, length) = (be16(take(rest, 2)?), be16(take(rest, 2)?));
        let owner = match enterprises && kind & 0x8000 != 0 {
            true => Some(crate::ingest::wire::be32(take(rest, 4)?)),
            false => None,
        };
        let reverse = owner == Some(REVERSE);
        let element = (owner.is_none() || reverse).then_some(if owner.is_some() { kind & 0x7fff } else { kind });
        fields.push(Field { element, reverse, length });
    }
    Some(Template { fields, options })
}
