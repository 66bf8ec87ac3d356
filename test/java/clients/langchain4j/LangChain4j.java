import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import dev.langchain4j.model.ollama.OllamaModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** LangChain4j. The argument names its module: ollama, openai or anthropic. */
public final class LangChain4j {
  private static final Input INPUT = Program.read();

  private final String module;

  private LangChain4j(String module) {
    this.module = module;
  }

  private record Streamed(List<String> pieces, ChatResponse response) {}

  private ChatModel model(String name, boolean thinks) {
    return switch (module) {
      case "ollama" ->
          OllamaChatModel.builder()
              .baseUrl(INPUT.url())
              .modelName(name)
              .think(thinks ? true : null)
              .returnThinking(thinks)
              .maxRetries(0)
              .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
              .build();
      case "openai" ->
          OpenAiChatModel.builder().baseUrl(INPUT.url() + "/v1").apiKey("none").modelName(name).maxRetries(0).build();
      default ->
          AnthropicChatModel.builder()
              .baseUrl(INPUT.url() + "/v1")
              .apiKey("none")
              .modelName(name)
              .thinkingType(thinks ? "enabled" : null)
              .thinkingBudgetTokens(thinks ? 1024 : null)
              .returnThinking(thinks)
              .maxTokens(4000)
              .maxRetries(0)
              .build();
    };
  }

  private StreamingChatModel streamingModel() {
    return switch (module) {
      case "ollama" -> OllamaStreamingChatModel.builder().baseUrl(INPUT.url()).modelName(INPUT.model()).build();
      case "openai" ->
          OpenAiStreamingChatModel.builder()
              .baseUrl(INPUT.url() + "/v1")
              .apiKey("none")
              .modelName(INPUT.model())
              .build();
      default ->
          AnthropicStreamingChatModel.builder()
              .baseUrl(INPUT.url() + "/v1")
              .apiKey("none")
              .modelName(INPUT.model())
              .maxTokens(4000)
              .build();
    };
  }

  private static ChatRequest.Builder request(ChatMessage... messages) {
    return ChatRequest.builder().messages(messages);
  }

  private static UserMessage user(String feature) {
    return UserMessage.from(INPUT.prompt(feature));
  }

  private ChatResponse send(ChatRequest.Builder request) {
    return model(INPUT.model(), false).chat(request.build());
  }

  private Map<String, Object> text(ChatRequest.Builder request) {
    return Map.of("text", send(request).aiMessage().text());
  }

  /** @param cancels after the first piece */
  private Streamed stream(ChatRequest.Builder request, boolean cancels) throws Exception {
    List<String> pieces = new ArrayList<>();
    CompletableFuture<ChatResponse> end = new CompletableFuture<>();
    StreamingChatResponseHandler handler =
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
            pieces.add(part.text());
            if (!cancels) return;
            context.streamingHandle().cancel();
            end.complete(null);
          }

          @Override
          public void onCompleteResponse(ChatResponse response) {
            end.complete(response);
          }

          @Override
          public void onError(Throwable error) {
            end.completeExceptionally(error);
          }
        };
    streamingModel().chat(request.build(), handler);
    return new Streamed(pieces, end.get());
  }

  private Map<String, Object> toolRound(String feature, boolean streams) throws Exception {
    JsonObjectSchema parameters =
        JsonObjectSchema.builder().addStringProperty("city", "The name of the city.").required("city").build();
    ToolSpecification tool =
        ToolSpecification.builder()
            .name(INPUT.tool().name())
            .description(INPUT.tool().description())
            .parameters(parameters)
            .build();
    List<ChatMessage> messages = new ArrayList<>(List.of(user(feature)));
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      ChatRequest.Builder request = ChatRequest.builder().messages(messages).toolSpecifications(tool);
      AiMessage message;
      if (streams) {
        Streamed streamed = stream(request, false);
        pieces.addAll(streamed.pieces());
        message = streamed.response().aiMessage();
      } else message = send(request).aiMessage();
      if (!message.hasToolExecutionRequests()) return Program.round(calls, message.text(), pieces);
      messages.add(message);
      for (var asked : message.toolExecutionRequests()) {
        Call call = Call.of(asked.name(), asked.arguments());
        calls.add(call);
        messages.add(ToolExecutionResultMessage.from(asked, INPUT.toolResults().get(call.city())));
      }
    }
  }

  private Map<String, Object> schema() {
    JsonObjectSchema schema =
        JsonObjectSchema.builder()
            .addStringProperty("name")
            .addIntegerProperty("legs")
            .addProperty("colors", JsonArraySchema.builder().items(new JsonStringSchema()).build())
            .required("name", "legs", "colors")
            .build();
    ResponseFormat format =
        ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder().name("animal").rootElement(schema).build())
            .build();
    String text = send(request(user("schema")).responseFormat(format)).aiMessage().text();
    return Map.of("object", Program.json(text));
  }

  public static void main(String[] args) {
    LangChain4j client = new LangChain4j(args[0]);
    Map<String, Feature> features = Program.features();
    features.put(
        "models",
        () -> {
          List<OllamaModel> models = OllamaModels.builder().baseUrl(INPUT.url()).build().availableModels().content();
          return Map.of("models", models.stream().map(OllamaModel::getName).toList());
        });
    features.put("chat", () -> client.text(request(SystemMessage.from(INPUT.system()), user("chat"))));
    features.put(
        "usage",
        () -> {
          var usage = client.send(request(user("usage"))).tokenUsage();
          return Map.of("usage", List.of(usage.inputTokenCount(), usage.outputTokenCount()));
        });
    features.put("stream", () -> Map.of("pieces", client.stream(request(user("stream")), false).pieces()));
    features.put(
        "thinking",
        () -> {
          ChatRequest asked = request(user("thinking")).build();
          AiMessage message = client.model(INPUT.model(), true).chat(asked).aiMessage();
          return Map.of("thinking", message.thinking(), "text", message.text());
        });
    features.put("tool", () -> client.toolRound("tool", false));
    features.put("streamedTool", () -> client.toolRound("streamedTool", true));
    features.put("parallelTools", () -> client.toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> client.toolRound("streamedParallelTools", true));
    features.put("schema", client::schema);
    features.put(
        "image",
        () -> {
          ImageContent image = ImageContent.from(INPUT.image(), "image/png");
          return client.text(request(UserMessage.from(TextContent.from(INPUT.prompt("image")), image)));
        });
    features.put(
        "history",
        () -> {
          AiMessage answer = client.send(request(user("history"))).aiMessage();
          return client.text(request(user("history"), answer, user("historyNext")));
        });
    features.put("cancel", () -> Map.of("pieces", client.stream(request(user("cancel")), true).pieces()));
    features.put("apiError", () -> Program.errorOf(() -> client.send(request(user("apiError")))));
    features.put(
        "unknownModel",
        () -> {
          ChatRequest asked = request(user("unknownModel")).build();
          return Program.errorOf(() -> client.model(INPUT.unknownModel(), false).chat(asked));
        });
    features.put(
        "embeddings",
        () -> {
          var model =
              OllamaEmbeddingModel.builder().baseUrl(INPUT.url()).modelName(INPUT.model()).maxRetries(0).build();
          return Program.errorOf(() -> model.embed(INPUT.prompt("embeddings")));
        });
    Program.run("langchain4j-" + (args[0].equals("openai") ? "open-ai" : args[0]), INPUT, features);
  }
}
