//! `options.variables`: the queries that a formula names, in the words of the monitor API
//! (`MonitorFormulaAndFunctionEventQueryDefinition`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::facet::Facet;
use super::super::record::Record;
use super::super::{ParseError, parse};
use super::{EventQuery, Method, MonitorQueryError, NamedQuery, Rollup, Written};

/// One query of a formula, as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What the formula calls it.
    pub name: String,
    pub data_source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// Empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<String>,
    pub compute: Compute,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<GroupBy>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub query: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    pub aggregation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupBy {
    pub facet: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Which groups are kept when there are too many; says nothing about one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Value>,
}

impl Variable {
    /// Reads the search, the aggregation and the facets.
    pub(super) fn named_query(&self) -> Result<NamedQuery, MonitorQueryError> {
        let wrong = |problem: String| MonitorQueryError::Variable {
            name: self.name.clone(),
            problem,
        };
        let record = Record::ALL
            .into_iter()
            .find(|record| record.data_source() == Some(self.data_source.as_str()))
            .ok_or_else(|| {
                wrong(format!(
                    "the data source `{}` is not evaluated; `logs`, `events`, `spans` and `ci_pipelines` are",
                    self.data_source
                ))
            })?;
        let text = self.search.as_ref().map_or("*", |search| &search.query);
        let search = parse(text).map_err(|error: ParseError| wrong(error.render(text)))?;
        Ok(NamedQuery {
            name: self.name.clone(),
            query: EventQuery {
                record,
                search,
                written: Written::plain(text),
                indexes: self.indexes(record),
                rollup: self.rollup().map_err(wrong)?,
                by: self.facets().map_err(wrong)?,
            },
        })
    }

    /// A recorded query over pipelines names `*`, so the others may name theirs too.
    fn indexes(&self, record: Record) -> Vec<String> {
        match (record, self.indexes.as_slice()) {
            (Record::Log, []) => vec!["*".to_owned()],
            (_, names) => names.to_vec(),
        }
    }

    fn rollup(&self) -> Result<Rollup, String> {
        let name = self.compute.aggregation.as_str();
        let method = Method::of_formula(name)
            .ok_or_else(|| format!("`{name}` is no aggregation; there are {}", Method::names()))?;
        let metric = self.compute.metric.as_deref();
        let attribute = match metric.filter(|_| method != Method::Count) {
            Some(metric) => {
                Some(Facet::parse(metric).ok_or_else(|| format!("`{metric}` is no attribute"))?)
            }
            None => None,
        };
        match attribute.is_none() && method != Method::Count {
            true => Err(format!("`{name}` has to be told of what: `metric: \"@…\"`")),
            false => Ok(Rollup { method, attribute }),
        }
    }

    fn facets(&self) -> Result<Vec<Facet>, String> {
        let facets = self.group_by.iter().map(|group| {
            Facet::parse(&group.facet).ok_or_else(|| format!("`{}` is no facet", group.facet))
        });
        let facets: Vec<Facet> = facets.collect::<Result<_, _>>()?;
        match facets.len() > super::MAX_FACETS {
            true => Err("groups by more than four facets".to_owned()),
            false => Ok(facets),
        }
    }
}
