//! Which rows each tree sees: drawn without replacement, in scikit-learn's way, from the forest's seed.

use rustc_hash::FxHashSet;

use super::random::{LARGEST, MersenneTwister};

/// What one tree is grown from.
pub struct Plan {
    /// The rows, ascending.
    pub rows: Vec<u32>,
    /// Seeds the tree's splitter.
    pub seed: u32,
}

/// The plans of `trees` trees over a matrix of `rows` rows, `samples` of which each tree sees.
pub fn plans(seed: u32, trees: usize, rows: u32, samples: u32) -> Vec<Plan> {
    let mut forest = MersenneTwister::new(seed);
    (0..trees)
        .map(|_| {
            let tree_seed = forest.up_to(LARGEST - 1);
            // The estimator and the sampler each start a generator of their own from the tree's seed.
            let estimator = MersenneTwister::new(tree_seed).up_to(LARGEST - 1);
            let splitter = MersenneTwister::new(estimator).up_to(LARGEST - 1);
            let mut drawn = without_replacement(&mut MersenneTwister::new(tree_seed), rows, samples);
            drawn.sort_unstable();
            Plan { rows: drawn, seed: splitter }
        })
        .collect()
}

/// `count` different numbers below `population`; the method depends on the share, as in scikit-learn.
fn without_replacement(twister: &mut MersenneTwister, population: u32, count: u32) -> Vec<u32> {
    let share = f64::from(count) / f64::from(population);
    if share > 0.01 && share < 0.99 {
        shuffled(twister, population, count)
    } else if share < 0.2 {
        tracked(twister, population, count)
    } else {
        reservoir(twister, population, count)
    }
}

/// The head of a Fisher-Yates shuffle from the back.
fn shuffled(twister: &mut MersenneTwister, population: u32, count: u32) -> Vec<u32> {
    let mut all: Vec<u32> = (0..population).collect();
    for i in (1..population).rev() {
        all.swap(i as usize, twister.up_to(i) as usize);
    }
    all.truncate(count as usize);
    all
}

/// Draws again where a number was drawn before.
fn tracked(twister: &mut MersenneTwister, population: u32, count: u32) -> Vec<u32> {
    let mut seen = FxHashSet::default();
    let mut drawn = Vec::with_capacity(count as usize);
    while drawn.len() < count as usize {
        let number = twister.up_to(population - 1);
        if seen.insert(number) {
            drawn.push(number);
        }
    }
    drawn
}

/// Reservoir sampling (Vitter's algorithm R).
fn reservoir(twister: &mut MersenneTwister, population: u32, count: u32) -> Vec<u32> {
    let mut kept: Vec<u32> = (0..count).collect();
    for i in count..population {
        let place = twister.up_to(i) as usize;
        if let Some(slot) = kept.get_mut(place) {
            *slot = i;
        }
    }
    kept
}

/// The random target of each row in `wanted` (ascending), as `RandomState(seed).uniform(size=rows)` numbers them.
/// scikit-learn fits its trees on such targets; they stop a split only where two of them nearly coincide.
pub fn targets(seed: u32, wanted: &[u32]) -> Vec<f64> {
    let mut twister = MersenneTwister::new(seed);
    let mut next = 0;
    wanted
        .iter()
        .map(|&row| {
            while next < row {
                twister.next_u32();
                twister.next_u32();
                next += 1;
            }
            next += 1;
            twister.unit()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_gives_different_rows_below_the_population() {
        for (population, count) in [(300, 256), (10_000, 256), (100_000, 256), (256, 256), (257, 256), (1, 1)] {
            let plan = &plans(7, 1, population, count)[0];
            assert_eq!(plan.rows.len(), count as usize);
            assert!(plan.rows.windows(2).all(|pair| pair[0] < pair[1]), "{population}");
            assert!(plan.rows.iter().all(|&row| row < population));
        }
    }

    #[test]
    fn targets_do_not_depend_on_which_are_wanted() {
        let all: Vec<u32> = (0..100).collect();
        let every = targets(3, &all);
        assert_eq!(targets(3, &[7, 99]), [every[7], every[99]]);
    }
}
