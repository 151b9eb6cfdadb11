//! Reads a page of cases: headings are cases, fenced blocks are files and expectations.

use std::path::{Path, PathBuf};

/// One Markdown file of cases.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    lines: Vec<String>,
    /// Blocks before the first case: files that every case of the page has.
    pub(crate) shared: Vec<Block>,
    pub(crate) cases: Vec<Case>,
}

/// A `##` heading with its blocks.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) blocks: Vec<Block>,
    /// Index of the line behind the case.
    end: usize,
}

/// A fenced block: what stands behind the backticks, and its text.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) info: String,
    pub(crate) text: String,
    /// Indices of the lines with the fences.
    open: usize,
    close: usize,
}

impl Block {
    pub(crate) fn line(&self) -> usize {
        self.open + 1
    }
}

/// New text for a block of a page, or a new block at the end of a case.
#[derive(Debug)]
pub(crate) enum Edit {
    Replace { block: Block, text: String },
    Append { case_end: usize, info: &'static str, text: String },
}

impl Case {
    pub(crate) fn append(&self, info: &'static str, text: String) -> Edit {
        Edit::Append { case_end: self.end, info, text }
    }
}

impl Page {
    /// Reads a page. The error says what is wrong with the page itself.
    pub(crate) fn read(path: &Path) -> Result<Page, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        let mut page = Page { path: path.to_path_buf(), lines: Vec::new(), shared: Vec::new(), cases: Vec::new() };
        let (mut at, mut prose) = (0, 0);
        let wrong = |at: usize, what: &str| Err(format!("{}:{}: {what}", path.display(), at + 1));
        while at < lines.len() {
            let line = &lines[at];
            if let Some(name) = line.strip_prefix("## ") {
                if page.cases.iter().any(|case| case.name == name) {
                    return wrong(at, "two cases have this name");
                }
                if page.cases.last().is_some_and(|case| case.blocks.is_empty()) {
                    return wrong(at, "the case above holds nothing");
                }
                page.cases.push(Case { name: name.to_string(), blocks: Vec::new(), end: lines.len() });
                if let [.., before, _] = page.cases.as_mut_slice() {
                    before.end = at;
                }
                prose = 0;
            } else if line.starts_with("```") {
                let fence: String = line.chars().take_while(|c| *c == '`').collect();
                let Some(length) = lines[at + 1..].iter().position(|line| *line == fence) else {
                    return wrong(at, "this block is never closed");
                };
                let close = at + 1 + length;
                let text: String = lines[at + 1..close].iter().map(|line| format!("{line}\n")).collect();
                let block = Block { info: line[fence.len()..].trim().to_string(), text, open: at, close };
                match page.cases.last_mut() {
                    Some(_) if prose == 0 => return wrong(at, "a case begins with a sentence of why"),
                    Some(case) => case.blocks.push(block),
                    None => page.shared.push(block),
                }
                at = close;
            } else if !line.trim().is_empty() {
                prose += 1;
            }
            at += 1;
        }
        if !lines.first().is_some_and(|line| line.starts_with("# ")) {
            return wrong(0, "a page begins with `# Topic`");
        }
        page.lines = lines;
        Ok(page)
    }

    /// Writes the page with new texts in their places.
    pub(crate) fn rewrite(mut self, mut edits: Vec<Edit>) {
        edits.sort_by_key(|edit| match edit {
            Edit::Replace { block, .. } => block.open,
            Edit::Append { case_end, .. } => *case_end,
        });
        for edit in edits.into_iter().rev() {
            match edit {
                Edit::Replace { block, text } => {
                    drop(self.lines.splice(block.open..=block.close, fenced(&block.info, &text)));
                }
                Edit::Append { case_end, info, text } => {
                    let mut end = case_end;
                    while end > 0 && self.lines[end - 1].trim().is_empty() {
                        end -= 1;
                    }
                    let block = std::iter::once(String::new()).chain(fenced(info, &text));
                    drop(self.lines.splice(end..end, block));
                }
            }
        }
        std::fs::write(&self.path, self.lines.join("\n") + "\n").expect("a page of cases can be written");
    }
}

fn fenced(info: &str, text: &str) -> Vec<String> {
    let longest = text.lines().map(|line| line.chars().take_while(|c| *c == '`').count()).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let mut lines = vec![format!("{fence}{info}")];
    lines.extend(text.trim_end().lines().map(str::to_string));
    lines.push(fence);
    lines
}

/// Every Markdown file below a folder, by path.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let files =
        walk.map(|entry| entry.expect("the folder of cases can be read")).filter(|entry| entry.file_type().is_file());
    files
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect()
}

/// What differs between two texts, line by line: `-` was expected, `+` came.
pub(crate) fn diff(expected: &str, got: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), got.lines().collect());
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push_str(&format!("      {}\n", old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            out.push_str(&format!("    - {}\n", old[i]));
            i += 1;
        } else {
            out.push_str(&format!("    + {}\n", new[j]));
            j += 1;
        }
    }
    out
}
