//! Checks of the products of a file, by the rules of the catalogue.

use super::{Checker, Codes, codes};
use crate::catalogue::model::{
    CONTACT_CHARACTERS, DESCRIPTION_CHARACTERS, LIST_CHARACTERS, MOST_LISTS, NAME_CHARACTERS, Refusal,
    SECTION_CHARACTERS, SHEET_CHARACTERS, STEP_CODE_CHARACTERS, STEP_MINUTES, STEP_OFFSETS_WORKING_DAYS, StepIn,
    WORDS_CHARACTERS, check_rule, contradictions, frequencies,
};
use crate::load::file::{Observatory, Product, Sheet, Source, Spanned, Step, Territory};
use crate::mail::{address, is_address};
use crate::time::Period;
use entity::kinds::{Contributing, ObservatoryKind};
use std::path::Path;

impl Checker<'_> {
    pub(super) fn products(
        &mut self,
        products: &[Spanned<Product>],
        observatories: &[Spanned<Observatory>],
        territories: &[Spanned<Territory>],
        sources: &[Spanned<Source>],
    ) {
        self.unique(products.iter().map(|product| &product.get_ref().code), "code of a product");
        let territorial = observatories.iter().map(Spanned::get_ref);
        let territorial = territorial.filter(|one| one.kind == ObservatoryKind::Territorial).map(|one| &one.code);
        let territorial = codes(territorial);
        for product in products {
            let product = product.get_ref();
            self.slug(&product.code, 60);
            self.text(&product.name_it, NAME_CHARACTERS);
            self.text(&product.name_en, NAME_CHARACTERS);
            self.details(product);
            self.contributors(product, &territorial);
            self.date_rule(product, products, territories, sources);
            self.unique(product.steps.iter().map(|step| &step.get_ref().code), "code of a step");
            for step in &product.steps {
                self.step(step.get_ref());
            }
            let steps: Vec<StepIn> = product.steps.iter().map(|step| step_in(step.get_ref())).collect();
            for (at, refusal) in contradictions(&steps, &[]) {
                self.refuse(&product.steps[at].span(), refusal.to_string());
            }
            for sheet in &product.sheets {
                self.sheet(product, sheet);
            }
        }
    }

    fn sheet(&mut self, product: &Product, sheet: &Spanned<Sheet>) {
        let (span, sheet) = (sheet.span(), sheet.get_ref());
        match sheet.from.get_ref().parse::<Period>() {
            Err(_) => self.form(&sheet.from, false, "period"),
            Ok(from) if !frequencies(product.periodicity).contains(&from.frequency()) => {
                self.refuse(&sheet.from.span(), Refusal::PeriodOfAnotherKind.to_string());
            }
            Ok(_) => {}
        }
        self.text(&sheet.text_it, SHEET_CHARACTERS);
        if let Some(text) = &sheet.text_en {
            self.text(text, SHEET_CHARACTERS);
        }
        if let Some(path) = &sheet.document {
            self.form(path, !Path::new(path.get_ref()).is_absolute(), "path relative to this file");
        }
        if sheet.lists.len() > MOST_LISTS {
            self.refuse(&span, format!("a sheet uses at most {MOST_LISTS} lists"));
        }
        for list in sheet.lists.iter().map(Spanned::get_ref) {
            self.text(&list.name, LIST_CHARACTERS);
            self.text(&list.edition, LIST_CHARACTERS);
        }
    }

    fn details(&mut self, product: &Product) {
        let texts = [
            (&product.description_it, DESCRIPTION_CHARACTERS),
            (&product.description_en, DESCRIPTION_CHARACTERS),
            (&product.contact_name, CONTACT_CHARACTERS),
            (&product.portal_section, SECTION_CHARACTERS),
            (&product.portal_words, WORDS_CHARACTERS),
        ];
        for (text, most) in texts {
            if let Some(text) = text {
                self.text(text, most);
            }
        }
        if let Some(email) = &product.contact_email {
            self.form(email, is_address(&address::meant(email.get_ref())), "e-mail address");
            if product.contact_name.is_none() {
                self.refuse(&email.span(), "a contact needs its contact_name");
            }
        }
    }

    fn contributors(&mut self, product: &Product, territorial: &Codes<'_>) {
        self.unique(product.observatories.iter(), "observatory");
        for code in &product.observatories {
            self.refers(code, territorial, "territorial observatory");
        }
        let who = product.contributors.as_ref().map(Spanned::get_ref);
        match (who, product.observatories.first()) {
            (Some(Contributing::Named), None) if product.with_regional != Some(true) => {
                self.refuse(&product.code.span(), "named contributors need their observatories");
            }
            (Some(Contributing::AllTerritorial) | None, Some(first)) => {
                self.refuse(&first.span(), "observatories are named only where contributors = \"named\"");
            }
            _ => {}
        }
    }

    fn date_rule(
        &mut self,
        product: &Product,
        products: &[Spanned<Product>],
        territories: &[Spanned<Territory>],
        sources: &[Spanned<Source>],
    ) {
        let Some(rule) = &product.date_rule else { return };
        let is_territory = |code: &str| territories.iter().any(|one| one.get_ref().code.get_ref() == code);
        let is_source = |code: &str| sources.iter().any(|one| one.get_ref().code.get_ref() == code);
        let rule_of = |code: &str| {
            let found = products.iter().map(Spanned::get_ref).find(|other| other.code.get_ref() == code);
            found.map(|other| other.date_rule.as_ref().map(Spanned::get_ref))
        };
        if let Err(refusal) = check_rule(rule.get_ref(), product.code.get_ref(), is_territory, is_source, rule_of) {
            self.refuse(&rule.span(), refusal.to_string());
        }
    }

    fn step(&mut self, step: &Step) {
        self.slug(&step.code, STEP_CODE_CHARACTERS);
        self.text(&step.name_it, NAME_CHARACTERS);
        self.text(&step.name_en, NAME_CHARACTERS);
        self.within(&step.offset_working_days, &STEP_OFFSETS_WORKING_DAYS, "the offset in working days");
        self.within(&step.minutes, &STEP_MINUTES, "the minutes");
    }
}

fn step_in(step: &Step) -> StepIn {
    StepIn {
        code: step.code.get_ref().clone(),
        name_it: step.name_it.get_ref().clone(),
        name_en: step.name_en.get_ref().clone(),
        seat: step.seat,
        offset_working_days: *step.offset_working_days.get_ref(),
        estimated_minutes: *step.minutes.get_ref(),
        after: step.after.clone(),
    }
}
