//! A made-up conn.log of Zeek's (text) of any number of rows.

use std::io::Write;

use super::{Dice, NETWORKS, SERVERS, SLICE, START, popular};

const HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
    #open\t2024-11-06-00-00-00\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t\
    orig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\t\
    resp_pkts\tresp_ip_bytes\ttunnel_parents\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\t\
    count\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n";

/// How connections end, in what shares of 16: most of them well, some unanswered, refused or reset.
const STATES: [(&str, &str); 16] = [
    ("SF", "ShADadFf"),
    ("SF", "ShADadFf"),
    ("SF", "ShADadfF"),
    ("SF", "ShADadFf"),
    ("SF", "ShADadtFf"),
    ("SF", "ShADadFfR"),
    ("SF", "ShADadFf"),
    ("SF", "ShADadfF"),
    ("SF", "ShADdaFf"),
    ("SF", "ShADadFf"),
    ("S1", "ShADad"),
    ("RSTO", "ShADadR"),
    ("RSTR", "ShADadr"),
    ("S0", "S"),
    ("S0", "S"),
    ("REJ", "Sr"),
];

/// A log of `rows` connections, given to `sink` in slices of about a megabyte.
pub fn conn_log(seed: u64, rows: u64, sink: &mut dyn FnMut(&[u8])) {
    let mut dice = Dice::new(seed);
    let mut out = Vec::with_capacity(SLICE + 512);
    out.extend_from_slice(HEADER.as_bytes());
    for row in 0..rows {
        connection(&mut dice, row, &mut out);
        if out.len() >= SLICE {
            sink(&out);
            out.clear();
        }
    }
    out.extend_from_slice(b"#close\t2024-11-07-00-00-00\n");
    sink(&out);
}

fn connection(dice: &mut Dice, row: u64, out: &mut Vec<u8>) {
    let client = dice.below(4096).min(dice.below(4096));
    let (a, b) = NETWORKS[(client & 15) as usize];
    let port = popular(dice);
    let server = SERVERS[dice.below(6) as usize];
    let microseconds = row * 10_000 + dice.below(10_000);
    let (seconds, fraction) = (START as u64 + microseconds / 1_000_000, microseconds % 1_000_000);
    // Writing to a vector does not fail.
    let _ = write!(out, "{seconds}.{fraction:06}\tC");
    out.extend(
        (0..17).map(|_| b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[dice.below(59) as usize]),
    );
    let (c, d, from) = (client >> 8, 1 + client % 250, 32_768 + dice.below(28_000));
    let _ = write!(out, "\t{a}.{b}.{c}.{d}\t{from}\t{server}\t{port}\t");
    let service = match port {
        53 => "udp\tdns",
        443 | 8080 => "tcp\tssl",
        80 => "tcp\thttp",
        22 => "tcp\tssh",
        _ => "tcp\t-",
    };
    let (state, history) = if port == 53 { ("SF", "Dd") } else { STATES[dice.below(16) as usize] };
    let answered = !matches!(state, "S0" | "REJ");
    out.extend_from_slice(service.as_bytes());
    if answered {
        let (length, sent, received) = (dice.below(60_000_000), 40 + dice.below(4000), 60 + dice.below(200_000));
        let [packets, answers] = [6 + sent / 1000, 5 + received / 1400];
        let (more, back) = (sent + packets * 40, received + answers * 40);
        let (seconds, fraction) = (length / 1_000_000, length % 1_000_000);
        let _ = write!(out, "\t{seconds}.{fraction:06}\t{sent}\t{received}\t{state}\tF\tT\t0\t{history}\t");
        let _ = writeln!(out, "{packets}\t{more}\t{answers}\t{back}\t-");
    } else {
        let answers = u8::from(state == "REJ");
        let _ = writeln!(out, "\t-\t-\t-\t{state}\tF\tT\t0\t{history}\t1\t60\t{answers}\t{}\t-", answers * 40);
    }
}
