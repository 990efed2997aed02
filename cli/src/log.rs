//! Prints the library's log of rotating credentials on standard error: that there are new credentials, or why there are none.

use std::fmt;

use countersign::redact::printable;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output;

/// Logs until the process ends.
pub(crate) fn to_standard_error(json: bool) {
    let rotations = Targets::new().with_target("countersign::rotation", LevelFilter::INFO);
    // Fails if there is a log already.
    let _ = tracing_subscriber::registry().with(Log { json }.with_filter(rotations)).try_init();
}

struct Log {
    json: bool,
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if self.json {
            return output::note(&output::json_line(&json!({ "log": fields.0 })));
        }
        let text = |name: &str| fields.0.get(name).and_then(Value::as_str).map(printable);
        let message = text("message").unwrap_or_default();
        let others = ["provider", "path", "code"].iter().filter_map(|name| text(name));
        output::note(
            &others.fold(format!("countersign: {message}"), |line, field| format!("{line} [{field}]")),
        );
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
