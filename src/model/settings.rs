//! Settings: unchecked as they come from a file or a form, checked once, then read by knob.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::about::{Knob, Range};
use crate::error::{Error, Result};

/// A value as it stands in a settings file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Toggle(bool),
    Number(f64),
    Text(String),
    List(Vec<String>),
    Mapping(BTreeMap<String, String>),
}

/// Settings by knob key, unchecked. A knob not named has its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, Value>);

/// Settings that have passed `Settings::check`: every knob known has a value in its range.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Checked {
    values: BTreeMap<&'static str, Value>,
    #[serde(skip)]
    networks: BTreeMap<&'static str, Vec<IpNet>>,
}

impl Settings {
    /// Checks every value against its knob. All faults are returned, not only the first.
    pub fn check(&self, knobs: &[&Knob]) -> std::result::Result<Checked, Vec<Error>> {
        let mut checked = Checked::default();
        let mut faults = Vec::new();
        for key in self.0.keys().filter(|key| !knobs.iter().any(|knob| knob.key == *key)) {
            faults.push(Error::setting(format!("there is no setting {key:?}; `flowglass catalog` lists them")));
        }
        for knob in knobs {
            match self.0.get(knob.key).map_or(Ok(default(knob)), |value| fit(knob, value)) {
                Err(fault) => faults.push(fault),
                Ok(value) => {
                    if let Value::List(lines) = &value {
                        match networks(knob, lines) {
                            Ok(networks) => drop(checked.networks.insert(knob.key, networks)),
                            Err(mut more) => faults.append(&mut more),
                        }
                    }
                    checked.values.insert(knob.key, value);
                }
            }
        }
        if faults.is_empty() { Ok(checked) } else { Err(faults) }
    }
}

impl Checked {
    /// The value of a number knob.
    pub fn real(&self, knob: &Knob) -> f64 {
        match (self.values.get(knob.key), knob.range) {
            (Some(Value::Number(number)), _) => *number,
            (_, Range::Real { default, .. }) => default,
            (_, Range::Integer { default, .. }) => default as f64,
            _ => unreachable!("{} is no number", knob.key),
        }
    }

    /// The value of an integer knob, which is never negative where it is read as a count.
    pub fn count(&self, knob: &Knob) -> usize {
        self.real(knob) as usize
    }

    pub fn toggle(&self, knob: &Knob) -> bool {
        match (self.values.get(knob.key), knob.range) {
            (Some(Value::Toggle(on)), _) => *on,
            (_, Range::Toggle { default }) => default,
            _ => unreachable!("{} is no toggle", knob.key),
        }
    }

    pub fn choice(&self, knob: &Knob) -> &str {
        match (self.values.get(knob.key), knob.range) {
            (Some(Value::Text(choice)), _) => choice,
            (_, Range::Choice { default, .. }) => default,
            _ => unreachable!("{} is no choice", knob.key),
        }
    }

    /// The names of a `Range::Mapping` knob and what they stand for.
    pub fn mapping(&self, knob: &Knob) -> impl Iterator<Item = (&str, &str)> {
        let names = match self.values.get(knob.key) {
            Some(Value::Mapping(names)) => Some(names),
            _ => None,
        };
        names.into_iter().flatten().map(|(name, option)| (name.as_str(), option.as_str()))
    }

    /// The networks of a `Range::Networks` knob; a single address is a network of one.
    pub fn networks(&self, knob: &Knob) -> &[IpNet] {
        self.networks.get(knob.key).map_or(&[], Vec::as_slice)
    }
}

/// A mapping names at most so many columns: the widest table of flows known has some 450.
const LARGEST_MAPPING: usize = 2000;

fn default(knob: &Knob) -> Value {
    match knob.range {
        Range::Integer { default, .. } => Value::Number(default as f64),
        Range::Real { default, .. } => Value::Number(default),
        Range::Toggle { default } => Value::Toggle(default),
        Range::Choice { default, .. } => Value::Text(default.to_owned()),
        Range::Networks => Value::List(Vec::new()),
        Range::Mapping { .. } => Value::Mapping(BTreeMap::new()),
    }
}

fn fit(knob: &Knob, value: &Value) -> Result<Value> {
    let expected = match (knob.range, value) {
        (Range::Integer { min, max, .. }, Value::Number(n))
            if n.fract() == 0.0 && (min as f64..=max as f64).contains(n) =>
        {
            return Ok(value.clone());
        }
        (Range::Real { min, max, .. }, Value::Number(n)) if (min..=max).contains(n) => return Ok(value.clone()),
        (Range::Toggle { .. }, Value::Toggle(_)) => return Ok(value.clone()),
        (Range::Choice { options, .. }, Value::Text(text)) if options.contains(&text.as_str()) => {
            return Ok(value.clone());
        }
        (Range::Networks, Value::List(_)) => return Ok(value.clone()),
        (Range::Mapping { options }, Value::Mapping(names))
            if names.len() <= LARGEST_MAPPING && names.values().all(|option| options.contains(&option.as_str())) =>
        {
            return Ok(value.clone());
        }
        (Range::Integer { min, max, .. }, _) => format!("a whole number from {min} to {max}"),
        (Range::Real { min, max, .. }, _) => format!("a number from {min} to {max}"),
        (Range::Toggle { .. }, _) => "true or false".to_owned(),
        (Range::Choice { options, .. }, _) => format!("one of {}", options.join(", ")),
        (Range::Networks, _) => "a list of addresses and CIDR networks".to_owned(),
        (Range::Mapping { options }, _) => format!("names, each with one of {}", options.join(", ")),
    };
    let given = serde_json::to_string(value).unwrap_or_default();
    Err(Error::setting(format!("{} ({}) must be {expected}, not {given}", knob.key, knob.label)))
}

/// Reads one network per line; a blank line or one that starts with `#` is passed over.
fn networks(knob: &Knob, lines: &[String]) -> std::result::Result<Vec<IpNet>, Vec<Error>> {
    let mut networks = Vec::new();
    let mut faults = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let text = line.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        match parse_network(text) {
            Some(network) => networks.push(network),
            None => faults.push(Error::setting(format!(
                "{} ({}), line {}: {text:?} is neither an address nor a CIDR network such as 10.0.0.0/8",
                knob.key,
                knob.label,
                index + 1,
            ))),
        }
    }
    if faults.is_empty() { Ok(networks) } else { Err(faults) }
}

/// Reads `10.0.0.1`, `10.0.0.0/8` or the same in IPv6; host bits are cleared.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    network.ok().map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREES: Knob = Knob {
        key: "forest.trees",
        label: "Trees",
        help: "",
        unit: "",
        range: Range::Integer { min: 1, max: 1000, default: 100 },
    };
    const ALLOW: Knob = Knob { key: "policy.allow", label: "Allow list", help: "", unit: "", range: Range::Networks };

    fn check(json: &str) -> std::result::Result<Checked, Vec<String>> {
        let settings: Settings = serde_json::from_str(json).unwrap();
        settings.check(&[&TREES, &ALLOW]).map_err(|faults| faults.iter().map(Error::to_string).collect())
    }

    #[test]
    fn defaults_stand_where_nothing_is_said() {
        assert_eq!(check("{}").unwrap().count(&TREES), 100);
    }

    #[test]
    fn every_fault_is_named() {
        let faults = check(r#"{"forest.trees": 0.5, "policy.allow": ["10.0.0.1", "x"], "nope": 1}"#).unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[1].contains("whole number from 1 to 1000"), "{faults:?}");
        assert!(faults[2].contains("line 2"), "{faults:?}");
    }

    #[test]
    fn a_mapping_takes_its_options_and_no_others() {
        const COLUMNS: Knob =
            Knob { key: "csv.mapping", label: "", help: "", unit: "", range: Range::Mapping { options: &["source"] } };
        let check = |json: &str| serde_json::from_str::<Settings>(json).unwrap().check(&[&COLUMNS]);
        let checked = check(r#"{"csv.mapping": {"who": "source"}}"#).unwrap();
        assert_eq!(checked.mapping(&COLUMNS).collect::<Vec<_>>(), [("who", "source")]);
        assert!(check(r#"{"csv.mapping": {"who": "sauce"}}"#).is_err());
        assert!(check(r#"{"csv.mapping": ["who"]}"#).is_err());
    }

    #[test]
    fn networks_read_addresses_comments_and_host_bits() {
        let checked = check(r##"{"policy.allow": ["10.1.2.3/8 # ours", "", "# note", "::1"]}"##).unwrap();
        let read: Vec<String> = checked.networks(&ALLOW).iter().map(ToString::to_string).collect();
        assert_eq!(read, ["10.0.0.0/8", "::1/128"]);
    }
}
