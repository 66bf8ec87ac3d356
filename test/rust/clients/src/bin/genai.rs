//! genai. The argument names its adapter: ollama, openai, responses or anthropic.

use clients::{Failure, Input, Observed, error_of, no_feature, run};
use futures::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{
    ChatMessage, ChatOptions, ChatRequest, ChatResponseFormat, ChatStreamEvent, ContentPart, JsonSpec, MessageContent,
    ReasoningEffort, StreamEnd, Tool, ToolCall, ToolResponse,
};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use serde_json::{Value, json};

struct Program {
    client: Client,
    kind: AdapterKind,
    endpoint: Endpoint,
    options: ChatOptions,
    input: Input,
}

/// An answer, streamed or whole.
struct Answer {
    message: Option<ChatMessage>,
    calls: Vec<ToolCall>,
    text: String,
    pieces: Vec<String>,
}

impl Program {
    fn target(&self, model: &str) -> ServiceTarget {
        let auth = AuthData::from_single("none");
        ServiceTarget { endpoint: self.endpoint.clone(), auth, model: ModelIden::new(self.kind, model.to_owned()) }
    }

    fn model(&self) -> ServiceTarget {
        self.target(&self.input.model)
    }

    fn ask(&self, feature: &str) -> ChatRequest {
        ChatRequest::from_user(self.input.prompt(feature))
    }

    async fn send(&self, request: ChatRequest) -> Result<genai::chat::ChatResponse, Failure> {
        Ok(self.client.exec_chat(self.model(), request, Some(&self.options)).await?)
    }

    async fn text(&self, request: ChatRequest) -> Observed {
        Ok(json!({ "text": self.send(request).await?.into_first_text() }))
    }

    async fn stream(&self, request: ChatRequest) -> Result<(Vec<String>, StreamEnd), Failure> {
        let mut stream = self.client.exec_chat_stream(self.model(), request, Some(&self.options)).await?.stream;
        let mut pieces = Vec::new();
        while let Some(event) = stream.next().await {
            match event? {
                ChatStreamEvent::Chunk(chunk) if !chunk.content.is_empty() => pieces.push(chunk.content),
                ChatStreamEvent::End(end) => return Ok((pieces, end)),
                _ => {}
            }
        }
        Err("the stream has no end".into())
    }

    async fn answer(&self, request: ChatRequest, streams: bool) -> Result<Answer, Failure> {
        if streams {
            let (pieces, end) = self.stream(request).await?;
            let text = end.captured_first_text().unwrap_or_default().to_owned();
            let calls = end.captured_tool_calls().unwrap_or_default().into_iter().cloned().collect();
            let message = end.captured_content.map(ChatMessage::assistant);
            return Ok(Answer { message, calls, text, pieces });
        }
        let response = self.send(request).await?;
        let calls = response.tool_calls().into_iter().cloned().collect();
        let text = response.first_text().unwrap_or_default().to_owned();
        Ok(Answer { message: response.into_assistant_message_for_tool_use(), calls, text, pieces: Vec::new() })
    }

    async fn tool_round(&self, feature: &str, streams: bool) -> Observed {
        let tool = &self.input.tool;
        let tool = Tool::new(&*tool.name).with_description(&tool.description).with_schema(tool.parameters.clone());
        let mut request = self.ask(feature).with_tools([tool]);
        let (mut calls, mut all) = (Vec::new(), Vec::new());
        loop {
            let answer = self.answer(request.clone(), streams).await?;
            all.extend(answer.pieces);
            if answer.calls.is_empty() {
                return Ok(json!({ "calls": calls, "text": answer.text, "pieces": all }));
            }
            request = request.append_messages(answer.message);
            for call in &answer.calls {
                calls.push(json!([call.fn_name, call.fn_arguments]));
                let result = self.input.result_of(&call.fn_arguments);
                request = request.append_message(ToolResponse::from_tool_call(call, result));
            }
        }
    }

    async fn feature(&self, name: &str) -> Observed {
        match name {
            "models" => {
                let provider = (self.endpoint.clone(), AuthData::from_single("none"));
                Ok(json!({ "models": self.client.all_model_names(self.kind, provider).await? }))
            }
            "chat" => self.text(self.ask(name).with_system(&self.input.system)).await,
            "usage" => {
                let usage = self.send(self.ask(name)).await?.usage;
                Ok(json!({ "usage": [usage.prompt_tokens, usage.completion_tokens] }))
            }
            "stream" => Ok(json!({ "pieces": self.stream(self.ask(name)).await?.0 })),
            "thinking" => {
                let options = self.options.clone().with_reasoning_effort(ReasoningEffort::High);
                let response = self.client.exec_chat(self.model(), self.ask(name), Some(&options)).await?;
                Ok(json!({ "thinking": response.reasoning_content, "text": response.first_text() }))
            }
            "tool" | "parallelTools" => self.tool_round(name, false).await,
            "streamedTool" | "streamedParallelTools" => self.tool_round(name, true).await,
            "schema" => {
                let spec = JsonSpec::new("animal", self.input.schema.clone());
                let options = self.options.clone().with_response_format(ChatResponseFormat::JsonSpec(spec));
                let response = self.client.exec_chat(self.model(), self.ask(name), Some(&options)).await?;
                let object: Value = serde_json::from_str(response.first_text().unwrap_or_default())?;
                Ok(json!({ "object": object }))
            }
            "image" => {
                let image = ContentPart::from_binary_base64("image/png", &*self.input.image, None);
                let parts = vec![ContentPart::from_text(self.input.prompt(name)), image];
                let message = ChatMessage::user(MessageContent::from_parts(parts));
                self.text(ChatRequest::new(vec![message])).await
            }
            "history" => {
                let request = self.ask(name);
                let answer = self.send(request.clone()).await?.content;
                let next = ChatMessage::user(self.input.prompt("historyNext"));
                self.text(request.append_message(ChatMessage::assistant(answer)).append_message(next)).await
            }
            "cancel" => {
                let answer = self.client.exec_chat_stream(self.model(), self.ask(name), None).await?;
                let mut stream = answer.stream;
                while let Some(event) = stream.next().await {
                    if let ChatStreamEvent::Chunk(chunk) = event? {
                        return Ok(json!({ "pieces": [chunk.content] }));
                    }
                }
                Err("nothing arrived".into())
            }
            "apiError" => error_of(self.send(self.ask(name)).await),
            "unknownModel" => {
                let model = self.target(&self.input.unknown_model);
                error_of(self.client.exec_chat(model, self.ask(name), None).await)
            }
            "embeddings" => error_of(self.client.embed(self.model(), self.input.prompt(name), None).await),
            _ => Err(no_feature(name)),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let input = Input::read()?;
    let (kind, path) = match std::env::args().nth(1).unwrap_or_default().as_str() {
        "ollama" => (AdapterKind::Ollama, "/"),
        "openai" => (AdapterKind::OpenAI, "/v1/"),
        "responses" => (AdapterKind::OpenAIResp, "/v1/"),
        "anthropic" => (AdapterKind::Anthropic, "/v1/"),
        other => return Err(format!("there is no adapter {other}").into()),
    };
    let options = ChatOptions::default()
        .with_capture_content(true)
        .with_capture_tool_calls(true)
        .with_capture_usage(true)
        .with_capture_reasoning_content(true);
    let endpoint = Endpoint::from_owned(format!("{}{path}", input.url));
    let program = Program { client: Client::builder().build()?, kind, endpoint, options, input };
    run("genai", &program.input, async |name: &str| program.feature(name).await).await;
    Ok(())
}
