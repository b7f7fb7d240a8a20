//! Plain data to JavaScript and back: objects for maps, null for nothing, numbers for numbers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsError, JsValue};

pub type Answer = Result<JsValue, JsError>;

pub fn give(value: &(impl Serialize + ?Sized)) -> Answer {
    value.serialize(&Serializer::json_compatible()).map_err(thrown)
}

pub fn take<T: DeserializeOwned>(value: JsValue) -> Result<T, JsError> {
    serde_wasm_bindgen::from_value(value).map_err(thrown)
}

/// A failure as JavaScript throws it: its sentence.
pub fn thrown(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}
