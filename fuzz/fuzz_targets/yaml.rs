//! `cargo +nightly fuzz run yaml`: no text makes the reader of descriptors panic or read it in two ways.

#![no_main]

use callboard::yaml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let first = yaml::parse(&text);
    for document in &first {
        if let Ok(node) = &document.result {
            let _ = node.to_json();
        }
    }
    assert_eq!(format!("{first:?}"), format!("{:?}", yaml::parse(&text)));
});
