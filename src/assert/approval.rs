//! Whether somebody agreed to a session, and whether that one may.

use super::check::{Approval, Needed};
use super::subject::Standing;
use super::verdict::{Answer, Evidence};
use crate::domain::connection::glob_matches;
use crate::domain::session::{Review, ReviewStatus};

pub(super) fn approval(asked: &Approval, standing: &Standing<'_>) -> Answer {
    match (asked.needed, standing.approval_expected) {
        (Needed::WhereExpected, Some(false)) => return Answer::Holds,
        (Needed::WhereExpected, None) if standing.session.review.is_none() => {
            return Answer::cannot_tell("nobody can tell whether an approval was to be expected");
        }
        _ => {}
    }
    let Some(review) = &standing.session.review else {
        return Answer::broken(Evidence::fact("it ran without an approval"));
    };
    match review.status {
        ReviewStatus::Approved | ReviewStatus::Processing | ReviewStatus::Executed => {
            approvers(asked, standing, review)
        }
        ReviewStatus::Revoked => {
            approvers(asked, standing, review).and(Answer::cannot_tell("its approval was revoked"))
        }
        ReviewStatus::Pending | ReviewStatus::Rejected => Answer::broken(Evidence::fact(format!(
            "its review is {}",
            review.status.as_str().to_lowercase()
        ))),
        ReviewStatus::Unknown => Answer::cannot_tell("the gateway does not know its review"),
    }
}

fn approvers(asked: &Approval, standing: &Standing<'_>, review: &Review) -> Answer {
    let names: Vec<&str> = review
        .groups
        .iter()
        .filter(|group| group.status == ReviewStatus::Approved)
        .filter_map(|group| group.reviewed_by.as_deref())
        .collect();
    let is_named = asked.by.is_empty() && !asked.not_self;
    if names.is_empty() && !is_named {
        return Answer::cannot_tell("the gateway does not say who approved it");
    }
    let own = &standing.session.identity.email;
    let fits = |name: &&str| {
        let is_self = asked.not_self && name.eq_ignore_ascii_case(own);
        let is_one = asked.by.is_empty() || asked.by.iter().any(|by| glob_matches(by, name));
        is_one && !is_self
    };
    match is_named || names.iter().any(fits) {
        true => Answer::Holds,
        false => Answer::broken(Evidence::fact(format!(
            "it was approved by {}",
            names.join(", ")
        ))),
    }
}
