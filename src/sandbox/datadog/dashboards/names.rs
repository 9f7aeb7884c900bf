//! The ids and addresses of dashboards, in the recorded shapes.

/// Characters an address keeps of a title, as recorded.
const MAX_SLUG: usize = 80;

/// `hai-uhn-87g`: nine letters and digits that follow from the number.
pub fn id_of(number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // Odd and coprime to 36, so that each number below 36^9 has an id of its own.
    let mut rest = u128::from(number) * 26_513_806_123_301 % 36_u128.pow(9);
    let mut id = String::with_capacity(11);
    for place in 0..9 {
        if place == 3 || place == 6 {
            id.push('-');
        }
        id.push(char::from(DIGITS[(rest % 36) as usize]));
        rest /= 36;
    }
    id
}

/// The path of a dashboard in the app.
pub fn url_of(id: &str, title: &str) -> String {
    let slug: String = title
        .to_lowercase()
        .chars()
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(MAX_SLUG)
        .collect();
    format!("/dashboard/{id}/{slug}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_differ_and_have_the_recorded_shape() {
        let ids: BTreeSet<String> = (1..=1_000).map(id_of).collect();
        assert_eq!(ids.len(), 1_000);
        let has_shape = |id: &String| {
            let parts: Vec<&str> = id.split('-').collect();
            parts.len() == 3 && parts.iter().all(|part| part.len() == 3)
        };
        assert!(ids.iter().all(has_shape));
    }

    #[test]
    fn an_address_says_the_title_as_recorded() {
        for (title, slug) in [
            ("PCF Testing", "pcf-testing"),
            (
                "OpenStack Controller Overview [Default Microversion]",
                "openstack-controller-overview-default-microversion",
            ),
            ("", ""),
            (
                "Test-Create_a_new_dashboard_with_logs_query_table_widget_and_storage_parameter-1772451100 with query table widget and storage parameter",
                "test-createanewdashboardwithlogsquerytablewidgetandstorageparameter-1772451100-w",
            ),
        ] {
            assert_eq!(url_of("a", title), format!("/dashboard/a/{slug}"));
        }
    }
}
