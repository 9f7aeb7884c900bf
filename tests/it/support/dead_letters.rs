//! What a run set aside.

use std::fs;

use serde_json::Value;

/// The dead letters in the file that the summary of a run names.
#[track_caller]
pub fn dead_letters(summary: &Value) -> Vec<Value> {
    let path = summary["dead_letter_file"].as_str().expect("a file");
    let text = fs::read_to_string(path).expect("the file that was named");
    let letters = text.lines().map(serde_json::from_str);
    letters.collect::<Result<_, _>>().expect("JSON lines")
}
