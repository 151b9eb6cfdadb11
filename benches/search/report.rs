//! Tables in Markdown.

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

/// What is aimed at, and what came out.
pub(crate) struct Target {
    name: String,
    value: String,
    target: String,
    is_met: bool,
}

impl Target {
    pub(crate) fn at_least(name: &str, value: f64, least: f64) -> Self {
        Target {
            name: name.to_owned(),
            value: figure(value),
            target: format!("≥ {}", figure(least)),
            is_met: value >= least,
        }
    }

    pub(crate) fn table(targets: &[Target]) -> String {
        let mut table = Table::new(["", "callboard", "target", "met"].map(str::to_owned).to_vec());
        for Target { name, value, target, is_met } in targets {
            let met = if *is_met { "yes" } else { "no" };
            table.row(vec![name.clone(), value.clone(), target.clone(), met.to_owned()]);
        }
        table.to_string()
    }
}

pub(crate) fn figure(value: f64) -> String {
    format!("{value:.3}")
}
