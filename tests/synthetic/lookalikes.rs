//! What honest machines do that resembles an attack, each with its parameters drawn over a wide range.

use flowglass::model::address::Address;

use super::browsing;
use super::dice::{Dice, Kind};
use super::leaks;
use super::office::{DAY, DNS, FILES, MAIL, START, host, server};
use super::talk::Talk;
use super::volleys;

pub const LOOKALIKES: &[Kind<Vec<Talk>>] = &[
    ("web proxy", browsing::web_proxy),
    ("client of a content network", browsing::content_client),
    ("monitoring", monitoring),
    ("backup", backup),
    ("mail server", mail_server),
    ("file sharing", file_sharing),
    ("recursive resolver", resolver),
    ("load balancer", load_balancer),
    ("time", time),
    ("video call", video_call),
    ("build machines", browsing::build_machines),
    ("service that is down", dead_service),
    ("administration by script", administration),
    ("database clients", database_clients),
    ("passive file transfer", file_transfer),
    ("printer search", printer_search),
    ("busy web server", browsing::busy_server),
    ("media stream", media_stream),
    ("camera", leaks::camera),
    ("scan for host keys", volleys::key_scan),
    ("several commands at once", volleys::scripts),
    ("several file transfers at once", volleys::transfers),
];

/// Every host pinged and every service touched, by the clock; now and then one is down for good.
fn monitoring(dice: &mut Dice) -> Vec<Talk> {
    let (hosts, period, down) = (dice.many(10, 150), dice.one_of(&[60.0, 120.0, 300.0]), dice.between(0.0, 0.05));
    let services: [&[u16]; 3] = [&[22, 80, 443], &[443], &[22, 25, 80, 443, 3306, 5432, 8080, 9100]];
    let services = dice.one_of(&services);
    let is_down: Vec<bool> = (0..hosts).map(|_| dice.chance(down)).collect();
    let mut talks = Vec::new();
    let rounds = (12_000.0 / (hosts as f64 * (1 + services.len()) as f64)).max(3.0) as u64;
    for round in 0..rounds {
        for number in 0..hosts {
            let at = START + round as f64 * period + number as f64 * 0.1;
            let up = !is_down[number as usize];
            talks.push(Talk::ping(at, server(30), host(number), [1, u64::from(up)]));
            for &port in services {
                let talk = Talk::tcp(at, server(30), dice.client_port(), host(number), port, [80, 300]);
                talks.push(match (up, port) {
                    (false, _) => talk.unanswered(2),
                    (true, 22 | 25 | 3306) => Talk { bytes: [0, 60], ..talk },
                    (true, 5432) => talk.touched(),
                    _ => talk,
                });
            }
        }
    }
    talks
}

/// Much data to one place, every night or this once.
fn backup(dice: &mut Dice) -> Vec<Talk> {
    let (to, parts, all) = (dice.outsider(), dice.many(1, 200), dice.over(5e8, 5e10));
    let part = |number: u64| {
        let bytes = [(all / parts as f64) as u64, dice.many(10_000, 1_000_000)];
        let at = START + DAY + number as f64 * 30.0;
        Talk::tcp(at, server(FILES), dice.client_port(), to, 443, bytes).lasting(dice.over(10.0, 3000.0))
    };
    (0..parts).map(part).collect()
}

/// Mail to hundreds of other servers, a part of which do not answer, and mail from as many.
fn mail_server(dice: &mut Dice) -> Vec<Talk> {
    let (count, gone) = (dice.many(200, 3000), dice.between(0.02, 0.15));
    let servers: Vec<Address> = (0..dice.many(100, 800)).map(|_| dice.outsider()).collect();
    let down: Vec<bool> = servers.iter().map(|_| dice.chance(gone)).collect();
    let mut talks = Vec::new();
    for _ in 0..count {
        let (at, other) = (START + dice.part() * DAY, dice.count(0, servers.len() as u64 - 1) as usize);
        let bytes = [dice.many(1000, 300_000), dice.many(300, 900)];
        let out = Talk::tcp(at, server(MAIL), dice.client_port(), servers[other], 25, bytes).lasting(3.0);
        talks.push(if down[other] { out.unanswered(4) } else { out });
        talks.push(Talk::tcp(at + 5.0, servers[other], dice.client_port(), server(MAIL), 25, bytes).lasting(3.0));
        talks.push(Talk::udp(at, server(MAIL), dice.client_port(), server(DNS), 53, [45, 120]));
    }
    talks
}

/// Peers by the hundred, most of whom are gone.
fn file_sharing(dice: &mut Dice) -> Vec<Talk> {
    let (peers, gone, begun) = (dice.many(60, 900), dice.between(0.3, 0.7), START + dice.between(0.0, DAY / 2.0));
    let mut talks = Vec::new();
    for _ in 0..peers {
        let (peer, at) = (dice.outsider(), begun + dice.between(0.0, 7200.0));
        let port = if dice.chance(0.2) { 6881 } else { dice.count(1025, 65_535) as u16 };
        let here = !dice.chance(gone);
        let bytes = [dice.many(60, 400), if here { dice.many(60, 600) } else { 0 }];
        talks.push(Talk::udp(at, host(7), 51_413, peer, port, bytes));
        if dice.chance(0.5) {
            let bytes = [dice.many(200, 2_000_000), dice.many(200, 9_000_000)];
            let talk = Talk::tcp(at + 1.0, host(7), dice.client_port(), peer, port, bytes).lasting(200.0);
            talks.push(if here { talk } else { talk.unanswered(3) });
        }
    }
    talks
}

fn resolver(dice: &mut Dice) -> Vec<Talk> {
    let servers: Vec<Address> = (0..dice.many(300, 4000)).map(|_| dice.outsider()).collect();
    let (count, lost) = (dice.many(3000, 12_000), dice.between(0.01, 0.08));
    let talk = |_| {
        let back = if dice.chance(lost) { 0 } else { dice.many(60, 1200) };
        let to = dice.one_of(&servers);
        Talk::udp(START + dice.part() * DAY, server(DNS), dice.client_port(), to, 53, [45, back])
    };
    (0..count).map(talk).collect()
}

/// Every few seconds each backend is touched; one is down.
fn load_balancer(dice: &mut Dice) -> Vec<Talk> {
    let (backends, every, ports) = (dice.many(2, 30), dice.one_of(&[2.0, 5.0, 10.0]), dice.count(1, 4) as u16);
    let down = dice.count(0, 2 * backends);
    let rounds = 10_000 / (backends * u64::from(ports));
    let mut talks = Vec::new();
    for round in 0..rounds {
        for backend in 0..backends {
            for port in 0..ports {
                let at = START + round as f64 * every + backend as f64 * 0.01;
                let talk = Talk::tcp(at, server(40), dice.client_port(), server(50 + backend), 8080 + port, [120, 200]);
                let talk = if dice.chance(0.5) { talk.touched() } else { talk };
                talks.push(if backend == down { talk.refused() } else { talk });
            }
        }
    }
    talks
}

/// Thirty clients of a pool of time servers, some of which do not answer.
fn time(dice: &mut Dice) -> Vec<Talk> {
    let pool: Vec<Address> = (0..dice.many(4, 60)).map(|_| dice.outsider()).collect();
    let (every, lost) = (dice.one_of(&[64.0, 256.0, 1024.0]), dice.between(0.0, 0.4));
    let dead: Vec<bool> = pool.iter().map(|_| dice.chance(lost)).collect();
    let mut talks = Vec::new();
    for number in 0..30 {
        for round in 0..(DAY / every).min(100.0) as u64 {
            let to = dice.count(0, pool.len() as u64 - 1) as usize;
            let at = START + round as f64 * every + dice.part();
            talks.push(Talk::udp(at, host(number), 123, pool[to], 123, [48, if dice.chance(0.9) { 48 } else { 0 }]));
            if dead[to] {
                talks.push(Talk::udp(at, host(number), 123, pool[to], 123, [48, 0]));
            }
        }
    }
    talks
}

/// Sound and picture to and fro; a screen that is shared goes one way.
fn video_call(dice: &mut Dice) -> Vec<Talk> {
    let (peer, seconds) = (dice.outsider(), dice.over(300.0, 7200.0));
    let begun = START + dice.between(0.0, DAY);
    let streams = dice.count(1, 6);
    let stream = |_| {
        let packets = [dice.over(20.0, 400.0), dice.over(20.0, 400.0)].map(|rate| (rate * seconds) as u64);
        let back = if dice.chance(0.2) { 0 } else { packets[1] };
        let to = dice.count(3478, 3497) as u16;
        let talk = Talk::udp(begun, host(9), dice.client_port(), peer, to, [packets[0] * 900, back * 900]);
        Talk { packets: [packets[0], back], ..talk }.lasting(seconds)
    };
    (0..streams).map(stream).collect()
}

/// All clients ask again and again for a server that is gone.
fn dead_service(dice: &mut Dice) -> Vec<Talk> {
    let (port, pause, refused) = (dice.one_of(&[80, 389, 443, 445, 9100]), dice.over(1.0, 60.0), dice.chance(0.5));
    let mut talks = Vec::new();
    for number in 0..30 {
        let mut at = START + dice.between(0.0, DAY);
        for _ in 0..dice.many(20, 200) {
            at += pause * dice.between(0.8, 1.2);
            let talk = Talk::tcp(at, host(number), dice.client_port(), server(5), port, [0, 0]);
            talks.push(if refused { talk.refused() } else { talk.unanswered(3) });
        }
    }
    talks
}

/// A script logs in to every machine and runs a few commands.
fn administration(dice: &mut Dice) -> Vec<Talk> {
    let (machines, rounds) = (dice.many(5, 120), dice.count(1, 8));
    let mut talks = Vec::new();
    for round in 0..rounds {
        for machine in 0..machines {
            let at = START + round as f64 * 3600.0 + machine as f64 * dice.between(0.1, 2.0);
            for _ in 0..dice.count(1, 3) {
                let bytes = [dice.many(4000, 60_000), dice.many(4500, 30_000)];
                let talk = Talk::tcp(at, server(31), dice.client_port(), host(machine), 22, bytes).lasting(4.0);
                talks.push(if machine % 25 == 24 { talk.unanswered(3) } else { talk });
            }
        }
    }
    talks
}

/// Short, equal conversations all day long.
fn database_clients(dice: &mut Dice) -> Vec<Talk> {
    let (port, pause, size) = (dice.one_of(&[1433, 3306, 5432]), dice.over(0.2, 20.0), dice.count(400, 3000));
    let count = dice.many(500, 5000);
    let mut at = START;
    let talk = |_| {
        at += dice.gap(pause);
        let bytes = [dice.many(300, 900), size + dice.count(0, size)];
        Talk::tcp(at, server(70), dice.client_port(), server(71), port, bytes)
    };
    (0..count).map(talk).collect()
}

/// A new port for every file.
fn file_transfer(dice: &mut Dice) -> Vec<Talk> {
    let (other, mut at) = (dice.outsider(), START + dice.between(0.0, DAY));
    let mut talks = vec![Talk::tcp(at, host(11), dice.client_port(), other, 21, [3000, 9000]).lasting(600.0)];
    for _ in 0..dice.many(20, 400) {
        at += dice.gap(2.0);
        let to = dice.count(49_152, 65_535) as u16;
        talks.push(Talk::tcp(at, host(11), dice.client_port(), other, to, [0, dice.many(500, 5_000_000)]));
    }
    talks
}

/// A print server that asks a handful of addresses whether a printer stands there.
fn printer_search(dice: &mut Dice) -> Vec<Talk> {
    let mut talks = Vec::new();
    for round in 0..dice.count(1, 20) {
        for number in 0..dice.count(3, 10) {
            let at = START + round as f64 * 1200.0 + number as f64;
            let back = if number < 2 { 90 } else { 0 };
            talks.push(Talk::udp(at, server(33), dice.client_port(), server(200 + number), 161, [70, back]));
        }
    }
    talks
}

/// A camera or a telephone that nobody answers.
fn media_stream(dice: &mut Dice) -> Vec<Talk> {
    let (rate, seconds) = (dice.over(30.0, 3000.0), dice.over(600.0, DAY));
    let packets = (rate * seconds) as u64;
    let talk = Talk::udp(START, host(15), 5004, server(80), 5004, [packets * 1300, 0]).lasting(seconds);
    vec![Talk { packets: [packets, 0], ..talk }]
}
