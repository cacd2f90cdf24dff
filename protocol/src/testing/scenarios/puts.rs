use alloc::{format, string::ToString, vec, vec::Vec};

use super::{done, get, list, put, remove, story, told};
use crate::{
    Choices, Digest, Encoding, Put, Rename,
    testing::{Scenario, Task},
};

/// What puts make of contents, paths and repetition.
pub(super) fn puts() -> Vec<Scenario> {
    let text: Vec<u8> =
        (0..2000_u32).flat_map(|at| format!("x{} = {}\n", at, at * 7919 % 1013).into_bytes()).collect();
    let random: Vec<u8> =
        (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11 ^ at >> 3) as u8).collect();
    let other: Vec<u8> = text.iter().rev().copied().collect();
    let forced = |encoding| {
        let small = b"\0\x01\x02\x03\x04'\"\\\r\n\xff".to_vec();
        let contents = [random.clone(), text.clone(), small];
        contents.into_iter().enumerate().flat_map(move |(at, content)| {
            let path = ["random", "text", "small"][at];
            let again = if content.len() < 3072 { "done" } else { "same" };
            [
                encoded(path, content.clone(), encoding, "done"),
                get(path, &content),
                encoded(path, content, encoding, again),
            ]
        })
    };
    vec![
        story(
            "a_text_there_and_back",
            vec![],
            vec![
                put("text", text.clone(), "done"),
                get("text", &text),
                put("text", text.clone(), "same"),
                put("text", other.clone(), "done"),
                get("text", &other),
                put("random", random.clone(), "done"),
                put("text", text.clone(), "done"),
                get("text", &text),
                get("random", &random),
                list("", &format!("File random 9000\nFile text {}\n", text.len())),
            ],
        ),
        story(
            "between_other_operations",
            vec![],
            vec![
                put("one", random.clone(), "done"),
                Task::new(|| Rename::new("one", "two"), done, "done"),
                list("", "File two 9000\n"),
                Task::new(|| Digest::new("two"), |(size, _)| size.to_string(), "9000"),
                put("three", text.clone(), "done"),
                Task::new(|| Rename::new("two", "one"), done, "done"),
                list("", &format!("File one 9000\nFile three {}\n", text.len())),
                Task::new(|| Digest::new("one"), |(size, _)| size.to_string(), "9000"),
                put("three", text.clone(), "same"),
                remove("one", "done"),
                remove("three", "done"),
                list("", ""),
            ],
        ),
        story("puts_in_base64", vec![], forced(Encoding::Base64).collect()),
        story("puts_in_ascii", vec![], forced(Encoding::Ascii).collect()),
        story("puts_through_the_stream", vec![], forced(Encoding::Deflate).collect()),
        story("puts_as_they_are", vec![], forced(Encoding::Dense).collect()),
    ]
}

fn encoded(path: &'static str, bytes: Vec<u8>, encoding: Encoding, outcome: &str) -> Task {
    let choices = Choices { encoding: Some(encoding), ..Choices::default() };
    Task::new(move || Ok(Put::new(bytes.clone(), path)?.choices(choices.clone())), told, outcome)
}
