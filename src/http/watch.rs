//! Who is told of every request that is under way, so that a person sees for whom the program waits.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use url::Url;

/// Stands for a request that is under way: dropped once its answer was read, or there is none.
pub type UnderWay = Box<dyn Any + Send + Sync>;

/// Called with the host (and the port, where it is not the usual one) when a request goes out.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(&str) -> UnderWay + Send + Sync>);

impl Watch {
    pub fn new(asked: impl Fn(&str) -> UnderWay + Send + Sync + 'static) -> Self {
        Self(Arc::new(asked))
    }

    pub(super) fn asked(&self, url: &Url) -> UnderWay {
        let host = url.host_str().unwrap_or_default();
        match url.port() {
            Some(port) => (self.0)(&format!("{host}:{port}")),
            None => (self.0)(host),
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
