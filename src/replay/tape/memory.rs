//! A tape of moments that are all there, for tests.

use std::rc::Rc;

use super::{Fault, Moment, Tape};
use crate::recording::Warnings;

#[derive(Clone, Debug, Default)]
pub struct InMemory {
    moments: Rc<[Moment]>,
    next: usize,
}

impl InMemory {
    pub fn new(moments: Vec<Moment>) -> Self {
        Self {
            moments: moments.into(),
            next: 0,
        }
    }
}

impl Tape for InMemory {
    type Mark = usize;

    fn next(&mut self) -> Result<Option<Moment>, Fault> {
        let moment = self.moments.get(self.next).cloned();
        self.next += usize::from(moment.is_some());
        Ok(moment)
    }

    fn mark(&self) -> usize {
        self.next
    }

    fn resume(&mut self, mark: &usize) -> Result<(), Fault> {
        self.next = *mark;
        Ok(())
    }

    fn fork(&self) -> Result<Self, Fault> {
        Ok(self.clone())
    }

    fn share(&self) -> Option<f64> {
        (!self.moments.is_empty()).then(|| self.next as f64 / self.moments.len() as f64)
    }

    fn warnings(&self) -> Warnings {
        Warnings::default()
    }
}
