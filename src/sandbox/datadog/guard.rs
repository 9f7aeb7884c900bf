//! The operations that need an application key: who may, how often, and who answers.

use super::keys::{Access, KeyRefused};
use super::quota::Quota;
use super::refusal::errors;
use super::route::{Endpoint, Operation};
use super::{DatadogStandIn, Visit};
use crate::domain::site::Site;
use crate::sandbox::http::{Reply, Request};

/// One guarded request, past its keys and its quota.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub request: &'a Request,
    pub visit: &'a Visit<'a>,
    pub site: Site,
    pub access: Access,
}

impl DatadogStandIn {
    pub(super) fn guarded(
        &self,
        operation: &Operation,
        request: &Request,
        visit: &Visit<'_>,
        site: Site,
    ) -> Reply {
        let access = match self.access(operation, request, site) {
            Ok(access) => access,
            Err(refused) => return refused.into_reply(),
        };
        let bucket = operation.bucket();
        let limit = visit.quota.unwrap_or_else(|| self.limits.of(bucket));
        let quota = self.quotas.count(bucket, limit, visit.now);
        if quota.exceeded {
            return quota.announce(errors(429, "Too many requests"));
        }
        let call = Call {
            request,
            visit,
            site,
            access,
        };
        quota.announce(self.operate(operation, &call))
    }

    fn access(
        &self,
        operation: &Operation,
        request: &Request,
        site: Site,
    ) -> Result<Access, KeyRefused> {
        let access = self.keys.access(request, site)?;
        access.check(operation.scope()).map(|()| access)
    }

    fn operate(&self, operation: &Operation, call: &Call<'_>) -> Reply {
        match operation {
            Operation::ReadEvent(id) => self.read_event(id, call),
            Operation::Monitor(asked) => self.monitor(asked, call),
            Operation::Dashboard(asked) => self.dashboard(asked, call),
            Operation::Search | Operation::ListLogs => self.search(operation, call),
            Operation::Aggregate => self.aggregate(call),
            Operation::SearchSpans => self.search_spans(call),
            Operation::ListIndexes => self.list_indexes(),
            Operation::ReadIndex(name) => self.read_index(name),
            Operation::ListApplicationKeys => self.keys.list_application_keys(call.request),
            Operation::ReadApplicationKey(id) => self.keys.read_application_key(id),
        }
    }

    /// A refusal as if others had used the quota up: with the headers of the operation's bucket.
    pub fn announce_spent(&self, request: &Request, reply: Reply) -> Reply {
        match Endpoint::of(&request.method, &request.path) {
            Ok(Endpoint::Guarded(operation)) => {
                let bucket = operation.bucket();
                Quota::spent(bucket, self.limits.of(bucket)).announce(reply)
            }
            _ => reply,
        }
    }
}
