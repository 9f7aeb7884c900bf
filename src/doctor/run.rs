//! Looking: several checks side by side, and no check for ever.

use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt};

use super::check::Check;
use super::finding::Finding;
use super::subject::Subject;

/// One check takes at most this long, what it waits for included.
const LONGEST: Duration = Duration::from_secs(40);
/// Checks under way at once.
const AT_ONCE: usize = 8;

impl Check {
    /// Looks, where what is needed is there.
    pub async fn run(&self, subject: &Subject) -> Finding {
        let looked = async {
            for need in self.needs {
                if let Err(lack) = subject.meet(*need).await {
                    return lack;
                }
            }
            (self.look)(subject).await
        };
        let looked = tokio::time::timeout(LONGEST, looked).await;
        looked.unwrap_or_else(|_| {
            let seconds = LONGEST.as_secs();
            Finding::unknown(format!("no answer within {seconds} s"))
        })
    }
}

/// Runs the checks side by side; each finding comes with its place in `checks`, as it is found.
pub fn side_by_side<'a>(
    checks: &'a [&'static Check],
    subject: &'a Subject,
    began: impl Fn(&'static Check) + Clone + 'a,
) -> impl Stream<Item = (usize, Finding)> + 'a {
    let looks = checks.iter().enumerate().map(move |(place, check)| {
        let began = began.clone();
        async move {
            began(check);
            (place, check.run(subject).await)
        }
    });
    stream::iter(looks).buffer_unordered(AT_ONCE)
}
