//! The history of the schema, one purpose per file. Never imports `entity`: history must not change with today's code.
//!
//! Every migration runs in its own transaction on both engines; `SQLite` would otherwise be left in the middle by a crash.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::{MigrationTrait, async_trait};

mod m20261123_090000_create_network;
mod m20261123_100000_create_designations;
mod m20261123_110000_create_platform;
mod m20261123_120000_create_agenda;
mod m20261123_130000_create_table;
mod m20261123_140000_create_told_and_seen;
mod m20261123_150000_order_the_outbox;
mod m20261128_210000_mark_what_may_have_left;
mod m20261129_090000_create_pulse;
mod m20261129_100000_plan_the_looks;
mod m20261129_110000_find_awaited_mails;
mod m20261129_130000_know_a_second_press;
mod m20261129_140000_own_documents;
mod m20261129_141000_name_who_replaced;
mod m20261129_150000_keep_the_override_apart;
mod m20261129_151000_freeze_the_quorum;
mod m20261129_160000_name_whose_a_release_is;
mod m20261129_161000_give_working_groups_their_parties;
mod m20261129_162000_invite_partners;
mod m20261129_170000_name_the_facts_of_mails;
mod m20261129_171000_move_contents_out;
mod m20261129_180000_free_vocabularies;
mod m20261130_090000_sort_work_by_its_day;
mod m20261130_100000_hand_in_files;
mod m20261130_100000_keep_what_was_told;
mod m20261130_103000_name_the_site_of_observatories;
mod m20261130_110000_give_releases_addresses;
mod m20261130_150000_catalogue;
mod m20261130_160000_agenda;
mod m20261130_170000_review;
mod m20261130_180000_give_tasks;
mod m20261130_181000_reply_about_work;
mod m20261130_182000_propose_days;
mod m20261130_200000_sources;
mod m20261130_201000_studies;
mod m20261130_202000_neighbours;
mod m20261130_210000_amend_releases;
mod m20261130_211000_adopt_by_decision;
mod m20261130_212000_early_access;
mod m20261130_220000_wait_for_tasks;
mod m20261130_221000_templates_of_tasks;
mod m20261130_230000_take_over_remarks;
mod m20261201_040000_read_the_register_in_order;
mod schema;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_090000_create_network::Migration),
            Box::new(m20261123_100000_create_designations::Migration),
            Box::new(m20261123_110000_create_platform::Migration),
            Box::new(m20261123_120000_create_agenda::Migration),
            Box::new(m20261123_130000_create_table::Migration),
            Box::new(m20261123_140000_create_told_and_seen::Migration),
            Box::new(m20261123_150000_order_the_outbox::Migration),
            Box::new(m20261128_210000_mark_what_may_have_left::Migration),
            Box::new(m20261129_090000_create_pulse::Migration),
            Box::new(m20261129_100000_plan_the_looks::Migration),
            Box::new(m20261129_110000_find_awaited_mails::Migration),
            Box::new(m20261129_130000_know_a_second_press::Migration),
            Box::new(m20261129_140000_own_documents::Migration),
            Box::new(m20261129_141000_name_who_replaced::Migration),
            Box::new(m20261129_150000_keep_the_override_apart::Migration),
            Box::new(m20261129_151000_freeze_the_quorum::Migration),
            Box::new(m20261129_160000_name_whose_a_release_is::Migration),
            Box::new(m20261129_161000_give_working_groups_their_parties::Migration),
            Box::new(m20261129_162000_invite_partners::Migration),
            Box::new(m20261129_170000_name_the_facts_of_mails::Migration),
            Box::new(m20261129_171000_move_contents_out::Migration),
            Box::new(m20261129_180000_free_vocabularies::Migration),
            Box::new(m20261130_090000_sort_work_by_its_day::Migration),
            Box::new(m20261130_100000_keep_what_was_told::Migration),
            Box::new(m20261130_110000_give_releases_addresses::Migration),
            Box::new(m20261130_103000_name_the_site_of_observatories::Migration),
            Box::new(m20261130_100000_hand_in_files::Migration),
            Box::new(m20261130_150000_catalogue::Migration),
            Box::new(m20261130_160000_agenda::Migration),
            Box::new(m20261130_170000_review::Migration),
            Box::new(m20261130_180000_give_tasks::Migration),
            Box::new(m20261130_181000_reply_about_work::Migration),
            Box::new(m20261130_182000_propose_days::Migration),
            Box::new(m20261130_200000_sources::Migration),
            Box::new(m20261130_201000_studies::Migration),
            Box::new(m20261130_202000_neighbours::Migration),
            Box::new(m20261130_210000_amend_releases::Migration),
            Box::new(m20261130_211000_adopt_by_decision::Migration),
            Box::new(m20261130_212000_early_access::Migration),
            Box::new(m20261130_220000_wait_for_tasks::Migration),
            Box::new(m20261130_221000_templates_of_tasks::Migration),
            Box::new(m20261130_230000_take_over_remarks::Migration),
            Box::new(m20261201_040000_read_the_register_in_order::Migration),
        ]
    }
}
