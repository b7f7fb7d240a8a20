//! Shrinking: rows that stay at a bound leave the solver's sums until the end, in libsvm's order.

use super::solver::Solver;

impl Solver {
    /// Moves rows that are bound to stay at their bound behind the active ones.
    pub(super) fn shrink(&mut self) {
        let (mut up, mut down) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for place in 0..self.active {
            let gradient = self.gradient[place];
            if !self.at_cap(place) {
                up = up.max(-gradient);
            }
            if !self.at_zero(place) {
                down = down.max(gradient);
            }
        }
        if !self.unshrunk && up + down <= self.tolerance * 10.0 {
            self.unshrunk = true;
            self.rebuild_gradient();
            self.active = self.row.len();
        }
        let mut place = 0;
        while place < self.active {
            if self.is_settled(place, up, down) {
                self.active -= 1;
                while self.active > place && self.is_settled(self.active, up, down) {
                    self.active -= 1;
                }
                if self.active > place {
                    self.swap(place, self.active);
                }
            }
            place += 1;
        }
    }

    fn is_settled(&self, place: usize, up: f64, down: f64) -> bool {
        if self.at_cap(place) {
            -self.gradient[place] > up
        } else if self.at_zero(place) {
            self.gradient[place] > down
        } else {
            false
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.row.swap(a, b);
        self.point.swap(a, b);
        self.alpha.swap(a, b);
        self.cap.swap(a, b);
        self.gradient.swap(a, b);
        self.capped.swap(a, b);
    }

    /// Computes the gradient of the rows that were shrunk away: what capped rows make up, plus the free rows.
    pub(super) fn rebuild_gradient(&mut self) {
        let (rows, active) = (self.row.len(), self.active);
        if active == rows {
            return;
        }
        self.gradient[active..].copy_from_slice(&self.capped[active..]);
        let free: Vec<usize> = (0..active).filter(|&place| self.is_free(place)).collect();
        if free.len() as u64 * rows as u64 > 2 * active as u64 * (rows - active) as u64 {
            for place in active..rows {
                let kernel = self.cache.row(self.point[place] as usize);
                let parts = free.iter().map(|&other| self.alpha[other] * f64::from(kernel[self.point[other] as usize]));
                self.gradient[place] = parts.fold(self.gradient[place], |sum, part| sum + part);
            }
            return;
        }
        for place in free {
            let kernel = self.cache.row(self.point[place] as usize);
            let alpha = self.alpha[place];
            for (sum, &point) in self.gradient[active..].iter_mut().zip(&self.point[active..]) {
                *sum += alpha * f64::from(kernel[point as usize]);
            }
        }
    }
}
