//! What the library logs of credentials that rotate, on standard error: that there are new ones, or why there are none.

use std::fmt;

use countersign::redact::printable;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::output;

/// From here on, until the process ends.
pub(crate) fn to_standard_error(json: bool) {
    // It fails where there is a log already.
    let _ = tracing::subscriber::set_global_default(Log { json });
}

struct Log {
    json: bool,
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && *metadata.level() <= Level::INFO
            && metadata.target().starts_with("countersign::rotation")
    }

    fn event(&self, event: &Event<'_>) {
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

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
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
