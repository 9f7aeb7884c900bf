//! Points that the documentation leaves open, and the answer under every reading of them.

use super::super::verdict::{Reason, Verdict};

/// A point on which two readings differ.
pub(super) struct Dimension {
    pub reason: Reason,
    pub is_open: bool,
}

/// Whether the second reading of each point finds whatever the first finds, which spares most of
/// the combinations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readings {
    Nested,
    Unrelated,
}

/// Asks `find` under the readings of the open dimensions; one that is not open keeps its first
/// reading. Where all agree the answer is known, else it names the points on which it hangs.
pub(super) fn weigh<const N: usize>(
    dimensions: [Dimension; N],
    readings: Readings,
    find: impl Fn([bool; N]) -> bool,
) -> Verdict {
    let open: usize = (0..N)
        .filter(|at| dimensions[*at].is_open)
        .map(|at| 1 << at)
        .sum();
    let combinations = || (0..1_usize << N).filter(move |one| one & !open == 0);
    // Dimensions are three at most.
    let mut answers = [None; 8];
    // The widest first, then the narrowest: they decide most.
    for combination in std::iter::once(open).chain(combinations()) {
        if answers[combination].is_some() {
            continue;
        }
        let answer = find(std::array::from_fn(|at| combination & (1 << at) != 0));
        answers[combination] = Some(answer);
        if readings == Readings::Nested {
            let follows = |other: &usize| match answer {
                true => other & combination == combination,
                false => other & combination == *other,
            };
            for other in combinations().filter(follows) {
                answers[other] = Some(answer);
            }
        }
    }
    verdict(dimensions, open, answers)
}

fn verdict<const N: usize>(
    dimensions: [Dimension; N],
    open: usize,
    answers: [Option<bool>; 8],
) -> Verdict {
    let known = || (0..1_usize << N).filter_map(|one| Some((one, answers[one]?)));
    let yes = known().filter(|(_, answer)| *answer).count();
    match yes {
        0 => return Verdict::No,
        all if all == known().count() => return Verdict::Yes,
        _ => {}
    }
    let decides = |bit: usize| known().any(|(one, answer)| answers[one ^ bit] != Some(answer));
    let reasons = dimensions.into_iter().enumerate();
    let reasons = reasons.filter(|(at, _)| open & (1 << at) != 0 && decides(1 << at));
    Verdict::CannotTell(reasons.map(|(_, dimension)| dimension.reason).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn dimensions(open: [bool; 3]) -> [Dimension; 3] {
        let reasons = [
            Reason::FreeTextCase,
            Reason::FreeTextPunctuation,
            Reason::FreeTextUnderscore,
        ];
        let mut reasons = reasons.into_iter().zip(open);
        std::array::from_fn(|_| {
            let (reason, is_open) = reasons.next().expect("three of them");
            Dimension { reason, is_open }
        })
    }

    #[test]
    fn only_the_points_that_decide_are_named() {
        let all = [true; 3];
        let verdict = weigh(dimensions(all), Readings::Nested, |[case, words, _]| {
            case && words
        });
        let reasons = [Reason::FreeTextCase, Reason::FreeTextPunctuation];
        assert_eq!(verdict, Verdict::CannotTell(reasons.to_vec()));
        let verdict = weigh(
            dimensions([false, true, true]),
            Readings::Nested,
            |[case, ..]| case,
        );
        assert_eq!(
            verdict,
            Verdict::No,
            "a point that is not open keeps its first reading"
        );
    }

    #[test]
    fn nested_readings_are_asked_no_more_than_needed() {
        for answer in [true, false] {
            let asked = Cell::new(0);
            weigh(dimensions([true; 3]), Readings::Nested, |_| {
                asked.set(asked.get() + 1);
                answer
            });
            assert_eq!(asked.get(), if answer { 2 } else { 1 });
        }
    }

    #[test]
    fn unrelated_readings_are_asked_one_by_one() {
        let verdict = weigh(
            dimensions([true; 3]),
            Readings::Unrelated,
            |[case, words, _]| case != words,
        );
        let reasons = [Reason::FreeTextCase, Reason::FreeTextPunctuation];
        assert_eq!(verdict, Verdict::CannotTell(reasons.to_vec()));
    }
}
