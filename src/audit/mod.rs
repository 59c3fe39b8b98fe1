//! The append-only chained log of events.
