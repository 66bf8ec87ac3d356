import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputText;
import com.openai.models.responses.ResponseOutputText;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.inputtokens.InputTokenCountParams;
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

/** The official OpenAI client, with the Responses API. */
public final class OpenAiResponses {
  private static final Input INPUT = Program.read();
  private static final OpenAIClient CLIENT =
      OpenAIOkHttpClient.builder().baseUrl(INPUT.url() + "/v1").apiKey("none").maxRetries(0).build();

  private OpenAiResponses() {}

  /** The data that the feature "schema" asks for. */
  public static final class Animal {
    public String name;
    public int legs;
    public List<String> colors;
  }

  private static ResponseCreateParams.Builder request(List<ResponseInputItem> input) {
    return ResponseCreateParams.builder().model(INPUT.model()).inputOfResponse(input);
  }

  private static ResponseCreateParams.Builder request(String feature) {
    return request(List.of(user(feature)));
  }

  private static ResponseInputItem user(String feature) {
    return message(EasyInputMessage.Role.USER, INPUT.prompt(feature));
  }

  private static ResponseInputItem message(EasyInputMessage.Role role, String text) {
    return ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder().role(role).content(text).build());
  }

  private static Response send(ResponseCreateParams.Builder request) {
    return CLIENT.responses().create(request.build());
  }

  private static String textOf(Response response) {
    return response.output().stream()
        .flatMap(item -> item.message().stream())
        .flatMap(message -> message.content().stream())
        .flatMap(content -> content.outputText().stream())
        .map(ResponseOutputText::text)
        .collect(Collectors.joining());
  }

  private static Map<String, Object> text(ResponseCreateParams.Builder request) {
    return Map.of("text", textOf(send(request)));
  }

  /** @return the whole answer; its pieces are added to `pieces` */
  private static Response stream(ResponseCreateParams.Builder request, List<String> pieces) {
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> response = CLIENT.responses().createStreaming(request.build())) {
      response.stream().peek(accumulator::accumulate).flatMap(OpenAiResponses::piecesOf).forEach(pieces::add);
    }
    return accumulator.response();
  }

  private static Stream<String> piecesOf(ResponseStreamEvent event) {
    return event.outputTextDelta().stream().map(delta -> delta.delta());
  }

  private static Map<String, Object> cancel() {
    try (StreamResponse<ResponseStreamEvent> response =
        CLIENT.responses().createStreaming(request("cancel").build())) {
      Iterator<String> pieces = response.stream().flatMap(OpenAiResponses::piecesOf).iterator();
      return Map.of("pieces", List.of(pieces.next()));
    }
  }

  private static Map<String, Object> toolRound(String feature, boolean streams) {
    FunctionTool.Parameters.Builder parameters = FunctionTool.Parameters.builder();
    INPUT.tool().parameters().forEach((key, value) -> parameters.putAdditionalProperty(key, JsonValue.from(value)));
    FunctionTool tool =
        FunctionTool.builder()
            .name(INPUT.tool().name())
            .description(INPUT.tool().description())
            .parameters(parameters.build())
            .strict(false)
            .build();
    List<ResponseInputItem> items = new ArrayList<>(List.of(user(feature)));
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      ResponseCreateParams.Builder request = request(items).addTool(tool);
      Response response = streams ? stream(request, pieces) : send(request);
      List<ResponseFunctionToolCall> asked =
          response.output().stream().flatMap(item -> item.functionCall().stream()).toList();
      String text = textOf(response);
      if (asked.isEmpty()) return Program.round(calls, text, pieces);
      if (!text.isEmpty()) items.add(message(EasyInputMessage.Role.ASSISTANT, text));
      for (ResponseFunctionToolCall toolCall : asked) items.add(ResponseInputItem.ofFunctionCall(toolCall));
      for (ResponseFunctionToolCall toolCall : asked) {
        Call call = Call.of(toolCall.name(), toolCall.arguments());
        calls.add(call);
        items.add(
            ResponseInputItem.ofFunctionCallOutput(
                ResponseInputItem.FunctionCallOutput.builder()
                    .callId(toolCall.callId())
                    .output(INPUT.toolResults().get(call.city()))
                    .build()));
      }
    }
  }

  private static Map<String, Object> image() {
    var text = ResponseInputText.builder().text(INPUT.prompt("image")).build();
    var image =
        ResponseInputImage.builder()
            .imageUrl("data:image/png;base64," + INPUT.image())
            .detail(ResponseInputImage.Detail.AUTO)
            .build();
    var message =
        ResponseInputItem.Message.builder()
            .role(ResponseInputItem.Message.Role.USER)
            .content(List.of(ResponseInputContent.ofInputText(text), ResponseInputContent.ofInputImage(image)))
            .build();
    return text(request(List.of(ResponseInputItem.ofMessage(message))));
  }

  private static Map<String, Object> thinking() {
    Reasoning reasoning =
        Reasoning.builder().effort(ReasoningEffort.HIGH).summary(Reasoning.Summary.AUTO).build();
    Response response = send(request("thinking").reasoning(reasoning));
    String thoughts =
        response.output().stream()
            .flatMap(item -> item.reasoning().stream())
            .flatMap(item -> item.summary().stream())
            .map(summary -> summary.text())
            .collect(Collectors.joining());
    return Map.of("thinking", thoughts, "text", textOf(response));
  }

  public static void main(String[] args) {
    Map<String, Feature> features = Program.features();
    features.put("chat", () -> text(request("chat").instructions(INPUT.system())));
    features.put(
        "usage",
        () -> {
          var usage = send(request("usage")).usage().orElseThrow();
          return Map.of("usage", List.of(usage.inputTokens(), usage.outputTokens()));
        });
    features.put(
        "stream",
        () -> {
          List<String> pieces = new ArrayList<>();
          stream(request("stream"), pieces);
          return Map.of("pieces", pieces);
        });
    features.put("thinking", OpenAiResponses::thinking);
    features.put("tool", () -> toolRound("tool", false));
    features.put("streamedTool", () -> toolRound("streamedTool", true));
    features.put("parallelTools", () -> toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> toolRound("streamedParallelTools", true));
    features.put(
        "schema",
        () -> {
          var response = CLIENT.responses().create(request("schema").text(Animal.class).build());
          Animal animal =
              response.output().stream()
                  .flatMap(item -> item.message().stream())
                  .flatMap(message -> message.content().stream())
                  .flatMap(content -> content.outputText().stream())
                  .findFirst()
                  .orElseThrow();
          return Map.of("object", animal);
        });
    features.put("image", OpenAiResponses::image);
    features.put(
        "history",
        () -> {
          var answer = message(EasyInputMessage.Role.ASSISTANT, textOf(send(request("history"))));
          return text(request(List.of(user("history"), answer, user("historyNext"))));
        });
    features.put("cancel", OpenAiResponses::cancel);
    features.put("apiError", () -> Program.errorOf(() -> send(request("apiError"))));
    features.put(
        "unknownModel", () -> Program.errorOf(() -> send(request("unknownModel").model(INPUT.unknownModel()))));
    features.put(
        "countTokens",
        () -> {
          var asked = InputTokenCountParams.builder().model(INPUT.model()).input(INPUT.prompt("countTokens")).build();
          return Map.of("tokens", CLIENT.responses().inputTokens().count(asked).inputTokens());
        });
    Program.run("openai-java", INPUT, features);
  }
}
