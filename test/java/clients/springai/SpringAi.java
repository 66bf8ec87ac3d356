import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.ollama.OllamaChatModel;
import org.springframework.ai.ollama.OllamaEmbeddingModel;
import org.springframework.ai.ollama.api.OllamaApi;
import org.springframework.ai.ollama.api.OllamaChatOptions;
import org.springframework.ai.ollama.api.OllamaEmbeddingOptions;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.util.MimeTypeUtils;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** Spring AI, without a Spring application. The argument names its module: ollama, openai or anthropic. */
public final class SpringAi {
  private static final Input INPUT = Program.read();

  /** An error is reported at once. */
  private static final RetryTemplate NO_RETRY = new RetryTemplate(RetryPolicy.withMaxRetries(0));

  private final String module;
  private final ChatModel model;

  private SpringAi(String module) {
    this.module = module;
    this.model =
        switch (module) {
          case "ollama" ->
              OllamaChatModel.builder().ollamaApi(ollama()).retryTemplate(NO_RETRY).options(ollamaOptions().build()).build();
          case "openai" -> OpenAiChatModel.builder().options(openAiOptions().build()).build();
          default -> AnthropicChatModel.builder().options(anthropicOptions().build()).build();
        };
  }

  private static OllamaApi ollama() {
    return OllamaApi.builder().baseUrl(INPUT.url()).build();
  }

  private static OllamaChatOptions.Builder ollamaOptions() {
    return OllamaChatOptions.builder().model(INPUT.model());
  }

  private static OpenAiChatOptions.Builder openAiOptions() {
    return OpenAiChatOptions.builder()
        .baseUrl(INPUT.url() + "/v1")
        .apiKey("none")
        .maxRetries(0)
        .model(INPUT.model());
  }

  private static AnthropicChatOptions.Builder anthropicOptions() {
    return AnthropicChatOptions.builder()
        .baseUrl(INPUT.url())
        .apiKey("none")
        .maxRetries(0)
        .maxTokens(4000)
        .model(INPUT.model());
  }

  private ToolCallingChatOptions.Builder<?> options() {
    return switch (module) {
      case "ollama" -> ollamaOptions();
      case "openai" -> openAiOptions();
      default -> anthropicOptions();
    };
  }

  private static UserMessage user(String feature) {
    return new UserMessage(INPUT.prompt(feature));
  }

  private ChatResponse send(Message... messages) {
    return model.call(new Prompt(List.of(messages), options().build()));
  }

  private static String textOf(ChatResponse response) {
    return response.getResult().getOutput().getText();
  }

  private Map<String, Object> text(Message... messages) {
    return Map.of("text", textOf(send(messages)));
  }

  /** Adds the texts of a streamed answer to `pieces`. */
  private ChatResponse stream(Prompt prompt, List<String> pieces) {
    ChatResponse[] whole = new ChatResponse[1];
    new MessageAggregator()
        .aggregate(model.stream(prompt).doOnNext(part -> addText(part, pieces)), response -> whole[0] = response)
        .blockLast();
    return whole[0];
  }

  private static void addText(ChatResponse part, List<String> pieces) {
    if (part.getResult() == null) return;
    String text = textOf(part);
    if (text != null && !text.isEmpty()) pieces.add(text);
  }

  private Map<String, Object> toolRound(String feature, boolean streams) {
    ToolCallback tool =
        FunctionToolCallback.builder(INPUT.tool().name(), (Map<?, ?> input) -> "")
            .description(INPUT.tool().description())
            .inputSchema(Program.text(INPUT.tool().parameters()))
            .inputType(Map.class)
            .build();
    ChatOptions options = options().toolCallbacks(tool).build();
    List<Message> messages = new ArrayList<>(List.of(user(feature)));
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      Prompt prompt = new Prompt(messages, options);
      ChatResponse response = streams ? stream(prompt, pieces) : model.call(prompt);
      AssistantMessage message = response.getResult().getOutput();
      if (!response.hasToolCalls()) return Program.round(calls, message.getText(), pieces);
      messages.add(message);
      List<ToolResponseMessage.ToolResponse> results = new ArrayList<>();
      for (var asked : message.getToolCalls()) {
        Call call = Call.of(asked.name(), asked.arguments());
        calls.add(call);
        String result = INPUT.toolResults().get(call.city());
        results.add(new ToolResponseMessage.ToolResponse(asked.id(), asked.name(), result));
      }
      messages.add(ToolResponseMessage.builder().responses(results).build());
    }
  }

  private Map<String, Object> schema() {
    String schema = Program.text(INPUT.schema());
    ChatOptions options =
        switch (module) {
          case "ollama" -> ollamaOptions().outputSchema(schema).build();
          case "openai" -> openAiOptions().outputSchema(schema).build();
          default -> anthropicOptions().outputSchema(schema).build();
        };
    String text = textOf(model.call(new Prompt(List.of(user("schema")), options)));
    return Map.of("object", Program.json(text));
  }

  private Map<String, Object> thinking() {
    if (!module.equals("ollama")) throw new IllegalStateException("the program shows the thinking of Ollama only");
    ChatOptions options = ollamaOptions().enableThinking().build();
    ChatResponse response = model.call(new Prompt(List.of(user("thinking")), options));
    Object thinking = response.getResult().getMetadata().get("thinking");
    return Map.of("thinking", thinking, "text", textOf(response));
  }

  public static void main(String[] args) {
    SpringAi client = new SpringAi(args[0]);
    Map<String, Feature> features = Program.features();
    features.put(
        "models",
        () -> Map.of("models", ollama().listModels().models().stream().map(OllamaApi.Model::name).toList()));
    features.put("chat", () -> client.text(new SystemMessage(INPUT.system()), user("chat")));
    features.put(
        "usage",
        () -> {
          var usage = client.send(user("usage")).getMetadata().getUsage();
          return Map.of("usage", List.of(usage.getPromptTokens(), usage.getCompletionTokens()));
        });
    features.put(
        "stream",
        () -> {
          List<String> pieces = new ArrayList<>();
          client.stream(new Prompt(List.of(user("stream")), client.options().build()), pieces);
          return Map.of("pieces", pieces);
        });
    features.put("thinking", client::thinking);
    features.put("tool", () -> client.toolRound("tool", false));
    features.put("streamedTool", () -> client.toolRound("streamedTool", true));
    features.put("parallelTools", () -> client.toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> client.toolRound("streamedParallelTools", true));
    features.put("schema", client::schema);
    features.put(
        "image",
        () -> {
          ByteArrayResource image = new ByteArrayResource(Base64.getDecoder().decode(INPUT.image()));
          Media media = new Media(MimeTypeUtils.IMAGE_PNG, image);
          return client.text(UserMessage.builder().text(INPUT.prompt("image")).media(media).build());
        });
    features.put(
        "history",
        () -> {
          AssistantMessage answer = client.send(user("history")).getResult().getOutput();
          return client.text(user("history"), answer, user("historyNext"));
        });
    features.put(
        "cancel",
        () -> {
          List<String> pieces = new ArrayList<>();
          Prompt prompt = new Prompt(List.of(user("cancel")), client.options().build());
          client.model.stream(prompt).doOnNext(part -> addText(part, pieces)).takeUntil(part -> !pieces.isEmpty()).blockLast();
          return Map.of("pieces", pieces);
        });
    features.put("apiError", () -> Program.errorOf(() -> client.send(user("apiError"))));
    features.put(
        "unknownModel",
        () -> {
          ChatOptions options = client.options().model(INPUT.unknownModel()).build();
          return Program.errorOf(() -> client.model.call(new Prompt(List.of(user("unknownModel")), options)));
        });
    features.put(
        "embeddings",
        () -> {
          var options = OllamaEmbeddingOptions.builder().model(INPUT.model()).build();
          var model = OllamaEmbeddingModel.builder().ollamaApi(ollama()).options(options).build();
          return Program.errorOf(() -> model.embed(INPUT.prompt("embeddings")));
        });
    Program.run("spring-ai-" + args[0], INPUT, features);
  }
}
