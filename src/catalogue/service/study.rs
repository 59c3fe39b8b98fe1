//! The product of a study that an observatory does on its own. `studies` has checked the permission.

use super::{product, record, save};
use crate::catalogue::model::{Contributor, Contributors, Details, Product};
use crate::catalogue::store;
use crate::catalogue::verb::Verb;
use crate::ctx::Ctx;
use crate::db::Txn;
use crate::error::Result;
use crate::letters;
use crate::network::model::ObservatoryView;
use chrono::NaiveTime;
use entity::kinds::{Contributing, ObservatoryKind, Periodicity, ProductScope, Theme};
use serde_json::json;

/// Most letters of the code that is made of a title.
const CODE_LETTERS: usize = 50;

/// Creates the product of a study, owed by its observatory alone, with a code made of its title.
pub async fn create_study(
    ctx: &Ctx,
    txn: &Txn,
    title: &str,
    theme: Theme,
    observatory: &ObservatoryView,
) -> Result<Product> {
    let known = store::products(txn).await?;
    let is_regional = observatory.kind == ObservatoryKind::Regional;
    let own = Contributor { code: observatory.code.clone(), id: observatory.id };
    let details = Details {
        name_it: title.to_owned(),
        name_en: title.to_owned(),
        theme: Some(theme),
        periodicity: Periodicity::Irregular,
        scope: ProductScope::Autonomous,
        contributors: Contributors {
            who: Contributing::Named,
            named: if is_regional { Vec::new() } else { vec![own] },
            with_regional: is_regional,
        },
        default_hour: NaiveTime::from_hms_opt(10, 0, 0).unwrap_or(NaiveTime::MIN),
        ..Details::default()
    };
    let code = free_code(title, |code| known.iter().all(|product| product.code != code));
    let steps = (Vec::new(), Vec::new());
    let new = Product {
        id: ctx.new_id(),
        code,
        details,
        steps: steps.0,
        former_steps: steps.1,
        retired_at: None,
        version: 1,
    };
    store::insert(txn, &new, ctx.now()).await?;
    record(ctx, txn, Verb::Create, &new, json!({ "code": new.code })).await?;
    product(txn, &new.code).await
}

/// Gives the product of a study another title and theme. One that has them already stays as it is.
pub async fn change_study(ctx: &Ctx, txn: &Txn, code: &str, title: &str, theme: Theme) -> Result<Product> {
    let before = product(txn, code).await?;
    if before.details.name_it == title && before.details.theme == Some(theme) {
        return Ok(before);
    }
    let (name_it, name_en) = (title.to_owned(), title.to_owned());
    let details = Details { name_it, name_en, theme: Some(theme), ..before.details.clone() };
    save(ctx, txn, Product { details, ..before }, Verb::Edit).await
}

/// Retires the product of a study that is given up.
pub async fn retire_study(ctx: &Ctx, txn: &Txn, code: &str) -> Result<Product> {
    let before = product(txn, code).await?;
    if before.retired_at.is_some() {
        return Ok(before);
    }
    save(ctx, txn, Product { retired_at: Some(ctx.now()), ..before }, Verb::Retire).await
}

/// Makes a free code of a title: «Giovani e formazione» is `giovani-e-formazione`, then `giovani-e-formazione-2`.
fn free_code(title: &str, is_free: impl Fn(&str) -> bool) -> String {
    let plain = letters::in_ascii(title).to_lowercase();
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut wished = String::new();
    for word in words {
        let hyphen = usize::from(!wished.is_empty());
        if wished.len() + hyphen + word.len() > CODE_LETTERS {
            break;
        }
        if hyphen == 1 {
            wished.push('-');
        }
        wished.push_str(word);
    }
    if wished.is_empty() {
        "ricerca".clone_into(&mut wished);
    }
    let numbered = (2..).map(|number: u32| format!("{wished}-{number}"));
    let mut candidates = std::iter::once(wished.clone()).chain(numbered);
    candidates.find(|candidate| is_free(candidate)).unwrap_or(wished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::is_code;

    #[test]
    fn a_title_becomes_a_free_code() {
        for (title, code) in [
            ("Giovani, scuola e lavoro", "giovani-scuola-e-lavoro"),
            ("Perché i «NEET»?", "perche-i-neet"),
            ("研究", "ricerca"),
        ] {
            let made = free_code(title, |_| true);
            assert_eq!(made, code);
            assert!(is_code(&made));
        }
        assert_eq!(free_code("Giovani", |code| code != "giovani"), "giovani-2");
        let long = free_code(&"parola ".repeat(30), |_| true);
        assert!(is_code(&long) && long.len() <= CODE_LETTERS, "{long}");
    }
}
