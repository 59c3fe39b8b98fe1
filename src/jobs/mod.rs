//! Jobs: the schedule and its runner.
