//! What all client programs share: the input, and one line of output for each feature. See test/support/clientSuite.

use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdin, stdout};

/// The versions of all crates.
const LOCK_FILE: &str = include_str!("../Cargo.lock");

/// Why a feature failed.
pub type Failure = Box<dyn Error + Send + Sync>;
/// What a feature showed, by the names of test/support/clientSuite/features.ts.
pub type Observed = Result<Value, Failure>;

/// What a client program reads from stdin.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pub url: String,
    pub features: Vec<String>,
    pub model: String,
    pub unknown_model: String,
    pub system: String,
    pub prompts: BTreeMap<String, String>,
    pub tool: Tool,
    pub tool_results: BTreeMap<String, String>,
    pub schema: Value,
    /// A PNG file in Base64.
    pub image: String,
}

#[derive(Deserialize)]
pub struct Tool {
    pub name: String,
    pub description: String,
    pub parameters: Value,
}

impl Input {
    /// Reads the input.
    pub fn read() -> Result<Self, Failure> {
        let mut line = String::new();
        stdin().read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// The user's text of a feature.
    pub fn prompt(&self, feature: &str) -> String {
        self.prompts[feature].clone()
    }

    /// What the tool returns for the arguments of a call.
    pub fn result_of(&self, arguments: &Value) -> String {
        self.tool_results[arguments["city"].as_str().unwrap_or_default()].clone()
    }
}

/// Runs the wanted features, and prints what each one returns. `package` is the crate whose version is shown.
pub async fn run(package: &str, input: &Input, feature: impl AsyncFn(&str) -> Observed) {
    write(json!({ "version": version_of(package) }));
    for name in &input.features {
        match feature(name).await {
            Ok(observed) => write(json!({ "feature": name, "observed": observed })),
            Err(failure) => write(json!({ "feature": name, "failure": message_of(&*failure) })),
        }
    }
}

/// Reports the error of an action. No error is a failure of the test.
pub fn error_of<T, E: Into<Failure>>(result: Result<T, E>) -> Observed {
    Ok(match result {
        Ok(_) => json!({}),
        Err(error) => json!({ "error": { "message": message_of(&*error.into()) } }),
    })
}

/// The failure for a feature that a program does not have.
pub fn no_feature(name: &str) -> Failure {
    format!("the program has no feature {name}").into()
}

/// The message of an error with the messages of its causes.
fn message_of(error: &(dyn Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}

fn version_of(package: &str) -> &'static str {
    let start = format!("name = \"{package}\"\nversion = \"");
    let rest = LOCK_FILE.split_once(&start).map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default()
}

fn write(line: Value) {
    println!("{line}");
    // A closed stdout ends the program at the next line.
    stdout().flush().unwrap_or_default();
}
