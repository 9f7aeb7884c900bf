//! How fast events are delivered.
//!
//! ```text
//! cargo bench --profile dist --bench delivery                  # the steps, one by one
//! cargo bench --profile dist --bench delivery -- whole         # the program, 10^5 and 10^6 events
//! cargo bench --profile dist --bench delivery -- whole 300000  # of that many
//! ```
//!
//! The records have 491 bytes, an id and a fresh time. The intake of the whole is a few lines of
//! blocking sockets in this process: it reads a request, throws the body away and answers, so that
//! what is measured is the program. With answers of 503 it unpacks what it took and counts.

mod intake;
#[path = "../recording/measure.rs"]
mod measure;
mod records;
mod steps;
mod whole;

fn main() -> anyhow::Result<()> {
    // Cargo hands its own flags down as well.
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    match args.next().as_deref() {
        Some("whole") => {
            let counts: Vec<usize> = args.map(|count| count.parse()).collect::<Result<_, _>>()?;
            whole::run(match counts.is_empty() {
                true => &[100_000, 1_000_000],
                false => &counts,
            })
        }
        _ => steps::run(),
    }
}
