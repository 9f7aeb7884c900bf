//! `page` and `page_size` of the routes that answer pages
//! (hoophq/hoop `gateway/api/validation/`).

use serde_json::{Value, json};

use crate::sandbox::http::Request;

/// A page as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    number: usize,
    size: usize,
}

/// Reads both; `Err` is the message of a 422.
pub fn parse(request: &Request) -> Result<Page, &'static str> {
    let text = |name: &str| request.parameter(name).filter(|text| !text.is_empty());
    let number = text("page").map_or(Some(1), |text| text.parse().ok());
    let size = text("page_size").map_or(Some(50), |text| text.parse().ok());
    let number = number.filter(|number| *number >= 1);
    let size = size.filter(|size| (1..=100).contains(size));
    Ok(Page {
        number: number.ok_or("page must be >= 1")?,
        size: size.ok_or("page_size must be between 1 and 100")?,
    })
}

impl Page {
    /// Cuts the page out of all rows.
    pub fn of(self, rows: Vec<Value>) -> Value {
        let total = rows.len();
        let before = (self.number - 1).saturating_mul(self.size);
        let data: Vec<Value> = rows.into_iter().skip(before).take(self.size).collect();
        let pages = json!({"total": total, "page": self.number, "size": self.size});
        json!({"pages": pages, "data": data})
    }
}
