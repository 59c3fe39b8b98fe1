pub mod addressee;
pub mod ladder;
pub mod plan;
#[cfg(test)]
mod samples;
