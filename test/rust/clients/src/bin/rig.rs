//! rig. The argument names its wire: ollama (its native chat), openai, responses or anthropic.

use clients::{Failure, Input, Observed, error_of, no_feature, run};
use futures::StreamExt;
use rig_core::DynModel;
use rig_core::completion::options::Effort;
use rig_core::completion::{CompletionRequest, CompletionResponse, ToolDefinition};
use rig_core::message::{ImageMediaType, Message, ToolName, ToolResultContent, UserContent};
use rig_core::operation::Completion;
use rig_core::providers::anthropic::wire::AnthropicConfig;
use rig_core::providers::ollama::OllamaConfig;
use rig_core::providers::openai::wire::OpenAIConfig;
use rig_core::streaming::{Item, StreamEvent};
use serde_json::{Value, json};

/// `history` comes before the last message.
fn request(history: impl IntoIterator<Item = Message>, last: Message) -> CompletionRequest {
    // Anthropic's API requires a limit.
    CompletionRequest::new(last).messages(history).max_tokens(4000)
}

struct Program {
    wire: String,
    input: Input,
}

impl Program {
    fn model(&self, name: &str) -> Result<DynModel<Completion>, Failure> {
        let url = &self.input.url;
        let openai = || OpenAIConfig::new("none").with_base_url(format!("{url}/v1")).client();
        Ok(match self.wire.as_str() {
            "ollama" => OllamaConfig::new().with_base_url(url).client().native_completion(name).erase(),
            "openai" => openai().chat(name).erase(),
            "responses" => openai().responses(name).erase(),
            "anthropic" => AnthropicConfig::new("none").with_base_url(url).client().completion(name).erase(),
            other => return Err(format!("there is no wire {other}").into()),
        })
    }

    fn user(&self, feature: &str) -> Message {
        Message::user(self.input.prompt(feature))
    }

    fn ask(&self, feature: &str) -> CompletionRequest {
        request([], self.user(feature))
    }

    async fn send(&self, request: CompletionRequest) -> Result<CompletionResponse, Failure> {
        Ok(self.model(&self.input.model)?.call(request).await?)
    }

    async fn text(&self, request: CompletionRequest) -> Observed {
        Ok(json!({ "text": self.send(request).await?.text() }))
    }

    async fn stream(&self, request: CompletionRequest) -> Result<(Vec<String>, CompletionResponse), Failure> {
        let mut stream = self.model(&self.input.model)?.stream(request)?;
        let mut pieces = Vec::new();
        while let Some(item) = stream.next().await {
            if let Item::Event(StreamEvent::Text { text, .. }) = item? {
                pieces.push(text);
            }
        }
        Ok((pieces, stream.finish().await?))
    }

    async fn tool_round(&self, feature: &str, streams: bool) -> Observed {
        let tool = &self.input.tool;
        let tool = ToolDefinition::new(ToolName::new(&tool.name)?, &tool.description, tool.parameters.clone());
        let mut history = Vec::new();
        let mut last = self.user(feature);
        let (mut calls, mut all) = (Vec::new(), Vec::new());
        loop {
            let request = request(history.clone(), last.clone()).tool(tool.clone());
            let (pieces, response) =
                if streams { self.stream(request).await? } else { (Vec::new(), self.send(request).await?) };
            all.extend(pieces);
            let mut results = Vec::new();
            for call in response.tool_calls() {
                let arguments = call.function.arguments_value();
                results.push(call.result(vec![ToolResultContent::text(self.input.result_of(&arguments))]));
                calls.push(json!([call.function.name.as_str(), arguments]));
            }
            if results.is_empty() {
                return Ok(json!({ "calls": calls, "text": response.text(), "pieces": all }));
            }
            history.push(last);
            history.extend(response.message());
            last = Message::tool_results(results);
        }
    }

    async fn feature(&self, name: &str) -> Observed {
        match name {
            "chat" => self.text(self.ask(name).preamble(&self.input.system)).await,
            "usage" => {
                let usage = self.send(self.ask(name)).await?.usage;
                Ok(json!({ "usage": [usage.input_tokens, usage.output_tokens] }))
            }
            "stream" => Ok(json!({ "pieces": self.stream(self.ask(name)).await?.0 })),
            "thinking" => {
                let response = self.send(self.ask(name).reasoning(Effort::High)).await?;
                Ok(json!({ "thinking": response.reasoning(), "text": response.text() }))
            }
            "tool" | "parallelTools" => self.tool_round(name, false).await,
            "streamedTool" | "streamedParallelTools" => self.tool_round(name, true).await,
            "schema" => {
                let schema: rig_core::schemars::Schema = serde_json::from_value(self.input.schema.clone())?;
                let response = self.send(self.ask(name).output_schema(schema)).await?;
                Ok(json!({ "object": serde_json::from_str::<Value>(&response.text())? }))
            }
            "image" => {
                let image = UserContent::image_base64(self.input.image.clone(), Some(ImageMediaType::PNG), None);
                let content = vec![UserContent::text(self.input.prompt(name)), image];
                self.text(request([], Message::User { content })).await
            }
            "history" => {
                let answer = self.send(self.ask(name)).await?;
                let history = [self.user(name)].into_iter().chain(answer.message());
                self.text(request(history, self.user("historyNext"))).await
            }
            "cancel" => {
                let mut stream = self.model(&self.input.model)?.stream(self.ask(name))?;
                while let Some(item) = stream.next().await {
                    if let Item::Event(StreamEvent::Text { text, .. }) = item? {
                        return Ok(json!({ "pieces": [text] }));
                    }
                }
                Err("nothing arrived".into())
            }
            "apiError" => error_of(self.send(self.ask(name)).await),
            "unknownModel" => error_of(self.model(&self.input.unknown_model)?.call(self.ask(name)).await),
            _ => Err(no_feature(name)),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let program = Program { wire: std::env::args().nth(1).unwrap_or_default(), input: Input::read()? };
    run("rig-core", &program.input, async |name: &str| program.feature(name).await).await;
    Ok(())
}
