//! Where boxes stand in columns, so that what is related is near and few lines cross.

/// Room between two boxes of a column.
const GAP: f64 = 14.0;
/// Height of the lane in which a line passes a column.
const LANE: f64 = 6.0;
const SWEEPS: usize = 12;

/// The middle of each box, and for each line the heights at which it passes the columns between its ends.
pub(super) struct Placed {
    pub(super) boxes: Vec<f64>,
    pub(super) lanes: Vec<Vec<f64>>,
}

/// Columns for boxes: as few lines as can be lead back, and at most `most` columns of about the same height.
pub(super) fn columns(heights: &[f64], lines: &[(usize, usize, usize)], most: usize) -> Vec<usize> {
    let order = flow(heights.len(), lines);
    let mut rank = vec![0; heights.len()];
    for (at, node) in order.iter().enumerate() {
        rank[*node] = at;
    }
    let mut columns = vec![0; heights.len()];
    for node in &order {
        for (_, to, _) in lines.iter().filter(|(from, to, _)| from == node && rank[*to] > rank[*from]) {
            columns[*to] = columns[*to].max(columns[*node] + 1);
        }
    }
    let room = heights.iter().map(|height| height + GAP).sum::<f64>() / most as f64;
    let tallest = (0..most)
        .map(|column| (0..heights.len()).filter(|at| columns[*at] == column).map(|at| heights[at] + GAP).sum::<f64>())
        .fold(0.0, f64::max);
    if columns.iter().all(|column| *column < most) && tallest < 2.0 * room {
        return columns;
    }
    cut(&order, heights, most)
}

/// Columns of about the same height, whatever leads where.
pub(super) fn even_columns(heights: &[f64], lines: &[(usize, usize, usize)], most: usize) -> Vec<usize> {
    cut(&flow(heights.len(), lines), heights, most)
}

fn cut(order: &[usize], heights: &[f64], most: usize) -> Vec<usize> {
    let room = heights.iter().map(|height| height + GAP).sum::<f64>() / most as f64;
    let mut columns = vec![0; heights.len()];
    let mut used = 0.0;
    for node in order {
        columns[*node] = (((used + heights[*node] / 2.0) / room) as usize).min(most - 1);
        used += heights[*node] + GAP;
    }
    columns
}

/// An order in which most lines lead on: of what is left always what nothing leads to, else what sends most more than it
/// receives.
fn flow(count: usize, lines: &[(usize, usize, usize)]) -> Vec<usize> {
    let (mut sent, mut received) = (vec![0usize; count], vec![0usize; count]);
    for (from, to, strength) in lines {
        sent[*from] += strength;
        received[*to] += strength;
    }
    let mut left: Vec<usize> = (0..count).collect();
    let mut order = Vec::with_capacity(count);
    loop {
        let best = left.iter().enumerate().max_by_key(|(at, node)| {
            let surplus = sent[**node] as i64 - received[**node] as i64;
            (received[**node] == 0, surplus, std::cmp::Reverse(*at))
        });
        let Some((at, node)) = best.map(|(at, node)| (at, *node)) else { return order };
        left.remove(at);
        order.push(node);
        for (from, to, strength) in lines {
            if *from == node {
                received[*to] -= strength;
            } else if *to == node {
                sent[*from] -= strength;
            }
        }
    }
}

/// Places boxes and lines: each as near as its column allows to what it is related to.
pub(super) fn place(columns: &[usize], heights: &[f64], lines: &[(usize, usize)]) -> Placed {
    let mut heights = heights.to_vec();
    let mut of_column: Vec<Vec<usize>> = vec![Vec::new(); columns.iter().max().map_or(1, |last| last + 1)];
    for (node, column) in columns.iter().enumerate() {
        of_column[*column].push(node);
    }
    let mut related: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
    let mut lanes: Vec<Vec<usize>> = Vec::with_capacity(lines.len());
    for (from, to) in lines {
        let (start, end) = if columns[*from] <= columns[*to] { (*from, *to) } else { (*to, *from) };
        let mut chain = Vec::new();
        let mut last = start;
        for column in of_column.iter_mut().take(columns[end]).skip(columns[start] + 1) {
            let lane = heights.len();
            heights.push(LANE);
            related.push(vec![last]);
            related[last].push(lane);
            column.push(lane);
            chain.push(lane);
            last = lane;
        }
        if columns[start] != columns[end] {
            related[last].push(end);
            related[end].push(last);
        }
        lanes.push(chain);
    }
    let mut middle = vec![0.0; heights.len()];
    for column in &of_column {
        let wanted = vec![0.0; column.len()];
        settle(column, &wanted, &heights, &mut middle);
    }
    for sweep in 0..SWEEPS {
        for at in 0..of_column.len() {
            let column = if sweep % 2 == 0 { at } else { of_column.len() - 1 - at };
            let mut wanted: Vec<(f64, usize)> = of_column[column]
                .iter()
                .map(|node| {
                    let near = &related[*node];
                    let sum: f64 = near.iter().map(|other| middle[*other]).sum();
                    (if near.is_empty() { middle[*node] } else { sum / near.len() as f64 }, *node)
                })
                .collect();
            wanted.sort_by(|a, b| a.0.total_cmp(&b.0));
            of_column[column] = wanted.iter().map(|(_, node)| *node).collect();
            let wanted: Vec<f64> = wanted.into_iter().map(|(wanted, _)| wanted).collect();
            settle(&of_column[column], &wanted, &heights, &mut middle);
        }
    }
    let lanes = lanes
        .into_iter()
        .zip(lines)
        .map(|(chain, (from, to))| {
            let mut passed: Vec<f64> = chain.into_iter().map(|lane| middle[lane]).collect();
            if columns[*from] > columns[*to] {
                passed.reverse();
            }
            passed
        })
        .collect();
    middle.truncate(columns.len());
    Placed { boxes: middle, lanes }
}

/// Puts the boxes of a column, in their order, as near to where they are wanted as they fit: boxes that would overlap
/// move together, to the mean of what they want.
fn settle(column: &[usize], wanted: &[f64], heights: &[f64], middle: &mut [f64]) {
    let mut runs: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0.0;
    for (at, node) in column.iter().enumerate() {
        let half = heights[*node] / 2.0;
        offset += half;
        offsets.push(offset);
        let mut run = (wanted[at] - offset, 1);
        while let Some(before) = runs.pop_if(|before| before.0 > run.0) {
            let count = before.1 + run.1;
            run = ((before.0 * before.1 as f64 + run.0 * run.1 as f64) / count as f64, count);
        }
        runs.push(run);
        offset += half + GAP;
    }
    let starts = runs.into_iter().flat_map(|(start, count)| std::iter::repeat_n(start, count));
    for ((node, offset), start) in column.iter().zip(offsets).zip(starts) {
        middle[*node] = start + offset;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_never_overlap_and_circles_end() {
        let heights = [40.0, 40.0, 80.0, 40.0, 40.0];
        let lines = [(0, 1, 1), (1, 2, 3), (2, 0, 1), (0, 3, 1), (3, 4, 1), (0, 4, 1)];
        let columns = columns(&heights, &lines, 3);
        assert!(columns.iter().all(|column| *column < 3), "{columns:?}");
        let plain: Vec<(usize, usize)> = lines.iter().map(|(from, to, _)| (*from, *to)).collect();
        let placed = place(&columns, &heights, &plain);
        for a in 0..heights.len() {
            for b in (0..a).filter(|b| columns[*b] == columns[a]) {
                let apart = (placed.boxes[a] - placed.boxes[b]).abs();
                assert!(apart > (heights[a] + heights[b]) / 2.0, "{a} and {b} are {apart} apart");
            }
        }
        for ((from, to), lanes) in plain.iter().zip(&placed.lanes) {
            assert_eq!(lanes.len(), columns[*from].abs_diff(columns[*to]).saturating_sub(1));
        }
    }

    #[test]
    fn a_chain_is_drawn_from_left_to_right() {
        assert_eq!(columns(&[40.0; 3], &[(2, 1, 1), (1, 0, 1)], 3), [2, 1, 0]);
        let placed = place(&[2, 1, 0], &[40.0; 3], &[(2, 1), (1, 0)]);
        assert_eq!(placed.boxes[0], placed.boxes[2], "what is related stands side by side");
    }
}
