//! Reports a bug in the tool in one line.

use crate::output;

/// Replaces the default message and its backtrace. Leaves out the text of the panic, which may quote a value.
pub(crate) fn report_in_one_line() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        output::note(&format!("countersign: internal error{}; please report it", place.unwrap_or_default()));
    }));
}
