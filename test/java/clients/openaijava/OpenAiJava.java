import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** The official OpenAI client, with chat completions. */
public final class OpenAiJava {
  private static final Input INPUT = Program.read();
  private static final OpenAIClient CLIENT =
      OpenAIOkHttpClient.builder().baseUrl(INPUT.url() + "/v1").apiKey("none").maxRetries(0).build();

  private OpenAiJava() {}

  /** The data that the feature "schema" asks for. */
  public static final class Animal {
    public String name;
    public int legs;
    public List<String> colors;
  }

  private static ChatCompletionCreateParams.Builder request() {
    return ChatCompletionCreateParams.builder().model(INPUT.model());
  }

  private static ChatCompletionCreateParams.Builder request(String feature) {
    return request().addUserMessage(INPUT.prompt(feature));
  }

  private static ChatCompletion send(ChatCompletionCreateParams.Builder request) {
    return CLIENT.chat().completions().create(request.build());
  }

  private static ChatCompletionMessage messageOf(ChatCompletion completion) {
    return completion.choices().get(0).message();
  }

  private static Map<String, Object> text(ChatCompletionCreateParams.Builder request) {
    return Map.of("text", messageOf(send(request)).content().orElseThrow());
  }

  /** @return the whole answer; its pieces are added to `pieces` */
  private static ChatCompletion stream(ChatCompletionCreateParams.Builder request, List<String> pieces) {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> response = CLIENT.chat().completions().createStreaming(request.build())) {
      response.stream().peek(accumulator::accumulate).forEach(chunk -> pieces.addAll(piecesOf(chunk)));
    }
    return accumulator.chatCompletion();
  }

  private static List<String> piecesOf(ChatCompletionChunk chunk) {
    return chunk.choices().stream()
        .flatMap(choice -> choice.delta().content().stream())
        .filter(piece -> !piece.isEmpty())
        .toList();
  }

  private static Map<String, Object> cancel() {
    List<String> pieces = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> response =
        CLIENT.chat().completions().createStreaming(request("cancel").build())) {
      Iterator<ChatCompletionChunk> chunks = response.stream().iterator();
      while (pieces.isEmpty()) pieces.addAll(piecesOf(chunks.next()));
    }
    return Map.of("pieces", pieces);
  }

  private static Map<String, Object> toolRound(String feature, boolean streams) {
    FunctionParameters.Builder parameters = FunctionParameters.builder();
    INPUT.tool().parameters().forEach((key, value) -> parameters.putAdditionalProperty(key, JsonValue.from(value)));
    FunctionDefinition function =
        FunctionDefinition.builder()
            .name(INPUT.tool().name())
            .description(INPUT.tool().description())
            .parameters(parameters.build())
            .build();
    ChatCompletionCreateParams.Builder request = request(feature).addFunctionTool(function);
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      ChatCompletionMessage message = messageOf(streams ? stream(request, pieces) : send(request));
      var asked = message.toolCalls().orElse(List.of());
      if (asked.isEmpty()) return Program.round(calls, message.content().orElseThrow(), pieces);
      request.addMessage(message);
      for (var toolCall : asked) {
        var functionCall = toolCall.asFunction();
        Call call = Call.of(functionCall.function().name(), functionCall.function().arguments());
        calls.add(call);
        request.addMessage(
            ChatCompletionToolMessageParam.builder()
                .toolCallId(functionCall.id())
                .content(INPUT.toolResults().get(call.city()))
                .build());
      }
    }
  }

  private static Map<String, Object> image() {
    String url = "data:image/png;base64," + INPUT.image();
    var text = ChatCompletionContentPartText.builder().text(INPUT.prompt("image")).build();
    var image =
        ChatCompletionContentPartImage.builder()
            .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder().url(url).build())
            .build();
    return text(
        request()
            .addUserMessageOfArrayOfContentParts(
                List.of(ChatCompletionContentPart.ofText(text), ChatCompletionContentPart.ofImageUrl(image))));
  }

  public static void main(String[] args) {
    Map<String, Feature> features = Program.features();
    features.put("models", () -> Map.of("models", CLIENT.models().list().data().stream().map(m -> m.id()).toList()));
    features.put(
        "chat", () -> text(request().addSystemMessage(INPUT.system()).addUserMessage(INPUT.prompt("chat"))));
    features.put(
        "usage",
        () -> {
          var usage = send(request("usage")).usage().orElseThrow();
          return Map.of("usage", List.of(usage.promptTokens(), usage.completionTokens()));
        });
    features.put(
        "stream",
        () -> {
          List<String> pieces = new ArrayList<>();
          stream(request("stream"), pieces);
          return Map.of("pieces", pieces);
        });
    features.put("tool", () -> toolRound("tool", false));
    features.put("streamedTool", () -> toolRound("streamedTool", true));
    features.put("parallelTools", () -> toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> toolRound("streamedParallelTools", true));
    features.put(
        "schema",
        () -> {
          var asked = request("schema").responseFormat(Animal.class).build();
          var message = CLIENT.chat().completions().create(asked).choices().get(0).message();
          return Map.of("object", message.content().orElseThrow());
        });
    features.put("image", OpenAiJava::image);
    features.put(
        "history",
        () -> {
          ChatCompletionMessage answer = messageOf(send(request("history")));
          return text(request("history").addMessage(answer).addUserMessage(INPUT.prompt("historyNext")));
        });
    features.put("cancel", OpenAiJava::cancel);
    features.put("apiError", () -> Program.errorOf(() -> send(request("apiError"))));
    features.put(
        "unknownModel",
        () -> Program.errorOf(() -> send(request("unknownModel").model(INPUT.unknownModel()))));
    features.put(
        "embeddings",
        () -> {
          var asked = EmbeddingCreateParams.builder().model(INPUT.model()).input(INPUT.prompt("embeddings")).build();
          return Program.errorOf(() -> CLIENT.embeddings().create(asked));
        });
    Program.run("openai-java", INPUT, features);
  }
}
