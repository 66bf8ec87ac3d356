import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.ImageBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextBlock;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** The official Anthropic client. */
public final class AnthropicJava {
  private static final Input INPUT = Program.read();
  private static final AnthropicClient CLIENT =
      AnthropicOkHttpClient.builder().baseUrl(INPUT.url()).apiKey("none").maxRetries(0).build();

  private AnthropicJava() {}

  /** The data that the feature "schema" asks for. */
  public static final class Animal {
    public String name;
    public int legs;
    public List<String> colors;
  }

  private static MessageCreateParams.Builder request() {
    return MessageCreateParams.builder().model(INPUT.model()).maxTokens(4000);
  }

  private static MessageCreateParams.Builder request(String feature) {
    return request().addUserMessage(INPUT.prompt(feature));
  }

  private static Message send(MessageCreateParams.Builder request) {
    return CLIENT.messages().create(request.build());
  }

  private static String textOf(Message message) {
    return message.content().stream()
        .flatMap(block -> block.text().stream())
        .map(TextBlock::text)
        .collect(Collectors.joining());
  }

  private static Map<String, Object> text(MessageCreateParams.Builder request) {
    return Map.of("text", textOf(send(request)));
  }

  /** @return the whole answer; its pieces are added to `pieces` */
  private static Message stream(MessageCreateParams.Builder request, List<String> pieces) {
    MessageAccumulator accumulator = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> response = CLIENT.messages().createStreaming(request.build())) {
      response.stream().peek(accumulator::accumulate).flatMap(AnthropicJava::piecesOf).forEach(pieces::add);
    }
    return accumulator.message();
  }

  private static Stream<String> piecesOf(RawMessageStreamEvent event) {
    return event.contentBlockDelta().stream()
        .flatMap(change -> change.delta().text().stream())
        .map(delta -> delta.text());
  }

  private static Map<String, Object> cancel() {
    try (StreamResponse<RawMessageStreamEvent> response =
        CLIENT.messages().createStreaming(request("cancel").build())) {
      Iterator<String> pieces = response.stream().flatMap(AnthropicJava::piecesOf).iterator();
      return Map.of("pieces", List.of(pieces.next()));
    }
  }

  private static Map<String, Object> toolRound(String feature, boolean streams) {
    Tool tool =
        Tool.builder()
            .name(INPUT.tool().name())
            .description(INPUT.tool().description())
            .inputSchema(
                Tool.InputSchema.builder()
                    .properties(JsonValue.from(INPUT.tool().parameters().get("properties")))
                    .putAdditionalProperty("required", JsonValue.from(INPUT.tool().parameters().get("required")))
                    .build())
            .build();
    MessageCreateParams.Builder request = request(feature).addTool(tool);
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      Message message = streams ? stream(request, pieces) : send(request);
      List<ToolUseBlock> asked = message.content().stream().flatMap(block -> block.toolUse().stream()).toList();
      if (asked.isEmpty()) return Program.round(calls, textOf(message), pieces);
      request.addMessage(message);
      List<ContentBlockParam> results = new ArrayList<>();
      for (ToolUseBlock use : asked) {
        Call call = Call.of(use.name(), use._input().convert(JsonNode.class).toString());
        calls.add(call);
        results.add(
            ContentBlockParam.ofToolResult(
                ToolResultBlockParam.builder()
                    .toolUseId(use.id())
                    .content(INPUT.toolResults().get(call.city()))
                    .build()));
      }
      request.addUserMessageOfContentBlockParams(results);
    }
  }

  private static Map<String, Object> image() {
    Base64ImageSource source =
        Base64ImageSource.builder().mediaType(Base64ImageSource.MediaType.IMAGE_PNG).data(INPUT.image()).build();
    return text(
        request()
            .addUserMessageOfContentBlockParams(
                List.of(
                    ContentBlockParam.ofImage(ImageBlockParam.builder().source(source).build()),
                    ContentBlockParam.ofText(TextBlockParam.builder().text(INPUT.prompt("image")).build()))));
  }

  private static Map<String, Object> thinking() {
    Message message = send(request("thinking").enabledThinking(1024));
    String thoughts =
        message.content().stream()
            .map(ContentBlock::thinking)
            .flatMap(block -> block.stream())
            .map(block -> block.thinking())
            .collect(Collectors.joining());
    return Map.of("thinking", thoughts, "text", textOf(message));
  }

  public static void main(String[] args) {
    Map<String, Feature> features = Program.features();
    features.put("models", () -> Map.of("models", CLIENT.models().list().items().stream().map(m -> m.id()).toList()));
    features.put("chat", () -> text(request("chat").system(INPUT.system())));
    features.put(
        "usage",
        () -> {
          var usage = send(request("usage")).usage();
          return Map.of("usage", List.of(usage.inputTokens(), usage.outputTokens()));
        });
    features.put(
        "stream",
        () -> {
          List<String> pieces = new ArrayList<>();
          stream(request("stream"), pieces);
          return Map.of("pieces", pieces);
        });
    features.put("thinking", AnthropicJava::thinking);
    features.put("tool", () -> toolRound("tool", false));
    features.put("streamedTool", () -> toolRound("streamedTool", true));
    features.put("parallelTools", () -> toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> toolRound("streamedParallelTools", true));
    features.put(
        "schema",
        () -> {
          var message = CLIENT.messages().create(request("schema").outputConfig(Animal.class).build());
          Animal animal =
              message.content().stream().flatMap(block -> block.text().stream()).findFirst().orElseThrow().text();
          return Map.of("object", animal);
        });
    features.put("image", AnthropicJava::image);
    features.put(
        "history",
        () -> {
          Message answer = send(request("history"));
          return text(request("history").addMessage(answer).addUserMessage(INPUT.prompt("historyNext")));
        });
    features.put("cancel", AnthropicJava::cancel);
    features.put("apiError", () -> Program.errorOf(() -> send(request("apiError"))));
    features.put(
        "unknownModel", () -> Program.errorOf(() -> send(request("unknownModel").model(INPUT.unknownModel()))));
    features.put(
        "countTokens",
        () -> {
          var asked =
              MessageCountTokensParams.builder()
                  .model(INPUT.model())
                  .addUserMessage(INPUT.prompt("countTokens"))
                  .build();
          return Map.of("tokens", CLIENT.messages().countTokens(asked).inputTokens());
        });
    Program.run("anthropic-java", INPUT, features);
  }
}
