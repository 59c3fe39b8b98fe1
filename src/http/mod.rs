//! HTTP: errors with two faces, limits, headers, paging.
