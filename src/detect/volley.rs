//! Logins that run side by side: what a program does that tries several passwords at a time.

use crate::model::traffic::Traffic;

use super::logins::Try;

/// Hydra's advice for SSH is four tasks; it starts sixteen by itself.
pub const TASKS: usize = 4;

/// Servers let a refused client wait for a second or more; who only asks for a host key is gone before. Our own choice.
const WAITS: f64 = 1.0;

/// The largest number of `guesses` on one target that run at the same time and are answered with about as many bytes,
/// by time. None where they are fewer than `TASKS`.
pub fn volley(traffic: &Traffic, guesses: &[Try]) -> Option<Vec<Try>> {
    let mut timed: Vec<(f64, f64, Try)> = guesses.iter().filter_map(|guess| timed(traffic, guess)).collect();
    timed.sort_by(|a, b| a.2.target.cmp(&b.2.target).then(a.0.total_cmp(&b.0)).then(a.2.row.cmp(&b.2.row)));
    let mut largest: &[(f64, f64, Try)] = &[];
    for on_target in timed.chunk_by(|a, b| a.2.target == b.2.target) {
        let mut rest = on_target;
        while let Some(first) = rest.first() {
            let mut ends = first.1;
            let together = rest.iter().take_while(|(start, end, _)| {
                let runs = *start <= ends;
                ends = ends.min(*end);
                runs
            });
            let (now, later) = rest.split_at(together.count().max(1));
            if now.len() > largest.len() && are_alike(traffic, now) {
                largest = now;
            }
            rest = later;
        }
    }
    (largest.len() >= TASKS).then(|| largest.iter().map(|(.., guess)| *guess).collect())
}

/// Whether most of `guesses` last as long as a refusal takes, or the input does not tell.
pub fn are_refused(traffic: &Traffic, guesses: &[Try]) -> bool {
    let lasted = |guess: &Try| traffic.duration.get(guess.row as usize);
    let over_at_once = guesses.iter().filter_map(lasted).filter(|lasted| *lasted < WAITS).count();
    over_at_once * 2 <= guesses.len()
}

/// Start, end and the guess, where it is not over at once.
fn timed(traffic: &Traffic, guess: &Try) -> Option<(f64, f64, Try)> {
    let (start, lasted) = (traffic.start.get(guess.row as usize)?, traffic.duration.get(guess.row as usize)?);
    ((start + lasted).is_finite() && lasted >= WAITS).then_some((start, start + lasted, *guess))
}

/// Whether all answers are within a quarter of the middle one: a task may have time for fewer passwords than the
/// others. Our own choice.
fn are_alike(traffic: &Traffic, guesses: &[(f64, f64, Try)]) -> bool {
    let size = |guess: &(f64, f64, Try)| traffic.bytes_received.get(guess.2.row as usize).unwrap_or(0);
    let mut sizes: Vec<u64> = guesses.iter().map(size).collect();
    sizes.sort_unstable();
    let middle = sizes[sizes.len() / 2];
    sizes.iter().all(|size| size.abs_diff(middle) <= middle / 4)
}
