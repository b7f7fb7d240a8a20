//! One small reader per exporter: from its files back to the networks in them. A reader refuses what it does
//! not expect, so that nothing can hide in a file.

use ipnet::IpNet;

pub type Files = [(String, String)];

/// The networks in an exporter's files.
pub fn read(key: &str, files: &Files) -> Vec<IpNet> {
    let first = || &files[..1];
    match key {
        "plain_list" | "cidr_list" | "pfsense_alias" | "fortinet_feed" | "palo_alto_edl" | "haproxy" => {
            each_line(files, "#", network)
        }
        "pf" => each_line(first(), "#", network),
        "nginx" => each_line(files, "#", |line| between(line, "deny ", ";")),
        "nftables" => each_line(first(), "#", nftables),
        "ipset" => each_line(first(), "#", ipset),
        "apache" => each_line(files, "#", apache),
        "caddy" => each_line(files, "#", caddy),
        "windows_firewall" => all_lines(first(), windows),
        "cisco_ios" => each_line(first(), "!", cisco),
        "juniper" => each_line(first(), " *", juniper),
        "mikrotik" => each_line(first(), "#", mikrotik),
        "crowdsec" => each_line(first(), "duration,reason,scope,type,value", crowdsec),
        "fail2ban" => all_lines(first(), |line| words(line, "fail2ban-client set \"$jail\" banip ", " ", "")),
        "suricata_rules" => all_lines(files, suricata),
        "ip_reputation" => reputation(files),
        "rpz" => each_line(files, ";", rpz),
        "block_csv" => each_line(files, "address,", |line| network(line.split(',').next().unwrap())),
        _ => super::documents::read(key, files),
    }
}

/// One network per line, or none where the line is part of the frame. Lines that start with `skip` are passed over.
fn each_line(files: &Files, skip: &str, line: impl Fn(&str) -> Option<IpNet>) -> Vec<IpNet> {
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.filter(|text| !text.starts_with(skip)).filter_map(line).collect()
}

fn all_lines(files: &Files, line: impl Fn(&str) -> Vec<IpNet>) -> Vec<IpNet> {
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.filter(|text| !text.starts_with('#')).flat_map(line).collect()
}

/// A whole line that must be a network in its canonical spelling.
pub fn network(text: &str) -> Option<IpNet> {
    let network: IpNet = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)).expect(text);
    assert_eq!(network, network.trunc(), "host bits are set");
    assert!([network.to_string(), network.addr().to_string()].contains(&text.to_owned()), "{text} is not canonical");
    Some(network)
}

fn between(line: &str, before: &str, after: &str) -> Option<IpNet> {
    network(line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).expect(line))
}

fn frame(line: &str, allowed: &[&str]) -> Option<IpNet> {
    assert!(allowed.iter().any(|start| line.starts_with(start)), "unexpected line {line:?}");
    None
}

fn words(line: &str, before: &str, mark: &str, after: &str) -> Vec<IpNet> {
    match line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) {
        Some(list) => list.split(mark).filter_map(network).collect(),
        None => {
            assert!(["set -eu", "jail=\"${1:-flowglass}\""].contains(&line), "unexpected line {line:?}");
            Vec::new()
        }
    }
}

fn nftables(line: &str) -> Option<IpNet> {
    match line.strip_prefix("\t\t\t") {
        Some(element) => between(element, "", ","),
        None => {
            let chain = ["\tchain ", "\t\ttype ", "\t\tip saddr @block4 counter drop", "\t\tip6 saddr @block6 counter"];
            let set = ["\tset block", "\t\tflags interval,timeout", "\t\ttimeout ", "\t\telements = {", "\t\t}", "\t}"];
            let table = ["table inet flowglass", "delete table inet flowglass", "}"];
            frame(line, &[&chain[..], &set[..], &table[..]].concat())
        }
    }
}

fn ipset(line: &str) -> Option<IpNet> {
    match line.split_once("-new ").filter(|_| line.starts_with("add flowglass")) {
        Some((_, rest)) => between(rest, "", " timeout 604800"),
        None => frame(line, &["create flowglass", "flush flowglass", "swap flowglass", "destroy flowglass"]),
    }
}

fn apache(line: &str) -> Option<IpNet> {
    match line.strip_prefix("    Require not ip ") {
        Some(text) => network(text),
        None => frame(line.trim(), &["<Location", "AuthMerging", "<RequireAll>", "Require all", "</"]),
    }
}

fn caddy(line: &str) -> Option<IpNet> {
    match line.strip_prefix("\t\tremote_ip ") {
        Some(text) => network(text),
        None => frame(line.trim(), &["(flowglass) {", "@flowglass {", "}", "abort @flowglass"]),
    }
}

fn windows(line: &str) -> Vec<IpNet> {
    let Some((_, list)) = line.split_once("-RemoteAddress @(").filter(|_| line.starts_with("New-NetFirewallRule"))
    else {
        frame(line, &["$ErrorActionPreference", "Remove-NetFirewallRule"]);
        return Vec::new();
    };
    let list = list.strip_suffix(") | Out-Null").expect(line);
    let quoted = list.split(',').map(|text| text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).expect(text));
    let networks: Vec<IpNet> = quoted.filter_map(network).collect();
    assert!(networks.len() <= 1000);
    networks
}

fn cisco(line: &str) -> Option<IpNet> {
    let Some(rest) = line.strip_prefix(" deny ip") else {
        return frame(line, &["no ip", "ip access-list extended", "ipv6 access-list", " permit ip", "exit"]);
    };
    let source = rest.trim_start_matches("v6").strip_prefix(' ').and_then(|r| r.strip_suffix(" any")).expect(line);
    match source.split_once(' ') {
        Some(("host", ip)) => network(ip),
        Some((ip, wildcard)) => {
            let bits = u32::from_be_bytes(wildcard.parse::<std::net::Ipv4Addr>().unwrap().octets());
            network(&format!("{ip}/{}", bits.leading_zeros()))
        }
        None => network(source),
    }
}

fn juniper(line: &str) -> Option<IpNet> {
    match line.strip_prefix("        ") {
        Some(prefix) => between(prefix, "", ";"),
        None => frame(line.trim(), &["/*", "policy-options {", "replace: prefix-list flowglass", "}"]),
    }
}

fn mikrotik(line: &str) -> Option<IpNet> {
    match line.strip_prefix("add list=flowglass address=") {
        Some(rest) => between(rest, "", " timeout=604800s"),
        None => frame(line, &["/ip firewall address-list", "/ipv6 firewall address-list"]),
    }
}

fn crowdsec(line: &str) -> Option<IpNet> {
    let network = between(line.split_once(",ban,").expect(line).1, "", "")?;
    let scope = if network.prefix_len() == network.max_prefix_len() { "ip" } else { "range" };
    assert!(line.starts_with(&format!("168h,flowglass,{scope},ban,")), "{line}");
    Some(network)
}

fn suricata(line: &str) -> Vec<IpNet> {
    let (list, rest) = line.strip_prefix("drop ip [").and_then(|rest| rest.split_once(']')).expect(line);
    assert!(rest.starts_with(" any -> any any (msg:\"Flowglass blocked source\"; sid:19"), "{line}");
    list.split(',').filter_map(network).collect()
}

/// Suricata's scores and Snort's list must name the same addresses.
fn reputation(files: &Files) -> Vec<IpNet> {
    let [categories, scores, snort] = files else { panic!("three files") };
    assert_eq!(categories.1, "60,Flowglass,Addresses that Flowglass would block\n");
    let score = |line: &str| {
        let mut cells = line.split(',');
        let network = network(cells.next().unwrap());
        assert_eq!(cells.next(), Some("60"));
        assert!((1..=127).contains(&cells.next().unwrap().parse::<u8>().unwrap()));
        network
    };
    let scored: Vec<IpNet> = scores.1.lines().filter_map(score).collect();
    assert_eq!(scored, each_line(std::slice::from_ref(snort), "#", network));
    scored
}

fn rpz(line: &str) -> Option<IpNet> {
    let Some(owner) = line.strip_suffix(".rpz-ip CNAME .") else { return frame(line, &["$TTL", "@ IN"]) };
    let mut labels: Vec<&str> = owner.split('.').rev().collect();
    let prefix = labels.pop().unwrap();
    let ip = if labels.len() == 4 && !labels.contains(&"zz") {
        labels.join(".")
    } else {
        labels.join(":").replacen("zz", "", 1)
    };
    // `zz` at an end leaves one colon there, and in the middle two.
    let ip = match (ip.starts_with(':'), ip.ends_with(':')) {
        (true, _) => format!(":{ip}"),
        (_, true) => format!("{ip}:"),
        _ => ip,
    };
    network(&format!("{ip}/{prefix}"))
}
