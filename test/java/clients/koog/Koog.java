import ai.koog.agents.core.tools.ToolDescriptor;
import ai.koog.agents.core.tools.ToolParameterDescriptor;
import ai.koog.agents.core.tools.ToolParameterType;
import ai.koog.prompt.Prompt;
import ai.koog.prompt.dsl.PromptBuilder;
import ai.koog.prompt.executor.clients.ConnectionTimeoutConfig;
import ai.koog.prompt.executor.clients.LLMClient;
import ai.koog.prompt.executor.clients.anthropic.AnthropicClientFactory;
import ai.koog.prompt.executor.clients.anthropic.AnthropicClientSettings;
import ai.koog.prompt.executor.clients.anthropic.AnthropicParams;
import ai.koog.prompt.executor.clients.anthropic.models.AnthropicThinking;
import ai.koog.prompt.executor.clients.openai.OpenAIClientFactory;
import ai.koog.prompt.executor.clients.openai.OpenAIClientSettings;
import ai.koog.prompt.executor.ollama.client.OllamaClient;
import ai.koog.prompt.executor.ollama.client.OllamaClientFactory;
import ai.koog.prompt.executor.ollama.client.OllamaModelCard;
import ai.koog.prompt.executor.ollama.client.OllamaParams;
import ai.koog.prompt.llm.LLMCapability;
import ai.koog.prompt.llm.LLMProvider;
import ai.koog.prompt.llm.LLModel;
import ai.koog.prompt.message.AttachmentContent;
import ai.koog.prompt.message.AttachmentSource;
import ai.koog.prompt.message.Message;
import ai.koog.prompt.message.MessagePart;
import ai.koog.prompt.message.ResponseMetaInfo;
import ai.koog.prompt.params.LLMParams;
import ai.koog.prompt.streaming.StreamFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonObject;
import program.Program;
import program.Program.Call;
import program.Program.Feature;
import program.Program.Input;

/** Koog. The argument names the API: ollama, openai or anthropic. */
public final class Koog {
  private static final Input INPUT = Program.read();
  private static final ToolDescriptor TOOL =
      new ToolDescriptor(
          INPUT.tool().name(),
          INPUT.tool().description(),
          List.of(new ToolParameterDescriptor("city", "The name of the city.", ToolParameterType.String.INSTANCE)),
          List.of(),
          null);

  private final LLModel model;
  private final LLModel unknownModel;
  private final LLMClient client;
  private final LLMParams thinkingParams;

  private Koog(String api) {
    LLMProvider provider =
        switch (api) {
          case "ollama" -> LLMProvider.Ollama;
          case "openai" -> LLMProvider.OpenAI;
          default -> LLMProvider.Anthropic;
        };
    model = modelOf(provider, INPUT.model());
    unknownModel = modelOf(provider, INPUT.unknownModel());
    client =
        switch (api) {
          case "ollama" -> OllamaClientFactory.ollamaClient(INPUT.url());
          case "openai" ->
              OpenAIClientFactory.openAIClient(
                  "none",
                  new OpenAIClientSettings(
                      INPUT.url(),
                      new ConnectionTimeoutConfig(),
                      "v1/chat/completions",
                      "v1/responses",
                      "v1/embeddings",
                      "v1/moderations",
                      "v1/models"));
          default ->
              AnthropicClientFactory.anthropicClient(
                  "none",
                  new AnthropicClientSettings(
                      Map.of(model, model.getId(), unknownModel, unknownModel.getId()),
                      INPUT.url(),
                      "2023-06-01",
                      "v1/messages",
                      "v1/models",
                      new ConnectionTimeoutConfig()));
        };
    thinkingParams =
        api.equals("ollama")
            ? new OllamaParams(null, null, null, null, null, null, null, null, true)
            : new AnthropicParams(
                null, 4000, null, null, null, null, null, null, null, null, null, null, null, null,
                new AnthropicThinking.Enabled(1024), null);
  }

  private record Streamed(List<String> pieces, List<MessagePart.ResponsePart> parts) {}

  private static LLModel modelOf(LLMProvider provider, String name) {
    List<LLMCapability> capabilities =
        List.of(
            LLMCapability.Completion.INSTANCE,
            LLMCapability.Tools.INSTANCE,
            LLMCapability.Vision.Image.INSTANCE,
            LLMCapability.Schema.JSON.Standard.INSTANCE,
            LLMCapability.Thinking.INSTANCE,
            LLMCapability.Embed.INSTANCE,
            LLMCapability.OpenAIEndpoint.Completions.INSTANCE);
    return new LLModel(provider, name, capabilities, 200_000L, 4000L);
  }

  private static PromptBuilder prompt() {
    return Prompt.builder("test");
  }

  private static PromptBuilder prompt(String feature) {
    return prompt().user(INPUT.prompt(feature));
  }

  private List<String> models() throws Exception {
    if (!(client instanceof OllamaClient ollama)) return client.models().stream().map(LLModel::getId).toList();
    // This client has the method for Kotlin only.
    List<OllamaModelCard> cards =
        BuildersKt.runBlocking(
            EmptyCoroutineContext.INSTANCE, (scope, continuation) -> ollama.getModels(continuation));
    return cards.stream().map(OllamaModelCard::getName).toList();
  }

  private Message.Assistant send(Prompt prompt) {
    return client.execute(prompt, model);
  }

  private Map<String, Object> text(PromptBuilder prompt) {
    return Map.of("text", send(prompt.build()).textContent());
  }

  /** @param cancels after the first piece */
  private Streamed stream(Prompt prompt, List<ToolDescriptor> tools, boolean cancels) throws Exception {
    Streamed streamed = new Streamed(new ArrayList<>(), new ArrayList<>());
    CompletableFuture<Void> end = new CompletableFuture<>();
    Subscriber<StreamFrame> subscriber =
        new Subscriber<>() {
          private Subscription subscription;

          @Override
          public void onSubscribe(Subscription started) {
            subscription = started;
            started.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(StreamFrame frame) {
            if (frame instanceof StreamFrame.TextDelta delta) {
              streamed.pieces().add(delta.getText());
              if (!cancels) return;
              subscription.cancel();
              end.complete(null);
            } else if (frame instanceof StreamFrame.TextComplete complete) {
              streamed.parts().add(new MessagePart.Text(complete.getText()));
            } else if (frame instanceof StreamFrame.ToolCallComplete call) {
              streamed.parts().add(new MessagePart.Tool.Call(call.getId(), call.getName(), call.getContent()));
            }
          }

          @Override
          public void onError(Throwable error) {
            end.completeExceptionally(error);
          }

          @Override
          public void onComplete() {
            end.complete(null);
          }
        };
    client.executeStreaming(prompt, model, tools).subscribe(subscriber);
    end.get();
    return streamed;
  }

  private Map<String, Object> toolRound(String feature, boolean streams) throws Exception {
    PromptBuilder prompt = prompt(feature);
    List<Call> calls = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    while (true) {
      Message.Assistant message;
      if (streams) {
        Streamed streamed = stream(prompt.build(), List.of(TOOL), false);
        pieces.addAll(streamed.pieces());
        message = new Message.Assistant(streamed.parts(), ResponseMetaInfo.Companion.getEmpty());
      } else message = client.execute(prompt.build(), model, List.of(TOOL));
      List<MessagePart.Tool.Call> asked =
          message.getParts().stream()
              .filter(MessagePart.Tool.Call.class::isInstance)
              .map(MessagePart.Tool.Call.class::cast)
              .toList();
      if (asked.isEmpty()) return Program.round(calls, message.textContent(), pieces);
      prompt.message(message);
      List<MessagePart.RequestPart> results = new ArrayList<>();
      for (MessagePart.Tool.Call toolCall : asked) {
        Call call = Call.of(toolCall.getTool(), toolCall.getArgs());
        calls.add(call);
        String result = INPUT.toolResults().get(call.city());
        results.add(new MessagePart.Tool.Result(toolCall.getId(), toolCall.getTool(), result));
      }
      prompt.user(results);
    }
  }

  private Map<String, Object> thinking() {
    Message.Assistant message = send(prompt("thinking").build().withParams(thinkingParams));
    List<String> thoughts =
        message.getParts().stream()
            .filter(MessagePart.Reasoning.class::isInstance)
            .flatMap(part -> ((MessagePart.Reasoning) part).getContent().stream())
            .toList();
    return Map.of("thinking", String.join("", thoughts), "text", message.textContent());
  }

  private Map<String, Object> schema() {
    JsonObject json = (JsonObject) Json.Default.parseToJsonElement(Program.text(INPUT.schema()));
    LLMParams params =
        new LLMParams(
            null, null, null, null, new LLMParams.Schema.JSON.Standard("animal", json), null, null, null);
    return Map.of("object", Program.json(send(prompt("schema").build().withParams(params)).textContent()));
  }

  private Map<String, Object> image() {
    var content = new AttachmentContent.Binary.Base64(INPUT.image());
    var image = new AttachmentSource.Image(content, "png", "image/png", "dot.png");
    return text(prompt().user(List.of(new MessagePart.Text(INPUT.prompt("image")), new MessagePart.Attachment(image))));
  }

  public static void main(String[] args) {
    Koog koog = new Koog(args[0]);
    Map<String, Feature> features = Program.features();
    features.put("models", () -> Map.of("models", koog.models()));
    features.put("chat", () -> koog.text(prompt().system(INPUT.system()).user(INPUT.prompt("chat"))));
    features.put(
        "usage",
        () -> {
          ResponseMetaInfo usage = koog.send(prompt("usage").build()).getMetaInfo();
          return Map.of("usage", List.of(usage.getInputTokensCount(), usage.getOutputTokensCount()));
        });
    features.put(
        "stream", () -> Map.of("pieces", koog.stream(prompt("stream").build(), List.of(), false).pieces()));
    features.put("thinking", koog::thinking);
    features.put("tool", () -> koog.toolRound("tool", false));
    features.put("streamedTool", () -> koog.toolRound("streamedTool", true));
    features.put("parallelTools", () -> koog.toolRound("parallelTools", false));
    features.put("streamedParallelTools", () -> koog.toolRound("streamedParallelTools", true));
    features.put("schema", koog::schema);
    features.put("image", koog::image);
    features.put(
        "history",
        () -> {
          Message.Assistant answer = koog.send(prompt("history").build());
          return koog.text(prompt("history").message(answer).user(INPUT.prompt("historyNext")));
        });
    features.put(
        "cancel", () -> Map.of("pieces", koog.stream(prompt("cancel").build(), List.of(), true).pieces()));
    features.put("apiError", () -> Program.errorOf(() -> koog.send(prompt("apiError").build())));
    features.put(
        "unknownModel",
        () -> Program.errorOf(() -> koog.client.execute(prompt("unknownModel").build(), koog.unknownModel)));
    features.put(
        "embeddings", () -> Program.errorOf(() -> koog.client.embed(INPUT.prompt("embeddings"), koog.model)));
    Program.run("koog-agents-jvm", INPUT, features);
  }
}
