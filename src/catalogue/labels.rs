//! Displayed names of the values of the vocabularies of the catalogue.

use crate::texts::Label;
use entity::kinds::{Contributing, Periodicity, ProductScope, Theme};

impl Label for Periodicity {
    fn label_key(self) -> &'static str {
        match self {
            Self::Annual => "catalogue.periodicity_annual",
            Self::HalfYearly => "catalogue.periodicity_half_yearly",
            Self::FourMonthly => "catalogue.periodicity_four_monthly",
            Self::Quarterly => "catalogue.periodicity_quarterly",
            Self::Monthly => "catalogue.periodicity_monthly",
            Self::Irregular => "catalogue.periodicity_irregular",
        }
    }
}

impl Label for ProductScope {
    fn label_key(self) -> &'static str {
        match self {
            Self::Joint => "catalogue.scope_joint",
            Self::PerObservatory => "catalogue.scope_per_observatory",
            Self::Autonomous => "catalogue.scope_autonomous",
        }
    }
}

impl Label for Contributing {
    fn label_key(self) -> &'static str {
        match self {
            Self::AllTerritorial => "catalogue.who_all",
            Self::Named => "catalogue.who_named",
        }
    }
}

impl Label for Theme {
    fn label_key(self) -> &'static str {
        match self {
            Self::Employment => "catalogue.theme_employment",
            Self::Hiring => "catalogue.theme_hiring",
            Self::Demand => "catalogue.theme_demand",
            Self::Skills => "catalogue.theme_skills",
            Self::Training => "catalogue.theme_training",
            Self::Inclusion => "catalogue.theme_inclusion",
            Self::Crises => "catalogue.theme_crises",
            Self::Economy => "catalogue.theme_economy",
            Self::Other => "catalogue.theme_other",
        }
    }
}
