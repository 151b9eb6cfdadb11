//! Tables in Markdown.

use super::browser::Engine;
use std::fmt;

pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: Vec<String>) -> Self {
        Table { rows: vec![head] }
    }

    pub(crate) fn row(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, row) in self.rows.iter().enumerate() {
            writeln!(out, "| {} |", row.join(" | "))?;
            if number == 0 {
                writeln!(out, "|{}", "---|".repeat(row.len()))?;
            }
        }
        Ok(())
    }
}

/// A figure of each engine, with what callboard aims at.
pub(crate) struct Axis {
    name: String,
    /// In the order of [`Engine::ALL`].
    figures: [Option<f64>; 3],
    digits: usize,
    aim: Option<Aim>,
}

struct Aim {
    text: String,
    is_met: bool,
}

impl Axis {
    pub(crate) fn new(name: &str, figures: [Option<f64>; 3], digits: usize) -> Self {
        Axis { name: name.to_owned(), figures, digits, aim: None }
    }

    /// A figure of callboard alone.
    pub(crate) fn own(name: &str, figure: f64, digits: usize) -> Self {
        Axis::new(name, [Some(figure), None, None], digits)
    }

    pub(crate) fn at_least(self, least: f64) -> Self {
        let aim = Aim { text: format!("≥ {least}"), is_met: self.figures[0] >= Some(least) };
        Axis { aim: Some(aim), ..self }
    }

    pub(crate) fn at_most(self, most: f64) -> Self {
        let aim = Aim { text: format!("≤ {most}"), is_met: self.figures[0] <= Some(most) };
        Axis { aim: Some(aim), ..self }
    }

    pub(crate) fn at_most_pagefinds(self) -> Self {
        let aim = Aim { text: "≤ Pagefind's".to_owned(), is_met: self.figures[0] <= self.figures[1] };
        Axis { aim: Some(aim), ..self }
    }

    pub(crate) fn table(axes: &[Axis]) -> String {
        let names = Engine::ALL.map(|engine| engine.name().to_owned());
        let head = [vec![String::new()], names.to_vec(), vec!["target".to_owned(), "met".to_owned()]];
        let mut table = Table::new(head.concat());
        for axis in axes {
            let figures =
                axis.figures.map(|figure| figure.map_or_else(String::new, |figure| number(figure, axis.digits)));
            let mut row = vec![axis.name.clone()];
            row.extend(figures);
            row.extend(match &axis.aim {
                Some(Aim { text, is_met }) => [text.clone(), if *is_met { "yes" } else { "no" }.to_owned()],
                None => [String::new(), String::new()],
            });
            table.row(row);
        }
        table.to_string()
    }
}

pub(crate) fn number(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

/// The middle value, zero of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
