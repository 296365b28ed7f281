//! The nearest name, when it is near enough to be worth saying.

/// The candidate nearest to `name`, if its edit distance is at most a third of the name's length (at least 1).
/// Ties go to the candidate that comes first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (name.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (candidate.to_lowercase(), candidate))
        // Each character more or less is an edit.
        .filter(|(lower, _)| lower.chars().count().abs_diff(name.len()) <= limit)
        .map(|(lower, candidate)| (distance(&name, &lower), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with transposition of neighbours (optimal string alignment).
fn distance(left: &[char], right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![(0..=right.len()).collect::<Vec<_>>()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let change = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["customer_po", "requested_ship", "number"];
        assert_eq!(nearest("cutsomer_po", names), Some("customer_po"));
        assert_eq!(nearest("nubmer", names), Some("number"));
        assert_eq!(nearest("carrier", names), None);
    }
}
