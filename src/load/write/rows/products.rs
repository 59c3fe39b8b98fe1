//! The rows of the catalogue that a file describes.
//!
//! A product that the secretariat has changed since it was loaded stays as it is, with its steps and contributors, unless
//! the operator asks to overwrite it.

use super::{Builder, Spanned, behind, text};
use crate::load::file;
use crate::mail::address;
use crate::time::zone;
use chrono::NaiveDate;
use entity::ids::{ObservatoryId, ProductId};
use entity::kinds::{Contributing, ProductScope};
use entity::{observatory, product, product_contributor, product_step, source};
use std::collections::HashMap;

/// The catalogue as it should be after the load.
pub struct Wanted {
    pub products: Vec<product::Model>,
    pub steps: Vec<product_step::Model>,
    pub contributors: Vec<product_contributor::Model>,
    /// Products that stay as the secretariat has changed them, with the day of the change.
    pub held: Vec<(String, NaiveDate)>,
}

impl Builder<'_> {
    pub(super) fn catalogue(&self, observatories: &[observatory::Model]) -> Wanted {
        let ids: HashMap<&str, ObservatoryId> = observatories.iter().map(|row| (row.code.as_str(), row.id)).collect();
        let mut wanted = Wanted { products: Vec::new(), steps: Vec::new(), contributors: Vec::new(), held: Vec::new() };
        for product in self.file.products.iter().map(Spanned::get_ref) {
            let old = self.known.products.iter().find(|row| row.code == *product.code.get_ref());
            let mut row = self.product(product, old);
            let (mut steps, mut contributors) =
                (self.steps_of(product, row.id), self.contributors_of(product, row.id, &ids));
            if let Some((old, edited_at)) = old.and_then(|old| Some((old, old.edited_at?))) {
                let present = (self.present_steps(row.id), self.present_contributors(row.id));
                let is_same = row == *old && (&steps, &contributors) == (&present.0, &present.1);
                if !is_same && self.overwrites {
                    row.edited_at = None;
                } else if !is_same {
                    wanted.held.push((old.code.clone(), zone::day_of(edited_at.0)));
                    (row, (steps, contributors)) = (old.clone(), present);
                }
            }
            wanted.products.push(row);
            wanted.steps.extend(steps);
            wanted.contributors.extend(contributors);
        }
        // Contributors to products that the file does not have stay.
        let others = self.known.contributors.iter();
        let is_other = |row: &&product_contributor::Model| wanted.products.iter().all(|one| one.id != row.product_id);
        let others: Vec<_> = others.filter(is_other).cloned().collect();
        wanted.contributors.extend(others);
        wanted
    }

    /// Builds the sources. One that the database has stays as it is, because it belongs to the service.
    pub(super) fn sources(&self) -> Vec<source::Model> {
        let row = |one: &file::Source| source::Model {
            id: self.id(),
            code: text(&one.code),
            name: text(&one.name),
            publisher: text(&one.publisher),
            address: one.address.as_ref().map(text),
            version: 1,
            created_at: self.instant(),
            updated_at: self.instant(),
        };
        let known = |one: &file::Source| self.known.sources.iter().find(|row| row.code == *one.code.get_ref()).cloned();
        let sources = self.file.sources.iter().map(Spanned::get_ref);
        sources.map(|one| known(one).unwrap_or_else(|| row(one))).collect()
    }

    fn product(&self, product: &file::Product, old: Option<&product::Model>) -> product::Model {
        let kept = |said: &Option<Spanned<String>>, before: fn(&product::Model) -> &Option<String>| {
            said.as_ref().map(text).or_else(|| before(old?).clone())
        };
        let email = product.contact_email.as_ref().map(|email| address::meant(email.get_ref()));
        let retired_at = match product.retired {
            None => old.and_then(|row| row.retired_at),
            Some(false) => None,
            Some(true) => old.and_then(|row| row.retired_at).or_else(|| Some(self.instant())),
        };
        product::Model {
            id: old.map_or_else(|| self.id(), |row| row.id),
            code: text(&product.code),
            name_it: text(&product.name_it),
            name_en: text(&product.name_en),
            periodicity: product.periodicity,
            scope: product.scope,
            default_hour: product.default_hour,
            theme: product.theme.or_else(|| old?.theme),
            description_it: kept(&product.description_it, |row| &row.description_it),
            description_en: kept(&product.description_en, |row| &row.description_en),
            contact_name: kept(&product.contact_name, |row| &row.contact_name),
            contact_email: email.or_else(|| old?.contact_email.clone()),
            portal_section: kept(&product.portal_section, |row| &row.portal_section),
            portal_words: kept(&product.portal_words, |row| &row.portal_words),
            date_rule: product
                .date_rule
                .as_ref()
                .map(|rule| rule.get_ref().to_text())
                .or_else(|| old?.date_rule.clone()),
            contributors: product
                .contributors
                .as_ref()
                .map(|who| *who.get_ref())
                .or_else(|| Some(old?.contributors))
                .unwrap_or(Contributing::AllTerritorial),
            with_regional: product
                .with_regional
                .or_else(|| Some(old?.with_regional))
                .unwrap_or(product.scope == ProductScope::Autonomous),
            retired_at,
            edited_at: old.and_then(|row| row.edited_at),
            version: old.map_or(1, |row| row.version),
            created_at: old.map_or_else(|| self.instant(), |row| row.created_at),
            updated_at: old.map_or_else(|| self.instant(), |row| row.updated_at),
        }
    }

    fn present_steps(&self, product: ProductId) -> Vec<product_step::Model> {
        let mut steps: Vec<_> = self.known.steps.iter().filter(|row| row.product_id == product).cloned().collect();
        steps.sort_by_key(|row| row.position);
        steps
    }

    fn present_contributors(&self, product: ProductId) -> Vec<product_contributor::Model> {
        let mut rows: Vec<_> =
            self.known.contributors.iter().filter(|row| row.product_id == product).cloned().collect();
        rows.sort_by_key(|row| row.observatory_id);
        rows
    }

    /// Builds the steps of a product. A step whose seat or distance changes is another row, because tasks of existing
    /// releases keep theirs.
    fn steps_of(&self, product: &file::Product, product_id: ProductId) -> Vec<product_step::Model> {
        let known = self.present_steps(product_id);
        let mut rows: Vec<product_step::Model> = Vec::new();
        for (position, step) in (1..).zip(product.steps.iter().map(Spanned::get_ref)) {
            let offset = *step.offset_working_days.get_ref();
            let derives_as = |row: &&product_step::Model| (row.seat, row.offset_working_days) == (step.seat, offset);
            let old = known.iter().find(|row| row.code == *step.code.get_ref());
            rows.push(product_step::Model {
                id: old.filter(derives_as).map_or_else(|| self.id(), |row| row.id),
                product_id,
                position,
                code: text(&step.code),
                name_it: text(&step.name_it),
                name_en: text(&step.name_en),
                seat: step.seat,
                offset_working_days: offset,
                estimated_minutes: *step.minutes.get_ref(),
                after_steps: (!step.after.is_empty()).then(|| {
                    let mut after = step.after.clone();
                    after.sort();
                    after.join(" ")
                }),
                removed_at: None,
            });
        }
        let kept: Vec<_> = known.into_iter().filter(|old| rows.iter().all(|row| row.code != old.code)).collect();
        rows.extend(behind(kept, rows.len(), |row, position| row.position = position));
        rows
    }

    /// Builds the named contributors of a product; those in the database stay if the file does not say who contributes.
    fn contributors_of(
        &self,
        product: &file::Product,
        product_id: ProductId,
        ids: &HashMap<&str, ObservatoryId>,
    ) -> Vec<product_contributor::Model> {
        if product.contributors.is_none() {
            return self.present_contributors(product_id);
        }
        let named = product.observatories.iter().filter_map(|code| ids.get(code.get_ref().as_str()));
        let mut rows: Vec<_> = named.map(|id| product_contributor::Model { product_id, observatory_id: *id }).collect();
        rows.sort_by_key(|row| row.observatory_id);
        rows
    }
}
