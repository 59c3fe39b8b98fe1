//! The load: minutes of work due in each month of a year, by observatory.

use crate::ctx::Ctx;
use crate::error::Result;
use crate::network::model::ObservatoryView;
use crate::network::questions::AllObservatories;
use crate::open::scope;
use crate::tasks::model::Task;
use crate::tasks::store;
use crate::time::Period;
use chrono::Datelike as _;
use entity::ids::ObservatoryId;
use std::collections::HashMap;

/// Minutes of the twelve months of a year.
pub type Months = [i64; 12];

/// The load of a year.
pub struct Load {
    pub year: Period,
    /// Observatories with work in the year, in the order of the network, then the seats that belong to none.
    pub places: Vec<PlaceLoad>,
}

/// The load of one observatory, or of the seats that belong to none.
pub struct PlaceLoad {
    pub observatory: Option<ObservatoryView>,
    pub minutes: Months,
}

impl Load {
    /// Returns the minutes of each month, of all places together.
    pub fn months(&self) -> Months {
        let mut sum = Months::default();
        for place in &self.places {
            for (month, minutes) in sum.iter_mut().zip(place.minutes) {
                *month += minutes;
            }
        }
        sum
    }
}

/// Returns the load of a year: the estimated minutes of the tasks due in each month that are not cancelled, done or not.
///
/// Who may: secretariat and direction see all observatories, others the tasks of their own seats and observatories.
pub async fn load(ctx: &Ctx, year: Period) -> Result<Load> {
    let visible = scope::<Task>(ctx)?;
    let days = store::minutes_by_day(ctx.reader(), &visible, year.first_day(), year.last_day()).await?;
    let mut by_place: HashMap<Option<ObservatoryId>, Months> = HashMap::new();
    for (place, day, minutes) in days {
        if let Some(month) = by_place.entry(place).or_default().get_mut(day.month0() as usize) {
            *month += minutes;
        }
    }
    let observatories = ctx.recall(&AllObservatories).await?;
    let known = observatories.iter().map(|one| (Some(one.id), Some(one.clone())));
    let places = known.chain([(None, None)]).filter_map(|(id, observatory)| {
        let minutes = by_place.remove(&id)?;
        Some(PlaceLoad { observatory, minutes })
    });
    Ok(Load { year, places: places.collect() })
}
