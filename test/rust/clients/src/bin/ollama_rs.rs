//! ollama-rs.

use clients::{Failure, Input, Observed, error_of, no_feature, run};
use futures::StreamExt;
use ollama_rs::Ollama;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::chat::{ChatMessage, ChatMessageResponse};
use ollama_rs::generation::embeddings::request::GenerateEmbeddingsRequest;
use ollama_rs::generation::images::Image;
use ollama_rs::generation::parameters::{FormatType, JsonStructure};
use ollama_rs::generation::tools::ToolInfo;
use serde_json::{Value, json};

struct Client {
    ollama: Ollama,
    input: Input,
}

impl Client {
    fn request(&self, messages: Vec<ChatMessage>) -> ChatMessageRequest {
        ChatMessageRequest::new(self.input.model.clone(), messages)
    }

    fn ask(&self, feature: &str) -> ChatMessageRequest {
        self.request(vec![ChatMessage::user(self.input.prompt(feature))])
    }

    async fn send(&self, request: ChatMessageRequest) -> Result<ChatMessageResponse, Failure> {
        Ok(self.ollama.send_chat_messages(request).await?)
    }

    async fn text(&self, request: ChatMessageRequest) -> Observed {
        Ok(json!({ "text": self.send(request).await?.message.content }))
    }

    /// The pieces of a streamed answer, and the message that they make.
    async fn stream(&self, request: ChatMessageRequest) -> Result<(Vec<String>, ChatMessage), Failure> {
        let mut stream = self.ollama.send_chat_messages_stream(request).await?;
        let mut pieces = Vec::new();
        let mut whole = ChatMessage::assistant(String::new());
        while let Some(part) = stream.next().await {
            let message = part.map_err(|()| "the stream broke")?.message;
            whole.content += &message.content;
            whole.tool_calls.extend(message.tool_calls);
            if !message.content.is_empty() {
                pieces.push(message.content);
            }
        }
        Ok((pieces, whole))
    }

    async fn tool_round(&self, feature: &str, streams: bool) -> Observed {
        let tool = &self.input.tool;
        let function = json!({
            "name": tool.name, "description": tool.description, "parameters": tool.parameters,
        });
        let tools: Vec<ToolInfo> = vec![serde_json::from_value(json!({ "type": "function", "function": function }))?];
        let mut messages = vec![ChatMessage::user(self.input.prompt(feature))];
        let (mut calls, mut all) = (Vec::new(), Vec::new());
        loop {
            let request = self.request(messages.clone()).tools(tools.clone());
            let (pieces, message) =
                if streams { self.stream(request).await? } else { (Vec::new(), self.send(request).await?.message) };
            all.extend(pieces);
            messages.push(message.clone());
            if message.tool_calls.is_empty() {
                return Ok(json!({ "calls": calls, "text": message.content, "pieces": all }));
            }
            for call in message.tool_calls {
                messages.push(ChatMessage::tool(self.input.result_of(&call.function.arguments)));
                calls.push(json!([call.function.name, call.function.arguments]));
            }
        }
    }

    async fn feature(&self, name: &str) -> Observed {
        match name {
            "models" => {
                let models = self.ollama.list_local_models().await?;
                Ok(json!({ "models": models.into_iter().map(|model| model.name).collect::<Vec<_>>() }))
            }
            "chat" => {
                let system = ChatMessage::system(self.input.system.clone());
                let user = ChatMessage::user(self.input.prompt(name));
                self.text(self.request(vec![system, user])).await
            }
            "usage" => {
                let data = self.send(self.ask(name)).await?.final_data.ok_or("there is no final data")?;
                Ok(json!({ "usage": [data.prompt_eval_count, data.eval_count] }))
            }
            "stream" => Ok(json!({ "pieces": self.stream(self.ask(name)).await?.0 })),
            "thinking" => {
                let message = self.send(self.ask(name).think(true)).await?.message;
                Ok(json!({ "thinking": message.thinking, "text": message.content }))
            }
            "tool" | "parallelTools" => self.tool_round(name, false).await,
            "streamedTool" | "streamedParallelTools" => self.tool_round(name, true).await,
            "schema" => {
                let schema: JsonStructure = serde_json::from_value(self.input.schema.clone())?;
                let format = FormatType::StructuredJson(Box::new(schema));
                let message = self.send(self.ask(name).format(format)).await?.message;
                Ok(json!({ "object": serde_json::from_str::<Value>(&message.content)? }))
            }
            "image" => {
                let image = Image::from_base64(self.input.image.clone());
                let message = ChatMessage::user(self.input.prompt(name)).add_image(image);
                self.text(self.request(vec![message])).await
            }
            "history" => {
                let mut history = vec![];
                for prompt in [name, "historyNext"] {
                    let answer = self.ollama.send_chat_messages_with_history(&mut history, self.ask(prompt)).await?;
                    if prompt == "historyNext" {
                        return Ok(json!({ "text": answer.message.content }));
                    }
                }
                Err("there was no second answer".into())
            }
            "cancel" => {
                let mut stream = self.ollama.send_chat_messages_stream(self.ask(name)).await?;
                let first = stream.next().await.ok_or("nothing arrived")?.map_err(|()| "the stream broke")?;
                Ok(json!({ "pieces": [first.message.content] }))
            }
            "apiError" => error_of(self.send(self.ask(name)).await),
            "unknownModel" => {
                let mut request = self.ask(name);
                request.model_name = self.input.unknown_model.clone();
                error_of(self.send(request).await)
            }
            "embeddings" => {
                let text = self.input.prompt(name).into();
                let request = GenerateEmbeddingsRequest::new(self.input.model.clone(), text);
                error_of(self.ollama.generate_embeddings(request).await)
            }
            _ => Err(no_feature(name)),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let input = Input::read()?;
    let client = Client { ollama: Ollama::try_new(input.url.as_str())?, input };
    run("ollama-rs", &client.input, async |name: &str| client.feature(name).await).await;
    Ok(())
}
