//! Rows in columns, for people.

use super::Talk;
use crate::diagnostics::printable;

/// Wider cells are cut, in characters.
const WIDEST: usize = 72;

/// Lines with padded cells, the heads in bold; nothing where there are no rows. The last column is not cut.
pub(super) fn columns<const N: usize>(heads: [&str; N], rows: &[[String; N]], talk: &Talk) -> String {
    let cell = |at: usize, text: &str| -> String {
        let text = printable(text);
        match text.char_indices().nth(WIDEST) {
            Some((end, _)) if at + 1 < N => format!("{}…", &text[..end]),
            _ => text,
        }
    };
    let rows: Vec<[String; N]> = rows.iter().map(|row| std::array::from_fn(|at| cell(at, &row[at]))).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut widths = heads.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        padded.join("  ").trim_end().to_string()
    };
    let head = talk.paint_out(&line(heads), "1");
    let body = rows.iter().map(|row| line(row.each_ref().map(String::as_str)) + "\n");
    format!("{head}\n{}", body.collect::<String>())
}
