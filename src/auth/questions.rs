//! Questions that every request asks, answered from memory while the data stay the same ([`crate::memory`]).

use super::model::{Capacity, Member};
use super::store::{self, KeyHolder};
use crate::ctx::{Ctx, Question};
use crate::error::Result;
use chrono::NaiveDate;
use entity::ids::{ApiTokenId, PersonId, SessionId};
use sea_orm::ConnectionTrait;

/// The person of a session's key, with the seats held on a day. The answer may be a session whose time is over.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionHolder {
    pub key_hash: String,
    pub day: NaiveDate,
}

impl Question for SessionHolder {
    type Answer = Option<KeyHolder<SessionId>>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::session_holder(db, &self.key_hash, self.day).await?)
    }
}

/// The person of an API token, with the seats held on a day. The answer may be a token whose time is over.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHolder {
    pub token_hash: String,
    pub day: NaiveDate,
}

impl Question for TokenHolder {
    type Answer = Option<KeyHolder<ApiTokenId>>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        Ok(store::token_holder(db, &self.token_hash, self.day).await?)
    }
}

/// A person with the seats held on a day, in words.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProfileOf {
    pub person: PersonId,
    pub day: NaiveDate,
}

/// A person's contact data and seats.
#[derive(Clone)]
pub struct Profile {
    pub member: Member,
    pub capacities: Vec<Capacity>,
}

impl Question for ProfileOf {
    type Answer = Option<Profile>;

    async fn answer(&self, _: &Ctx, db: &impl ConnectionTrait) -> Result<Self::Answer> {
        let Some(member) = store::member(db, self.person).await? else { return Ok(None) };
        Ok(Some(Profile { member, capacities: store::capacities(db, self.person, self.day).await? }))
    }
}
