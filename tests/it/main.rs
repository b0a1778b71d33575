//! One integration binary; its folders mirror the rooms of `src/`.
