//! What sessions in the sandbox reach: databases, clusters, hosts and APIs of a small shop.

/// One connection of the gateway.
#[derive(Debug, PartialEq, Eq)]
pub struct Connection {
    pub id: &'static str,
    pub name: &'static str,
    /// The parent type.
    pub kind: &'static str,
    /// Empty where there is none.
    pub subtype: &'static str,
    pub resource: &'static str,
    pub command: &'static [&'static str],
    pub environment: &'static str,
    pub team: &'static str,
    pub attributes: &'static [&'static str],
    pub approval: Approval,
    pub guardrails: &'static [&'static str],
    pub is_online: bool,
}

/// Who must approve before a session runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    None,
    /// An access-request rule of type `command`: scripts wait, attached clients do not.
    CommandRule(&'static str),
    /// The older review plugin: this group approves everything.
    Reviewers(&'static str),
}

impl Connection {
    /// The tags, sorted as the gateway answers them.
    pub fn tags(&self) -> [(&'static str, &'static str); 2] {
        [("environment", self.environment), ("team", self.team)]
    }
}

/// The access-request rule that guards production scripts.
pub const COMMAND_RULE: &str = "production-scripts";
/// The guardrail that refuses destructive statements.
pub const GUARDRAIL: &str = "no-destructive-sql";
pub const GUARDRAIL_MESSAGE: &str = "Destructive statements need a change request";
pub const GUARDRAIL_ID: &str = "3c9d1e52-6b7f-4a08-9d34-e1f25b60c7a8";

const PSQL: &[&str] = &[
    "psql",
    "-v",
    "ON_ERROR_STOP=1",
    "-A",
    "-F\t",
    "-P",
    "pager=off",
];

const BASE: Connection = Connection {
    id: "",
    name: "",
    kind: "custom",
    subtype: "",
    resource: "",
    command: &["bash"],
    environment: "production",
    team: "shop",
    attributes: &[],
    approval: Approval::None,
    guardrails: &[],
    is_online: true,
};

pub static PROD_ORDERS_DB: Connection = Connection {
    id: "0f5a1c3e-7b24-4d86-9e10-a2c4e6f80b13",
    name: "prod-orders-db",
    kind: "database",
    subtype: "postgres",
    resource: "orders",
    command: PSQL,
    team: "orders",
    attributes: &["production"],
    approval: Approval::CommandRule(COMMAND_RULE),
    guardrails: &[GUARDRAIL_ID],
    ..BASE
};
pub static PROD_CUSTOMERS_DB: Connection = Connection {
    id: "1a6b2d4f-8c35-4e97-8f21-b3d5f7091c24",
    name: "prod-customers-db",
    kind: "database",
    subtype: "postgres",
    resource: "customers",
    command: PSQL,
    team: "accounts",
    attributes: &["pii", "production"],
    guardrails: &[GUARDRAIL_ID],
    ..BASE
};
pub static PROD_BILLING_DB: Connection = Connection {
    id: "2b7c3e50-9d46-4fa8-a032-c4e6081a2d35",
    name: "prod-billing-db",
    kind: "database",
    subtype: "postgres",
    resource: "billing",
    command: PSQL,
    team: "billing",
    attributes: &["pii", "production"],
    approval: Approval::CommandRule(COMMAND_RULE),
    guardrails: &[GUARDRAIL_ID],
    ..BASE
};
pub static PROD_CATALOG_DB: Connection = Connection {
    id: "3c8d4f61-ae57-40b9-b143-d5f7192b3e46",
    name: "prod-catalog-db",
    kind: "database",
    subtype: "mysql",
    resource: "catalog",
    command: &["mysql", "--port=3306", "--batch"],
    team: "catalog",
    attributes: &["production"],
    ..BASE
};
pub static PROD_SHOP_HOST: Connection = Connection {
    id: "4d9e5072-bf68-41ca-8254-e6082a3c4f57",
    name: "prod-shop-host",
    resource: "shop-1",
    attributes: &["production"],
    approval: Approval::Reviewers("sre"),
    ..BASE
};
pub static PROD_K8S: Connection = Connection {
    id: "5eaf6183-c079-42db-9365-f7193b4d5068",
    name: "prod-k8s",
    kind: "httpproxy",
    subtype: "kubernetes",
    resource: "eu-1",
    command: &[],
    team: "platform",
    attributes: &["production"],
    ..BASE
};
pub static PROD_K8S_SHELL: Connection = Connection {
    id: "6fb07294-d18a-43ec-a476-082a4c5e6179",
    name: "prod-k8s-shell",
    resource: "eu-1",
    team: "platform",
    attributes: &["production"],
    ..BASE
};
pub static PROD_SHOP_API: Connection = Connection {
    id: "70c183a5-e29b-44fd-b587-193b5d6f728a",
    name: "prod-shop-api",
    kind: "httpproxy",
    resource: "shop-api",
    command: &[],
    attributes: &["production"],
    ..BASE
};
pub static STAGING_ORDERS_DB: Connection = Connection {
    id: "81d294b6-f3ac-450e-8698-2a4c6e70839b",
    name: "staging-orders-db",
    kind: "database",
    subtype: "postgres",
    resource: "orders",
    command: PSQL,
    environment: "staging",
    team: "orders",
    ..BASE
};
pub static STAGING_SHOP_HOST: Connection = Connection {
    id: "92e3a5c7-04bd-461f-97a9-3b5d7f8194ac",
    name: "staging-shop-host",
    resource: "shop-staging",
    environment: "staging",
    ..BASE
};
pub static STAGING_K8S_SHELL: Connection = Connection {
    id: "a3f4b6d8-15ce-4720-a8ba-4c6e809205bd",
    name: "staging-k8s-shell",
    resource: "eu-staging",
    environment: "staging",
    team: "platform",
    is_online: false,
    ..BASE
};
pub static SHOP_TOOLS_MCP: Connection = Connection {
    id: "b405c7e9-26df-4831-b9cb-5d7f91a316ce",
    name: "shop-tools-mcp",
    kind: "httpproxy",
    subtype: "mcp",
    resource: "shop-tools",
    command: &[],
    environment: "staging",
    team: "agents",
    ..BASE
};
pub static ANALYTICS_NOTEBOOK: Connection = Connection {
    id: "c516d8fa-37e0-4942-8adc-6e80a2b427df",
    name: "analytics-notebook",
    kind: "application",
    subtype: "python",
    resource: "analytics",
    command: &["python3"],
    environment: "staging",
    team: "data",
    ..BASE
};

pub static CONNECTIONS: [&Connection; 13] = [
    &PROD_ORDERS_DB,
    &PROD_CUSTOMERS_DB,
    &PROD_BILLING_DB,
    &PROD_CATALOG_DB,
    &PROD_SHOP_HOST,
    &PROD_K8S,
    &PROD_K8S_SHELL,
    &PROD_SHOP_API,
    &STAGING_ORDERS_DB,
    &STAGING_SHOP_HOST,
    &STAGING_K8S_SHELL,
    &SHOP_TOOLS_MCP,
    &ANALYTICS_NOTEBOOK,
];

/// The connection with that name or id.
pub fn find(name_or_id: &str) -> Option<&'static Connection> {
    CONNECTIONS
        .into_iter()
        .find(|connection| connection.name == name_or_id || connection.id == name_or_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_unique() {
        for (at, one) in CONNECTIONS.iter().enumerate() {
            for other in &CONNECTIONS[at + 1..] {
                assert_ne!(one.name, other.name);
                assert_ne!(one.id, other.id);
            }
        }
    }
}
