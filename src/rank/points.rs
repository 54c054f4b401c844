//! Whole hundredths of points that sum exactly to the rounded score.

/// Hundredths for each feature, by largest remainder: 10,000 shared out by `shares`, each scaled by its value.
pub(super) fn of(shares: &[f64; 8], values: &[f64; 8]) -> [i64; 8] {
    let mut exact = [0.0; 8];
    for (index, exact) in exact.iter_mut().enumerate() {
        *exact = 10_000.0 * shares[index] * values[index];
    }
    let score = exact.iter().sum::<f64>().round() as i64;
    let mut points = exact.map(|points| points.floor() as i64);
    let mut missing = score - points.iter().sum::<i64>();
    let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
    order.sort_by(|left: &usize, right: &usize| {
        let remainder = |index: usize| exact[index] - exact[index].floor();
        remainder(*right).total_cmp(&remainder(*left))
    });
    for index in order {
        if missing > 0 && shares[index] > 0.0 {
            points[index] += 1;
            missing -= 1;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_sum_to_the_rounded_score() {
        let check = |shares: [f64; 8], values: [f64; 8], expected: [i64; 8]| {
            assert_eq!(of(&shares, &values), expected, "{shares:?} {values:?}");
        };
        let third = 1.0 / 3.0;
        check([third, third, third, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0; 8], [3334, 3333, 3333, 0, 0, 0, 0, 0]);
        let seventh = 1.0 / 7.0;
        let shares = [seventh, seventh, seventh, seventh, seventh, seventh, seventh, 0.0];
        assert_eq!(of(&shares, &[1.0; 8]).iter().sum::<i64>(), 10_000);
        check(
            [0.25, 0.3, 0.1, 0.15, 0.05, 0.07, 0.04, 0.04],
            [1.0; 8],
            [2500, 3000, 1000, 1500, 500, 700, 400, 400],
        );
        check([0.0; 8], [1.0; 8], [0; 8]);
        check(shares, [0.0; 8], [0; 8]);
    }
}
