pub const RULES: &[&crate::diagnostics::Rule] = &[];
