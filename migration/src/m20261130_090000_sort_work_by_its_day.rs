//! The due day of tasks and contributions, in an index.
//!
//! A task that hands in a contribution follows the day set by hand on the contribution. The task keeps a copy of that day,
//! because an index cannot look into another table. Adds a column without a value for most rows, so that older code runs
//! beside it; the rule in `UP` is the one that the service had until now.

use crate::schema::migration;

const UP: &[&str] = &[
    "ALTER TABLE task ADD COLUMN followed_day date",
    "UPDATE task SET followed_day = (
         SELECT deliverable.hand_set_day FROM deliverable JOIN seat ON seat.id = task.seat_id
         WHERE deliverable.id = task.deliverable_id AND deliverable.due_day = task.due_day
           AND seat.kind NOT IN ('secretariat', 'direction'))
     WHERE origin = 'step' AND deliverable_id IS NOT NULL",
    "CREATE INDEX ix_task_day ON task (coalesce(hand_set_day, followed_day, due_day), id)",
    "CREATE INDEX ix_deliverable_day ON deliverable (coalesce(hand_set_day, due_day), id)",
];

const DOWN: &[&str] =
    &["DROP INDEX ix_deliverable_day", "DROP INDEX ix_task_day", "ALTER TABLE task DROP COLUMN followed_day"];

migration!("m20261130_090000_sort_work_by_its_day", UP, DOWN);
