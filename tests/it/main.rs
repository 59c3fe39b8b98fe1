//! One test binary for the whole service: tests are named as sentences, files mirror the slices.
