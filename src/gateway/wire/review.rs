//! A session's review. List rows lack the rule's name.

use jiff::Timestamp;
use serde::Deserialize;

use super::{non_empty, null_as_default, optional_instant};
use crate::domain::session::{Review, ReviewGroup, ReviewStatus};

#[derive(Debug, Deserialize)]
pub(super) struct WireReview {
    #[serde(default, deserialize_with = "null_as_default")]
    id: String,
    #[serde(default, rename = "type", deserialize_with = "null_as_default")]
    kind: String,
    #[serde(default, deserialize_with = "null_as_default")]
    status: String,
    #[serde(default, deserialize_with = "optional_instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    review_groups_data: Vec<WireReviewGroup>,
    #[serde(default)]
    access_request_rule_name: Option<String>,
    #[serde(default)]
    rejection_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WireReviewGroup {
    #[serde(default, deserialize_with = "null_as_default")]
    group: String,
    #[serde(default, deserialize_with = "null_as_default")]
    status: String,
    #[serde(default)]
    reviewed_by: Option<Reviewer>,
    #[serde(default, deserialize_with = "optional_instant")]
    review_date: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Reviewer {
    #[serde(default, deserialize_with = "null_as_default")]
    email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    id: String,
}

impl WireReview {
    pub(super) fn into_domain(self) -> Review {
        Review {
            id: self.id,
            kind: self.kind,
            status: review_status(&self.status),
            created_at: self.created_at,
            groups: self
                .review_groups_data
                .into_iter()
                .map(WireReviewGroup::into_domain)
                .collect(),
            access_request_rule_name: non_empty(self.access_request_rule_name),
            rejection_reason: non_empty(self.rejection_reason),
        }
    }
}

impl WireReviewGroup {
    fn into_domain(self) -> ReviewGroup {
        let reviewed_by = self.reviewed_by.and_then(|who| {
            [who.email, who.name, who.id]
                .into_iter()
                .find(|text| !text.is_empty())
        });
        ReviewGroup {
            group: self.group,
            status: review_status(&self.status),
            reviewed_by,
            review_date: self.review_date,
        }
    }
}

pub(super) fn review_status(word: &str) -> ReviewStatus {
    const KNOWN: [ReviewStatus; 6] = [
        ReviewStatus::Pending,
        ReviewStatus::Approved,
        ReviewStatus::Rejected,
        ReviewStatus::Revoked,
        ReviewStatus::Processing,
        ReviewStatus::Executed,
    ];
    KNOWN
        .into_iter()
        .find(|status| status.as_str() == word)
        .unwrap_or(ReviewStatus::Unknown)
}
