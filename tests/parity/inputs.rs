//! Makes the parity inputs from the integer rule that `make_goldens.py` states.

use flowglass::ml::points::Points;
use serde_json::Value;

const SERVICES: [u64; 8] = [80, 443, 53, 22, 8080, 123, 3389, 25];

/// Knuth's MMIX generator, the upper 31 of 64 bits.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn port(&mut self, column: u64) -> u64 {
        let u = self.next();
        match column % 4 {
            0 => u % 65536,
            1 if !(u >> 8).is_multiple_of(32) => SERVICES[(u % 8) as usize],
            1 => u % 65536,
            2 => u % 10,
            _ => 7,
        }
    }

    fn blob(&mut self, centre: u64, column: u64) -> f64 {
        if centre == 4 {
            return (self.next() % 16384) as f64 / 1024.0;
        }
        let noise: u64 = (0..4).map(|_| self.next() % 1024).sum();
        (centre * (column + 2) * 3 % 11) as f64 + noise as f64 / 1024.0
    }
}

pub fn points(case: &Value) -> Points {
    let number = |key: &str| case[key].as_u64().expect("a number");
    let (rows, columns) = (number("rows"), number("columns"));
    let kind = case["kind"].as_str().expect("a kind");
    let mut draws = Draws(number("seed"));
    let mut values = Vec::new();
    for _ in 0..rows {
        let centre = if kind == "blobs" { draws.next() % 5 } else { 0 };
        for column in 0..columns {
            values.push(match kind {
                "ports" => draws.port(column) as f64,
                "lattice" => (draws.next() % 12) as f64,
                _ => draws.blob(centre, column),
            });
        }
    }
    Points::collapse(&values, columns as usize).expect("finite")
}
