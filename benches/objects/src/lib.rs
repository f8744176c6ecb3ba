//! Events of JavaScript handed over whole, by serde-wasm-bindgen: what the npm package is compared with where events are
//! objects. `cargo xtask bench javascript` builds it for WebAssembly.

use wasm_bindgen::prelude::*;

/// A filter for events that are objects.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Filter(hooksieve::Filter);

#[wasm_bindgen]
impl Filter {
    /// Compiles the text of a filter.
    ///
    /// # Errors
    ///
    /// Where it was refused.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, JsError> {
        Ok(Self(hooksieve::Filter::compile(text)?))
    }

    /// Whether the event matches.
    ///
    /// # Errors
    ///
    /// Where the event has what JSON does not have.
    pub fn matches(&self, event: JsValue) -> Result<bool, JsError> {
        let event: serde_json::Value = serde_wasm_bindgen::from_value(event)?;
        Ok(self.0.matches(&event))
    }
}
