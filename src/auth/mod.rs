//! Who asks: sessions, sign-in by mailed link, API tokens. Rights come from designations, never from here.

pub mod actor;
