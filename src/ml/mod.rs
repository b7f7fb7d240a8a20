//! Standardising, anomaly models and clustering over weighted distinct points; knows nothing of networks.
//!
//! Every model takes `Points`: the distinct rows of a feature matrix, how many rows each stands for, and which
//! point each row is. The answers are those of scikit-learn 1.9 on all rows (`tests/parity.rs`), computed once per
//! distinct point. Parameters follow linfa: `…Params` are unchecked, `check()` gives `…ValidParams`, and only those fit.

pub mod points;
pub mod scaler;
pub mod percentile;
pub mod forest;
pub mod svm;
pub mod dbscan;
pub mod silhouette;

impl From<linfa::Error> for crate::error::Error {
    fn from(error: linfa::Error) -> Self {
        crate::error::Error::setting(error.to_string())
    }
}
