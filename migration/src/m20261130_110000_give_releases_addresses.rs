//! Short addresses of releases: `relazione-territoriale-2026` (ADR 21).
//!
//! Adds a column that may be empty, so that older code runs beside it, and names the releases that exist in the order in which they
//! were entered.

use crate::schema::migration;

const UP: &[&str] = &[
    r#"ALTER TABLE "release" ADD COLUMN slug varchar(150)"#,
    r#"UPDATE "release" SET slug = named.slug FROM (
           SELECT id, CASE WHEN number = 1 THEN base ELSE base || '-' || CAST(number AS varchar(10)) END AS slug FROM (
               SELECT id, base, ROW_NUMBER() OVER (PARTITION BY base ORDER BY created_at, id) AS number FROM (
                   SELECT r.id, r.created_at,
                       p.code || COALESCE('-' || o.code, '') || '-' || LOWER(r.period_label) AS base
                   FROM "release" r JOIN product p ON p.id = r.product_id
                       LEFT JOIN observatory o ON o.id = r.observatory_id
               ) AS based
           ) AS numbered
       ) AS named WHERE named.id = "release".id"#,
    r#"CREATE UNIQUE INDEX uq_release_slug ON "release" (slug)"#,
];

const DOWN: &[&str] = &["DROP INDEX uq_release_slug", r#"ALTER TABLE "release" DROP COLUMN slug"#];

migration!("m20261130_110000_give_releases_addresses", UP, DOWN);
