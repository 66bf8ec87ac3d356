import io.github.ollama4j.Ollama;
import io.github.ollama4j.models.chat.OllamaChatMessage;
import io.github.ollama4j.models.chat.OllamaChatMessageRole;
import io.github.ollama4j.models.chat.OllamaChatRequest;
import io.github.ollama4j.models.chat.OllamaChatResponseModel;
import io.github.ollama4j.models.chat.OllamaChatTokenHandler;
import io.github.ollama4j.models.embed.OllamaEmbedRequest;
import io.github.ollama4j.models.request.ThinkMode;
import io.github.ollama4j.models.response.Model;
import io.github.ollama4j.tools.Tools;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** Ollama4j. */
public final class Ollama4j {
  private static final Input INPUT = Program.read();
  private static final Ollama CLIENT = new Ollama(INPUT.url());

  private Ollama4j() {}

  /** Ends a stream: the client has no other way to cancel. */
  private static final class Cancelled extends RuntimeException {}

  private static OllamaChatRequest request() {
    return OllamaChatRequest.builder().withModel(INPUT.model());
  }

  private static OllamaChatRequest request(String feature) {
    return request().withMessage(OllamaChatMessageRole.USER, INPUT.prompt(feature));
  }

  private static OllamaChatResponseModel send(OllamaChatRequest request) throws Exception {
    return CLIENT.chat(request.build(), null).getResponseModel();
  }

  private static String text(OllamaChatRequest request) throws Exception {
    return send(request).getMessage().getResponse();
  }

  private static OllamaChatResponseModel stream(OllamaChatRequest request, OllamaChatTokenHandler handler)
      throws Exception {
    return CLIENT.chat(request.withStreaming().build(), handler).getResponseModel();
  }

  /** Adds the text of each part of an answer to `pieces`. */
  private static OllamaChatTokenHandler collect(List<String> pieces) {
    return part -> {
      String piece = part.getMessage().getResponse();
      if (piece != null && !piece.isEmpty()) pieces.add(piece);
    };
  }

  private static Map<String, Object> cancel() {
    List<String> pieces = new ArrayList<>();
    OllamaChatTokenHandler collect = collect(pieces);
    Map<String, Object> failed =
        Program.errorOf(
            () ->
                stream(
                    request("cancel"),
                    part -> {
                      collect.accept(part);
                      if (!pieces.isEmpty()) throw new Cancelled();
                    }));
    return failed.toString().contains(Cancelled.class.getSimpleName()) ? Map.of("pieces", pieces) : failed;
  }

  /**
   * The program answers the calls itself: the client's own rounds of calls write the name of the tool and its arguments
   * into each result, and so no result is what the tool returned.
   */
  private static Map<String, Object> toolRound(String feature, boolean streams) throws Exception {
    Tools.Property city =
        Tools.Property.builder().type("string").description("The name of the city.").required(true).build();
    Tools.ToolSpec spec =
        Tools.ToolSpec.builder()
            .name(INPUT.tool().name())
            .description(INPUT.tool().description())
            .parameters(Tools.Parameters.of(Map.of("city", city)))
            .build();
    OllamaChatRequest request = request(feature).withUseTools(false);
    request.withTools(List.of(Tools.Tool.builder().toolSpec(spec).build()));
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      // The client adds the answer to the messages of the request.
      OllamaChatMessage message = (streams ? stream(request, collect(pieces)) : send(request)).getMessage();
      var asked = message.getToolCalls();
      if (asked == null || asked.isEmpty()) return Program.round(calls, message.getResponse(), pieces);
      for (var toolCall : asked) {
        var function = toolCall.getFunction();
        Call call = Call.of(function.getName(), Program.text(function.getArguments()));
        calls.add(call);
        request.withMessage(OllamaChatMessageRole.TOOL, INPUT.toolResults().get(call.city()));
      }
    }
  }

  public static void main(String[] args) {
    CLIENT.setRequestTimeoutSeconds(60);
    CLIENT.setMaxChatToolCallRetries(0);
    Map<String, Feature> features = Program.features();
    features.put("models", () -> Map.of("models", CLIENT.listModels().stream().map(Model::getName).toList()));
    features.put(
        "chat",
        () -> {
          OllamaChatRequest request = request().withMessage(OllamaChatMessageRole.SYSTEM, INPUT.system());
          return Map.of("text", text(request.withMessage(OllamaChatMessageRole.USER, INPUT.prompt("chat"))));
        });
    features.put(
        "usage",
        () -> {
          OllamaChatResponseModel response = send(request("usage"));
          return Map.of("usage", List.of(response.getPromptEvalCount(), response.getEvalCount()));
        });
    features.put(
        "stream",
        () -> {
          List<String> pieces = new ArrayList<>();
          stream(request("stream"), collect(pieces));
          return Map.of("pieces", pieces);
        });
    features.put(
        "thinking",
        () -> {
          OllamaChatMessage message = send(request("thinking").withThinking(ThinkMode.ENABLED)).getMessage();
          return Map.of("thinking", message.getThinking(), "text", message.getResponse());
        });
    features.put("tool", () -> toolRound("tool", false));
    features.put("streamedTool", () -> toolRound("streamedTool", true));
    features.put("parallelTools", () -> toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> toolRound("streamedParallelTools", true));
    features.put(
        "schema",
        () -> {
          OllamaChatRequest request = request("schema");
          request.setFormat(INPUT.schema());
          return Map.of("object", Program.json(text(request)));
        });
    features.put(
        "image",
        () -> {
          byte[] image = Base64.getDecoder().decode(INPUT.image());
          var message =
              new OllamaChatMessage(
                  OllamaChatMessageRole.USER, INPUT.prompt("image"), null, List.of(), List.of(image));
          return Map.of("text", text(request().withMessages(new ArrayList<>(List.of(message)))));
        });
    features.put(
        "history",
        () -> {
          OllamaChatRequest request = request("history");
          send(request);
          return Map.of("text", text(request.withMessage(OllamaChatMessageRole.USER, INPUT.prompt("historyNext"))));
        });
    features.put("cancel", Ollama4j::cancel);
    features.put("apiError", () -> Program.errorOf(() -> send(request("apiError"))));
    features.put(
        "unknownModel", () -> Program.errorOf(() -> send(request("unknownModel").withModel(INPUT.unknownModel()))));
    features.put(
        "embeddings",
        () -> {
          var asked = new OllamaEmbedRequest(INPUT.model(), List.of(INPUT.prompt("embeddings")));
          return Program.errorOf(() -> CLIENT.embed(asked));
        });
    Program.run("ollama4j", INPUT, features);
  }
}
