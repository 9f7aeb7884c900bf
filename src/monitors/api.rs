//! A monitor as the body of `POST /api/v1/monitor` and `POST /api/v1/monitor/validate`.

use serde_json::{Map, Value, json};

use super::render::{Monitor, Thresholds};
use crate::query::Record;
use crate::query::monitor::Form;

impl Monitor {
    /// The body to create or validate the monitor.
    ///
    /// Thresholds are sent as the numbers they are; the warning stands nowhere else. A sample of
    /// the logs goes along with a notification, since it holds the link back to the recording. The
    /// file's own options come last; the older pair for missing data goes before the newer word.
    pub fn to_api(&self) -> Value {
        let mut body = json!({
            "name": self.title,
            "type": self.alert.monitor_type(),
            "query": self.query,
            "message": self.message,
            "tags": self.tags,
            "options": {
                "thresholds": self.thresholds.to_api(),
                "include_tags": true,
            },
        });
        match &self.alert.form {
            Form::Anomaly(_) => {
                // Both are needed, and the first has to be the query's
                // (docs.datadoghq.com/monitors/types/anomaly, "options").
                let window = format!("last_{}", self.alert.window);
                body["options"]["threshold_windows"] =
                    json!({"trigger_window": window, "recovery_window": window});
            }
            Form::Chain(_) | Form::Formula(_) if self.alert.record() == Record::Log => {
                body["options"]["enable_logs_sample"] = true.into();
            }
            Form::Chain(_) | Form::Formula(_) => {}
        }
        if !matches!(self.alert.form, Form::Anomaly(_)) {
            body["options"]["on_missing_data"] = self.on_missing_data.as_str().into();
        }
        if matches!(self.alert.form, Form::Formula(_)) {
            body["options"]["variables"] = json!(self.variables);
        }
        if let Some(options) = body["options"].as_object_mut() {
            if self.options.contains_key("notify_no_data") {
                options.shift_remove("on_missing_data");
            }
            options.extend(self.options.clone());
        }
        if let Some(priority) = self.priority {
            body["priority"] = priority.into();
        }
        body
    }
}

impl Thresholds {
    fn to_api(self) -> Value {
        let named = [
            ("critical", Some(self.critical)),
            ("critical_recovery", self.critical_recovery),
            ("warning", self.warning),
            ("warning_recovery", self.warning_recovery),
        ];
        let given = named.into_iter().filter_map(|(name, number)| {
            number.map(|number| (name.to_owned(), Value::from(number)))
        });
        Value::Object(given.collect::<Map<_, _>>())
    }
}
