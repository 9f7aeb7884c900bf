//! Listings that come page by page.

use std::collections::BTreeMap;

use super::error::DatadogError;

/// Asks for pages of `size` until one is not full, and returns each entry once, in the order of
/// `key`: pages shift while others change what is listed.
///
/// A page with nothing new ends it too, since something in between may not know of pages.
pub(super) async fn gather<T, K: Ord>(
    size: usize,
    key: impl Fn(&T) -> K,
    page: impl AsyncFn(usize) -> Result<Vec<T>, DatadogError>,
) -> Result<Vec<T>, DatadogError> {
    let mut found = BTreeMap::new();
    for number in 0.. {
        let listed = page(number).await?;
        let (is_full, known) = (listed.len() >= size, found.len());
        found.extend(listed.into_iter().map(|one| (key(&one), one)));
        if !is_full || found.len() == known {
            break;
        }
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn gathered(pages: &[&[u32]]) -> Vec<u32> {
        let page = async |number: usize| Ok(pages.get(number).unwrap_or(&pages[0]).to_vec());
        gather(2, |one| *one, page).await.expect("pages")
    }

    #[tokio::test]
    async fn pages_are_asked_for_until_one_is_not_full_and_entries_come_once() {
        assert_eq!(gathered(&[&[1, 2], &[2, 3], &[4]]).await, [1, 2, 3, 4]);
        assert_eq!(gathered(&[&[]]).await, Vec::<u32>::new());
        assert_eq!(gathered(&[&[1, 2], &[]]).await, [1, 2]);
    }

    #[tokio::test]
    async fn a_listing_that_knows_no_pages_ends() {
        assert_eq!(gathered(&[&[1, 2, 3]]).await, [1, 2, 3]);
    }
}
